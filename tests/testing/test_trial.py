"""check_engine: right engines pass, and each of many faults is told in the right sentence."""

from __future__ import annotations

import inspect
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from microgradnn import Value, testing
from microgradnn.testing import Report, check_engine, checks, programs, trial

FULL = [(programs, "EXAMPLES"), (programs, "GRAPHS"), (checks, "CHECKS")]
WHOLE = [getattr(module, name) for module, name in FULL]
if os.environ.get("HYPOTHESIS_PROFILE") != "nightly":  # Less shows nearly all of these faults.
    programs.EXAMPLES = 8
    programs.GRAPHS = 5
    checks.CHECKS = tuple(
        check._replace(tries=tuple(text.replace("10_000", "2_000") for text in check.tries))
        for check in checks.CHECKS
    )


@pytest.fixture
def all_examples(monkeypatch: pytest.MonkeyPatch) -> None:
    for (module, name), whole in zip(FULL, WHOLE, strict=True):
        monkeypatch.setattr(module, name, whole)


class Closures:
    """A right engine: each node has a function that passes its gradient on."""

    def __init__(self, data: Any, below: tuple[Any, ...] = ()) -> None:
        self.data, self.grad, self.below = data, 0.0, below
        self.pass_on: Any = lambda upstream: None

    def take(self, part: float) -> None:
        self.grad += part

    def unary(self, data: float, slope: float) -> Any:
        out = type(self)(data, (self,))
        out.pass_on = lambda upstream: self.take(slope * upstream)
        return out

    def binary(self, other: Any, data: float, by_self: float, by_other: float) -> Any:
        out = type(self)(data, (self, other))

        def pass_on(upstream: float) -> None:
            self.take(by_self * upstream)
            other.take(by_other * upstream)

        out.pass_on = pass_on
        return out

    def lift(self, other: Any) -> Any:
        return other if isinstance(other, Closures) else type(self)(other)

    def __add__(self, other: Any) -> Any:
        other = self.lift(other)
        return self.binary(other, self.data + other.data, 1.0, 1.0)

    def __sub__(self, other: Any) -> Any:
        other = self.lift(other)
        return self.binary(other, self.data - other.data, 1.0, -1.0)

    def __mul__(self, other: Any) -> Any:
        other = self.lift(other)
        return self.binary(other, self.data * other.data, other.data, self.data)

    def __truediv__(self, other: Any) -> Any:
        b = self.lift(other)
        return self.binary(b, self.data / b.data, 1 / b.data, -self.data / b.data**2)

    def __radd__(self, other: Any) -> Any:
        return self.lift(other) + self

    def __rsub__(self, other: Any) -> Any:
        return self.lift(other) - self

    def __rmul__(self, other: Any) -> Any:
        return self.lift(other) * self

    def __rtruediv__(self, other: Any) -> Any:
        return self.lift(other) / self

    def __neg__(self) -> Any:
        return self.unary(-self.data, -1.0)

    def __pow__(self, n: float) -> Any:
        if self.data < 0 and n != int(n):
            raise ValueError("no real power")
        return self.unary(self.data**n, n * self.data ** (n - 1) if n else 0.0)

    def relu(self) -> Any:
        return self.unary(0.0 if self.data < 0 else self.data, float(self.data > 0))

    def tanh(self) -> Any:
        out = math.tanh(self.data)
        return self.unary(out, 1 - out**2)

    def exp(self) -> Any:
        return self.unary(math.exp(self.data), math.exp(self.data))

    def order(self) -> list[Any]:
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            node, done = stack.pop()
            if done:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                stack += [(node, True), *((x, False) for x in node.below)]
        return order

    def backward(self) -> None:
        order = self.order()
        for node in order:
            if node.below:
                node.grad = 0.0
        self.grad += 1.0
        for node in reversed(order):
            node.pass_on(node.grad)


class Tape:
    """A right engine, with lists instead of nodes: all values in one, edges by their places."""

    numbers: ClassVar[list[float]] = []
    grads: ClassVar[list[float]] = []
    edges: ClassVar[list[list[tuple[int, float]]]] = []

    def __init__(self, data: float, edges: Any = ()) -> None:
        self.place = len(self.numbers)
        self.numbers.append(data)
        self.grads.append(0.0)
        self.edges.append(list(edges))

    data = property(
        lambda self: self.numbers[self.place],
        lambda self, number: self.numbers.__setitem__(self.place, number),
    )
    grad = property(lambda self: self.grads[self.place])

    def __add__(self, other: Any) -> Tape:
        other = other if isinstance(other, Tape) else Tape(other)
        return Tape(self.data + other.data, [(self.place, 1.0), (other.place, 1.0)])

    def __mul__(self, other: Any) -> Tape:
        other = other if isinstance(other, Tape) else Tape(other)
        edges = [(self.place, other.data), (other.place, self.data)]
        return Tape(self.data * other.data, edges)

    __radd__, __rmul__ = __add__, __mul__

    def backward(self) -> None:
        received = [0.0] * self.place + [1.0]
        for place in range(self.place, -1, -1):
            for operand, slope in self.edges[place]:
                received[operand] += slope * received[place]
            self.grads[place] = received[place] + self.grads[place] * (not self.edges[place])


def mutant(old: str, new: str) -> type[Any]:
    """The engine of closures with a piece of its text replaced."""
    source = inspect.getsource(Closures)
    assert old in source
    scope: dict[str, Any] = {"Any": Any, "math": math, "np": np}
    exec("from __future__ import annotations\n" + source.replace(old, new), scope)
    made: type[Any] = scope["Closures"]
    return made


START = "self.data, self.grad, self.below = data, 0.0, below"
RESET = "if node.below:\n                node.grad = 0.0"
ORDER = inspect.getsource(Closures.order)
TIMES = "return self.binary(other, self.data * other.data, other.data, self.data)"
READS_LATER = """
        out = self.binary(other, self.data * other.data, 0.0, 0.0)
        out.pass_on = lambda up: (self.take(other.data * up), other.take(self.data * up))
        return out"""
BREADTH_FIRST = """
    def order(self):
        order = [self]
        for node in order:
            order += [x for x in node.below if x not in order]
        return order[::-1]

"""
RECURSIVE = """
    def order(self, seen=None):
        seen = {} if seen is None else seen
        for node in self.below:
            node in seen or node.order(seen)
        seen[self] = True
        return list(seen)

"""
BY_NUMBER = """
    def __eq__(self, other):
        return self.data == other.data

    def __hash__(self):
        return hash(self.data)
"""
IN_PLACE = """
    def __iadd__(self, other):
        self.data += other.data
        return self
"""

# What is replaced, by what, the one check that must fail, and words of its sentence.
MUTANTS = [
    (START, START.replace("data, 0", "np.float32(data), 0"), "precision", "fewer digits"),
    (START, START.replace("0.0", "None"), "a value", "grad is 0 at first"),
    ("grad += 1.0", "grad += 0.5", "a value", "1 after its own backward"),
    ("grad += part", "grad = part", "a node used twice", "overwritten"),
    ("grad += part", "grad = np.float32(self.grad + part)", "precision", "single precision"),
    ("other.take(", "other is self or other.take(", "both operands", "two edges, and both count"),
    ("1.0, -1.0)", "1.0, 1.0)", "a - b", "its derivative is 1 by a, −1 by b"),
    ("return self.lift(other) - self", "return self - other", "y - a", "calls __rsub__"),
    ("def __rsub__", "def rsub", "y - a", "raises TypeError"),
    ("def __radd__", "def radd", "y + a", "a number on the left"),
    ("self.data ** (n - 1)", "self.data ** n", "a ** n", "n·aⁿ⁻¹"),
    (" if n else 0.0", "", "powers of zero", "raises ZeroDivisionError"),
    ('raise ValueError("no real power")', "pass", "root of a negative number", "complex"),
    ("self.data / b.data,", "b.data / self.data,", "a / b", "has a wrong value"),
    ("-self.data / b", "self.data / b", "a / b", "has a wrong derivative by b"),
    ("self.data / b.data,", "self.data * b.data ** -1 // 0.25 / 4,", "a / b", "wrong value"),
    (
        "data / b.data,",
        "data // b.data if type(b.data) is int else self.data / b.data,",
        "whole numbers",
        "also for ints",
    ),
    (
        "b = self.lift(other)",
        "b = self.lift(other)\n        b.data = b.data or 1e-9",
        "division by zero",
        "passes for a number",
    ),
    ("math.exp(self.data), math", "exit(), math", "a.exp()", "raises SystemExit"),
    ("1 - out**2", "1 - out", "a.tanh()", "its derivative is 1 − tanh² a"),
    ("math.tanh(self.data)", "1 - 2 / (math.exp(2 * self.data) + 1)", "tanh of large numbers", ""),
    ("float(self.data > 0)", "1.0", "a.relu()", "1 where a > 0, else 0"),
    ("float(self.data > 0)", "float(self.data > 0) - (self.data == 0)", "relu at 0", "from 0 to 1"),
    ("0.0 if self.data < 0 else self.data", "max(0.0, self.data)", "relu of NaN", "max(0, nan)"),
    ("in reversed(order)", "in order", "chain rule", "Start with 1 at the result"),
    ("take(by_self * upstream)", "take(by_self)", "chain rule", "upstream × local"),
    (ORDER, BREADTH_FIRST, "order of nodes", "topological order"),
    ("elif node not in seen", "else", "order of nodes", "more than once"),
    (ORDER, RECURSIVE, "depth", "raises RecursionError: Python allows about 1,000 calls"),
    (RESET, "pass", "a second backward", "counts old gradients again"),
    (RESET, "node.grad = 0.0", "gradients of leaves", "has to add to the gradients"),
    (TIMES, READS_LATER, "a changed number", "falsifies the derivatives"),
    (ORDER, ORDER + IN_PLACE, "c += b", "changes the node itself"),
    (ORDER, ORDER + BY_NUMBER, "equal numbers", "by identity"),
]


@pytest.mark.parametrize(("old", "new", "name", "words"), MUTANTS)
def test_a_fault_is_told(
    old: str, new: str, name: str, words: str, request: pytest.FixtureRequest
) -> None:
    if "//" in new:  # rounds down, which is right for many numbers
        request.getfixturevalue("all_examples")
    report = check_engine(mutant(old, new))
    assert [fault.name for fault in report.faults] == [name]
    assert words in report.faults[0].explanation
    assert not report.ok


@pytest.mark.parametrize("engine", [Value, Closures, Tape, mutant("node.below)", "{*node.below})")])
def test_right_engines_pass(engine: type[Any]) -> None:
    report = check_engine(engine)
    assert report.ok, report
    assert report.not_offered == ([] if engine is Value else report.not_offered)


def test_micrograd() -> None:
    engine = pytest.importorskip("micrograd.engine", reason="needs the rival (extra bench)")
    report = check_engine(engine.Value)
    assert [fault.name for fault in report.faults] == [
        *("a second backward", "depth", "a changed number"),
        *("root of a negative number", "powers of zero"),
    ]
    assert report.not_tried == []
    assert "a.tanh()" in report.not_offered


def test_the_report_is_a_text_to_hand_out() -> None:
    engine = mutant("grad += part", "grad = part")
    report = check_engine(engine)
    assert report == check_engine(engine)
    assert report.faults[0].program.splitlines() == [
        *("a = Value(3.0)", "c = a + a", "c.backward()", "a.grad  # should be 2, is 1.0"),
    ]
    assert str(report).startswith(
        "Closures: 1 fault\n\n1. a node used twice\n   Gradients are over"
    )
    assert "random graphs" in report.not_tried
    assert "not tried: " in str(report)
    (complex_root,) = check_engine(mutant('raise ValueError("no real power")', "pass")).faults
    assert "b.data is (8.6" in complex_root.program
    (single,) = check_engine(mutant(START, START.replace("data, 0", "np.float32(data), 0"))).faults
    assert "0.03 is" not in single.program
    script = Report("<script>", [], ["a < b"], [])
    assert script._repr_html_() == "<pre>&lt;script&gt;: no faults\n\nnot offered: a &lt; b</pre>"


def test_it_leaves_nothing_behind(tmp_path: Path) -> None:
    program = "import microgradnn as mg; print(bool(mg.testing.check_engine(mg.Value)))"
    paths = os.pathsep.join(
        [str(Path(testing.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    )
    environment = {**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=True)
    assert done.stdout.split() == [b"True"]
    assert list(tmp_path.iterdir()) == []


NEGATION = "return self.unary(-self.data, -1.0)"
OF_TWO = "len(self.below) == 2"  # -(a * b) is in random graphs only
CATCHES_ALL = """
        while True:
            try:
                out = 1 / 0
            except Exception:
                out = 0.0
"""
ENDLESS = [
    ("order = self.order()", "while True: pass", "a value"),
    ("out = math.tanh(self.data)", CATCHES_ALL, "a.tanh()"),
    (NEGATION, f"while {OF_TWO}: pass\n        {NEGATION}", "random graphs"),
]


@pytest.mark.parametrize(("old", "new", "name"), ENDLESS)
def test_a_program_that_does_not_end_is_stopped(
    old: str, new: str, name: str, all_examples: None
) -> None:
    engine = mutant(old, new)
    report = check_engine(engine)
    (fault,) = report.faults
    assert fault.name == name
    assert fault.explanation.startswith("The program does not end, or takes far too long.")
    *lines, last = fault.program.splitlines()
    assert last == "# does not end: stopped after 100,000 lines of Python"
    assert len(lines) <= 6


def test_a_deep_graph_may_take_more_lines_but_must_end(all_examples: None) -> None:
    crowded = "while len(self.below) == 2 and self.data > 9_999: pass"
    (fault,) = check_engine(
        mutant("order = self.order()", f"order = self.order()\n        {crowded}")
    ).faults
    assert fault.name == "depth"
    assert "stopped after 5,000,000 lines" in fault.program


def test_what_only_random_graphs_show(all_examples: None) -> None:
    wrong = "other.data, 0.0 if self.below and other.below else self.data)"  # (a + b) * (a + b)
    engine = mutant(TIMES, TIMES.replace("other.data, self.data)", wrong))
    (fault,) = check_engine(engine).faults
    assert fault.name == "random graphs"
    assert "this graph has a wrong derivative by" in fault.explanation


def test_a_trace_function_is_put_back() -> None:
    def trace(*_: Any) -> None:
        return None

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        with trial._limited_lines(1000):
            assert sys.gettrace() is not trace
        assert sys.gettrace() is trace
    finally:
        sys.settrace(before)


def test_what_it_refuses() -> None:
    with pytest.raises(TypeError, match=r"ValueClass must be a class such as mg\.Value, got 3"):
        check_engine(3)  # type: ignore[arg-type]


def test_an_engine_whose_numbers_have_other_names_is_told_so() -> None:
    class Other:
        def __init__(self, data: Any) -> None:
            self.value = data

        def backward(self) -> None:
            pass

    class WithoutGrad(Other):
        data = property(lambda self: self.value)

    for engine, kind in ((Other, "data"), (WithoutGrad, "grad"), (float, "data")):
        (fault,) = check_engine(engine).faults
        assert fault.explanation.startswith(f"Value(data) has no {kind}: data is the number")
        assert f"a.{kind}  # AttributeError" in fault.program


def test_what_a_condition_looks_at_may_be_missing() -> None:
    class Forgetful(Closures):
        def relu(self) -> Any:
            return None if self.data != self.data else super().relu()

    faults = {fault.name: fault.program for fault in check_engine(Forgetful).faults}
    assert "b.data is missing" in faults["relu of NaN"]
