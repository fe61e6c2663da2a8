"""The same programs for JAX and for us: forms and numbers of what comes are the same."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import microgradnn as mg

Line = namedtuple("Line", "w b")
W = np.array([[0.3, -0.7, 1.1], [0.2, 0.5, -0.4]])
X = np.array([0.5, -1.2, 0.8])


@pytest.fixture(name="jax", scope="module")
def jax_with_64_bits() -> Iterator[Any]:
    jax = pytest.importorskip("jax", reason="pip install 'microgradnn[jax]'")
    with jax.enable_x64(True):
        yield jax


def network(np: Any, p: Any, x: Any) -> Any:
    for w, b in p["layers"]:
        x = np.tanh(w @ x + b)
    return np.sum(x * x) * p["scale"]


def several(np: Any, p: Any) -> Any:
    return {"line": Line(p.w * p.b, [p.b * p.b]), "sum": (np.sum(np.exp(p.w)), p.w[0])}


def curve(np: Any, xs: Any) -> Any:
    return np.exp(xs[0] * xs[1][0]) + np.sin(xs[1][1]) * xs[0] ** 3


MODEL = {"layers": [(W, np.array([0.1, -0.2])), (W[:, :2], np.array([0.3, 0.0]))], "scale": 1.5}
ALONG = {"layers": [(W[:, ::-1], np.ones(2)), (W[:, 1:], np.array([2.0, 0.5]))], "scale": 0.5}
LINE, LIST = Line(np.array([0.4, -0.3]), 1.2), [0.4, (0.7, -0.2)]
Way = Callable[[Any, Any], Any]  # of JAX or us, and of jax.numpy or NumPy
WAYS: dict[str, Way] = {
    "grad": lambda m, np: m.grad(lambda p, x: network(np, p, x))(MODEL, X),
    "argnums": lambda m, np: m.grad(lambda p, x: network(np, p, x), argnums=1)(MODEL, X),
    "the last": lambda m, np: m.grad(lambda p, x: network(np, p, x), argnums=-1)(MODEL, X),
    "both": lambda m, np: m.value_and_grad(lambda p, x: network(np, p, x), (1, 0))(MODEL, X),
    "by name": lambda m, np: m.grad(lambda p, x: network(np, p, x))(MODEL, x=X),
    "aux": lambda m, np: m.value_and_grad(lambda p: (np.sum(p.w), {"b": p.b * 2}), has_aux=True)(
        LINE
    ),
    "aux of grad": lambda m, np: m.grad(lambda p: (np.sum(p.w), (p.w, 5.0)), has_aux=True)(LINE),
    "jacobian": lambda m, np: m.jacobian(lambda p: several(np, p), 0)(LINE),
    "jacobian of a list": lambda m, np: m.jacobian(lambda xs: [curve(np, xs), xs[0]], 0)(LIST),
    "jacobian by both": lambda m, np: m.jacobian(lambda w, x: w @ x, (0, 1))(W, X),
    "jacobian by one": lambda m, np: m.jacobian(lambda w, x: w @ x)(W, X),
    "jacobian, aux": lambda m, np: m.jacobian(lambda x: (x * x, x), has_aux=True)(X),
    "hessian": lambda m, np: m.hessian(lambda xs: curve(np, xs))(LIST),
    "hessian of arrays": lambda m, np: m.hessian(lambda p: np.sum(np.exp(p.w) * p.b))(LINE),
    "hessian by both": lambda m, np: m.hessian(lambda x, y: x * np.exp(y), (0, 1))(0.3, 0.7),
    "jvp": lambda m, np: m.jvp(lambda p: network(np, p, X), (MODEL,), (ALONG,)),
    "jvp of several": lambda m, np: m.jvp(lambda p: several(np, p), [LINE], [LINE]),
    "jvp, aux": lambda m, np: m.jvp(lambda x: (x * x, x[0]), (X,), (X,), has_aux=True),
    "vjp": lambda m, np: m.vjp(lambda w, x: w @ x, W, X)[1](np.array([1.0, -2.0])),
    "vjp, its value": lambda m, np: m.vjp(lambda p: several(np, p), LINE)[0],
    "vjp, aux": lambda m, np: m.vjp(lambda x: (x * x, x[0]), X, has_aux=True)[::2],
    "jvp of grad": lambda m, np: m.jvp(m.grad(lambda p: network(np, p, X)), (MODEL,), (ALONG,)),
    "grad of jvp": lambda m, np: m.grad(
        lambda p: m.jvp(lambda x: network(np, p, x), (X,), (X,))[1],
    )(MODEL),
    "jacobian of grad of jvp": lambda m, np: m.jacobian(
        m.grad(lambda x: m.jvp(lambda y: np.sum(np.sin(x * y)), (x,), (X,))[1]), 0
    )(X),
    "vjp of hessian": lambda m, np: m.vjp(m.hessian(lambda x: np.sum(np.tanh(x)) ** 2), X)[1](
        np.outer(X, X)
    ),
}


@pytest.mark.parametrize("name", WAYS)
def test_forms_and_numbers_are_those_of_jax(jax: Any, name: str) -> None:
    ours, theirs = WAYS[name](mg, np), WAYS[name](jax, jax.numpy)
    assert jax.tree.structure(ours) == jax.tree.structure(theirs)
    for x, y in zip(jax.tree.leaves(ours), jax.tree.leaves(theirs), strict=True):
        assert type(x) is float or x.dtype == np.float64
        assert np.shape(x) == np.shape(y)
        np.testing.assert_allclose(x, y, rtol=1e-12, atol=1e-13)


def test_hvp_is_that_of_their_cookbook(jax: Any) -> None:
    def hvp(f: Any, primals: Any, tangents: Any) -> Any:
        return jax.jvp(jax.grad(f), primals, tangents)[1]

    ours = mg.hvp(lambda p: network(np, p, X), (MODEL,), (ALONG,))
    theirs = hvp(lambda p: network(jax.numpy, p, X), (MODEL,), (ALONG,))
    assert jax.tree.structure(ours) == jax.tree.structure(theirs)
    jax.tree.map(
        lambda x, y: np.testing.assert_allclose(x, y, rtol=1e-12, atol=1e-13), ours, theirs
    )
