"""What the author of a page may leave out of it: its parts by name, and where they are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from ..arguments import must_be

Part = Literal[
    "leaves",
    "nudged",
    "descent",
    "blocks",
    "panel",
    "samples",
    "quiz",
    "play",
    "search",
    "presentation",
    "link",
]

# The elements that each part consists of, as a style sheet names them.
PARTS: dict[Part, str] = {
    "leaves": "#values",
    "nudged": "#leaves :is(th, td):nth-child(4), #nudging",
    "descent": "#training, #leaves :is(th, td):nth-child(5)",
    "blocks": "#folding",
    "panel": "#panel",
    "samples": "#samples",
    "quiz": "#bar label:has(#predict), #guess",
    "play": "#play, #speed",
    "search": "#finding",
    "presentation": "#present",
    "link": "#copy, #copied",
}
CARDS: set[Part] = {"leaves", "descent", "blocks", "samples"}  # that stand beside the picture


def as_parts(hide: Iterable[Part]) -> list[Part]:
    """The names of parts to be hidden, in the order of `PARTS`; anything else is refused."""
    if isinstance(hide, str):
        raise TypeError(f"hide must be a tuple of names, got a str; write hide=({hide!r},)")
    must_be((tuple, list, set, frozenset), hide, "hide", "a tuple of names")
    names = [must_be(str, name, "a name in hide", "a str") for name in hide]
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        raise ValueError(f"hide has {unknown[0]!r}, but the parts of a page are {', '.join(PARTS)}")
    return [name for name in PARTS if name in names]


def style_without(hidden: Iterable[Part]) -> str:
    """The style sheet of a page without these parts: neither seen nor read out."""
    rules = [f"{PARTS[part]} {{ display: none !important; }}" for part in hidden]
    if CARDS.issubset(hidden):  # the picture has their room
        rules.append("main:has(#panel[hidden]) { grid-template-columns: minmax(0, 1fr); }")
        rules.append("aside:has(#panel[hidden]) { display: none; }")
    return "\n".join(rules)
