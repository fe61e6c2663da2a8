"""How numbers, operations and derivatives are written."""

import math
from typing import Any

import pytest

import microgradnn as mg
from microgradnn import Value
from microgradnn.engine.row import PRIMITIVES
from microgradnn.explaining.names import names_of
from microgradnn.explaining.notation import (
    derivative,
    number,
    operation,
    place_told,
    seat_of,
    which_operand,
    written,
)
from microgradnn.explaining.writing import latex


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (1.0, "1"),
        (-2 / 3, "−0.6667"),
        (1.5e-7, "1.5e−7"),
        (1e20, "1e20"),
        (-math.inf, "−inf"),
        (-0.0, "0"),
    ],
)
def test_numbers(x: float, text: str) -> None:
    assert number(x) == text


def leaves() -> tuple[Value, Value, Value]:
    return Value(0.5, "a"), Value(2.0, "b"), Value(-1.0, "c")


@pytest.mark.parametrize(
    ("function", "texts"),
    [
        (lambda a, b, c: a * b, ["b", "a"]),
        (lambda a, b, c: a / b, ["1 / b", "−a / b²"]),
        (lambda a, b, c: 3 / a, ["", "−3 / a²"]),
        (lambda a, b, c: a**b, ["b·a^(b − 1)", "a^b·log(a)"]),
        (lambda a, b, c: a**2, ["2·a", ""]),
        (lambda a, b, c: a**3, ["3·a²", ""]),
        (lambda a, b, c: mg.tanh(a), ["1 − y²"]),
        (lambda a, b, c: mg.sigmoid(a), ["y·(1 − y)"]),
        (lambda a, b, c: mg.relu(a), ["1 if a > 0 else 0"]),
        (lambda a, b, c: a + b, ["", ""]),
        (lambda a, b, c: mg.dot([a, b], [c, 2.0], 1.0), ["c", "", "a", "b", ""]),
        (lambda a, b, c: mg.logsumexp([a, b]), ["exp(a − y)", "exp(b − y)"]),
        (lambda a, b, c: mg.softmax([a, b])[0], ["", "y·(1 − y)", "−y·softmax₁(a, b)"]),
    ],
)
def test_derivatives_are_the_textbooks_with_the_names_of_the_graph(
    function: Any, texts: list[str]
) -> None:
    inputs = leaves()
    y = function(*inputs)
    names = {x: x.label for x in inputs} | {y: "y"}
    assert len(texts) == len(y.operands)
    for place, (operand, text) in enumerate(zip(y.operands, texts, strict=True)):
        if isinstance(operand, Value):
            assert derivative(y, place, names) == text


def test_a_derivative_that_nobody_could_read_is_left_out() -> None:
    xs = [Value(1.0, f"x{k}") for k in range(13)]
    y = mg.logsumexp(xs)
    assert derivative(y, 0, {x: x.label for x in xs} | {y: "y"}) == ""
    largest = mg.max(xs[:12])
    assert derivative(largest, 0, {x: x.label for x in xs} | {largest: "y"}) == ""
    assert derivative(xs[0], 0, {}) == ""


@pytest.mark.parametrize("label", ["1", "nan", "a + b", "x\\{}", "inf", "·"])
def test_a_name_stays_as_it_is(label: str) -> None:
    x = Value(0.5, label)
    y = x**3
    assert derivative(y, 0, {x: label, y: "y"}) == f"3·{label}²"
    assert derivative(y, 0, {x: "N", y: "y"}, latex) == r"3 \cdot N^{2}"


def test_operations() -> None:
    a, b, _ = leaves()
    assert written(a * b, {a: "a", b: "b"}) == "a × b"
    assert written(a, {}) == ""
    assert operation(mg.abs, ["a"]) == "|a|"
    assert operation(mg.floor, ["a"]) == "⌊a⌋"
    assert [operation(mg.square, [x]) for x in ("a", "□", "−3")] == ["a²", "□²", "(−3)²"]
    assert operation(mg.atan2, ["b", "a"]) == "atan2(b, a)"
    logits = [*leaves()]
    assert written(mg.softmax(logits)[2], names_of(logits)) == "softmax₂(a, b, c)"
    loss = mg.losses.cross_entropy(logits, 1)
    assert written(loss, names_of(logits)) == "cross-entropy₁(a, b, c)"
    soft = mg.losses.cross_entropy(logits, [0.5, 0.5, 0.0])
    assert written(soft, names_of(logits)) == "cross-entropy(a, b, c, 0.5, 0.5, 0)"
    assert place_told(PRIMITIVES["sum"], ["a", "b", "0", "1"]) is None
    assert written(mg.sum([a] * 13), {a: "a"}) == "Σ of 13 operands"


def test_operands_are_counted_as_they_are_written() -> None:
    a, b = Value(1.0), Value(2.0)
    neuron = mg.dot([a, b], [b, a], a)  # a·b + b·a + a
    assert [seat_of(neuron, place) for place in range(5)] == [0, 2, 1, 3, 4]
    assert [which_operand(neuron, place) for place in (0, 3, 4)] == [
        "first operand",
        "fourth operand",
        "fifth operand",
    ]
    soft = mg.softmax([b, a, a])[0]  # softmax₀(b, a, a), whose first operand is the place 0
    assert [which_operand(soft, place) for place in (1, 2, 3)] == [
        "",
        "second operand",
        "third operand",
    ]
    assert which_operand(mg.sum([a] * 7), 6) == "operand 7"
    assert which_operand(a * b, 1) == ""
