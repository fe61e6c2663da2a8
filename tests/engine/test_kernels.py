"""Kernels: they record what `Value._record` does, and their lines can be read."""

import functools
import inspect
import itertools
import linecache
import math
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

import pytest

import microgradnn as mg
from microgradnn import Value
from microgradnn.engine import reductions
from microgradnn.engine.kernels import MOST_COMPILED, Kernels, kernel_source
from microgradnn.engine.row import PRIMITIVES
from microgradnn.engine.value import record


def parts(node: Value) -> tuple[Any, ...]:
    """All of a node; numbers as text, in which NaN equals NaN and −0 is not 0."""
    numbers = repr((node.data, node.grad, node.local_grads))
    return numbers, node.label, node.op, node.operands, type(node.operands)


# ---- The same as Value._record -----------------------------------------------------------------

NUMBERS = [0.25, -0.0, 1.0, 3, True, -7.5, 1e15, 10**15, 1e300, math.inf, math.nan]


def arrangements(count: int) -> Iterator[tuple[Any, ...]]:
    """Values and numbers in every order, at least one Value; of three operands, fewer numbers."""
    numbers = NUMBERS if count < 3 else NUMBERS[::2]
    for xs in itertools.product(numbers, repeat=count):
        for are_values in itertools.product((True, False), repeat=count):
            if any(are_values):
                yield tuple(Value(x) if y else x for x, y in zip(xs, are_values, strict=True))


def outcome(compute: Callable[..., Value], *arguments: Any) -> tuple[Any, ...]:
    """The parts of the node that this makes, or the error that it raises."""
    try:
        return parts(compute(*arguments))
    except (ArithmeticError, ValueError) as error:
        return type(error), str(error)


@pytest.mark.parametrize("name", [name for name, row in PRIMITIVES.items() if row.arity])
def test_a_kernel_records_what_the_row_does(name: str) -> None:
    """Inside the domain and outside of it."""
    row, kernel = PRIMITIVES[name], getattr(record, name)
    for operands in arrangements(row.arity or 0):
        assert outcome(kernel, *operands) == outcome(Value._record, row, operands)


PAIRED = ["dot", "cross_entropy", "cross_entropy_of_logits"]  # of two lists, equally long


@pytest.mark.parametrize("name", ["sum", "max", "min", "logsumexp", *PAIRED])
@pytest.mark.parametrize("count", [1, 2, 7, MOST_COMPILED, MOST_COMPILED + 1, 2000])
def test_a_kernel_of_many_operands_records_what_the_row_does(name: str, count: int) -> None:
    row = PRIMITIVES[name]
    numbers = [math.sin(k) for k in range(count)]
    twice = 2 if name in PAIRED else 1
    for arrangement in itertools.product((Value, float), repeat=twice):
        operands = [make(x) for make in arrangement for x in numbers]
        for bias in (Value(0.5), 0.5) if name == "dot" else (None,):
            given = tuple(operands if bias is None else [*operands, bias])
            if any(type(x) is Value for x in given):
                assert parts(getattr(record, name)(*given)) == parts(Value._record(row, given))


class Subclass(Value):
    """Of which a kernel knows nothing."""

    __slots__ = ()


def test_a_subclass_takes_the_plain_way() -> None:
    a, b = Subclass(3.0), Value(4.0)
    product = a * b
    assert (product.data, product.operands, product.local_grads) == (12.0, (a, b), (4.0, 3.0))
    total = mg.dot([a, b], [b, a], bias=a)
    total.backward()  # 2ab + a
    assert (total.data, a.grad, b.grad) == (27.0, 9.0, 6.0)


@pytest.mark.parametrize("name", ["new", "out", "row", "x1", "dx0", "Value", "kernel", "nan"])
def test_a_row_may_have_any_name(name: str) -> None:
    with mock.patch.dict(PRIMITIVES):
        double = mg.primitive(name, lambda x: x + x, [lambda out, x: 2.0])
        assert double.symbol == name
        x = Value(3.0)
        (double(x) + mg.tanh(x)).backward()
        assert double(x).data == 6.0
        assert x.grad == pytest.approx(2.0 + 1.0 - math.tanh(3.0) ** 2, abs=1e-15)


def test_a_kernel_is_made_once_and_when_it_is_first_used() -> None:
    kernels = Kernels(Value)
    first = kernels.record.mul
    assert isinstance(first, functools.partial)  # which writes it
    assert first(Value(2.0), Value(3.0)).data == 6.0
    written = kernels.record.mul
    assert first(Value(2.0), Value(3.0)).data == 6.0  # by whoever has kept it
    assert kernels.record.mul is written is not first
    assert kernels.record.mul.__name__ == "kernel"
    with pytest.raises(AttributeError, match="nothing"):
        kernels.record.nothing  # noqa: B018


# ---- Their source ------------------------------------------------------------------------------


def test_the_source_of_a_kernel() -> None:
    """What recurs is computed once; a derivative that is a name or a number has no line."""
    source = kernel_source(PRIMITIVES["mul"], 2, ["vn"])
    assert "    if type(x0) is Value and type(x1) is float:\n        dx0 = x0._number\n" in source
    assert "            out = dx0 * x1\n        except" in source
    assert "        node._x = x0\n        node._dx = x1\n        node._y = x1\n" in source
    assert "        node._dy = None\n" in source
    source = kernel_source(PRIMITIVES["exp"], 1, ["v"])
    assert "            out = exp(dx0)\n        except" in source
    assert "        node._dx = out\n" in source
    source = kernel_source(PRIMITIVES["log"], 1, ["v"])
    assert "            out = log(dx0)\n            local_x0 = 1.0 / dx0\n        except" in source
    assert "        node._dx = local_x0\n" in source


def test_inspect_shows_the_source_of_a_kernel() -> None:
    source = inspect.getsource(record.tanh)
    assert source.startswith("def kernel(x0):\n")
    assert source.strip() == kernel_source(PRIMITIVES["tanh"], 1, ["v"]).strip()


def lines_of(error: BaseException) -> list[str]:
    return [frame.line or "" for frame in traceback.extract_tb(error.__traceback__)]


def test_a_traceback_shows_the_lines_of_a_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="log") as refused:
        mg.log(Value(-1.0))
    assert "return record(row, (x0,))" in lines_of(refused.value)

    def interrupted(x: float) -> float:
        raise KeyboardInterrupt

    monkeypatch.setitem(record.log.__globals__, "log", interrupted)
    with pytest.raises(KeyboardInterrupt) as raised:
        mg.log(Value(2.0))
    assert lines_of(raised.value)[-2:] == ["out = log(dx0)", "raise KeyboardInterrupt"]


def test_the_lines_stay_when_files_are_looked_at_again() -> None:
    kernel: Any = record.sub
    linecache.checkcache()
    assert inspect.getsource(kernel).startswith("def kernel(x0, x1):")


def test_kernels_of_one_row_have_their_own_lines() -> None:
    a = Value(1.0)
    for operands in ([a, 3.0], [a, a, 3.0], [a, 3.0, a]):
        reductions.max(*operands)  # type: ignore[call-overload]
    for operands in ([a, "3"], [a, a, "3"], [a, "3", a]):  # of the same kinds
        with pytest.raises(TypeError, match="got str") as raised:
            reductions.max(*operands)  # type: ignore[call-overload]
        listed = ", ".join(f"x{place}" for place in range(len(operands)))
        assert f"return record(row, ({listed},))" in lines_of(raised.value)


def test_importing_writes_no_kernel() -> None:
    program = (
        "import microgradnn.engine.value as v; "
        "print([x for x in vars(v.record).values() if getattr(x, '__name__', '') == 'kernel'])"
    )
    output = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout
    assert output == "[]\n"
