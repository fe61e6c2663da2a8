"""The engine of fractions that gives the right numbers."""

import math
from fractions import Fraction

import pytest

from microgradnn.testing.exact import Exact, right_numbers


def test_numbers_are_fractions_as_far_as_they_go() -> None:
    a, b = Exact(0.1), Exact(3)
    c = a / b - 2 * a**2
    c.backward()
    tenth = Fraction(0.1)
    assert c.data == tenth / 3 - 2 * tenth**2
    assert a.grad == Fraction(1, 3) - 4 * tenth
    assert b.grad == -tenth / 9


def test_a_leaf_that_is_used_twice_gets_both_parts() -> None:
    a = Exact(3)
    (a * a + a).backward()
    assert a.grad == 7
    (a * a + a).backward()
    assert a.grad == 14


@pytest.mark.parametrize(
    ("name", "value", "slope"),
    [
        ("tanh", math.tanh(0.5), 1 / math.cosh(0.5) ** 2),
        ("sigmoid", 1 / (1 + math.exp(-0.5)), 1 / (2 + 2 * math.cosh(0.5))),
        ("exp", math.exp(0.5), math.exp(0.5)),
        ("log", math.log(0.5), 2.0),
        ("relu", 0.5, 1.0),
    ],
)
def test_functions(name: str, value: float, slope: float) -> None:
    a = Exact(0.5)
    out = getattr(a, name)()
    out.backward()
    assert float(out.data) == pytest.approx(value, rel=1e-15)
    assert float(a.grad) == pytest.approx(slope, rel=1e-15)


def test_powers_by_both_operands() -> None:
    a, n = Exact(2), Exact(3)
    (a**n).backward()
    assert a.grad == 12
    assert n.grad == pytest.approx(8 * math.log(2), rel=1e-15)


@pytest.mark.parametrize("program", ["Value(0).relu()", "Value(-1) ** 0.5", "Value(0) ** 1"])
def test_what_has_a_check_of_its_own_is_no_number(program: str) -> None:
    with pytest.raises(ValueError, match=r"kink|no number"):
        eval(program, {"Value": Exact})


def test_the_right_numbers_of_a_program() -> None:
    found = right_numbers("a = Value(2.0)\nb = Value(-3.0)\nc = a * b + a\nc.backward()")
    assert found == {
        ("a", "data"): 2.0,
        ("b", "data"): -3.0,
        ("c", "data"): -4.0,
        ("a", "grad"): -2.0,
        ("b", "grad"): 2.0,
    }
