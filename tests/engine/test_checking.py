"""numerical_gradient, gradcheck, relative_error."""

import math
from typing import Any

import pytest

import microgradnn as mg
from microgradnn import Value


def test_central_difference_as_the_lecture_prints_it() -> None:
    assert mg.numerical_gradient(lambda x: x**2, [1.5]) == [2.9999999999996696]
    assert mg.numerical_gradient(lambda x, y: x * y, [2.0, 5.0]) == pytest.approx([5, 2])


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


def test_gradcheck_calls_f_on_plain_numbers() -> None:
    seen: list[type] = []
    mg.gradcheck(lambda x: seen.append(type(x)) or x * x, [1.0])  # type: ignore[func-returns-value]
    assert seen == [Value, float, float]


def test_gradcheck_of_large_and_small_inputs() -> None:
    assert mg.gradcheck(lambda x: x**3, [1e8]).ok
    assert mg.gradcheck(lambda x: x**3, [1e-3]).relative_error < 1e-4
    assert mg.gradcheck(lambda x: 0 * x, [1.0]).relative_error == 0.0


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


def test_checks_need_a_function_and_numbers() -> None:
    with pytest.raises(TypeError, match="f must be a function"):
        mg.numerical_gradient(3.0, [1.0])  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="f must be a function"):
        mg.gradcheck(3.0, [1.0])  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"inputs\[1\] must be a real number"):
        mg.gradcheck(lambda x, y: x, [1.0, "2"])
    with pytest.raises(ValueError, match="tolerance must be a positive number"):
        mg.gradcheck(lambda x: x, [1.0], tolerance=0.0)
