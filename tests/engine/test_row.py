"""A row: how it is called, and what it answers to each kind of operand."""

import copy
import math
import pickle

import numpy as np
import pytest

from microgradnn import Value
from microgradnn.domains import NON_ZERO, REAL
from microgradnn.engine.formulas import Formula
from microgradnn.engine.row import PRIMITIVES, Primitive
from microgradnn.engine.table import div, exp, log, relu, tanh


def test_an_operand_decides_what_a_row_gives() -> None:
    assert tanh(0) == 0.0
    assert type(tanh(0)) is float
    assert isinstance(tanh(Value(0.5)), Value)
    assert isinstance(tanh(Formula("x")), Formula)
    assert tanh(np.array([0.0, 0.5])).tolist() == [0.0, pytest.approx(math.tanh(0.5))]
    values = tanh(np.array([Value(0.5), Value(0.0)]))
    assert [x.op for x in values] == [tanh, tanh]


def test_arrays_of_something_else_are_refused() -> None:
    with pytest.raises(TypeError, match="operand of tanh must hold real numbers, got complex128"):
        tanh(np.array([1j]))


def test_the_number_of_operands_is_checked() -> None:
    with pytest.raises(TypeError, match="tanh takes 1 operand, got 2"):
        tanh(1.0, 2.0)
    with pytest.raises(TypeError, match="div takes 2 operands, got 1"):
        div(Value(1.0))


def test_what_raises_says_operation_operand_and_domain() -> None:
    with pytest.raises(ValueError, match=r"log\(x = -1\.0\): the operand must be in the domain"):
        log(Value(-1.0, "x"))
    with pytest.raises(ZeroDivisionError, match=r"div\(1\.0, 0\.0\): division by zero"):
        div(1.0, 0.0)
    with pytest.raises(OverflowError, match=r"exp\(1000\.0\): the result is too large for a float"):
        exp(1000.0)


def test_local_derivatives_are_those_that_are_wanted_and_never_raise() -> None:
    assert div.local_derivatives(0.5, [1.0, 2.0], [True, False]) == [0.5, None]
    assert div.local_derivatives(0.5, [1.0, 2.0], [False, True]) == [None, -0.25]
    sqrt = PRIMITIVES["sqrt"]
    assert sqrt.local_derivatives(0.0, [0.0], [True]) == [math.inf]
    (nan,) = relu.local_derivatives(math.nan, [math.nan], [True])
    assert nan is not None
    assert math.isnan(nan)
    assert PRIMITIVES["mul"].local_derivatives(math.nan, [math.nan, 2.0], [True, False]) == [
        2.0,
        None,
    ]
    total = PRIMITIVES["sum"]
    assert total.local_derivatives(3.0, [1.0, 2.0], [False, True]) == [None, 1.0]


def test_a_row_without_a_textbook_of_its_own_shows_its_partials() -> None:
    row = Primitive("new", "n", lambda x: 2.0 * x, [lambda out, x: 2.0])
    assert row.textbook == row.partials
    assert row.definition(3.0) == 6.0
    assert row.domain == (REAL,)
    assert (div.domain, div.arity) == ((REAL, NON_ZERO), 2)
    assert PRIMITIVES["log"].definition is PRIMITIVES["log"]
    assert row.textbook_on(6.0, [3.0]) == [2.0]
    assert PRIMITIVES["logsumexp"].textbook_on(1.0, [1.0, 0.0]) == [1.0, math.exp(-1.0)]


def test_copies_of_a_row_are_the_row() -> None:
    assert pickle.loads(pickle.dumps(tanh)) is tanh
    assert copy.deepcopy(tanh) is tanh
    with pytest.raises(LookupError, match="no primitive 'gone'; define it with"):
        pickle.loads(pickle.dumps(tanh).replace(b"tanh", b"gone"))
