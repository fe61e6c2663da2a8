"""The formulas of a page: what is written of each row, and for which numbers."""

from __future__ import annotations

import json
import re

import pytest

import microgradnn as mg
from microgradnn import Value
from microgradnn.engine.row import PRIMITIVES
from microgradnn.explorer import textbook as module
from microgradnn.explorer.arithmetic import MOST_WRITTEN
from microgradnn.explorer.page import _forms


def written(name: str, *pattern: float | None) -> str:
    return module._written(PRIMITIVES[name], len(pattern), list(pattern))


def lists(text: str) -> dict[str, list[str]]:
    """The texts of `value` and `slopes`."""
    found = re.findall(r"(value|slopes): (\[.*?\])(?=, \w+:| })", text)
    return {name: json.loads(listed) for name, listed in found}


def test_a_derivative_is_the_textbook_s_and_so_is_its_function() -> None:
    text = written("tanh", None)
    assert lists(text)["slopes"] == ["<mn>1</mn><mo>−</mo><msup>{out!}<mn>2</mn></msup>"]
    assert "(out, x0) => { const d0 = 1.0 - power(out, 2.0); return [d0]; }" in text


def test_a_derivative_that_is_an_operand_or_a_number_needs_no_function() -> None:
    assert written("mul", None, None) == (
        '{ value: ["{0}<mo>\\u00b7</mo>{1!}"], slopes: ["{1}", "{0}"] }'
    )
    assert "slope:" not in written("add", None, None)


def test_a_power_of_a_number_has_its_own_formula() -> None:
    x = Value(3.0)
    values = [x, x**2, x**2, x**0.1, x ** Value(2.0), x ** (1 / 3)]
    script = module.formulas(_forms(values), values)
    special = re.findall(r'(?<=[{ ])"([^"]*)": \{ value', script)
    assert special == [",2", ",0.1"]  # 1/3 would stand there as 0.3333
    assert lists(written("pow", None, 2.0))["slopes"] == ["<mn>2</mn><mo>·</mo>{0!}", ""]


def test_a_cross_entropy_leaves_out_what_counts_nothing() -> None:
    loss = mg.losses.cross_entropy([[Value(1.0), Value(2.0)]], [1])
    assert module._patterns(_forms([loss]), [loss]) == {0: [[None, None, 0.0, 1.0]]}
    found = lists(written("cross_entropy", None, None, 0.0, 1.0))
    softmax = "<msub><mi>softmax</mi><mn>{}</mn></msub>"
    assert found["slopes"][0].startswith(softmax.format(0))
    assert found["slopes"][0].endswith("{0}<mo>,</mo>{1}" + '<mo stretchy="false">)</mo></mrow>')
    assert found["slopes"][1].endswith("</mrow><mo>−</mo><mn>1</mn>")
    assert "·" not in found["value"][-1]


def test_sums_of_products_are_written_out() -> None:
    assert lists(written("dot", *[None] * 5))["value"] == [
        "{0}<mo>·</mo>{2!}<mo>+</mo>{1!}<mo>·</mo>{3!}<mo>+</mo>{4!}"
    ]


def test_of_a_long_list_only_operands_and_numbers_are_written() -> None:
    count = MOST_WRITTEN + 1
    ones, half = ["1"] * count, count // 2
    assert written("sum", *[None] * count) == f"{{ value: [], slopes: {json.dumps(ones)} }}"
    slopes = json.dumps([*range(half, 2 * half), *range(half), "1"])
    assert written("dot", *[None] * count) == f"{{ value: [], slopes: {slopes} }}"


@pytest.mark.parametrize("name", ["cross_entropy_of_logits", "max"])
def test_what_nobody_can_read_is_left_out(name: str) -> None:
    assert set(lists(written(name, *[None] * 4))["slopes"]) == {""}


def test_a_softmax_and_take_speak_of_the_chosen_one_and_of_others() -> None:
    text = written("softmax", None, None, None)
    assert '"<msub><mi>softmax</mi>{0}</msub>' in text
    assert 'other: "<mo>\\u2212</mo>{out!}<mo>\\u00b7</mo>{share!}"' in text
    assert 'own: "<mn>1</mn>", other: "<mn>0</mn>"' in written("take", None, None, None)


def test_rows_of_one_s_own_have_none() -> None:
    mg.primitive("cube", lambda x: x * x * x, [lambda out, x: 3 * x * x])
    try:
        assert written("cube", None) == "null"
    finally:
        del PRIMITIVES["cube"]
