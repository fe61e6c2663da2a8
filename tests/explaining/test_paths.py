"""A gradient as a sum over paths."""

import math
from typing import Any

import pytest
from hypothesis import given
from properties.oracles import build
from properties.strategies import Program, programs

import microgradnn as mg
from microgradnn import Value
from microgradnn.explaining import Explanation


def graph() -> tuple[Value, Value, Value]:
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    out = a * b + a * a
    out.label = "out"
    return out, a, b


def test_explain_lists_every_path() -> None:
    out, a, b = graph()
    why = mg.explain(out, a)
    assert why.count == 3
    assert [path.product for path in why.paths] == [-3.0, 2.0, 2.0]
    assert [path.factors for path in why.paths] == [(1.0, -3.0), (1.0, 2.0), (1.0, 2.0)]
    assert all(path.nodes[0] is out and path.nodes[-1] is a for path in why.paths)
    assert why.total == mg.gradients(out, [a])[0] == 1.0
    assert "the sum over 3 paths" in str(why)
    assert "out → (a × b) → a: ∂out/∂(a × b) · ∂(a × b)/∂a = (1) × (−3) = −3" in str(why)
    assert why.latex().startswith(r"\frac{\partial \text{out}}{\partial a} = \frac{\partial")
    assert why._repr_latex_().startswith("$")
    assert mg.explain(out, b).total == 2.0


@given(programs())
def test_the_paths_add_up_to_the_gradient(program: Program) -> None:
    nodes = build(program)
    leaves, root = nodes[: len(program.leaves)], nodes[-1]
    for leaf in leaves:
        why = mg.explain(root, leaf)
        scale = math.fsum(abs(path.product) for path in why.paths) or abs(why.total)
        assert abs(why.total - mg.gradients(root, [leaf])[0]) <= 1e-12 * scale
        assert len(why.paths) == why.count or why.count > 1000


def test_what_a_learner_should_notice() -> None:
    a = Value(3.0, label="a")
    assert "paths cancel: +36 and −36" in str(mg.explain(a * 36 - 36 * a, a))
    x = Value(-2.0, label="x")
    assert "ReLU(x) is dead: the derivative of relu at −2 is 0" in str(mg.explain(mg.relu(x), x))
    assert "sign(x) is flat: the derivative of sign is 0" in str(mg.explain(mg.sign(x), x))
    assert "0 paths" in str(mg.explain(x * 2, a))
    assert mg.explain(x, x).total == 1.0


def test_a_value_and_itself() -> None:
    x = Value(2.0, label="x")
    for value, name, symbol in (
        (x, "x", "x"),
        (Value(3.0), "v1", "v_{1}"),
        (x * x, "(x × x)", r"\text{(x × x)}"),
    ):
        why = mg.explain(value, value)
        assert (why.total, why.count, [path.product for path in why.paths]) == (1.0, 1, [1.0])
        assert str(why) == f"∂{name}/∂{name} = 1, for a value changes just as much as itself"
        assert why.latex() == rf"\frac{{\partial {symbol}}}{{\partial {symbol}}} = 1"


def test_a_value_that_is_not_below() -> None:
    x, other = Value(2.0, label="x"), Value(1.0)
    for root in (x, x * x):
        assert mg.explain(root, other).total == 0.0
        assert "was not computed from the other value" in str(mg.explain(root, other))
    assert "x was not computed from y, so" in str(mg.explain(x, Value(1.0, label="y")))
    with mg.no_grad():
        unrecorded = x * x
    with pytest.raises(RuntimeError, match=r"^explain\(\) has nothing to go back over"):
        mg.explain(unrecorded, x)
    assert mg.explain(unrecorded, unrecorded).total == 1.0


def test_too_many_paths_are_counted_and_not_walked() -> None:
    a = Value(1.0, label="a")
    y = a
    for _ in range(200):
        y = y + y
    why = mg.explain(y, a)
    assert (why.count, why.paths, why.total) == (2**200, [], 2.0**200)
    assert "too many to list" in str(why)
    assert "∂sum₂₀₀/∂sum₁₉₉ = 2" in str(why)
    assert len(str(why)) < 10_000


def test_latex_survives_any_label() -> None:
    x = Value(1.0, label="a_b{}^~\\$%#&")
    latex = mg.explain(x * 2, x).latex()
    assert r"\text{a\_b\{\}" in latex
    assert latex.count("{") - latex.count(r"\{") == latex.count("}") - latex.count(r"\}")


def test_only_values_have_paths() -> None:
    with pytest.raises(TypeError, match="root must be a Value, got float"):
        mg.explain(1.0, Value(1.0))  # type: ignore[arg-type]


def test_local_derivatives_are_written_as_the_textbook_has_them() -> None:
    x, w = Value(0.5, label="x"), Value(2.0, label="w")
    y = mg.tanh(w * x)
    y.label = "y"
    assert "∂y/∂y × ∂y/∂(w × x) = (1) × (1 − y²) = (1) × (0.419974) =" in str(mg.steps(y))
    why = mg.explain(y, w)
    assert str(why).splitlines()[-2:] == ["  ∂y/∂(w × x) = 1 − y²", "  ∂(w × x)/∂w = x"]
    assert r" = \left(1 - y^{2}\right) \cdot x = " in why.latex()
    square = x * x
    assert str(mg.explain(square, x)).count("∂(x × x)/∂x = x") == 1
    quotient = mg.explain(x / x, x)
    assert {
        "  ∂(x ÷ x)/∂x = 1 / x by the first operand",
        "  ∂(x ÷ x)/∂x = −x / x² by the second operand",
    } <= set(str(quotient).splitlines())


def ways(why: Explanation) -> list[str]:
    return [line.split(":")[0].strip() for line in str(why).splitlines() if " → " in line]


def test_paths_through_the_same_nodes_are_told_apart() -> None:
    a, b = Value(3.0, label="a"), Value(2.0, label="b")
    assert ways(mg.explain(a * a, a)) == [
        "(a × a) → a (first operand)",
        "(a × a) → a (second operand)",
    ]
    assert ways(mg.explain(a * b, a)) == ["(a × b) → a"]
    assert [path.places for path in mg.explain(a * b * a, a).paths] == [(0, 0), (1,)]
    # A neuron is told as it is written: a·b + b·a + a.
    assert ways(mg.explain(mg.dot([a, b], [b, a], a), a)) == [
        f"dot → a ({which} operand)" for which in ("first", "fourth", "fifth")
    ]
    assert ways(mg.explain(mg.sum([a] * 12), a))[-2:] == [
        "sum → a (operand 11)",
        "sum → a (operand 12)",
    ]
    assert ways(mg.explain(mg.softmax([b, a, a])[0], a)) == [
        f"softmax₀ → a ({which} operand)" for which in ("second", "third")
    ]
    square = a * a
    both = mg.explain(mg.dot([a, a], [b, a]), a)
    assert ")/∂a = a by the third operand, by the fourth operand" in str(both)
    assert mg.explain(square, a).latex().count(r"}_{\text{second operand}}") == 1


@pytest.mark.parametrize(
    ("root", "end"),
    [
        (lambda a, b: a * b, r"\frac{\partial \text{(a × b)}}{\partial a} = b = -2"),
        (lambda a, b: -a, r"\frac{\partial \text{(−a)}}{\partial a} = -1"),
        (lambda a, b: a * b * b, r" = (-2) \cdot (-2) = 4"),
        (lambda a, b: a * b + a, r" = 1 \cdot (-2) + 1 = -1"),
        (lambda a, b: a * b * 5e-10, r" = (5 \cdot 10^{-10}) \cdot (-2) = -1 \cdot 10^{-9}"),
        (lambda a, b: a * 0 * b, r" = 0"),
        (lambda a, b: a * 1e200 * b * 1e200, r" = -\infty"),
        (lambda a, b: a * math.nan, r" = \mathrm{NaN}"),
    ],
)
def test_latex_ends_in_a_number_without_brackets(root: Any, end: str) -> None:
    a, b = Value(3.0, label="a"), Value(-2.0, label="b")
    assert mg.explain(root(a, b), a).latex().endswith(end)


def test_formulas_of_too_many_derivatives_are_left_out() -> None:
    x = Value(0.5, label="x")
    y: Any = x
    for _ in range(20):
        y = mg.tanh(y)
    assert "²" not in str(mg.explain(y, x))
    assert r"\text{tanh}_{20}^{2}" in mg.explain(y, x).latex()
