"""What a traced Value is, no function may look at: it is refused, or compiled right."""

from __future__ import annotations

import copy
import linecache
import math
import operator
import pickle
import re
import statistics
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import microgradnn as mg
from microgradnn import Value, losses, nn
from microgradnn.compiler import compile
from microgradnn.engine.recording import open_traces

# Functions of a list of inputs `x` and a parameter `w`. Each looks at a number in the line with
# the comment "here".
LOOKING = """
return x[0] if x[0] > 0 else w  # here
return x[0] if 0 > x[0] else w  # here
return x[0] if x[0] >= w else w  # here
return x[0] if w < 1 else -x[0]  # here
return x[0] if w <= np.float64(1) else -x[0]  # here
return x[0] if np.float64(0) < x[0] * w else -x[0]  # here
return x[0] if not x[0] > 0 else w  # here
return w * x[0] if x[0] > 0 and x[1] > 0 else w  # here
return w * x[0] if x[0] > 0 or x[1] > 0 else w  # here
return w * x[0] if 0 < x[0] < 1 else w  # here
return w * x[0] if (x[0] > 0) & (x[1] > 0) else w  # here
return w * x[0] if ~(x[0] > 0) else w  # here
return w * x[0] if (x[0] > 0) == True else w  # here
return w * x[0] if (x[0] > 0) != False else w  # here
return w * x[0] if bool(x[0] > 0) else w  # here
return w * x[0] if x[0] else w  # here
return x[0] and w  # here
return w if any([x[0] > 0]) else x[0]  # here
return w if all([x[0], x[1]]) else x[0]  # here
return w * max(x[0], x[1])  # here
return w * min(x)  # here
return w * max(x, key=lambda v: v * v)  # here
return w * sorted(x)[0]  # here
x.sort(); return w * x[0]  # here
return w * sorted([(v, 1) for v in x])[0][0]  # here
return w * statistics.median(x)  # here
return w * next(v for v in x if v < 2)  # here
return w * sum(v for v in x if v < 2)  # here
return w * (x[0] > 0)  # here
return (x[0] > 0) * w  # here
return w + x[0] * float(x[0] > 0)  # here
return w + int(x[0] > 0)  # here
return w + [x[0], x[1]][x[0] > 0]  # here
return w * mg.where(x[0], x[1], 2.0)  # here
return x[0] * w if mg.dot([w, w], [1.0, 2.0]) > 0 else w  # here
return x[0] * w if mg.sum([w, 2.0]) > 0 else w  # here
return x[0] * w if mg.max([w, 2.0]) > 0 else w  # here
return w * mg.where((x[0] > 0) == (x[1] > 0), x[1], 2.0)  # here
return w * mg.exp(x[0] > 0)  # here
return w * x[0].data  # here
return w * x[0].item()  # here
return w * Value.item(x[0])  # here
return w * x[0].detach()  # here
return x[0] * w * w.data  # here
return x[0] * w.item()  # here
return x[0] * w.detach()  # here
return x[0] * w * w.grad  # here
return w * float(x[0])  # here
return w * int(x[0])  # here
return w * round(x[0])  # here
return w * math.floor(x[0].data)  # here
return w * math.exp(x[0])  # here
return w * float(f"{x[0]:.2f}")  # here
return w * float("%f" % x[0])  # here
return w * float(format(x[0], "g"))  # here
return w * float("{:.3f}".format(x[0] * w))  # here
return w * len(f"{x[0] > 0}")  # here
return w * copy.copy(x[0])  # here
return w * copy.deepcopy(x[0])  # here
return w * copy.deepcopy(x)[0]  # here
return w * pickle.loads(pickle.dumps(x[0]))  # here
return w * (x[0] * 2).local_grads[0]  # here
return w * (x[0] * x[0]).local_grads[0]  # here
y = x[0] * w; y.backward(); return w * x[0].grad  # here
return w * np.maximum(np.array(x), 0)[0]  # here
return w * np.sort(np.array(x))[0]  # here
return w * np.clip(np.array(x), 0, 1)[0]  # here
return w * np.where(np.array(x) > 0, 1.0, 2.0)[0]  # here
return w * np.array(x)[np.array(x) > 0][0]  # here
return w * int(np.argmax(np.array(x)))  # here
return w * np.max(np.array(x))  # here
return w * float(np.array(x).astype(float)[0])  # here
return w * np.array(x, dtype=float)[0]  # here
return w * mg.clip(x[0], x[1], 3.0)  # here
x[0].data = 3.0; return w * x[0]  # here
w.data = 0.5; return w * x[0]  # here
w.data -= 0.5; return w * x[0]  # here
return w * mg.gradients(x[0] * x[0] * w, [x[0]])[0]  # here
return w * mg.numerical_gradient(lambda v: v * v, [x[0].data])[0]  # here
with mg.no_grad(): y = x[0] * w  # here; return y * w
err = x[0]
while err > 0.1:  # here
    err = err / 2
return err * w
y = w
if x[0] > 0: # here
    y = w * 2
return y
y = x[0] * w
for _ in range(3):
    y = y * 2
    if y > 100: break  # here
return y
y = [v for v in x if v > 0]  # here
return w * mg.sum(y)
try:
    y = w * 2 if x[0] > 0 else w  # here
except ValueError:
    y = w
return y * x[0]
try:
    y = float(x[0])  # here
except (TypeError, ValueError):
    y = x[0]
return y * w
try:
    y = w * x[0].data  # here
except Exception:
    y = w
return y * x[0]
assert x[0] > -100  # here
return w * x[0]
if abs(x[0]) > 1e6:  # here
    raise ValueError("too large")
return w * x[0]
print(f"{x[0]:.3f}")  # here
return w * x[0]
match x[0] > 0:
    case c if c:  # here
        return w
return x[0]
"""


def programs() -> list[str]:
    """The bodies of the functions: each ends with the line that returns and is not indented."""
    found: list[str] = []
    lines: list[str] = []
    for line in LOOKING.strip().splitlines():
        lines.append(line)
        if line.startswith("with mg.no_grad"):
            lines[-1:] = ["with mg.no_grad():", "    y = x[0] * w  # here", "return y * w"]
        if line.startswith("return") or "; return" in line:
            found.append("\n".join(lines))
            lines = []
    return found


def function_of(body: str) -> tuple[Callable[[Any, Any], Any], str]:
    """The function of x and w, and what an error says of the line in it that looks at a number."""
    text = "def f(x, w):\n" + "".join(f"    {line}\n" for line in body.splitlines())
    number = 1 + next(k for k, line in enumerate(text.splitlines()) if "here" in line)
    name = f"program of a user {hash(text)}.py"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    names: dict[str, Any] = {
        **{module.__name__: module for module in (copy, math, pickle, statistics)},
        "mg": mg,
        "np": np,
        "Value": Value,
        "print": lambda *_: None,
    }
    exec(__builtins__["compile"](text, name, "exec"), names)  # type: ignore[index]
    line = text.splitlines()[number - 1].strip()
    return names["f"], f"{name}:{number}: {line}: "


def test_there_are_programs_of_many_kinds() -> None:
    assert len(programs()) > 80


@pytest.mark.parametrize("body", programs())
def test_a_function_that_looks_at_a_number_is_refused_with_its_line(body: str) -> None:
    f, said = function_of(body)
    w = Value(2.0)
    with pytest.raises(ValueError, match="^" + re.escape(said)) as refusal:
        compile(lambda x: f(x, w), example_inputs=[[1.5, 0.5]], params=[w])
    assert "a program runs the same way for all numbers" in str(refusal.value)
    assert type(w) is Value
    assert repr(w) == "Value(data=2.0, grad=0.0)"


class Looking(nn.Module):
    """A model of the user's own, whose course depends on numbers."""

    def __init__(self, f: Callable[[Any, Any], Any]) -> None:
        self.w, self.f = Value(2.0), f

    def __call__(self, x: Any) -> Any:
        return self.f([v if isinstance(v, Value) else Value(v) for v in x], self.w)


@pytest.mark.parametrize("body", [x for x in programs() if "> 0 else" in x or ".data  #" in x])
def test_fit_trains_such_a_model_eagerly_and_says_why(body: str) -> None:
    f, said = function_of(body)
    if "x[0] > 0) &" in body:
        return
    runs = []
    for compiled in (None, False):
        history = mg.fit(
            Looking(f), [[1.5, 0.5], [-1.0, 2.0]], [1.0, 2.0],
            loss=losses.mse_loss, epochs=3, progress=False, compiled=compiled,
        )  # fmt: skip
        runs.append(history.losses)
        if compiled is None:
            assert history.eager_because.startswith(f"ValueError: {said}")
    assert runs[0] == runs[1]


# ---- What is compiled is right -------------------------------------------------------------------


def eagerly(f: Callable[..., Any], X: Any, params: list[Value]) -> tuple[list[float], list[float]]:
    """The value of each sample, and the mean gradient."""
    values, total = [], np.zeros(len(params))
    for row in X:
        y = f([Value(x) for x in row], *params)
        y = y if isinstance(y, Value) else Value(y)
        values.append(y.data)
        total += mg.gradients(y, params)
    return values, (total / len(X)).tolist()


def assert_right(f: Callable[..., Any], X: Any, numbers: list[float]) -> None:
    """The program of f gives what f gives, and its gradient, with other parameters as well."""
    params = [Value(x) for x in numbers]
    program = compile(lambda x: f(x, *params), example_inputs=[X[0]], params=params)
    for shift in (0.0, 1.0, -1.75):
        for param, number in zip(params, numbers, strict=True):
            param.data = number + shift
        values, gradient = eagerly(f, X, params)
        mean, slopes = program.value_and_grad(X)
        assert program(X).tolist() == pytest.approx(values, rel=1e-9, abs=1e-12)
        assert mean == pytest.approx(np.mean(values), rel=1e-9, abs=1e-12)
        assert slopes.tolist() == pytest.approx(gradient, rel=1e-9, abs=1e-12)


ROWS = [[1.5, 0.5], [-1.0, 2.0], [0.0, 0.0], [0.5, 0.5], [2.0, -3.0], [-0.25, -0.25], [1.0, 1.25]]


@pytest.mark.parametrize(
    "f",
    [
        lambda x, w, v: mg.where(x[0] > 0, w * x[0], v * x[0] * x[0]),
        lambda x, w, v: mg.where(x[0] >= 0, w * x[0], v * x[0] * x[0]),
        lambda x, w, v: mg.where(x[0] > 0, w, v),
        lambda x, w, v: mg.where(np.float64(0.5) <= x[0], w, v),
        lambda x, w, v: mg.where(x[0] < 1, 1.0, 2.0),
        lambda x, w, v: mg.where(x[0] < 1, 1, w),
        lambda x, w, v: mg.where(x[0] < 1, True, w),
        lambda x, w, v: mg.where(x[0] < 1, np.float64(2), w),
        lambda x, w, v: mg.where(w > v, w * x[0], v),
        lambda x, w, v: mg.where(w <= v, w, v),
        lambda x, w, v: mg.where(x[0] < x[1], x[0], x[1]),
        lambda x, w, v: mg.where(x[0] <= w, w, x[0]) * v,
        lambda x, w, v: mg.where(x[0] > 0, w, w),
        lambda x, w, v: mg.where(x[0] > 0, mg.where(x[1] > 0, w, v), mg.where(x[1] <= w, -w, 3.0)),
        lambda x, w, v: mg.where((x[0] > 0) & (x[1] > w), w * x[0], v),
        lambda x, w, v: mg.where((x[0] >= 0) & (x[0] <= 1) & (x[1] < 1), w * x[0], v * x[1]),
        lambda x, w, v: mg.where((x[0] > 0) & True, w, mg.where(False & (x[0] > 0), 3.0, v)),
        lambda x, w, v: mg.grad(lambda z: (z * z + 1.0) ** w)(x[0]) * v,
        lambda x, w, v: mg.where(mg.where(x[0] > 0, w, v) > x[1], x[0] * w, mg.exp(x[1] * v)),
        lambda x, w, v: mg.where(x[0] > 0, mg.sqrt(abs(x[0] * w)), 0.0),  # infinite at 0
        lambda x, w, v: mg.where(abs(x[0]) > 0, mg.sqrt(abs(x[0] * w)) + v, v),
        lambda x, w, v: mg.exp(mg.where(x[0] > 0, x[0] * w, -math.inf)) + v,
        lambda x, w, v: mg.where(mg.where(x[0] > 0, w, math.inf) < math.inf, w, v),
        lambda x, w, v: mg.softmax([x[0] * w, mg.where(x[1] > 0, x[1] * v, -math.inf)])[0],
        lambda x, w, v: losses.cross_entropy([mg.where(x[0] > 0, w, v), x[1]], [x[0] * 0, 1.0]),
        lambda x, w, v: mg.max([mg.where(x[0] > 0, w, v), x[1], x[0] * v]),
        lambda x, w, v: w * nn.Neuron(2, lambda z: mg.where(z > 0, z, 0.1 * z), rng=3)(x) + v,
        lambda x, w, v: mg.grad(lambda z: mg.relu(z * w) * v)(x[0]),
        lambda x, w, v: mg.grad(lambda z: mg.where(z > 0, z * z * w, v * z))(x[0]),
        lambda x, w, v: mg.gradients(abs(x[0]) * w, [x[0]], create_graph=True)[0] * v,
        lambda x, w, v: mg.gradients(mg.max([w, v, x[0]]), [w], create_graph=True)[0] * v,  # type: ignore[call-overload]
        lambda x, w, v: np.sum(np.abs(np.array(x))) * w + np.minimum(x[0], x[1]) * v,
    ],
)
def test_a_selection_is_made_for_each_sample(f: Any) -> None:
    assert_right(f, ROWS, [1.25, 0.5])


COURSES = st.recursive(
    st.sampled_from(["x0", "x1", "w", "v", "0.5", "-1.0", "0.0"]),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["+", "-", "*", "max", "tanh", "abs"]), inner, inner),
        st.tuples(st.sampled_from(["<", "<=", ">", ">="]), inner, inner, inner, inner),
    ),
    max_leaves=14,
)
OPERATIONS: dict[str, Callable[..., Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "max": mg.maximum,
    "tanh": lambda a, b: mg.tanh(a + b),
    "abs": lambda a, b: mg.abs(a * b),
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def evaluated(course: Any, names: dict[str, Any]) -> Any:
    if isinstance(course, str):
        return names[course] if course in names else Value(float(course))
    op, *parts = course
    one, other, *sides = [evaluated(part, names) for part in parts]
    found = OPERATIONS[op](one, other)
    return mg.where(found, *sides) if sides else found


@settings(deadline=None, max_examples=150)
@given(COURSES, st.lists(st.tuples(*[st.integers(-4, 4)] * 2), min_size=1, max_size=6))
def test_a_random_function_with_selections_is_compiled_right(
    course: Any, halves: list[tuple[int, int]]
) -> None:
    """Halves, small numbers of them: so comparisons often meet their boundary."""
    X = [[a / 2, b / 2] for a, b in halves]
    names = ("x0", "x1", "w", "v")
    assert_right(
        lambda x, w, v: evaluated(course, dict(zip(names, [*x, w, v], strict=True))), X, [0.5, -1.0]
    )


def test_both_sides_are_evaluated_as_in_python() -> None:
    """What is outside of its domain is refused for the same samples, with the same words."""
    w = Value(2.0)

    def f(x: list[Value]) -> Any:
        return mg.where(x[0] > 0, mg.log(x[0]), 0.0) * w

    program = compile(f, example_inputs=[[1.5]], params=[w])
    with pytest.raises(ValueError, match=r"log\(-1\.0\): the operand must be in the domain"):
        f([Value(-1.0)])
    with pytest.raises(ValueError, match=r"row 1: log\(.*-1\.0\): the operand must be in the dom"):
        program([[1.0], [-1.0]])


def test_the_gradient_of_the_side_that_is_not_chosen_is_0_even_if_it_is_infinite() -> None:
    w = Value(0.0)
    program = compile(
        lambda x: mg.where(x[0] > 0, mg.sqrt(w), w * 3), example_inputs=[[1.0]], params=[w]
    )
    mean, slopes = program.value_and_grad([[-1.0], [-2.0]])
    assert (mean, slopes.tolist()) == (0.0, [3.0])
    assert program.value_and_grad([[1.0]])[1].tolist() == [math.inf]


@pytest.mark.parametrize("size", [1, 3])
def test_models_with_selections_are_trained_compiled(size: int) -> None:
    def activation(z: Any) -> Any:
        return mg.where(z > 0, z, mg.where(z > -1, 0.1 * z, -0.1))

    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(20, 2)), rng.normal(size=(20, size)).squeeze()
    runs = []
    for compiled in (True, False):
        model = nn.MLP(2, [4, size], activation, rng=0)
        history = mg.fit(
            model, X, y, loss=losses.mse_loss, epochs=5, progress=False, compiled=compiled
        )
        runs.append([*history.losses, *(p.data for p in model.parameters())])
    assert runs[0] == pytest.approx(runs[1], rel=1e-9)


# ---- What may be looked at, and what is left behind ----------------------------------------------


def test_constants_may_be_looked_at() -> None:
    w, other = Value(2.0, "w"), Value(3.0)
    shown: list[Any] = []

    def f(x: list[Value]) -> Any:
        twice = other * 2
        assert f"{twice:.1f}" == "6.0"
        assert math.isclose(float(twice.data), 6.0)
        assert sorted([twice, other]) == [other, twice]
        shown.append([repr(x[0]), str(w), f"{w * 2}", repr(x[0] > w)])
        return (twice if twice > other else other) * w * x[0]

    assert compile(f, example_inputs=[[1.0]], params=[w])([[2.0]]).tolist() == [24.0]
    names = ["Value(traced, label='x0')", "Value(traced, label='w')"]
    assert shown[0] == [*names, "Value(traced)", f"Condition({names[1]} < {names[0]})"]
    assert shown[0] == shown[1]


class Remembering(nn.Module):
    """A model that keeps what it has computed."""

    def __init__(self) -> None:
        self.w = Value(2.0)
        self.last: Any = None

    def __call__(self, x: Any) -> Any:
        self.last = self.w * x[0]
        return self.last * self.last


def test_what_a_model_remembers_is_an_ordinary_value_afterwards() -> None:
    model = Remembering()
    seen = []

    def f(x: list[Value]) -> Any:
        y = model(x)
        seen.append(y)
        return y

    program = compile(f, example_inputs=[[1.5]], params=[model.w])
    assert program([[2.0]]).tolist() == [16.0]
    assert type(model.w) is type(model.last) is Value
    assert model.last.data == 3.0
    assert [type(y) for y in seen] == [Value] * 3
    assert [y.data for y in seen] == [9.0] * 3
    with pytest.raises(RuntimeError, match="has nothing to go back over"):
        seen[0].backward()
    seen[-1].backward()  # that of the run on ordinary Values
    assert model.w.grad == 2 * 2.0 * 1.5**2


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_after_an_error_parameters_are_ordinary_again(error: type[BaseException]) -> None:
    w = Value(2.0)

    def f(x: list[Value]) -> Any:
        assert type(w) is not Value
        raise error

    with pytest.raises(error):
        compile(f, example_inputs=[[1.0]], params=[w])
    assert type(w) is Value
    assert open_traces == []
    assert (w > 1) is True


def test_a_neuron_does_not_show_its_output_while_it_is_traced() -> None:
    neuron = nn.Neuron(1, "linear", rng=0)
    shown = []

    def f(x: list[Value]) -> Any:
        y = neuron(x)
        shown.append(neuron.output)
        return y

    compile(f, example_inputs=[[1.0]], params=neuron.parameters())
    assert shown == [None, None, neuron.w[0].data]  # the last run is one on ordinary Values


def test_another_thread_goes_on_with_the_parameters_while_they_are_traced() -> None:
    w = Value(2.0)
    found: list[Any] = []

    def elsewhere() -> None:
        y = w * w + mg.sum([w, 1.0]) + mg.dot([w], [2.0])
        y.backward()
        found.append([y.data, type(y), w.data, w > 1, f"{w:.1f}", repr(w)[:9], w.grad])
        found.append([copy.deepcopy(w).data, w.item(), type(w * 2), bool(w)])

    def f(x: list[Value]) -> Any:
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
        return w * x[0]

    compile(f, example_inputs=[[1.0]], params=[w])
    assert found[0] == [11.0, Value, 2.0, True, "2.0", "Value(dat", 7.0]
    assert found[1] == [2.0, 2.0, Value, True]


def test_a_trace_waits_for_that_of_another_thread() -> None:
    w = Value(2.0)
    waiting: list[threading.Thread] = []

    def f(x: list[Value]) -> Any:
        if not waiting:
            other = lambda: compile(lambda y: w * y[0], example_inputs=[[1.0]], params=[w])  # noqa: E731
            waiting.append(threading.Thread(target=other))
            waiting[0].start()
            waiting[0].join(0.3)
            assert waiting[0].is_alive()
        return w * x[0]

    compile(f, example_inputs=[[1.0]], params=[w])
    waiting[0].join()
    assert type(w) is Value


def test_two_threads_compile_one_model() -> None:
    model = nn.MLP(2, [8, 8, 1], rng=0)
    programs: list[Any] = []
    threads = [
        threading.Thread(target=lambda: programs.append(compile(model, losses.mse_loss)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({program.value_and_grad([[1.0, 2.0, 3.0]])[0] for program in programs}) == 1
    assert {type(p) for p in model.parameters()} == {Value}


def test_no_grad_outside_does_not_matter_and_inside_it_is_refused() -> None:
    w = Value(2.0)
    with mg.no_grad():
        program = compile(lambda x: w * x[0], example_inputs=[[1.0]], params=[w])
    assert program.value_and_grad([[3.0]])[1].tolist() == [3.0]


def test_a_parameter_of_a_class_of_ones_own() -> None:
    class Weight(Value):
        pass

    w = Weight(2.0)
    program = compile(lambda x: mg.where(w > 1, w, -w) * x[0], example_inputs=[[1.0]], params=[w])
    assert type(w) is Weight
    assert program.value_and_grad([[3.0]])[1].tolist() == [3.0]
    with pytest.raises(ValueError, match=r"test_traced\.py:"):
        compile(lambda x: w if w > 1 else x[0], example_inputs=[[1.0]], params=[w])


def test_what_was_computed_from_a_parameter_before_is_refused() -> None:
    w = Value(2.0)
    twice = w * 2
    with pytest.raises(ValueError, match="'mul' was computed from a parameter before the function"):
        compile(lambda x: twice * x[0], example_inputs=[[1.0]], params=[w])
    other = Value(3.0) * 2  # of a constant
    assert compile(lambda x: other * x[0], example_inputs=[[1.0]], params=[w])([[2.0]]) == [12.0]


def test_a_function_for_which_it_matters_that_it_is_traced_is_refused() -> None:
    with pytest.raises(ValueError, match="something that is no input decides what it computes"):
        compile(lambda x: x[0] * (2 if type(x[0]) is Value else 3), example_inputs=[[1.0]])
    with pytest.raises(ValueError, match="something that is no input decides what it computes"):
        compile(lambda x: x[0] * (2 if (x[0] > 0) is True else 3), example_inputs=[[1.0]])


def test_an_error_of_the_example_that_the_function_catches_is_not_forgotten() -> None:
    def f(x: list[Value]) -> Any:
        try:
            return mg.log(x[0])
        except ValueError:
            return x[0] * 2

    with pytest.raises(ValueError, match=r"log\(.*the function has caught this and went on"):
        compile(f, example_inputs=[[-1.0]])
    program = compile(f, example_inputs=[[1.0]])
    with pytest.raises(ValueError, match="row 0: log"):
        program([[-1.0]])


@pytest.mark.parametrize(
    "name", ["binary_cross_entropy", "hinge_loss", "categorical_cross_entropy"]
)
def test_losses_do_not_look_at_what_is_traced(name: str) -> None:
    loss = getattr(losses, name)
    model = nn.MLP(2, [3, 1], "tanh", "sigmoid", rng=0)
    f = (lambda p, t: loss([p, 1.0 - p], [t, 1.0 - t])) if "categorical" in name else loss
    program = compile(model, f, example_inputs=[[0.5, 0.25]])
    wanted = f(model([0.5, 0.25]), 1.0)
    assert program([[0.5, 0.25, 1.0]])[0] == pytest.approx(wanted.data, rel=1e-12)


def test_a_model_that_remembers_its_inputs_gains_no_parameters() -> None:
    class Remembers(nn.Module):
        def __init__(self) -> None:
            self.w = Value(2.0)

        def __call__(self, x: Any) -> Any:
            self.seen = x
            self.last = self.w * x[0]
            return self.last

    model = Remembers()
    program = compile(model, example_inputs=[[1.0]])
    assert list(model.named_parameters()) == [("w", model.w)]
    assert program([[3.0]]).tolist() == [6.0]
