"""The reverse pass: what each step passes on, and how parts are added up."""

from __future__ import annotations

import math

import numpy as np
import pytest

import microgradnn as mg
from microgradnn import Value, losses, nn
from microgradnn.compiler import compile
from microgradnn.compiler.adjoint import MOST_ADDED_IN_TURN, adjoint, names_in
from microgradnn.compiler.normalise import normalise, split_links
from microgradnn.compiler.rows import Algebra
from microgradnn.compiler.schedule import schedule
from microgradnn.compiler.steps import Map, Product, Reduce, Schedule, Sum
from microgradnn.compiler.tape import record_tape
from microgradnn.engine.formulas import Formula


def test_a_uniform_gradient_of_a_single_number_has_a_place() -> None:
    """Both shares of a parameter that meets itself are ½, whatever it is."""
    w, x = Value(0.3), Value(1.0)
    program = compile(x * mg.sum(mg.softmax([w, w])) + w, [x], [w])
    mean, gradient = program.value_and_grad([[1.0], [2.0]])
    assert (round(mean, 12), gradient.tolist()) == (1.8, [1.0])


def reversed_plan(output: Value, inputs: list[Value], params: list[Value]) -> Schedule:
    algebra = Algebra(finite=True)
    plan = schedule(split_links(normalise(record_tape([output], inputs, params))), algebra)
    adjoint(plan, algebra)
    return plan


def reverse_of(output: Value, inputs: list[Value], params: list[Value]) -> list[str]:
    return list(map(str, reversed_plan(output, inputs, params).reverse))


def leaves(count: int) -> list[Value]:
    return [Value(1.0 + k) for k in range(count)]


def test_the_gradient_of_a_network_stands_in_the_order_of_its_parameters() -> None:
    """Each layer's part is written where it is wanted; what has several parts is added up apart."""
    model = nn.MLP(2, [3, 1])
    program = compile(model, losses.mse_loss)
    gradient = program.schedule(finite=True).gradient
    assert gradient is not None
    assert np.diff(gradient.index).tolist() == [1] * 12
    assert "concatenate" not in program.source
    x, w = leaves(1), leaves(4)
    first = [w[0] * x[0] + w[1] * 2.0 * x[0], w[2] * x[0] + w[3] * x[0]]
    again = w[0] * first[0] + w[1] * first[1]
    found = compile(again, x, w).value_and_grad([[1.5]])[1]
    assert found.tolist() == [7.5 + 1.5, 10.5 + 3.0, 3.0, 3.0]


def test_upstream_times_partial_is_one_step() -> None:
    (w,) = leaves(1)
    assert reverse_of(mg.sin(w), [], [w]) == ["map sin′: 1"]


def test_a_partial_of_one_takes_no_step() -> None:
    x, w = leaves(2)
    plan = reversed_plan(x + mg.sin(w), [x], [w])
    (through_sine,) = [step for step in plan.reverse if isinstance(step, Map)]
    assert through_sine.op == "sin′"  # the sum has none: its upstream gradient is passed on
    summed, _ = plan.reverse  # over the batch, since the sine is uniform
    assert isinstance(summed, Product)
    assert plan.seed is not None
    assert summed.a.index.tolist() == plan.seed.index.tolist()


def test_the_gradient_of_a_matrix_product_is_a_product_with_other_letters() -> None:
    xs, ws = leaves(2), leaves(6)
    outs = [mg.tanh(mg.dot(ws[0:2], xs)), mg.tanh(mg.dot(ws[2:4], xs))]
    plan = reversed_plan(mg.dot(ws[4:], outs), xs, ws)
    equations = ["{},{}->{}".format(*s.axes) for s in plan.reverse if isinstance(s, Product)]
    # For ws[4:], for the hidden numbers, and for ws[:4]: the inputs learn nothing.
    assert equations == ["mcb,kcb->mk", "mk,mcb->kcb", "mcb,kcb->mk"]


def test_each_step_knows_whose_gradient_it_passes_on() -> None:
    x, w = leaves(2)
    plan = reversed_plan(mg.sin(x * w), [x], [w])
    product, sine = plan.steps
    assert [step.passes_on for step in plan.reverse] == [sine, product, product]


@pytest.mark.parametrize("uses", [1, 2, MOST_ADDED_IN_TURN, MOST_ADDED_IN_TURN + 1])
def test_parts_of_a_gradient_are_added_in_turn_or_many_at_once(uses: int) -> None:
    (w,) = leaves(1)
    inner = mg.exp(w)
    rows = [mg.sin, mg.cos, mg.tanh, mg.sigmoid, mg.atan, mg.log, mg.sqrt]
    plan = reversed_plan(mg.sum([row(inner) for row in rows[:uses]]), [], [w])
    sums = [step for step in plan.reverse if isinstance(step, Sum)]
    reductions = [step for step in plan.reverse if isinstance(step, Reduce)]
    assert [len(step.terms) for step in sums] == ([uses] if 1 < uses <= MOST_ADDED_IN_TURN else [])
    assert [step.operand.index.shape for step in reductions] == (
        [(1, uses)] if uses > MOST_ADDED_IN_TURN else []
    )


def test_a_partial_of_zero_passes_nothing_on() -> None:
    (w,) = leaves(1)
    plan = reversed_plan(w * mg.sign(mg.exp(w)), [], [w])
    ops = [step.op for step in plan.reverse if isinstance(step, Map)]
    assert "mul′" in ops
    assert "sign′" not in ops


@pytest.mark.parametrize("counts", [(2, 3), (3, 2)])
def test_gradients_of_one_level_are_added_up_together(counts: tuple[int, int]) -> None:
    """One has two parts, the other three. That one comes first, since terms must get shorter."""
    w, u = leaves(2)
    rows = (mg.tanh, mg.cos, mg.sigmoid)
    inner = zip((mg.exp(w), mg.sin(u)), counts, strict=True)
    plan = reversed_plan(mg.sum([row(x) for x, n in inner for row in rows[:n]]), [], [w, u])
    (total,) = [step for step in plan.reverse if isinstance(step, Sum)]
    assert [len(term) for term in total.terms] == [2, 2, 1]


def test_slots_with_fewer_parts_are_reached_by_the_first_terms_only() -> None:
    """Both parameters have a part; the first one has another: w + sin(w), and u."""
    w, u = leaves(2)
    plan = reversed_plan(w * 3 + mg.sin(w) + u * 5, [], [w, u])
    total = plan.reverse[-1]
    assert isinstance(total, Sum)
    assert [len(term) for term in total.terms] == [2, 1]


def test_a_parameter_without_a_part_has_gradient_zero() -> None:
    w, u = leaves(2)
    program = compile(mg.sin(w) + 0.0 * u, [], [w, u])
    wanted = [pytest.approx(math.cos(1.0), rel=1e-15), 0.0]
    assert program.value_and_grad(np.empty((1, 0)))[1].tolist() == wanted


def test_names_are_found_in_a_formula() -> None:
    x, g = Formula("x"), Formula("g")
    assert names_in(mg.sin(x) * g + x * 2.0) == {"x", "g"}
    assert names_in(Formula("2.0")) == set()
