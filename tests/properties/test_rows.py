"""Every row of the table: value, derivatives, recording, arrays and text, over all its operands."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from microgradnn import Value
from microgradnn.engine.row import PRIMITIVES, Primitive

from .oracles import (
    as_values,
    check_accuracy,
    check_arrays,
    check_recorded_partials,
    check_recording,
    check_second_derivatives,
    check_text,
)
from .points import points, possible_regions, regions_of
from .references import REFERENCES
from .strategies import (
    CHOOSING,
    ROWS,
    any_operands,
    extreme_operands,
    moderate_operands,
    takes_values,
)

FIXED = [row for row in ROWS if row.arity is not None]
FORMULAS = [row for row in FIXED if row.kind == "formula"]

each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
each_fixed = pytest.mark.parametrize("row", FIXED, ids=lambda row: row.name)
each_formula = pytest.mark.parametrize("row", FORMULAS, ids=lambda row: row.name)

POINTS = min(settings().max_examples * 3 // 2, 10_000)

# A third of the profile's examples, for what does not depend much on the numbers.
fewer = settings(max_examples=settings().max_examples // 3)


def test_every_row_has_a_reference() -> None:
    missing = [row.name for row in ROWS if row.name not in REFERENCES]
    assert not missing, f"write these rows in mpmath, in references.py: {missing}"


EDGES = [sign * x for e in (0.0, 1.0) for x in (e, math.nextafter(e, 2.0)) for sign in (1.0, -1.0)]


@each_fixed
def test_the_domain_is_where_the_operation_does_not_raise(row: Primitive) -> None:
    for place, interval in enumerate(row.domain):
        for x in (*EDGES, -2.0, -0.5, 0.5, 2.0):
            operands = [x if i == place else 0.5 for i in range(len(row.domain))]
            try:
                row(*operands)
            except (ValueError, ZeroDivisionError):
                assert x not in interval, operands
            else:
                assert x in interval, operands


# + − × and their sums keep the derivatives that they have; what is not taken adds nothing.
LINEAR = {"add", "sub", "mul", "neg", "sum", "dot", "take", "where_greater"}


@each_row
def test_partials_at_nan_are_nan(row: Primitive) -> None:
    operands = [1.0, 0.5, 0.5, 0.5][
        : row.arity or (2 if row.name.startswith("cross_entropy") else 3)
    ]
    operands[row.name in CHOOSING] = math.nan
    local = [d for d in row(*as_values(row, operands)).local_grads if d is not None]
    assert all(map(math.isnan, local)) == (row.name not in LINEAR), local


@pytest.mark.parametrize(
    ("name", "operands", "partials"),
    [
        ("abs", (0.0,), (0.0,)),
        ("relu", (0.0,), (0.0,)),
        ("leaky_relu", (0.0, 0.25), (0.25, 0.0)),
        ("elu", (0.0, 0.25), (0.25, 0.0)),
        ("heaviside", (0.0,), (0.0,)),
        ("sign", (0.0,), (0.0,)),
        ("piecewise_linear", (0.5,), (0.0,)),
        ("piecewise_linear", (-0.5,), (0.0,)),
        ("maximum", (2.0, 2.0), (0.5, 0.5)),
        ("minimum", (2.0, 2.0), (0.5, 0.5)),
        ("clip", (1.0, 1.0, 2.0), (1.0, 0.0, 0.0)),
        ("clip", (2.0, 1.0, 2.0), (1.0, 0.0, 0.0)),
    ],
)
def test_partials_at_kinks(
    name: str, operands: tuple[float, ...], partials: tuple[float, ...]
) -> None:
    row: Any = PRIMITIVES[name]
    assert any(kink(*operands) == 0.0 for kink in row.kinks)
    assert row(*map(Value, operands)).local_grads == partials


def test_cross_entropy_of_logits_whose_difference_overflows() -> None:
    check_accuracy(PRIMITIVES["cross_entropy"], [1.5e308, -1e308, 0.5, 1e-10])


@pytest.mark.parametrize("name", ["xlogy", "rel_entr"])
def test_zero_times_an_infinite_logarithm_is_zero(name: str) -> None:
    row: Any = PRIMITIVES[name]
    assert row(Value(0.0), math.inf).data == row(0.0, math.inf) == 0.0
    assert math.isnan(row(Value(0.0), math.nan).data)


# Where the value is too large for a float.
UNREACHABLE = {"sinh": {"huge"}, "cosh": {"huge"}}


@each_row
def test_accuracy_in_every_region(row: Primitive) -> None:
    tried: Counter[str] = Counter()
    for operands in points(row, POINTS):
        check_accuracy(row, operands)
        tried.update(regions_of(operands[row.name in CHOOSING]))
    rare = {name for name in possible_regions(row.domain[0]) if tried[name] < POINTS / 7}
    assert rare <= UNREACHABLE.get(row.name, set()), f"hardly tried: {rare}"


@pytest.mark.parametrize("x", [-0.7486434739198217, -0.7606541229675022, -0.7508211751630329])
def test_gelu_keeps_its_digits_at_the_root_of_its_derivative(x: float) -> None:
    check_accuracy(PRIMITIVES["gelu"], [x])  # Φ(x) + x·φ(x) as it stands is outside the bound here


@each_row
@given(st.data())
def test_a_nan_goes_through(row: Primitive, data: st.DataObject) -> None:
    operands = list(data.draw(moderate_operands(row)))
    places = [i for i in range(len(operands)) if takes_values(row, i)]
    operands[data.draw(st.sampled_from(places))] = math.nan
    if row.name == "pow" and (operands[0] == 1.0 or operands[1] == 0.0):
        return  # 1 whatever the other is, as for Python's floats
    if row.name == "cross_entropy" and not any(operands[len(operands) // 2 :]):
        return  # 0, for no logit is asked for
    if row.name == "take" and not math.isnan(operands[1 + int(operands[0])]):
        return  # another is taken
    if row.name == "where_greater":
        return  # compared by it, as everywhere, a NaN is above nothing; and the other may be taken
    assert math.isnan(row(*operands))
    assert math.isnan(row(*as_values(row, operands)).data)
    with np.errstate(all="ignore"):
        columns = [np.array([x]) if takes_values(row, i) else x for i, x in enumerate(operands)]
        assert np.isnan(row.array_form()(*columns)).all()


@each_row
@given(st.data())
def test_accuracy(row: Primitive, data: st.DataObject) -> None:
    operands = data.draw(extreme_operands(row))
    check_accuracy(row, operands)
    check_recording(row, as_values(row, operands))


@each_row
@fewer
@given(st.data())
def test_recorded_partials(row: Primitive, data: st.DataObject) -> None:
    check_recorded_partials(row, data.draw(extreme_operands(row)))


@each_row
@fewer
@given(st.data())
def test_second_derivatives(row: Primitive, data: st.DataObject) -> None:
    check_second_derivatives(row, data.draw(moderate_operands(row)))


@each_row
@fewer
@given(st.data())
def test_recording(row: Primitive, data: st.DataObject) -> None:
    operands = list(data.draw(any_operands(row)))
    places = [i for i in range(len(operands)) if takes_values(row, i)]
    for i in data.draw(st.lists(st.sampled_from(places), min_size=1, unique=True)):
        operands[i] = Value(operands[i])
    check_recording(row, operands)


@each_row
@fewer
@given(st.data())
def test_arrays(row: Primitive, data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 4))
    check_arrays(row, data.draw(st.lists(moderate_operands(row, count), min_size=1, max_size=4)))


@each_formula
@fewer
@given(st.data())
def test_text(row: Primitive, data: st.DataObject) -> None:
    check_text(row, data.draw(extreme_operands(row)))
