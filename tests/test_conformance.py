"""The conformance table: kinks, saturation, infinities, misuse of domains; read as data."""

import builtins
import json
import math
from pathlib import Path
from typing import Any

import pytest

import microgradnn as mg
from microgradnn import Value, losses

CASES = json.loads((Path(__file__).parent / "data" / "conformance.json").read_text("utf-8"))
NAMES: dict[str, Any] = {
    **{name: getattr(mg, name) for name in dir(mg) if not name.startswith("_")},
    "max": mg.maximum,  # the table's short names for two operands and for one sample
    "min": mg.minimum,
    "bce": losses.binary_cross_entropy,
    "bce_logits": losses.binary_cross_entropy_with_logits,
    "ce": losses.cross_entropy,
    "kl": losses.kl_divergence,
    "entropy": losses.entropy,
    "mse": losses.mse_loss,
    "hinge": losses.hinge_loss,
    "half_se": losses.half_squared_error,
    "perceptron": losses.perceptron_loss,
}


def agrees(got: float, expected: float, ulps: int) -> bool:
    expected = float(expected)
    if math.isnan(expected) or math.isinf(expected):
        return repr(got) == repr(expected)
    return abs(got - expected) <= ulps * math.ulp(expected)


def evaluate(case: dict[str, Any]) -> tuple[Any, dict[str, Value]]:
    leaves = {name: Value(float(x), label=name) for name, x in case["inputs"].items()}
    # The table is ours, its expressions are Python over the names above and nothing else.
    return eval(case["expression"], {"__builtins__": {}, **NAMES, **leaves}), leaves


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_conformance(case: dict[str, Any]) -> None:
    if case["expected_error"]:
        names = case["expected_error"].split(":")[0].split(" or ")
        errors = tuple(getattr(builtins, name) for name in names)
        with pytest.raises(errors) as raised:
            evaluate(case)
        assert len(str(raised.value)) > 10  # it says something of its own
        return
    out, leaves = evaluate(case)
    assert agrees(out.data, case["expected_value"], case["tol_ulp_value"]), out.data
    out.backward()
    for name, expected in case["expected_grads"].items():
        got = leaves[name].grad
        assert agrees(got, expected, case["tol_ulp_grad"]), (name, got, expected)


def test_the_table_is_whole() -> None:
    assert len(CASES) == 270
    assert sum(bool(case["expected_error"]) for case in CASES) == 20
