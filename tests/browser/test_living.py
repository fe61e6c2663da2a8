"""The living page in Chromium: it trains as `fit` does, and what its controls do."""

from __future__ import annotations

import json
import math
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import microgradnn as mg
from microgradnn import Value, losses, nn, optim, topological_order
from microgradnn.explorer import Explorer, explore

from .conftest import Shown, until

if TYPE_CHECKING:
    from playwright.sync_api import Page

RNG = np.random.default_rng(0)
ANGLES = RNG.uniform(0, math.pi, size=40)
MOONS = np.vstack(
    [
        np.stack([np.cos(ANGLES[:20]), np.sin(ANGLES[:20])], axis=1),
        np.stack([1 - np.cos(ANGLES[20:]), 0.5 - np.sin(ANGLES[20:])], axis=1),
    ]
) + RNG.normal(scale=0.1, size=(40, 2))
SIDES = np.repeat([1.0, -1.0], 20)


def network(rng: int = 0) -> nn.MLP:
    return nn.MLP(2, [16, 16, 1], rng=rng)


def living(model: nn.Module, X: Any = MOONS, y: Any = SIDES, **how: Any) -> Explorer:
    return explore(model, X, y, **{"loss": losses.hinge_loss, **how})


def opened(show: Shown, explorer: Explorer, **options: Any) -> Page:
    page = show(explorer, **options)
    until(page, "typeof window.training?.epochs === 'function'")
    return page


def state(page: Page) -> Any:
    names = "losses accuracies validationLosses validationAccuracies settings steps chosen"
    read = ", ".join(f"{name}: training.{name}" for name in names.split())
    return page.evaluate(f"({{{read}, theta: [...training.theta], stopped: !!training.stopped}})")


def weights_of(model: nn.Module) -> list[float]:
    return [parameter.data for parameter in model.parameters()]


def close(got: Any, wanted: Any) -> None:
    np.testing.assert_allclose(got, wanted, rtol=1e-9, atol=1e-9)


# ---- It trains as fit does -----------------------------------------------------------------------

RULES: dict[str, Any] = {
    "SGD": lambda own: optim.SGD(own, lr=0.1),
    "momentum": lambda own: optim.SGD(own, lr=0.05, momentum=0.9),
    "Adam": lambda own: optim.Adam(own, lr=0.02, weight_decay=0.01),
    "groups": lambda own: optim.AdamW(
        [{"params": own[:100], "weight_decay": 0.3}, {"params": own[100:], "lr": 0.01}], lr=0.02
    ),
    "rates": lambda own: optim.RMSprop(
        own, lr=optim.warmup(optim.reduce_on_plateau(0.02, patience=0, threshold=0.05), 20)
    ),
}


@pytest.mark.parametrize("batch_size", [None, 16])
@pytest.mark.parametrize("name", RULES)
def test_fifty_epochs_are_those_of_fit(show: Shown, name: str, batch_size: int | None) -> None:
    model = network()
    how = {"loss": losses.hinge_loss, "optimizer": RULES[name](model.parameters())}
    how |= {"validation": 0.2, "seed": 3} if batch_size else {}
    page = opened(show, explore(model, MOONS, SIDES, batch_size=batch_size, **how))
    assert state(page)["losses"] == []
    assert state(page)["theta"] == weights_of(model)
    page.evaluate("training.epochs(50)")
    found = state(page)
    size = batch_size or len(MOONS)
    history = mg.fit(model, MOONS, SIDES, epochs=50, batch_size=size, progress=False, **how)
    assert history.compiled
    close(found["losses"], history.losses)
    close(found["accuracies"], history.metrics["accuracy"])
    if batch_size:
        close(found["validationLosses"], history.metrics["validation_loss"])
        close(found["validationAccuracies"], history.metrics["validation_accuracy"])
    else:
        close(found["theta"], weights_of(model))


def test_classes_by_weight_and_an_optimizer_of_some_layers(show: Shown) -> None:
    """A mean by the weights of classes; what the optimizer does not hold stays as it is."""
    from functools import partial

    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(30, 3)), np.arange(30) % 4
    loss = partial(losses.cross_entropy, weight=[1.0, 2.0, 0.5, 3.0], ignore_index=2)
    model = nn.MLP(3, [5, 4], activation="tanh", rng=1)
    optimizer = optim.Adam(model.layers[1].parameters(), lr=0.05)
    how: dict[str, Any] = {"loss": loss, "optimizer": optimizer}
    page = opened(show, explore(model, X, y, batch_size=7, validation=(X[:9], y[:9]), **how))
    page.evaluate("training.epochs(10)")
    found = state(page)
    history = mg.fit(
        model, X, y, epochs=10, batch_size=7, validation=(X[:9], y[:9]), progress=False, **how
    )
    assert history.compiled
    close(found["losses"], history.losses)
    close(found["accuracies"], history.metrics["accuracy"])
    close(found["validationLosses"], history.metrics["validation_loss"])
    close(found["validationAccuracies"], history.metrics["validation_accuracy"])


@pytest.mark.parametrize(
    ("loss", "output"),
    [
        (losses.binary_cross_entropy, "sigmoid"),
        (losses.binary_cross_entropy_with_logits, "linear"),
        (losses.half_squared_error, "tanh"),
    ],
)
def test_other_losses(show: Shown, loss: Any, output: nn.ActivationName) -> None:
    model = nn.MLP(2, [4, 1], activation="tanh", output_activation=output, rng=0)
    y = (SIDES > 0).astype(int)
    how = {"loss": loss, "optimizer": optim.SGD(model.parameters(), lr=0.01), "validation": 0.25}
    page = opened(show, explore(model, MOONS, y, **how))
    page.evaluate("training.epochs(8)")
    found = state(page)
    history = mg.fit(model, MOONS, y, epochs=8, batch_size=40, progress=False, **how)
    close(found["losses"], history.losses)
    close(found["validationLosses"], history.metrics["validation_loss"])
    close(found["accuracies"], history.metrics.get("accuracy", []))


def test_an_optimizer_goes_on_from_what_it_has_kept(show: Shown) -> None:
    model = network()
    how: Any = {"loss": losses.hinge_loss, "optimizer": optim.Adam(model.parameters(), lr=0.01)}
    mg.fit(model, MOONS, SIDES, epochs=7, batch_size=40, progress=False, **how)
    page = opened(show, explore(model, MOONS, SIDES, **how))
    page.evaluate("training.epochs(5)")
    history = mg.fit(model, MOONS, SIDES, epochs=5, batch_size=40, progress=False, **how)
    close(state(page)["losses"], history.losses)
    page.locator("#rule").select_option("RMSprop")  # which begins anew
    page.evaluate("training.epochs(5)")
    how["optimizer"] = optim.RMSprop(model.parameters(), lr=0.01)
    more = mg.fit(model, MOONS, SIDES, epochs=5, batch_size=40, progress=False, **how)
    close(state(page)["losses"][5:], more.losses)


def test_of_equal_scores_the_first_is_the_prediction(show: Shown) -> None:
    model = nn.Layer(2, 3, activation="linear", init="zeros")
    rule = optim.SGD(model.parameters(), lr=0.0)
    y = [0, 0, 1, 2]
    page = opened(show, living(model, MOONS[:4], y, loss=losses.cross_entropy, optimizer=rule))
    page.evaluate("training.epochs(1)")
    assert state(page)["accuracies"] == [0.5]


# ---- Controls ------------------------------------------------------------------------------------


def test_all_by_keyboard(show: Shown) -> None:
    page = opened(show, living(network(), batch_size=16, optimizer=None))
    page.locator("#train-batch").focus()
    page.keyboard.press("Enter")
    until(page, "training.steps === 1")
    assert "16 of 40 samples" in page.locator("#progress").inner_text()
    page.locator("#train-epoch").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("[training.losses.length, training.steps]") == [1, 3]
    assert page.locator("#said").inner_text().startswith("epoch 1 · loss")
    page.locator("#train").focus()
    page.keyboard.press("Enter")
    until(page, "training.losses.length > 20")
    assert page.locator("#said").inner_text() == ""  # nothing is read out meanwhile
    page.keyboard.press("Enter")
    count = page.evaluate("training.losses.length")
    page.wait_for_timeout(100)
    assert page.evaluate("training.losses.length") == count
    assert "loss" in page.locator("#said").inner_text()
    page.locator("#restart").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("[training.losses.length, training.steps]") == [0, 0]


def test_settings_hold_from_then_on(show: Shown) -> None:
    """The course is that of two trainings with fit, one after the other."""
    model = network()
    page = opened(show, living(model, optimizer=optim.SGD(model.parameters(), lr=0.1)))
    page.evaluate("training.epochs(5)")
    page.locator("#lr").fill("0.03")
    page.locator("#decay").fill("0.2")
    page.evaluate("training.epochs(5)")
    page.locator("#rule").select_option("Adam")
    page.locator("#lr").fill("0.01")
    page.evaluate("training.epochs(5)")
    own = model.parameters()
    wanted = []
    for rule in (
        optim.SGD(own, lr=0.1),
        optim.SGD(own, lr=0.03, weight_decay=0.2),
        optim.Adam(own, lr=0.01),
    ):
        wanted += mg.fit(
            model,
            MOONS,
            SIDES,
            loss=losses.hinge_loss,
            optimizer=rule,
            epochs=5,
            batch_size=40,
            progress=False,
        ).losses
    close(state(page)["losses"], wanted)


def test_what_is_no_setting_is_refused(show: Shown) -> None:
    page = opened(show, living(network()))
    field = page.locator("#lr")
    before = page.evaluate("training.rateNow()")
    field.fill("-1")
    assert field.get_attribute("aria-invalid") == "true"
    assert page.locator("#bad-setting").inner_text() == "learning rate: a number from 0 on."
    assert page.evaluate("training.rateNow()") == before
    field.fill("0.5")
    assert page.locator("#bad-setting").inner_text() == ""
    assert page.evaluate("training.rateNow()") == 0.5
    page.locator("#batch").fill("41")
    assert page.locator("#bad-setting").inner_text() == "batch size: a whole number from 1 to 40."


def test_initial_weights_are_pythons(show: Shown) -> None:
    page = opened(show, living(network()))
    page.get_by_label("initial weights").select_option("xavier_uniform")
    page.get_by_label("their seed").fill("7")
    assert state(page)["theta"] == weights_of(network())  # until the next reset
    page.locator("#restart").click()
    wanted = weights_of(nn.MLP(2, [16, 16, 1], init="xavier_uniform", rng=7))
    np.testing.assert_allclose(state(page)["theta"], wanted, rtol=1e-15)


def test_noise_is_seeded(show: Shown) -> None:
    page = opened(show, living(network()))
    inputs = "[...training.data.X]"
    clean = page.evaluate(inputs)
    page.get_by_label("noise on the inputs").fill("0.5")
    noisy = page.evaluate(inputs)
    moved = np.reshape(noisy, MOONS.shape) - MOONS
    assert 0.3 < (moved / MOONS.std(axis=0)).std() < 0.7
    page.locator("#noise-seed").fill("1")
    assert page.evaluate(inputs) != noisy
    page.locator("#noise-seed").fill("0")
    assert page.evaluate(inputs) == noisy
    page.get_by_label("noise on the inputs").fill("0")
    assert page.evaluate(inputs) == clean == MOONS.ravel().tolist()


def test_playing_leaves_the_browser_time(show: Shown) -> None:
    """A batch that takes longer than a frame is computed in parts, and is the same batch."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(3000, 64)), np.arange(3000) % 10
    model = nn.MLP(64, [64, 10], rng=0)
    how: Any = {"loss": losses.cross_entropy, "optimizer": optim.SGD(model.parameters(), lr=0.1)}
    page = opened(show, explore(model, X, y, **how))
    page.evaluate(
        """() => {
          window.seen = 0;
          const count = () => {
            seen += training.losses.length < 2;
            requestAnimationFrame(count);
          };
          requestAnimationFrame(count);
        }"""
    )
    page.locator("#train").click()
    until(page, "training.losses.length >= 2")
    assert page.evaluate("seen") > 4
    history = mg.fit(model, X, y, epochs=2, batch_size=3000, progress=False, **how)
    close(state(page)["losses"][:2], history.losses)


# ---- Numbers that are not finite -----------------------------------------------------------------


def test_training_stops_at_an_infinity(show: Shown) -> None:
    X, y = MOONS[:12], MOONS[:12, 0] * 3.0
    model = nn.MLP(2, [4, 1], activation="linear", rng=0)
    how: Any = {"loss": losses.mse_loss, "optimizer": optim.SGD(model.parameters(), lr=100.0)}
    page = opened(show, explore(model, X, y, **how))
    page.locator("#train").click()
    until(page, "document.querySelector('#train').textContent === 'Play' && training.steps > 0")
    said = page.locator("#said").inner_text()
    found = state(page)
    with pytest.raises(FloatingPointError) as error:
        mg.fit(model, X, y, epochs=100, batch_size=12, progress=False, **how)
    assert np.isfinite(found["theta"]).all()
    np.testing.assert_allclose(found["theta"], weights_of(model), rtol=1e-6)
    assert said.startswith(f"Training has stopped in epoch {len(found['losses']) + 1}: the ")
    assert "no weight was changed" in said
    assert "became inf at" in said
    assert "became inf at" in str(error.value)
    page.evaluate("training.epochs(1)")  # it stops again, at the same place
    assert state(page) == found
    page.locator("#restart").click()
    page.locator("#lr").fill("0.0001")
    page.evaluate("training.epochs(20)")
    assert len(state(page)["losses"]) == 20


def test_an_infinite_loss_stops_though_its_gradient_is_finite(show: Shown) -> None:
    model = nn.Neuron(1, activation="linear", rng=0)
    model.w[0].data = 1e200
    X, y = [[1.0], [1e200], [2.0]], [0.0, 0.0, 0.0]
    how: Any = {"loss": losses.l1_loss, "optimizer": optim.SGD(model.parameters(), lr=0.1)}
    page = opened(show, explore(model, X, y, **how))
    page.evaluate("training.epochs(1)")
    until(page, "document.querySelector('#said').textContent")
    assert state(page)["losses"] == []
    assert state(page)["theta"] == [1e200, 0.0]
    wanted = "Training has stopped in epoch 1: the loss is inf; no weight was changed; sample 1: "
    assert page.locator("#said").inner_text().startswith(f"{wanted}the data became inf at ")
    with pytest.raises(FloatingPointError, match=r"the loss is inf.*the data became inf at"):
        mg.fit(model, X, y, batch_size=3, progress=False, **how)


# ---- One sample ----------------------------------------------------------------------------------


def numbers_of_sample(model: nn.Module, theta: list[float], x: Any, y: Any, loss: Any) -> Any:
    """What the engine computes of a sample: data and gradients in topological order."""
    copy = deepcopy(model)
    for parameter, number in zip(copy.parameters(), theta, strict=True):
        parameter.data = number
    error = loss([copy([Value(number) for number in x])], [y])
    error.backward()
    order = topological_order(error)
    return [node.data for node in order], [node.grad for node in order]


def assert_sample(page: Page, model: nn.Module, place: int, X: Any, y: Any, loss: Any) -> None:
    theta = state(page)["theta"]
    data, gradients = numbers_of_sample(model, theta, X[place].tolist(), y[place], loss)
    shown = page.evaluate("explorer.state()")
    np.testing.assert_allclose(shown["data"], data, rtol=1e-12, atol=1e-300)
    np.testing.assert_allclose(shown["gradients"], gradients, rtol=1e-12, atol=1e-15)


def test_the_graph_of_a_sample_is_the_engines(show: Shown) -> None:
    model = network()
    page = opened(show, living(model))
    page.evaluate("training.epochs(3)")
    page.get_by_label("sample", exact=True).fill("25")
    page.locator("#open-sample").focus()
    page.keyboard.press("Enter")
    assert page.locator("#picture").is_visible()
    assert page.locator("#living").is_hidden()
    assert "Sample 25 of 40, after epoch 3" in page.locator("#of-sample").inner_text()
    assert_sample(page, model, 25, MOONS, SIDES, losses.hinge_loss)
    page.keyboard.press("ArrowRight")
    assert page.evaluate("explorer.state().position") == 1
    page.get_by_label("Next sample").click()
    assert_sample(page, model, 26, MOONS, SIDES, losses.hinge_loss)
    assert page.evaluate("explorer.state().position") == 1
    page.get_by_label("Sample before").click()
    page.get_by_label("Sample before").click()
    assert state(page)["chosen"] == 24
    assert_sample(page, model, 24, MOONS, SIDES, losses.hinge_loss)
    page.keyboard.press("Escape")
    assert page.locator("#living").is_visible()
    assert page.evaluate("document.activeElement.id") == "open-sample"
    page.keyboard.press("ArrowRight")  # is not for the graph, which is out of sight
    assert page.evaluate("explorer.state().position") == 1


def test_the_graphs_of_classes(show: Shown) -> None:
    rng = np.random.default_rng(2)
    X, y = rng.normal(size=(12, 5)), np.arange(12) % 3
    model = nn.MLP(5, [6, 3], activation="tanh", rng=2)
    page = opened(show, explore(model, X, y, loss=losses.cross_entropy))
    page.evaluate("training.epochs(4)")
    for place in (0, 1, 5):
        page.locator("#which").evaluate(
            "(x, value) => { x.value = value; x.oninput({ target: x }); }", place
        )
        page.evaluate("document.querySelector('#open-sample').click()")
        assert_sample(page, model, place, X, y, losses.cross_entropy)


def test_targets_that_drop_a_term_have_graphs_of_their_own(show: Shown) -> None:
    model = nn.MLP(2, [3, 1], output_activation="sigmoid", activation="tanh", rng=0)
    y = np.where(SIDES > 0, 1.0, 0.0)
    y[:2] = 0.25
    page = opened(show, living(model, y=y, loss=losses.binary_cross_entropy))
    for place in (0, 5, 30):
        page.evaluate("document.querySelector('#to-network').click()")
        page.locator("#which").fill(str(place))
        page.locator("#open-sample").click()
        assert_sample(page, model, place, MOONS, y, losses.binary_cross_entropy)


# ---- Weights, and what was recorded --------------------------------------------------------------


def test_weights_come_back_to_the_last_bit(show: Shown) -> None:
    model = network()
    page = opened(show, living(model))
    page.evaluate("training.epochs(3); training.theta[0] = -0; training.theta[1] = 1e-300")
    page.locator("#weights-shown").click()
    text = page.locator("#weights-text").input_value()
    state_dict = {name: np.array(numbers) for name, numbers in json.loads(text).items()}
    model.load_state_dict(state_dict)
    assert repr(weights_of(model)) == repr([float(x) for x in state(page)["theta"]])
    with page.expect_download() as download:
        page.locator("#weights-saved").click()
    assert json.loads(download.value.path().read_text()) == json.loads(text)


def test_weights_go_to_the_notebook_around_the_page(show: Shown) -> None:
    """As the widget does it: a frame with scripts alone, which is told that it is one."""
    model = network()
    page = show.window()
    page.goto("about:blank")
    page.evaluate(
        """html => {
          const frame = document.createElement("iframe");
          frame.sandbox = "allow-scripts";
          frame.onload = () => frame.contentWindow.postMessage({ microgradnn: "widget" }, "*");
          window.sent = [];
          addEventListener("message", ({ data }) => sent.push(data));
          frame.srcdoc = html;
          document.body.append(frame);
        }""",
        living(model).html,
    )
    frame = page.frame_locator("iframe")
    frame.locator("#weights-sent").click()
    until(page, "sent.length")
    message = page.evaluate("sent[0].microgradnn.weights")
    assert frame.locator("#weights-saved").is_hidden()
    wanted = {name: array.tolist() for name, array in model.state_dict().items()}
    assert json.loads(message) == wanted


def test_opening_a_graph_pauses(show: Shown) -> None:
    page = opened(show, living(network()))
    page.locator("#train").click()
    until(page, "training.losses.length > 2")
    page.locator("#open-sample").click()
    count = page.evaluate("training.losses.length")
    page.wait_for_timeout(100)
    assert page.evaluate("training.losses.length") == count


def test_a_history_is_replayed(show: Shown) -> None:
    model = network()
    own = model.parameters()
    how: Any = {"loss": losses.hinge_loss, "batch_size": 40, "progress": False}
    rule = optim.Adam(own, lr=0.01)
    history = mg.fit(
        model, MOONS, SIDES, optimizer=rule, epochs=6, keep_weights=True, validation=0.2, **how
    )
    kept = history.weights
    page = opened(show, living(model, history=history, optimizer=rule, validation=0.2))
    assert state(page)["theta"] == kept[-1].tolist()
    assert state(page)["losses"] == history.losses
    page.get_by_label("epoch", exact=True).fill("2")
    found = state(page)
    assert found["theta"] == kept[1].tolist()
    assert found["losses"] == history.losses[:2]
    assert found["accuracies"] == history.metrics["accuracy"][:2]
    assert found["validationLosses"] == history.metrics["validation_loss"][:2]
    page.get_by_role("button", name="Replay").click()
    until(page, "training.losses.length === 6")
    assert state(page)["theta"] == kept[-1].tolist()
    page.get_by_label("epoch", exact=True).fill("3")
    page.evaluate("training.epochs(3)")  # goes on from there
    for parameter, number in zip(own, kept[2].tolist(), strict=True):
        parameter.data = number
    rule = optim.Adam(own, lr=0.01)
    more = mg.fit(model, MOONS, SIDES, optimizer=rule, epochs=3, validation=0.2, **how)
    close(state(page)["losses"], history.losses[:3] + more.losses)
