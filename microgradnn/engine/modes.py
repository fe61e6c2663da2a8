"""Ways to run a block: without recording, or with the lines of the program."""

import weakref
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from ..lines import line_of_user
from ..told import Told
from ..typed import Any
from .recording import Mode, changed_somewhere, mode


@contextmanager
def no_grad() -> Iterator[None]:
    """Compute without recording: results are no graph, and `backward()` refuses them.

    They may be the leaves of what is recorded later. `grad` and its like differentiate inside the
    block, too. Holds for the current thread, and there for the current asyncio task.

    >>> from microgradnn import Value
    >>> x = Value(3.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y.data, y.operands
    (9.0, ())
    """
    with Changed(records=False):
        yield


@contextmanager
def debug() -> Iterator[None]:
    """Record with each node the line of your program that made it; errors and diagnoses say it.

    Slower, so for looking at a fault only. Holds where `no_grad` does; copies forget the lines.

    >>> from microgradnn import Value
    >>> x = Value(3.0)
    >>> with debug():
    ...     y = x * x
    >>> y.made_at.partition(":")[2]
    '2: y = x * x'
    """
    with Changed(keep=_Located):
        yield


class Changed:
    """A block in which fields of the mode are others; where blocks disagree, the innermost holds.

    While a generator is paused inside, others may be opened and closed in any order and context:
    so a block does not put back what was before it, but takes itself out.
    """

    def __init__(self, **fields: Any) -> None:
        self.fields = fields

    def __enter__(self) -> None:
        inside = _mode_of((*mode.get().blocks, self))
        mode.set(inside)
        if not inside.records or inside.keep is not tuple or inside.told:
            changed_somewhere.add(weakref.ref(self, changed_somewhere.discard))

    def __exit__(self, *exception: object) -> None:
        mode.set(_mode_of(tuple([block for block in mode.get().blocks if block is not self])))


def _mode_of(blocks: tuple[Any, ...]) -> Mode:
    fields = {name: field for block in blocks for name, field in block.fields.items()}
    if fields.pop("block", None):
        path = tuple([block.fields["block"] for block in blocks if "block" in block.fields])
        fields["told"] = Told("", path)
    return Mode(**fields, blocks=blocks)


class _Located(tuple[Any, ...]):
    """Operands of a node, with the line of the user's program that made it."""

    def __init__(self, operands: Iterable[Any]) -> None:
        self.line = line_of_user()
