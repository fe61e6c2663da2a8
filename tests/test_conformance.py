"""The conformance table: kinks, saturation, infinities, misuse of domains; read as data."""

import builtins
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import microgradnn as mg
from microgradnn import Value, losses
from microgradnn.compiler import compile
from microgradnn.compiler.back_end import BackEndName

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


def evaluate(case: dict[str, Any], leaves: dict[str, Any]) -> Any:
    # The table is ours, its expressions are Python over the names above and nothing else.
    return eval(case["expression"], {"__builtins__": {}, **NAMES, **leaves})


def leaves_of(case: dict[str, Any]) -> dict[str, Value]:
    return {name: Value(float(x), label=name) for name, x in case["inputs"].items()}


def errors_of(case: dict[str, Any]) -> tuple[type[Exception], ...]:
    names = case["expected_error"].split(":")[0].split(" or ")
    return tuple(getattr(builtins, name) for name in names)


def check(case: dict[str, Any], value: float, grads: dict[str, float], more: int = 0) -> None:
    assert agrees(value, case["expected_value"], case["tol_ulp_value"] + more), value
    for name, expected in case["expected_grads"].items():
        ulps = case["tol_ulp_grad"] + more
        assert agrees(grads[name], expected, ulps), (name, grads[name], expected)


RIGHT = [case for case in CASES if not case["expected_error"]]
WRONG = [case for case in CASES if case["expected_error"]]


@pytest.mark.parametrize("case", RIGHT, ids=lambda case: case["id"])
def test_conformance(case: dict[str, Any]) -> None:
    leaves = leaves_of(case)
    out = evaluate(case, leaves)
    out.backward()
    check(case, out.data, {name: leaf.grad for name, leaf in leaves.items()})


@pytest.mark.parametrize("case", WRONG, ids=lambda case: case["id"])
def test_what_is_refused(case: dict[str, Any]) -> None:
    with pytest.raises(errors_of(case)) as raised:
        evaluate(case, leaves_of(case))
    assert len(str(raised.value)) > 10  # it says something of its own


@pytest.fixture(params=["numpy", "native"])
def backend(request: Any) -> str:
    if request.param == "native":
        pytest.importorskip("llvmlite", reason="the native back end needs llvmlite")
    return str(request.param)


@pytest.mark.parametrize("samples", [0, 1, 4], ids=["uniform", "one sample", "samples"])
@pytest.mark.parametrize("case", RIGHT, ids=lambda case: case["id"])
def test_compiled_conformance(case: dict[str, Any], samples: int, backend: BackEndName) -> None:
    """The leaves are parameters; an input of −0.0 added to each changes no number."""
    batched = samples > 0
    leaves = leaves_of(case)
    zeros = [Value(-0.0) for _ in leaves] if batched else []
    shifted = [z + leaf for z, leaf in zip(zeros, leaves.values(), strict=True)] if batched else []
    out = evaluate(case, dict(zip(leaves, shifted, strict=True)) if batched else leaves)
    below = set(mg.topological_order(out))
    used = {name: leaf for name, leaf in leaves.items() if leaf in below}
    program = compile(out, zeros, list(used.values()), backend=backend)
    X = np.full((max(samples, 1), len(zeros)), -0.0)
    value, gradient = program.value_and_grad(X)
    grads = dict.fromkeys(leaves, 0.0) | dict(zip(used, gradient.tolist(), strict=True))
    # Vector functions have other last digits, of which more are seen where terms cancel.
    more = 0 if backend == "numpy" else 12 if case["id"].startswith("bin.tanh(a*b)") else 4
    if samples < 2 or abs(value) < math.inf:  # the sum over samples may overflow
        check(case, value, grads, more)
    check(case, float(program(X)[-1]), grads, more)


@pytest.mark.parametrize("case", WRONG, ids=lambda case: case["id"])
def test_what_a_program_refuses(case: dict[str, Any], backend: BackEndName) -> None:
    """Recorded where all is well; some are refused there already, for the sake of a constant."""
    with pytest.raises(errors_of(case)) as eager:
        evaluate(case, leaves_of(case))
    leaves = {name: Value(0.5, label=name) for name in case["inputs"]}
    try:
        out = evaluate(case, leaves)
    except type(eager.value):
        assert case["id"] in ("edge.bcel.t2", "edge.ce.negt", "edge.div.const0", "edge.hinge.y01")
        return
    program = compile(out, list(leaves.values()), backend=backend)
    X = [[0.5] * len(leaves), list(map(float, case["inputs"].values()))]
    with pytest.raises(type(eager.value), match="row 1: "):
        program(X)


def test_the_table_is_whole() -> None:
    assert len(CASES) == 270
    assert sum(bool(case["expected_error"]) for case in CASES) == 20
