"""What a Program gives and refuses, and how it goes from fast code to eager evaluation and back."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import microgradnn as mg
from microgradnn import Value, losses, nn
from microgradnn.compiler import Program, compile


def line() -> tuple[Program, list[Value]]:
    x, w, b = Value(2.0, "x"), Value(3.0, "w"), Value(1.0, "b")
    return compile((w * x + b) ** 2, [x], [w, b]), [w, b]


# ---- Results -------------------------------------------------------------------------------------


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
    x, w = Value(1.0, "x"), Value(2.0, "w")
    with pytest.raises(ValueError, match="is no leaf: it was computed by <primitive mul>"):
        compile(w * x + 1, [w * x], [w])
    with pytest.raises(ValueError, match="given twice"):
        compile(w * x, [x], [w, x])
    with pytest.raises(TypeError, match=re.escape("inputs[0] must be a Value, got float 1.0")):
        compile(w * x, [1.0], [w])  # type: ignore[list-item]
    with pytest.raises(TypeError, match="params must be a list of Values, got Value"):
        compile(w * x, [x], w)  # type: ignore[call-overload]
    with pytest.raises(TypeError, match=r"outputs must be a list of .* got float"):
        compile(lambda x: 3.0, example_inputs=[[1.0], [2.0]])
    with pytest.raises(TypeError, match=re.escape("example_inputs[1] must be a list")):
        compile(lambda x: x[0], example_inputs=[[1.0], 2.0])  # type: ignore[arg-type]
    for loss in (None, losses.mse_loss):
        with pytest.raises(ValueError, match="example_inputs is empty"):
            compile(nn.MLP(1, [1]), loss, example_inputs=[])
        with pytest.raises(TypeError, match=re.escape("example_inputs[1] must be a list")):
            compile(nn.MLP(1, [1]), loss, example_inputs=[[1.0], 2.0])  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="inputs is missing"):
        compile(w * x)  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="example_inputs is not wanted beside a recorded graph"):
        compile(w * x, [x], [w], example_inputs=[[1.0]])  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="inputs is not wanted beside a function"):
        compile(lambda x: x[0], [x], [w], example_inputs=[[1.0]])  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="params is not wanted beside a model"):
        compile(nn.MLP(1, [1]), params=[w])
    with pytest.raises(ValueError, match="a single output and params"):
        compile(w * x, [x]).value_and_grad([[1.0]])


@pytest.mark.parametrize(
    ("f", "value", "gradient"),
    [
        (lambda x, w, other: w * x, 3.0, [1.5, 0.0]),
        (lambda x, w, other: x * x, 2.5, [0.0, 0.0]),
        (lambda x, w, other: x, 1.5, [0.0, 0.0]),
        (lambda x, w, other: other, 3.0, [0.0, 1.0]),
        (lambda x, w, other: w * w, 4.0, [4.0, 0.0]),
        (lambda x, w, other: Value(7.0), 7.0, [0.0, 0.0]),
        (lambda x, w, other: Value(7.0) * 2, 14.0, [0.0, 0.0]),
        (lambda x, w, other: mg.softmax([x, x * 2])[0] * 0 + other, 3.0, [0.0, 1.0]),
        (lambda x, w, other: mg.where(w < other, x, w), 1.5, [0.0, 0.0]),
    ],
)
def test_an_output_may_be_anything_and_an_unused_parameter_has_gradient_0(
    f: Any, value: float, gradient: list[float]
) -> None:
    x, w, other = Value(1.0), Value(2.0), Value(3.0)
    programs = [compile(lambda v: f(v[0], w, other), example_inputs=[[1.0]], params=[w, other])]
    programs.append(compile(f(x, w, other), [x], [w, other]))
    for program in programs:
        mean, slopes = program.value_and_grad([[1.0], [2.0]])
        assert mean == pytest.approx(value)
        assert slopes.tolist() == pytest.approx(gradient)
        assert program([[1.0], [2.0]]).mean() == pytest.approx(value)
    several = compile([f(x, w, other), w * x], [x], [w, other])
    assert several([[1.0], [2.0]])[:, 1].tolist() == [2.0, 4.0]


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


# ---- Side by side --------------------------------------------------------------------------------


def test_two_programs_live_side_by_side() -> None:
    one, _ = line()
    x, w = Value(1.0), Value(2.0)
    other = compile(mg.exp(w * x), [x], [w])
    X = [[0.5], [1.0], [1.5]]
    before = one(X), one.value_and_grad(X), other(X), other.value_and_grad(X)
    after = one(X), one.value_and_grad(X), other(X), other.value_and_grad(X)
    assert str(before) == str(after)


# ---- What a person reads -------------------------------------------------------------------------


def test_a_notebook_shows_the_summary_beside_the_scalars() -> None:
    x, w = Value(1.0, "<x>"), Value(2.0)
    page = compile([mg.tanh(w * x), w], [x], [w])._repr_html_()
    assert page.count("<img") == 1
    assert "&lt;x&gt;" in page  # its label, in the words of the picture
    assert "<x>" not in page
    assert "1 × tanh → elementwise" in page
    assert len(compile(nn.MLP(64, [32, 10], rng=0))._repr_html_()) < 150_000  # folded
    assert "<img" in compile(Value(3.0), [x])._repr_html_()


def test_the_schedule_is_what_a_back_end_reads() -> None:
    program, _ = line()
    plan = program.schedule(finite=True)
    assert str(plan.steps[-1]) == "map mul: 1×B"  # the square
    assert plan.gradient is not None
    assert plan is program.schedule(finite=True)
    assert plan is not program.schedule()
    x, w = Value(2.0), Value(3.0)
    forward = compile([x * w, x + w], [x], [w]).schedule()
    assert (forward.reverse, forward.gradient) == ([], None)
