"""The schedule: groups, levels, slots, matrix products and biases."""

from __future__ import annotations

import microgradnn as mg
from microgradnn import Value
from microgradnn.compiler import compile


def test_products_of_inputs_before_the_first_parameter_are_no_layer() -> None:
    x, y, b = map(Value, (2.0, 3.0, 0.5))
    program = compile(x * x + y * y + b, [x, y], [b])
    mean, gradient = program.value_and_grad([[1.0, 2.0], [3.0, 4.0]])
    assert (mean, gradient.tolist()) == (15.5, [1.0])


def test_the_number_one_is_no_operand() -> None:
    x, y = Value(0.5), Value(3.0)
    program = compile([mg.maximum(x, 1.0), mg.maximum(x, y), mg.maximum(x, 0.0)], [x, y], [])
    assert program([[0.5, 3.0], [2.0, 3.0]]).tolist() == [[1.0, 3.0, 0.5], [2.0, 3.0, 2.0]]
