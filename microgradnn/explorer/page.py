"""Writing the step-through page: the graph as data, its arithmetic as JavaScript, its picture."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import tempfile
import webbrowser
import zlib
from collections.abc import Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from ..drawing.diagram import describe_block
from ..drawing.fold import MOST_ARROWS, MOST_BOXES, Block, Nest
from ..drawing.grouping import grouped
from ..drawing.picture import write
from ..engine.derivatives import has_changed_operands
from ..engine.formulas import JAVASCRIPT, Formula, statements
from ..engine.modes import large_graph
from ..engine.row import PRIMITIVES, REAL, Interval, Primitive
from ..engine.value import Value
from ..explaining import steps
from ..explaining.notation import names_of, number, operation, printable, shorten
from .excerpt import excerpt, followed
from .views import View, views

MOST_WRITTEN = 12  # operands of an operation whose equation is written out
NOTEBOOK_HEIGHT = 860  # pixels of the page inside a notebook

# `sum` must be exact, as it is here, and Math has no erf and erfc: arithmetic.js has all three.
_OURS = {"sum", "erf", "erfc"}
PAGE = JAVASCRIPT._replace(
    function=lambda name: name if name in _OURS else JAVASCRIPT.function(name)
)


class Explorer:
    """The page as one HTML document, `html`; it shows itself in notebooks."""

    def __init__(self, html: str) -> None:
        self.html = html

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the page to a file that ends in .html; it needs nothing else."""
        write(path, "a page", dict.fromkeys((".html", ".htm"), self.html.encode))

    def open(self) -> None:
        """Show the page in a browser, from a file that is left in the temporary directory."""
        path = Path(tempfile.mkdtemp(prefix="microgradnn-")) / "explorer.html"
        self.save(path)
        webbrowser.open(path.as_uri())

    def _repr_html_(self) -> str:
        return (
            '<iframe sandbox="allow-scripts" title="Back propagation, step by step" '
            f'width="100%" height="{NOTEBOOK_HEIGHT}" style="border:0" '
            f'srcdoc="{escape(self.html)}"></iframe>'
        )


def explore(
    root: Value, title: str = "Back propagation, step by step", mistakes: bool = False
) -> Explorer:
    """A page that steps through both passes over the graph of `root`, one contribution at a time.

    Its sliders change the leaves and recompute everything. With `mistakes` a learner can look at
    the runs of three wrong programs beside the right one.

    Neurons, layers and the model can be folded and unfolded. Above 60 boxes or 120 arrows the page
    starts folded, as `draw` does. Of a graph that is too large for a page it follows one sample,
    with recorded numbers.

    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> page = explore(a * b + a, title="Two paths to a")
    >>> "<h1>Two paths to a</h1>" in page.html
    True
    """
    with large_graph():
        order = steps(root).order
        values = followed(order)
        _refuse_changed_data(values)
        values, blocks, elsewhere, left_out = excerpt(order, values)
        names = names_of(values)
        found = views(values, list(names.values()), blocks)
    if mistakes and found[0].plan.is_folded:
        raise ValueError(
            f"mistakes are shown in graphs of at most {MOST_BOXES} values and {MOST_ARROWS} "
            f"operands, this has {len(order):,} values; explore a Value further down"
        )
    position = {node: k for k, node in enumerate(values)}
    rows: dict[tuple[Primitive, int], int] = {}
    fixed, titles = _why_fixed(values, left_out), _titles(values, blocks)
    shown = [_view(view, found, blocks, titles) for view in found]
    data = {
        "nodes": [_node(node, names, position, rows) for node in values],
        "rows": [_row(row) for row, _ in rows],
        "home": blocks.home,
        "parents": blocks.parents,
        "blocks": [(block, titles[block], depth) for block, depth in _tree(blocks)],
        "elsewhere": {position[x]: [_finite(total), n] for x, (total, n) in elsewhere.items()},
        "fixed": bool(fixed),
        "view": shown[0] | {"picture": ""},  # which is in the page already
        "others": _packed(shown[1:]),
    }
    functions = ",\n".join(f"  {_function(*row, bool(left_out))}" for row in rows)
    parts = [_part("arithmetic.js"), f"const functions = [\n{functions}\n];\n", _part("page.js")]
    script = "\n".join([*parts, *([_part("mistakes.js")] if mistakes else [])])
    return Explorer(
        Template(_part("page.html")).substitute(
            title=escape(printable(title)),
            style=_part("page.css"),
            picture=found[0].picture,
            left_out=escape(left_out),
            fixed=escape(fixed),
            training=" hidden" if left_out else "",
            folding="" if blocks.names or left_out else " hidden",
            data=_json(data),
            script=script,
            hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        )
    )


def _part(name: str) -> str:
    """A part of the page, without the indentation and comments that are for those who change it."""
    text = Path(__file__).with_name(name).read_text("utf-8")
    return re.sub(r"^ *((//|/\*|\*(?! \{)).*\n)?", "", text, flags=re.MULTILINE)


def _refuse_changed_data(order: Sequence[Value]) -> None:
    """The page says where numbers come from, so they must come from there."""
    for node in order:
        if node.op is not None and has_changed_operands(node):
            raise ValueError(
                f"the data of an operand of {node.label or node.op.name!r} has changed since "
                "it was computed; run the forward pass again, and explore its result"
            )


# ---- The graph as data -------------------------------------------------------------------------


def _why_fixed(values: Sequence[Value], left_out: str) -> str:
    """Why the page cannot compute the graph again, if it cannot."""
    if left_out:
        return "The numbers cannot be changed here, for the page does not hold the whole graph."
    own = [node.op.name for node in values if node.op and node.op.kind == "custom"]
    if own:
        return (
            f"The numbers cannot be changed here: {own[0]} is an operation of your own, which has "
            "no JavaScript form. The steps show what Python recorded."
        )
    return ""


def _node(
    node: Value,
    names: dict[Value, str],
    position: dict[Value, int],
    rows: dict[tuple[Primitive, int], int],
) -> dict[str, Any]:
    """A node for the page; its row is a number, which is given here to each new row."""
    if node.op is None:
        return {"name": names[node], "data": _finite(node.data)}
    entry = {
        "name": names[node],
        "data": _finite(node.data),
        "row": rows.setdefault((node.op, len(node.operands)), len(rows)),
        "operands": [
            position[x] if isinstance(x, Value) else {"number": _finite(x)} for x in node.operands
        ],
        "locals": [None if d is None else _finite(d) for d in node.local_grads],
        "words": _words(node.op, node.operands),
    }
    return entry | ({"digits": _standing_digits(node)} if node.op.kind == "custom" else {})


def _view(view: View, views: Sequence[View], blocks: Nest, titles: Sequence[str]) -> dict[str, Any]:
    """A view for the page."""
    place = {name: k for k, name in enumerate(view.plan.boxes)}
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

    Where that view is not there, it is the one most like it.
    """
    parent, unfolded = blocks.parents[block], view.plan.unfolded
    wanted = blocks.toggled(unfolded, block)
    after = [
        (len(wanted ^ other.plan.unfolded), k)
        for k, other in enumerate(views)
        if (block in other.plan.unfolded) == (block in wanted)
    ]
    entry = {
        "action": f"{'Fold' if block in unfolded else 'Unfold'} {titles[block]}",
        "listed": parent < 0 or parent in unfolded or block in unfolded,
    }
    return entry | ({"after": min(after)[1]} if after else {})


def _titles(values: Sequence[Value], blocks: Nest) -> list[str]:
    """What each block is called: by its path, or like the box of a row."""
    homes = zip(values, blocks.home, strict=True)
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


def _packed(data: Any) -> str:
    """JSON, compressed, for pictures of the same boxes are much alike."""
    text = json.dumps(data, separators=(",", ":")).encode()
    return base64.b64encode(zlib.compress(text, 9)).decode() if data else ""


def _row(row: Primitive) -> dict[str, Any]:
    return {
        "name": row.name,
        "overflows": row.kind == "operator" or row.name in ("sum", "dot"),  # to ±inf, in Python too
        "domain": [None if x == REAL else _interval(x) for x in row.domain],
    }


def _interval(interval: Interval) -> dict[str, Any]:
    return {
        "low": _finite(interval.low),
        "high": _finite(interval.high),
        "excluded": interval.excluded,
        "text": str(interval),
    }


def _words(row: Primitive, operands: Sequence[Any]) -> list[str | int]:
    """How the operation is written: texts, and between them the places of operands."""
    if len(operands) > MOST_WRITTEN:
        return [f"{shorten(row.symbol)} of {len(operands)} operands"]
    # A Value equals itself alone, so it is the number 0 that is written out.
    marked = ["0" if x == 0.0 else f"\0{place}\0" for place, x in enumerate(operands)]
    parts = re.split("\0", operation(row, marked))
    return [int(part) if k % 2 else part for k, part in enumerate(parts)]


def _standing_digits(node: Value) -> int:
    """With how many digits the operands give the shown result; 0 if with none (see page.js)."""
    assert node.op is not None
    numbers = [x.data if isinstance(x, Value) else x for x in node.operands]
    for digits in range(4, 18):
        try:
            result = node.op.value([float(f"{x:.{digits}g}") for x in numbers])
        except (ValueError, ArithmeticError):
            continue
        if number(result) == number(node.data):
            return digits
    return 0


def _finite(x: float) -> float | str:
    """A number as JSON has it, else the text that JavaScript's Number() understands."""
    return x if x - x == 0 else {"inf": "Infinity", "-inf": "-Infinity"}.get(str(x), "NaN")


def _json(data: Any) -> str:
    """JSON that can stand in a script element: nothing in it looks like a tag."""
    text = json.dumps(data, allow_nan=False, separators=(",", ":"))  # ASCII, so no U+2028
    return text.replace("<", r"\u003c").replace(">", r"\u003e").replace("&", r"\u0026")


# ---- The arithmetic as JavaScript --------------------------------------------------------------


def _function(row: Primitive, count: int, is_recorded: bool) -> str:
    """A row as a JavaScript function of its operands: its value, then its local derivatives."""
    if row.kind == "custom" or (is_recorded and count > MOST_WRITTEN):
        return "null"
    operands = [Formula(f"x{k}") for k in range(count)]
    # Whose share softmax gives is a number. The page puts that logit first.
    chosen = row is PRIMITIVES["softmax"]
    lines = _assignments(row, [0.0, *operands[1:]] if chosen else operands)
    places = range(int(chosen), count)
    function = (
        f"({', '.join(f'x{k}' for k in places)}) => {{ // {row.name}\n"
        + "".join(f"    const {line};\n" for line in lines)
        + f"    return [{', '.join(['out', *(f'd{k}' for k in places)])}];\n  }}"
    )
    return f"ofChosen({function})" if chosen else function


def _assignments(row: Primitive, operands: Sequence[Any]) -> list[str]:
    value = row.forward(*operands) if row.kind == "formula" else row(*operands)
    derivatives = row.partials_on(Formula("out"), operands, [True] * len(operands))
    formulas: dict[str, Any] = {"out": value}
    if value.row is PRIMITIVES["sum"]:  # JavaScript's + would round each time
        formulas = {f"term{k}": term for k, term in enumerate(value.operands)}
        formulas["out"] = Formula(f"sum({', '.join(formulas)})")
    formulas |= {f"d{k}": derivative for k, derivative in enumerate(derivatives)}
    return statements(formulas, PAGE)
