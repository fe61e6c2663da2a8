"""SVG: what is painted, where programs find it, and that a label can do no more than be read."""

import re
from xml.etree import ElementTree

import pytest
from drawings import HOSTILE, SVG, batch, box, hostile_graph, ids, network, neuron, parse, texts

from microgradnn import Value
from microgradnn.drawing import draw
from microgradnn.drawing.svg import COLOURS
from microgradnn.engine.row import PRIMITIVES
from microgradnn.explaining.notation import shorten


def test_a_box_holds_heading_data_and_gradient() -> None:
    loss = neuron()
    loss.backward()
    picture = parse(loss)
    assert texts(box(picture, "n0")) == ["w1", "0.5", "grad", "−0.1185"]
    assert texts(box(picture, "n5")) == ["s = w·x + b", "data", "0.1", "grad", "−0.1185"]
    assert texts(box(picture, "e4")) == ["∂ 1"]
    assert texts(box(picture, "e1")) == ["∂ 2"]


def test_gradients_show_a_dot_until_the_backward_pass_has_run() -> None:
    loss = neuron()
    assert texts(parse(loss)).count("·") == 10
    loss.backward()
    assert "·" not in texts(parse(loss))


def test_leaves_and_root_look_different() -> None:
    picture = parse(neuron())
    looks = {name: box(picture, name).get("class") for name in ids(picture, "n")}
    assert sorted(name for name, look in looks.items() if look == "leaf") == [
        f"n{k}" for k in range(5)
    ]
    assert [name for name, look in looks.items() if "root" in str(look).split()] == ["n9"]
    assert box(parse(Value(1.0)), "n0").get("class") == "leaf root"


def test_the_picture_describes_itself_to_who_cannot_see_it() -> None:
    loss = neuron()
    loss.backward()
    picture = parse(loss)
    assert picture.get("role") == "img"
    assert "L = 0.5 × square" in picture.findtext(f"{SVG}title", "")
    assert "s = w·x + b: data 0.1, grad −0.1185." in picture.findtext(f"{SVG}desc", "")


# ---- What programs find ----------------------------------------------------------------------


def test_boxes_numbers_and_arrows_are_found_by_data_attributes() -> None:
    loss = neuron()
    loss.backward()
    picture = parse(loss)

    def shown(group: ElementTree.Element) -> dict[str, str]:
        return {
            text.get("data-shows", ""): "".join(text.itertext())
            for text in group.iter(f"{SVG}text")
            if text.get("data-shows")
        }

    groups = list(picture.iter(f"{SVG}g"))
    nodes = {group.get("data-node"): shown(group) for group in groups if group.get("data-node")}
    assert set(nodes) == {str(k) for k in range(10)}
    assert nodes["0"] == {"label": "w1", "data": "0.5", "grad": "−0.1185"}
    assert nodes["5"] == {"label": "s = w·x + b", "data": "0.1", "grad": "−0.1185"}
    edges = {group.get("data-edge"): shown(group) for group in groups if group.get("data-edge")}
    assert list(edges) == [str(k) for k in range(9)]
    assert (edges["1"], edges["4"]) == ({"local": "∂ 2"}, {"local": "∂ 1"})


def test_boxes_are_in_the_order_in_which_they_are_read() -> None:
    # Whoever goes from box to box by the tab key goes column by column, each from the top.
    picture = parse(batch(3))
    places = []
    for name in ids(picture, "n"):
        group = box(picture, name)
        left, top = map(float, re.findall(r"[\d.]+", group.get("transform", "")))
        width = float(next(group.iter(f"{SVG}rect")).get("width", ""))
        places.append((left + width, top))
    starts = [0, *(k for k in range(1, len(places)) if places[k][0] > places[k - 1][0] + 50)]
    columns = [places[a:b] for a, b in zip(starts, [*starts[1:], len(places)], strict=True)]
    assert len(columns) == 8
    for column in columns:
        assert [top for _, top in column] == sorted(top for _, top in column)
        assert max(right for right, _ in column) - min(right for right, _ in column) < 50


def test_boxes_say_whose_they_are() -> None:
    named = {
        name: box(parse(network()), name).get("data-name") for name in ids(parse(network()), "n")
    }
    assert named["n0"] == "layers.1.neurons.0.w.0"
    assert named["n21"] == "loss"
    assert "ReLU" not in str(named)
    folded = ElementTree.fromstring(draw(network(), "neuron").svg)
    assert box(folded, "n0").get("data-name") == "layers.0.neurons.0"
    assert box(parse(Value(1.0) * 2), "n1").get("data-name") == "(v1 × 2)"


def test_numbers_beside_a_neuron_are_no_values() -> None:
    picture = parse(network())
    numbers = [group for group in picture.iter(f"{SVG}g") if group.get("class") == "number"]
    assert [texts(group) for group in numbers] == [["1"], ["2"]] * 3
    assert all(not {"id", "data-node", "data-edge"} & set(group.attrib) for group in numbers)
    assert len(ids(picture, "n")) == 13 + 3 + 3 + 1 + 2
    assert len(ids(picture, "e")) == 3 * 3 + 3 + 7 + 2


def test_a_long_heading_has_two_lines_and_reads_as_one() -> None:
    loss = box(parse(network()), "n21")
    heading = next(loss.iter(f"{SVG}text"))
    assert "".join(heading.itertext()) == "loss = (z₁⁽²⁾ − 1) ** 2"
    assert [line.get("dy") for line in heading] == [None, "18"]


def test_all_text_stands_out_from_what_it_stands_on() -> None:
    def luminance(colour: str) -> float:
        parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for place in (1, 2):  # light and dark
        grounds = [COLOURS[name][place] for name in ("surface", "card", "band", "leaf .card")]
        for word in ("word", "muted"):
            for ground in grounds:
                dark, light = sorted(map(luminance, (str(COLOURS[word][place]), str(ground))))
                assert (light + 0.05) / (dark + 0.05) >= 4.5, (word, ground)


def test_a_label_that_reads_data_is_not_taken_for_it() -> None:
    leaf = box(parse(Value(2.0, label="data") * 1.0), "n0")
    (data,) = [text for text in leaf.iter(f"{SVG}text") if text.get("data-shows") == "data"]
    assert data.text == "2"


def test_arrowheads_are_plain_shapes_that_touch_the_box() -> None:
    picture = parse(neuron())
    assert not list(picture.iter(f"{SVG}marker"))
    assert "marker" not in draw(neuron()).svg
    lefts = {
        float(re.findall(r"[\d.]+", box(picture, name).get("transform", ""))[0])
        for name in ids(picture, "n")
    }
    for name in ids(picture, "e"):
        wire, tip = box(picture, name).findall(f"{SVG}path")
        assert (wire.get("class"), tip.get("class")) == ("wire", "tip")
        found = re.fullmatch(r"M([\d.]+,[\d.]+)l-8,-3.5 v7z", tip.get("d", ""))
        assert found
        assert re.search(rf"[ L]{found[1]}$", wire.get("d", ""))
        assert float(found[1].split(",")[0]) in lefts


# ---- Hostile labels --------------------------------------------------------------------------


def test_hostile_labels_are_shown_as_text_and_nothing_else() -> None:
    picture = parse(hostile_graph())
    for k, label in enumerate(HOSTILE):
        assert texts(box(picture, f"n{k}"))[0] == (shorten(label) or "v22")
    harmless = parse(PRIMITIVES["sum"](*(Value(1.0, label="a") for _ in HOSTILE)))
    shapes = [(element.tag, sorted(element.attrib)) for element in picture.iter()]
    assert shapes == [(element.tag, sorted(element.attrib)) for element in harmless.iter()]


def test_an_operation_may_have_a_hostile_symbol(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PRIMITIVES["tanh"], "symbol", "<b>\\")
    assert texts(box(parse(Value(1.0).tanh()), "n1"))[0] == "<b>\\(v1)"


# ---- Looks -----------------------------------------------------------------------------------


def test_styles_of_two_pictures_in_a_page_do_not_meet() -> None:
    scopes = []
    for root in (neuron(), Value(1.0) + 1):
        picture = parse(root)
        scopes.append(picture.get("class"))
        style = picture.findtext(f"{SVG}style", "")
        selectors = re.findall(r"([^{}]+)\{(?!\.)", re.sub(r"@media[^{]*\{", "", style))
        assert len(selectors) > 2 * len(COLOURS)
        assert all(selector.strip().startswith(f".{scopes[-1]} ") for selector in selectors)
    assert scopes[0] != scopes[1]


def test_no_font_is_smaller_than_12_pixels() -> None:
    sizes = re.findall(r"(?:font|font-size):(\d+)px", draw(neuron()).svg)
    assert min(map(int, sizes)) == 12


def test_words_far_to_the_right_stand_where_they_belong() -> None:
    root = Value(0.5)
    for _ in range(500):
        root = root.tanh()
    edges = [g for g in parse_unfolded(root).iter(f"{SVG}g") if g.get("data-edge")]
    for edge in edges[-3:]:
        surface, text = edge.find(f"{SVG}rect"), edge.find(f"{SVG}text")
        assert surface is not None
        assert text is not None
        middle = float(surface.get("x", "")) + float(surface.get("width", "")) / 2
        assert middle > 90_000
        assert float(text.get("x", "")) == pytest.approx(middle, abs=0.11)


def parse_unfolded(root: Value) -> ElementTree.Element:
    return ElementTree.fromstring(draw(root, "none").svg)


def test_text_stays_inside_its_box_in_a_wide_font() -> None:
    textpath = pytest.importorskip("matplotlib.textpath", reason="pip install matplotlib")

    def width(text: str, size: int, weight: str = "normal") -> float:
        font = {"family": "DejaVu Sans", "weight": weight}
        return float(textpath.TextPath((0, 0), text, size=size, prop=font).get_extents().x1)

    weights = [Value(-1.2345e-300, label=label) for label in ("W" * 30, "layers.0.neurons.3.w.2")]
    root = PRIMITIVES["dot"](*weights, -1.234e-300, -2.345e-300, -3.456e-300)
    root = PRIMITIVES["leaky_relu"](root, 1.2345e-300)
    root.label = "mmmmmmmmmm"
    root.backward(-1.2345e-300)
    picture = parse(root)
    for name in ids(picture, "n"):
        right = float(next(box(picture, name).iter(f"{SVG}rect")).get("width", ""))
        lines: dict[str, list[tuple[float, float]]] = {}
        for text in box(picture, name).iter(f"{SVG}text"):
            bold, rest = text.findtext(f"{SVG}tspan", ""), "".join(text.itertext())
            *_, last = [text, *text]
            if last.get("dy"):  # the operation, on a line of its own
                operation = str(last.text)
                assert 7 + width(operation, 14) < right
                rest = rest.removesuffix(operation).rstrip()
            size = {"heading": 14, "small": 12}.get(text.get("class", "").split()[-1], 13)
            wide = width(bold, size, "bold") if bold else 0.0
            wide += width(rest.removeprefix(bold), size) if rest != bold else 0.0
            start = float(text.get("x", "")) - wide * (text.get("text-anchor") == "end")
            lines.setdefault(text.get("y", ""), []).append((start, start + wide))
        for line in lines.values():
            assert all(0 < start < end < right for start, end in line)
            assert all(a[1] < b[0] for a, b in zip(sorted(line), sorted(line)[1:], strict=False))
