"""The programs that an engine is tried on."""

import re

from hypothesis import given
from hypothesis import strategies as st

from microgradnn.testing import programs
from microgradnn.testing.checks import CHECKS, Check
from microgradnn.testing.exact import right_numbers
from microgradnn.testing.programs import NUMBERS, programs_of, random_graph


def test_the_simplest_numbers_come_first_and_the_same_ones_everywhere() -> None:
    check = Check(
        "a product", "", ("a = Value(x); b = Value(y); c = a * b",), fails=("b = Value(y)",)
    )
    tried = list(programs_of(check))
    assert tried[0] == ["a = Value(3.0)\nb = Value(2.0)\nc = a * b", "b = Value(2.0)"]
    assert len(tried) == min(programs.EXAMPLES, len(NUMBERS["x"]) * len(NUMBERS["y"]))
    assert len({text for text, _ in tried}) == len(tried)
    for text, other in tried:
        assert other in text


def test_no_letter_is_left_in_any_check() -> None:
    for check in CHECKS:
        for texts in programs_of(check):
            for text in texts:
                assert not re.search(rf"\b[{''.join(NUMBERS)}]\b", text), text


@given(st.data())
def test_random_graphs_keep_numbers_small(data: st.DataObject) -> None:
    text = random_graph(data.draw, ["a + b", "a * b", "a ** n", "a.tanh()", "a / p"])
    assert text.endswith(".backward()")
    sizes = [abs(x) for (_, kind), x in right_numbers(text).items() if kind == "data"]
    assert max(sizes) <= 100
