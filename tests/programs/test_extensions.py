"""Programs that extend the engine: leaves in other forms, derivatives given, subclasses."""

import copy
import math
import pickle
from typing import Any

import numpy as np
import pytest
from complex_step import value_and_gradient

import microgradnn as mg
from microgradnn.engine import Value

# ---- Leaves, in the forms of other engines -----------------------------------------------------


@pytest.mark.parametrize(
    ("leaf", "label"),
    [
        (lambda: Value(2.0, (), ""), ""),
        (lambda: Value(2.0, (), "", "w"), "w"),
        (lambda: Value(2.0, (), "", label="w"), "w"),
        (lambda: Value(2.0, (), (), "w"), "w"),
        (lambda: Value(2.0, _children=(), _op=""), ""),
        (lambda: Value(2.0, (), _op=""), ""),
        (lambda: Value(2.0, _op="", label="w"), "w"),
        (lambda: Value(2, label="w"), "w"),
        (lambda: Value(data=2.0), ""),
        (lambda: Value(2.0, "w"), "w"),
    ],
)
def test_a_leaf(leaf: Any, label: str) -> None:
    x = leaf()
    assert (x.data, x.grad, x.label) == (2.0, 0.0, label)
    assert (x._prev, x._children, x._op, x._local_grads) == (set(), (), "", ())
    assert x.operands == x.local_grads == ()
    x._backward()  # hands nothing on
    (x * x).backward()
    assert x.grad == 4.0


def test_operands_without_derivatives_are_refused() -> None:
    a, b = Value(2.0), Value(3.0)
    with pytest.raises((TypeError, ValueError), match="derivative"):
        Value(a.data * b.data, (a, b), "*")
    with pytest.raises((TypeError, ValueError), match=r"local_grads|derivative"):
        Value(a.data * b.data, (a, b), (3.0,))
    assert (a.grad, b.grad) == (0.0, 0.0)


# ---- Local derivatives of one's own ------------------------------------------------------------


def log(p: Any) -> Any:
    return Value(math.log(p.data), (p,), (1 / p.data,))


def hypotenuse(a: Any, b: Any) -> Any:
    length = math.hypot(a.data, b.data)
    return Value(length, (a, b), (a.data / length, b.data / length))


def product(xs: list[Any]) -> Any:
    whole = math.prod(x.data for x in xs)
    return Value(whole, tuple(xs), tuple(whole / x.data for x in xs))


def mixed(a: Any, b: Any, c: Any) -> Any:
    """Nodes of one, two and three given operands between ordinary ones; `a` is used three times."""
    return log(hypotenuse(a * b, c)) * product([a, b + c, a]) - a


def mixed_by_hand(xs: list[Any]) -> Any:
    a, b, c = xs
    length = ((a * b) ** 2 + c**2) ** 0.5
    return length.log() * (a * (b + c) * a) - a


NUMBERS = [1.25, -0.5, 2.0]


def test_given_derivatives_are_used() -> None:
    leaves = [Value(x) for x in NUMBERS]
    y = mixed(*leaves)
    y.backward()
    value, gradient = value_and_gradient(mixed_by_hand, NUMBERS)
    assert y.data == pytest.approx(value, rel=1e-14)
    assert [leaf.grad for leaf in leaves] == pytest.approx(gradient, rel=1e-13)
    assert mg.gradients(y, leaves) == pytest.approx(gradient, rel=1e-13)


def test_given_derivatives_are_used_by_hand() -> None:
    a, b, c = (Value(x) for x in NUMBERS)
    whole = product([a, b, c])
    assert whole._children == (a, b, c)
    assert whole._local_grads == (b.data * c.data, a.data * c.data, a.data * b.data)
    whole.grad = 2.0
    for child, local_grad in zip(whole._children, whole._local_grads, strict=True):
        child.grad += local_grad * whole.grad
    by_loop = [x.grad for x in (a, b, c)]
    assert by_loop == pytest.approx([-2.0, 5.0, -1.25])
    for x in (a, b, c):
        x.grad = 0.0
    whole._backward()
    assert [x.grad for x in (a, b, c)] == by_loop


def test_a_given_derivative_is_what_is_told_drawn_and_explained() -> None:
    """Even a wrong one: that is what a straight-through estimator relies on."""
    x = Value(0.3, "x")
    rounded = Value(round(x.data), (x,), (1.0,), "rounded")
    y = rounded * 5.0
    y.backward()
    assert (y.data, x.grad, rounded.label) == (0.0, 5.0, "rounded")
    assert "rounded" in mg.draw(y).svg
    assert mg.explain(y, x).total == 5.0
    assert "given" in str(mg.steps(y))
    page = mg.explore(y).html
    assert "The numbers cannot be changed here: given is an operation of your own" in page


def test_given_derivatives_cannot_be_differentiated_or_compiled() -> None:
    x = Value(2.0, "x")
    y = log(x) * x
    assert mg.gradients(y, [x]) == pytest.approx([math.log(2.0) + 1.0])
    with pytest.raises((TypeError, ValueError, RuntimeError, NotImplementedError), match="given"):
        mg.gradients(y, [x], create_graph=True)
    with pytest.raises((TypeError, ValueError, RuntimeError, NotImplementedError), match="given"):
        mg.compile(y, [x])


def test_given_derivatives_inside_no_grad_are_not_kept() -> None:
    x = Value(2.0)
    with mg.no_grad():
        y = log(x)
    assert y.data == math.log(2.0)
    with pytest.raises(RuntimeError, match="no_grad"):
        y.backward()


def test_a_given_node_is_copied_with_its_graph() -> None:
    a = Value(NUMBERS[0])
    y = product([a, a * 2.0, a])
    for twin in (copy.deepcopy(y), pickle.loads(pickle.dumps(y))):
        twin.backward()
        leaf = next(n for n in mg.topological_order(twin) if n.op is None)
        assert leaf is not a
        assert leaf.grad == pytest.approx(6 * NUMBERS[0] ** 2, rel=1e-14)


# ---- Subclasses --------------------------------------------------------------------------------


class Tracked(Value):
    """Has a method, an attribute and a constructor of its own."""

    made = 0

    def __init__(self, data: Any, _children: Any = (), _op: str = "", name: str = "") -> None:
        super().__init__(data, _children, _op)
        self.name = name
        self.visits: list[str] = []
        Tracked.made += 1

    def exp2(self) -> Any:
        power: float = 2.0**self.data
        return Value(power, (self,), (power * math.log(2.0),))


def descendants(node: Any) -> int:
    return 1 + sum(descendants(child) for child in node._children)


def test_a_subclass_has_methods_and_attributes() -> None:
    before = Tracked.made
    x, y = Tracked(3.0, name="x"), Tracked(0.5)
    z = x.exp2() * y + x * 2.0 - y * y
    z.backward()
    assert z.data == 8.0 * 0.5 + 6.0 - 0.25
    assert x.grad == pytest.approx(8.0 * math.log(2.0) * 0.5 + 2.0, rel=1e-15)
    assert y.grad == 8.0 - 1.0
    assert (x.name, y.name, Tracked.made - before) == ("x", "", 2)
    x.visits.append("first")
    assert (x.visits, y.visits) == (["first"], [])
    assert isinstance(z, Value)
    assert descendants(z) == 12  # as a tree: x and y three times each, and the number


def test_a_subclass_stands_wherever_a_value_does() -> None:
    x, w = Tracked(0.5), Tracked(-2.0)
    for y, slope in [
        (1.0 + x, 1.0),
        (x / w, -0.5),
        (1.0 / x, -4.0),
        (x**2, 1.0),
        (2.0**x, math.sqrt(2) * math.log(2)),
        (-x, -1.0),
        (abs(w) * x, 2.0),
        (x.tanh(), 1 - math.tanh(0.5) ** 2),
        (mg.exp(x), math.exp(0.5)),
        (mg.dot([w, w], [x, x], 1.0), -4.0),
        (mg.sum([x, x, x]), 3.0),
        (mg.maximum(x, w), 1.0),
        (mg.softmax([x, 0.0])[0], 1 / (2 + math.exp(0.5) + math.exp(-0.5))),
        (sum([x, w, x]), 2.0),
    ]:
        x.grad = 0.0
        y.backward()  # type: ignore[union-attr]
        assert x.grad == pytest.approx(slope, rel=1e-14)
    assert x > w
    assert not x <= w
    assert mg.gradients(x * x * x, [x]) == [0.75]
    (slope_of_slope,) = mg.gradients(mg.gradients(x**3, [x], create_graph=True)[0], [x])
    assert slope_of_slope == 3.0
    assert [y.data for y in np.array([1.0, 2.0]) * x] == [0.5, 1.0]


def test_a_subclass_is_copied_with_its_attributes() -> None:
    x = Tracked(1.5, name="x")
    x.visits.append("before")
    shallow, twin = copy.copy(x), copy.deepcopy(x)
    for copied in (shallow, twin):
        assert (type(copied), copied.data, copied.name) == (Tracked, 1.5, "x")
    assert shallow.visits is x.visits
    twin.visits.append("after")
    assert x.visits == ["before"]
    y, loaded = pickle.loads(pickle.dumps((x * x, x)))
    y.backward()
    assert (type(loaded), loaded.name, loaded.grad) == (Tracked, "x", 3.0)


class Cubic(Value):
    """Redefines an operator."""

    def __pow__(self, other: Any) -> Any:
        return self * self * self if other == 3 else super().__pow__(other)


def test_a_subclass_may_redefine_an_operator() -> None:
    x = Cubic(2.0)
    y = x**3 + x**2
    y.backward()
    assert (y.data, x.grad) == (12.0, 16.0)


def test_a_method_that_is_given_to_the_class_is_one_of_all_results(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def cube(self: Any) -> Any:
        return Value(self.data**3, (self,), (3 * self.data**2,))

    monkeypatch.setattr(Value, "cube", cube, raising=False)
    x = Value(0.5)
    y: Any = x * 2.0 + 1.0
    y.cube().backward()
    assert x.grad == 3 * 2.0**2 * 2.0


# ---- What stays as it is -----------------------------------------------------------------------


def test_the_function_of_the_backward_pass_is_not_assigned() -> None:
    x = Value(2.0)
    y = x * 1.0
    with pytest.raises((AttributeError, TypeError), match=r"mg\.primitive"):
        y._backward = lambda: None
    for name in ("_prev", "_children", "_op", "_local_grads"):
        with pytest.raises(AttributeError):
            setattr(y, name, ())
    y.backward()
    assert x.grad == 1.0
