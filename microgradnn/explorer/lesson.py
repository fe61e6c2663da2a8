"""What the living page knows of a training, besides its programs: the JSON that `lesson.js` reads.

inputs, outputs   numbers of a sample, and of a prediction
train, heldOut    samples: `size`; `X` and `targets`, row by row; `shares` in a mean, null if 1
isSum             whether the loss of a batch is a sum
judged, classes   how predictions are right or wrong, null if they are neither; how many classes
loss, model       what they are called
theta, trained    the weights, and which of them the optimizer changes, null for all in order
layers            see circles.py; null if the model is made of anything else
state             the arrays of `state_dict`, with places in theta for numbers
settings          optimizer, groups, rates, batchSize, seed
kept              what the optimizer has kept from steps before, null if there were none
init              how weights were drawn, where the page can draw them again
history           of a training to be replayed: `losses`, `metrics`, `weights` of each epoch
graphs            see one_sample.py
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from .. import losses
from ..engine.value import Value
from ..optim import Optimizer
from ..optim.schedules import Schedule, constant
from ..training.bookmark import kept_by
from ..training.history import History
from ..training.samples import Samples
from ..training.targets import function_of
from .circles import described
from .one_sample import OneSample
from .packing import finite, packed_numbers
from .trainable import Trainable

# How the page judges predictions, for the losses of classes; see training/accuracy.py.
JUDGED: dict[Callable[..., Any], str] = {
    losses.cross_entropy: "class",
    losses.categorical_cross_entropy: "class",
    losses.nll_loss: "class",
    losses.binary_cross_entropy: "probability",
    losses.binary_cross_entropy_with_logits: "logit",
    losses.hinge_loss: "sign",
    losses.perceptron_loss: "sign",
}


def lesson(
    trained: Trainable, graphs: OneSample, layers: Sequence[Sequence[Any]] | None
) -> dict[str, Any]:
    """All of it."""
    batch_loss, optimizer = trained.batch_loss, trained.optimizer
    return {
        "inputs": trained.data.X.shape[1],
        "outputs": len(batch_loss.program._tape.outputs) - 1,
        "train": _samples(trained, trained.data),
        "heldOut": trained.held_out and _samples(trained, trained.held_out),
        "isSum": batch_loss.is_sum,
        "judged": JUDGED.get(function_of(trained.loss)),
        "classes": None if batch_loss.one_hot is None else len(batch_loss.one_hot),
        "loss": _name_of(trained.loss),
        "model": repr(trained.model),
        "theta": packed_numbers(batch_loss.program.read_params()),
        "trained": _trained_places(trained),
        "layers": layers and described(layers, trained.place),
        "state": _state(trained),
        "settings": {
            "optimizer": type(optimizer).__name__,
            "groups": _groups(optimizer),
            "rates": [_rate(rate) for rate in optimizer.learning_rates],
            "batchSize": trained.batch_size,
            "seed": trained.seed,
        },
        "kept": _kept(optimizer) if optimizer.steps else None,
        "history": trained.history and _history(trained.history),
        "graphs": _graphs(graphs, trained.place),
    }


def _samples(trained: Trainable, samples: Samples) -> dict[str, Any]:
    rows = trained.batch_loss.rows(samples)
    width = samples.X.shape[1]
    return {
        "size": len(samples.X),
        "X": packed_numbers(rows.columns[:, :width]),
        "targets": packed_numbers(rows.columns[:, width:]),
        "shares": None if rows.shares is None else packed_numbers(rows.shares),
    }


def _name_of(loss: Any) -> str:
    while hasattr(loss, "func"):  # a functools.partial
        loss = loss.func
    return str(getattr(loss, "__name__", type(loss).__name__))


def _trained_places(trained: Trainable) -> list[int] | None:
    places = [trained.place[param] for param in trained.optimizer.parameters]
    return None if places == list(range(len(trained.place))) else places


def _state(trained: Trainable) -> list[tuple[str, Any]]:
    def places(values: Any) -> Any:
        return trained.place[values] if isinstance(values, Value) else [places(x) for x in values]

    return [(name, places(x)) for name, x in trained.model.arrays_of_values().items()]


# ---- The optimizer -------------------------------------------------------------------------------


def _groups(optimizer: Optimizer) -> list[dict[str, Any]]:
    """The settings of each group, with the number of its parameters."""
    starts = np.cumsum([0, *optimizer.sizes[:-1]]).tolist()
    return [
        {"size": size, **{name: _at(getattr(optimizer, name), start) for name in optimizer.checks}}
        for size, start in zip(optimizer.sizes, starts, strict=True)
    ]


def _at(setting: Any, start: int) -> Any:
    """A setting, of which there may be one for each parameter, as the parameter there has it."""
    return setting[..., start].tolist() if isinstance(setting, np.ndarray) else setting


def _rate(rate: Any) -> Any:
    """A learning rate as a number, or as its kind with its settings and what it has seen."""
    if isinstance(rate, constant):
        return rate.lr
    if isinstance(rate, Schedule):
        return {"kind": type(rate).__name__, **{k: _rate(x) for k, x in vars(rate).items()}}
    return finite(rate)


def _kept(optimizer: Optimizer) -> dict[str, Any]:
    return {name: np.asarray(x).tolist() for name, x in kept_by(optimizer).items()}


# ---- What was trained before ---------------------------------------------------------------------


def _history(history: History) -> dict[str, Any]:
    return {
        "losses": history.losses,
        "metrics": history.metrics,
        "weights": packed_numbers(np.array(history.weights)),
    }


# ---- The graphs ----------------------------------------------------------------------------------


def _graphs(graphs: OneSample, place: Mapping[Value, int]) -> dict[str, Any]:
    return {
        "whyNot": graphs.why_not,
        "kinds": [
            {
                "inputs": kind.inputs,
                "params": [(k, place[x]) for k, x in enumerate(kind.order) if x in place],
                "slots": kind.slots,
            }
            for kind in graphs.kinds
        ],
        "kindOf": graphs.kind_of,
        "numbers": [[finite(x) for x in numbers] for numbers in graphs.numbers],
        "targets": graphs.targets,
        "fixed": not graphs.can_be_changed,
    }
