"""Tests of the tests: deliberate faults, each of which some check must notice."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import pytest
from faults import FAULTS, edited
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy

from microgradnn import Value, cos, exp, sin, topological_order
from microgradnn.engine import copying, derivatives
from microgradnn.engine.row import PRIMITIVES, Partial
from microgradnn.engine.value import record

from . import oracles
from .strategies import extreme_operands, integer_programs, moderate_operands, programs

Check = tuple[Callable[[Any], None], SearchStrategy[Any]]

GRAPH_CHECKS: list[Check] = [
    (oracles.check_integers, integer_programs()),
    (oracles.check_finite_differences, programs()),
    (oracles.check_against_mpmath, programs()),
    (oracles.check_passes, programs()),
    (oracles.check_recorded_gradients, programs()),
    (oracles.check_copies, programs()),
]


def is_noticed(checks: Iterable[Check], tries: int = 60) -> bool:
    """Whether one of the checks fails on one of a few examples."""
    return any(fails(check, examples, tries) for check, examples in checks)


def fails(check: Callable[[Any], None], examples: SearchStrategy[Any], tries: int) -> bool:
    @settings(
        max_examples=tries,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(examples)
    def try_it(example: Any) -> None:
        check(example)

    try:
        try_it()
    except AssertionError:
        return True
    return False


def test_the_faults_in_the_source_still_fit_it() -> None:
    """`python tests/faults.py` runs them."""
    assert len(FAULTS) >= 60
    for fault in FAULTS:
        if fault.file != "compiled code":
            text = edited(fault)
            if fault.file.endswith(".py"):
                compile(text, fault.file, "exec")


# ---- Faults in the table -----------------------------------------------------------------------

PARTIALS: dict[str, tuple[str, Sequence[Partial] | Partial]] = {
    "sub: both +1": ("sub", [lambda out, a, b: 1.0, lambda out, a, b: 1.0]),
    "mul: swapped": ("mul", [lambda out, a, b: a, lambda out, a, b: b]),
    "div: no minus": ("div", [lambda out, a, b: 1.0 / b, lambda out, a, b: out / b]),
    "pow: no log": ("pow", [lambda out, a, b: b * a ** (b - 1), lambda out, a, b: out]),
    "exp: of its operand": ("exp", [lambda out, x: x]),
    "exp: off by 1e-10": ("exp", [lambda out, x: out * (1.0 + 1e-10)]),
    "log: of its value": ("log", [lambda out, x: 1.0 / out]),
    "sqrt: no half": ("sqrt", [lambda out, x: 1.0 / out]),
    "sin: sign": ("sin", [lambda out, x: -cos(x)]),
    "cos: sign": ("cos", [lambda out, x: sin(x)]),
    "tanh: cancels": ("tanh", [lambda out, x: 1.0 - out * out]),
    "sigmoid: cancels": ("sigmoid", [lambda out, x: out * (1.0 - out)]),
    "maximum: to both": ("maximum", [lambda out, a, b: 1.0, lambda out, a, b: 1.0]),
    "dot: its own operands": ("dot", lambda out, *operands: [*operands[:-1], 1.0]),
    "logsumexp: no division": ("logsumexp", lambda out, *xs: [exp(x) for x in xs]),
}


@pytest.mark.parametrize("fault", PARTIALS)
def test_a_wrong_partial_is_noticed(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, partials = PARTIALS[fault]
    row = PRIMITIVES[name]
    monkeypatch.setattr(record, name, lambda *operands: Value._record(row, operands))
    monkeypatch.setattr(row, "partials", partials)  # after the right kernel has been compiled
    assert is_noticed([(partial(oracles.check_accuracy, row), extreme_operands(row))])


def test_a_wrong_kernel_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (Value(3.0) - 1.0).data == 2.0  # the kernel is written by its first call
    row, right = PRIMITIVES["sub"], record.sub
    monkeypatch.setattr(
        record, "sub", lambda a, b: right(b, a) if type(a) is float else right(a, b)
    )
    operands = moderate_operands(row).map(lambda xs: [xs[0], Value(xs[1])])
    assert is_noticed([(partial(oracles.check_recording, row), operands)])


# ---- Faults in the backward pass ---------------------------------------------------------------


def all_edges(node: Value) -> Iterable[Any]:
    return zip(node.operands, node.local_grads, strict=True)


def backward_with(
    order: Callable[[Value], list[Value]] = topological_order,
    edges: Callable[[Value], Iterable[Any]] = all_edges,
    combine: Callable[[float, float], float] = operator.add,
    resets: bool = True,
    start: float = 1.0,
) -> Callable[..., None]:
    """The backward pass, with a part of it replaced."""

    def backward(self: Value, gradient: float = 1.0) -> None:
        nodes = order(self)
        for node in nodes:
            if node.operands and resets:
                node.grad = 0.0
        self.grad += start * gradient
        for node in reversed(nodes):
            for operand, local in edges(node):
                if local is not None:
                    operand.grad = combine(operand.grad, local * node.grad)

    return backward


def without_duplicates(node: Value) -> Iterable[Any]:
    return dict(zip(node.operands, node.local_grads, strict=True)).items()


def breadth_first(root: Value) -> list[Value]:
    """Nodes by their distance from the root; an operand may come before what depends on it."""
    order = [root]
    for node in order:
        order += [x for x in node.operands if isinstance(x, Value) and x not in order]
    return order[::-1]


def once_per_path(root: Value) -> list[Value]:
    """A node as often as there are ways to it."""
    below = [once_per_path(x) for x in root.operands if isinstance(x, Value)]
    return [*(node for nodes in below for node in nodes), root]


def equal_data_once(root: Value) -> list[Value]:
    """Nodes told apart by their number."""
    return list({node.data: node for node in topological_order(root)}.values())


def without_the_middle(root: Value) -> list[Value]:
    order = topological_order(root)
    return [node for node in order if node is not order[len(order) // 2]]


BACKWARD: dict[str, dict[str, Any]] = {
    "a duplicate edge is dropped": {"edges": without_duplicates},
    "= for +=": {"combine": lambda before, contribution: contribution},
    "breadth-first order": {"order": breadth_first},
    "once per path": {"order": once_per_path},
    "equal numbers taken for one node": {"order": equal_data_once},
    "one node forgotten": {"order": without_the_middle},
    "intermediate gradients kept": {"resets": False},
    "starts with -1": {"start": -1.0},
}


def test_the_checks_accept_what_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Value, "backward", backward_with())
    assert not is_noticed(GRAPH_CHECKS, tries=30)


@pytest.mark.parametrize("fault", BACKWARD)
def test_a_wrong_backward_is_noticed(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Value, "backward", backward_with(**BACKWARD[fault]))
    assert is_noticed(GRAPH_CHECKS)


# ---- Faults elsewhere --------------------------------------------------------------------------


def test_constants_in_place_of_recorded_partials_are_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(derivatives, "_recorded_edges", lambda node, _: node._edges())
    row = PRIMITIVES["mul"]
    assert is_noticed([(partial(oracles.check_second_derivatives, row), moderate_operands(row))])


def leaf_without_gradient(kind: Any, data: float, *others: Any) -> Value:
    return Value(data)


def test_a_copy_without_gradients_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "_leaf", leaf_without_gradient)
    assert is_noticed(GRAPH_CHECKS)
