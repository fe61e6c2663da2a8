"""The step-through page of a graph: what its document and its script are given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import NamedTuple

from ..engine.value import Value
from ..explaining.names import names_of
from .arithmetic import Form, functions
from .document import asset, document
from .excerpt import Excerpt
from .facts import Shown, facts
from .heights import ratio_of
from .hiding import Part, style_without
from .picker import Picker
from .textbook import formulas
from .views import views

MOST_VIEWS, MOST_PAINTED = 16, 500  # of the graph of samples, besides the page's own


class Further(NamedTuple):
    """What a living page has besides a graph: a section, modules that are made, and files."""

    section: str
    made: Mapping[str, str]
    modules: Sequence[str]


def shown(part: Excerpt, most: int | None = None, room: int | None = None) -> Shown:
    """An excerpt with the names and pictures that the page has of it."""
    names = names_of(part.values)
    return Shown(part, names, views(part.values, list(names.values()), part.blocks, most, room))


def document_of(
    title: str,
    own: Shown,
    mistakes: bool,
    found: Picker | None,
    graphs: Sequence[Shown | None],
    hidden: Sequence[Part] = (),
    more: Further | None = None,
) -> str:
    """The page's HTML: what the template and the script are given of the graph."""
    part = own.part
    every = [own, *filter(None, graphs)]
    values = [value for one in every for value in one.part.values]
    forms = _forms(values)
    made = {
        "functions.js": functions(forms, bool(part.left_out) and not found),
        "formulas.js": formulas(forms, values),
        "optional.js": _optional(any(one.part.blocks.names for one in every)),
        **(more.made if more else {}),
    }
    fixed = _why_fixed(part)
    parts = {
        "picture": own.views[0].picture,
        "ratio": f"{ratio_of(own):.3f}",
        "left_out": escape(part.left_out),
        "fixed": escape(fixed),
        "training": " hidden" if part.left_out else "",
        "sampling": asset("samples.html") if found else "",
        "folding": "" if part.blocks.names or part.left_out else " hidden",
        "data": facts(own, forms, bool(fixed), found, graphs),
        "hidden": " ".join(hidden),
        "style_without": style_without(hidden),
        "living": more.section if more else "",
    }
    modules = ["main.js", *["sums.js"] * bool(found), *["mistakes.js"] * mistakes]
    modules += more.modules if more else []
    made["start.js"] = _start(modules)
    styles = ["living.css", "training.css"] * bool(more)
    return document(title, ["start.js"], made, parts, styles)


def _forms(values: Sequence[Value]) -> dict[Form, int]:
    """The rows by which the values are computed, with their numbers of operands, in order."""
    found: dict[Form, int] = {}
    for value in values:
        if value.op is not None:
            found.setdefault((value.op, len(value.operands)), len(found))
    return found


def _optional(has_blocks: bool) -> str:
    """The module that imports what pages with blocks need, and others do not."""
    return "// Nothing.\n" + 'import "./vectors.js";\n' * has_blocks


def _start(modules: Sequence[str]) -> str:
    """The module that comes last: when all parts are there they become what the address says."""
    imports = "".join(f'import "./{name}";\n' for name in modules)
    return f'{imports}import {{ readAddress }} from "./address.js";\nreadAddress();\n'


def _why_fixed(part: Excerpt) -> str:
    """Why the page cannot compute the graph again, if it cannot."""
    if part.left_out:
        return "The numbers cannot be changed here, for the page does not hold the whole graph."
    own = [node.op.name for node in part.values if node.op and node.op.kind == "custom"]
    if own:
        return (
            f"The numbers cannot be changed here: {own[0]} is an operation of your own, which has "
            "no JavaScript form. The steps show what Python recorded."
        )
    return ""
