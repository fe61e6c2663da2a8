"""The table of what there is to get wrong in an engine, and how to tell the faults apart."""

from __future__ import annotations

import re
from typing import NamedTuple


class Check(NamedTuple):
    """Something to get wrong, and how to tell it from other faults.

    The fault is there if a program of `tries` goes wrong and so do all of `fails`, while the
    checks named in `passes` went well; without `tries` random graphs are tried. A program is right
    if its numbers are those of `exact.py`; or, where there is one, if the condition `must` holds
    after it, or it raised and `may_raise`. Letters stand for numbers; `programs.py` has them.
    """

    name: str
    sentence: str
    tries: tuple[str, ...] = ()
    passes: tuple[str, ...] = ()
    fails: tuple[str, ...] = ()
    method: str = ""  # what an engine has that offers this at all
    must: str = ""
    may_raise: bool = False
    most_lines: int = 100_000  # of Python that a program may run; right engines take 1,000


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
LARGE = {
    "tanh": "; math.tanh is right everywhere",
    "sigmoid": ": take 1 / (1 + e⁻ˣ) from 0 on, and eˣ / (1 + eˣ) below",
}
TWO = "a = Value(x); b = Value(y); "
TIMES = TWO + "c = a * b; "
TWICE = TIMES + "d = c * a; "
THEN_TIMES = "d = Value(p); e = c * d; e.backward()"
SHARED = TWO + "c = a + b; d = c * a; d.backward()"
DEEP = "a = Value(1.0); b = Value(2.0)\nfor _ in range(10_000):\n    b = b + a\nb.backward()"
CHAIN, EQUAL, ONE_NODE, BOTH = "chain rule", "equal numbers", "a node used twice", "both operands"
SHARES, ORDER, PRECISE = "two operations on one node", "order of nodes", "precision"

# fmt: off
CHECKS = (
    Check("a value", "Value(data) {wrong}: data is the number; grad is 0 at first, and 1 after its "
          "own backward().", ("a = Value(x)", "a = Value(x); a.backward()")),
    Check(EQUAL, "Two Values with the same number are taken for one, so that a set of visited "
          "nodes loses one: compare and hash them by identity.", ("a = Value(x); b = Value(x)",),
          ("a value",), must="len({a, b}) == 2"),
    *(Check(op, f"{op} {{wrong}}; its derivative is {right}.", (_alone(op),), ("a value",))
      for op, right in BASIC.items()),
    Check(CHAIN, "A chain of operations {wrong}. Start with 1 at the result and go back, each node "
          "after its result: it passes on upstream × local.",
          (_alone("a + b", end=THEN_TIMES), _alone("a * b", end=THEN_TIMES)), (EQUAL, *BASIC)),
    *(Check(op, f"{op} {{wrong}}; its derivative is {right}, times the gradient of the result.",
            (_alone(op), _alone(op, end=THEN_TIMES)), (CHAIN,), method=method)
      for op, (method, right) in MORE.items()),
    Check("a.log()", "a.log() {wrong}; its derivative is 1/a.", (_alone("a.log()", "p"),), (CHAIN,),
          method="log"),
    *(Check(f"a {s} y", f"a {s} y {{wrong}}: a plain number has to be taken beside a Value.",
            (_alone(f"a {s} y"),), (f"a {s} b",)) for s in REFLECTED),
    *(Check(f"y {s} a", f"y {s} a {{wrong}}: with a number on the left Python calls {method}.",
            (_alone(f"y {s} a"),), (f"a {s} y",)) for s, method in REFLECTED.items()),
    Check("a ** r", "A power that is no whole number {wrong}; its derivative is r·aʳ⁻¹, too.",
          (_alone("a ** r", "p"),), ("a ** n",)),
    Check("a ** b", "a ** b {wrong}; its derivative is b·aᵇ⁻¹ by a and aᵇ·log a by b. To refuse it "
          "is right, too.", (_alone("a ** b", "p"),), ("a ** n",), may_raise=True),
    # How nodes are shared
    Check(ONE_NODE, "Gradients are overwritten where a node is used twice: each use has to add its "
          "part (+=).", (_alone("a + a"),), (CHAIN,), fails=(SHARED,)),
    Check(SHARES, "The gradients that come from two operations have to be added up in the node "
          "that both use (+=).", (SHARED,), (ONE_NODE,)),
    Check(BOTH, "A node that is both operands of one operation {wrong}: it has two edges, and both "
          "count. (A set keeps only one.)", (_alone("a + a"), _alone("a * a")), (SHARES,)),
    *(Check(f"a {s} a", f"a {s} a {{wrong}}: the node is used twice, and both uses count.",
            (_alone(f"a {s} a"),), (f"a {s} b", BOTH)) for s in "-/"),
    Check(ORDER, "A node passes its gradient on before all of it has arrived, or more than once: "
          "backward has to visit each node once, after all that was computed from it (topological "
          "order).",
          (TWICE + "e = c + d; e.backward()", TWICE + "e = d + c; e.backward()"), (SHARES,)),
    Check("backward in the middle", "backward from a node of a larger graph {wrong}: it concerns "
          "only what the node was computed from.", (TIMES + "d = c + a; c.backward()",), (CHAIN,)),
    Check("gradients of leaves", "A second backward has to add to the gradients that leaves have; "
          "they are set to 0 only when the user does so.",
          (TIMES + "d = a + b; c.backward(); d.backward()",), (SHARES,)),
    Check("a second backward", "A second backward counts old gradients again: all nodes but the "
          "leaves have to start every pass from 0, else they pass on once more what they hold from "
          "the pass before.",
          (TIMES + "d = c + a; d.backward(); d.backward()",
           TIMES + "d = c + a; e = c * b; d.backward(); e.backward()"), ("gradients of leaves",)),
    Check("depth", "A chain of 10,000 operations {wrong}: Python allows about 1,000 calls inside "
          "each other, so keep the nodes to visit in a list instead.", (DEEP,), (SHARES,),
          most_lines=5_000_000),
    Check("a changed number", "Changing data after it was used falsifies the derivatives: they "
          "hold at the numbers of the forward pass, so record these (or refuse).",
          (TIMES + "a.data = p; c.backward()",), (CHAIN,), may_raise=True),
    Check("c += b", "c += b changes the node itself, and with it every other name for it; it has "
          "to make a new node.", (TWO + "c = a; c += b; d = c * a; d.backward()",), (SHARES,)),
    # Where numbers are delicate
    Check(PRECISE, "The numbers have fewer digits than Python's floats (is it single precision, or "
          "a finite difference?).",
          ("a = Value(0.1); b = Value(0.3); c = a * b; c.backward()",), (CHAIN,),
          must="abs(float(c.data) - 0.03) < 1e-15 and abs(float(a.grad) - 0.3) < 1e-15"),
    Check("whole numbers", "Value(3) / Value(2) {wrong}: it is 1.5, also for ints.",
          ("a = Value(3); b = Value(2); c = a / b",), ("a / b",), must="c.data == 1.5"),
    Check("division by zero", "1 / 0 passes for a number; an error has to say so, or the result is "
          "infinite or NaN.", ("a = Value(1.0); b = Value(0.0); c = a / b",), ("a / b",),
          must="not abs(c.data) < 1e308", may_raise=True),
    Check("root of a negative number", "(−2) ** 0.5 has become a complex number, which Python's ** "
          "gives; an error has to say so, or the result is NaN.",
          ("a = Value(-2.0); b = a ** 0.5",), ("a ** n",), must="isnan(b.data)", may_raise=True),
    Check("powers of zero", "0 ** n {wrong}: 0 ** 0 is 1, and where n is 0 the derivative is 0; "
          "n·aⁿ⁻¹ would divide by zero.",
          ("a = Value(0.0); b = a ** 0; b.backward()",), ("a ** n",),
          must="b.data == 1 and a.grad == 0"),
    Check("relu at 0", "relu(0) {wrong}: its value is 0, and its derivative, where the slope "
          "jumps, a number from 0 to 1 (most take 0).",
          ("a = Value(0.0); b = a.relu(); b.backward()",), ("a.relu()",),
          must="b.data == 0 and 0 <= a.grad <= 1"),
    Check("relu of NaN", "relu turns NaN into a number, so that nobody sees that something went "
          "wrong before; max(0, nan) is 0.", ("a = Value(nan); b = a.relu()",), ("a.relu()",),
          must="isnan(b.data)", may_raise=True),
    *(Check(f"{name} of large numbers",
            f"{name} {{wrong}} where eˣ is too large for a float{advice}.",
            tuple(f"a = Value({x}); b = a.{name}(); b.backward()" for x in (1000.0, -1000.0)),
            (f"a.{name}()",)) for name, advice in LARGE.items()),
    Check("random graphs", "Each operation is right alone, but this graph {wrong}.",
          passes=(SHARES, BOTH, ORDER, PRECISE)),
)
# fmt: on
