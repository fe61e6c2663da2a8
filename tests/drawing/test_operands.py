"""What a box says of its operands."""

import pytest
from drawings import headings

import microgradnn as mg
from microgradnn import Value
from microgradnn.drawing.diagram import describe, values_below
from microgradnn.drawing.operands import is_constant
from microgradnn.engine.row import PRIMITIVES


def test_operands_go_by_their_names_as_far_as_these_are_short() -> None:
    x, long = Value(2.0, "x"), Value(3.0, "the loss of all of them")
    assert headings(x + long)[-1] == "sum = x + □"
    assert headings(long * long)[-1] == "square = □ × □"
    assert headings((x + 1) * (x - 1))[-1] == "product = (x + 1) × (x − 1)"
    assert headings((x + 1).tanh())[-1] == "tanh(x + 1)"
    y = Value(5.0, "y")
    q = x + y
    q.label = "q"
    assert headings(q) == ["x", "y", "q = x + y"]


def test_many_operands_are_a_symbol_with_the_plain_ones_listed_briefly() -> None:
    terms = [Value(float(k), f"term{k}") for k in range(6)]
    words = describe(values_below(PRIMITIVES["sum"](*terms, 1.0, 2.0, -3.0, 4.0, 5.0))).boxes[-1]
    assert (words.heading, words.numbers) == ("sum = Σ", "with 1, 2, −3, 4, …")
    few = describe(values_below(PRIMITIVES["sum"](*terms[:2], 1.0))).boxes[-1]
    assert (few.heading, few.numbers) == ("sum = term0 + term1 + 1", "")


def test_plain_operands_of_a_neuron_stand_beside_it() -> None:
    weights = [Value(float(k)) for k in range(3)]
    dot = PRIMITIVES["dot"]
    words = describe(values_below(dot(*weights, 1.0, Value(2.0), -3.0, 0.0)))
    assert words.boxes[-1].operation == "w·x"
    assert words.boxes[-1].numbers == ""
    assert words.boxes[-1].beside == (("1", 1), ("−3", 5))  # as w₁·x₁ + w₂·x₂ + w₃·x₃ is written
    assert [arrow.seat for arrow in words.arrows] == [0, 2, 4, 3]
    assert describe(values_below(dot(weights[1], 2.0, 0.5))).boxes[-1].beside == (
        ("2", 1),
        ("0.5", 2),
    )


@pytest.mark.parametrize(("inputs", "nodes"), [(8, 8), (9, 1)])
def test_more_than_eight_numbers_beside_a_neuron_are_one(inputs: int, nodes: int) -> None:
    weights = [Value(1.0) for _ in range(inputs)]
    words = describe(values_below(PRIMITIVES["dot"](*weights, *[2.0] * inputs, 0.0))).boxes[-1]
    assert len(words.beside) == nodes
    assert words.beside[0][0] == ("2" if nodes > 1 else "9 numbers")


def test_the_place_in_a_softmax_is_a_subscript() -> None:
    logits = [Value(0.5, label) for label in "abc"]
    assert headings(mg.softmax(logits)[1])[-1] == "softmax₁ = softmax₁(a, b, c)"
    long = [Value(0.5, f"a long label {k}") for k in range(3)]
    assert headings(mg.losses.cross_entropy(long, 2))[-1] == "loss = cross-entropy₂"


def test_a_constant_derivative_is_told_from_one_that_changes() -> None:
    x, y = Value(2.0), Value(3.0)
    dot = PRIMITIVES["dot"]
    for value, expected in [
        (x + y, {0: True, 1: True}),
        (x - 1, {0: True}),
        (x * y, {0: False, 1: False}),
        (x * 3, {0: True}),
        (x / 2, {0: True}),
        (2 / x, {1: False}),
        (x / y, {0: False, 1: False}),
        (x**2, {0: False}),
        (dot(x, y, 1.0, 2.0, x), {0: True, 1: True, 4: True}),
        (dot(x, 1.0, y, x, y), {0: False, 2: False, 3: True, 4: True}),
    ]:
        assert {place: is_constant(value, place) for place in expected} == expected
