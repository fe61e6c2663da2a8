"""What an author may leave out of a page: names that are known, and what is said to others."""

from __future__ import annotations

import re
from typing import Any

import pytest

from microgradnn.demo import neuron
from microgradnn.explorer import explore, hiding


def test_nothing_is_hidden_at_first() -> None:
    assert hiding.as_parts(()) == []
    assert hiding.style_without([]) == ""


def test_names_come_in_any_order_and_kind() -> None:
    wanted = ["nudged", "descent"]
    orders: list[Any] = [("descent", "nudged"), ["nudged", "descent", "nudged"]]
    for names in [*orders, {"nudged", "descent"}]:
        assert hiding.as_parts(names) == wanted


@pytest.mark.parametrize(
    ("hide", "kind", "message"),
    [
        (
            "nudged",
            TypeError,
            r"hide must be a tuple of names, got a str; write hide=\('nudged',\)",
        ),
        (1, TypeError, "hide must be a tuple of names, got int 1"),
        ((1,), TypeError, "a name in hide must be a str, got int 1"),
        (("nudge",), ValueError, "hide has 'nudge', but the parts of a page are leaves, nudged, "),
    ],
)
def test_others_are_refused(hide: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        explore(neuron()[0], hide=hide)


def test_the_docstring_names_every_part() -> None:
    assert re.findall(r'^    .*?"(\w+)"|, "(\w+)"', explore.__doc__ or "", re.MULTILINE)
    for name in hiding.PARTS:
        assert f'"{name}"' in (explore.__doc__ or "")


@pytest.mark.parametrize("part", hiding.PARTS)
def test_every_part_is_in_the_page(part: hiding.Part) -> None:
    """A selector that finds nothing would hide nothing: its names stand in the document."""
    html = explore(neuron()[0]).html
    ids = set(re.findall(r"#([\w-]+)", hiding.PARTS[part])) - {"samples"}
    assert all(f'id="{name}"' in html for name in ids)
