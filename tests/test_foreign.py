"""What NumPy's and Python's functions do with Values: right, or said what to write instead."""

from __future__ import annotations

import copy
import fractions
import functools
import math
import operator
import random
import statistics
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import microgradnn as mg
from microgradnn import Value
from microgradnn.foreign import apply

v: Any = Value(0.5, label="v")
w: Any = Value(0.25, label="w")
both: Any = np.array([v, w])

# ---- Equality is identity, whatever is on the other side -----------------------------------------

OTHERS: list[Any] = [
    *(0.5, 1, True, None, "a", b"a", 1j, (), [], {}, fractions.Fraction(1, 2), object()),
    *(np.float64(0.5), np.float32(0.5), np.float16(0.5), np.int64(1), np.uint8(1), np.bool_(1)),
    *(np.longdouble(0.5), np.complex128(0.5), np.str_("a"), np.bytes_(b"a")),
    *(np.datetime64("2020"), np.timedelta64(1, "s"), np.array(0.5), Value(0.5)),
]


@pytest.mark.parametrize("other", OTHERS, ids=repr)
def test_a_value_equals_itself_alone(other: Any) -> None:
    for equal in (v == other, other == v):
        assert not equal
        assert isinstance(equal, (bool, np.bool_))
    assert v != other
    assert other != v
    assert v not in [other]
    assert [other, v].index(v) == 1
    assert [other, v, other].count(v) == 1
    kept = [other, v]
    kept.remove(v)
    assert kept == [other]


def test_arrays_are_compared_by_element() -> None:
    numbers = np.array([0.5, 1.0])
    for found, expected in (
        (both == v, [True, False]),
        (v == both, [True, False]),
        (both != v, [False, True]),
        (numbers == v, [False, False]),
        (v == numbers, [False, False]),
        (v != numbers, [True, True]),
        (np.array(["a", "b"]) == v, [False, False]),
        (both > w, [True, False]),
        (both < 0.3, [False, True]),
        (np.greater(both, v), [False, False]),
    ):
        assert found.tolist() == expected
        assert found.dtype == bool
    assert v in both
    assert Value(0.5) not in both
    assert v not in numbers
    assert both[both > w].tolist() == [v]


# ---- Functions of NumPy --------------------------------------------------------------------------

ROWS = {  # NumPy's name, ours, and Python's
    **{name: (name, getattr(math, name)) for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh")},
    **{name: (name, getattr(math, name)) for name in ("exp", "expm1", "log", "log1p", "sqrt")},
    **{f"arc{name}": (f"a{name}", getattr(math, f"a{name}")) for name in ("sin", "cos", "tan")},
    **{f"arc{name}": (f"a{name}", getattr(math, f"a{name}")) for name in ("sinh", "tanh")},
    **{name: (name, getattr(math, name)) for name in ("log2", "log10", "floor", "ceil")},
    "absolute": ("abs", abs),
    "fabs": ("abs", abs),
    "negative": ("neg", operator.neg),
}


@pytest.mark.parametrize("name", ROWS)
def test_a_function_of_one_operand_is_a_row(name: str) -> None:
    ours, function = ROWS[name]
    ufunc: Any = getattr(np, name)
    of_array = ufunc(both)
    assert [x.op.name for x in (ufunc(v), *of_array)] == [ours] * 3
    assert [x.data for x in of_array] == [function(0.5), function(0.25)]
    assert ufunc(v).operands == (v,)


def test_functions_of_two_operands() -> None:
    for name in ("add", "subtract", "multiply", "divide", "power", "maximum", "minimum"):
        ufunc: Any = getattr(np, name)
        expected = ufunc(np.array([0.5, 0.25]), 0.5)
        for found in (ufunc(both, v), ufunc(both, np.array([v, v])), ufunc(both, 0.5)):
            assert [getattr(x, "data", x) for x in found] == expected.tolist()
        assert ufunc(v, 2.0).data == ufunc(0.5, 2.0)
    assert np.float_power(v, 2.0).data == 0.25
    unary: Any = np.square(v), np.reciprocal(v)
    assert [x.data for x in unary] == [0.25, 2.0]
    assert np.positive(v) is v
    assert np.clip(both, 0.3, 0.4).tolist() == [0.4, 0.3]
    assert np.clip(both, 0.0, 1.0).tolist() == [v, w]
    assert np.clip(v, w, w).data == 0.25


def test_remainders_by_operators_and_by_numpys_names() -> None:
    x: Any = Value(7.5, label="x")
    y: Any = Value(-2.0, label="y")
    for found, data, operands in (
        (x % y, -0.5, (x, y)),
        (x % 2, 1.5, (x, 2.0)),
        (-7.5 % x, 0.0, (-7.5, x)),
        (np.float64(2) % y, 0.0, (2.0, y)),
        (np.mod(x, y), -0.5, (x, y)),
        (np.remainder(20, x), 5.0, (20.0, x)),
        (mg.remainder(x, True), 0.5, (x, 1.0)),
    ):
        assert found.op is mg.remainder
        assert (found.data, found.operands) == (data, operands)
    angles = np.array([x, y]) % np.array([2.0, 3.0])
    assert [node.data for node in angles] == [1.5, 1.0]
    assert [node.data for node in 10.0 % np.array([x, y])] == [2.5, 0.0]
    z = x
    z %= 2
    assert (z.data, mg.gradients(x % y, [x, y])) == (1.5, [1.0, 4.0])
    with pytest.raises(ZeroDivisionError, match=r"remainder\(x = 7\.5, 0\.0\): division by zero"):
        x % 0
    with pytest.raises(TypeError, match="operand of remainder must be a real number, got NoneType"):
        x % None
    assert np.arccosh(np.array([x]))[0].data == math.acosh(7.5)


def test_lengths_angles_and_whole_numbers_by_numpys_names() -> None:
    x: Any = Value(3.0, label="x")
    y: Any = Value(-4.0, label="y")
    ufunc: Any
    for ufunc, row, data in (
        (np.hypot, mg.hypot, 5.0),
        (np.arctan2, mg.atan2, math.atan2(3.0, -4.0)),
        (np.atan2, mg.atan2, math.atan2(3.0, -4.0)),
        (np.logaddexp, mg.logaddexp, 3.0 + math.log1p(math.exp(-7.0))),
    ):
        for found in (ufunc(x, y), ufunc(np.array([x]), y)[0], ufunc(x, np.array([-4.0]))[0]):
            assert (found.op, found.data) == (row, data)
        assert ufunc(x, -4.0).operands == (x, -4.0)
        if ufunc is not np.logaddexp:  # which NumPy does not know of two arrays of objects
            assert [z.op for z in ufunc(np.array([x, y]), np.array([y, -4.0]))] == [row, row]
    square: Any = np.square(y)
    assert (square.op, square.data, square.local_grads) == (mg.square, 16.0, (-8.0,))
    for squared in np.square(np.array([x, y])):  # NumPy multiplies
        assert (squared.op.name, squared.operands[0]) == ("mul", squared.operands[1])


def test_python_rounds_down_and_up_to_values() -> None:
    x: Any = Value(-2.5)
    found: Any
    for found, row, data in ((math.floor(x), mg.floor, -3.0), (math.ceil(x), mg.ceil, -2.0)):
        assert (found.op, found.data, found.operands) == (row, data, (x,))
    with pytest.raises(TypeError, match="list indices must be integers"):
        [1.0][math.floor(x)]


@pytest.mark.parametrize("name", ["acos", "acosh", "asin", "asinh", "atan", "atanh"])
def test_numpys_names_as_in_the_array_api(name: str) -> None:
    x: Any = Value(1.5 if name == "acosh" else 0.5)
    found: Any = getattr(np, name)(x)
    assert (found.op, found.data) == (getattr(mg, name), getattr(math, name)(x.data))
    assert getattr(np, name)(np.array([x]))[0].data == found.data
    found = np.pow(x, 2.0)
    assert found.op.name == "pow"


def test_what_is_built_of_them() -> None:
    deviation: Any = np.std(both)
    variance: Any = np.var(both)
    assert (deviation.data, variance.data) == (0.125, 0.125**2)
    found: Any = np.linalg.norm(both), np.polyval([2.0, 1.0], v), np.vecdot(both, both)
    assert [x.data for x in found] == [math.hypot(0.5, 0.25), 2.0, 0.3125]
    assert np.sinc(both)[0].data == pytest.approx(2 / math.pi)
    assert (v + np.array(w)).data == 0.75
    deviation.backward()
    assert (v.grad, w.grad) == (0.5, -0.5)
    deviation.zero_grad()


def test_an_array_is_changed_in_place() -> None:
    array: Any = np.array([v, w])
    alias = array
    array *= v
    array += 1.0
    assert alias is array
    assert [x.data for x in array] == [1.25, 1.125]
    for kind in (float, int, np.float32, bool):
        numbers: Any = np.array([1, 1]).astype(kind)
        with pytest.raises(TypeError, match=rf"array of {numbers.dtype} cannot hold .*\.add gives"):
            numbers += v
        with pytest.raises(TypeError, match="cannot hold the Values that numpy"):
            np.exp(v, out=numbers)
        assert numbers.tolist() == [1, 1]
    found = np.array([False, False])
    assert np.less(np.array([0.0, 1.0]), v, out=found).tolist() == found.tolist() == [True, False]


def test_masked_arrays_keep_their_gradients() -> None:
    masked: Any = np.ma.array([1.0, 2.0, 3.0], mask=[False, True, False])
    ma: Any = np.ma
    for product in (masked * v, masked + v, ma.where(masked > 0, v, masked)):
        assert product.mask.tolist() == [False, True, False]
        assert type(product[0]) is Value
    total = ma.sum(masked * v)
    total.backward()
    assert (total.data, v.grad) == (2.0, 4.0)
    total.zero_grad()
    nothing: Any = np.ma.masked
    call: Any
    for call in (lambda: v * masked, lambda: v + nothing, lambda: mg.sin(masked)):
        with pytest.raises(TypeError, match="has a mask, which would be lost"):
            call()


# ---- What is refused -----------------------------------------------------------------------------

REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "v // 2": (lambda: v // 2, "// is not defined for a Value: write mg.floor(x / y)"),
    "2 // v": (lambda: 2 // v, "// is not defined"),
    "divmod": (lambda: divmod(v, 2), "divmod is not defined"),
    "divmod of a number": (lambda: divmod(2, v), "divmod is not defined"),
    "v @ w": (lambda: v @ w, "@ is not defined for a Value: write mg.dot"),
    "an array @ v": (lambda: both @ v, "numpy.matmul is not defined for a Value: write mg.dot"),
    "v << 1": (lambda: v << 1, "<< is not defined"),
    "1 >> v": (lambda: 1 >> v, ">> is not defined"),
    "v & 1": (lambda: v & 1, "& is not defined for a Value: join comparisons"),
    "1 | v": (lambda: 1 | v, "| is not defined"),
    "v ^ w": (lambda: v ^ w, "^ is not defined"),
    "~v": (lambda: ~v, "~ is not defined"),
    "round": (lambda: round(v), "round is not defined for a Value: its derivative is 0"),
    "round to a digit": (lambda: round(v, 1), "round is not defined"),
    "math.trunc": (lambda: math.trunc(v), "math.trunc is not defined"),
    "int": (lambda: int(v), "int is not defined for a Value: use .data"),
    "float": (lambda: float(v), "use .data"),
    "complex": (lambda: complex(v), "use .data"),
    "math.sqrt": (lambda: math.sqrt(v), "microgradnn's own function"),
    "math.fsum": (lambda: math.fsum([v, w]), "microgradnn's own function"),
    "math.hypot": (lambda: math.hypot(v, 1.0), "microgradnn's own function"),
    "statistics.mean": (lambda: statistics.mean([v, w]), "write mg.mean, not statistics.mean"),
    "statistics.fmean": (lambda: statistics.fmean([v, w]), "microgradnn's own function"),
    "'%f'": (lambda: "%f" % v, "use .data"),  # noqa: UP031 - what is tested
    "v + a Fraction": (lambda: v + fractions.Fraction(1, 2), "convert it first"),
    "np.rint": (lambda: np.rint(v), "numpy.rint is not defined for a Value: its derivative"),
    "np.isnan": (lambda: np.isnan(v), "look at .data"),
    "np.logical_and": (lambda: np.logical_and(v, w), "join comparisons"),
    "np.heaviside": (lambda: np.heaviside(v, 1.0), "write mg.heaviside"),
    "np.logaddexp2": (lambda: np.logaddexp2(v, w), "numpy.logaddexp2 is not defined for a Value"),
    "np.gcd": (lambda: np.gcd(v, w), "numpy.gcd is not defined for a Value: use .data"),
    "np.add with options": (lambda: np.add(v, 1.0, where=True), "takes no options"),
    "np.add.outer": (lambda: np.add.outer(v, both), "takes no options"),
    "np.astype": (lambda: both.astype(float), "use .data"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_said_what_to_write(name: str) -> None:
    call, message = REFUSED[name]
    with pytest.raises(TypeError) as refusal:
        call()
    assert message in str(refusal.value)


NOT_THERE = "exp2 cbrt rint deg2rad radians rad2deg degrees"


@pytest.mark.parametrize("name", [*NOT_THERE.split(), "fmod", "logical_xor"])
def test_in_an_array_too(name: str) -> None:
    ufunc: Any = getattr(np, name)
    for operand in (v, both):
        operands = [operand] * ufunc.nin
        with pytest.raises(TypeError, match=f"^numpy.{name} is not defined for a Value: "):
            ufunc(*operands)


@pytest.mark.parametrize("operation", ["//=", "@=", "<<=", ">>=", "&=", "|=", "^="])
def test_operators_in_place(operation: str) -> None:
    names = {"x": Value(7.0)}
    with pytest.raises(TypeError, match="is not defined for a Value"):
        exec(f"x {operation} 2", names)


def test_what_is_said_to_write_is_right() -> None:
    names: dict[str, Any] = {"mg": mg, "math": math, "x": 1.5, "y": 2.5}
    for name in ("exp2", "cbrt", "radians", "degrees", "trunc"):
        check_advice(name, names)
    for name in ("floor_divide", "fmax", "fmin", "fmod"):
        check_advice(name, names)


def check_advice(name: str, names: dict[str, Any]) -> None:
    ufunc: Any = getattr(np, name)
    with pytest.raises(TypeError) as refusal:
        apply(f"numpy.{name}", *[v] * ufunc.nin)
    text = str(refusal.value).partition(": write ")[2]
    expected = float(ufunc(*(1.5, 2.5)[: ufunc.nin]))
    assert eval(text, names) == pytest.approx(expected, rel=1e-14), name


# ---- What works ----------------------------------------------------------------------------------


def test_pythons_protocols() -> None:
    x: Any = Value(2.5, label="x")
    y: Any = Value(1.5)
    assert +x is x
    assert (hash(x), {x: 1}[x], len({x, y, x})) == (hash(x), 1, 2)
    assert x not in {2.5: 1}
    assert sum([x, y]).data == 4.0
    assert functools.reduce(operator.mul, [x, y]).data == math.prod([x, y]).data == 3.75
    assert max(x, y) is x
    assert min([x, y]) is y
    assert sorted([x, y]) == [y, x]
    assert random.choice([x]) is x
    assert copy.copy(x).data == copy.deepcopy(x).data == 2.5
    assert (f"{x:.2f}", f"{x:>5}", f"{x!r}", str(x)) == ("2.50", "  2.5", repr(x), repr(x))
    z = x
    z += 1
    assert (z.data, x.data) == (3.5, 2.5)
    for call in (len, iter, operator.index, lambda v: v[0], lambda v: v(), lambda v: 1 in v):
        with pytest.raises(TypeError, match="Value"):
            call(x)
    with pytest.raises(AttributeError, match="no attribute 'foo'"):
        _ = x.foo


# ---- The gradient is a number --------------------------------------------------------------------


def test_a_gradient_is_set_as_a_float() -> None:
    x = Value(2.0)
    for number in (1, True, np.float32(0.5), np.float64(2.0), np.int64(3), np.array(4.0)):
        x.grad = number
        assert type(x.grad) is float
        assert x.grad == float(number)
    x.grad = 1.0
    (x * x).backward()
    assert x.grad == 5.0


@pytest.mark.parametrize("junk", [None, "1", 1j, [1.0], np.array([1.0]), Value(1.0), np.ma.masked])
def test_what_is_no_gradient_is_refused(junk: Any) -> None:
    x = Value(2.0)
    x.grad = 7.0
    with pytest.raises(TypeError, match=r"^grad (must|has)"):
        x.grad = junk
    assert x.grad == 7.0


# ---- A step that would reach nothing -------------------------------------------------------------


@pytest.mark.parametrize("recorded", [True, False])
def test_a_step_written_as_in_pytorch_is_refused(recorded: bool) -> None:
    """`p -= lr * p.grad` binds p to a new Value; the parameter of the model would not move."""
    model = mg.nn.MLP(2, [1], init="uniform", rng=0)
    model([0.5, -1.0]).backward()  # type: ignore[union-attr]
    before = [p.data for p in model.parameters()]
    with mg.no_grad() if not recorded else mg.large_graph():
        for p in model.parameters():
            with pytest.raises(TypeError, match=r"for a step write p\.data -= lr \* p\.grad"):
                p -= np.float64(0.1) * p.grad
    assert [p.data for p in model.parameters()] == before


def test_what_is_subtracted_elsewhere_is_a_difference() -> None:
    a, b = Value(5.0), Value(3.0)
    c = a
    c -= 1  # a has no gradient yet
    c -= b
    assert (c.data, a.data) == (1.0, 5.0)
    c.backward()
    assert (a.grad, b.grad) == (1.0, -1.0)
    c -= 2  # no leaf
    assert c.data == -1.0
    b -= a  # by a Value
    assert b.data == -2.0
    assert [x.data for x in b.operands if isinstance(x, Value)] == [3.0, 5.0]
    pair = np.array([a, c])
    pair -= 1.0
    assert [x.data for x in pair] == [4.0, -2.0]


def test_a_program_may_subtract_in_place() -> None:
    """The compiler records it as a difference, though it hides gradients."""

    def f(x: Any) -> Any:
        a, b = x
        a -= 1
        a -= b
        b -= 0.5
        return a * b

    program = mg.compile(f, example_inputs=[[1.0, 2.0]])
    assert program([[3.0, 1.5]]).tolist() == [f([3.0, 1.5])] == [0.5]
    assert mg.grad(f)([3.0, 1.5]) == [1.0, -0.5]
