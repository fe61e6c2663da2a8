"""Expressions that people type: the numbers of Python's own, and nothing else is ever run."""

import math
import re
from typing import Any

import pytest

from microgradnn.engine import functions
from microgradnn.expressions import NotAnExpression, evaluate, function_of, functions_by_name

X = {"x": 1.5, "y": -0.5, "b": 2.0}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-x**2", -(1.5**2)),
        ("+x - -y", 1.0),
        ("x / y % 2", math.fmod(1.5 / -0.5, 2) + 2),
        ("2 * pi * x + e - tau * x", math.e),
        (" x * 1e-3 ", 1.5e-3),
        ("x ** y ** b", 1.5 ** ((-0.5) ** 2.0)),
        ("sigmoid(x * y + b)", 1 / (1 + math.exp(-1.25))),
        ("max(x, y, b) + min([x, y])", 1.5),
        ("sum(x, y, b) + mean(x, b)", 4.75),
        ("dot([x, y], [2, b], 1)", 3.0),
        ("logsumexp([x, y])", math.log(math.exp(1.5) + math.exp(-0.5))),
        ("clip(x, 0, 1) + abs(y)", 1.5),
        ("where(x <= y, y, x * b)", 3.0),
        ("atan2(y, x)", math.atan2(-0.5, 1.5)),
    ],
)
def test_expressions_are_what_python_computes(text: str, expected: float) -> None:
    names = {name: x for name, x in X.items() if re.search(rf"\b{name}\b", text)}
    root, leaves = evaluate(text, names)
    assert root.data == pytest.approx(expected, rel=1e-15)
    assert {leaf.label for leaf in leaves.values()} == {*names}
    assert function_of(text, list(names))(*names.values()) == pytest.approx(expected, rel=1e-15)


def test_a_name_is_one_leaf_and_may_hide_a_constant() -> None:
    root, leaves = evaluate("e * e + x", {"e": 3.0, "x": 1.0})
    root.backward()
    assert root.data == 10.0
    assert leaves["e"].grad == 6.0


def test_constants_in_greek() -> None:
    assert evaluate("π * x - τ", {"x": 2.0})[0].data == 0.0


def test_every_function_of_the_table_can_be_called() -> None:
    assert set(functions_by_name()) >= {name for name in functions.__all__ if name != "take"}
    for name in ("gelu", "hypot", "remainder", "xlogy", "where", "softmax"):
        assert name in functions_by_name()


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ("x.__class__", "x.__class__", "a name has no parts"),
        ("__import__('os').system('ls')", "__import__('os').system", "only functions of the table"),
        ("open('/etc/passwd')", "open", "there is no function open"),
        ("exec(x)", "exec", "there is no function exec"),
        ("x + (lambda: x)()", "lambda: x", "only functions of the table"),
        ("[x for z in [1]]", "[x for z in [1]]", "no part of an expression"),
        ("x[0]", "x[0]", "x1, x2"),
        ("x^2", "x^2", r"write \*\* for powers"),
        ("x + x if x else 1", "x + x if x else 1", r"where\(condition, a, b\)"),
        ("x < 2", "x < 2", "a comparison stands in where"),
        ("where(x == 2, x, 1)", "x == 2", "a comparison stands in where"),
        ("x + f'{x}'", "f'{x}'", "no part of an expression"),
        ("x * 1j", "1j", "no part of an expression"),
        ("x * True", "True", "no part of an expression"),
        ("x * 'a'", "'a'", "no part of an expression"),
        ("(x := 3)", "x := 3", "no part of an expression"),
        ("exp(*x)", "*x", "no part of an expression"),
        ("exp(x=1)", "x=1", "arguments have no names"),
        ("2 * x + z", "z", "z has no value; give it one: z=1"),
        ("ü + exp", "exp", r"exp is a function; write exp\(…\)"),
        ("ü + sigmiod(x)", "sigmiod", "do you mean sigmoid?"),
        ("ü + ln(x)", "ln", "write log"),
        ("x(2)", "x", r"x is a number, not a function; write x \* \(…\)"),
        ("1 + log(x - x)", "log(x - x)", "must be in the domain"),
        ("x * (1 / 0)", "1 / 0", "division by zero"),
        ("x * 9**9**9", "9**9**9", "too large for a float"),
        ("exp(x, 2)", "exp(x, 2)", "takes 1 operand, got 2"),
        ("softmax([x, 1]) * 2", "softmax([x, 1]) * 2", "a list stands in the brackets"),
        ("x +* 2", "*", "cannot be read"),
        ("2x", "2", r"cannot be read: .*; write \* between two factors"),
        ("x + 3.5x", "5", r"write \* between"),
        ("2 x", "x", r"write \* between"),
        ("(x) x", "x", r"write \* between"),
        ("sin x", "x", r"write sin\(…\)"),
        ("x × 2", "×", r"write \*\n"),
        ("x² + 1", "²", r"write \*\*2\n"),
        ("2 − x", "−", "write -\n"),
        ("w·x", "w·x", r"write \* for ·"),
        ("2(x)", "2", r"can be called; write \* between two factors"),
        ("(x + 1)(x - 1)", "x + 1", r"write \* between two factors"),
        ("x; x", ";", "cannot be read: invalid syntax\n"),
        ("x * 1e999", "1e999", "too large for a float"),
        ("(x", "(", "cannot be read"),
    ],
)
def test_all_else_is_refused_at_its_place(text: str, place: str, reason: str) -> None:
    with pytest.raises(NotAnExpression, match=reason) as caught:
        evaluate(text, {"x": 1.0, "ü": 2.0} if "ü" in text else {"x": 1.0})
    _, shown, marks = str(caught.value).split("\n")
    start = marks.index("^")
    assert shown[start : start + marks.count("^")] == place


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is empty"),
        ("1 + 2", r"must be one number that depends on a name; it is 3"),
        ("softmax([1, 2])", "it is a list of 2"),
        ("y", "x has a value, but does not occur"),
        ("x\0", "cannot"),
        ("-" * 1_900 + "x", "nested too deeply"),
        ("(" * 300 + "x" + ")" * 300, "too many nested|nested too deeply"),
        ("x+" * 1_000 + "x", "at most 2,000"),
        ("+".join(["x"] * 300 + ["y"] + ["x"] * 300), r"\n  …[x+]{38}y[x+]{37}…\n {41}\^$"),
        ("(日本 + x) * foo", r"\n {15}\^\^\^$"),
    ],
)
def test_texts_that_are_no_expression(text: str, reason: str) -> None:
    variables: dict[str, Any] = {"y": 1.0, "x": 1.0} if text == "y" else {"x": 1.0}
    variables |= {"日本": 1.0} if "日本" in text else {}
    with pytest.raises(ValueError, match=reason):
        evaluate(text, {} if text in ("1 + 2", "softmax([1, 2])") else variables)


@pytest.mark.parametrize("text", ["x +", "x *  ", "x **"])
def test_what_is_missing_is_missed_behind_the_text(text: str) -> None:
    with pytest.raises(NotAnExpression, match="something is missing at the end") as raised:
        evaluate(text, {"x": 1.0})
    *_, shown, caret = str(raised.value).splitlines()
    assert shown.strip() == text.strip()
    assert caret.index("^") == 2 + len(text.rstrip())


def test_long_sums_are_read() -> None:
    y, leaves = evaluate("+".join(["x"] * 999), {"x": 2.0})
    y.backward()
    assert (y.data, leaves["x"].grad) == (1998.0, 999.0)
    assert evaluate("-".join(["x"] * 999), {"x": 2.0})[0].data == -1994.0  # from the left
