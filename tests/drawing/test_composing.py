"""Composing: pictures in places of a surface, and words in lines that fit."""

from itertools import pairwise
from xml.etree import ElementTree

from drawings import SVG, neuron, texts

from microgradnn.drawing import draw
from microgradnn.drawing.composing import Line, Window, placed, surface, wrapped
from microgradnn.drawing.geometry import Size
from microgradnn.drawing.svg import text_width


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
