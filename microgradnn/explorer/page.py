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
from .hiding import style_without
from .picker import Picker
from .textbook import formulas
from .views import views

MOST_VIEWS, MOST_PAINTED = 16, 500  # of the graph of samples, besides the page's own


class Further(NamedTuple):
    """What a living page has besides a graph: a section, modules that are made, and files."""

    section: str
    made: Mapping[str, str]
    modules: Sequence[str]


<<<<<<< HEAD
=======
def explore(
    root: Any,
    X: Any = None,
    y: Any = None,
    *,
    loss: Any = None,
    optimizer: Any = None,
    batch_size: int | None = None,
    validation: Any = None,
    history: Any = None,
    seed: int = 0,
    title: str | None = None,
    mistakes: bool = False,
) -> Explorer:
    """A page that steps through both passes of a graph; or one on which a network trains.

    `explore(root)` steps through both passes over the graph of a Value, one contribution at a time.

    Its sliders change the leaves and recompute everything. With `mistakes` a learner can look at
    the runs of three wrong programs beside the right one.

    Neurons, layers and the model can be folded and unfolded. Above 60 boxes or 120 arrows the page
    starts folded, as `draw` does. Of a graph that is too large for a page it follows one sample,
    with recorded numbers.

    `explore(model, X, y, loss=…)` gives the model, the loss and the samples to a page on which
    they train as `fit` trains them, with the same numbers: all in one file, by programs that are
    compiled to JavaScript. The arguments are those of `fit`; without `batch_size` a step is taken
    on all samples. A `history` that kept its weights, by `fit(…, keep_weights=True)`, is replayed.
    The model stays as it is. What `fit` would train eagerly, learning rates of your own, and
    optimizers of your own that are no formulas are refused by ValueError, which says why.

    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> page = explore(a * b + a, title="Two paths to a")
    >>> "<h1>Two paths to a</h1>" in page.html
    True

    >>> from microgradnn import losses, nn
    >>> X, y = [[0.0, 1.0], [1.0, 0.5]], [1, -1]
    >>> page = explore(nn.MLP(2, [3, 1]), X, y, loss=losses.hinge_loss, title="My own")
    >>> "<h1>My own</h1>" in page.html
    True
    """
    how = {
        "loss": loss,
        "optimizer": optimizer,
        "batch_size": batch_size,
        "validation": validation,
        "history": history,
        "seed": seed,
    }
    if _is_living(root, X, y, how, mistakes):
        from .living import living

        return living(root, X, y, "A network learns" if title is None else title, **how)
    own = "Back propagation, step by step"
    return _stepped(root, own if title is None else title, mistakes)


def _is_living(what: Any, X: Any, y: Any, how: Mapping[str, Any], mistakes: bool) -> bool:
    """Whether a living page is asked for; a call that mixes the kinds of pages is refused."""
    if isinstance(X, str):
        raise TypeError(f"X must be samples, got a str; write explore(root, title={X!r:.60})")
    no_seed = type(how["seed"]) is int and how["seed"] == 0
    given = {"X": X, "y": y, **how, "seed": None if no_seed else how["seed"]}
    wanted = [name for name, x in given.items() if x is not None]
    if isinstance(what, Value) and wanted:
        raise TypeError(
            f"{wanted[0]} is for a network that trains, but a Value was given; write "
            "explore(root), or explore(model, X, y, loss=…)"
        )
    if not isinstance(what, Module):
        if wanted:
            must_be(Module, what, "root", f"a network, a Module, where {wanted[0]} is given")
        return False
    if X is None or y is None or how["loss"] is None:
        missing = "X and y" if X is None else "y" if y is None else "loss"
        raise TypeError(
            f"{missing} must be given for a network to train: explore(model, X, y, loss=…); to "
            "step through a pass, explore its loss, a Value"
        )
    if mistakes:
        raise ValueError("mistakes are shown of a graph alone: explore(root, mistakes=True)")
    return True


def _stepped(root: Value, title: str, mistakes: bool) -> Explorer:
    with large_graph(), waiting("exploring"):
        order = steps(root).order
        reached(0.05, "looking for samples")
        batch = batch_of(order)
        found = picker(order, batch) if batch else None
        part = found.kinds[0].part if found and not can_be_computed(order) else excerpt(order)
        reached(0.6, "checking that nothing has changed")
        _refuse_changed_data(part.origins or order)
        reached(0.8, "painting")
        own = shown(part)
        graphs = [
            None if kind.part is part else shown(kind.part, MOST_VIEWS, MOST_PAINTED)
            for kind in (found.kinds if found else [])
        ]
    if mistakes and own.views[0].plan.is_folded:
        raise ValueError(
            f"mistakes are shown in graphs of at most {MOST_BOXES} values and {MOST_ARROWS} "
            f"operands, this has {len(order):,} values; explore a Value further down"
        )
    return Explorer(document_of(title, own, mistakes, found, graphs))


>>>>>>> living
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
    hidden: Sequence[str] = (),
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
