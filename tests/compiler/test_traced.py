"""What a traced Value is, no function may look at: it is refused, or compiled right."""

from __future__ import annotations

import copy
import linecache
import math
import pickle
import random
import re
import statistics
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import microgradnn as mg
from microgradnn import Value, losses, nn
from microgradnn.compiler import compile

# Functions of a list of inputs `x` and a parameter `w`. Each looks at a number in the line with
# the comment "here".
LOOKING = """
return x[0] if x[0] > 0 else w  # here
return x[0] if 0 > x[0] else w  # here
return x[0] if x[0] >= w else w  # here
return x[0] if w < 1 else -x[0]  # here
return x[0] if w <= np.float64(1) else -x[0]  # here
return x[0] if np.float64(0) < x[0] * w else -x[0]  # here
return x[0] if not x[0] > 0 else w  # here
return w * x[0] if x[0] > 0 and x[1] > 0 else w  # here
return w * x[0] if x[0] > 0 or x[1] > 0 else w  # here
return w * x[0] if 0 < x[0] < 1 else w  # here
return w * x[0] if (x[0] > 0) & (x[1] > 0) else w  # here
return w * x[0] if ~(x[0] > 0) else w  # here
return w * x[0] if (x[0] > 0) == True else w  # here
return w * x[0] if (x[0] > 0) != False else w  # here
return w * x[0] if bool(x[0] > 0) else w  # here
return w * x[0] if x[0] else w  # here
return x[0] and w  # here
return w if any([x[0] > 0]) else x[0]  # here
return w if all([x[0], x[1]]) else x[0]  # here
return w * max(x[0], x[1])  # here
return w * min(x)  # here
return w * max(x, key=lambda v: v * v)  # here
return w * sorted(x)[0]  # here
x.sort(); return w * x[0]  # here
return w * sorted([(v, 1) for v in x])[0][0]  # here
return w * statistics.median(x)  # here
return w * next(v for v in x if v < 2)  # here
return w * sum(v for v in x if v < 2)  # here
return w * (x[0] > 0)  # here
return (x[0] > 0) * w  # here
return w + x[0] * float(x[0] > 0)  # here
return w + int(x[0] > 0)  # here
return w + [x[0], x[1]][x[0] > 0]  # here
return w * mg.where(x[0], x[1], 2.0)  # here
return w * mg.where((x[0] > 0) == (x[1] > 0), x[1], 2.0)  # here
return w * mg.exp(x[0] > 0)  # here
return w * x[0].data  # here
return w * x[0].item()  # here
return w * Value.item(x[0])  # here
return w * x[0].detach()  # here
return x[0] * w.data  # here
return x[0] * w.item()  # here
return x[0] * w.detach()  # here
return x[0] * w * w.grad  # here
return w * float(x[0])  # here
return w * int(x[0])  # here
return w * round(x[0])  # here
return w * math.floor(x[0].data)  # here
return w * math.exp(x[0])  # here
return w * float(f"{x[0]:.2f}")  # here
return w * float("%f" % x[0])  # here
return w * float(format(x[0], "g"))  # here
return w * float("{:.3f}".format(x[0] * w))  # here
return w * len(f"{x[0] > 0}")  # here
return w * copy.copy(x[0])  # here
return w * copy.deepcopy(x[0])  # here
return w * copy.deepcopy(x)[0]  # here
return w * pickle.loads(pickle.dumps(x[0]))  # here
return w * (x[0] * 2).local_grads[0]  # here
return w * (x[0] * x[0]).local_grads[0]  # here
y = x[0] * w; y.backward(); return w * x[0].grad  # here
return w * np.maximum(np.array(x), 0)[0]  # here
return w * np.sort(np.array(x))[0]  # here
return w * np.clip(np.array(x), 0, 1)[0]  # here
return w * np.where(np.array(x) > 0, 1.0, 2.0)[0]  # here
return w * np.array(x)[np.array(x) > 0][0]  # here
return w * int(np.argmax(np.array(x)))  # here
return w * np.max(np.array(x))  # here
return w * float(np.array(x).astype(float)[0])  # here
return w * np.array(x, dtype=float)[0]  # here
return w * mg.clip(x[0], x[1], 3.0)  # here
x[0].data = 3.0; return w * x[0]  # here
w.data = 0.5; return w * x[0]  # here
w.data -= 0.5; return w * x[0]  # here
return w * mg.gradients(x[0] * x[0] * w, [x[0]])[0]  # here
return w * mg.numerical_gradient(lambda v: v * v, [x[0].data])[0]  # here
with mg.no_grad(): y = x[0] * w  # here; return y * w
err = x[0]
while err > 0.1:  # here
    err = err / 2
return err * w
y = w
if x[0] > 0: # here
    y = w * 2
return y
y = x[0] * w
for _ in range(3):
    y = y * 2
    if y > 100: break  # here
return y
y = [v for v in x if v > 0]  # here
return w * mg.sum(y)
try:
    y = w * 2 if x[0] > 0 else w  # here
except ValueError:
    y = w
return y * x[0]
try:
    y = float(x[0])  # here
except (TypeError, ValueError):
    y = x[0]
return y * w
try:
    y = w * x[0].data  # here
except Exception:
    y = w
return y * x[0]
assert x[0] > -100  # here
return w * x[0]
if abs(x[0]) > 1e6:  # here
    raise ValueError("too large")
return w * x[0]
print(f"{x[0]:.3f}")  # here
return w * x[0]
match x[0] > 0:
    case c if c:  # here
        return w
return x[0]
"""


def programs() -> list[str]:
    """The bodies of the functions: each ends with the line that returns and is not indented."""
    found: list[str] = []
    lines: list[str] = []
    for line in LOOKING.strip().splitlines():
        lines.append(line)
        if line.startswith("with mg.no_grad"):
            lines[-1:] = ["with mg.no_grad():", "    y = x[0] * w  # here", "return y * w"]
        if line.startswith("return") or "; return" in line:
            found.append("\n".join(lines))
            lines = []
    return found


def function_of(body: str) -> tuple[Callable[[Any, Any], Any], str]:
    """The function of x and w, and what an error says of the line in it that looks at a number."""
    text = "def f(x, w):\n" + "".join(f"    {line}\n" for line in body.splitlines())
    number = 1 + next(k for k, line in enumerate(text.splitlines()) if "here" in line)
    name = f"program of a user {hash(text)}.py"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    names: dict[str, Any] = {
        **{module.__name__: module for module in (copy, math, pickle, statistics)},
        **{"mg": mg, "np": np, "Value": Value, "print": lambda *_: None},
    }
    exec(__builtins__["compile"](text, name, "exec"), names)  # type: ignore[index]
    line = text.splitlines()[number - 1].strip()
    return names["f"], f"{name}:{number}: {line}: "


def test_there_are_programs_of_many_kinds() -> None:
    assert len(programs()) > 80


@pytest.mark.parametrize("body", programs())
def test_a_function_that_looks_at_a_number_is_refused_with_its_line(body: str) -> None:
    f, said = function_of(body)
    w = Value(2.0)
    with pytest.raises(ValueError, match="^" + re.escape(said)) as refusal:
        compile(lambda x: f(x, w), example_inputs=[[1.5, 0.5]], params=[w])
    assert "a program runs the same way for all numbers" in str(refusal.value)
    assert type(w) is Value
    assert repr(w) == "Value(data=2.0, grad=0.0)"


class Looking(nn.Module):
    """A model of the user's own, whose course depends on numbers."""

    def __init__(self, f: Callable[[Any, Any], Any]) -> None:
        self.w, self.f = Value(2.0), f

    def __call__(self, x: Any) -> Any:
        return self.f([v if isinstance(v, Value) else Value(v) for v in x], self.w)


@pytest.mark.parametrize("body", [x for x in programs() if "> 0 else" in x or ".data  #" in x])
def test_fit_trains_such_a_model_eagerly_and_says_why(body: str) -> None:
    f, said = function_of(body)
    if "x[0] > 0) &" in body:
        return
    runs = []
    for compiled in (None, False):
        history = mg.fit(
            Looking(f), [[1.5, 0.5], [-1.0, 2.0]], [1.0, 2.0],
            loss=losses.mse_loss, epochs=3, progress=False, compiled=compiled,
        )  # fmt: skip
        runs.append(history.losses)
        if compiled is None:
            assert history.eager_because.startswith(f"ValueError: {said}")
    assert runs[0] == runs[1]
