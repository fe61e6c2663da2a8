"""The schedule: groups, levels, slots, matrix products and biases."""

from __future__ import annotations

import microgradnn as mg
from microgradnn import Value
from microgradnn.compiler import compile
from microgradnn.compiler.normalise import normalise, split_links
from microgradnn.compiler.rows import Algebra
from microgradnn.compiler.schedule import schedule
from microgradnn.compiler.steps import Link, Map, Product, Reduce, Schedule
from microgradnn.compiler.tape import LINK, Tape, record_tape


def test_products_of_inputs_before_the_first_parameter_are_no_layer() -> None:
    x, y, b = map(Value, (2.0, 3.0, 0.5))
    program = compile(x * x + y * y + b, [x, y], [b])
    mean, gradient = program.value_and_grad([[1.0, 2.0], [3.0, 4.0]])
    assert (mean, gradient.tolist()) == (15.5, [1.0])


def test_the_number_one_is_no_operand() -> None:
    x, y = Value(0.5), Value(3.0)
    program = compile([mg.maximum(x, 1.0), mg.maximum(x, y), mg.maximum(x, 0.0)], [x, y], [])
    assert program([[0.5, 3.0], [2.0, 3.0]]).tolist() == [[1.0, 3.0, 0.5], [2.0, 3.0, 2.0]]


def scheduled(outputs: list[Value], inputs: list[Value], params: list[Value]) -> Schedule:
    tape = split_links(normalise(record_tape(outputs, inputs, params)))
    return schedule(tape, Algebra(finite=True))


def leaves(count: int) -> list[Value]:
    return [Value(1.0 + k) for k in range(count)]


def test_nodes_of_one_level_and_operation_are_one_step() -> None:
    xs, ws = leaves(3), leaves(3)
    outs = [mg.tanh(mg.sin(x) + w) for x, w in zip(xs, ws, strict=True)]
    plan = scheduled(outs, xs, ws)
    assert str(plan).splitlines() == ["map sin: 3×B", "map add: 3×B", "map tanh: 3×B"]
    assert [step.level for step in plan.steps] == [1, 2, 3]
    assert plan.outputs == [(True, 9), (True, 10), (True, 11)]  # 3 inputs, 3 sines, 3 sums before


def test_uniform_and_batched_nodes_are_in_steps_of_their_own() -> None:
    (x,), (w,) = leaves(1), leaves(1)
    plan = scheduled([mg.sin(x) + mg.sin(w)], [x], [w])
    assert str(plan).splitlines() == ["map sin: 1×B", "map sin: 1", "map add: 1×B"]
    operands = plan.steps[2].operands  # type: ignore[attr-defined]
    assert [operands[name].batched for name in ("x0", "x1")] == [True, False]


def test_a_gradient_passes_only_where_it_comes_from_an_output_and_goes_to_a_parameter() -> None:
    (x,), (w,) = leaves(1), leaves(1)
    plan = scheduled([mg.sin(x) * mg.cos(w)], [x], [w])
    learns = {step.op: step.learns for step in plan.steps}  # type: ignore[attr-defined]
    assert learns == {"sin": False, "cos": True, "mul": True}


def test_dots_of_the_same_factors_are_a_matrix_product() -> None:
    xs, ws = leaves(2), leaves(6)
    outs = [mg.dot(ws[2 * k : 2 * k + 2], xs) for k in range(3)]
    (step,) = scheduled(outs, xs, ws).steps
    assert isinstance(step, Product)
    assert step.letters == ("mk", "kc", "mc")
    assert step.a.index.tolist() == [[0, 1], [2, 3], [4, 5]]
    assert step.b.index.tolist() == [[0], [1]]


def test_filters_at_several_places_are_a_matrix_times_a_matrix_of_windows() -> None:
    xs, ws = leaves(4), leaves(2)
    (step,) = scheduled([mg.dot(ws, xs[k : k + 2]) for k in range(3)], xs, ws).steps
    assert isinstance(step, Product)
    assert step.a.index.tolist() == [[0, 1]]
    assert step.b.index.tolist() == [[0, 1, 2], [1, 2, 3]]  # a column for each place


def test_dots_of_batched_factors_are_one_step_together() -> None:
    xs = leaves(8)
    outs = [mg.dot(xs[2 * k : 2 * k + 2], [mg.sin(x) for x in xs[:2]]) for k in range(3)]
    products = [step for step in scheduled(outs, xs, []).steps if isinstance(step, Product)]
    assert [step.letters for step in products] == [("mk", "mk", "m")]
    assert products[0].a.index.shape == (3, 2)


def test_a_bias_behind_its_weights_becomes_one_of_them() -> None:
    xs, ws = leaves(2), leaves(6)
    outs = [mg.dot(ws[0:2], xs, ws[2]), mg.dot(ws[3:5], xs, ws[5])]
    plan = scheduled(outs, xs, ws)
    (step,) = plan.steps
    assert isinstance(step, Product)
    assert step.a.index.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert step.b.index.tolist() == [[0], [1], [2]]
    assert plan.constants[True] == {2: 1.0}  # the slot behind the inputs
    assert plan.inputs.tolist() == [0, 1]


def test_a_bias_elsewhere_is_added() -> None:
    xs, ws = leaves(2), leaves(3)
    plan = scheduled([mg.dot(ws[1:], xs, ws[0])], xs, ws)
    assert [type(step) for step in plan.steps] == [Product, Map]


def test_a_link_is_where_its_value_is() -> None:
    tape = Tape(1, 1)
    value = tape.append("mul", (0, 1))
    tape.outputs = [tape.append(LINK, (value, 1, tape.append("sin", (0,))))]
    plan = schedule(tape, Algebra(finite=True))
    (product,) = [step for step in plan.steps if isinstance(step, Map) and step.op == "mul"]
    (link,) = [step for step in plan.steps if isinstance(step, Link)]
    assert link.result.index.tolist() == product.result.index.tolist()
    assert plan.outputs == [(True, product.result.index[0])]
    ((operands, partials),) = link.pairs
    assert (operands.batched, operands.index.tolist()) == (False, [[0]])
    assert (partials.batched, product.learns, link.learns) == (True, False, True)


def test_a_selection_and_a_reduction_are_steps() -> None:
    tape = Tape(3, 0)
    largest = tape.append("max", (2, 0, 1))
    tape.outputs = [tape.append("where <", (0, 1, 2, largest))]
    first, second = schedule(tape, Algebra(finite=True)).steps
    assert isinstance(first, Reduce)
    assert first.operand.index.tolist() == [[0, 1, 2]]  # sorted: a view
    assert isinstance(second, Map)
    assert second.formula.row == "where"
