"""Which back end computes, and why."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest

import microgradnn as mg
from microgradnn import Value, losses, nn
from microgradnn.compiler import back_end, compile
from microgradnn.compiler.back_end import FEWEST_NATIVE, BackEndName


def graph(operations: int) -> tuple[Any, list[Value], list[Value]]:
    x, w = Value(0.5), Value(0.9)
    out = x * w
    for _ in range(operations - 1):
        out = out * w
    return out, [x], [w]


def last_line(program: Any) -> str:
    return str(program.summary().splitlines()[-1])


def test_auto_counts_and_says_so() -> None:
    pytest.importorskip("llvmlite")
    few = compile(*graph(FEWEST_NATIVE - 1), backend="auto")
    assert last_line(few) == "back end: numpy, since 999 operations are fewer than 1,000"
    many = compile(*graph(FEWEST_NATIVE), backend="auto")
    assert last_line(many) == "back end: native, since 1,000 operations are 1,000 or more"
    assert "back end" not in compile(*graph(2)).summary()
    assert last_line(compile(*graph(2), backend="native")) == "back end: native, as asked for"


def test_without_llvmlite(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(back_end, "find_spec", lambda name: None)
    program = compile(*graph(FEWEST_NATIVE), backend="auto")
    assert last_line(program) == "back end: numpy, since llvmlite is not installed"
    wanted = r"needs llvmlite: pip install 'microgradnn\[native\]'"
    with pytest.raises(ImportError, match=wanted):
        compile(*graph(2), backend="native")
    model = nn.MLP(1, [1])
    with pytest.raises(ImportError, match=wanted):
        mg.fit(model, [[0.0]], [1.0], loss=losses.mse_loss, backend="native", progress=False)


def test_what_is_no_back_end_is_refused() -> None:
    with pytest.raises(ValueError, match="must be 'numpy' or 'native' or 'auto', got 'llvm'"):
        compile(*graph(2), backend="llvm")  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="backend must be 'numpy' or 'native' or 'auto', got int 1"):
        compile(*graph(2), backend=1)  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="vector_math must be True or False, got int 1"):
        compile(*graph(2), vector_math=1)  # type: ignore[call-overload]


def test_fit_trains_by_the_same_numbers() -> None:
    pytest.importorskip("llvmlite")
    X, y = [[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0]
    found = []
    for name in ("numpy", "native", "auto"):
        model = nn.MLP(1, [8, 1], activation="tanh", rng=0)
        settings: Any = {"epochs": 20, "progress": False, "compiled": True, "backend": name}
        found.append(mg.fit(model, X, y, loss=losses.mse_loss, **settings).losses)
    assert found[1] == pytest.approx(found[0], rel=1e-9)
    assert found[2] == found[0]  # so few operations


@pytest.mark.parametrize("name", ["numpy", "native"])
def test_a_program_that_nobody_has_is_forgotten_at_once(name: BackEndName) -> None:
    """Its arrays are large: they do not wait for the collector of cycles."""
    if name == "native":
        pytest.importorskip("llvmlite")
    program = compile(*graph(3), backend=name)
    program.value_and_grad([[1.0], [2.0]])
    gc.disable()
    try:
        alive = weakref.ref(program)
        del program
        assert alive() is None
    finally:
        gc.enable()
