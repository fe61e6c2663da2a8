"""What is seen of a network that trains, against the model itself: pixels, tables, words, keys."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import microgradnn as mg
from microgradnn import data, losses, nn, optim
from microgradnn.explorer import Explorer

from .conftest import Shown
from .test_accessibility import axe

if TYPE_CHECKING:
    from playwright.sync_api import Page

CARD, PLUS, MINUS = (np.array(x, float) for x in ((255,) * 3, (27, 95, 196), (194, 81, 12)))
CLASSES = [MINUS, PLUS, np.array((18, 138, 90), float)]
PALE, TINT = 0.55, 0.4  # of the plane's colours: of numbers, of classes
SIDE, MARGIN = 40, 0.08  # of the grid

PIXELS = """id => {
    const canvas = document.getElementById(id), { width, height } = canvas;
    const copy = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    copy.drawImage(canvas, 0, 0);
    const { data } = copy.getImageData(0, 0, width, height);
    let text = "";
    for (let k = 0; k < data.length; k += 4) {
        text += String.fromCharCode(...data.subarray(k, k + 3));
    }
    return { width, height, text };
}"""


def pixels(page: Page, name: str) -> Any:
    """The colours of a canvas, by row and column."""
    found = page.evaluate(PIXELS, name)
    colours = np.frombuffer(found["text"].encode("latin-1"), np.uint8).astype(float)
    return colours.reshape(found["height"], found["width"], 3)


def heat(x: Any, strength: float = 1.0) -> Any:
    """The colour of numbers from −1 to 1."""
    share = strength * np.clip(x, -1, 1)[..., None]
    return CARD + np.abs(share) * (np.where(share > 0, PLUS, MINUS) - CARD)


SEEN = """(() => {
    const drawn = [...document.querySelectorAll("#living canvas")].map((x) => x.toDataURL());
    let hash = 0;
    for (const x of [document.querySelector("#living").innerText, ...drawn].join()) {
        hash = (31 * hash + x.charCodeAt(0)) | 0;
    }
    return hash;
})()"""


def settle(page: Page) -> None:
    """Wait until all that is due has had its turn; parts rest for a while between two."""
    before, now = None, page.evaluate(SEEN)
    while now != before:
        page.wait_for_timeout(300)
        before, now = now, page.evaluate(SEEN)


def train(page: Page, epochs: int) -> None:
    page.evaluate("n => training.epochs(n)", epochs)
    settle(page)


def take_weights(page: Page, model: nn.Module) -> None:
    """Give the model the weights of the page."""
    theta = page.evaluate("Array.from(training.theta)")
    for parameter, x in zip(model.parameters(), theta, strict=True):
        parameter.data = x


def outputs(model: nn.Module, X: Any) -> Any:
    """The model's outputs, a row for each sample."""
    with mg.no_grad():
        rows: list[Any] = [model(x) for x in X.tolist()]
    return np.array([[v.data for v in (r if isinstance(r, list) else [r])] for r in rows])


def neuron(model: Any, layer: int, k: int, X: Any) -> Any:
    """What a neuron gives for each sample."""
    with mg.no_grad():
        found = []
        for x in X.tolist():
            for each in model.layers[: layer + 1]:
                x = each(x)
            found.append(x[k].data)
    return np.array(found)


def axis(X: Any, input: int) -> Any:
    """The numbers of an input in the grid's columns, from left to right."""
    low, high = X[:, input].min(), X[:, input].max()
    low, high = low - MARGIN * (high - low), high + MARGIN * (high - low)
    return low + (high - low) * (np.arange(SIDE) + 0.5) / SIDE


def grid(X: Any, through: Sequence[float] = (), across: int = 0, down: int = 1) -> Any:
    """The points of the grid, row by row from above."""
    points = np.tile(np.array(through or [0.0, 0.0], float), (SIDE * SIDE, 1))
    points[:, across] = np.tile(axis(X, across), SIDE)
    points[:, down] = np.repeat(axis(X, down)[::-1], SIDE)
    return points


XOR = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
SIGNS = np.array([-1.0, 1.0, 1.0, -1.0])


def xor(**options: Any) -> tuple[Any, Explorer]:
    model = nn.MLP(2, [4, 3, 1], activation="tanh", rng=3)
    optimizer = optim.Adam(model.parameters(), lr=0.05)
    page = mg.explore(model, XOR, SIGNS, loss=losses.hinge_loss, optimizer=optimizer, **options)
    return model, page


def three_classes() -> tuple[Any, Any, Any, Explorer]:
    """Three clouds; the first two of four inputs vary most; every fifth sample is held out."""
    rng = np.random.default_rng(0)
    y = np.arange(60) % 3
    X = rng.normal(size=(60, 4)) * (1.2, 1.0, 0.9, 0.9)
    X[:, :2] += np.array([(0, 2), (2, -1), (-2, -1)])[y]
    held = np.arange(60) % 5 == 0
    model = nn.MLP(4, [5, 3], activation="tanh", rng=0)
    optimizer = optim.Adam(model.parameters(), lr=0.05)
    page = mg.explore(
        model,
        X[~held],
        y[~held],
        loss=losses.cross_entropy,
        optimizer=optimizer,
        validation=(X[held], y[held]),
    )
    return model, X[~held], y[~held], page


def held_out(page: Page) -> Any:
    return np.array(page.evaluate("Array.from(training.data.heldOut.X)")).reshape(-1, 4)


# ---- Pixels -------------------------------------------------------------------------------------


def test_a_heat_map_is_the_activation_over_the_plane(show: Shown) -> None:
    model, explorer = xor()
    page = show(explorer, viewport={"width": 1280, "height": 900})
    page.get_by_label("layer 2, neuron 2 of 3").click()
    train(page, 40)
    take_weights(page, model)
    activations = neuron(model, 1, 1, grid(XOR))
    wanted = heat(activations / max(1, np.abs(activations).max())).reshape(SIDE, SIDE, 3)
    seen = pixels(page, "neuron-large")
    places = ((np.arange(SIDE) + 0.5) * len(seen) / SIDE).astype(int)
    assert np.ptp(wanted, axis=(0, 1)).max() > 60  # there is something to see
    assert np.abs(seen[np.ix_(places, places)] - wanted).max() < 12


def plane_at(seen: Any, X: Any, points: Any) -> Any:
    """The colours of the plane at points of the data."""
    left, top, right, bottom = 46, 28, seen.shape[1] - 16, seen.shape[0] - 34
    found = []
    for point in points:
        low, high = X.min(0), X.max(0)
        share = (point - low + MARGIN * (high - low)) / ((1 + 2 * MARGIN) * (high - low))
        column = left + (right - left) * share[0]
        row = bottom + (top - bottom) * share[1]
        found.append(seen[int(row), int(column)])
    return np.array(found)


def test_the_plane_has_the_colours_of_what_the_model_says(show: Shown) -> None:
    model, explorer = xor()
    page = show(explorer, viewport={"width": 1280, "height": 900})
    train(page, 60)
    take_weights(page, model)
    seen = pixels(page, "plane-drawing")
    points = np.array([(x, y) for x in (0.13, 0.37, 0.63, 0.87) for y in (0.13, 0.37, 0.63, 0.87)])
    said = outputs(model, points)[:, 0]
    known = np.abs(said) > 0.15  # of the others, a line or a name may lie above them
    assert known.sum() > 8
    assert {True, False} == set(said[known] > 0)
    difference = plane_at(seen, XOR, points[known]) - heat(said[known], PALE)
    assert np.median(np.abs(difference).max(1)) < 8
    assert ((plane_at(seen, XOR, points[known])[:, 2] > 190) == (said[known] > 0)).all()


def test_the_regions_of_classes_are_those_of_the_largest_output(show: Shown) -> None:
    model, X, _, explorer = three_classes()
    page = show(explorer, viewport={"width": 1280, "height": 900})
    far = np.abs(X[:, 2:]).sum(1).argmax()  # the plane goes through this sample
    page.locator("#which").fill(str(far))
    train(page, 20)
    take_weights(page, model)
    points = grid(X, through=X[far].tolist())
    said = outputs(model, points).argmax(1)
    held = held_out(page)[:, :2]
    every = np.vstack([X[:, :2], held])
    seen = plane_at(pixels(page, "plane-drawing"), every, _plane_points(every))
    wanted = outputs(model, _through(X[far], _plane_points(every))).argmax(1)
    tints = np.array([CARD + TINT * (x - CARD) for x in CLASSES])
    nearest = np.abs(seen[:, None] - tints).sum(2)
    clear = nearest.min(1) < 6  # neither a mark, a line nor a word
    assert clear.sum() > 100
    assert set(said) == {0, 1, 2}
    elsewhere = outputs(model, _through(0 * X[0], _plane_points(every))).argmax(1)
    assert (elsewhere != wanted)[clear].mean() > 0.05
    assert (nearest.argmin(1) == wanted)[clear].mean() > 0.99


def _plane_points(every: Any) -> Any:
    low, high = every.min(0), every.max(0)
    shares = (np.arange(16) + 0.37) / 16
    return np.array([low + (high - low) * (a, b) for a in shares for b in shares])


def _through(sample: Any, points: Any) -> Any:
    return np.hstack([points, np.tile(sample[2:], (len(points), 1))])


def test_a_line_is_the_wider_the_larger_its_weight_and_dashed_if_it_is_negative(
    show: Shown,
) -> None:
    model = nn.MLP(2, [1], rng=0)
    for parameter, x in zip(model.parameters(), [1.0, -0.4, 0.0], strict=True):
        parameter.data = x
    explorer = mg.explore(model, XOR, SIGNS, loss=losses.mse_loss)
    page = show(explorer, viewport={"width": 1280, "height": 900})
    settle(page)
    seen = pixels(page, "network-drawing")
    middle = seen.shape[1] // 2
    strip = seen[60:, middle - 40 : middle + 40]
    blue = (strip[..., 2] - strip[..., 0] > 60).sum(0)
    orange = (strip[..., 0] - strip[..., 2] > 60).sum(0)
    assert blue.min() >= 4
    assert 1 <= orange.max() < blue.min()
    assert (orange == 0).mean() > 0.2  # the gaps of a dashed line
    assert "largest 1" in page.locator("#largest-line").inner_text()


def test_one_input_is_shown_as_a_curve_with_the_samples(show: Shown) -> None:
    X = np.linspace(-2, 2, 9)[:, None]
    model = nn.MLP(1, [4, 1], activation="tanh", rng=0)
    explorer = mg.explore(model, X, np.sin(X[:, 0]), loss=losses.mse_loss)
    page = show(explorer, viewport={"width": 1280, "height": 900})
    settle(page)
    seen = pixels(page, "plane-drawing")
    blue = seen[..., 2] - seen[..., 0] > 90
    left, top, right, bottom = 46, 28, seen.shape[1] - 16, seen.shape[0] - 34
    low, high = np.sin(X).min(), np.sin(X).max()
    margin = 0.15 * (high - low)
    for share in (0.23, 0.61, 0.83):
        x = -2 - MARGIN * 4 + share * 4 * (1 + 2 * MARGIN)
        wanted = outputs(model, np.array([[x]]))[0, 0]
        row = bottom + (top - bottom) * (wanted - low + margin) / (high - low + 2 * margin)
        column = int(left + (right - left) * share)
        assert blue[int(row) - 3 : int(row) + 4, column].any()


# ---- Numbers ------------------------------------------------------------------------------------


def test_the_confusion_matrix_counts_what_numpy_counts(show: Shown) -> None:
    model, X, y, explorer = three_classes()
    page = show(explorer)
    train(page, 8)
    take_weights(page, model)
    said = outputs(model, X).argmax(1)
    wanted = [[int(((y == a) & (said == b)).sum()) for b in range(3)] for a in range(3)]
    assert any(wanted[a][b] for a in range(3) for b in range(3) if a != b)
    cells = page.locator("#confusion-table tbody td").all_inner_texts()
    assert list(map(int, cells)) == [count for row in wanted for count in row]
    right = (said == y).sum()
    assert f"{right} of 48 are right" in page.locator("#confusion-said").inner_text()
    page.locator("#confusion-group").select_option("held out")
    settle(page)
    assert sum(map(int, page.locator("#confusion-table tbody td").all_inner_texts())) == 12


def test_r_squared_is_that_of_numpy(show: Shown) -> None:
    X = np.random.default_rng(1).normal(size=(30, 3))
    y = X @ [1.0, -2.0, 0.5] + 0.1 * X[:, 0] ** 2
    model = nn.MLP(3, [4, 1], activation="tanh", rng=0)
    optimizer = optim.Adam(model.parameters(), lr=0.05)
    page = show(mg.explore(model, X, y, loss=losses.mse_loss, optimizer=optimizer))
    train(page, 30)
    take_weights(page, model)
    rest = ((y - outputs(model, X)[:, 0]) ** 2).sum()
    wanted = 1 - rest / ((y - y.mean()) ** 2).sum()
    assert f"R² is {wanted:.4g} for 30 samples" in page.locator("#confusion-said").inner_text()


def test_the_gradients_of_layers_are_those_of_the_engine(show: Shown) -> None:
    model = nn.MLP(2, [3] * 8 + [1], activation="sigmoid", rng=0)
    loss = losses.mse_loss([model(x) for x in XOR.tolist()], SIGNS.tolist())
    loss.backward()
    wanted = [math.hypot(*(p.grad for p in layer.parameters())) for layer in model.layers]
    page = show(mg.explore(model, XOR, SIGNS, loss=losses.mse_loss))
    train(page, 1)
    words = page.locator("#flow-bars b").all_inner_texts()
    assert [float(x.replace("−", "-")) for x in words] == pytest.approx(wanted, rel=6e-3)
    widths = page.evaluate("[...document.querySelectorAll('#flow-bars i')].map(i => i.offsetWidth)")
    assert widths == sorted(widths)
    assert wanted[0] < wanted[-1] / 100
    whole = page.evaluate("document.querySelector('#flow-bars .decades').offsetWidth")
    low = int(page.locator("#flow-low").inner_text().translate(PLAIN)[2:])
    high = int(page.locator("#flow-high").inner_text().translate(PLAIN)[2:])
    share = (math.log10(wanted[0]) - low) / (high - low)
    assert widths[0] / whole == pytest.approx(share, abs=0.01)
    assert "first layer" in page.locator("#flow-said").inner_text()


def test_scores_of_0_are_on_neither_side_as_fit_counts_them(show: Shown) -> None:
    X, y, *_ = data.make_moons(60)
    model = nn.MLP(2, [3, 1], init="zeros")
    history = mg.fit(
        model, X, 2 * y - 1, loss=losses.hinge_loss, epochs=1, batch_size=60, progress=False
    )
    for parameter in model.parameters():
        parameter.data = 0.0
    page = show(mg.explore(model, X, 2 * y - 1, loss=losses.hinge_loss))
    settle(page)
    assert history.metrics["accuracy"] == [0.0]
    said = page.locator("#confusion-said").inner_text()
    assert said == "0 of 60 are right (0 %), 60 neither."
    cells = page.locator("#confusion-table tbody td").all_inner_texts()
    assert cells == ["0"] * 4
    assert page.locator("#plane-said").inner_text().endswith("predicted neither (wrong); output 0.")
    assert page.locator("#largest-line").inner_text() == "largest 0"
    train(page, 1)
    assert page.evaluate("training.accuracies") == history.metrics["accuracy"]


def test_a_gradient_of_0_is_not_one_that_is_not_there_yet(show: Shown) -> None:
    model = nn.MLP(2, [3, 1], init="zeros")
    page = show(mg.explore(model, XOR, SIGNS, loss=losses.mse_loss))
    settle(page)
    assert said_of(page) == "No gradient before the first step."
    train(page, 5)
    # Of this XOR the targets add up to 0, so not even the last bias has a gradient.
    assert page.evaluate("training.gradient.every(x => x === 0)")
    assert said_of(page) == "The gradient is 0."
    page.get_by_role("button", name="Reset").click()
    settle(page)
    assert said_of(page) == "No gradient before the first step."


def said_of(page: Page) -> str:
    return page.locator("#flow-said").inner_text()


PLAIN = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


# ---- Choosing -----------------------------------------------------------------------------------


def test_a_neuron_is_chosen_by_keys_and_tells_its_weights(show: Shown) -> None:
    model, explorer = xor()
    page = show(explorer)
    first = page.get_by_label("layer 1, neuron 1 of 4")
    assert page.locator("#units [tabindex='0']").count() == 1
    first.focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    chosen = "layer 2, neuron 2 of 3"
    assert page.evaluate("document.activeElement.ariaLabel") == chosen
    assert page.locator("#about-neuron").is_hidden()
    page.keyboard.press("Enter")
    settle(page)
    assert page.evaluate("document.activeElement.ariaPressed") == "true"
    assert page.locator("#neuron-name").inner_text() == f"{chosen} (tanh)"
    own = model.layers[1].neurons[1]
    cells = page.locator("#neuron-weights tbody td:nth-child(2)").all_inner_texts()
    written = [float(x.replace("−", "-")) for x in cells]
    assert written == pytest.approx([w.data for w in own.w] + [own.b.data], rel=1e-3)
    numbers = neuron(model, 1, 1, XOR)
    assert (
        f"from {numbers.min():.3g}".replace("-", "−") in page.locator("#neuron-said").inner_text()
    )
    page.keyboard.press("Enter")
    settle(page)
    assert page.locator("#about-neuron").is_hidden()


def test_a_click_on_the_plane_chooses_a_sample_and_the_plane_goes_through_it(show: Shown) -> None:
    _, X, _, explorer = three_classes()
    page = show(explorer, viewport={"width": 1280, "height": 900})
    settle(page)
    box = page.locator("#plane-drawing").bounding_box()
    assert box
    every = np.vstack([X, held_out(page)])[:, :2]
    low, high = every.min(0), every.max(0)
    share = (X[7, :2] - low + MARGIN * (high - low)) / ((1 + 2 * MARGIN) * (high - low))
    x = 46 + (box["width"] - 62) * share[0]
    y = box["height"] - 34 - (box["height"] - 62) * share[1]
    page.locator("#plane-drawing").click(position={"x": x, "y": y})
    settle(page)
    assert page.evaluate("training.chosen") == 7
    assert page.locator("#plane-said").inner_text().startswith("Sample 7: class ")


def test_a_model_without_layers_of_neurons_has_a_plane_but_no_circles(show: Shown) -> None:
    class Product(nn.Module):
        def __init__(self) -> None:
            self.w = mg.Value(0.5)

        def __call__(self, x: Any) -> Any:
            return self.w * x[0] * x[1]

    page = show(mg.explore(Product(), XOR, SIGNS, loss=losses.mse_loss))
    train(page, 3)
    assert page.locator("#network").is_hidden()
    assert page.locator("#flow").is_hidden()
    assert page.locator("#plane").is_visible()
    assert len(np.unique(pixels(page, "plane-drawing").reshape(-1, 3), axis=0)) > 20


# ---- Everyone -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("width", "scheme"), [(420, "dark"), (1280, "light"), (1920, "dark")])
def test_no_rule_of_accessibility_is_broken(show: Shown, width: int, scheme: Any) -> None:
    _, _, _, explorer = three_classes()
    page = show(explorer, viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.get_by_label("layer 1, neuron 3 of 5").focus()
    page.keyboard.press("Enter")
    train(page, 5)
    page.evaluate(axe())
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for drawing in page.locator("#living canvas:visible").all():
        assert drawing.get_attribute("role") == "img"
    small = page.evaluate(
        "[...document.querySelectorAll('#living *')].filter(x => x.innerText?.trim()"
        " && parseFloat(getComputedStyle(x).fontSize) < 12).map(x => x.id)"
    )
    assert small == []


def test_colour_is_not_the_only_cue(show: Shown) -> None:
    _, _, _, explorer = three_classes()
    page = show(explorer)
    train(page, 2)
    marks = page.locator("#classes li").all_inner_texts()
    assert [mark[0] for mark in marks[:3]] == ["■", "●", "▲"]
    assert marks[3:] == ["✕ wrong", "○ held out"]
    dash = "getComputedStyle(document.querySelector('.legend .minus')).strokeDasharray"
    assert page.evaluate(dash) != "none"


def test_on_paper_and_by_day_all_drawings_have_the_colours_of_the_page(show: Shown) -> None:
    _, explorer = xor()
    page = show(explorer, color_scheme="dark")
    train(page, 3)
    names = ["network", "plane", "curves"]
    dark, light = (np.array(x) for x in ((163, 175, 196), (86, 99, 121)))  # of muted words

    def has(colour: Any) -> list[bool]:
        seen = [pixels(page, f"{name}-drawing") for name in names]
        return [bool((np.abs(x - colour).max(axis=2) < 3).any()) for x in seen]

    assert has(dark) == [True] * 3
    page.emulate_media(color_scheme="light")
    settle(page)
    assert has(light) == [True] * 3
    assert has(dark)[::2] == [False] * 2  # the plane has mixed colours of many kinds
    page.emulate_media(color_scheme="dark", media="print")
    settle(page)
    assert page.locator("#settings").is_hidden()
