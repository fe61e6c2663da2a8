"""Worksheets: the exercise gives nothing away, and the key is right."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from microgradnn import Value
from microgradnn.drawing.notebook import image, themed
from microgradnn.drawing.worksheet import worksheet
from microgradnn.explaining.notation import number

SVG = "{http://www.w3.org/2000/svg}"


def exercise() -> tuple[list[Value], Value]:
    a, b, c = Value(2.5, label="a"), Value(-3.25, label="b"), Value(7.5, label="c")
    return [a, b, c], (a * b + c).tanh() * a


def words(svg: str) -> list[str]:
    return ["".join(text.itertext()) for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_the_exercise_gives_the_leaves_and_nothing_else() -> None:
    leaves, root = exercise()
    root.backward()
    sheet = worksheet(root)
    shown = words(sheet.exercise)
    assert [word for word in shown if any(map(str.isdigit, word)) and "=" not in word] == [
        number(leaf.data) for leaf in leaves
    ]
    assert repr(root.data) not in sheet.exercise
    assert repr(leaves[0].grad) not in sheet.exercise
    assert shown.count("∂ ________") == 7
    picture = ElementTree.fromstring(sheet.exercise)
    blanks = [rect for rect in picture.iter(f"{SVG}rect") if "blank" in str(rect.get("class"))]
    assert len(blanks) == 7 + 4  # gradients, and data of operations


def test_the_key_has_the_gradients_of_a_first_backward_pass() -> None:
    leaves, root = exercise()
    root.backward()
    root.backward()
    twice = [leaf.grad for leaf in leaves]
    shown = words(worksheet(root).key)
    assert [leaf.grad for leaf in leaves] == twice
    assert all(number(leaf.grad / 2) in shown for leaf in leaves)
    assert "·" not in shown


def test_exercise_and_key_are_separate_sheets(tmp_path: Path) -> None:
    sheet = worksheet(exercise()[1])
    sheet.save(tmp_path / "sheet.html")
    page = (tmp_path / "sheet.html").read_text(encoding="utf-8")
    assert page == sheet.html
    assert "break-before: page" in page
    assert page.index(sheet.exercise) < page.index("<h1>Key</h1>") < page.index(sheet.key)
    assert sheet._repr_html_() == themed(image(sheet.exercise) + image(sheet.key))


def test_labels_are_text_only() -> None:
    root = Value(1.0, label="</svg><script>1</script>") * 2
    assert "<script" not in worksheet(root).html


def test_other_endings_and_large_graphs_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\.html, not as 'sheet.pdf'"):
        worksheet(Value(1.0) * 2).save(tmp_path / "sheet.pdf")
    value = Value(0.5)
    for _ in range(60):
        value = value.tanh()
    with pytest.raises(ValueError, match="at most 60 boxes, this graph 61"):
        worksheet(value)
    with pytest.raises(TypeError, match="only a Value"):
        worksheet(1.0)  # type: ignore[arg-type]
