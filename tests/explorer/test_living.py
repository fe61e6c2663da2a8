"""The living page as a document: what it holds and what it refuses, seen without a browser."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
import zlib
from typing import Any

import numpy as np
import pytest
from outputs import single

import microgradnn as mg
from microgradnn import Value, losses, nn, optim
from microgradnn.engine.row import PRIMITIVES
from microgradnn.explorer import Explorer, explore
from microgradnn.explorer.circles import described, layers_of
from microgradnn.explorer.lesson import JUDGED
from microgradnn.explorer.packing import packed_numbers
from microgradnn.training import accuracy

X = np.array([[0.0, 1.0], [1.0, 0.5], [-1.0, 0.25], [0.5, -1.0]])
SIDES = [1, -1, 1, -1]


def living(model: Any = None, X: Any = X, y: Any = SIDES, **how: Any) -> Explorer:
    how = {"loss": losses.hinge_loss, **how}
    return explore(nn.MLP(2, [3, 1], rng=0) if model is None else model, X, y, **how)


def lesson_of(explorer: Explorer) -> Any:
    found = re.search('id="lesson">(.*?)</script>', explorer.html, re.DOTALL)
    assert found
    return json.loads(found[1])


def numbers_in(packed: Any) -> Any:
    return np.frombuffer(zlib.decompress(base64.b64decode(packed["bytes"])), f"<{packed['type']}")


# ---- The document --------------------------------------------------------------------------------


def test_the_policy_lets_only_our_script_run() -> None:
    html = living(title="</script><b>").html
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)
    script = re.search(r'<script type="module">(.*?)</script>', html, re.DOTALL)
    assert policy
    assert script
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    assert policy[1].split("; ")[0] == "default-src 'none'"
    assert policy[1].split("; ")[-1] == f"script-src 'sha256-{digest}'"
    assert html.count("<script") == html.count("</script>") == 3
    assert not re.search(r"""(src|href|url)\s*[=(]\s*["']?(http|//)""", html)
    assert not re.search(r"\beval\(|new Function|setTimeout\(['\"]", script[1])
    assert html.isascii()


def test_the_living_page_adds_75_kb() -> None:
    """Style and script, besides the programs that are compiled from the model."""
    model = nn.MLP(2, [3, 1], rng=0)
    loss = losses.hinge_loss([model([0.5, 1.0])], [1])

    def own(html: str) -> int:
        parts = re.findall(r"<(?:style|script type=.module.)>(.*?)</(?:style|script)>", html, re.S)
        return sum(map(len, parts))

    text = living(model).html
    first, last = (text.index(f"{name}Program=(()=>") for name in ("loss", "neuron"))
    programs = 2 * (last - first)  # the second is the smaller one
    assert own(text) - own(explore(loss).html) - programs < 75_000


def test_the_same_training_gives_the_same_page() -> None:
    assert living().html == living().html


def test_the_model_stays_as_it_is() -> None:
    model = nn.MLP(2, [3, 1], rng=0)
    single(model([5.0, 6.0])).backward()
    before = [(x.data, x.grad, x.label) for x in model.parameters()]
    outputs = [neuron.output for layer in model.layers for neuron in layer.neurons]
    optimizer = optim.Adam(model.parameters())
    living(model, optimizer=optimizer)
    assert [(x.data, x.grad, x.label) for x in model.parameters()] == before
    assert [neuron.output for layer in model.layers for neuron in layer.neurons] == outputs
    assert optimizer.steps == 0


# ---- The lesson ----------------------------------------------------------------------------------


def test_numbers_are_packed_as_short_as_they_are_exact() -> None:
    kinds: dict[str, list[float]] = {
        "u1": [0, 16, 255],
        "i1": [-128, 5],
        "u2": [256, 65535],
        "i2": [-129, 300],
        "i4": [70000, -3],
        "f4": [0.5, -0.0, float(np.float32(0.1))],
        "f8": [0.1, 1e300],
    }
    for kind, numbers in kinds.items():
        packed = packed_numbers(np.array(numbers, float))
        assert packed["type"] == kind
        assert repr(numbers_in(packed).astype(float).tolist()) == repr(list(map(float, numbers)))
    assert packed_numbers(np.array([-0.0]))["type"] == "f4"  # no whole number is −0


def test_the_lesson_has_data_weights_and_settings() -> None:
    model = nn.MLP(2, [3, 2], activation="tanh", rng=0)
    rate = optim.warmup(optim.reduce_on_plateau(0.5, patience=2), 3)
    own = model.parameters()
    rule = optim.RMSprop(
        [{"params": own[:4], "alpha": 0.5}, {"params": own[4:], "lr": 0.25}], lr=rate
    )
    lesson = lesson_of(
        living(
            model, y=[0, 1, 1, 0], loss=losses.cross_entropy, optimizer=rule, batch_size=3, seed=5
        )
    )
    assert numbers_in(lesson["train"]["X"]).tolist() == X.ravel().tolist()
    assert numbers_in(lesson["train"]["targets"]).tolist() == [1, 0, 0, 1, 0, 1, 1, 0]
    assert numbers_in(lesson["theta"]).tolist() == [x.data for x in own]
    assert lesson["settings"]["batchSize"] == 3
    assert lesson["settings"]["seed"] == 5
    assert [x["size"] for x in lesson["settings"]["groups"]] == [4, 13]
    assert [x["alpha"] for x in lesson["settings"]["groups"]] == [0.5, 0.99]
    first, second = lesson["settings"]["rates"]
    assert (first["kind"], first["steps"], second) == ("warmup", 3, 0.25)
    assert (first["lr"]["kind"], first["lr"]["_best"]) == ("reduce_on_plateau", "Infinity")
    assert lesson["judged"] == "class"
    assert lesson["classes"] == 2
    assert [name for name, _ in lesson["state"]] == list(model.state_dict())
    assert lesson["state"][2][1] == [[9, 10, 11], [13, 14, 15]]


def test_every_loss_of_classes_is_judged() -> None:
    assert JUDGED.keys() == accuracy._RIGHT.keys()


def test_a_share_is_held_out_as_by_fit() -> None:
    lesson = lesson_of(living(validation=0.5, seed=1))
    train, held_out, *_ = mg.data.train_test_split(np.arange(4), np.arange(4), 0.5, 1)
    assert numbers_in(lesson["train"]["X"]).tolist() == X[train].ravel().tolist()
    assert numbers_in(lesson["heldOut"]["X"]).tolist() == X[held_out].ravel().tolist()


def test_layers_of_neurons() -> None:
    """Where the page finds the weights of a neuron; other models have no circles."""
    model = nn.Sequential(nn.Layer(2, 3, activation="tanh"), nn.Layer(3, 1, bias=False))
    layers = layers_of(model)
    place = {x: k for k, x in enumerate(model.parameters())}
    assert layers
    assert described(layers, place) == [
        {"nin": 2, "nout": 3, "activation": "tanh", "weights": [0, 3], "bias": [2, 3]},
        {"nin": 3, "nout": 1, "activation": "relu", "weights": [9, 3], "bias": None},
    ]
    model[0].neurons[2].w[0] = model[0].neurons[0].w[0]
    assert described(layers, {x: k for k, x in enumerate(model.parameters())}) is None

    class Doubled(nn.MLP):
        def __call__(self, x: Any) -> Any:
            return super().__call__(x) * 2

    assert layers_of(Doubled(2, [1])) is None
    assert layers_of(nn.Sequential(nn.Layer(2, 3), mg.softmax)) is None
    assert [len(x) for x in layers_of(nn.Neuron(2)) or []] == [1]


def test_other_models_have_no_circles_but_graphs() -> None:
    class Line(nn.Module):
        def __init__(self) -> None:
            self.slope, self.start = Value(1.0), Value(0.0)

        def __call__(self, x: Any) -> Any:
            return self.slope * x[0] + self.start

    lesson = lesson_of(living(Line(), X[:, :1], [1.0, 2.0, 3.0, 4.0], loss=losses.mse_loss))
    assert lesson["layers"] is None
    assert len(lesson["graphs"]["kinds"]) == 1
    assert lesson["graphs"]["numbers"] == [[1.0], [2.0], [3.0], [4.0]]


def test_the_graph_of_a_sample_is_left_out_where_numbers_choose_it() -> None:
    class Bent(nn.Module):
        def __init__(self) -> None:
            self.w = Value(1.0)

        def __call__(self, x: Any) -> Any:
            return mg.where(x[0] > 0.0, self.w * x[0], 2.0 * x[0])

    lesson = lesson_of(living(Bent(), X[:, :1], [1.0, 2.0, 3.0, 4.0], loss=losses.mse_loss))
    assert lesson["graphs"]["whyNot"].startswith("mg.where chooses")


# ---- Refusals ------------------------------------------------------------------------------------


def own_loss(predictions: Any, targets: Any) -> Any:
    return mg.mean([(p - t) * (p - t) for p, t in zip(predictions, targets, strict=True)])


def looking(predictions: Any, targets: Any) -> Any:
    return own_loss(predictions, targets) if predictions[0].data > 0 else Value(0.0)


wrongly: Any = explore  # called as no type checker lets it be called


def test_a_loss_of_ones_own_is_taken() -> None:
    assert lesson_of(living(loss=own_loss))["loss"] == "own_loss"


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda: wrongly(nn.MLP(2, [1])), TypeError, r"X and y must be given .* explore\(model, X"),
        (lambda: wrongly(nn.MLP(2, [1]), X), TypeError, "y must be given"),
        (lambda: wrongly(nn.MLP(2, [1]), X, SIDES), TypeError, "loss must be given"),
        (lambda: wrongly(Value(1.0), X, SIDES), TypeError, "X is for a network that trains"),
        (lambda: wrongly(Value(1.0), batch_size=3), TypeError, "batch_size is for a network"),
        (lambda: wrongly(Value(1.0), seed=3), TypeError, "seed is for a network"),
        (
            lambda: wrongly(Value(1.0), "A title"),
            TypeError,
            r"write explore\(root, title='A title'",
        ),
        (lambda: wrongly(nn.MLP(2, [1]), "A title"), TypeError, "X must be samples, got a str"),
        (lambda: wrongly(len, X, SIDES), TypeError, "root must be a network, a Module, where X is"),
        (lambda: living(mistakes=True), ValueError, "mistakes are shown of a graph alone"),
        (lambda: living(y=[1, -1, 1]), ValueError, "X has 4 samples and y has 3"),
        (lambda: living(y=[1, -1, 1, 2]), ValueError, "y"),
        (lambda: living(X=np.full((4, 2), np.nan)), ValueError, "X"),
        (lambda: living(batch_size=0), ValueError, "batch_size"),
        (lambda: living(seed=-1), ValueError, "seed"),
        (lambda: living(validation=2.0), ValueError, "validation"),
        (lambda: living(optimizer="Adam"), TypeError, "optimizer"),
        (
            lambda: living(optimizer=optim.SGD([Value(1.0)], lr=0.1)),
            ValueError,
            "optimizer holds no parameter of the model",
        ),
        (lambda: living(loss=looking), ValueError, "which fit would train eagerly: "),
        (lambda: living(history=[1.0]), TypeError, "history must be a History"),
    ],
)
def test_refusals(call: Any, kind: Any, text: str) -> None:
    with pytest.raises(kind, match=text):
        call()


def test_learning_rates_and_steps_of_ones_own_are_refused() -> None:
    model = nn.MLP(2, [3, 1], rng=0)
    with pytest.raises(ValueError, match="cannot train by this optimizer: lr is <lambda>, a func"):
        living(model, optimizer=optim.SGD(model.parameters(), lr=lambda step: 0.1))

    class Clipped(optim.SGD):
        def step(self) -> None:
            optim.clip_grad_norm(self.parameters, 1.0)
            super().step()

    with pytest.raises(ValueError, match="Clipped has a step of its own"):
        living(model, optimizer=Clipped(model.parameters(), lr=0.1))


def test_a_row_of_ones_own_is_refused_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def cubed(x: float) -> float:
        return math.pow(x, 3.0)

    cube = mg.primitive("cubed", cubed, [lambda out, x: 3.0 * x * x])
    monkeypatch.setitem(PRIMITIVES, "cubed", PRIMITIVES.pop("cubed"))  # gone afterwards
    model = nn.MLP(2, [3, 1], activation=cube, rng=0)
    with pytest.raises(ValueError, match="cubed"):
        living(model)


def test_a_history_without_weights_is_refused() -> None:
    model = nn.MLP(2, [3, 1], rng=0)
    history = mg.fit(model, X, SIDES, loss=losses.hinge_loss, epochs=2, progress=False)
    with pytest.raises(ValueError, match=r"train with fit\(…, keep_weights=True\)"):
        living(model, history=history)
    history.weights = [np.zeros(5)]
    with pytest.raises(ValueError, match="5 weights in each epoch, but the model has 13"):
        living(model, history=history)
