"""Worksheets: the exercise gives nothing away, the key is right, and both can be read on paper."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from drawings import neuron
from outputs import single

from microgradnn import Value, nn
from microgradnn.drawing.notebook import image, themed
from microgradnn.drawing.worksheet import PAPERS, TASKS, Paper, Worksheet, worksheet
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
    assert shown.count("∂ ______") == 7
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


def answers(sheet: Worksheet) -> set[str]:
    """The digits of all numbers of the key that are not given; a short one may be anywhere."""

    def digits(svg: str) -> set[str]:
        return {re.sub(r"[^0-9.e]", "", word) for word in words(svg)}

    return {found for found in digits(sheet.key) - digits(sheet.exercise) if len(found) > 2}


def test_the_file_of_the_exercise_tells_nothing_of_the_key(tmp_path: Path) -> None:
    leaves, root = exercise()
    sheet = worksheet(root)
    root.backward()
    sheet.save(tmp_path / "sheet.html")
    page = (tmp_path / "sheet.html").read_text(encoding="utf-8")
    assert page == sheet.html
    assert sheet.exercise in page
    secret = answers(sheet)
    assert {number(leaf.grad).strip("−") for leaf in leaves} <= secret
    assert len(secret) >= 8
    assert [digits for digits in secret if digits in page] == []
    assert all(repr(leaf.grad) not in page for leaf in leaves)
    assert repr(root.data) not in page
    assert sheet.key not in page
    assert sheet._repr_html_() == themed(image(sheet.exercise))


def test_the_key_is_a_file_of_its_own(tmp_path: Path) -> None:
    sheet = worksheet(exercise()[1])
    sheet.save_key(tmp_path / "key.html")
    page = (tmp_path / "key.html").read_text(encoding="utf-8")
    assert sheet.key in page
    assert "<h1>Key</h1>" in page
    assert sheet.exercise not in page


def test_the_tasks_stand_above_the_picture() -> None:
    page = worksheet(exercise()[1]).html
    places = [page.index(task.replace("'", "&#x27;")) for task in TASKS]
    assert places == sorted(places)
    assert page.index("<h1>") < places[0]
    assert places[-1] < page.index("<svg")


def test_exercise_and_key_lie_one_on_the_other() -> None:
    sheet = worksheet(neuron())

    def places(svg: str) -> list[str]:
        return re.findall(r'transform="[^"]*"|class="wire" d="[^"]*"|viewBox="[^"]*"', svg)

    assert places(sheet.exercise) == places(sheet.key)
    assert len(places(sheet.key)) == 1 + 10 + 9
    for paper in PAPERS.values():
        shown = [ElementTree.fromstring(one.svg(paper)) for one in (sheet._sheet, sheet._key)]
        pictures = [page.findall(f"{SVG}svg") for page in shown]
        where = [[one.get(side) for side in ("x", "y", "width")] for (one,) in pictures]
        assert where[0] == where[1]


# ---- On paper --------------------------------------------------------------------------------


def on(paper: Paper, root: Value) -> ElementTree.Element:
    """The exercise as it is printed on a sheet of paper, in points."""
    return ElementTree.fromstring(worksheet(root)._sheet.svg(PAPERS[paper]))


def smallest(page: ElementTree.Element) -> float:
    """The smallest font size on a page; 14 is the smallest inside the picture."""
    (picture,) = page.findall(f"{SVG}svg")
    assert {"14", "15"} == set(
        re.findall(r"(?:font|font-size):(\d+)px", "".join(picture.itertext()))
    )
    width, shown = str(picture.get("width")), str(picture.get("viewBox")).split()[2]
    texts = [float(text.get("font-size", "99")) for text in page.iter(f"{SVG}text")]
    return min(*texts, 14 * float(width) / float(shown))


def sample() -> Value:
    model = nn.MLP(2, [2, 1], activation="tanh", rng=0)
    loss: Value = (single(model([1.0, 2.0])) - 1) ** 2
    return loss


@pytest.mark.parametrize("root", [neuron(), sample()])
def test_text_on_a4_has_nine_points_at_least(root: Value) -> None:
    assert smallest(on("A4", root)) >= 9.0
    assert smallest(on("Letter", root)) >= 8.4


def test_a_long_graph_stands_in_lines_that_can_be_read() -> None:
    value = Value(0.5, label="x")
    for _ in range(14):
        value = value.tanh()
    page = on("A4", value)
    assert len(list(page.iter(f"{SVG}use"))) == 3
    assert smallest(page) >= 9.0
    assert not list(on("A4", neuron()).iter(f"{SVG}use"))
    assert worksheet(value).html.count("<use ") == 3


@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.parametrize("upright", [False, True])
def test_everything_is_on_the_page(paper: Paper, upright: bool) -> None:
    xs = [Value(float(k), label=f"x{k}") for k in range(12)]
    page = on(paper, sum(xs[1:], xs[0]).tanh() if not upright else sample_of_many(xs[:9]))
    width, height = float(page.get("width", "")), float(page.get("height", ""))
    assert (height > width) == upright
    assert sorted((width, height)) == list(PAPERS[paper][:2])
    (picture,) = page.findall(f"{SVG}svg")
    x, y, w, h = [float(picture.get(side, "")) for side in ("x", "y", "width", "height")]
    assert x >= 24
    assert x + w <= width - 23.99
    assert y + h <= height - 23.99
    tasks = [text for text in page.iter(f"{SVG}text") if text.get("font-size") == "11"]
    assert max(float(text.get("y", "")) for text in tasks) < y
    assert " ".join(TASKS) == " ".join(
        str(text.text) for text in tasks if str(text.text)[1:] != "."
    )


def sample_of_many(xs: list[Value]) -> Value:
    model = nn.MLP(1, [len(xs), 1], activation="tanh", rng=0)
    return single(model(xs[:1]))


def test_the_html_page_turns_as_its_picture_wants() -> None:
    assert "size: landscape" in worksheet(neuron()).html
    assert "size: portrait" in worksheet(sample_of_many([Value(1.0)] * 9)).html


def test_exercise_and_key_as_pdf(tmp_path: Path) -> None:
    pytest.importorskip("vl_convert", reason="pip install 'microgradnn[image]'")
    sheet = worksheet(exercise()[1])
    sheet.save(tmp_path / "sheet.pdf")
    sheet.save_key(tmp_path / "key.PDF", paper="Letter")
    for name, (width, height) in {"sheet.pdf": (841.89, 595.28), "key.PDF": (792.0, 612.0)}.items():
        document = (tmp_path / name).read_bytes()
        assert document.startswith(b"%PDF-")
        (box,) = re.findall(rb"/MediaBox ?\[([\d. ]+)\]", document)
        assert [*map(float, box.split())] == pytest.approx([0.0, 0.0, width, height], abs=0.01)
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext reads what a PDF says")
    said = [
        subprocess.run(
            ["pdftotext", "-layout", tmp_path / name, "-"], capture_output=True, check=True
        ).stdout.decode()
        for name in ("sheet.pdf", "key.PDF")
    ]
    assert TASKS[0] in said[0]
    assert all(digits not in said[0] for digits in answers(sheet))
    key = said[1].replace("\n", " ")
    assert all(word in key for word in words(sheet.key) if "=" not in word and "∂" not in word)


def test_labels_are_text_only() -> None:
    root = Value(1.0, label="</svg><script>1</script>") * 2
    assert "<script" not in worksheet(root).html


def test_other_endings_papers_and_large_graphs_are_refused(tmp_path: Path) -> None:
    sheet = worksheet(Value(1.0) * 2)
    with pytest.raises(
        ValueError, match=r"a worksheet is saved as \.html or \.pdf, not as 's.txt'"
    ):
        sheet.save(tmp_path / "s.txt")
    with pytest.raises(ValueError, match=r"a key is saved as \.html or \.pdf, not as 'key'"):
        sheet.save_key(tmp_path / "key")
    with pytest.raises(ValueError, match="paper must be 'A4' or 'Letter', got 'a4'"):
        sheet.save(tmp_path / "s.pdf", paper="a4")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="paper must be a str, got None"):
        sheet.save_key(tmp_path / "s.pdf", paper=None)  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())
    value = Value(0.5)
    for _ in range(60):
        value = value.tanh()
    with pytest.raises(ValueError, match="at most 60 boxes, this graph 61"):
        worksheet(value)
    with pytest.raises(TypeError, match="only a Value"):
        worksheet(1.0)  # type: ignore[arg-type]


def test_html_needs_nothing_and_pdf_says_what_it_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    sheet = worksheet(Value(1.0) * 2)
    sheet.save(tmp_path / "sheet.html")
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'microgradnn\[image\]'"):
        sheet.save(tmp_path / "sheet.pdf")
    assert [path.name for path in tmp_path.iterdir()] == ["sheet.html"]
