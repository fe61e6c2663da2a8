"""numerical_gradient, gradcheck, relative_error."""

import itertools
import math
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties.strategies import (
    ROWS,
    Program,
    extreme_operands,
    programs,
    takes_values,
)
from test_conformance import RIGHT, evaluate

import microgradnn as mg
from microgradnn import Value


def test_central_difference_as_the_lecture_prints_it() -> None:
    assert mg.numerical_gradient(lambda x: x**2, [1.5], eps=1e-4) == [2.9999999999996696]
    assert mg.numerical_gradient(lambda x, y: x * y, [2.0, 5.0], 1e-4) == pytest.approx([5, 2])


@pytest.mark.parametrize(
    ("f", "x", "slope"),
    [
        (lambda a: a**2, 1e13, 2e13),
        (lambda a: a**2, 1e100, 2e100),
        (lambda a: a**2, 1e-100, 2e-100),
        (mg.log, 1e-6, 1e6),
        (mg.log, 1e-300, 1e300),
        (mg.log, 1e300, 1e-300),
        (mg.exp, 700.0, 1.0142320547350045e304),
        (mg.exp, -700.0, 9.859676543759771e-305),
        (mg.exp, 1e-300, 1.0),
        (mg.exp, 0.0, 1.0),
        (mg.sin, 1e5, -0.9993608074376921),  # cos(1e5), by mpmath
        (mg.sin, 1e-9, 1.0),
        (lambda a: mg.sin(1e5 * a), 1.0, -99936.08074376921),
        (lambda a: mg.tanh(1e10 * a), 0.0, 1e10),
        (mg.sqrt, 1e-12, 5e5),
        (lambda a: mg.sqrt(1.0 - a), 1.0 - 2.0**-30, -(2.0**14)),
        (mg.entr, 1e-12, 26.631021115928547),  # 12·log 10 − 1
        (lambda a: mg.xlogy(2.0, a), 1e-3, 2e3),
        (lambda a: mg.pow(a, 1.5), 0.0, 0.0),  # at the ends of domains
        (lambda a: mg.pow(1.0 - a, 1.5), 1.0, 0.0),
        (lambda a: (a + 1e8) - 1e8, 1.0, 1.0),  # the difference of large numbers
        (lambda a: a**2 + 1e8, 1.5, 3.0),
    ],
)
def test_steps_are_chosen_by_the_point(f: Any, x: float, slope: float) -> None:
    tolerance = 1e-5 * abs(slope) or 1e-6
    assert mg.numerical_gradient(f, [x])[0] == pytest.approx(slope, rel=0, abs=tolerance)
    report = mg.gradcheck(f, [x])
    assert report.ok
    assert abs(report.numeric[0] - slope) <= report.errors[0] + 1e-12 * abs(slope)


def test_a_fixed_step_leaves_the_domain_with_the_error_of_the_function() -> None:
    with pytest.raises(ValueError, match="log"):
        mg.numerical_gradient(mg.log, [1e-6], eps=1e-4)


def himmelblau(x: Any, y: Any) -> Any:
    return (x * x + y - 11) ** 2 + (x + y * y - 7) ** 2


def times(partial: float, x: Any) -> Any:
    """The number x, whose derivative is recorded as `partial` instead of 1."""
    return x + (partial - 1.0) * (x - x.detach()) if isinstance(x, Value) else x


# What is called, at which point, and what is to be said of each component.
AGREES, UNRESOLVED = "agrees", "unresolved"
DIFFERS, KINK, JUMP = "DIFFERS", "between two slopes", "at a jump"
JUDGED: list[tuple[Callable[..., Any], list[float], list[str]]] = [
    (himmelblau, [3.0, 2.0], [AGREES, AGREES]),  # a minimum
    (himmelblau, [-2.805118086952745, 3.131312518250573], [UNRESOLVED, UNRESOLVED]),
    (lambda x: x**2 + 1e8, [1.5], [AGREES]),
    (mg.exp, [700.0], [AGREES]),
    (mg.sin, [1e5], [AGREES]),
    (mg.sin, [1e13], [UNRESOLVED]),
    (mg.tan, [-3.3669257872514972e16], [UNRESOLVED]),
    (lambda x, y: 1e8 * x + times(1.05, y) ** 2, [1.0, 1.0], [AGREES, DIFFERS]),
    (lambda x, y: 1e8 * x + times(1.0001, y) ** 2, [1.0, 1.0], [AGREES, DIFFERS]),
    (lambda x, y: 1e8 * times(1.0001, x) + y**2, [1.0, 1.0], [DIFFERS, UNRESOLVED]),
    (lambda x, y: 1e12 * x + times(1.00001, y) ** 2, [1.0, 1.0], [AGREES, UNRESOLVED]),
    (lambda x: times(1.00002, x) ** 3, [1.5], [DIFFERS]),
    (lambda x: times(1.0 - 2e-5, x) ** 3, [1e-7], [DIFFERS]),
    (lambda x: mg.sin(times(2.0, x)), [math.pi / 2], [UNRESOLVED]),  # a slope of 6e-17
    (lambda x: 3.0, [1.0], [AGREES]),
    (lambda x: 0 * x, [1.0], [AGREES]),
    (lambda x: mg.exp(-1e4 * x * x), [1.0], [AGREES]),  # so flat that nothing is left
    (lambda x: (x.data if isinstance(x, Value) else x) ** 2, [1.5], [DIFFERS]),
    (lambda x: (x - x) + times(1.0, x) * 0.0 + 5 * (x - x.detach() if isinstance(x, Value) else 0),
     [2.0], [DIFFERS]),  # a slope of 5 where there is none
    (  # the slopes to the right are equal by accident, on their way to another one
        lambda x: mg.sin(421409705.41695255 * x) * 1.257305780259731 + x,
        [1.911131998710025],
        [UNRESOLVED],
    ),
    (lambda w, x: mg.dot([w], [x], 1.0), [0.99999, -0.9999900000000003], [AGREES, AGREES]),
    # kinks
    (mg.relu, [0.0], [KINK]),
    (mg.abs, [0.0], [KINK]),
    (mg.leaky_relu, [0.0], [KINK]),
    (mg.elu, [0.0], [AGREES]),
    (lambda x: mg.elu(x, 0.5), [0.0], [KINK]),
    (mg.maximum, [2.0, 2.0], [KINK, KINK]),
    (lambda *x: mg.max(list(x)), [3.0, 3.0, 3.0], [KINK] * 3),
    (lambda x: mg.clip(x, 0.0, 1.0), [1.0], [KINK]),
    (mg.piecewise_linear, [-0.5], [KINK]),
    (lambda x: mg.losses.hinge_loss([x], [1.0]), [1.0], [KINK]),
    (lambda x: mg.losses.l1_loss([x], [0.3]), [0.3], [KINK]),
    (lambda x: mg.relu(x) * 1e-2 + 1e3 * x, [0.0], [KINK]),
    (lambda x: mg.relu(x) * 3 + 2 * (x - x.detach() if isinstance(x, Value) else 0), [0.0], [KINK]),
    (lambda x: mg.relu(x) + 2 * (x - x.detach() if isinstance(x, Value) else 0), [0.0], [DIFFERS]),
    (lambda x: mg.relu(x) - mg.relu(-x), [0.0], [DIFFERS]),  # it is x: the slope is 1, not 0
    (mg.remainder, [6.0, 2.0], [JUMP, JUMP]),
    (mg.remainder, [7.0, -2.0], [AGREES, AGREES]),
    (lambda a, b: mg.remainder(times(1.01, a), b), [7.0, 2.0], [DIFFERS, AGREES]),
    (mg.floor, [2.0], [JUMP]),
    (mg.ceil, [2.5], [AGREES]),
    (lambda x: mg.floor(x) * times(1.01, x), [2.5], [DIFFERS]),
    (mg.hypot, [0.0, 0.0], [KINK, KINK]),
    (mg.hypot, [0.0, 2.0], [AGREES, AGREES]),
    (lambda x, y: mg.hypot(times(1.01, x), y), [3.0, -4.0], [DIFFERS, AGREES]),
    (mg.atan2, [0.0, -1.0], [JUMP, AGREES]),
    (mg.atan2, [1e-200, 2e-200], [AGREES, AGREES]),
    (mg.relu, [1e-9], [AGREES]),  # kinks nearby
    (mg.relu, [-1e-9], [AGREES]),
    (lambda x: mg.relu(x) + 1.0, [1e-9], [AGREES]),
    (mg.relu, [5e-324], [KINK]),
    (lambda x: mg.maximum(x, 0.5), [0.5 + 1e-7], [AGREES]),
    # ends of domains, and infinite slopes
    (mg.sqrt, [0.0], [UNRESOLVED]),
    (mg.asin, [1.0], [UNRESOLVED]),
    (mg.acos, [-1.0], [UNRESOLVED]),
    (mg.entr, [0.0], [UNRESOLVED]),
    (mg.asin, [-0.9999999999999996], [UNRESOLVED]),
    (mg.log, [5e-324], [UNRESOLVED]),
    (mg.log, [1e-6], [AGREES]),
    (lambda x: mg.sqrt(1 - x), [1.0 - 1e-9], [AGREES]),
    (lambda x: mg.log(times(1.0001, x)), [1e-6], [DIFFERS]),
    (lambda x: mg.sqrt(x * x), [0.0], [DIFFERS]),  # NaN is not between −1 and 1
    # jumps
    (mg.heaviside, [0.0], [JUMP]),
    (mg.sign, [0.0], [JUMP]),
    (lambda x: mg.where(x.data >= 0 if isinstance(x, Value) else x >= 0, 1.0, 0.0) * x.detach() ** 0
     if isinstance(x, Value) else float(x >= 0), [0.0], [JUMP]),
    (mg.heaviside, [1e-9], [AGREES]),
    # numbers that are none
    (lambda x: x * math.nan, [3.0], [UNRESOLVED]),
    (lambda x: x * x, [1e200], [UNRESOLVED]),
    (mg.sigmoid, [math.inf], [UNRESOLVED]),
]  # fmt: skip


@pytest.mark.parametrize(("f", "point", "verdicts"), JUDGED)
def test_each_component_is_judged(f: Any, point: list[float], verdicts: list[str]) -> None:
    report = mg.gradcheck(f, point)
    assert report.verdicts == verdicts, report
    assert report.ok == (DIFFERS not in verdicts)


def test_gradcheck_accepts_what_is_right() -> None:
    report = mg.gradcheck(lambda x, y: mg.sin(x) * y + x / y, [1, 2.5])
    assert report
    assert report.ok
    assert report.relative_error < 1e-9
    assert report.analytic == pytest.approx([math.cos(1) * 2.5 + 0.4, math.sin(1) - 1 / 6.25])
    assert "the gradients agree" in str(report)


def test_gradcheck_refuses_what_is_wrong() -> None:
    def broken(x: Any) -> Any:  # its derivative is lost on the way
        return x * (x.detach() if isinstance(x, Value) else x)

    report = mg.gradcheck(broken, [3.0])
    assert not report
    assert report.relative_error == pytest.approx(1 / 3)
    assert "DIFFER" in str(report)


def test_the_calls_of_f() -> None:
    seen: list[type] = []

    def f(x: Any, y: Any) -> Any:
        seen.append(type(x))
        return x * x + y

    mg.gradcheck(f, [1.0, 3.0])
    assert seen == [Value, float, Value] + [float] * 14  # seven an input, and three
    seen.clear()
    mg.numerical_gradient(f, [1.0, 3.0])
    assert seen == [float] * 15
    seen.clear()
    mg.numerical_gradient(f, [1.0, 3.0], eps=1e-4)
    assert seen == [float] * 4
    seen.clear()
    mg.gradcheck(lambda x: f(x, 0.0) ** 1.5, [0.0])
    assert len(seen) <= 113


@pytest.mark.parametrize("eps", [0.0, -1e-4, math.nan, math.inf])
def test_a_wrong_step_is_refused(eps: float) -> None:
    with pytest.raises(ValueError, match="eps must be a positive number"):
        mg.gradcheck(lambda x: x, [1.0], eps=eps)
    with pytest.raises(ValueError, match="eps must be a positive number"):
        mg.numerical_gradient(lambda x: x, [1.0], eps=eps)


def test_relative_error_needs_equal_lengths() -> None:
    with pytest.raises(ValueError, match="1 elements and numeric has 2"):
        mg.relative_error([1.0], [1.0, 2.0])


def test_relative_error_is_of_the_whole_vector() -> None:
    # ‖(0, 2)‖ / ‖(6, 8)‖ = 2/10
    assert mg.relative_error([3.0, 5.0], [3.0, 3.0]) == 0.2
    assert mg.relative_error([0.0, 0.0], [0.0, 0.0]) == 0.0
    assert mg.relative_error([1.0], [-1.0]) == math.inf


def test_a_report_prints_a_line_for_each_input() -> None:
    lines = str(mg.gradcheck(lambda x, y: x * y, [2.0, 5.0])).splitlines()
    assert [line.split()[0] for line in lines] == ["analytic", "5", "2", "‖a−n‖"]
    assert [line.split()[-1] for line in lines[1:3]] == [AGREES, AGREES]
    assert lines[-1].endswith(": the gradients agree")
    assert "differences tell: 1 cannot" in str(mg.gradcheck(mg.relu, [0.0]))


def test_checks_need_a_function_and_numbers() -> None:
    with pytest.raises(TypeError, match="f must be a function"):
        mg.numerical_gradient(3.0, [1.0])  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="f must be a function"):
        mg.gradcheck(3.0, [1.0])  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"inputs\[1\] must be a real number"):
        mg.gradcheck(lambda x, y: x, [1.0, "2"])
    with pytest.raises(ValueError, match="tolerance must be a positive number"):
        mg.gradcheck(lambda x: x, [1.0], tolerance=0.0)


def test_the_tolerance_is_of_each_component() -> None:
    def f(x: Any, y: Any) -> Any:
        return times(1.001, x) ** 2 + 1e3 * y

    assert mg.gradcheck(f, [1.5, 1.0], tolerance=1e-4).verdicts == [DIFFERS, AGREES]
    assert mg.gradcheck(f, [1.5, 1.0], tolerance=1e-2).verdicts == [AGREES, AGREES]
    assert mg.gradcheck(mg.exp, [1.5], tolerance=1e-14).verdicts == [UNRESOLVED]


def test_a_fixed_step_is_judged_by_its_own_error() -> None:
    exact = mg.gradcheck(lambda x: times(1.0, x) ** 3, [1.5], eps=1e-2)
    assert exact.numeric == pytest.approx([6.7501], rel=1e-12)  # 3x² + ε²
    assert exact.ok
    assert 1e-4 < exact.errors[0] < 3e-4  # it is off by ε²
    assert not mg.gradcheck(lambda x: times(1.0001, x) ** 3, [1.5], eps=1e-2).ok
    assert mg.gradcheck(lambda x: times(1.00001, x) ** 3, [1.5], eps=1e-2).verdicts == [UNRESOLVED]
    assert mg.gradcheck(lambda x: x * x, [1e13], eps=1e-4).verdicts == [UNRESOLVED]
    assert mg.gradcheck(mg.log, [1e-6], eps=1e-4).verdicts == [UNRESOLVED]


@pytest.mark.parametrize("size", [1.0, 1e3, 1e6])
def test_a_perfect_fit_has_no_false_alarm(size: float) -> None:
    # The residuals are 0 or what is left by rounding, and so are all partials.
    xs = [0.1 * k for k in range(1, 8)]

    def loss(w: Any, b: Any) -> Any:
        return mg.losses.mse_loss([w * x + b for x in xs], [0.3 * x + size for x in xs])

    assert mg.gradcheck(loss, [0.3, size]).ok
    assert mg.gradcheck(lambda w, b: mg.sqrt(loss(w, b) + 1.0), [0.3, size]).ok


def test_functions_that_are_noisy_or_change() -> None:
    rng = random.Random(1)
    report = mg.gradcheck(lambda x: x * x * (1 + 1e-9 * rng.random()), [1.5])
    assert report.ok
    assert abs(report.numeric[0] - 3.0) < report.errors[0] < 1e-4
    assert not mg.gradcheck(lambda x: times(1.01, x) ** 2 * (1 + 1e-9 * rng.random()), [1.5]).ok
    numbers = itertools.count(1)
    with pytest.raises(ValueError, match="fix the seed of random numbers"):
        mg.gradcheck(lambda x: x * next(numbers), [1.5])  # dropout, say
    steps = itertools.count()
    assert mg.gradcheck(lambda x: x * x + 1e-6 * next(steps), [1.5]).ok


def test_numbers_in_float32_are_no_false_alarm() -> None:
    np = pytest.importorskip("numpy")
    weight = np.float32(3.1)
    for x in (0.3, 0.7, 1.1, 1.5, 2.3, 31.0):
        report = mg.gradcheck(lambda x: weight * x * x + weight, [x])
        assert report.ok
        assert report.errors[0] < 1e-3 * report.analytic[0]
        assert not mg.gradcheck(lambda x: weight * times(1.01, x) * x + weight, [x]).ok
    assert mg.gradcheck(lambda x: np.float16(3.1) * x, [1.5]).ok


# ---- Properties: the conformance table, all rows, random graphs ----------------------------------


@pytest.mark.parametrize("case", RIGHT, ids=lambda case: case["id"])
def test_no_false_alarm_over_the_conformance_table(case: dict[str, Any]) -> None:
    names = list(case["inputs"])

    def f(*xs: Any) -> Any:
        return evaluate(case, dict(zip(names, xs, strict=True)))

    report = mg.gradcheck(f, [float(x) for x in case["inputs"].values()])
    assert report.ok, report


@pytest.mark.parametrize("x", [9.414680000161377e109, 1e100, 3e16])
def test_what_turns_between_two_numbers_is_unresolved(x: float) -> None:
    for f in (mg.sin, mg.cos):
        assert mg.gradcheck(f, [x]).verdicts == ["unresolved"]
    # A function that goes on as it is there is checked as ever.
    assert mg.gradcheck(lambda t: t * t, [x]).verdicts == ["agrees"]


def is_resolved(name: str, operands: tuple[float, ...]) -> bool:
    """Whether jumps are farther apart than the steps of a difference, and lengths among these.

    Steps are as large as the operand that they change, or about 1.
    """
    sizes = sorted(map(abs, operands))
    if name == "remainder":
        return abs(operands[1]) > 1e-300 and 1e-6 < abs(operands[0] / operands[1]) < 1e6
    if name in ("floor", "ceil"):
        return sizes[0] < 1e6
    return name not in ("hypot", "atan2") or sizes[1] > 1e-8 or sizes[1] < 1e4 * sizes[0]


@given(st.sampled_from(ROWS).flatmap(lambda row: st.tuples(st.just(row), extreme_operands(row))))
def test_no_false_alarm_over_the_rows(drawn: tuple[Any, tuple[float, ...]]) -> None:
    row, operands = drawn
    if row.name == "clip" and operands[1] == operands[2]:
        return  # it is constant in x, and the table's partial is 1 all the same
    if not is_resolved(row.name, operands):
        return
    places = [i for i in range(len(operands)) if takes_values(row, i)]

    def f(*xs: Any) -> Any:
        put = dict(zip(places, xs, strict=True))
        return row(*(put.get(i, x) for i, x in enumerate(operands)))

    try:
        report = mg.gradcheck(f, [operands[i] for i in places])
    except (ValueError, ArithmeticError):
        return  # so large that the operation raises
    assert report.ok, report


def as_function(program: Program) -> Callable[..., Any]:
    return lambda *leaves: program.run(leaves, lambda row, xs: row(*xs))[-1]


@given(st.floats(0.0, 9.0), st.floats(-3.0, 3.0), st.floats(0.0, 3.0))
def test_no_false_alarm_over_waves(exponent: float, x: float, height: float) -> None:
    report = mg.gradcheck(lambda t: mg.sin(10.0**exponent * t) * height + t, [x])
    assert report.ok, report


@given(programs())
def test_no_false_alarm_over_random_graphs(program: Program) -> None:
    report = mg.gradcheck(as_function(program), program.leaves)
    assert report.ok, report


SHARES = [1.0, -1.0, -2.0, 0.05, 1e-3, -1e-4, 3e-5, 1.0001e-5, -1.0001e-5, 1e3]


@given(programs(), st.integers(0, 3), st.sampled_from(SHARES))
def test_a_wrong_partial_is_found_or_unresolved(program: Program, place: int, share: float) -> None:
    place %= len(program.leaves)
    f = as_function(program)

    def wrong(*leaves: Any) -> Any:
        xs = list(leaves)
        xs[place] = times(1.0 + share, xs[place])
        return f(*xs)

    right = mg.grad(f, place)(*program.leaves)
    report = mg.gradcheck(wrong, program.leaves)
    verdict, error = report.verdicts[place], report.errors[place]
    assert abs(right - report.numeric[place]) <= error + 1e-11 * abs(right)  # a true bound
    if abs(right) > 1e-300:
        assert verdict == DIFFERS or error > 0.4 * abs(share * right)
        assert verdict != AGREES or report.analytic[place] == report.numeric[place] == 0


ORDINARY = [row for row in ROWS if row.name in ("add", "sub", "mul", "dot", "sin", "tanh")]


@given(programs(rows=ORDINARY))
def test_differences_tell_in_ordinary_graphs(program: Program) -> None:
    report = mg.gradcheck(as_function(program), program.leaves)
    for a, error in zip(report.analytic, report.errors, strict=True):
        assert error <= 4e-6 * abs(a) + 1e-6
