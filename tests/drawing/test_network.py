"""Networks as circles and lines, and the film strip of their gradients."""

import random
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import microgradnn as mg
from microgradnn import nn
from microgradnn.drawing import FilmStrip, draw
from microgradnn.explaining.notation import number

SVG = "{http://www.w3.org/2000/svg}"


def picture(model: object, example: list[Any] | None = None) -> ElementTree.Element:
    return ElementTree.fromstring(draw(model, example=example).svg)


def words(element: ElementTree.Element) -> list[str]:
    return ["".join(text.itertext()) for text in element.iter(f"{SVG}text")]


def lines(element: ElementTree.Element) -> list[ElementTree.Element]:
    return [path for path in element.iter(f"{SVG}path") if path.get("class") in ("plus", "minus")]


# ---- Circles and lines -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "circles", "weights"),
    [(nn.MLP(4, [8, 3]), 15, 56), (nn.Layer(2, 3), 5, 6), (nn.Neuron(3), 4, 3)],
)
def test_a_circle_for_each_neuron_and_a_line_for_each_weight(
    model: nn.Module, circles: int, weights: int
) -> None:
    found = picture(model)
    assert len(list(found.iter(f"{SVG}circle"))) == circles
    assert len(lines(found)) == weights
    assert {"inputs", "layers.0", "x1"} <= set(words(found))


def test_lines_tell_sign_by_dashes_and_size_by_width() -> None:
    neuron = nn.Neuron(3)
    for w, data in zip(neuron.w, (1.0, -2.0, 0.0), strict=True):
        w.data = data
    found = lines(picture(neuron))
    assert [line.get("class") for line in found] == ["plus", "minus", "plus"]
    widths = [float(line.get("stroke-width", "")) for line in found]
    assert widths[2] < widths[0] < widths[1]
    assert re.search(r"\.minus\{stroke-dasharray", draw(neuron).svg)
    assert found[1].findtext(f"{SVG}title") == "w.1: −2, grad 0"


def test_an_example_is_run_through_the_network() -> None:
    model = nn.MLP(2, [3, 1], activation="tanh")
    hidden = model.layers[0]([1.0, -2.0])
    shown = words(picture(model, example=[1.0, -2.0]))
    numbers = [1.0, -2.0, *(h.data for h in hidden), model([1.0, -2.0]).data]
    assert all(number(x, 2) in shown for x in numbers)
    assert not any(p.grad for p in model.parameters())


def test_the_circles_hold_the_outputs_of_the_last_run() -> None:
    model = nn.MLP(2, [3, 1], activation="tanh")
    assert "" in words(picture(model))
    model([3.0, -1.0])
    outputs = [*(h.data for h in model.layers[0]([1.0, -2.0])), model([1.0, -2.0]).data]
    assert words(picture(model)).count("") == 0
    assert all(number(x, 2) in words(picture(model)) for x in outputs)


def test_gradients_show_after_a_backward_pass() -> None:
    model = nn.MLP(2, [2, 1], activation="tanh")
    assert not any(word.startswith("‖∂‖ ") for word in words(picture(model)))
    model([1.0, 2.0]).backward()
    last = model.layers[1].neurons[0]
    length = sum(p.grad**2 for p in [*last.w, last.b] if p is not None) ** 0.5
    assert f"‖∂‖ {number(length, 2)}" in words(picture(model))


def test_large_layers_are_cut_visibly() -> None:
    found = picture(nn.MLP(64, [32, 10, 8]))
    shown = words(found)
    assert {"⋮ 57 more", "⋮ 25 more", "⋮ 3 more"} <= set(shown)
    assert len(list(found.iter(f"{SVG}circle"))) == 7 + 7 + 7 + 8
    assert "x64" in shown


def test_circles_and_words_keep_apart_and_inside() -> None:
    found = picture(nn.MLP(12, [9, 3]))
    left, top, width, height = map(float, found.get("viewBox", "").split())
    places = [(float(c.get("cx", "")), float(c.get("cy", ""))) for c in found.iter(f"{SVG}circle")]
    assert all(left < x - 28 and x + 28 < left + width for x, _ in places)
    assert all(top < y - 28 and y + 28 < top + height for _, y in places)
    assert all(x0 != x1 or abs(y0 - y1) >= 84 for x0, y0 in places for x1, y1 in places if y0 != y1)


def test_a_network_is_saved_as_a_picture_or_a_page(tmp_path: Path) -> None:
    drawing = draw(nn.MLP(2, [2, 1]))
    drawing.save(tmp_path / "net.svg")
    drawing.save(tmp_path / "net.html")
    assert (tmp_path / "net.svg").read_text(encoding="utf-8") == drawing.svg
    with pytest.raises(ValueError, match=r"\.svg or \.html, not as 'net.dot'"):
        drawing.save(tmp_path / "net.dot")


def test_hostile_labels_of_weights_are_text() -> None:
    neuron = nn.Neuron(1)
    neuron.w[0].label = "</title><script>1</script>"
    assert "<script" not in draw(neuron).svg


# ---- The film strip --------------------------------------------------------------------------


def strip_of(activation: str, epochs: int = 20) -> FilmStrip:
    model = nn.MLP(2, [8] * 6 + [1], activation=activation, rng=1)
    rng = random.Random(0)
    X = [[rng.gauss(0, 1), rng.gauss(0, 1)] for _ in range(20)]
    y = [float(a * b > 0) for a, b in X]
    strip = FilmStrip(model)
    loss = mg.losses.binary_cross_entropy_with_logits
    mg.fit(model, X, y, loss=loss, epochs=epochs, progress=False, callbacks=[strip])
    return strip


def test_gradients_vanish_with_sigmoids_and_not_with_relus() -> None:
    by_sigmoid, by_relu = strip_of("sigmoid", 3).magnitudes, strip_of("relu", 3).magnitudes
    assert all(layers[0] < layers[-1] / 20 for layers in by_sigmoid)
    assert all(layers[0] > layers[-1] / 20 for layers in by_relu)


def test_the_strip_has_a_frame_for_each_epoch_and_a_bar_for_each_layer(tmp_path: Path) -> None:
    strip = strip_of("relu", 2)
    found = ElementTree.fromstring(strip.svg)
    bars = [rect for rect in found.iter(f"{SVG}rect") if rect.get("class") == "bar"]
    assert len(bars) == 2 * 7
    shown = words(found)
    assert {"epoch 1", "epoch 2", "layers.0", "layers.6"} <= set(shown)
    assert all(number(x, 2) in shown for layers in strip.magnitudes for x in layers)
    strip.save(tmp_path / "strip.svg")
    assert (tmp_path / "strip.svg").read_text(encoding="utf-8") == strip._repr_svg_()


def test_of_many_epochs_twelve_are_shown() -> None:
    strip = FilmStrip(nn.MLP(1, [2, 1]))
    for epoch in range(100):
        strip(epoch, None)
    shown = [word for word in words(ElementTree.fromstring(strip.svg)) if word.startswith("epoch")]
    assert (len(shown), shown[0], shown[-1]) == (12, "epoch 1", "epoch 100")


def test_a_strip_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="the strip is empty"):
        _ = FilmStrip(nn.MLP(1, [1])).svg
    with pytest.raises(TypeError, match="layers of neurons, got float"):
        FilmStrip(1.0)
