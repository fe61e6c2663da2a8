"""The checks, as functions of a graph or of a row's operands, so that faults can be fed to them."""

from __future__ import annotations

import copy
import itertools
import math
import pickle
import sys
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import mpmath as mp
import numpy as np
import pytest

from microgradnn import Value, gradients, relative_error, topological_order
from microgradnn.engine.formulas import PYTHON, Formula
from microgradnn.engine.row import PRIMITIVES, Primitive

from .references import EXACT, REFERENCES, Dual, Point, central_differences, duals, steps
from .strategies import Program, kinks, takes_values

LARGEST, SMALLEST_NORMAL = sys.float_info.max, sys.float_info.min
EPSILON = sys.float_info.epsilon

# ---- One row -----------------------------------------------------------------------------------


def tolerance(exact: Any, ulps: int, spread: Any, operands: Sequence[float]) -> Any:
    """How far off a result may be.

    `spread` is Σ|x·f′|: what the result changes by, relative to one, as its operands do.
    """
    size = min(abs(exact), LARGEST)
    bound = ulps * math.ulp(float(size)) + EPSILON * spread
    if size < SMALLEST_NORMAL:
        bound = max(bound, 4 * math.ulp(0.0) * max(1.0, *map(abs, operands)))
    return bound


def error(got: float | None, exact: Any, bound: Any) -> float:
    """How far off a float is, in units of the bound; infinity stands for what is too large."""
    if got is None or got != got:
        return math.inf
    if math.isinf(got):
        return 0.0 if got * mp.sign(exact) > 0 and abs(exact) + bound >= LARGEST else math.inf
    return float(abs(got - exact) / bound)


class Wanted(NamedTuple):
    """What a row's value, or its derivative by the operand at `place`, should be."""

    place: int | None
    exact: Any
    bound: Any


def wanted(row: Primitive, operands: Sequence[float], curved: bool = True) -> list[Wanted]:
    """The value and the derivatives, with their bounds; without `curved` only 4 ulp of these."""
    point, places = Point(row, operands), smooth_places(row, operands)
    slopes = [point.slope(i) for i in places]
    spread = sum(abs(operands[i] * slope) for i, slope in zip(places, slopes, strict=True))
    exact = point.value()
    found = [Wanted(None, exact, tolerance(exact, 2, spread, operands))]
    for i, slope in zip(places, slopes, strict=True):
        # Two softmaxes may cancel, and an exponential of what is next to 0 is rounded as if its
        # operand were 1.
        between_softmaxes = row.name == "cross_entropy_of_logits"
        least = float(between_softmaxes)
        curvatures = [(operands[j], point.curvature(i, j)) for j in places] if curved else []
        spread = sum(max(abs(x), least) * abs(curvature) for x, curvature in curvatures)
        if between_softmaxes:  # costs are subtracted that are as large as the largest logit
            spread += max(map(abs, operands))
        found.append(Wanted(i, slope, tolerance(slope, 4, spread, operands)))
    return found


def answers(row: Primitive, operands: Sequence[float]) -> dict[int | None, float | None]:
    """What a node records: its value and local derivatives; infinity alone, if it is too large."""
    try:
        node = row(*as_values(row, operands))
    except (OverflowError, ZeroDivisionError):
        return {None: math.copysign(math.inf, Point(row, operands).value())}
    return {None: node.data, **dict(enumerate(node.local_grads))}


def check_accuracy(row: Primitive, operands: Sequence[float]) -> None:
    """The value and the local derivatives that a node records, against mpmath."""
    got = answers(row, operands)
    for curved in (False, True):  # the second derivatives take long and are seldom needed
        pairs = [(w, got[w.place]) for w in wanted(row, operands, curved) if w.place in got]
        wrong = [(w, x) for w, x in pairs if not error(x, w.exact, w.bound) <= 1]
        if not wrong:
            return
    (place, exact, bound), number = wrong[0]
    what = "the value" if place is None else f"∂/∂operand {place}"
    nearly = f"{mp.nstr(exact, 20)} ± {mp.nstr(bound, 3)}"
    raise AssertionError(f"{row.name}{tuple(operands)}: {what} is {number!r}, not {nearly}")


def smooth_places(row: Primitive, operands: Sequence[float]) -> list[int]:
    """The operands for which there is a derivative: none at a kink or an edge of the domain."""
    if row.name == "pow" and operands[0] < 0:  # to an integer: the base may change, it may not
        return [0]
    inside = all(low < x < high for x, (low, high, _) in zip(operands, row.domain, strict=False))
    if not inside or any(kink(*operands) == 0 for kink in kinks(row)):
        return []
    return [i for i in range(len(operands)) if takes_values(row, i)]


def as_values(row: Primitive, operands: Sequence[float]) -> list[Any]:
    return [Value(x) if takes_values(row, i) else x for i, x in enumerate(operands)]


def check_second_derivatives(row: Primitive, operands: Sequence[float]) -> None:
    """A recorded backward pass, differentiated again, against mpmath."""
    point = Point(row, operands)
    values = as_values(row, operands)
    places = [i for i, x in enumerate(values) if isinstance(x, Value)]
    inputs = [values[i] for i in places]
    node = row(*values)
    first = gradients(node, inputs, create_graph=True)
    pairs = itertools.combinations_with_replacement(places, 2)
    curvatures = {frozenset(pair): point.curvature(*pair) for pair in pairs}
    for i, slope in zip(places, first, strict=True):
        for j, got in zip(places, gradients(slope, inputs), strict=True):
            exact = curvatures[frozenset((i, j))]
            scale = 1.0 + abs(node.data) + abs(slope.data) + abs(exact)
            assert abs(got - exact) <= 1e-12 * scale, (i, j, got, mp.nstr(exact, 20))


def check_recorded_partials(row: Primitive, operands: Sequence[float]) -> None:
    """Recorded as a graph, the local derivatives are the same numbers; nothing raises on the way.

    Unless one of them is infinite or NaN: then there is no value to record.
    """
    values = as_values(row, operands)
    try:
        node = row(*values)
    except (OverflowError, ZeroDivisionError):
        return
    local = [d for d in node.local_grads if d is not None]
    if all(map(math.isfinite, local)):
        inputs = [x for x in values if isinstance(x, Value)]
        assert [d.data for d in gradients(node, inputs, create_graph=True)] == local


def check_recording(row: Primitive, operands: Sequence[Any]) -> None:
    """The compiled recording of a row does to the bit what `Value._record` says.

    Where the value is defined, so are the derivatives: numbers, and never an exception.
    """
    numbers = [x.data if isinstance(x, Value) else x for x in operands]
    try:
        value = row(*numbers)
    except (ValueError, ZeroDivisionError, OverflowError) as error:
        assert all(map(math.isfinite, numbers)), "what is not finite never raises"
        for record in (Value._apply, Value._record):
            with pytest.raises(type(error)):
                record(row, tuple(operands))
        return
    plain = Value._record(row, tuple(operands))
    assert recorded(Value._apply(row, tuple(operands))) == recorded(plain)
    assert repr(plain.data) == repr(value)
    wanted = [float if isinstance(x, Value) else type(None) for x in operands]
    assert list(map(type, plain.local_grads)) == wanted
    if math.isnan(value) and any(map(math.isnan, numbers)) and not row.keeps_partials_at_nan:
        assert all(d is None or math.isnan(d) for d in plain.local_grads)


def recorded(node: Value) -> list[Any]:
    """All that a node records, its numbers as text, in which NaN equals NaN."""
    return [node.op, repr(node.data), repr(node.local_grads), repr(node.operands), repr(node)]


def check_arrays(row: Primitive, points: Sequence[Sequence[float]]) -> None:
    """The row on arrays, and its derivatives on arrays, are what they are number by number."""
    columns: list[Any] = [np.array(column) for column in zip(*points, strict=True)]
    if not takes_values(row, 0):  # the choice of one softmax is the same for all points
        points = [(points[0][0], *operands[1:]) for operands in points]
        columns[0] = points[0][0]
    out = row(*columns)
    slopes: Any = row.partials
    slopes = slopes(out, *columns) if callable(slopes) else [f(out, *columns) for f in slopes]
    for i, operands in enumerate(points):
        node = row(*as_values(row, operands))
        local = [0.0 if d is None else d for d in node.local_grads]
        spread = math.fsum(abs(x * d) for x, d in zip(operands, local, strict=True))
        bound = 4 * math.ulp(node.data) + len(operands) * EPSILON * spread
        assert abs(out[i] - node.data) <= bound, (operands, out[i], node.data)
        on_arrays = [float(np.broadcast_to(slope, len(points))[i]) for slope in slopes]
        assert on_arrays == pytest.approx(local, rel=1e-14, abs=1e-14)


def check_text(row: Primitive, operands: Sequence[float]) -> None:
    """The Python text of a row that is a formula says what the row does."""
    names = [f"x{i}" for i in range(len(operands))]
    text = row(*map(Formula, names)).code(PYTHON)
    functions = {name: primitive.forward for name, primitive in PRIMITIVES.items()}
    numbers = dict(zip(names, operands, strict=True)) | {"inf": math.inf, "nan": math.nan}
    assert repr(eval(text, functions | numbers)) == repr(row(*operands)), text


# ---- A whole graph -----------------------------------------------------------------------------


def build(program: Program) -> list[Value]:
    """The program on Values: its nodes, the leaves first and the output last."""
    return program.run(map(Value, program.leaves), lambda row, operands: row(*operands))


def differentiate(program: Program) -> tuple[list[Value], list[float]]:
    """The nodes, and the gradients of the leaves after one backward pass."""
    nodes = build(program)
    nodes[-1].backward()
    return nodes, [leaf.grad for leaf in nodes[: len(program.leaves)]]


def path_sums(root: Value, least: float = 0.001) -> dict[Value, float]:
    """For each node the sum over all paths from the root of |the product of local derivatives|.

    A derivative counts as `least` at least: near a zero, its error is not relative to itself but
    to the operands it was computed from.
    """
    sums = {root: 1.0}
    for node in reversed(topological_order(root)):
        for operand, local in zip(node.operands, node.local_grads, strict=True):
            if local is not None:
                through = max(abs(local), least) * sums[node]
                sums[operand] = sums.get(operand, 0.0) + through
    return sums


def check_finite_differences(program: Program) -> None:
    """The gradient by backward against differences of the same program on plain floats."""
    nodes, analytic = differentiate(program)

    def on_floats(leaves: Sequence[float]) -> float:
        return float(program.run(leaves, lambda row, operands: row(*operands))[-1])

    numeric = central_differences(on_floats, program.leaves)
    # The quotient itself is no better than this: what it changes by when its step is doubled
    # (curvature), and what the rounding of every node does to a value, divided by the step.
    doubled = central_differences(on_floats, program.leaves, widen=2.0)
    step = min(steps(program.leaves))  # nodes that are smaller than it grow to its size
    sums = path_sums(nodes[-1], 0.0).items()
    noise = EPSILON * sum(max(abs(x.data), step) * size for x, size in sums)
    floor = math.dist(numeric, doubled) + noise / step
    assert relative_error(analytic, numeric) < 1e-6 or math.dist(analytic, numeric) <= floor, (
        analytic,
        numeric,
    )


def check_against_mpmath(program: Program) -> None:
    """The gradient of the whole graph against the same program in 90 digits."""
    nodes, grads = differentiate(program)
    sums = path_sums(nodes[-1])

    def run(leaves: Sequence[Any]) -> Any:
        return program.run(leaves, lambda row, xs: REFERENCES[row.name](*map(mp.mpf, xs)))[-1]

    with mp.workdps(90):
        leaves, step = [mp.mpf(x) for x in program.leaves], mp.mpf("1e-30")
        for i, got in enumerate(grads):
            above, below = ([*leaves[:i], leaves[i] + h, *leaves[i + 1 :]] for h in (step, -step))
            exact = (run(above) - run(below)) / (2 * step)
            bound = 1e-12 * sums.get(nodes[i], 0.0) + 1e-50  # what 90 digits lose in a difference
            assert abs(got - exact) <= bound, (i, got, mp.nstr(exact, 20), bound)


def check_integers(program: Program) -> None:
    """Value and gradient of a graph of integers, and a second pass, to the last digit."""
    nodes, grads = differentiate(program)
    exact = program.run(duals(program.leaves), exactly)[-1]
    assert Fraction(nodes[-1].data) == exact.value
    assert tuple(map(Fraction, grads)) == exact.slopes
    nodes[-1].backward()
    assert [leaf.grad for leaf in nodes[: len(grads)]] == [2 * g for g in grads]


def exactly(row: Primitive, operands: Sequence[Any]) -> Any:
    slopes = next(len(x.slopes) for x in operands if not isinstance(x, float))
    constant = tuple([Fraction(0)] * slopes)
    return EXACT[row.name](
        *(Dual(Fraction(x), constant) if isinstance(x, float) else x for x in operands)
    )


def check_passes(program: Program) -> None:
    """`gradients` gives what backward leaves; a second pass adds to the leaves only."""
    nodes, grads = differentiate(program)
    leaves, others = nodes[: len(grads)], nodes[len(grads) :]
    assert gradients(nodes[-1], nodes) == [x.grad for x in nodes]
    before = [x.grad for x in others]
    nodes[-1].backward()
    assert [x.grad for x in others] == before
    sums = path_sums(nodes[-1])
    for leaf, grad in zip(leaves, grads, strict=True):  # a sum of 2n terms may round otherwise
        assert abs(leaf.grad - 2 * grad) <= 1e-14 * sums.get(leaf, 0.0)


def check_recorded_gradients(program: Program) -> None:
    """With create_graph the gradients are Values of the same numbers."""
    nodes = build(program)
    leaves = nodes[: len(program.leaves)]
    sums = path_sums(nodes[-1])
    plain = gradients(nodes[-1], leaves)
    for leaf, number, value in zip(
        leaves, plain, gradients(nodes[-1], leaves, create_graph=True), strict=True
    ):
        assert abs(value.data - number) <= 1e-12 * sums.get(leaf, 0.0)
    assert [x.grad for x in nodes] == [0.0] * len(nodes)


def check_copies(program: Program) -> None:
    """Deep copies and pickles have the same numbers and the same structure, and share no node."""
    nodes, _ = differentiate(program)
    for place, node in enumerate(nodes):
        node.label = f"x{place}"
    for twin in (copy.deepcopy(nodes[-1]), pickle.loads(pickle.dumps(nodes[-1]))):
        assert described(twin) == described(nodes[-1])
        assert not set(topological_order(twin)) & set(nodes)


def described(root: Value) -> list[Any]:
    """Each node of a graph, its operands by their places."""
    order = topological_order(root)
    place = {node: i for i, node in enumerate(order)}
    operands = [[place.get(x, x) for x in node.operands] for node in order]
    numbers = [(node.data, node.grad, node.label, node.op, node.local_grads) for node in order]
    return [operands, numbers]
