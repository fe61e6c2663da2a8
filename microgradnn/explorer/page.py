"""Writing the step-through page: `explore`, and what the page is given of a graph."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from ..collector import large_graph
from ..drawing.fold import MOST_ARROWS, MOST_BOXES
from ..engine.derivatives import has_changed_operands
from ..engine.value import Value
from ..explaining import steps
from ..explaining.names import names_of
from ..waiting import reached, waiting
from .arithmetic import Form, functions
from .document import asset, document
from .excerpt import Excerpt, excerpt
from .facts import Shown, facts
from .following import can_be_computed
from .frame import Explorer
from .hiding import as_parts, style_without
from .picker import Picker, picker
from .sample import batch_of
from .textbook import formulas
from .views import views

MOST_VIEWS, MOST_PAINTED = 16, 500  # of the graph of samples, besides the page's own


def explore(
    root: Value,
    title: str = "Back propagation, step by step",
    mistakes: bool = False,
    hide: Iterable[str] = (),
) -> Explorer:
    """A page that steps through both passes over the graph of `root`, one contribution at a time.

    Its sliders change the leaves and recompute everything. With `mistakes` a learner can look at
    the runs of three wrong programs beside the right one.

    Neurons, layers and the model can be folded and unfolded. Above 60 boxes or 120 arrows the page
    starts folded, as `draw` does. Of a graph that is too large for a page it follows one sample,
    with recorded numbers.

    The parts in `hide` are left out, as a handout may want it: "leaves", "nudged" (the gradients by
    nudging), "descent", "blocks" (which then neither fold nor unfold), "panel" (of a box that is
    chosen), "samples", "quiz", "play", "search", "presentation", "link". Others are refused.

    The page's address holds all that its reader has chosen; `#present` behind it presents.

    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> page = explore(a * b + a, title="Two paths to a")
    >>> "<h1>Two paths to a</h1>" in page.html
    True
    >>> explore(a * b, hide=("nudge",))
    Traceback (most recent call last):
    ValueError: hide has 'nudge', but the parts of a page are leaves, nudged, descent, blocks, \
panel, samples, quiz, play, search, presentation, link
    """
    hidden = as_parts(hide)
    with large_graph(), waiting("exploring"):
        order = steps(root).order
        reached(0.05, "looking for samples")
        batch = batch_of(order)
        found = picker(order, batch) if batch else None
        part = found.kinds[0].part if found and not can_be_computed(order) else excerpt(order)
        reached(0.6, "checking that nothing has changed")
        _refuse_changed_data(part.origins or order)
        reached(0.8, "painting")
        own = _shown(part)
        graphs = [
            None if kind.part is part else _shown(kind.part, MOST_VIEWS, MOST_PAINTED)
            for kind in (found.kinds if found else [])
        ]
    if mistakes and own.views[0].plan.is_folded:
        raise ValueError(
            f"mistakes are shown in graphs of at most {MOST_BOXES} values and {MOST_ARROWS} "
            f"operands, this has {len(order):,} values; explore a Value further down"
        )
    return Explorer(_document(title, own, mistakes, found, graphs, hidden))


def _shown(part: Excerpt, most: int | None = None, room: int | None = None) -> Shown:
    """An excerpt with the names and pictures that the page has of it."""
    names = names_of(part.values)
    return Shown(part, names, views(part.values, list(names.values()), part.blocks, most, room))


def _refuse_changed_data(order: Sequence[Value]) -> None:
    """The page says where numbers come from, so they must come from there."""
    for node in order:
        if node.op is not None and has_changed_operands(node):
            raise ValueError(
                f"the data of an operand of {node.label or node.op.name!r} has changed since "
                "it was computed; run the forward pass again, and explore its result"
            )


def _document(
    title: str,
    own: Shown,
    mistakes: bool,
    found: Picker | None,
    graphs: Sequence[Shown | None],
    hidden: Sequence[str] = (),
) -> str:
    """The page's HTML: what the template and the script are given of the graph."""
    part = own.part
    every = [own, *filter(None, graphs)]
    values = [value for shown in every for value in shown.part.values]
    forms = _forms(values)
    made = {
        "functions.js": functions(forms, bool(part.left_out) and not found),
        "formulas.js": formulas(forms, values),
        "optional.js": _optional(any(shown.part.blocks.names for shown in every)),
    }
    fixed = _why_fixed(part)
    parts = {
        "picture": own.views[0].picture,
        "left_out": escape(part.left_out),
        "fixed": escape(fixed),
        "training": " hidden" if part.left_out else "",
        "sampling": asset("samples.html") if found else "",
        "folding": "" if part.blocks.names or part.left_out else " hidden",
        "data": facts(own, forms, bool(fixed), found, graphs),
        "hidden": " ".join(hidden),
        "style_without": style_without(hidden),
    }
    modules = ["main.js", *["sums.js"] * bool(found), *["mistakes.js"] * mistakes]
    made["start.js"] = _start(modules)
    return document(title, ["start.js"], made, parts)


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
