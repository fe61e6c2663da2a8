"""check_engine: tries any scalar engine like micrograd's, and says in sentences what is wrong."""

from __future__ import annotations

import cmath
import html
import math
import re
import tempfile
import textwrap
import time
import warnings
from fractions import Fraction
from typing import Any, NamedTuple

SECONDS = 10.0  # after which no more examples are tried
EXAMPLES = 40  # for each check
TOLERANCE = 1e-6  # what single precision keeps; PRECISION is a check of its own


class Fault(NamedTuple):
    """What was tried, what is wrong as a teacher says it, and the smallest program to show it."""

    name: str
    explanation: str
    program: str

    def __str__(self) -> str:
        text = textwrap.fill(self.explanation, 88, initial_indent="   ", subsequent_indent="   ")
        return f"{self.name}\n{text}\n{textwrap.indent(self.program, '       ')}"


class Report(NamedTuple):
    """What `check_engine` found; true if nothing is wrong with what the engine offers.

    `not_tried` is what builds on something faulty, or what the time was too short for.
    """

    engine: str
    faults: list[Fault]
    not_offered: list[str]
    not_tried: list[str]

    @property
    def ok(self) -> bool:
        """Whether everything on offer was tried, and no fault was found."""
        return not self.faults and not self.not_tried

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        count = len(self.faults)
        parts = [f"{self.engine}: {count or 'no'} fault{'' if count == 1 else 's'}"]
        parts += [f"{place}. {fault}" for place, fault in enumerate(self.faults, start=1)]
        for title, names in (("not offered", self.not_offered), ("not tried", self.not_tried)):
            if names:
                parts.append(textwrap.fill(f"{title}: {', '.join(names)}", 91))
        return "\n\n".join(parts)

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(str(self))}</pre>"


def check_engine(ValueClass: type[Any]) -> Report:
    """Try an engine on small programs, and report what is wrong with it, like a teacher.

    The engine is a class with micrograd's interface: `Value(data)`, `.data`, `.grad`,
    `.backward()`, + and *. Whatever else it offers is tried, too: − / ** with Values and numbers
    on either side, relu, tanh, sigmoid, exp, log. hypothesis (extra `test`) varies the programs,
    fractions give the right numbers. The report is the same every time.

    >>> from microgradnn import Value
    >>> print(check_engine(Value))
    Value: no faults
    """
    if not isinstance(ValueClass, type):
        raise TypeError(f"ValueClass must be a class such as mg.Value, got {ValueClass!r}")
    try:
        from hypothesis.configuration import set_hypothesis_home_dir
    except ImportError as error:
        hint = "check_engine needs hypothesis: pip install 'microgradnn[test]'"
        raise ImportError(hint) from error
    with tempfile.TemporaryDirectory() as home, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of NumPy, say: what counts are the numbers
        set_hypothesis_home_dir(home)  # so that it leaves nothing behind
        try:
            return _report(ValueClass)
        finally:
            set_hypothesis_home_dir(None)


def _report(ValueClass: type[Any]) -> Report:
    end, passed, blocked = time.monotonic() + SECONDS, set[str](), set[str]()
    report = Report(ValueClass.__name__, [], [], [])
    for check in CHECKS:
        if check.method and not hasattr(ValueClass, check.method):
            report.not_offered.append(check.name)
        elif blocked.intersection(check.passes) or time.monotonic() > end:
            blocked.add(check.name)
            report.not_tried.append(check.name)
        elif not passed.issuperset(check.passes):
            continue  # it builds on what is not offered
        elif fault := _fault(ValueClass, check, passed, end):
            blocked.add(check.name)
            report.faults.append(fault)
        else:
            passed.add(check.name)
    return report


# ---- Running programs --------------------------------------------------------------------------


class Check(NamedTuple):
    """Something to get wrong, and how to tell it from other faults.

    The fault is there if a program of `tries` goes wrong and so do all of `fails`, while the
    checks named in `passes` went well. A program is right if its numbers are those of `Exact`; or,
    where there is one, if the condition `must` holds after it, or it raised and `may_raise`.
    """

    name: str
    sentence: str
    tries: tuple[str, ...]
    passes: tuple[str, ...] = ()
    fails: tuple[str, ...] = ()
    method: str = ""  # what an engine has that offers this at all
    must: str = ""
    may_raise: bool = False


class _Wrong(Exception):
    """Tells hypothesis that a program has gone wrong."""


def _fault(engine: Any, check: Check, passed: set[str], end: float) -> Fault | None:
    """The smallest program that shows a fault; None if there is none."""
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis.errors import Flaky

    found: list[Fault] = []

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(_programs(check, [name for name in (*BASIC, *MORE) if name in passed]))
    def attempt(programs: list[str]) -> None:
        symptoms = [_symptom(engine, check, program) for program in programs]
        if all(symptoms) and time.monotonic() <= end:
            wrong, line = symptoms[0] or ("", "")
            sentence = check.sentence.format(wrong=wrong)
            found.append(Fault(check.name, sentence, f"{programs[0]}\n{line}"))
            raise _Wrong

    try:
        attempt()
    except (_Wrong, Flaky):
        return found[-1]  # the smallest was tried last
    return None


def _symptom(engine: Any, check: Check, program: str) -> tuple[str, str] | None:
    """What is wrong after a program, in words and as a line that shows it; None if nothing is."""
    scope: dict[str, Any] = {"Value": engine, "nan": math.nan, "isnan": cmath.isnan}
    try:
        exec(program, scope)
    except (Exception, SystemExit) as error:
        shown = f"# {type(error).__name__}: {error}".partition("\n")[0]
        return None if check.may_raise else (f"raises {type(error).__name__}", shown)
    if check.must:
        try:
            holds = eval(check.must, scope)
        except TypeError:
            holds = False
        seen = [
            f"{what} is {eval(what, scope)}" for what in re.findall(r"\b[a-z]\.\w+", check.must)
        ]
        shown = f"assert {check.must}  # but {' and '.join(seen) or 'it is not'}"
        return None if holds else ("is wrong", shown)
    exact: dict[str, Any] = {"Value": Exact}
    exec(program, exact)
    nodes = {name: x for name, x in exact.items() if isinstance(x, Exact)}
    right = {f"{name}.data": x.data for name, x in nodes.items()}
    right |= {f"{name}.grad": x.grad for name, x in nodes.items() if x in x.slopes}
    for what, number in right.items():
        got = eval(what, scope)
        try:
            if abs(float(got) - number) <= TOLERANCE * max(1.0, abs(number)):
                continue
        except (TypeError, ValueError):  # None, a complex number, …
            pass
        name, _, kind = what.partition(".")
        wrong = "has a wrong value" if kind == "data" else f"has a wrong derivative by {name}"
        return wrong, f"{what}  # should be {float(number):.10g}, is {got}"
    return None


# ---- Programs ----------------------------------------------------------------------------------

# What is put into programs, the simplest first. No two kinds start alike, for what is equal by
# chance hides faults; 0 occurs in random graphs and in checks of its own.
NUMBERS: dict[str, tuple[float, ...]] = {
    "x": (3.0, -3.0, 0.5, -1.25, 7.0),
    "y": (2.0, -2.0, 0.25, -0.75, 5.0),
    "p": (2.5, 0.5, 1.5, 4.0),
    "n": (3, 2, -1, -2, 1, 0, 2.0),
    "r": (1.5, 0.5, -0.5),
}


def _programs(check: Check, operations: list[str]) -> Any:
    """The programs of a check, the tried one first, with numbers in their places."""
    from hypothesis import strategies as st

    @st.composite
    def programs(draw: Any) -> list[str]:
        texts, chosen = [draw(st.sampled_from(check.tries)), *check.fails], dict[str, str]()
        return [filled(draw, text, chosen).replace("; ", "\n") or graph(draw) for text in texts]

    def filled(draw: Any, text: str, chosen: dict[str, str]) -> str:
        for letter in re.findall(r"\b[xypnr]\b", text):
            if letter not in chosen:
                chosen[letter] = repr(draw(st.sampled_from(NUMBERS[letter])))
        return re.sub(r"\b[xypnr]\b", lambda letter: chosen[letter[0]], text)

    def graph(draw: Any) -> str:
        """A random program; each of its lines keeps numbers small, and off kinks."""
        leaves = st.sampled_from((*NUMBERS["x"], 0.0))
        lines = [f"{name} = Value({draw(leaves)})" for name in "abc"]
        exact: dict[str, Any] = {"Value": Exact}
        exec("\n".join(lines), exact)
        names = ["a", "b", "c"]
        for name in "defghijkl"[: draw(st.integers(1, 9))]:
            text = filled(draw, draw(st.sampled_from(operations)), {})
            line = f"{name} = " + re.sub(r"\b[ab]\b", lambda _: draw(st.sampled_from(names)), text)
            try:
                exec(line, exact)
            except (ValueError, ArithmeticError):
                continue
            if max(map(abs, [exact[name].data, *exact[name].slopes.values()])) <= 100:
                lines.append(line)
                names.append(name)
        return "\n".join([*lines, f"{names[-1]}.backward()"])

    return programs()


class Exact:
    """The right numbers: fractions as far as they go, and derivatives by leaf, carried forward."""

    def __init__(self, data: Any, slopes: dict[Exact, Any] | None = None) -> None:
        self.data: Any = Fraction(data) if slopes is None else data
        self.grad: Any = 0
        self.slopes: dict[Exact, Any] = {self: 1} if slopes is None else slopes

    @staticmethod
    def of(data: Any, *pairs: tuple[Exact, Any]) -> Exact:
        """A node, from its data and its derivatives by operands."""
        slopes: dict[Exact, Any] = {}
        for operand, local in pairs:
            for leaf, slope in operand.slopes.items():
                slopes[leaf] = slopes.get(leaf, 0) + local * slope
        return Exact(data, slopes)

    def backward(self) -> None:
        for leaf, slope in self.slopes.items():
            leaf.grad += slope

    def __add__(self, other: Any) -> Exact:
        other = _exact(other)
        return Exact.of(self.data + other.data, (self, 1), (other, 1))

    def __mul__(self, other: Any) -> Exact:
        other = _exact(other)
        return Exact.of(self.data * other.data, (self, other.data), (other, self.data))

    def __pow__(self, other: Any) -> Exact:
        a, n, exponent = self.data, _exact(other).data, _exact(other)
        out = a**n
        if isinstance(out, complex) or (a == 0 and n < 2):
            raise ValueError("no number, or one that has a check of its own")
        by_exponent = out * math.log(a) if exponent.slopes else 0
        return Exact.of(out, (self, n * out / a if a else 0), (exponent, by_exponent))

    def __neg__(self) -> Exact:
        return self * -1

    def __sub__(self, other: Any) -> Exact:
        return self + _exact(other) * -1

    def __rsub__(self, other: Any) -> Exact:
        return _exact(other) - self

    def __truediv__(self, other: Any) -> Exact:
        return self * _exact(other) ** -1

    def __rtruediv__(self, other: Any) -> Exact:
        return _exact(other) / self

    def __rpow__(self, other: Any) -> Exact:
        return _exact(other) ** self

    __radd__, __rmul__ = __add__, __mul__

    def relu(self) -> Exact:
        if not self.data:
            raise ValueError("a kink")
        return Exact.of(max(self.data, 0), (self, self.data > 0))

    def tanh(self) -> Exact:
        return 2 * (2 * self).sigmoid() - 1

    def sigmoid(self) -> Exact:
        out, rest = (1 / (1 + math.exp(min(sign * self.data, 700))) for sign in (-1, 1))
        return Exact.of(out, (self, out * rest))

    def exp(self) -> Exact:
        return Exact.of(math.exp(self.data), (self, math.exp(self.data)))

    def log(self) -> Exact:
        return Exact.of(math.log(self.data), (self, 1 / self.data))


def _exact(x: Any) -> Exact:
    return x if isinstance(x, Exact) else Exact(Fraction(x), {})


# ---- The checks --------------------------------------------------------------------------------


def _alone(expression: str, a: str = "x", end: str = "c.backward()") -> str:
    """The program that computes one expression of a and b, and goes back."""
    b = "b = Value(y); " if re.search(r"\bb\b", expression) else ""
    return f"a = Value({a}); {b}c = {expression}; {end}"


BASIC = {"a + b": "1 by a, 1 by b", "a * b": "b by a, a by b"}
# What else there may be: the operation, the method that offers it, its derivatives.
MORE = {
    "a - b": ("__sub__", "1 by a, −1 by b"),
    "a / b": ("__truediv__", "1/b by a, −a/b² by b"),
    "-a": ("__neg__", "−1"),
    "a ** n": ("__pow__", "n·aⁿ⁻¹"),
    "y ** a": ("__rpow__", "yᵃ·log y"),
    "a.relu()": ("relu", "1 where a > 0, else 0"),
    "a.tanh()": ("tanh", "1 − tanh² a"),
    "a.sigmoid()": ("sigmoid", "σ(a)·(1 − σ(a))"),
    "a.exp()": ("exp", "eᵃ"),
}
REFLECTED = {"+": "__radd__", "*": "__rmul__", "-": "__rsub__", "/": "__rtruediv__"}
TWO = "a = Value(x); b = Value(y); "
THEN_TIMES = "d = Value(p); e = c * d; e.backward()"
SHARED = TWO + "c = a + b; d = c * a; d.backward()"
DEEP = "a = Value(1.0); b = Value(2.0)\nfor _ in range(10_000):\n    b = b + a\nb.backward()"
CHAIN, EQUAL, ONE_NODE, BOTH = "chain rule", "equal numbers", "a node used twice", "both operands"
SHARES, ORDER, PRECISE = "two operations on one node", "order of nodes", "precision"

# fmt: off
CHECKS = (
    Check("a value", "Value(data) {wrong}: data is the number; grad is 0 at first, and 1 after its own backward().", ("a = Value(x)", "a = Value(x); a.backward()")),
    Check(EQUAL, "Two Values with the same number are taken for one, so that a set of visited nodes loses one: compare and hash them by identity.", ("a = Value(x); b = Value(x)",), ("a value",), must="len({a, b}) == 2"),
    *(Check(op, f"{op} {{wrong}}; its derivative is {right}.", (_alone(op),), ("a value",)) for op, right in BASIC.items()),
    Check(CHAIN, "A chain of operations {wrong}. Start with 1 at the result and go back, each node after its result: it passes on upstream × local.", (_alone("a + b", end=THEN_TIMES), _alone("a * b", end=THEN_TIMES)), (EQUAL, *BASIC)),
    *(Check(op, f"{op} {{wrong}}; its derivative is {right}, times the gradient of the result.", (_alone(op), _alone(op, end=THEN_TIMES)), (CHAIN,), method=method) for op, (method, right) in MORE.items()),
    Check("a.log()", "a.log() {wrong}; its derivative is 1/a.", (_alone("a.log()", "p"),), (CHAIN,), method="log"),
    *(Check(f"a {s} y", f"a {s} y {{wrong}}: a plain number has to be taken beside a Value.", (_alone(f"a {s} y"),), (f"a {s} b",)) for s in REFLECTED),
    *(Check(f"y {s} a", f"y {s} a {{wrong}}: with a number on the left Python calls {method}.", (_alone(f"y {s} a"),), (f"a {s} y",)) for s, method in REFLECTED.items()),
    Check("a ** r", "A power that is no whole number {wrong}; its derivative is r·aʳ⁻¹, too.", (_alone("a ** r", "p"),), ("a ** n",)),
    Check("a ** b", "a ** b {wrong}; its derivative is b·aᵇ⁻¹ by a and aᵇ·log a by b. To refuse it is right, too.", (_alone("a ** b", "p"),), ("a ** n",), may_raise=True),
    # How nodes are shared
    Check(ONE_NODE, "Gradients are overwritten where a node is used twice: each use has to add its part (+=).", (_alone("a + a"),), (CHAIN,), fails=(SHARED,)),
    Check(SHARES, "The gradients that come from two operations have to be added up in the node that both use (+=).", (SHARED,), (ONE_NODE,)),
    Check(BOTH, "A node that is both operands of one operation {wrong}: it has two edges, and both count. (A set keeps only one.)", (_alone("a + a"), _alone("a * a")), (SHARES,)),
    *(Check(f"a {s} a", f"a {s} a {{wrong}}: the node is used twice, and both uses count.", (_alone(f"a {s} a"),), (f"a {s} b", BOTH)) for s in "-/"),
    Check(ORDER, "A node passes its gradient on before all of it has arrived, or more than once: backward has to visit each node once, after all that was computed from it (topological order).",
          (TWO + "c = a * b; d = c * a; e = c + d; e.backward()", TWO + "c = a * b; d = c * a; e = d + c; e.backward()"), (SHARES,)),
    Check("backward in the middle", "backward from a node of a larger graph {wrong}: it concerns only what the node was computed from.", (TWO + "c = a * b; d = c + a; c.backward()",), (CHAIN,)),
    Check("gradients of leaves", "A second backward has to add to the gradients that leaves have; they are set to 0 only when the user does so.", (TWO + "c = a * b; d = a + b; c.backward(); d.backward()",), (SHARES,)),
    Check("a second backward", "A second backward counts old gradients again: all nodes but the leaves have to start every pass from 0, else they pass on once more what they hold from the pass before.",
          (TWO + "c = a * b; d = c + a; d.backward(); d.backward()", TWO + "c = a * b; d = c + a; e = c * b; d.backward(); e.backward()"), ("gradients of leaves",)),
    Check("depth", "A chain of 10,000 operations {wrong}: Python allows about 1,000 calls inside each other, so keep the nodes to visit in a list instead.", (DEEP,), (SHARES,)),
    Check("a changed number", "Changing data after it was used falsifies the derivatives: they hold at the numbers of the forward pass, so record these (or refuse).", (TWO + "c = a * b; a.data = p; c.backward()",), (CHAIN,), may_raise=True),
    Check("c += b", "c += b changes the node itself, and with it every other name for it; it has to make a new node.", (TWO + "c = a; c += b; d = c * a; d.backward()",), (SHARES,)),
    # Where numbers are delicate
    Check(PRECISE, "The numbers have fewer digits than Python's floats (is it single precision, or a finite difference?).", ("a = Value(0.1); b = Value(0.3); c = a * b; c.backward()",), (CHAIN,), must="abs(float(c.data) - 0.03) < 1e-15 and abs(float(a.grad) - 0.3) < 1e-15"),
    Check("whole numbers", "Value(3) / Value(2) {wrong}: it is 1.5, also for ints.", ("a = Value(3); b = Value(2); c = a / b",), ("a / b",), must="c.data == 1.5"),
    Check("division by zero", "1 / 0 passes for a number; an error has to say so, or the result is infinite or NaN.", ("a = Value(1.0); b = Value(0.0); c = a / b",), ("a / b",), must="not abs(c.data) < 1e308", may_raise=True),
    Check("root of a negative number", "(−2) ** 0.5 has become a complex number, which Python's ** gives; an error has to say so, or the result is NaN.", ("a = Value(-2.0); b = a ** 0.5",), ("a ** n",), must="isnan(b.data)", may_raise=True),
    Check("powers of zero", "0 ** n {wrong}: 0 ** 0 is 1, and where n is 0 the derivative is 0; n·aⁿ⁻¹ would divide by zero.", ("a = Value(0.0); b = a ** 0; b.backward()",), ("a ** n",), must="b.data == 1 and a.grad == 0"),
    Check("relu at 0", "relu(0) {wrong}: its value is 0, and its derivative, where the slope jumps, a number from 0 to 1 (most take 0).", ("a = Value(0.0); b = a.relu(); b.backward()",), ("a.relu()",), must="b.data == 0 and 0 <= a.grad <= 1"),
    Check("relu of NaN", "relu turns NaN into a number, so that nobody sees that something went wrong before; max(0, nan) is 0.", ("a = Value(nan); b = a.relu()",), ("a.relu()",), must="isnan(b.data)", may_raise=True),
    Check("tanh of large numbers", "tanh {wrong} where eˣ is too large for a float; math.tanh is right everywhere.", ("a = Value(1000.0); b = a.tanh(); b.backward()", "a = Value(-1000.0); b = a.tanh(); b.backward()"), ("a.tanh()",)),
    Check("sigmoid of large numbers", "sigmoid {wrong} where eˣ is too large for a float: take 1 / (1 + e⁻ˣ) from 0 on, and eˣ / (1 + eˣ) below.", ("a = Value(1000.0); b = a.sigmoid(); b.backward()", "a = Value(-1000.0); b = a.sigmoid(); b.backward()"), ("a.sigmoid()",)),
    Check("random graphs", "Each operation is right alone, but this graph {wrong}.", ("",), (SHARES, BOTH, ORDER, PRECISE)),
)
# fmt: on
