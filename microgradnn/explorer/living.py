"""The living page: the user's own model, loss and data train in a browser, by compiled programs.

The idea: what trains in the page is what `fit` trains, the program of `BatchLoss`, written in
JavaScript. Beside it stands a program of what the neurons give, without a gradient, for the
pictures. All else that the page knows, its data, weights and settings, is the JSON of a *lesson*.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from string import Template
from typing import Any

from ..collector import large_graph
from ..compiler.compiling import compile
from ..compiler.emit_javascript import javascript_program
from ..drawing.network import neurons_by_layer
from ..engine.value import Value
from .circles import layers_of, outputs_of_neurons
from .document import asset
from .excerpt import excerpt
from .facts import Shown, as_json
from .frame import Explorer
from .hiding import Part
from .lesson import lesson
from .one_sample import OneSample, one_sample
from .page import MOST_PAINTED, MOST_VIEWS, Further, document_of, shown
from .trainable import Trainable, trainable
from .updates import updates


def living(model: Any, X: Any, y: Any, title: str, hidden: Sequence[Part], **how: Any) -> Explorer:
    """The page on which a model is trained; `how` are the further arguments of `explore`."""
    with large_graph(), _outputs_kept(model):
        trained = trainable(model, X, y, **how)
        graphs = one_sample(trained)
        own, *others = _pictures(graphs)
        layers = layers_of(trained.model)
        written = as_json(lesson(trained, graphs, layers))
        programs = _programs(trained, layers)
    section = Template(asset("living.html")).substitute(lesson=written)
    made = {"programs.js": programs, "updates.js": updates(trained.optimizer)}
    modules = ["network_page.js", *["replay.js"] * bool(trained.history)]
    further = Further(section, made, modules)
    html = document_of(title, own, False, None, others, hidden, further)
    picture = model._repr_svg_()  # of the weights that the page has: they may train on in Python
    return Explorer(html, model, picture=lambda: picture)


@contextmanager
def _outputs_kept(model: Any) -> Iterator[None]:
    """A block behind which the neurons of a network have the outputs that they had before it."""
    neurons = [x for layer in neurons_by_layer(model) for x in layer if hasattr(x, "output")]
    before = [neuron.output for neuron in neurons]
    try:
        yield
    finally:
        for neuron, output in zip(neurons, before, strict=True):
            neuron.output = output


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
