"""Frames: both passes, one picture for each step."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from drawings import SVG, box, chain, ids, name_of, neuron, texts

import microgradnn as mg
from microgradnn import Value
from microgradnn.drawing import draw
from microgradnn.drawing.frames import frames
from microgradnn.explaining.notation import number


def test_steps_show_what_is_known_so_far() -> None:
    a = Value(3.0, label="a")
    root = a * a
    pictures = [ElementTree.fromstring(draw(root, step=k).svg) for k in range(1, 5)]
    assert [texts(box(picture, "n0"))[-1] for picture in pictures] == ["·", "·", "3", "6"]
    assert [texts(box(picture, "n1"))[-1] for picture in pictures] == ["·", "1", "1", "1"]
    assert [texts(box(picture, "n1"))[2] for picture in pictures] == ["9", "9", "9", "9"]
    assert texts(pictures[0])[-3:] == ["Step 1 of 4: compute (a × a)", "a × a = 9", ""]
    assert texts(pictures[3])[-1] == "∂(a × a)/∂a: 3 + (3) = 6"
    assert a.grad == 0.0


def test_a_frame_knows_what_its_step_is_about() -> None:
    a = Value(3.0, label="a")
    shown = frames([a, a * a])
    assert [frame.current_box for frame in shown] == [1, 1, 0, 0]
    assert [frame.current_arrow for frame in shown] == [None, None, 0, 1]
    assert {len(frame.caption) for frame in shown} == {3}


def test_what_is_not_computed_yet_is_not_told() -> None:
    root = (Value(1.0) + 2.0).tanh()
    assert str(root.data) not in draw(root, step=1).svg
    assert texts(box(ElementTree.fromstring(draw(root, step=1).svg), "n2"))[2] == "·"


def test_the_step_is_marked_by_more_than_colour() -> None:
    a = Value(3.0, label="a")
    svg = draw(a * a, step=4).svg
    picture = ElementTree.fromstring(svg)
    marked = [name_of(g) for g in picture.iter(f"{SVG}g") if "current" in str(g.get("class"))]
    assert marked == ["e1", "n0"]
    assert re.search(r"\.current \.frame\{stroke-width:3\.5;stroke-dasharray", svg)
    assert re.search(r"\.current \.wire\{stroke-width:2\.8;stroke-dasharray", svg)


def test_frames_have_the_same_geometry(tmp_path: Path) -> None:
    root = neuron()
    paths = draw(root).save_frames(tmp_path / "frames")
    assert [path.name for path in paths] == [f"frame_{k:04}.svg" for k in range(1, 16)]
    shown = [ElementTree.parse(path).getroot() for path in paths]
    assert paths[4].read_text(encoding="utf-8") == draw(root, step=5).svg

    def geometry(picture: ElementTree.Element) -> list[object]:
        kinds = ("d", "x", "y", "width", "height", "transform", "viewBox")
        shapes = [e for e in picture.iter() if e.tag not in (f"{SVG}text", f"{SVG}tspan")]
        return [[shape.get(kind) for kind in kinds] for shape in shapes]

    assert all(geometry(frame) == geometry(shown[0]) for frame in shown)


def test_steps_go_through_open_neurons_too() -> None:
    root = neuron()
    last = ElementTree.fromstring(draw(root, step=7 + 1 + 11, open_neurons=True).svg)
    root.backward()
    shown = {words[0]: words[-1] for words in (texts(box(last, k)) for k in ids(last, "n"))}
    leaves = [value for value in mg.topological_order(root) if not value.op]
    assert all(shown[leaf.label] == number(leaf.grad) for leaf in leaves)


@pytest.mark.parametrize("step", [0, 16, -1])
def test_a_step_that_does_not_exist_is_refused(step: int) -> None:
    with pytest.raises(ValueError, match=f"step must be from 1 to 15, got {step}"):
        draw(neuron(), step=step)


def test_steps_of_a_folded_graph_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at most 60 values, this has 61"):
        draw(chain(61), step=1)
    with pytest.raises(ValueError, match="at most 60 values"):
        draw(chain(61)).save_frames(tmp_path)
