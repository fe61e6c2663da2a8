"""grad, value_and_grad, jacobian, hessian."""

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import mpmath as mp
import numpy as np
import pytest

import microgradnn as mg
from microgradnn import Value, grad, nn


def test_grad_as_in_jax() -> None:
    def f(x: Any, y: Any) -> Any:
        return x**2 * mg.exp(y)

    assert mg.grad(f)(3.0, 0.0) == 6.0
    assert mg.grad(f, argnums=1)(3.0, 0.0) == 9.0
    assert mg.grad(f, argnums=(1, 0))(3.0, 0.0) == (9.0, 6.0)
    assert mg.value_and_grad(f)(3.0, 0.0) == (9.0, 6.0)
    assert mg.grad(mg.grad(mg.grad(lambda x: x**4)))(2.0) == 48.0
    assert mg.grad(lambda x: 3.0)(1.0) == 0.0
    with pytest.raises(ValueError, match="argnums has 2, but there are 1 arguments"):
        mg.grad(lambda x: x, argnums=2)(1.0)
    with pytest.raises(TypeError, match="the result of f"):
        mg.grad(lambda x: "x")(1.0)


def test_jacobian_and_hessian() -> None:
    assert mg.jacobian(lambda x, y: [x * y, x + y, 1.0])(2.0, 5.0) == [[5, 2], [1, 1], [0, 0]]
    assert mg.jacobian(lambda x, y: x * y)(2.0, 5.0) == [5.0, 2.0]
    assert mg.hessian(lambda x, y: x**3 * y)(2.0, 5.0) == [[60.0, 12.0], [12.0, 0.0]]

    def rosenbrock(x: Any, y: Any) -> Any:
        return (1 - x) ** 2 + 100 * (y - x**2) ** 2

    assert mg.hessian(rosenbrock)(1.0, 1.0) == [[802.0, -400.0], [-400.0, 200.0]]


def test_second_derivatives_at_ties_of_the_maximum() -> None:
    def share(x: Any, y: Any) -> Any:
        return mg.softmax([x, y])[0]

    def loss(x: Any, y: Any) -> Any:
        return mg.losses.cross_entropy([x, y], 0)

    def lse(x: Any, y: Any) -> Any:
        return mg.logsumexp([x, y])

    assert mg.hessian(share)(0.0, 0.0) == [[0.0, 0.0], [0.0, 0.0]]
    for f, point in ((loss, (0.0, 0.0)), (lse, (0.0, 1e-300))):
        assert mg.hessian(f)(*point) == [[0.25, -0.25], [-0.25, 0.25]]


@pytest.mark.parametrize("order", range(1, 7))
def test_all_derivatives_of_the_root_at_0_are_infinite(order: int) -> None:
    """In IEEE arithmetic: an infinite node has not changed, and its data is no error."""
    f = mg.sqrt
    for _ in range(order):
        f = grad(f)  # type: ignore[assignment]
    assert f(0.0) == (-1.0) ** (order + 1) * math.inf


def test_argnums_count_from_the_end_too() -> None:
    def f(x: Any, y: Any) -> Any:
        return x * x * y

    one: Any = np.int64(1)
    assert grad(f, -1)(3.0, 5.0) == grad(f, one)(3.0, 5.0) == 9.0
    assert grad(f, (-one, -2 * one))(3.0, 5.0) == (9.0, 30.0)
    for wrong in (2, -3):
        with pytest.raises(ValueError, match=f"argnums has {wrong}, but there are 2 arguments"):
            grad(f, wrong)(3.0, 5.0)


# ---- Derivatives inside functions that are differentiated ----------------------------------------


def shift(u: Any) -> Callable[[Any], Any]:
    return lambda f: lambda x: f(x + u)


def directional(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Manzyuk et al.: the derivative at 0 of a curried function, given what it is applied to."""
    return lambda x: grad(lambda u: shift(u)(f)(x))(0.0)


def reassigned(x: Any) -> Any:
    """The inner function leaves its own variable in the outer one's."""

    def f(y: Any) -> Any:
        nonlocal x
        x = x * y
        return x

    grad(f)(1.0)
    return grad(f)(1.0)


class Confusing:
    """One function object that differentiates itself, once as the outer and once as the inner."""

    def __init__(self, outer: bool, x: Any = 0.0) -> None:
        self.outer, self.x = outer, x

    def __call__(self, y: Any) -> Any:
        return y * grad(Confusing(False, y))(1.0) if self.outer else self.x + y


def product_of(count: int, *xs: Any) -> Any:
    """The derivative of x₁² x₂² … by all of its variables, one inside the other."""
    if len(xs) == count:
        return math.prod(x * x for x in xs)
    return grad(lambda x: product_of(count, *xs, x))(len(xs) + 1.0)


def root_by_newton(a: Any) -> Any:
    x = 1.0
    for _ in range(8):
        value, slope = mg.value_and_grad(lambda x: x * x - a)(x)
        x = x - value / slope
    return x


def hamiltonian(q: Any, p: Any) -> Any:
    """The Legendre transform of L = v²/2·m − m·g·q, m = 2, g = 9.8; so H = p²/2m + m·g·q."""

    def lagrangian(v: Any) -> Any:
        return v * v - 19.6 * q

    momentum = grad(lagrangian)
    v = (p - momentum(0.0)) / grad(momentum)(0.0)
    return p * v - lagrangian(v)


def after_a_step(weight: Any) -> Any:
    """The loss w⁴ after a step of 0.1 down its own gradient."""
    return (weight - 0.1 * grad(lambda w: w**4)(weight)) ** 4


def leaked(x: Any) -> Any:
    kept: list[Any] = []
    grad(lambda y: kept.append(y) or y * y)(3.0)  # type: ignore[func-returns-value]
    return x * kept[0] * kept[0]


class Curve:
    def __init__(self, a: Any) -> None:
        self.a = [{"a": np.array([a, 1.0], dtype=object)}]

    def __call__(self, y: Any, more: Any = 1.0) -> Any:
        return self.a[0]["a"][0] * y * y * more


def det(m: Sequence[Sequence[Any]]) -> Any:
    return m[0][0] * m[1][1] - m[0][1] * m[1][0]


NESTED: dict[str, tuple[Callable[[Any], Any], float, float]] = {  # function, where, its derivative
    "d²(xy)/dxdy": (lambda x: grad(lambda y: x * y)(1.0), 3.0, 1.0),
    "Siskind and Pearlmutter": (lambda x: x * grad(lambda y: x + y)(1.0), 1.0, 1.0),
    "x D(x·y)": (lambda x: x * grad(lambda y: x * y)(2.0), 1.0, 2.0),
    "x D(x·y), at x": (lambda x: x * grad(lambda y: x * y)(x), 3.0, 6.0),
    "both an argument and closed over": (lambda x: grad(lambda y: x * y * y)(x), 3.0, 12.0),
    "at a function of x": (lambda x: grad(lambda y: y**3)(x * x), 2.0, 96.0),
    "both at once": (lambda x: grad(lambda y: x * y**3)(x * x), 2.0, 15 * 2.0**4),
    "nonlinear": (lambda x: grad(lambda y: mg.exp(x * y))(2.0), 0.5, 2 * math.e),
    "power": (lambda x: grad(lambda y: x**y)(3.0), 2.0, 4 * (1 + 3 * math.log(2))),
    "one operation of many": (lambda x: grad(lambda y: mg.logsumexp([x, y]))(0.0), 0.0, -0.25),
    "dot": (lambda x: grad(lambda y: mg.dot([x, y, 2.0], [y, x, y]))(1.0), 5.0, 2.0),
    "max": (lambda x: grad(lambda y: mg.max([x * y, y]))(2.0), 3.0, 1.0),
    "where": (lambda x: grad(lambda y: mg.where(y > x, x * y, y))(2.0), 1.0, 1.0),
    "not there": (lambda x: grad(lambda y: y * y)(1.0), 2.0, 0.0),
    "constant": (lambda x: grad(lambda y: 3.0)(x), 2.0, 0.0),
    "x comes back": (lambda x: x * grad(lambda y: x)(1.0), 2.0, 0.0),
    "y comes back": (lambda x: x * grad(lambda y: y)(x), 2.0, 1.0),
    "linear in y": (lambda x: grad(lambda y: x + 3 * y)(1.0), 2.0, 0.0),
    "times a constant slope": (lambda x: x * grad(lambda y: x + 3 * y)(1.0), 2.0, 3.0),
    "the value": (lambda x: mg.value_and_grad(lambda y: x * y)(5.0)[0], 2.0, 5.0),
    "the value is the argument": (lambda x: x * mg.value_and_grad(lambda y: y)(x)[0], 2.0, 4.0),
    "the value is closed over": (lambda x: x * mg.value_and_grad(lambda y: x)(1.0)[0], 2.0, 4.0),
    "value and slope": (lambda x: math.prod(mg.value_and_grad(lambda y: x * y)(5.0)), 2.0, 20.0),
    "several": (lambda x: sum(grad(lambda y, z: x * y * z, (0, 1))(2.0, 3.0)), 7.0, 5.0),
    "other arguments": (lambda x: grad(lambda y, z: y * z * z)(2.0, x), 3.0, 6.0),
    "a list of arguments": (lambda x: grad(lambda y, zs: y * zs[0] ** 2)(2.0, [x]), 3.0, 6.0),
    "jacobian": (lambda x: det(mg.jacobian(lambda y, z: [x * y, y * z])(2.0, 3.0)), 7.0, 2.0),
    "jacobian of one": (lambda x: mg.jacobian(lambda y, z: x * y * z)(2.0, 3.0)[1], 7.0, 2.0),
    "hessian": (lambda x: mg.hessian(lambda y, z: x * y * y * z)(2.0, 3.0)[0][1], 7.0, 4.0),
    "det of hessian": (lambda x: det(mg.hessian(lambda y, z: x * y * z + z)(1.0, 1.0)), 3.0, -6.0),
    "hessian at x": (lambda x: mg.hessian(lambda y, z: y**3 * z)(x, x)[0][0], 3.0, 36.0),
    "by attribute, dict and array": (lambda x: grad(Curve(x))(2.0), 5.0, 4.0),
    "by default argument": (lambda x: grad(lambda y, z=x: y * z)(2.0), 5.0, 1.0),
    "by partial": (lambda x: grad(partial(lambda z, y: y * z, x))(2.0), 5.0, 1.0),
    "curried, by hand": (directional(directional(mg.exp)), 1.0, math.e),
    "a curried function": (lambda u: shift(u)(directional(mg.exp))(1.0), 0.0, math.e),
    "of the derivative itself": (grad(grad(lambda x: x**4)), 2.0, 48.0),
    "reassigned": (reassigned, 1.0, 1.0),
    "a function of itself": (Confusing(True), 1.0, 1.0),
    "four deep": (lambda x: product_of(4, x), 1.0, 2.0 * 4.0 * 6.0 * 8.0),
    "between two": (
        lambda x: grad(lambda z: z * z * grad(lambda y: x * y)(z))(3.0),
        5.0,
        6.0,
    ),
    "Newton's iteration": (root_by_newton, 2.0, 1 / math.sqrt(8)),
    "a Legendre transform": (lambda q: hamiltonian(q, 3.0), 1.0, 19.6),
    "by its momentum": (lambda p: hamiltonian(1.0, p), 3.0, 1.5),
    "after a step": (after_a_step, 1.0, 4 * 0.6**3 * (1 - 1.2)),
    "a variable that has leaked": (leaked, 2.0, 9.0),
    "create_graph": (lambda x: mg.gradients(x**3, [x], create_graph=True)[0], 2.0, 12.0),
    "create_graph, constant": (lambda x: mg.gradients(3 * x, [x], create_graph=True)[0], 2.0, 0.0),
    "create_graph=False detaches": (lambda x: x * mg.gradients(x**3, [x])[0], 2.0, 12.0),
}


@pytest.mark.parametrize("name", NESTED)
@pytest.mark.parametrize("recording", [True, False])
def test_derivatives_inside_a_function(name: str, recording: bool) -> None:
    f, x, expected = NESTED[name]
    ways: list[Callable[[float], float]] = [
        grad(f),
        lambda x: mg.value_and_grad(f)(x)[1],
        lambda x: mg.jacobian(f)(x)[0],
        lambda x: mg.jacobian(lambda x: [x, f(x)])(x)[1][0],
        lambda x: grad(lambda x: grad(lambda z: z * f(x))(1.0))(x),
    ]
    for way in ways:
        if recording:
            got = way(x)
        else:
            with mg.no_grad():
                got = way(x)
        assert type(got) is float
        assert got == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("name", NESTED)
def test_backward_goes_through_derivatives_inside(name: str) -> None:
    f, number, expected = NESTED[name]
    x = Value(number)
    y = f(x) + 0.0 * x
    y.backward()
    assert x.grad == pytest.approx(expected, rel=1e-14)
    assert mg.gradients(y, [x]) == [x.grad]


def test_a_result_is_a_float_unless_it_may_depend_on_a_value() -> None:
    def f(x: Any, y: Any) -> Any:
        return x * x * y

    w = Value(2.0)
    assert mg.value_and_grad(f, (0, 1))(3.0, 5.0) == (45.0, (30.0, 9.0))
    ways: list[Callable[[], Any]] = [
        lambda: mg.value_and_grad(f, (0, 1))(Value(3.0), 5.0),
        lambda: mg.value_and_grad(f, [1])(3.0, Value(5.0)),
        lambda: mg.value_and_grad(lambda x: w)(3.0),
        lambda: mg.value_and_grad(lambda x: 3.0)(w),
        lambda: mg.value_and_grad(lambda y: y * w.detach())(3.0),
    ]
    for way in ways:
        for block in (mg.large_graph, mg.no_grad):
            with block():
                value, slopes = way()
            found = [value, *slopes] if isinstance(slopes, tuple) else [value, slopes]
            assert all(type(x) is Value for x in found)
    jacobian = mg.jacobian(lambda x: [x, 1.0, w])(3.0)
    assert [type(x) for row in jacobian for x in row] == [Value] * 3
    assert [x.data for row in jacobian for x in row] == [1.0, 0.0, 0.0]
    with mg.no_grad():
        slope = grad(lambda x: w * x)(3.0)
    with pytest.raises(RuntimeError, match="computed inside no_grad"):
        slope.backward()  # type: ignore[attr-defined]


def test_what_is_no_number_is_refused_inside_too() -> None:
    for f in (lambda x: grad(shift)(x), lambda x: grad(lambda y: [x * y])(1.0)):
        with pytest.raises(TypeError, match="the result of f must be a real number"):
            grad(f)(0.0)


def test_a_function_that_changes_data_is_refused() -> None:
    w = Value(2.0)

    def f(x: Any) -> Any:
        y = w * x
        w.data = 5.0
        return y

    with pytest.raises(RuntimeError, match="has changed"):
        grad(f)(3.0)


# ---- Derivatives in losses -----------------------------------------------------------------------

# u(x, y) = w₂·tanh(w₀x + w₁y + b) + w₃·x; what its loss is made of is differentiated by mpmath.
WEIGHTS, POINT = [0.7, -1.2, 1.5, 0.4, 0.3], [0.6, -0.9]


def u(tanh: Callable[[Any], Any], w: Sequence[Any], x: Any, y: Any) -> Any:
    return w[2] * tanh(w[0] * x + w[1] * y + w[4]) + w[3] * x


def partial_of_u(w: Sequence[Any], orders: tuple[int, int]) -> Any:
    return mp.diff(lambda x, y: u(mp.tanh, w, x, y), tuple(POINT), orders)


def gradient_of_u(w: Sequence[Any]) -> Any:
    return grad(partial(u, mg.tanh, w), (0, 1))(*POINT)


def gradient_by_create_graph(w: Sequence[Any]) -> Any:
    x = [Value(number) for number in POINT]
    return mg.gradients(u(mg.tanh, w, *x), x, create_graph=True)


def second_of_u(w: Sequence[Any]) -> Any:
    return mg.hessian(partial(u, mg.tanh, w))(*POINT)


def third_of_u(w: Sequence[Any]) -> Any:
    return grad(grad(grad(lambda x: u(mg.tanh, w, x, POINT[1]))))(POINT[0])


def norm(xs: Sequence[Any], sqrt: Callable[[Any], Any]) -> Any:
    return sqrt(sum(x * x for x in xs))


FIRST, SECOND = [(1, 0), (0, 1)], [(2, 0), (1, 1), (0, 2)]
LOSSES: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "WGAN-GP": (
        lambda w: (norm(gradient_of_u(w), mg.sqrt) - 1.0) ** 2,
        lambda w: (norm([partial_of_u(w, k) for k in FIRST], mp.sqrt) - 1) ** 2,
    ),
    "WGAN-GP by create_graph": (
        lambda w: (norm(gradient_by_create_graph(w), mg.sqrt) - 1.0) ** 2,
        lambda w: (norm([partial_of_u(w, k) for k in FIRST], mp.sqrt) - 1) ** 2,
    ),
    "R1": (
        lambda w: 0.5 * sum(g * g for g in gradient_of_u(w)) + u(mg.tanh, w, *POINT),
        lambda w: (
            sum(partial_of_u(w, k) ** 2 for k in FIRST) / 2 + u(mp.tanh, w, *map(mp.mpf, POINT))
        ),
    ),
    "Laplace's equation": (
        lambda w: (second_of_u(w)[0][0] + second_of_u(w)[1][1]) ** 2,
        lambda w: (partial_of_u(w, SECOND[0]) + partial_of_u(w, SECOND[2])) ** 2,
    ),
    "curvature": (
        lambda w: det(second_of_u(w)) + second_of_u(w)[0][1],
        lambda w: (
            partial_of_u(w, (2, 0)) * partial_of_u(w, (0, 2))
            - partial_of_u(w, (1, 1)) ** 2
            + partial_of_u(w, (1, 1))
        ),
    ),
    "third order": (lambda w: third_of_u(w) ** 2, lambda w: partial_of_u(w, (3, 0)) ** 2),
}


@pytest.mark.parametrize("name", LOSSES)
def test_losses_made_of_derivatives(name: str) -> None:
    loss, exact = LOSSES[name]
    weights = [Value(x) for x in WEIGHTS]
    y = loss(weights)
    y.backward()
    with mp.workdps(60):
        wanted = [
            float(mp.diff(lambda *w: exact(w), tuple(map(mp.mpf, WEIGHTS)), k))
            for k in np.eye(5, dtype=int).tolist()
        ]
        assert y.data == pytest.approx(float(exact(list(map(mp.mpf, WEIGHTS)))), rel=1e-12)
    assert [w.grad for w in weights] == pytest.approx(wanted, rel=1e-10, abs=1e-12)
    slopes = grad(lambda *w: loss(w), range(5))(*WEIGHTS)
    assert [x.data if isinstance(x, Value) else x for x in slopes] == mg.gradients(y, weights)


def test_a_penalty_reaches_the_parameters_of_a_model() -> None:
    model = nn.MLP(2, [3, 1], activation="tanh", rng=0)

    def penalty() -> Any:
        return (norm(grad(lambda *x: model(x), (0, 1))(0.5, -0.3), mg.sqrt) - 1.0) ** 2

    penalty().backward()
    for p in model.parameters():
        number, p.data = p.data, p.data + 1e-6
        above = penalty().data
        p.data = number - 1e-6
        below = penalty().data
        p.data = number
        assert p.grad == pytest.approx((above - below) / 2e-6, rel=1e-6, abs=1e-9)
    assert sum(p.grad != 0.0 for p in model.parameters()) == 12  # all but the last bias


def test_a_loss_made_of_derivatives_compiles() -> None:
    model = nn.MLP(1, [3, 1], activation="tanh", rng=0)
    weights = model.parameters()[:-1]  # the last bias is in no derivative

    def residual(x: Any) -> Any:
        return (grad(grad(lambda z: model([z])))(x[0]) + grad(lambda z: model([z]))(0.5)) ** 2

    program = mg.compile(residual, example_inputs=[[0.3], [0.8]], params=weights)
    value, slopes = program.value_and_grad(np.array([[0.3], [-0.7]]))
    eager = mg.mean([residual([Value(0.3)]), residual([Value(-0.7)])])
    assert value == pytest.approx(eager.data, rel=1e-13)
    assert list(slopes) == pytest.approx(mg.gradients(eager, weights), rel=1e-11, abs=1e-14)


# ---- A result that is a plain number -------------------------------------------------------------


HIDDEN: list[Any] = [
    lambda x: x.data**2,
    lambda x: (3 * x).item(),
    lambda x: [x.data, 1.0],
    lambda x: np.array([x.data]),
]


@pytest.mark.parametrize("f", HIDDEN)
@pytest.mark.parametrize("x", [3.0, 0.0, -30.0])
def test_a_number_that_has_lost_its_derivative_is_refused(f: Any, x: float) -> None:
    """Its derivative would be 0, which is wrong; `fit` refuses such a loss, too."""
    calls: list[Any] = [mg.jacobian(f), lambda x: mg.vjp(f, x), lambda x: mg.jvp(f, (x,), (1.0,))]
    if not isinstance(f(Value(1.0)), (list, np.ndarray)):
        calls += [mg.grad(f), mg.value_and_grad(f), mg.hessian(f)]
    for call in calls:
        with pytest.raises(TypeError, match=r"is there \.data, \.item\(\) or float\(\) on the way"):
            call(x)
    with pytest.raises(TypeError, match="plain number, but it changes with the arguments"):
        mg.grad(lambda x: (x["w"][0].data, "more"), has_aux=True)({"w": [2.0]})


def test_what_is_constant_or_a_staircase_has_the_derivative_0() -> None:
    assert mg.grad(lambda x: 5)(3.0) == 0.0
    assert mg.grad(lambda x: math.nan)(3.0) == 0.0
    for x in (-1.0, 0.0, 1.0, 0.5):
        assert mg.grad(lambda x: 1.0 if x > 0 else 0.0)(x) == 0.0
        assert mg.grad(lambda x: math.floor(x.data))(x) == 0.0
    assert mg.jacobian(lambda x: [x * x, 7.0])(3.0) == [[6.0], [0.0]]
    assert mg.grad(lambda x: x.data * x)(3.0) == 3.0  # a factor that is held fast, on purpose
    assert mg.grad(lambda x: len([x]) if x.data == 3.0 else 1 / 0)(3.0) == 0.0
