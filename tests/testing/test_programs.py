"""The programs that an engine is tried on."""

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microgradnn.testing import programs
from microgradnn.testing.checks import CHECKS, Check
from microgradnn.testing.exact import right_numbers
from microgradnn.testing.programs import NUMBERS, programs_of, random_graph, shorter

OPERATIONS = ["a + b", "a * b", "a ** n", "a.tanh()", "a / p"]


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


@given(st.integers(0, 10**6), st.integers(1, 9))
def test_random_graphs_keep_numbers_small(seed: int, length: int) -> None:
    text = random_graph(random.Random(seed), OPERATIONS, length)
    assert text.endswith(".backward()")
    sizes = [abs(x) for (_, kind), x in right_numbers(text).items() if kind == "data"]
    assert max(sizes) <= 100


def test_random_graphs_are_the_same_every_time_and_the_shortest_come_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(programs, "GRAPHS", 90)
    texts = list(programs.random_graphs(OPERATIONS))
    assert texts == list(programs.random_graphs(OPERATIONS))
    assert len(texts) == 90
    counts = [text.count("\n") for text in texts]
    assert counts[0] == 4
    assert max(counts) == 12
    assert max(counts[:10]) <= 4
    assert len(set(texts)) > 0.9 * len(texts)


def test_a_program_with_one_line_less() -> None:
    program = "a = Value(3.0)\nb = Value(2.0)\nc = a * b\nd = c + a\nd.backward()"
    assert list(shorter(program)) == [
        "a = Value(3.0)\nb = Value(2.0)\nc = a * b\nc.backward()",
        "a = Value(3.0)\nb = Value(2.0)\nd = a + a\nd.backward()",
        "a = Value(3.0)\nb = Value(2.0)\nd = b + a\nd.backward()",
    ]


def test_a_program_with_one_line_less_stays_off_kinks() -> None:
    program = "a = Value(0.0)\nb = Value(2.0)\nc = a + b\nd = c.relu()\nd.backward()"
    assert [text.splitlines()[-2] for text in shorter(program)] == ["c = a + b", "d = b.relu()"]
