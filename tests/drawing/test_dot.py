"""DOT: what is written for Graphviz, read back by a small reader and, if installed, by `dot`."""

import re
import shutil
import subprocess
from html import unescape
from xml.etree import ElementTree

import pytest
from drawings import HOSTILE, SVG, chain, hostile_graph, neuron, texts
from outputs import single

from microgradnn import Value, nn
from microgradnn.drawing import draw, to_dot
from microgradnn.engine.row import PRIMITIVES
from microgradnn.explaining.notation import shorten

# A token is a string in quotes, a name or number, an arrow, or one of the signs.
TOKEN = re.compile(r'\s*("(?:\\.|[^"\\])*"|[\w.]+|->|[][{}=;,])', re.DOTALL)
needs_dot = pytest.mark.skipif(not shutil.which("dot"), reason="needs the program dot of Graphviz")


def tokens(source: str) -> list[str]:
    found = []
    at = 0
    while source[at:].strip():
        token = TOKEN.match(source, at)
        assert token, f"no DOT at {source[at : at + 40]!r}"
        found.append(token[1])
        at = token.end()
    return found


def statements(source: str) -> list[list[str]]:
    """The statements between the braces, one to a line, as `graphviz` writes them."""
    read = [tokens(line) for line in source.strip().splitlines()]
    assert read[0] == ["digraph", "{"]
    assert read[-1] == ["}"]
    return read[1:-1]


def labels(source: str) -> list[list[str]]:
    """The lines of every node's label, as Graphviz would show them."""
    found = []
    for statement in statements(source):
        if re.fullmatch(r"n\d+", statement[0]) and statement[1] == "[":
            raw = statement[statement.index("label") + 2]
            text = re.sub(r"\\\"", '"', raw.strip('"') if raw[0] == '"' else raw)
            pieces = re.split(r"(\\.)", text)
            assert {piece for piece in pieces if piece.startswith("\\")} <= {r"\n", r"\\"}
            shown = "".join({r"\n": "\0", r"\\": "\\"}.get(piece, piece) for piece in pieces)
            found.append(unescape(shown).split("\0"))
    return found


def render(source: str, form: str) -> str:
    command = ["dot", f"-T{form}"]
    return subprocess.run(
        command, input=source, capture_output=True, check=True, encoding="utf-8"
    ).stdout


def test_one_node_per_value_and_one_edge_per_operand() -> None:
    a = Value(3.0, label="a")
    assert to_dot(a * a).source.count("n0 -> n1") == 2
    assert to_dot(a * a).source.count("∂ 3") == 2


def test_a_node_holds_heading_data_and_gradient() -> None:
    loss = neuron()
    assert to_dot(loss).source.count("grad ·") == 10
    loss.backward()
    assert r'"s = w·x + b\ndata 0.1\ngrad −0.1185"' in to_dot(loss).source
    assert "grad ·" not in to_dot(loss).source


def test_the_root_has_a_thicker_frame() -> None:
    assert to_dot(neuron()).source.count("penwidth") == 1


def test_graphs_of_any_size_are_written() -> None:
    assert to_dot(chain(3000)).source.count("->") == 2999


# ---- Folded, opened, and in single steps -----------------------------------------------------


def test_a_folded_graph_has_the_boxes_and_arrows_of_its_picture() -> None:
    loss = (single(nn.MLP(2, [3, 1], activation="tanh", rng=0)([1.0, 2.0])) - 1) ** 2
    folded = to_dot(loss, fold="layer").source
    assert [lines[0] for lines in labels(folded)] == [
        *("layers.0", "layers.1", "z₁⁽²⁾ − 1"),
        "loss = (z₁⁽²⁾ − 1) ** 2",
    ]
    assert folded.count("->") == 3
    assert "∂ 1×3" not in folded  # three derivatives are listed
    drawn = draw(loss, "layer")
    assert drawn._diagram
    assert all(arrow.text in folded for arrow in drawn._diagram.arrows)


def test_auto_folds_large_graphs_only() -> None:
    assert to_dot(neuron(), fold="auto").source == to_dot(neuron()).source
    assert len(labels(to_dot(chain(3000), "auto").source)) <= 60


def test_open_neurons_are_written_as_products_and_their_sum() -> None:
    source = to_dot(neuron(), open_neurons=True).source
    shown = [lines[0] for lines in labels(source)]
    assert {"w1 × x1", "w2 × x2"} <= set(shown)
    assert "s = w1 × x1 + w2 × x2 + b" in shown


def test_a_step_says_what_is_known_so_far_and_marks_what_it_is_about() -> None:
    a = Value(3.0, label="a")
    root = a * a
    sources = [to_dot(root, step=k).source for k in range(1, 5)]
    assert [labels(source)[0][-1] for source in sources] == [
        "grad ·",
        "grad ·",
        "grad 3",
        "grad 6",
    ]
    assert [labels(source)[1][-1] for source in sources] == ["grad ·", *["grad 1"] * 3]
    assert r"Step 4 of 4: (a × a) to a (second operand)\l" in sources[3]
    assert r"∂(a × a)/∂a: 3 + (3) = 6\l" in sources[3]
    marked = [statement for statement in statements(sources[3]) if '"#b3400e"' in statement]
    assert [statement[:3] for statement in marked] == [["n0", "[", "label"], ["n0", "->", "n1"]]
    assert marked[1] == statements(sources[3])[-1]  # the second of two edges
    assert a.grad == 0.0


def test_what_draw_refuses_is_refused() -> None:
    with pytest.raises(ValueError, match="step must be from 1 to 15, got 16"):
        to_dot(neuron(), step=16)
    with pytest.raises(ValueError, match="at most 60 values, this has 61"):
        to_dot(chain(61), step=1)
    with pytest.raises(ValueError, match="fold must be"):
        to_dot(neuron(), fold="leyer")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="fold must be a name"):
        to_dot(neuron(), fold=3)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="got MLP; pass the one Value"):
        to_dot(nn.MLP(2, [1]))  # type: ignore[arg-type]


# ---- Hostile labels --------------------------------------------------------------------------


def test_hostile_labels_are_read_back_as_text() -> None:
    shown = labels(to_dot(hostile_graph()).source)
    for label, lines in zip(HOSTILE, shown, strict=False):
        # A label of blanks alone is none.
        assert lines[0] == (shorten(label) or "v22")
        assert lines[-2:] == ["data 1", "grad ·"]
    assert shown[-1][0] == "<s> = Σ"


def test_hostile_labels_make_no_nodes() -> None:
    read = statements(to_dot(hostile_graph()).source)
    assert sum("->" in statement for statement in read) == len(HOSTILE)
    assert len(labels(to_dot(hostile_graph()).source)) == len(HOSTILE) + 1
    assert len(read) == 2 * len(HOSTILE) + 1 + 2  # and the attributes of the graph and of nodes


def test_an_operation_may_have_a_hostile_symbol(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PRIMITIVES["tanh"], "symbol", "<b>\\")
    assert [lines[0] for lines in labels(to_dot(Value(1.0).tanh()).source)][1] == "<b>\\(v1)"


@needs_dot
def test_graphviz_makes_no_nodes_of_hostile_labels() -> None:
    plain = render(to_dot(hostile_graph()).source, "plain")
    kinds = [line.split()[0] for line in plain.splitlines()]
    assert kinds.count("node") == len(HOSTILE) + 1
    assert kinds.count("edge") == len(HOSTILE)


@needs_dot
def test_graphviz_shows_hostile_labels_as_text() -> None:
    picture = ElementTree.fromstring(render(to_dot(hostile_graph()).source, "svg"))
    shown = [text.replace("\xa0", " ") for text in texts(picture)]
    assert {shorten(label) for label in HOSTILE if label.strip()} <= set(shown)
    assert "<s> = Σ" in shown
    assert not list(picture.iter(f"{SVG}a"))


@needs_dot
def test_graphviz_shows_hostile_labels_in_captions_as_text() -> None:
    root = Value(2.0, label="<b>\\N &amp;") * 1.0
    root.label = "y\\"
    picture = ElementTree.fromstring(render(to_dot(root, step=3).source, "svg"))
    assert "Step 3 of 3: y\\ to <b>\\N &amp;" in [x.replace("\xa0", " ") for x in texts(picture)]
