"""What an error says when an operation refuses its operands."""

import math

import numpy as np

import microgradnn as mg
from microgradnn.engine.table import div, log, pow
from microgradnn.engine.table import sqrt as root
from microgradnn.refusals import named, said

OUTSIDE = ValueError("math domain error")


def test_the_reason_is_the_domain_and_operands_have_their_labels() -> None:
    x = mg.Value(-1.0, "x")
    assert said(log, OUTSIDE, [-1.0], [x]) == (
        "log(x = -1.0): the operand must be in the domain (0, ∞)"
    )
    assert said(root, OUTSIDE, [-1.0], ()) == (
        "sqrt(-1.0): the operand must be in the domain [0, ∞)"
    )
    assert said(div, OUTSIDE, [1.0, 0.0], ()) == (
        "div(1.0, 0.0): operand 2 must be in the domain x ≠ 0"
    )


def test_other_reasons() -> None:
    assert said(log, OverflowError("range"), [1.0], ()) == (
        "log(1.0): the result is too large for a float"
    )
    assert said(div, ZeroDivisionError("float"), [1.0, 0.0], ()).endswith(": division by zero")
    own = ValueError("a negative number has no real power of a fraction")
    assert said(pow, own, [-1.0, 0.5], ()) == f"pow(-1.0, 0.5): {own}"
    assert said(log, ValueError("unknown"), [1.0], ()) == "log(1.0): unknown"


def test_four_of_many_operands_are_shown() -> None:
    total = log  # its name and domain are all that is read of the row
    assert said(total, OUTSIDE, [1.0, 2.0, 3.0, 4.0, 5.0], ()).startswith(
        "log(1.0, 2.0, 3.0, 4.0, …): "
    )


def test_the_lines_that_made_the_operands_are_named() -> None:
    with mg.debug():
        x = -mg.Value(math.e)
    assert said(log, OUTSIDE, [x.data], [x]).endswith(f"; {x.data!r} was made at {x.made_at}")
    assert x.made_at.endswith("x = -mg.Value(math.e)")


def test_the_error_names_the_argument_that_the_row_refused() -> None:
    row = TypeError("operand of leaky_relu must be a real number, got str 'a'")
    assert str(named(row, x=mg.Value(1.0), slope="a")).startswith("slope must be a real number, ")
    assert str(named(row, ws=[1.0, 2], xs=[mg.Value(1.0), None])).startswith("xs[1] must be a real")
    assert named(row, x=1.0, slope=np.zeros(2)) is row
