"""Diagrams: what the boxes and arrows of a picture say."""

import math

import pytest
from drawings import box, headings, ids, parse, texts
from outputs import single

from microgradnn import Value, nn
from microgradnn.drawing import diagram
from microgradnn.drawing.diagram import (
    Edge,
    describe,
    describe_block,
    describe_folded,
    edges_of,
    values_below,
)
from microgradnn.drawing.fold import Block, fold
from microgradnn.engine.row import PRIMITIVES, Primitive
from microgradnn.explaining.notation import LONGEST, number, shorten


def test_one_box_per_value_and_one_arrow_per_operand() -> None:
    a = Value(3.0, label="a")
    picture = parse(a * a)
    assert ids(picture, "n") == ["n0", "n1"]
    assert ids(picture, "e") == ["e0", "e1"]


def test_an_edge_for_each_operand_that_has_a_derivative() -> None:
    a, b = Value(3.0), Value(5.0)
    product = a * b
    root = product - a
    assert edges_of([a, b, product, root]) == [
        Edge(0, 2, 0, 5.0),
        Edge(1, 2, 1, 3.0),
        Edge(2, 3, 0, 1.0),
        Edge(0, 3, 1, -1.0),
    ]
    assert edges_of([a, 2.0 * a]) == [Edge(0, 1, 1, 2.0)]  # a plain number has no edge


def test_plain_numbers_stand_inside_the_operation() -> None:
    x = Value(2.0, "x")
    rows = PRIMITIVES
    assert headings(1 - x)[-1] == "1 − x"
    assert headings(x**2)[-1] == "x ** 2"
    assert headings(x * 3)[-1] == "x × 3"
    assert headings(x - -3)[-1] == "x − (−3)"
    assert headings(-x)[-1] == "−x"
    assert headings(abs(x))[-1] == "|x|"
    assert headings(x.sigmoid())[-1] == "σ(x)"
    assert headings(rows["leaky_relu"](x, 0.01))[-1] == "leaky-relu = leaky ReLU(x, 0.01)"
    assert headings(rows["rel_entr"](0.5, x))[-1] == "rel-entr = 0.5 log(0.5/x)"
    assert headings(rows["entr"](x))[-1] == "−x log x"


@pytest.mark.parametrize("row", [row for row in PRIMITIVES.values() if row.arity], ids=str)
def test_every_row_has_a_place_for_each_operand(row: Primitive) -> None:
    assert row.arity is not None
    operands = [Value(0.5 if 0.5 in interval else 1.5, "◆") for interval in row.domain]
    assert headings(row(*operands))[-1].count("◆") >= row.arity
    if row.arity > 1:
        assert "0.25" in headings(row(*operands[1:], 0.25))[-1]


def test_an_operand_without_influence_keeps_its_arrow() -> None:
    x = Value(-1.0)
    assert texts(box(parse(x.relu()), "e0")) == ["∂ 0"]


def test_a_rank_is_called_by_its_operation() -> None:
    xs = [Value(float(k)) for k in range(1, 4)]

    def heading(values: list[Value]) -> str:
        return describe_block(Block("", values, values, []), False).heading

    assert heading([x - 1 for x in xs]) == "□ − 1"
    assert heading([x - k for k, x in enumerate(xs)]) == "□ − □"
    assert heading(xs) == "leaf"


def test_an_arrow_between_blocks_has_their_derivatives_or_their_number() -> None:
    model = nn.MLP(2, [3, 9, 1], activation="tanh", rng=0)
    root = (single(model([1.0, 2.0])) - 1) ** 2
    diagram = describe_folded(fold(values_below(root), "layer"))
    assert diagram.arrows[0].text == "∂ 9×3"
    listed = diagram.arrows[0].details.splitlines()
    assert listed[0] == "9×3 derivatives"
    assert [len(line.split(", ")) for line in listed[1:]] == [3] * 9
    last = diagram.arrows[-1]
    assert last.derivative == pytest.approx(2 * (single(model([1.0, 2.0])).data - 1))
    assert math.isnan(diagram.arrows[0].derivative)


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
    words = describe([Value(1.0, label=label)]).boxes[0]
    assert words.name.endswith("…")
    assert len(words.name) <= LONGEST
    assert words.details.startswith(label)


def test_text_is_one_line_without_control_characters() -> None:
    assert shorten("two\r\nlines\x00\x1b[31m") == "two lines [31m"
    assert shorten("\u202eturned\u202c") == "turned"
    assert shorten("x" * 10**5) == "x" * (LONGEST - 1) + "…"
    assert shorten("\ud800").encode() == b""


def test_right_to_left_text_turns_only_itself() -> None:
    assert shorten("שלום") == "\u2068שלום\u2069"


def test_of_a_large_folded_graph_only_what_is_seen_has_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = nn.MLP(2, [3, 1], activation="tanh", rng=0)
    loss = (single(model([1.0, 2.0])) - 1) ** 2
    loss.label = "J"
    whole = describe_folded(fold(values_below(loss), "layer"))
    monkeypatch.setattr(diagram, "MOST_NAMED", 5)
    some = describe_folded(fold(values_below(loss), "layer"))
    for shown in (whole, some):
        said = [box.heading for box in shown.boxes]
        assert said == ["layers.0", "layers.1", "z₁⁽²⁾ − 1", "J = (z₁⁽²⁾ − 1) ** 2"]
