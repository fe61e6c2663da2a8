"""The reverse pass: what each step passes on, and how parts are added up."""

from __future__ import annotations

import microgradnn as mg
from microgradnn import Value
from microgradnn.compiler import compile


def test_a_uniform_gradient_of_a_single_number_has_a_place() -> None:
    """Both shares of a parameter that meets itself are ½, whatever it is."""
    w, x = Value(0.3), Value(1.0)
    program = compile(x * mg.sum(mg.softmax([w, w])) + w, [x], [w])
    mean, gradient = program.value_and_grad([[1.0], [2.0]])
    assert (round(mean, 12), gradient.tolist()) == (1.8, [1.0])
