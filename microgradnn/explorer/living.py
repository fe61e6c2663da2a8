"""The living page: the user's own model, loss and data train in a browser, by compiled programs.

The idea: what trains in the page is what `fit` trains, the program of `BatchLoss`, written in
JavaScript. Beside it stands a program of what the neurons give, without a gradient, for the
pictures. All else that the page knows, its data, weights and settings, is the JSON of a *lesson*.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from string import Template
from typing import Any

from .. import losses
from ..collector import large_graph
from ..compiler.compiling import compile
from ..compiler.emit_javascript import javascript_program
from ..engine.value import Value
from ..optim import Optimizer
from ..optim.schedules import Schedule, constant
from ..training.samples import Samples
from ..training.targets import function_of
from .circles import described, layers_of, outputs_of_neurons
from .document import asset
from .excerpt import excerpt
from .facts import Shown, as_json
from .frame import Explorer
from .one_sample import OneSample, one_sample
from .packing import packed_numbers
from .page import MOST_PAINTED, MOST_VIEWS, Further, document_of, shown
from .trainable import Trainable, trainable

# How the page judges predictions, for the losses of classes; see training/accuracy.py.
JUDGED = {
    losses.cross_entropy: "class",
    losses.categorical_cross_entropy: "class",
    losses.nll_loss: "class",
    losses.binary_cross_entropy: "probability",
    losses.binary_cross_entropy_with_logits: "logit",
    losses.hinge_loss: "sign",
    losses.perceptron_loss: "sign",
}


def living(model: Any, X: Any, y: Any, title: str, history: Any, **how: Any) -> Explorer:
    """The page on which a model is trained; `how` are the further arguments of `explore`."""
    trained = trainable(model, X, y, **how)
    with large_graph():
        graphs = one_sample(trained)
        own, *others = _pictures(graphs)
    layers = layers_of(trained.model)
    lesson = _lesson(trained, graphs, layers)
    section = Template(asset("living.html")).substitute(lesson=as_json(lesson))
    made = {"programs.js": _programs(trained, layers)}
    return Explorer(document_of(title, own, False, None, others, Further(section, made)))


def _pictures(graphs: OneSample) -> list[Shown]:
    """The graphs of the samples with their pictures; where there are none, one that is not seen."""
    orders = [kind.order for kind in graphs.kinds] or [[Value(0.0, label="none")]]
    return [shown(excerpt(order), MOST_VIEWS, MOST_PAINTED) for order in orders]


def _programs(trained: Trainable, layers: Sequence[Sequence[Any]] | None) -> str:
    """The module of the two programs."""
    what = outputs_of_neurons(layers) if layers else _predictions_of(trained.model)
    examples = trained.data.X[[0, -1]].tolist()
    of_neurons = compile(what, params=trained.batch_loss.params, example_inputs=examples)
    programs = {"lossProgram": trained.batch_loss.program, "neuronProgram": of_neurons}
    module = ["// The programs that Python has compiled."]
    for name, program in programs.items():
        # Indented, since what a program declares stays inside it.
        text = javascript_program(program.schedule()).replace("\n", "\n  ")
        module.append(f"export const {name} = {text};")
    return "\n".join([*module, ""])


def _predictions_of(model: Any) -> Any:
    def predictions(row: list[Any]) -> list[Any]:
        found = model(row)
        return list(found) if isinstance(found, (list, tuple)) else [found]

    return predictions


# ---- The lesson --------------------------------------------------------------------------------


def _lesson(
    trained: Trainable, graphs: OneSample, layers: Sequence[Sequence[Any]] | None
) -> dict[str, Any]:
    """What `lesson.js` reads."""
    batch_loss = trained.batch_loss
    theta = batch_loss.program.read_params()
    return {
        "inputs": trained.data.X.shape[1],
        "outputs": len(batch_loss.program._tape.outputs) - 1,
        "train": _samples(trained, trained.data),
        "heldOut": trained.held_out and _samples(trained, trained.held_out),
        "isSum": batch_loss.is_sum,
        "judged": JUDGED.get(function_of(trained.loss)),
        "classes": len(batch_loss.one_hot) if batch_loss.one_hot is not None else None,
        "loss": _name_of(trained.loss),
        "model": repr(trained.model),
        "theta": packed_numbers(theta),
        "trained": _trained_places(trained),
        "layers": layers and described(layers, trained.place),
        "state": _state(trained),
        "settings": {
            "optimizer": type(trained.optimizer).__name__,
            "options": _options(trained.optimizer),
            "rate": _rate(trained.optimizer.learning_rates[0]),
            "batchSize": trained.batch_size,
            "seed": trained.seed,
        },
        "graphs": _graphs(graphs, trained.place),
    }


def _samples(trained: Trainable, samples: Samples) -> dict[str, Any]:
    """Inputs, targets as columns, and what each sample counts in a mean, row by row."""
    rows = trained.batch_loss.rows(samples)
    width = samples.X.shape[1]
    return {
        "size": len(samples.X),
        "X": packed_numbers(rows.columns[:, :width]),
        "targets": packed_numbers(rows.columns[:, width:]),
        "shares": None if rows.shares is None else packed_numbers(rows.shares),
    }


def _trained_places(trained: Trainable) -> list[int] | None:
    """Where in theta the parameters of the optimizer stand; None if they are all of it, in order."""
    places = [trained.place[param] for param in trained.optimizer.parameters]
    return None if places == list(range(len(trained.place))) else places


def _state(trained: Trainable) -> list[tuple[str, Any]]:
    """The arrays of `state_dict`, with places in theta for the numbers."""

    def places(values: Any) -> Any:
        return trained.place[values] if isinstance(values, Value) else [places(x) for x in values]

    return [(name, places(x)) for name, x in trained.model.arrays_of_values().items()]


def _options(optimizer: Optimizer) -> dict[str, Any]:
    """The settings of the optimizer, by name."""
    return {name: getattr(optimizer, name) for name in optimizer.checks}


def _rate(rate: Any) -> Any:
    """A learning rate as a number, or as a name with settings."""
    if isinstance(rate, constant):
        return rate.lr
    settings = {name: x for name, x in vars(rate).items() if not name.startswith("_")}
    return {
        "name": type(rate).__name__,
        "settings": {k: _rate(x) if isinstance(x, Schedule) else x for k, x in settings.items()},
    }


def _name_of(loss: Any) -> str:
    while hasattr(loss, "func"):  # a functools.partial
        loss = loss.func
    return str(getattr(loss, "__name__", type(loss).__name__))


def _graphs(graphs: OneSample, place: Mapping[Value, int]) -> dict[str, Any]:
    """Where the numbers of a sample stand in the graphs."""
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
        "numbers": graphs.numbers,
        "targets": graphs.targets,
        "fixed": not graphs.can_be_changed,
    }
