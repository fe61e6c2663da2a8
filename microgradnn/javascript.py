"""JavaScript as a language of formulas: its dialect, and the functions that it lacks.

The idea: what pages and programs both need stands once. The functions are modules of JavaScript in
`script/`; a program takes from them those that its text calls, so it needs no other file.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

from .engine.formulas import Dialect

SCRIPTS = resources.files(__package__) / "script"

# Math lacks the first three, and its power of 1 may be NaN: elementary.js has all four.
LACKING = {"erf": "erf", "erfc": "erfc", "remainder": "remainder", "pow": "power"}
_NAMES = {**LACKING, "maximum": "Math.max", "minimum": "Math.min"}


def _number(x: float) -> str:
    return repr(x) if x - x == 0 else "NaN" if x != x else ("-" * (x < 0) + "Infinity")


JAVASCRIPT = Dialect(
    number=_number,
    function=lambda name: _NAMES.get(name, f"Math.{name}"),
    where="({} ? {} : {})",
    both="{} && {}",
    expands=True,
    signs={},
    power=None,
)


def functions_for(text: str) -> str:
    """The functions of `script/` that a text calls, and those that these call.

    >>> functions_for("power(x, 2)").splitlines()[-2:]
    ['  return a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b;', '}']
    """
    known, wanted = _functions(), dict[str, None]()
    waiting = [text]
    while waiting:
        called = set(re.findall(r"\b\w+(?=\()", waiting.pop()))
        found = [name for name in known if name in called and name not in wanted]
        wanted |= dict.fromkeys(found)
        waiting += [known[name] for name in found]
    return "\n".join(known[name] for name in known if name in wanted)


@cache
def _functions() -> dict[str, str]:
    """The functions of all modules in `script/` by name, without the comments above them."""
    files = sorted(SCRIPTS.iterdir(), key=lambda file: file.name)
    texts = [file.read_text("utf-8") for file in files if file.name.endswith(".js")]
    found = re.findall(r"^(?:export )?(function (\w+)\(.*?^\})$", "\n".join(texts), re.M | re.S)
    return {name: function for function, name in found}
