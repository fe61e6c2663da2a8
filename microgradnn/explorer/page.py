"""Writing the step-through page: the graph as data, its arithmetic as JavaScript, its picture."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import tempfile
import webbrowser
from collections.abc import Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from ..derivatives import has_changed_operands
from ..drawing.diagram import Diagram, describe
from ..drawing.geometry import Edge, Size
from ..drawing.layout import lay_out
from ..drawing.svg import box_size, edge_of, paint
from ..formulas import JAVASCRIPT, Formula, statements
from ..notation import names_of, number, operation, printable, shorten
from ..primitives import PRIMITIVES, REAL, Interval, Primitive
from ..teaching import Contribution, Forward, steps
from ..teaching.passes import Step
from ..value import Value

MOST_BOXES = 60
MOST_WRITTEN = 12  # operands of an operation whose equation is written out
LABEL_WIDTH = 64  # pixels on an arrow, for sliders make numbers longer
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
        path = Path(path)
        if path.suffix.lower() not in (".html", ".htm"):
            raise ValueError(f"a page is saved as .html, not as {path.name!r}")
        if not path.parent.is_dir():
            raise FileNotFoundError(f"no directory {str(path.parent)!r} to save {path.name!r} in")
        path.write_text(self.html, encoding="utf-8", newline="\n")

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

    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> page = explore(a * b + a, title="Two paths to a")
    >>> "<h1>Two paths to a</h1>" in page.html
    True
    """
    passes = steps(root)
    order = passes.order
    if len(order) > MOST_BOXES:
        raise ValueError(
            f"this graph has {len(order):,} values; the page shows at most {MOST_BOXES} boxes: "
            "explore a Value further down, which was computed from fewer"
        )
    _refuse_changed_data(order)
    names = names_of(order)
    position = {node: k for k, node in enumerate(order)}
    rows: dict[tuple[Primitive, str], int] = {}
    data = {
        "nodes": [_node(node, names, position, rows) for node in order],
        "rows": [_row(row) for row, _ in rows],
        "steps": [_step(step, position) for step in passes],
    }
    functions = ",\n".join(f"  {text}" for _, text in rows)
    parts = [_part("arithmetic.js"), f"const functions = [\n{functions}\n];\n", _part("page.js")]
    script = "\n".join([*parts, *([_part("mistakes.js")] if mistakes else [])])
    return Explorer(
        Template(_part("page.html")).substitute(
            title=escape(printable(title)),
            style=_part("page.css"),
            picture=_picture(order, names),
            data=_json(data),
            script=script,
            hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        )
    )


def _part(name: str) -> str:
    return Path(__file__).with_name(name).read_text("utf-8")


def _refuse_changed_data(order: Sequence[Value]) -> None:
    """The page says where numbers come from, so they must come from there."""
    for node in order:
        if node.op is not None and has_changed_operands(node):
            raise ValueError(
                f"the data of an operand of {node.label or node.op.name!r} has changed since "
                "it was computed; run the forward pass again, and explore its result"
            )


def _numbers(node: Value) -> list[float]:
    return [x.data if isinstance(x, Value) else x for x in node.operands]


def _picture(order: Sequence[Value], names: dict[Value, str]) -> str:
    """The picture as `draw` makes it, but with the names by which the page speaks of its boxes."""
    boxes, arrows = describe(order)
    named = [
        box._replace(name=names[node], details=printable(node.label) or names[node])
        for node, box in zip(order, boxes, strict=True)
    ]
    geometry = lay_out([*map(box_size, named)], [_roomy(edge_of(arrow)) for arrow in arrows])
    return paint(Diagram(named, arrows), geometry)


def _roomy(edge: Edge) -> Edge:
    return edge._replace(label=Size(max(edge.label.width, LABEL_WIDTH), edge.label.height))


# ---- The graph as data -------------------------------------------------------------------------


def _node(
    node: Value,
    names: dict[Value, str],
    position: dict[Value, int],
    rows: dict[tuple[Primitive, str], int],
) -> dict[str, Any]:
    """A node for the page; its row is a number, which is given here to each new row."""
    if node.op is None:
        return {"name": names[node], "data": _finite(node.data)}
    entry = {
        "name": names[node],
        "data": _finite(node.data),
        "row": rows.setdefault((node.op, _function(node.op, node.operands)), len(rows)),
        "operands": [
            position[x] if isinstance(x, Value) else {"number": _finite(x)} for x in node.operands
        ],
        "locals": [None if d is None else _finite(d) for d in node.local_grads],
        "words": _words(node.op, node.operands),
    }
    return entry | ({"digits": _standing_digits(node)} if node.op.kind == "custom" else {})


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


def _step(step: Step, position: dict[Value, int]) -> list[str | int]:
    node = position[step.node]
    if isinstance(step, Contribution):
        return ["edge", node, step.place]
    return ["forward" if isinstance(step, Forward) else "seed", node]


def _words(row: Primitive, operands: Sequence[Any]) -> list[str | int]:
    """How the operation is written: texts, and between them the places of operands."""
    if len(operands) > MOST_WRITTEN:
        return [f"{shorten(row.symbol)} of {len(operands)} operands"]
    marked = ["0" if x == 0.0 else f"\0{place}\0" for place, x in enumerate(map(_plain, operands))]
    parts = re.split("\0", operation(row, marked))
    return [int(part) if k % 2 else part for k, part in enumerate(parts)]


def _plain(operand: Any) -> float | None:
    return None if isinstance(operand, Value) else operand


def _standing_digits(node: Value) -> int:
    """With how many digits the operands give the shown result; 0 if with none (see page.js)."""
    assert node.op is not None
    for digits in range(4, 18):
        try:
            result = node.op.value([float(f"{x:.{digits}g}") for x in _numbers(node)])
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


def _function(row: Primitive, operands: Sequence[Any]) -> str:
    """A row as a JavaScript function of its operands: its value, then its local derivatives."""
    if row.kind == "custom":
        return "null"
    places = range(len(operands))
    try:
        lines = _assignments(row, [Formula(f"x{k}") for k in places])
    except TypeError:  # a row that looks at a number, as softmax does, is given the number
        lines = _assignments(
            row, [Formula(f"x{k}") if _plain(x) is None else x for k, x in enumerate(operands)]
        )
    return (
        f"({', '.join(f'x{k}' for k in places)}) => {{ // {row.name}\n"
        + "".join(f"    const {line};\n" for line in lines)
        + f"    return [{', '.join(['out', *(f'd{k}' for k in places)])}];\n  }}"
    )


def _assignments(row: Primitive, operands: Sequence[Any]) -> list[str]:
    value = row.forward(*operands) if row.kind == "formula" else row(*operands)
    derivatives = row.partials_on(Formula("out"), operands, [True] * len(operands))
    formulas: dict[str, Any] = {"out": value}
    if value.row is PRIMITIVES["sum"]:  # JavaScript's + would round each time
        formulas = {f"term{k}": term for k, term in enumerate(value.operands)}
        formulas["out"] = Formula(f"sum({', '.join(formulas)})")
    formulas |= {f"d{k}": derivative for k, derivative in enumerate(derivatives)}
    return statements(formulas, PAGE)
