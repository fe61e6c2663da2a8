"""Networks as circles and lines."""

import re
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from outputs import several, single

import microgradnn as mg
from microgradnn import nn
from microgradnn.drawing import draw
from microgradnn.explaining.notation import number

SVG = "{http://www.w3.org/2000/svg}"


def test_what_has_no_effect_is_refused() -> None:
    model: Any = nn.MLP(2, [1], rng=0)
    for wrong in ({"fold": "layer"}, {"step": 1}, {"open_neurons": True}):
        with pytest.raises(
            TypeError, match="are for the graph of a Value, but a network was given"
        ):
            draw(model, **wrong)
    root: Any = mg.Value(1.0)
    with pytest.raises(TypeError, match="example is for a network, which it is run on; a Value"):
        draw(root, example=[1.0])


def picture(model: Any, example: list[Any] | None = None) -> ElementTree.Element:
    return ElementTree.fromstring(draw(model, example=example).svg)


def words(element: ElementTree.Element) -> list[str]:
    return ["".join(text.itertext()) for text in element.iter(f"{SVG}text")]


def lines(element: ElementTree.Element) -> list[ElementTree.Element]:
    return [path for path in element.iter(f"{SVG}path") if path.get("class") in ("plus", "minus")]


@pytest.mark.parametrize(
    ("model", "circles", "weights"),
    [
        (nn.MLP(4, [8, 3], rng=0), 15, 56),
        (nn.Layer(2, 3, rng=0), 5, 6),
        (nn.Neuron(3, rng=0), 4, 3),
    ],
)
def test_a_circle_for_each_neuron_and_a_line_for_each_weight(
    model: nn.Module, circles: int, weights: int
) -> None:
    found = picture(model)
    assert len(list(found.iter(f"{SVG}circle"))) == circles
    assert len(lines(found)) == weights
    assert {"inputs", "layers.0", "x1"} <= set(words(found))


def test_lines_tell_sign_by_dashes_and_size_by_width() -> None:
    neuron = nn.Neuron(3, rng=0)
    for w, data in zip(neuron.w, (1.0, -2.0, 0.0), strict=True):
        w.data = data
    found = lines(picture(neuron))
    assert [line.get("class") for line in found] == ["plus", "minus", "plus"]
    widths = [float(line.get("stroke-width", "")) for line in found]
    assert widths[2] < widths[0] < widths[1]
    assert re.search(r"\.minus\{stroke-dasharray", draw(neuron).svg)
    assert found[1].findtext(f"{SVG}title") == "w.1: −2, grad 0"
    assert {line.get("fill") for line in found} == {"none"}  # else some programs paint its hairline


def test_an_example_is_run_through_the_network() -> None:
    model = nn.MLP(2, [3, 1], activation="tanh", rng=0)
    hidden = model.layers[0]([1.0, -2.0])
    shown = words(picture(model, example=[1.0, -2.0]))
    numbers = [1.0, -2.0, *(h.data for h in hidden), single(model([1.0, -2.0])).data]
    assert all(number(x, 2) in shown for x in numbers)
    assert not any(p.grad for p in model.parameters())


def test_the_circles_hold_the_outputs_of_the_last_run() -> None:
    model = nn.MLP(2, [3, 1], activation="tanh", rng=0)
    assert "" in words(picture(model))
    model([3.0, -1.0])
    outputs = [*(h.data for h in model.layers[0]([1.0, -2.0])), single(model([1.0, -2.0])).data]
    assert words(picture(model)).count("") == 0
    assert all(number(x, 2) in words(picture(model)) for x in outputs)


def test_gradients_show_after_a_backward_pass() -> None:
    model = nn.MLP(2, [2, 1], activation="tanh", rng=0)
    assert not any(word.startswith("‖∂‖ ") for word in words(picture(model)))
    single(model([1.0, 2.0])).backward()
    last = model.layers[1].neurons[0]
    length = sum(p.grad**2 for p in [*last.w, last.b] if p is not None) ** 0.5
    assert f"‖∂‖ {number(length, 2)}" in words(picture(model))


def test_large_layers_are_cut_visibly() -> None:
    found = picture(nn.MLP(64, [32, 10, 8], rng=0))
    shown = words(found)
    assert {"57 more", "25 more", "3 more"} <= set(shown)
    assert len(list(found.iter(f"{SVG}circle"))) == 7 + 7 + 7 + 8
    assert "x64" in shown


def test_circles_and_words_keep_apart_and_inside() -> None:
    found = picture(nn.MLP(12, [9, 3], rng=0))
    left, top, width, height = map(float, found.get("viewBox", "").split())
    places = [(float(c.get("cx", "")), float(c.get("cy", ""))) for c in found.iter(f"{SVG}circle")]
    assert all(left < x - 28 and x + 28 < left + width for x, _ in places)
    assert all(top < y - 28 and y + 28 < top + height for _, y in places)
    assert all(x0 != x1 or abs(y0 - y1) >= 84 for x0, y0 in places for x1, y1 in places if y0 != y1)


def test_a_network_is_saved_as_a_picture_or_a_page(tmp_path: Path) -> None:
    drawing = draw(nn.MLP(2, [2, 1], rng=0))
    drawing.save(tmp_path / "net.svg")
    drawing.save(tmp_path / "net.html")
    assert (tmp_path / "net.svg").read_text(encoding="utf-8") == drawing.svg
    with pytest.raises(ValueError, match=r"\.svg, \.html, \.png or \.pdf, not as 'net.dot'"):
        drawing.save(tmp_path / "net.dot")


def test_hostile_labels_of_weights_are_text() -> None:
    neuron = nn.Neuron(1, rng=0)
    neuron.w[0].label = "</title><script>1</script>"
    assert "<script" not in draw(neuron).svg


def test_the_legend_explains_what_is_there_and_nothing_else() -> None:
    for bias in (True, False):
        model = nn.MLP(2, [2, 1], activation="tanh", bias=bias, rng=0)
        assert "‖∂‖" not in draw(model).svg
        single(model([1.0, 2.0])).backward()
        (line,) = [word for word in words(picture(model)) if word.startswith("‖∂‖:")]
        assert line.endswith("weights and bias." if bias else "neuron's weights.")
        assert ("bias" in draw(model).svg) == bias


def test_the_picture_describes_itself_to_who_cannot_see_it() -> None:
    model = nn.MLP(64, [32, 2], rng=0)
    found = picture(model, [0.5] * 64)
    outputs = [number(output.data, 2) for output in several(model([0.5] * 64))]
    assert found.findtext(f"{SVG}title") == "Network of 64 → 32 → 2"
    told = found.findtext(f"{SVG}desc", "")
    assert told.startswith("Circles in columns: inputs 64, layers.0 32, layers.1 2. Last outputs: ")
    assert ", ".join(outputs) in told
    assert "Last outputs" not in picture(nn.MLP(2, [1], rng=0)).findtext(f"{SVG}desc", "")


@pytest.mark.parametrize("sizes", [[3, 1], [8, 3], [32, 10], [16, 16, 16, 16, 16, 1]])
def test_a_network_fits_a_page_without_being_made_smaller(sizes: list[int]) -> None:
    found = picture(nn.MLP(4, sizes, rng=0))
    assert float(found.get("width", "")) <= 830
    places = sorted({float(c.get("cx", "")) for c in found.iter(f"{SVG}circle")})
    assert all(b - a >= 110 for a, b in pairwise(places))


def test_of_a_network_without_biases_nothing_tells_of_any() -> None:
    model = nn.MLP(2, [2, 1], activation="tanh", bias=False, rng=0)
    loss = (single(model([1.0, 2.0])) - 1) ** 2
    loss.backward()
    shown = [draw(loss, fold).svg for fold in ("none", "neuron", "layer")]
    shown += [draw(model).svg, mg.worksheet(loss).html, str(mg.steps(loss))]
    shown += [str(mg.explain(loss, model.layers[0].neurons[0].w[0])), draw(loss, step=2).svg]
    for told in shown:
        assert not re.search(
            r"bias|\+ b\b|\bb[₁₂\d]*\b", re.sub("<style>.*?</style>", "", told, flags=re.S)
        )
