"""The rows as JavaScript, as text; tests/browser runs it."""

import pytest

import microgradnn as mg
from microgradnn.engine.row import PRIMITIVES
from microgradnn.explorer.arithmetic import MOST_WRITTEN, functions

HEAD = (
    'import { sum, ofChosen } from "./arithmetic.js";\n'
    'import { erf, erfc, remainder, power } from "./elementary.js";\n'
)
MUL = """\
export const functions = [
  (x0, x1) => { // mul
    const out = x0 * x1;
    const d0 = x1;
    const d1 = x0;
    return [out, d0, d1];
  }
];
"""


def test_a_row_becomes_a_function_of_its_value_and_derivatives() -> None:
    assert functions([(PRIMITIVES["mul"], 2)], False) == HEAD + MUL


def test_functions_stand_in_the_order_of_their_rows() -> None:
    forms = [(PRIMITIVES[name], 1) for name in ("tanh", "exp", "sin")]
    script = functions(forms, False)
    places = [script.index(f"// {row.name}\n") for row, _ in forms]
    assert places == sorted(places)
    assert functions([], False) == HEAD + "export const functions = [\n\n];\n"


def test_sums_are_exact_and_softmax_has_its_choice() -> None:
    script = functions([(PRIMITIVES["sum"], 3)], False)
    assert "(x0, x1, x2) => { // sum\n" in script
    assert "out = sum(" in script
    assert "+" not in script
    script = functions([(PRIMITIVES["softmax"], 3)], False)
    assert "ofChosen((x1, x2) => { // softmax\n" in script
    assert "x0" not in script


def test_what_is_not_computed_has_no_function() -> None:
    total = (PRIMITIVES["sum"], MOST_WRITTEN)
    longer = (PRIMITIVES["sum"], MOST_WRITTEN + 1)
    assert functions([total], True).count("// sum") == 1
    assert functions([longer], True) == HEAD + "export const functions = [\n  null\n];\n"
    assert functions([longer], False).count("// sum") == 1
    cube = mg.primitive("cube", lambda x: x * x * x, [lambda out, x: 3 * x * x])
    try:
        assert functions([(cube, 1)], False) == HEAD + "export const functions = [\n  null\n];\n"
    finally:
        del PRIMITIVES["cube"]


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("erf", "erf(x0)"),
        ("erfc", "erfc(x0)"),
        ("remainder", "remainder(x0, x1)"),
        ("pow", "power(x0, x1)"),
    ],
)
def test_what_math_lacks_is_our_own(name: str, call: str) -> None:
    row = PRIMITIVES[name]
    script = functions([(row, row.arity or 0)], False)
    assert call in script
    assert f"Math.{name}" not in script
