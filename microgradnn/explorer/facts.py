"""What a page knows: the graph, its blocks, its views and its samples, as JSON.

nodes      in topological order, the root last: `name`, `data`; of what is computed also `row`,
           the place of its form in `functions` and `rows`; `operands`, each the position of a
           node or {number}; `locals`, the derivatives by them, null by a number; `words`, how it
           is written: texts and places of operands in turn; `digits` for rows of the user's own
rows       of the table, one for each form: `name`, `overflows`, `domain`
home       the innermost block of each node, or −1; `parents` the block around each block
blocks     [block, title, depth], each below the one around it
elsewhere  by positions: what a node receives from uses that are left out, [sum, their number]
view       the picture to start with: `unfolded` blocks; `boxes`, in topological order, each with
           `key` (a node, or −1 − a block), `name`, `block`, `outputs` and their `names`;
           `arrows`, [tail, head, place] with the places of boxes and of an operand, or −1 for all
           edges between two boxes; `blocks`, what a click on each does; `picture`, as SVG
others     the other views, packed
fixed      whether the numbers cannot be changed
samples    see picker.py
kinds      of a living page the further graphs that samples have
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ..domains import REAL, Interval
from ..drawing.diagram import describe_block
from ..drawing.fold import Block
from ..drawing.grouping import grouped
from ..drawing.nest import Nest
from ..engine.row import Primitive
from ..engine.value import Value
from ..explaining.notation import number, operation, place_told, printable, shorten
from .arithmetic import MOST_WRITTEN, Form
from .excerpt import Excerpt
from .packing import finite, packed
from .picker import Picker, samples_as_json
from .views import View

LONGEST_LABEL = 200  # characters; a box shows fewer


class Shown(NamedTuple):
    """A graph as the page shows it: what the page calls its values, and its pictures."""

    part: Excerpt
    names: Mapping[Value, str]
    views: Sequence[View]


def facts(
    own: Shown,
    forms: Mapping[Form, int],
    is_fixed: bool,
    picker: Picker | None = None,
    graphs: Sequence[Shown | None] = (),
) -> str:
    """All that the script has to know, as the text of a script element.

    `forms` has the places of the functions, `is_fixed` says that the numbers cannot be changed;
    `graphs` are those of the samples, None for the page's own.
    """
    page = _graph(own, forms)
    page["view"]["picture"] = ""  # which is in the page already
    written = [g and _graph(g, forms) for g in graphs]
    samples = samples_as_json(picker, written) if picker else None
    page |= {"rows": [_row(row) for row, _ in forms], "fixed": is_fixed, "samples": samples}
    if graphs and not picker:
        page["kinds"] = written
    return as_json(page)


def _graph(shown: Shown, forms: Mapping[Form, int]) -> dict[str, Any]:
    """A graph, its blocks and its views."""
    part, blocks, titles = shown.part, shown.part.blocks, _titles(shown.part)
    position = {value: k for k, value in enumerate(part.values)}
    views = [_view(view, shown.views, blocks, titles) for view in shown.views]
    return {
        "nodes": [_node(value, shown.names, position, forms) for value in part.values],
        "home": blocks.home,
        "parents": blocks.parents,
        "blocks": [(block, titles[block], depth) for block, depth in _tree(blocks)],
        "elsewhere": {
            position[value]: [finite(total), uses]
            for value, (total, uses) in part.elsewhere.items()
        },
        "view": views[0],
        "others": packed(views[1:]),
    }


# ---- The graph ---------------------------------------------------------------------------------


def _node(
    value: Value,
    names: Mapping[Value, str],
    position: Mapping[Value, int],
    forms: Mapping[Form, int],
) -> dict[str, Any]:
    """A value, with its operands by their positions and its function by the place of its form."""
    node: dict[str, Any] = {"name": names[value], "data": finite(value.data)}
    if value.label and value.label != names[value]:
        node["label"] = printable(value.label)[:LONGEST_LABEL]
    if value.op is None:
        return node
    node |= {
        "row": forms[value.op, len(value.operands)],
        "operands": [
            position[x] if isinstance(x, Value) else {"number": finite(x)} for x in value.operands
        ],
        "locals": [None if d is None else finite(d) for d in value.local_grads],
        "words": _words(value.op, value.operands),
    }
    if value.made_at:  # without the folder, which is nobody's business
        node["line"] = re.sub(r"^.*?([^/\\]+:\d+: )", r"\1", value.made_at, count=1)
    if value.op.kind == "custom":
        node["digits"] = _standing_digits(value)
    return node


def _words(row: Primitive, operands: Sequence[Any]) -> list[str | int]:
    """How the operation is written: texts, and between them the places of operands."""
    if len(operands) > MOST_WRITTEN:
        return [f"{shorten(row.symbol)} of {len(operands)} operands"]
    # Only a plain 0 is written as it is, for it may shorten the whole, as in w·x + 0, and what
    # tells a place, as in softmax₁. A Value is equal to nothing but itself, so none is taken for 0.
    tells_place = place_told(row, operands) is not None
    marked = [
        number(x) if x == 0.0 or (tells_place and type(x) is float) else f"\0{place}\0"
        for place, x in enumerate(operands)
    ]
    parts = re.split("\0", operation(row, marked))
    return [int(part) if k % 2 else part for k, part in enumerate(parts)]


def _standing_digits(value: Value) -> int:
    """With how many digits the operands give the shown result; 0 if with none.

    For other operations the page finds this out itself, in `standing`; one of the user's own has no
    function there.
    """
    assert value.op is not None
    numbers = [x.data if isinstance(x, Value) else x for x in value.operands]
    for digits in range(4, 18):
        try:
            result = value.op.value([float(f"{x:.{digits}g}") for x in numbers])
        except (ValueError, ArithmeticError):
            continue
        if number(result) == number(value.data):
            return digits
    return 0


def _row(row: Primitive) -> dict[str, Any]:
    """What the page says of a row when a slider leads to where it has no value."""
    return {
        "name": row.name,
        "overflows": row.kind == "operator" or row.name in ("sum", "dot"),  # to ±inf, in Python too
        "domain": [None if x == REAL else _interval(x) for x in row.domain],
    }


def _interval(interval: Interval) -> dict[str, Any]:
    return {
        "low": finite(interval.low),
        "high": finite(interval.high),
        "excluded": interval.excluded,
        "text": str(interval),
    }


# ---- Views and blocks --------------------------------------------------------------------------


def _view(view: View, views: Sequence[View], blocks: Nest, titles: Sequence[str]) -> dict[str, Any]:
    """A picture, with what its boxes and arrows are, and what a click on each block does."""
    place = {key: k for k, key in enumerate(view.plan.boxes)}
    return {
        "unfolded": sorted(view.plan.unfolded),
        "boxes": view.boxes,
        "arrows": [(place[tail], place[head], at) for tail, head, at in view.plan.arrows],
        "blocks": [_toggle(block, view, views, blocks, titles) for block in range(len(titles))],
        "picture": view.picture,
    }


def _toggle(
    block: int, view: View, views: Sequence[View], blocks: Nest, titles: Sequence[str]
) -> dict[str, Any]:
    """How a block is listed in a view, and which view shows it folded or unfolded instead.

    Where no view shows just that, it is the one with fewest blocks folded otherwise.
    """
    parent, unfolded = blocks.parents[block], view.plan.unfolded
    wanted = blocks.toggled(unfolded, block)
    others = [
        (len(wanted ^ other.plan.unfolded), k)
        for k, other in enumerate(views)
        if (block in other.plan.unfolded) == (block in wanted)
    ]
    entry = {
        "action": f"{'Fold' if block in unfolded else 'Unfold'} {titles[block]}",
        "listed": parent < 0 or parent in unfolded or block in unfolded,
    }
    return entry | ({"after": min(others)[1]} if others else {})


def _titles(part: Excerpt) -> list[str]:
    """What each block is called: by its path, or like the box of a rank."""
    blocks = part.blocks
    homes = zip(part.values, blocks.home, strict=True)
    inside = grouped((block, value) for value, home in homes for block in blocks.around(home))
    boxes = [
        describe_block(Block(name, inside[block], [], []), False)
        for block, name in enumerate(blocks.names)
    ]
    return [box.name or f"{box.heading} · {box.numbers}" for box in boxes]


def _tree(blocks: Nest) -> list[tuple[int, int]]:
    """The blocks, each below the one around it, and how deep it lies."""
    ways = sorted(list(blocks.around(block))[::-1] for block in range(len(blocks.names)))
    return [(way[-1], len(way) - 1) for way in ways]


# ---- JSON --------------------------------------------------------------------------------------


def as_json(data: Any) -> str:
    """JSON that can stand in a script element: nothing in it looks like a tag."""
    text = json.dumps(data, allow_nan=False, separators=(",", ":"))  # ASCII, so no U+2028
    return text.replace("<", r"\u003c").replace(">", r"\u003e").replace("&", r"\u0026")
