"""Composing: pictures in places of a surface, and words in lines that fit."""

from itertools import pairwise
from xml.etree import ElementTree

import pytest
from drawings import SVG, batch, chain, network, neuron, texts

from microgradnn import Value
from microgradnn.drawing import draw
from microgradnn.drawing.composing import (
    BETWEEN_LINES,
    Line,
    Window,
    in_lines,
    lines_of,
    placed,
    size_of,
    surface,
    wrapped,
)
from microgradnn.drawing.diagram import describe, values_below
from microgradnn.drawing.geometry import Geometry, Size
from microgradnn.drawing.layout import lay_out
from microgradnn.drawing.svg import box_size, route_of, text_width


def test_words_are_wrapped_where_they_have_spaces() -> None:
    words = "the gradient at the arrow's end times ∂; add these up"
    lines = wrapped(words, 12.0, 150.0)
    assert len(lines) > 2
    assert " ".join(lines) == words
    assert all(text_width(line, 12.0) <= 150 for line in lines)
    pairs = pairwise(lines)
    assert all(text_width(f"{a} {b.split()[0]}", 12.0) > 150 for a, b in pairs)
    assert wrapped("x" * 100, 12.0, 50.0) == ["x" * 100]
    assert wrapped("", 12.0, 50.0) == [""]


def test_a_picture_stands_in_its_place_and_keeps_all_else() -> None:
    svg = draw(neuron()).svg
    inside = placed(svg, 5.0, 6.5, Size(400.0, 100.0), Window(-8.0, 0.0, 200.0, 50.0))
    shown = ElementTree.fromstring(inside)
    sides = [shown.get(name) for name in ("x", "y", "width", "height", "viewBox")]
    assert sides == ["5", "6.5", "400", "100", "-8 0 200 50"]
    assert inside.partition(">")[2] == svg.partition(">")[2]


def test_words_on_a_surface_are_text_only() -> None:
    hostile = "</text><script>1</script>&"
    shown = ElementTree.fromstring(surface(Size(100.0, 50.5), [], [Line(hostile, 1, 2, 9, True)]))
    assert texts(shown) == [hostile]
    assert (shown.get("width"), shown.get("height")) == ("100", "50.5")
    assert next(shown.iter(f"{SVG}text")).get("font-size") == "9"


def geometry_of(root: Value) -> Geometry:
    diagram = describe(values_below(root))
    return lay_out([*map(box_size, diagram.boxes)], [*map(route_of, diagram.arrows)])


@pytest.mark.parametrize("root", [neuron(), chain(20), network(), batch(2), Value(1.0)])
@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_each_box_and_label_is_in_one_line_whole(root: Value, count: int) -> None:
    geometry = geometry_of(root)
    windows = lines_of(geometry, count)
    assert 1 <= len(windows) <= count
    beside = [place for places in geometry.beside for place, _ in places]
    for one in [*geometry.boxes, *geometry.labels, *beside]:
        touched = [w for w in windows if w.left < one.right and one.left < w.left + w.width]
        (window,) = touched
        assert window.left <= one.left
        assert one.right <= window.left + window.width
        assert window.top <= one.top
        assert one.bottom <= window.top + window.height
    for a, b in pairwise(windows):  # a little of each arrow that goes on is in both
        assert a.left + a.width - b.left == pytest.approx(6.0)


def test_a_line_is_as_high_as_what_is_in_it() -> None:
    heights = [window.height for window in lines_of(geometry_of(network()), 2)]
    assert heights[1] < heights[0] / 2


def test_a_picture_in_lines_has_room_for_them_and_its_words() -> None:
    svg, windows = draw(network()).svg, lines_of(geometry_of(network()), 2)
    shown = ElementTree.fromstring(in_lines(svg, windows))
    size = size_of(windows)
    assert (shown.get("width"), shown.get("height")) == (f"{size.width}", f"{size.height}")
    lines = shown.findall(f"{SVG}svg")
    ends = [float(line.get("y", "")) + float(line.get("height", "")) for line in lines]
    assert float(lines[1].get("y", "")) == pytest.approx(ends[0] + BETWEEN_LINES)
    assert size.height - 1 < ends[1] <= size.height
    assert {use.get("href") for line in lines for use in line} == {"#whole"}
    whole = ElementTree.fromstring(svg)
    assert shown.findtext(f"{SVG}title") == whole.findtext(f"{SVG}title")
    assert shown.findtext(f"{SVG}desc") == whole.findtext(f"{SVG}desc")
