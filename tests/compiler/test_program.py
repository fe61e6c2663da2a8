"""What compile accepts and refuses, what a Program gives, and the traps of array code."""

from __future__ import annotations

import math
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import microgradnn as mg
from microgradnn import Value, losses, nn
from microgradnn.compiler import Program, compile
from microgradnn.engine import PRIMITIVES


def line() -> tuple[Program, list[Value]]:
    x, w, b = Value(2.0, "x"), Value(3.0, "w"), Value(1.0, "b")
    return compile((w * x + b) ** 2, [x], [w, b]), [w, b]


# ---- The three forms -----------------------------------------------------------------------------


def test_a_recorded_value_gives_a_vector_and_a_list_a_matrix() -> None:
    x, w = Value(2.0), Value(3.0)
    assert compile(w * x, [x], [w])([[1.0], [2.0]]).tolist() == [3.0, 6.0]
    assert compile([w * x, w + x], [x], [w])([[1.0], [2.0]]).tolist() == [[3.0, 4.0], [6.0, 5.0]]
    assert compile([w * x], [x], [w])([[1.0], [2.0]]).shape == (2, 1)


def test_outputs_may_be_leaves_or_uniform_or_the_same_twice() -> None:
    x, w = Value(2.0), Value(3.0)
    program = compile([x, w, w * w, Value(7.0) * 2, x * w, x * w], [x], [])
    assert program([[5.0], [6.0]]).tolist() == [
        [5.0, 3.0, 9.0, 14.0, 15.0, 15.0],
        [6.0, 3.0, 9.0, 14.0, 18.0, 18.0],
    ]
    loss = compile(w * w, [x], [w])
    assert loss.value_and_grad([[1.0], [2.0], [3.0]]) == (9.0, np.array([6.0]))
    leaf = compile(w, [x], [w])
    assert leaf.value_and_grad([[1.0], [2.0]]) == (3.0, np.array([1.0]))
    assert compile([Value(3.0)], [])(np.empty((2, 0))).tolist() == [[3.0], [3.0]]


def test_a_function_is_traced() -> None:
    w = Value(3.0)
    program = compile(lambda x: w * x[0] + x[1], example_inputs=[[1, 2], [3, 4]], params=[w])
    assert program([[1.0, 2.0]]).tolist() == [5.0]


def test_a_function_may_take_its_list_to_pieces() -> None:
    w = Value(3.0)

    def f(x: list[Value]) -> Value:
        x.append(x[0])
        return w * x.pop(0) + 0.5 * x.pop(0)

    assert compile(f, example_inputs=[[1, 2], [3, 4]], params=[w])([[5.0, 6.0]]).tolist() == [18.0]


def test_a_function_whose_course_depends_on_data_is_refused() -> None:
    def f(x: list[Value]) -> Value:
        return x[0] * 2 if x[0] > 0 else x[0] + 2

    with pytest.raises(ValueError, match="node 2 is mul 0 1 in one and add 0 1 in the other"):
        compile(f, example_inputs=[[1.0], [2.0], [-1.0]])
    with pytest.raises(ValueError, match="at least two"):
        compile(f, example_inputs=[[1.0]])
    with pytest.raises(
        ValueError, match=r"node 1 is constant 1\.5 in one and constant 2\.5 in the other"
    ):
        compile(lambda x: x[0] * x[0].data, example_inputs=[[1.5], [2.5]])


@pytest.mark.parametrize(
    ("f", "examples", "difference"),
    [
        (lambda x: x[0] ** (2 if x[0] > 0 else 3), [[1.0], [-1.0]], "node 1 is constant 2.0"),
        (lambda x: mg.sum([x[0] + 1, x[0] - 1][: 1 + (x[0] > 0)]), [[-1.0], [1.0]], "and sub 0"),
        (lambda x: x[0] * x[0] if x[0] < 2 else x[0] * x[0] * x[0], [[1.0], [2.0]], "node 2 is"),
        (lambda x: x[0] if x[0] > x[1] else x[1], [[2.0, 1.0], [1.0, 2.0]], "are nodes [0]"),
        (mg.sum, [[1.0, 2.0], [1.0]], "node 1 is input in one and sum 0 in the other"),
    ],
)  # fmt: skip
def test_the_first_difference_is_named(f: Any, examples: Any, difference: str) -> None:
    with pytest.raises(ValueError, match=re.escape(difference)):
        compile(f, example_inputs=examples)


@pytest.mark.parametrize("nouts", [[3, 1], [3, 4]])
def test_a_model_predicts(nouts: list[int]) -> None:
    model = nn.MLP(2, nouts, activation="tanh")
    X = np.random.default_rng(0).standard_normal((5, 2))
    wanted = [mg.functions.as_list(y, "y") if isinstance(y, list) else [y] for y in map(model, X)]
    found = compile(model)(X).reshape(5, -1)
    assert np.allclose(found, [[y.data for y in row] for row in wanted], rtol=1e-12)


@pytest.mark.parametrize(
    ("loss", "targets"),
    [
        (losses.mse_loss, [0.3, -2.0]),
        (losses.huber_loss, [0.3, -2.0]),
        (losses.hinge_loss, [1.0, -1.0]),
        (losses.binary_cross_entropy_with_logits, [1.0, 0.25]),
        (losses.perceptron_loss, [1.0, -1.0]),
    ],
)
def test_a_model_with_a_loss(loss: Any, targets: list[float]) -> None:
    model = nn.MLP(2, [3, 1], activation="sigmoid")
    x = np.random.default_rng(0).standard_normal((2, 2))
    mean, gradient = compile(model, loss).value_and_grad(np.c_[x, targets])
    total = mg.mean([loss(model(row), t) for row, t in zip(x, targets, strict=True)])
    assert np.isclose(mean, total.data, rtol=1e-12)
    assert np.allclose(gradient, mg.gradients(total, model.parameters()), rtol=1e-9)


def test_classes_are_columns_of_probabilities() -> None:
    model = nn.MLP(2, [4, 3])
    rng = np.random.default_rng(0)
    x, classes = rng.standard_normal((6, 2)), [0, 1, 2, 2, 1, 0]
    program = compile(model, losses.cross_entropy)
    mean, gradient = program.value_and_grad(np.c_[x, np.eye(3)[classes]])
    total = losses.cross_entropy([model(row) for row in x], classes)
    assert np.isclose(mean, total.data, rtol=1e-12)
    assert np.allclose(gradient, mg.gradients(total, model.parameters()), rtol=1e-9)


def test_a_module_of_the_users_own_needs_examples() -> None:
    class Line(nn.Module):
        def __init__(self) -> None:
            self.slope = Value(2.0)

        def __call__(self, x: Any) -> Any:
            return self.slope * x[0]

    with pytest.raises(TypeError, match="example_inputs is needed"):
        compile(Line())
    program = compile(Line(), example_inputs=[[1.0], [2.0]])
    assert program([[3.0]]).tolist() == [6.0]


@pytest.fixture
def table() -> Iterator[None]:
    """Rows that are added to the table of primitives are gone after the test."""
    rows = dict(PRIMITIVES)
    yield
    PRIMITIVES.clear()
    PRIMITIVES.update(rows)


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("name", ["square", "copyto", "B", "v1", "float", "class"])
def test_a_primitive_of_the_users_own_is_compiled(name: str) -> None:
    square = mg.primitive(name, lambda x: x**2, [lambda out, x: 2 * x])
    x, w = Value(2.0), Value(3.0)
    program = compile(square(x * w), [x], [w])
    mean, gradient = program.value_and_grad([[1.0], [2.0]])
    assert (mean, gradient.tolist()) == (22.5, [15.0])
    root = mg.primitive("root", math.sqrt, [lambda out, x: 0.5 / out])
    program = compile(root(x * w), [x], [w])
    assert program([[3.0], [12.0]]).tolist() == [3.0, 6.0]
    for run in (program, program.value_and_grad):
        with pytest.raises(ValueError, match=re.escape("row 1: root(-3.0): ")):
            run([[3.0], [-1.0]])


@pytest.mark.usefixtures("table")
def test_partials_may_be_written_with_every_operator() -> None:
    signed = mg.primitive(
        "signed", lambda x: abs(x) * x**2, [lambda out, x: 3 * abs(x) * x + 2**x - 2.0**x]
    )
    x, w = Value(2.0), Value(3.0)
    program = compile(signed(x * w), [x], [w])
    assert program.value_and_grad([[1.0], [-1.0]]) == (27.0, np.array([27.0]))


@pytest.mark.usefixtures("table")
def test_a_partial_may_be_a_loop() -> None:
    """Each round uses the last one twice: written out, this would be 2⁴⁰ operations."""

    def newton(out: Any, x: Any) -> Any:
        root = x
        for _ in range(40):
            root = 0.5 * (root + x / root)
        return 0.5 / root

    row = mg.primitive("root_by_newton", math.sqrt, [newton])
    x, w = Value(2.0), Value(3.0)
    mean, gradient = compile(row(x * w), [x], [w]).value_and_grad([[3.0]])
    assert (mean, round(gradient[0], 12)) == (3.0, 0.5)


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("name", ["copy", "where", "link", "input"])
def test_a_primitive_with_a_name_of_the_compilers_own_is_refused(name: str) -> None:
    square = mg.primitive(name, lambda x: x**2, [lambda out, x: 2 * x])
    x = Value(2.0)
    with pytest.raises(ValueError, match=f"a primitive named '{name}' cannot be compiled"):
        compile(square(x), [x])


@pytest.mark.usefixtures("table")
def test_partials_for_numbers_only_are_refused_with_a_hint() -> None:
    x, w = Value(2.0), Value(3.0)
    wave = mg.primitive("wave", math.sin, [lambda out, x: math.cos(x)])
    size = mg.primitive("size", abs, [lambda out, x: 1.0 if x > 0 else -1.0])
    even = mg.primitive("even", abs, [lambda out, x: mg.where(x == 0, 0.0, x / out)])
    for row, value in ((wave, math.sin(6.0)), (size, 6.0), (even, 6.0)):
        with pytest.raises(
            TypeError, match=rf"the partials of {row.name} .*where\(.*mg\.exp, not math"
        ):
            compile(row(x * w), [x], [w])
        assert compile(row(x * w), [x])([[2.0]]).tolist() == [value]  # no partials are wanted


# ---- Parameters ----------------------------------------------------------------------------------


def test_parameters_go_to_and_fro() -> None:
    program, (w, b) = line()
    assert program.read_params().tolist() == [3.0, 1.0]
    program.write_params([5.0, 6.0])
    assert (w.data, b.data) == (5.0, 6.0)
    assert program([[1.0]]).tolist() == [121.0]
    assert program.value_and_grad([[1.0]], [1.0, 1.0])[0] == 4.0
    with pytest.raises(ValueError, match=re.escape("theta must have shape (2,)")):
        program.write_params([1.0])


def test_a_batch_in_parts() -> None:
    program, _ = line()
    X = np.random.default_rng(0).standard_normal((100_000, 1))
    y = 3.0 * X[:, 0] + 1.0
    assert np.allclose(program(X), y**2, rtol=1e-12)
    mean, gradient = program.value_and_grad(X)
    assert np.isclose(mean, (y**2).mean(), rtol=1e-12)
    assert np.allclose(gradient, [(2 * y * X[:, 0]).mean(), (2 * y).mean()], rtol=1e-9)


# ---- Errors --------------------------------------------------------------------------------------


def test_wrong_input_is_refused_by_name() -> None:
    program, _ = line()
    with pytest.raises(ValueError, match=re.escape("X must have shape (samples, 1)")):
        program([[1.0, 2.0]])
    with pytest.raises(ValueError, match=re.escape("got (1,)")):
        program([1.0])
    with pytest.raises(ValueError, match="X is empty"):
        program(np.empty((0, 1)))
    with pytest.raises(ValueError, match="X has a NaN in row 1"):
        program([[1.0], [np.nan]])
    with pytest.raises(TypeError, match="X must hold real numbers, got dtype complex128"):
        program([[1j]])
    with pytest.raises(TypeError, match="X must hold real numbers"):
        program([["a"]])
    assert program(np.array([[1]])).tolist() == [16.0]


def test_wrong_leaves_are_refused_by_name() -> None:
    x, w, other = Value(1.0, "x"), Value(2.0, "w"), Value(3.0, "other")
    with pytest.raises(ValueError, match=re.escape("params[1] ('other') is not in the graph")):
        compile(w * x, [x], [w, other])
    with pytest.raises(ValueError, match="depends on none of params"):
        compile([w * x, x * x], [x], [w])
    with pytest.raises(ValueError, match="is no leaf: it was computed by <primitive mul>"):
        compile(w * x + 1, [w * x], [w])
    with pytest.raises(ValueError, match="given twice"):
        compile(w * x, [x], [w, x])
    with pytest.raises(TypeError, match=re.escape("inputs[0] must be a Value, got float 1.0")):
        compile(w * x, [1.0], [w])
    with pytest.raises(TypeError, match="params must be a list of Values, got Value"):
        compile(w * x, [x], w)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"outputs must be a list of .* got float"):
        compile(lambda x: 3.0, example_inputs=[[1.0], [2.0]])
    with pytest.raises(TypeError, match=re.escape("example_inputs[1] must be a list")):
        compile(lambda x: x[0], example_inputs=[[1.0], 2.0])
    for loss in (None, losses.mse_loss):
        with pytest.raises(ValueError, match="example_inputs is empty"):
            compile(nn.MLP(1, [1]), loss, example_inputs=[])
        with pytest.raises(TypeError, match=re.escape("example_inputs[1] must be a list")):
            compile(nn.MLP(1, [1]), loss, example_inputs=[[1.0], 2.0])
    with pytest.raises(TypeError, match="inputs is missing"):
        compile(w * x)
    with pytest.raises(TypeError, match="example_inputs is not wanted beside a recorded graph"):
        compile(w * x, [x], [w], example_inputs=[[1.0], [2.0]])
    with pytest.raises(TypeError, match="inputs is not wanted beside a function"):
        compile(lambda x: w * x[0], [x], [w], example_inputs=[[1.0], [2.0]])
    with pytest.raises(TypeError, match="params is not wanted beside a model"):
        compile(nn.MLP(1, [1]), params=[w])
    with pytest.raises(ValueError, match="a single output and params"):
        compile(w * x, [x]).value_and_grad([[1.0]])


def test_data_changed_after_recording_is_noticed() -> None:
    x, w = Value(1.0), Value(2.0)
    out = w * x
    w.data = 3.0
    with pytest.raises(ValueError, match="was the data of a leaf changed"):
        compile(out, [x], [w])


@pytest.mark.parametrize(
    ("row", "bad", "error", "text"),
    [
        (mg.log, 0.0, ValueError, "row 2: log(gap = 0.0): the operand must be in the domain"),
        (mg.exp, 800.0, OverflowError, "row 2: exp(gap = 800.0): the result is too large"),
        (mg.sqrt, -1.0, ValueError, "row 2: sqrt(gap = -1.0)"),
        (lambda x: 1 / x, 0.0, ZeroDivisionError, "row 2: div(1.0, gap = 0.0): division by zero"),
        (lambda x: x**2, 1e200, OverflowError, "row 2: pow(gap = 1e+200, 2.0)"),
    ],
)
def test_a_row_outside_the_domain_raises_as_eager_evaluation_does(
    row: Any, bad: float, error: type[Exception], text: str
) -> None:
    x, w = Value(2.0), Value(1.0)
    gap = x * w
    gap.label = "gap"
    program = compile(row(gap), [x], [w])
    for run in (program, program.value_and_grad):
        with pytest.raises(error, match=re.escape(text)):
            run([[1.0], [2.0], [bad]])
    assert np.isfinite(program([[1.0]])).all()


def test_what_eager_evaluation_accepts_is_computed_with_infinities() -> None:
    x, w = Value(2.0), Value(1.0)
    program = compile(mg.sqrt(x * w), [x], [w])
    mean, gradient = program.value_and_grad([[0.0]])  # the partial is infinite there
    assert (mean, np.isnan(gradient[0])) == (0.0, True)  # ∞·0, as in the eager pass
    product = compile(x * w * 1e300, [x], [w])
    assert product([[1e300], [1.0]]).tolist() == [np.inf, 1e300]
    assert compile(mg.tanh(x * w), [x], [w])([[np.inf], [-np.inf]]).tolist() == [1.0, -1.0]
    logits = compile(mg.logsumexp([x, w]), [x], [w])
    assert logits([[-np.inf], [np.inf]]).tolist() == [1.0, np.inf]


# ---- Traps ---------------------------------------------------------------------------------------


def test_batched_and_uniform_numbers_in_one_maximum() -> None:
    x, u, v = Value(0.5), Value(1.0), Value(1.0)
    program = compile(mg.max([x, u, v, 0.25]), [x], [u, v])
    mean, gradient = program.value_and_grad([[0.5], [2.0]])
    assert (mean, gradient.tolist()) == (1.5, [0.25, 0.25])  # the tie shares ½ of one row in two


def test_a_uniform_gradient_of_a_single_number_has_a_place() -> None:
    """Both shares of a parameter that meets itself are ½, whatever it is."""
    w, x = Value(0.3), Value(1.0)
    program = compile(x * mg.sum(mg.softmax([w, w])) + w, [x], [w])
    mean, gradient = program.value_and_grad([[1.0], [2.0]])
    assert (round(mean, 12), gradient.tolist()) == (1.8, [1.0])


def test_products_of_inputs_before_the_first_parameter_are_no_layer() -> None:
    x, y, b = map(Value, (2.0, 3.0, 0.5))
    program = compile(x * x + y * y + b, [x, y], [b])
    mean, gradient = program.value_and_grad([[1.0, 2.0], [3.0, 4.0]])
    assert (mean, gradient.tolist()) == (15.5, [1.0])


def test_the_number_one_is_no_operand() -> None:
    x, y = Value(0.5), Value(3.0)
    program = compile([mg.maximum(x, 1.0), mg.maximum(x, y), mg.maximum(x, 0.0)], [x, y], [])
    assert program([[0.5, 3.0], [2.0, 3.0]]).tolist() == [[1.0, 3.0, 0.5], [2.0, 3.0, 2.0]]


@pytest.mark.parametrize("row", ["max", "logsumexp", "cross_entropy"])
def test_a_row_of_a_thousand_operands(row: str) -> None:
    """Sums in its formulas are as deep as it has operands: deeper than Python may recurse."""
    n = 1000
    x, ws, ts = Value(1.0), [Value(k % 7.0) for k in range(n)], [Value(1.0 / n) for _ in range(n)]
    logits = [w * x for w in ws]
    out = PRIMITIVES[row](*logits, *(ts if row == "cross_entropy" else []))
    mean, gradient = compile(out, [x, *ts], ws).value_and_grad([[1.0] + [1.0 / n] * n])
    assert math.isclose(mean, out.data, rel_tol=1e-12)
    assert np.allclose(gradient, mg.gradients(out, ws), rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("gap", [15.0, 30.0, 50.0])
def test_a_sure_prediction_keeps_its_digits(gap: float) -> None:
    """Σ exp(x − max) − 1 is about exp(−gap): gone if the 1 is subtracted last."""
    x, ws = Value(1.0), [Value(gap), Value(0.0)]
    program = compile(losses.cross_entropy([w * x for w in ws], 0), [x], ws)
    mean, gradient = program.value_and_grad([[1.0]])
    others = math.exp(-gap) / (1.0 + math.exp(-gap))
    assert math.isclose(mean, math.log1p(math.exp(-gap)), rel_tol=1e-13)
    assert np.allclose(gradient, [-others, others], rtol=1e-13, atol=0.0)


def test_nested_ties_share_as_they_are_nested() -> None:
    a, b, c = params = [Value(1.0) for _ in range(3)]
    nested = mg.maximum(mg.maximum(a, b), c)
    assert compile(nested, [], params).value_and_grad(np.empty((1, 0)))[1].tolist() == [
        0.25,
        0.25,
        0.5,
    ]


@pytest.mark.parametrize("gap", [20.0, 34.3, 40.0, 85.0])
def test_what_lies_far_below_the_largest_logit_keeps_its_digits(gap: float) -> None:
    far = math.exp(-gap) / (1.0 + math.exp(-gap))
    cases: list[tuple[Any, float, list[float]]] = [
        (mg.logsumexp, math.log1p(math.exp(-gap)), [1.0 - far, far]),
        (lambda z: losses.cross_entropy(z, 0), math.log1p(math.exp(-gap)), [-far, far]),
        (lambda z: mg.softmax(z)[1], far, [-far * (1.0 - far), far * (1.0 - far)]),
    ]
    for row, value, slopes in cases:
        logits = [Value(0.0), Value(-1.0)]
        program = compile(row(logits), [], logits)
        found, gradient = program.value_and_grad(np.empty((1, 0)), [0.0, -gap])
        assert [found, *gradient] == pytest.approx([value, *slopes], rel=1e-14, abs=0.0)
        assert program(np.empty((1, 0)), [0.0, -gap]) == pytest.approx(value, rel=1e-14, abs=0.0)


def test_a_broadcast_view_is_no_matrix() -> None:
    """The same input in all windows: a reshaped view of it would be a copy that stays as it was."""
    xs, ws = [Value(0.5), Value(0.25)], [Value(1.0), Value(2.0), Value(3.0), Value(4.0)]
    windows = [[xs[0], xs[1]], [xs[0], xs[0]], [xs[1], xs[1]]]
    outs = [mg.dot(w, x) for w in (ws[:2], ws[2:]) for x in windows]
    program = compile(mg.sum([mg.tanh(o) for o in outs]), xs, ws)
    rng = np.random.default_rng(0)
    for X in rng.standard_normal((3, 4, 2)):
        eager = [
            np.tanh([w[0] * x[i] + w[1] * x[j] for w in ((1, 2), (3, 4)) for i, j in PAIRS]).sum()
            for x in X
        ]
        assert np.allclose(program(X), eager, rtol=1e-12)


PAIRS = ((0, 1), (0, 0), (1, 1))


def test_no_function_writes_in_place_on_a_stepped_view() -> None:
    xs, ws = [Value(0.1 * k) for k in range(8)], [Value(1.0 + k) for k in range(8)]
    out = mg.sum([mg.tanh(-w * x) for w, x in zip(ws[::2], xs[::2], strict=True)])
    program = compile(out, xs, ws[::2])
    for line in program.source.splitlines():
        call = re.match(r"\s+\w+\((.*)\)$", line)
        if call and "take" not in line:
            *operands, last = call[1].replace("out=", "").split(", ")
            stepped = re.search(rf"^{re.escape(last)} = .*(view\(|::|:\d+:)", program.source, re.M)
            assert not (last in operands and stepped), line


def test_results_are_fresh_arrays() -> None:
    program, _ = line()
    X, theta = np.array([[1.0], [2.0]]), np.array([3.0, 1.0])
    first, (_, gradient) = program(X), program.value_and_grad(X, theta)
    kept = first.copy(), gradient.copy()
    first[:], gradient[:] = 0.0, 0.0
    assert program(X).tolist() == kept[0].tolist()
    second = program.value_and_grad(X, theta)[1]
    assert second.tolist() == kept[1].tolist()
    program.value_and_grad(X + 1, theta)
    assert second.tolist() == kept[1].tolist()
    assert (X.tolist(), theta.tolist()) == ([[1.0], [2.0]], [3.0, 1.0])


def test_two_programs_live_side_by_side() -> None:
    one, _ = line()
    x, w = Value(1.0), Value(2.0)
    other = compile(mg.exp(w * x), [x], [w])
    X = [[0.5], [1.0], [1.5]]
    before = one(X), one.value_and_grad(X), other(X), other.value_and_grad(X)
    after = one(X), one.value_and_grad(X), other(X), other.value_and_grad(X)
    assert str(before) == str(after)


def test_another_batch_size_and_back() -> None:
    program, _ = line()
    X = np.random.default_rng(0).standard_normal((9, 1))
    wanted = program(X)
    for samples in (1, 9, 3, 2, 4, 5, 6, 9):
        assert np.array_equal(program(X[:samples]), wanted[:samples])
        assert program.value_and_grad(X[:samples])[1].shape == (2,)


# ---- What a person reads -------------------------------------------------------------------------


def test_the_summary_says_what_became_of_the_scalars() -> None:
    summary = compile(nn.MLP(64, [32, 10])).summary()
    assert "4,096 multiplications and additions → matmul 32×64" in summary
    assert "32 × relu → elementwise" in summary


def test_the_source_is_deterministic() -> None:
    model = nn.MLP(2, [3, 1])
    one, other = (compile(model, losses.mse_loss).source for _ in range(2))
    assert one == other
    assert re.search(r"\bdot\(u\d+, v\d+, v\d+\)", one)  # a matrix product
    assert "def backward(share):" in one


def test_source_and_summary_do_not_depend_on_the_hash_seed() -> None:
    text = (
        "from microgradnn import compile, losses, nn\n"
        "program = compile(nn.MLP(3, [4, 3], activation='tanh'), losses.cross_entropy)\n"
        "print(program.source, program.summary(), program.value_and_grad([[1, 2, 3, 0, 1, 0]]))"
    )
    one, other = (
        subprocess.run(
            [sys.executable, "-c", text],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    )
    assert one == other
    assert b"matmul" in one


def test_a_notebook_shows_the_summary_beside_the_scalars() -> None:
    x, w = Value(1.0, "<x>"), Value(2.0)
    page = compile([mg.tanh(w * x), w], [x], [w])._repr_html_()
    assert page.count("<svg") == 1
    assert "&lt;x&gt;" in page  # its label, in the picture
    assert "<x>" not in page
    assert "1 × tanh → elementwise" in page
    assert len(compile(nn.MLP(64, [32, 10]))._repr_html_()) < 100_000  # folded
    assert "<svg" in compile(Value(3.0), [x])._repr_html_()


def test_tape_and_schedule_can_be_printed() -> None:
    from microgradnn.compiler.normalise import normalise
    from microgradnn.compiler.rows import Algebra
    from microgradnn.compiler.schedule import schedule
    from microgradnn.compiler.tape import record_tape

    x, w = Value(2.0), Value(3.0)
    tape = normalise(record_tape([mg.tanh(w * x)], [x], [w]))
    assert str(tape).splitlines()[-1] == "outputs: 3"
    assert "map tanh: 1×B" in str(schedule(tape, Algebra(finite=True)))
