"""`explore`: the page of a graph, or the living page of a network that trains."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, overload

from ..arguments import must_be
from ..collector import large_graph
from ..drawing.drawn import picture_of_now
from ..drawing.fold import MOST_ARROWS, MOST_BOXES
from ..engine.derivatives import has_changed_operands
from ..engine.value import Value
from ..explaining import steps
from ..nn import Module
from ..waiting import reached, waiting
from .excerpt import excerpt
from .following import can_be_computed
from .frame import Explorer
from .heights import heights_of
from .hiding import Part, as_parts
from .page import MOST_PAINTED, MOST_VIEWS, document_of, shown
from .picker import picker
from .sample import batch_of

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from ..optim import Optimizer
    from ..training.history import History
    from ..training.shares import Loss


@overload
def explore(
    root: Value,
    *,
    title: str | None = None,
    mistakes: bool = False,
    hide: Iterable[Part] = (),
) -> Explorer: ...
@overload
def explore(
    root: Module,
    X: ArrayLike,
    y: ArrayLike,
    *,
    loss: Loss,
    optimizer: Optimizer | None = None,
    batch_size: int | None = None,
    validation: tuple[ArrayLike, ArrayLike] | float | None = None,
    history: History | None = None,
    seed: int = 0,
    title: str | None = None,
    hide: Iterable[Part] = (),
) -> Explorer: ...
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
    hide: Iterable[Part] = (),
) -> Explorer:
    """A page that steps through both passes of a graph; or one on which a network trains.

    `explore(root)` steps through both passes over the graph of a Value, one contribution at a time.

    Its sliders change the leaves and recompute everything. With `mistakes` a learner can look at
    the runs of three wrong programs beside the right one.

    Neurons, layers and the model can be folded and unfolded. Above 60 boxes or 120 arrows the page
    starts folded, as `draw` does. Of a graph that is too large for a page it follows one sample,
    with recorded numbers.

    The parts in `hide` are left out, as a handout may want it: "leaves", "nudged" (the gradients by
    nudging), "descent", "blocks" (which then neither fold nor unfold), "panel" (of a box that is
    chosen), "samples", "quiz", "play", "search", "presentation", "link".

    The page's address holds all that its reader has chosen; `#present` behind it presents.

    `explore(model, X, y, loss=…)` gives the model, the loss and the samples to a page on which
    they train as `fit` trains them, with the same numbers: all in one file, by programs that are
    compiled to JavaScript. The arguments are those of `fit`; without `batch_size` a step is taken
    on all samples. A `history` that kept its weights, by `fit(…, keep_weights=True)`, is replayed.
    The model stays as it is.

    Raises TypeError if an argument is of another kind, or belongs to the other page; ValueError if
    data have changed since the forward pass, a part is unknown, or the page cannot train as `fit`
    can: what that would train eagerly, and learning rates and optimizers of your own that are no
    formulas.

    >>> from microgradnn import Value, explore
    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> page = explore(a * b + a, title="Two paths to a")
    >>> "<h1>Two paths to a</h1>" in page.html
    True
    >>> explore(a * b, hide=("nudge",))
    Traceback (most recent call last):
    ValueError: hide has 'nudge', but the parts of a page are leaves, nudged, descent, blocks, \
panel, samples, quiz, play, search, presentation, link

    >>> from microgradnn import losses, nn
    >>> X, y = [[0.0, 1.0], [1.0, 0.5]], [1, -1]
    >>> page = explore(nn.MLP(2, [3, 1]), X, y, loss=losses.hinge_loss, title="My own")
    >>> "<h1>My own</h1>" in page.html
    True
    """
    hidden = as_parts(hide)
    how = {
        "loss": loss,
        "optimizer": optimizer,
        "batch_size": batch_size,
        "validation": validation,
        "history": history,
        "seed": seed,
    }
    must_be(bool, mistakes, "mistakes", "True or False")
    if _is_living(root, X, y, how, mistakes):
        from .living import living  # only now, for what trains needs NumPy

        return living(root, X, y, "A network learns" if title is None else title, hidden, **how)
    own = "Back propagation, step by step"
    return _stepped(root, own if title is None else title, mistakes, hidden)


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


def _stepped(root: Value, title: str, mistakes: bool, hidden: Sequence[Part]) -> Explorer:
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
    html = document_of(title, own, mistakes, found, graphs, hidden)
    picture = picture_of_now(root) or (lambda: own.views[0].picture)  # the first view, if large
    return Explorer(html, picture=picture, heights=heights_of(own, bool(found)))


def _refuse_changed_data(order: Sequence[Value]) -> None:
    """The page says where numbers come from, so they must come from there."""
    for node in order:
        if node.op is not None and has_changed_operands(node):
            raise ValueError(
                f"the data of an operand of {node.label or node.op.name!r} has changed since "
                "it was computed; run the forward pass again, and explore its result"
            )
