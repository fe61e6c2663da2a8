"""Value: recording, the chain rule, and how it meets Python and NumPy."""

import gc
import math
import re
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from typing import Any
from unittest import mock

import numpy as np
import pytest
from effort import by_profile

import microgradnn as mg
from microgradnn import Value, topological_order
from microgradnn.engine.row import PRIMITIVES


def test_operands_and_local_grads_in_written_order() -> None:
    a, b = Value(3.0), Value(4.0)
    quotient = a / b
    assert quotient.operands == (a, b)
    assert quotient.local_grads == (0.25, -0.1875)
    difference = 1 - a
    assert difference.operands == (1.0, a)
    assert difference.local_grads == (None, -1.0)
    assert type(difference.operands[0]) is float
    square = a * a
    assert square.operands == (a, a)
    weighted = mg.dot([a, b], [1, 2], bias=b)
    assert weighted.operands == (a, b, 1.0, 2.0, b)
    assert weighted.local_grads == (1.0, 2.0, None, None, 1.0)
    assert weighted.data == 15.0


@pytest.mark.parametrize(
    ("expression", "value", "gradient"),
    [
        (lambda a: a + 2, 5.0, 1.0),
        (lambda a: 2 + a, 5.0, 1.0),
        (lambda a: a - 2, 1.0, 1.0),
        (lambda a: 2 - a, -1.0, -1.0),
        (lambda a: a * 2, 6.0, 2.0),
        (lambda a: 2 * a, 6.0, 2.0),
        (lambda a: a / 2, 1.5, 0.5),
        (lambda a: 6 / a, 2.0, -2 / 3),
        (lambda a: a**2, 9.0, 6.0),
        (lambda a: 2**a, 8.0, 8 * math.log(2)),
        (lambda a: -a, -3.0, -1.0),
        (lambda a: abs(-a), 3.0, 1.0),
        (lambda a: a**a, 27.0, 27 * (1 + math.log(3))),
        (lambda a: True * a, 3.0, 1.0),
        (lambda a: np.float64(2) * a, 6.0, 2.0),
        (lambda a: a * np.float32(2), 6.0, 2.0),
        (lambda a: np.int64(2) - a, -1.0, -1.0),
        (lambda a: a ** np.array(2.0), 9.0, 6.0),
    ],
)
def test_operators_and_reflections(expression: Any, value: float, gradient: float) -> None:
    a = Value(3.0)
    out = expression(a)
    assert isinstance(out, Value)
    out.backward()
    assert out.data == value
    assert a.grad == pytest.approx(gradient, rel=1e-15)


def test_methods_are_the_functions() -> None:
    for name in ("exp", "log", "sqrt", "tanh", "sigmoid", "relu", "abs"):
        a = Value(0.5)
        assert getattr(a, name)().data == getattr(mg, name)(0.5)


def test_backward_twice_adds_up_in_leaves_only() -> None:
    a, b = Value(2.0), Value(3.0)
    d = (a * b) ** 2
    d.backward()
    inner = [node.grad for node in topological_order(d) if node.operands]
    assert (a.grad, b.grad) == (36.0, 24.0)
    d.backward()
    assert (a.grad, b.grad) == (72.0, 48.0)
    assert [node.grad for node in topological_order(d) if node.operands] == inner


def test_two_outputs_that_share_a_node() -> None:
    a = Value(3.0)
    b = a * 2
    y, z = b * b, b + 1
    y.backward()
    z.backward()
    assert a.grad == 26.0


def test_a_leaf_as_root() -> None:
    a = Value(3.0)
    a.backward()
    a.backward(2.0)
    assert a.grad == 3.0


def test_backward_with_a_gradient() -> None:
    a = Value(3.0)
    (a * a).backward(gradient=0.5)
    assert a.grad == 3.0
    with pytest.raises(TypeError, match="gradient must be a real number"):
        (a * a).backward(gradient="1")  # type: ignore[arg-type]


def test_editing_data_keeps_the_recorded_pass() -> None:
    a = Value(3.0)
    y = a * a
    a.data = 10
    y.backward()
    assert a.grad == 6.0


def test_zero_grad_clears_the_whole_graph() -> None:
    a, b = Value(3.0), Value(2.0)
    y = (a * b).tanh()
    y.backward()
    y.zero_grad()
    assert {node.grad for node in topological_order(y)} == {0.0}


def test_topological_order() -> None:
    a = Value(1.0)
    b = a + a
    c = b + b
    assert topological_order(c) == [a, b, c]
    d = mg.sum([c, a, b, 4.0])
    order = topological_order(d)
    assert sorted(map(order.index, (a, b, c))) == [order.index(x) for x in (a, b, c)]


def test_detach_and_item() -> None:
    a = Value(3.0, label="a")
    y = (a * a).detach() * a
    y.backward()
    assert (a.grad, y.item()) == (9.0, 27.0)


def test_a_dropped_graph_is_freed_without_the_collector() -> None:
    def build() -> None:
        model = mg.nn.MLP(3, [4, 2], rng=0)
        loss = mg.losses.cross_entropy([model([1.0, 2.0, 3.0])], [1])
        loss.backward()
        mg.gradients(loss, model.parameters(), create_graph=True)

    build()  # whatever is cached, is now
    gc.collect()
    gc.disable()
    try:
        before = sum(isinstance(x, Value) for x in gc.get_objects())
        build()
        assert sum(isinstance(x, Value) for x in gc.get_objects()) == before
    finally:
        gc.enable()


def test_comparisons_look_at_data() -> None:
    a, b = Value(1.0), Value(2.0)
    assert a < b
    assert a <= 1
    assert b > 1.5
    assert b >= Value(2.0)
    assert np.float64(3) > b
    assert not a > b
    assert not a < a
    assert not a > a


def test_equality_and_hash_are_identity() -> None:
    a, b = Value(1.0), Value(1.0)
    assert a != b
    assert a == a
    assert len({a, b}) == 2


def test_bool_is_that_of_the_number() -> None:
    assert not Value(0.0)
    assert Value(-0.5)
    assert Value(True).data == 1.0


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ("a", r"float\('a'\)"),
        (None, "return forgotten"),
        (1j, r"\.real"),
        (Decimal(2), r"float\(\.\.\.\)"),
        (Fraction(1, 2), r"float\(\.\.\.\)"),
        (Value(1.0), "already recorded"),
        ([1.0], "each element"),
        (np.array([1.0, 2.0]), r"shape \(2,\)"),
        (np.array(["a"])[0], "float"),
    ],
)
def test_wrong_kinds_are_refused(given: Any, hint: str) -> None:
    with pytest.raises(TypeError, match=hint):
        Value(given)
    target = Value(1.0)
    with pytest.raises(TypeError, match="data must be"):
        target.data = given
    assert target.data == 1.0
    if not isinstance(given, (Value, np.ndarray)):  # beside an array it gives an array of Values
        operations: list[Any] = [
            lambda: target * given,
            lambda: given * target,
            lambda: target**given,
            lambda: mg.maximum(target, given),
        ]
        for operate in operations:
            with pytest.raises(TypeError):
                operate()
    assert (target.data, target.grad) == (1.0, 0.0)


def test_huge_int() -> None:
    with pytest.raises(OverflowError, match="too large"):
        Value(3.0) * 10**400


@pytest.mark.parametrize(
    ("operate", "error", "message"),
    [
        (lambda x: mg.log(x - x), ValueError, r"log\(0\.0\).*\(0, ∞\)"),
        (lambda x: 1 / (x - x), ZeroDivisionError, r"div\(1\.0, 0\.0\): division by zero"),
        (lambda x: (x - x) ** -1, ZeroDivisionError, "pow"),
        (lambda x: (-x) ** 0.5, ValueError, r"pow\(-2\.0, 0\.5\): a negative number"),
        (lambda x: mg.exp(x * 355), OverflowError, r"exp\(710\.0\): the result is too large"),
        (lambda x: mg.sqrt(-x), ValueError, r"sqrt\(-2\.0\)"),
        (lambda x: mg.asin(x), ValueError, r"asin\(p = 2\.0\).*\[−1, 1\]"),
        (lambda x: mg.log1p(-x), ValueError, r"log1p.*: the operand must .* \(−1, ∞\)"),
        (lambda x: mg.xlogy(x, -x), ValueError, r"xlogy.*: operand 2 must .* \(0, ∞\)"),
        (lambda x: mg.entr(-x), ValueError, r"entr\(-2\.0\): the operand must .* \[0, ∞\)"),
        (lambda x: mg.exp(x.data * 355), OverflowError, r"exp\(710\.0\): the result is too large"),
    ],
)
def test_outside_the_domain(operate: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        operate(Value(2.0, label="p"))


@pytest.mark.parametrize(
    ("count", "shown"), [(4, "1.0, 1.0, 1.0, 1.0"), (5, "1.0, 1.0, 1.0, 1.0, …")]
)
def test_what_a_row_of_ones_own_refuses_is_passed_on(count: int, shown: str) -> None:
    def refuse(*xs: float) -> float:
        raise ValueError("not today")

    with mock.patch.dict(PRIMITIVES):
        row = mg.primitive("picky", refuse, [lambda out, *xs: 0.0] * count)
        with pytest.raises(ValueError, match=re.escape(f"picky({shown}): not today")):
            row(*[1.0] * count)


def test_a_long_text_is_cut_in_a_message() -> None:
    for length, shown in ((38, "x'"), (39, "x…")):
        with pytest.raises(TypeError, match=f"got str 'x{{37}}{shown}; convert"):
            Value("x" * length)


def test_where_takes_whatever_is_true_or_false() -> None:
    for yes, no in ((True, False), (np.True_, np.False_), (1, 0), (Value(0.5), Value(0.0))):
        assert (mg.where(yes, 1.0, 2.0), mg.where(no, 1.0, 2.0)) == (1.0, 2.0)
    assert mg.where(np.array([True, False]), 1.0, 2.0).tolist() == [1.0, 2.0]
    assert mg.where(np.array([1, 0]), 1.0, 2.0).tolist() == [1.0, 2.0]
    assert mg.where(np.array(False), 1.0, 2.0) == 2.0
    both = np.array([Value(1.0), Value(-1.0)])
    assert mg.where(both > 0, both, 0.0).tolist() == [both[0], 0.0]
    assert mg.where(np.array([True, 0], dtype=object), both, 0.0).tolist() == [both[0], 0.0]


@pytest.mark.parametrize(
    "condition",
    [
        *([True, False], (True,), [], {}, {"a": 1}, "a", "", b"a", None, 1.5, math.nan, 1j),
        *(np.array([1.0, 0.0]), np.float64(1.0), np.array(["a"]), np.array([None]), object()),
        *(
            np.ma.masked,
            np.ma.array([True, False], mask=[True, False]),
            iter([True]),
            np.array(1.0),
        ),
    ],
    ids=repr,
)
def test_where_refuses_what_is_no_condition(condition: Any) -> None:
    with pytest.raises(TypeError, match=r"^condition (must be a comparison|has a mask)"):
        mg.where(condition, 1.0, 2.0)


def test_overflow_of_sums_and_products_is_inf() -> None:
    big = Value(1e308)
    assert (big + big).data == math.inf
    assert (big * 10).data == math.inf
    assert mg.sum([big, big]).data == math.inf
    assert mg.sum([big, big, -big]).data == 1e308
    assert mg.dot([big], [10.0]).data == math.inf
    assert math.isnan(mg.sum([math.inf, -math.inf]))


def test_non_finite_operands_never_raise() -> None:
    for x in (math.inf, -math.inf, math.nan):
        for name, row in PRIMITIVES.items():
            count = row.arity or (3 if name == "dot" else 2)
            if name in ("softmax", "take") or name.startswith("cross_entropy"):
                continue  # their first or last operands are no logits
            out = row(*[Value(x) for _ in range(count)])
            assert isinstance(out, Value), name
            assert len(out.local_grads) == count


def test_deep_chain() -> None:
    a = Value(1.0)
    y = a
    count = by_profile(dev=10**5, ci=10**6, nightly=10**6)
    for _ in range(count):
        y = y + 1.0
    y.backward()
    assert (a.grad, y.data) == (1.0, count + 1.0)
    del y


def test_wide_sum() -> None:
    a = Value(0.1)
    total = mg.sum([a] * 10**6)
    total.backward()
    assert (a.grad, total.data) == (1e6, math.fsum([0.1] * 10**6))


def test_same_bits_whatever_the_hash_seed() -> None:
    program = """
import microgradnn as mg
from microgradnn import nn, losses
model = nn.MLP(3, [5, 4], activation="tanh", rng=1)
loss = losses.cross_entropy([model([0.1, 0.2, 0.3]), model([0.3, 0.1, -1.0])], [2, 0])
loss = loss + sum(p * p for p in model.parameters())
loss.backward()
print(loss.data.hex(), [p.grad.hex() for p in model.parameters()])
print([g.data.hex() for g in mg.gradients(loss, model.parameters(), create_graph=True)])
"""
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": str(seed)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in range(20)
    }
    assert len(outputs) == 1
    assert len(outputs.pop()) > 1000


def test_a_primitive_of_ones_own() -> None:
    row = mg.primitive("triple", lambda x: 3 * x, [lambda out, x: 3.0], symbol="3·")
    try:
        a = Value(2.0)
        y = row(a) * row(1.5)
        y.backward()
        assert (y.data, a.grad, row.symbol) == (27.0, 13.5, "3·")
        with pytest.raises(ValueError, match="already"):
            mg.primitive("triple", lambda x: x, [lambda out, x: 1.0])
        with pytest.raises(TypeError, match="forward must be a function"):
            mg.primitive("other", 3, [])  # type: ignore[arg-type]
    finally:
        del PRIMITIVES["triple"]


def test_a_tie_of_many_shares_the_derivative() -> None:
    for function, other in ((mg.max, 1.0), (mg.min, 3.0)):
        xs = [Value(2.0), Value(other), Value(2.0), Value(2.0)]
        assert mg.gradients(function(xs), xs) == [1 / 3, 0.0, 1 / 3, 1 / 3]


def test_the_wrong_number_of_operands_is_refused() -> None:
    for operands in ((Value(1.0), 2.0), (1.0, 2.0)):
        with pytest.raises(TypeError, match="sigmoid takes 1 operand, got 2"):
            mg.sigmoid(*operands)
