"""Animations: a readable slide for each step, and what is refused before anything is painted."""

import re
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from drawings import SVG, batch, box, chain, name_of, neuron, texts

import microgradnn as mg
from microgradnn import Value
from microgradnn.drawing import draw
from microgradnn.drawing.animation import HEIGHT, WIDTH, _slides

pytest.importorskip("vl_convert", reason="pip install 'microgradnn[image]'")
Image = pytest.importorskip("PIL.Image", reason="pip install 'microgradnn[image]'")


def product() -> Value:
    return Value(3.0, label="a") * Value(2.0, label="b")


def slides(root: Value) -> list[ElementTree.Element]:
    return [ElementTree.fromstring(slide) for slide in _slides(mg.steps(root).order)]


def frames_of(path: Path) -> list[tuple[Any, float]]:
    """Each frame of a file as an image, and for how many seconds it is shown."""
    found = []
    with Image.open(path) as animation:
        assert animation.info["loop"] == 0  # without end
        for k in range(animation.n_frames):
            animation.seek(k)
            found.append((animation.convert("RGB"), animation.info["duration"] / 1000))
    return found


def test_a_frame_for_each_step_and_the_last_one_longer(tmp_path: Path) -> None:
    trail = mg.steps(product())
    trail.save(tmp_path / "steps.gif", seconds=0.5)
    frames = frames_of(tmp_path / "steps.gif")
    assert len(frames) == len(trail) == 4
    assert [seconds for _, seconds in frames] == [0.5, 0.5, 0.5, 1.5]
    assert {image.size for image, _ in frames} == {(1280, frames[0][0].height)}
    assert len({image.tobytes() for image, _ in frames}) == 4
    for image, _ in frames:  # the surface is white and the mark of the step has its colour
        assert image.getpixel((2, 2)) == (255, 255, 255)
        assert (0xB3, 0x40, 0x0E) in {colour for _, colour in image.getcolors(1 << 20)}
    trail.save(tmp_path / "again.gif", seconds=0.5)
    assert (tmp_path / "again.gif").read_bytes() == (tmp_path / "steps.gif").read_bytes()


def test_a_leaf_by_itself_has_one_frame(tmp_path: Path) -> None:
    mg.steps(Value(1.0)).save(tmp_path / "leaf.GIF")
    ((_, seconds),) = frames_of(tmp_path / "leaf.GIF")
    assert seconds == 4.5


def test_a_slide_shows_the_picture_of_its_step_and_its_words() -> None:
    root = neuron()
    shown = slides(root)
    rows = [*mg.steps(root).rows()]
    assert len(shown) == len(rows) == 15
    for k, (slide, (what, sums)) in enumerate(zip(shown, rows, strict=True), start=1):
        picture = ElementTree.fromstring(draw(root, step=k).svg)
        assert [texts(one) for one in slide.iter(f"{SVG}g") if name_of(one)] == [
            texts(one) for one in picture.iter(f"{SVG}g") if name_of(one)
        ]
        (words,) = [one for one in slide if one.tag == f"{SVG}g"]
        assert texts(words)[0] == f"Step {k} of 15: {what}"
        assert " ".join(texts(words)[1:]) == sums.replace("; ", " ")


def scale_of(slide: ElementTree.Element) -> float:
    """How many pixels of a slide one of the picture's is, which is the same both ways."""
    (picture,) = slide.findall(f"{SVG}svg")
    *_, width, height = map(float, picture.get("viewBox", "").split())
    across = float(picture.get("width", "")) / width
    assert across == pytest.approx(float(picture.get("height", "")) / height)
    return across


def test_text_is_readable_on_a_slide() -> None:
    for root in (neuron(), chain(10), Value(1.0) * 2):
        for slide in slides(root):
            assert (slide.get("width"), float(slide.get("height", "")) <= HEIGHT) == (
                f"{WIDTH}",
                True,
            )
            assert 12 * scale_of(slide) >= 12
            assert min(float(one.get("font-size", "99")) for one in slide.iter(f"{SVG}text")) >= 22
    assert 12 * scale_of(slides(neuron())[0]) > 14


def test_what_a_step_is_about_is_seen_where_the_picture_is_too_large() -> None:
    windows = set()
    for slide in slides(batch(2)):
        (picture,) = slide.findall(f"{SVG}svg")
        windows.add(picture.get("viewBox"))
        left, top, width, height = map(float, picture.get("viewBox", "").split())
        marked = [g for g in picture.iter(f"{SVG}g") if "current" in str(g.get("class"))]
        (node,) = [g for g in marked if g.get("data-node")]
        x, y = map(float, re.findall(r"[\d.]+", node.get("transform", "")))
        card = next(node.iter(f"{SVG}rect"))
        assert left < x
        assert x + float(card.get("width", "")) < left + width
        assert top < y
        assert y + float(card.get("height", "")) < top + height
        assert box(picture, name_of(node)) is node
    assert 1 < len(windows) < 30  # it moves no more often than it must


def test_long_words_are_wrapped() -> None:
    a, b = Value(1.0, label="W" * 24), Value(2.0, label="M" * 24)
    shown = slides(a * b)
    (words,) = [one for one in shown[-1] if one.tag == f"{SVG}g"]
    assert len(texts(words)) > 3
    assert len({slide.get("height") for slide in shown}) == 1


@pytest.mark.parametrize("name", ["steps.mp4", "steps.svg", "steps"])
def test_other_endings_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=f"steps is saved as .gif, not as '{name}'"):
        mg.steps(product()).save(tmp_path / name)
    with pytest.raises(FileNotFoundError, match="no directory"):
        mg.steps(product()).save(tmp_path / "nowhere" / "steps.gif")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("seconds", [0.0, -1.0, 0.01, 101.0, float("nan"), "1", None])
def test_a_pace_that_cannot_be_is_refused(seconds: Any, tmp_path: Path) -> None:
    with pytest.raises((TypeError, ValueError), match="seconds must be"):
        mg.steps(product()).save(tmp_path / "steps.gif", seconds)
    assert not list(tmp_path.iterdir())


def test_too_large_a_graph_is_refused_and_told_what_does_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)  # nothing is painted before that
    with pytest.raises(ValueError, match=r"at most 60 values, this has 61; explore\(root\)"):
        mg.steps(chain(61)).save(tmp_path / "steps.gif")
    xs = [Value(1.0) for _ in range(25)]
    sums = [mg.sum(xs) for _ in range(10)]
    with pytest.raises(ValueError, match=r"at most 200 steps, these are 272; explore\(root\)"):
        mg.steps(mg.sum(sums)).save(tmp_path / "steps.gif")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("module", "package"), [("vl_convert", "vl-convert"), ("PIL", "Pillow")])
def test_without_the_extra_the_error_says_what_to_install(
    module: str, package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ModuleNotFoundError, match=rf"{package}.*'microgradnn\[image\]'"):
        mg.steps(product()).save(tmp_path / "steps.gif")
    assert not list(tmp_path.iterdir())
