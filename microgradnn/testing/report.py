"""What `check_engine` says of an engine: its faults, each with a program to show it."""

from __future__ import annotations

import html
import textwrap
from typing import NamedTuple


class Fault(NamedTuple):
    """What was tried, what is wrong as a teacher says it, and the smallest program to show it.

    To make one never raises.

    >>> print(Fault("a + b", "The sum is wrong.", "Value(1.0) + 2.0"))
    a + b
       The sum is wrong.
           Value(1.0) + 2.0
    """

    name: str
    explanation: str
    program: str

    def __str__(self) -> str:
        text = textwrap.fill(self.explanation, 88, initial_indent="   ", subsequent_indent="   ")
        return f"{self.name}\n{text}\n{textwrap.indent(self.program, '       ')}"


class Report(NamedTuple):
    """What `check_engine` found; true if nothing is wrong with what the engine offers.

    `not_tried` is what builds on something faulty. To make one never raises.

    >>> report = Report("Value", [], not_offered=["a ** b"], not_tried=[])
    >>> print(report)
    Value: no faults
    <BLANKLINE>
    not offered: a ** b
    >>> report.ok
    True
    """

    engine: str
    faults: list[Fault]
    not_offered: list[str]
    not_tried: list[str]

    @property
    def ok(self) -> bool:
        """Whether everything on offer was tried, and no fault was found."""
        return not self.faults and not self.not_tried

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        count = len(self.faults)
        parts = [f"{self.engine}: {count or 'no'} fault{'' if count == 1 else 's'}"]
        parts += [f"{place}. {fault}" for place, fault in enumerate(self.faults, start=1)]
        for title, names in (("not offered", self.not_offered), ("not tried", self.not_tried)):
            if names:
                parts.append(textwrap.fill(f"{title}: {', '.join(names)}", 91))
        return "\n\n".join(parts)

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(str(self))}</pre>"
