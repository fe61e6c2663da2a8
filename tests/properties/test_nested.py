"""Random graphs differentiated twice, by a derivative inside a function: the mixed partials."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import microgradnn as mg
from microgradnn import Value

from .references import REFERENCES
from .strategies import Program, integer_programs, programs

# F(a, b) is a function of two numbers, in which `shifted` has moved two leaves of a graph.
Mixed = Callable[[Callable[[Any, Any], Any], float, float], Any]


def number(x: Any) -> float:
    return x.data if isinstance(x, Value) else float(x)


def by_parameter(f: Callable[[Any, Any], Any], a: float, b: float) -> float:
    """The inner derivative is part of a loss, and backward goes on to a parameter."""
    w = Value(a)
    slope = mg.grad(lambda y: f(w, y))(b)
    if isinstance(slope, Value):
        (3.0 * slope).backward()
    return w.grad / 3.0


def by_create_graph(f: Callable[[Any, Any], Any], a: float, b: float) -> float:
    x, y = Value(a), Value(b)
    (slope,) = mg.gradients(f(x, y) + 0.0 * x, [y], create_graph=True)
    return float(mg.gradients(slope, [x])[0])


def inside_no_grad(f: Callable[[Any, Any], Any], a: float, b: float) -> Any:
    with mg.no_grad():
        return mg.grad(lambda x: mg.grad(lambda y: f(x, y))(b))(a)


WAYS: dict[str, Mixed] = {
    "closure": lambda f, a, b: mg.grad(lambda x: mg.grad(lambda y: f(x, y))(b))(a),
    "the other way round": lambda f, a, b: mg.grad(lambda y: mg.grad(lambda x: f(x, y))(a))(b),
    "argument": lambda f, a, b: mg.grad(lambda x: mg.grad(f, argnums=1)(x, b))(a),
    "its copy": lambda f, a, b: mg.grad(lambda x: mg.grad(f, argnums=(0, 1))(x, b)[1])(a),
    "last": lambda f, a, b: mg.grad(lambda x: mg.grad(f, argnums=-1)(x, b))(a),
    "value_and_grad": lambda f, a, b: mg.value_and_grad(
        lambda x: mg.value_and_grad(lambda y: f(x, y))(b)[1]
    )(a)[1],
    "its value": lambda f, a, b: mg.grad(
        lambda y: mg.grad(lambda x: mg.value_and_grad(lambda z: f(x, y) + z)(5.0)[0])(a)
    )(b),
    "jacobian in grad": lambda f, a, b: mg.grad(
        lambda x: mg.jacobian(lambda y: [1.0, f(x, y)])(b)[1][0]
    )(a),
    "grad in jacobian": lambda f, a, b: mg.jacobian(
        lambda x: [x, mg.grad(lambda y: f(x, y))(b)],
    )(a)[1][0],
    "a function in between": lambda f, a, b: mg.grad(
        lambda x: mg.grad(lambda z: z * mg.grad(lambda y: f(x, y))(b))(2.0)
    )(a),
    "hessian": lambda f, a, b: mg.hessian(f)(a, b)[0][1],
    "hessian of a list": lambda f, a, b: mg.hessian(lambda xs: f(*xs))([a, b])[0][1],
    "hessian of an array": lambda f, a, b: mg.hessian(lambda x: f(*x))(np.array([a, b]))[0, 1],
    "hvp": lambda f, a, b: mg.hvp(f, (a, b), (0.0, 1.0))[0],
    "jvp of grad": lambda f, a, b: mg.jvp(lambda x: mg.grad(f, 1)(x, b), (a,), (1.0,))[1],
    "grad of jvp": lambda f, a, b: mg.grad(
        lambda x: mg.jvp(lambda y: f(x, y), (b,), (1.0,))[1],
    )(a),
    "jvp of jvp": lambda f, a, b: mg.jvp(
        lambda x: mg.jvp(lambda y: f(x, y), (b,), (1.0,))[1], (a,), (1.0,)
    )[1],
    "by the tangent": lambda f, a, b: mg.grad(
        lambda t: mg.jvp(lambda x: mg.grad(lambda y: f(x, y))(b), (a,), (t,))[1]
    )(1.0),
    "jvp in vjp": lambda f, a, b: mg.vjp(
        lambda p: mg.jvp(lambda y: f(p["x"], y), (b,), (1.0,))[1], {"x": a}
    )[1](1.0)[0]["x"],
    "vjp in grad": lambda f, a, b: mg.grad(
        lambda x: mg.vjp(lambda y: [1.0, f(x, y)], b)[1]([5.0, 1.0])[0]
    )(a),
    "by the cotangent": lambda f, a, b: mg.grad(
        lambda u: mg.vjp(lambda x: mg.grad(lambda y: f(x, y))(b), a)[1](u)[0]
    )(1.0),
    "backward": by_parameter,
    "create_graph": by_create_graph,
    "inside no_grad": inside_no_grad,
}
tried: Counter[str] = Counter()


def shifted(
    program: Program, i: int, j: int, apply: Callable[..., Any] = lambda row, xs: row(*xs)
) -> Callable[[Any, Any], Any]:
    """The program's last node as a function of leaf i, and of what is added to leaf j."""

    def f(a: Any, b: Any) -> Any:
        leaves: list[Any] = list(program.leaves)
        leaves[i] = a
        leaves[j] = leaves[j] + b
        return program.run(leaves, apply)[-1]

    return f


def exact_mixed(program: Program, i: int, j: int) -> Any:
    """∂²/∂a∂b at (leaf i, 0), by differences in 120 digits."""
    f = shifted(program, i, j, lambda row, xs: REFERENCES[row.name](*map(mp.mpf, xs)))
    with mp.workdps(120):
        a, h = mp.mpf(program.leaves[i]), mp.mpf("1e-30")
        corners = f(a + h, h) - f(a + h, -h) - f(a - h, h) + f(a - h, -h)
        return corners / (4 * h * h)


def places(program: Program, data: st.DataObject) -> Sequence[int]:
    any_leaf = st.integers(0, len(program.leaves) - 1)
    return data.draw(st.tuples(any_leaf, any_leaf))


@pytest.mark.parametrize("way", WAYS)
@settings(max_examples=max(10, settings().max_examples // 5))  # for each way
@given(program=programs(), data=st.data())
def test_mixed_partials_agree_with_mpmath(way: str, program: Program, data: st.DataObject) -> None:
    i, j = places(program, data)
    exact = exact_mixed(program, i, j)
    got = WAYS[way](shifted(program, i, j), program.leaves[i], 0.0)
    curvatures = mg.hessian(shifted(program, i, j))(program.leaves[i], 0.0)
    scale = 1.0 + sum(abs(x) for row in curvatures for x in row)
    assert abs(number(got) - exact) <= 1e-9 * scale, (way, i, j, mp.nstr(exact, 17))
    tried.update({"graphs"} | ({"not 0"} if exact else set()))


@given(program=integer_programs(), data=st.data())
def test_mixed_partials_of_integers_are_the_same_in_every_way(
    program: Program, data: st.DataObject
) -> None:
    i, j = places(program, data)
    f, a = shifted(program, i, j), program.leaves[i]
    found = {way: number(mixed(f, a, 0.0)) for way, mixed in WAYS.items()}
    assert len(set(found.values())) == 1, found


def test_derivatives_other_than_0_were_tried() -> None:
    if tried["graphs"] < 100:
        pytest.skip("needs the tests before it")
    assert tried["not 0"] > tried["graphs"] // 10
