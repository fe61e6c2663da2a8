"""Finished pictures: they show themselves and are saved in the form that a name asks for."""

from pathlib import Path

import pytest
from drawings import neuron

from microgradnn import Value
from microgradnn.drawing import draw, to_dot


def test_save_writes_what_the_ending_says(tmp_path: Path) -> None:
    root = Value(1.0, label="é∂") * 2
    drawing = draw(root)
    drawing.save(tmp_path / "graph.svg")
    drawing.save(str(tmp_path / "graph.DOT"))
    assert (tmp_path / "graph.svg").read_bytes().decode("utf-8") == drawing.svg
    assert (tmp_path / "graph.DOT").read_bytes().decode("utf-8") == to_dot(root).source
    assert drawing._repr_svg_() == drawing.svg


def test_a_step_is_saved_as_dot_with_its_caption(tmp_path: Path) -> None:
    draw(neuron(), step=9).save(tmp_path / "step.dot")
    assert (tmp_path / "step.dot").read_text("utf-8") == to_dot(neuron(), step=9).source


def test_a_drawing_keeps_what_it_showed(tmp_path: Path) -> None:
    root = Value(1.0) * 2
    drawing = draw(root)
    root.backward()
    drawing.save(tmp_path / "graph.dot")
    assert "grad ·" in (tmp_path / "graph.dot").read_text(encoding="utf-8")


def test_a_page_holds_the_picture_and_nothing_from_elsewhere(tmp_path: Path) -> None:
    drawing = draw(Value(1.0, label="</title><script>1</script>") * 2)
    drawing.save(tmp_path / "graph.html")
    page = (tmp_path / "graph.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert drawing.svg in page
    assert "<title>Computational graph product = □ × 2</title>" in page
    assert "<script" not in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")


@pytest.mark.parametrize("name", ["graph.gif", "graph", "svg"])
def test_other_endings_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match=r"\.svg, \.html, \.dot, \.png or \.pdf, not as"):
        draw(Value(1.0)).save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_missing_directory_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere"):
        draw(Value(1.0)).save(tmp_path / "nowhere" / "graph.svg")
