"""Normalising: equal nodes, sums and dots, whatever the form they were written in."""

from __future__ import annotations

import numpy as np

import microgradnn as mg
from microgradnn import Value
from microgradnn.compiler import compile
from microgradnn.compiler.normalise import flatten, normalise, share, split_links
from microgradnn.compiler.tape import LINK, Tape, record_tape


def test_nested_ties_share_as_they_are_nested() -> None:
    a, b, c = params = [Value(1.0) for _ in range(3)]
    nested = mg.maximum(mg.maximum(a, b), c)
    assert compile(nested, [], params).value_and_grad(np.empty((1, 0)))[1].tolist() == [
        0.25,
        0.25,
        0.5,
    ]


def test_batched_and_uniform_numbers_in_one_maximum() -> None:
    x, u, v = Value(0.5), Value(1.0), Value(1.0)
    program = compile(mg.max([x, u, v, 0.25]), [x], [u, v])
    mean, gradient = program.value_and_grad([[0.5], [2.0]])
    assert (mean, gradient.tolist()) == (1.5, [0.25, 0.25])  # the tie shares ½ of one row in two


def described(tape: Tape, start: int = 0) -> list[str]:
    """The nodes in words, from one on, and then the outputs."""
    nodes = [tape.described(node) for node in range(start, len(tape))]
    return [*nodes, " ".join(map(str, tape.outputs))]


def products(tape: Tape, node: int) -> list[tuple[int, int]]:
    """The products in a dot: in which order they are added is not said."""
    operands = tape.operands[node]
    n = len(operands) // 2
    assert (tape.ops[node], len(operands)) == ("dot", 2 * n)
    return sorted(zip(operands[:n], operands[n:], strict=True))


def leaves(count: int) -> list[Value]:
    return [Value(1.0 + k) for k in range(count)]


# ---- Sharing -------------------------------------------------------------------------------------


def test_equal_expressions_are_one_node() -> None:
    x, w = leaves(2)
    tape = record_tape([mg.sin(x * w), mg.sin(w * x), x - w, w - x], [x], [w])
    assert described(share(tape), 2) == ["mul 0 1", "sin 2", "sub 0 1", "sub 1 0", "3 3 4 5"]


def test_numbers_are_folded_and_neutral_ones_dropped() -> None:
    x, w = leaves(2)
    two = Value(2.0)
    assert described(share(record_tape([x * (two * 3) + w], [x], [w])), 2)[-4:] == [
        "constant 6.0",
        "mul 0 4",
        "add 1 5",
        "6",
    ]
    same = [x + 0, 0 + x, x - 0, x * 1, 1 * x, x / 1, x**1]
    assert share(record_tape(same, [x], [])).outputs == [0] * 7
    assert described(share(record_tape([0 - x, 1 / x], [x], [])))[-3:-1] == [
        "constant 1.0",
        "div 3 0",
    ]


def test_a_square_is_a_product() -> None:
    (x,) = leaves(1)
    assert described(share(record_tape([x**2], [x], []))) == [
        "input",
        "constant 2.0",
        "mul 0 0",
        "2",
    ]
    assert described(share(record_tape([mg.square(x)], [x], []))) == ["input", "mul 0 0", "1"]
    both = share(record_tape([mg.square(x), x**2, x * x], [x], []))
    assert len(set(both.outputs)) == 1


# ---- Sums ----------------------------------------------------------------------------------------


def test_a_neuron_is_one_dot_however_it_is_written() -> None:
    x, y, v, w, b = leaves(5)
    for neuron in (
        v * x + w * y + b,
        b + (x * v + (0 + w * y)),
        mg.sum([v * x, b, w * y]),
        mg.dot([v, w], [x, y], b),
        mg.dot([v, w], [x, y]) + b,
    ):
        tape = normalise(record_tape([neuron], [x, y], [v, w, b]))
        dot = tape.ops.index("dot")
        assert products(tape, dot) == [(2, 0), (3, 1)]
        assert (tape.ops[tape.outputs[0]], tape.operands[tape.outputs[0]]) == ("add", (4, dot))
        assert len(tape) - len(tape.numbers) == 7


def test_subtracted_products_are_a_dot_of_their_own() -> None:
    x, y, v, w = leaves(4)
    tape = normalise(record_tape([x * v - y * w - x * w + y * v], [x, y], [v, w]))
    assert tape.ops[4:] == ["dot", "dot", "sub"]
    added, subtracted = tape.operands[6]
    assert products(tape, added) == [(2, 0), (2, 1)]
    assert products(tape, subtracted) == [(3, 0), (3, 1)]


def test_uniform_terms_are_added_apart() -> None:
    x, v, w = leaves(3)
    tape = normalise(record_tape([v + x + w + mg.sin(x)], [x], [v, w]))
    operands = {frozenset(operands) for operands in tape.operands[3:]}
    assert tape.ops[3:] == ["sin", "add", "add", "add"]
    assert operands == {frozenset(pair) for pair in ([0], [1, 2], [0, 3], [4, 5])}
    assert tape.batched[3:] == [True, False, True, True]


def test_a_difference_without_products_keeps_its_digits() -> None:
    x, w, u = leaves(3)
    kept = normalise(record_tape([x + (w - u)], [x], [w, u]))
    assert described(kept, 3) == ["sub 1 2", "add 0 3", "4"]
    batched = normalise(record_tape([w + (x - u)], [x], [w, u]))
    assert described(batched, 3) == ["sub 0 2", "add 1 3", "4"]
    products_go = normalise(record_tape([w * x + (x * u - x * x)], [x], [w, u]))
    assert products_go.ops[3:] == ["dot", "mul", "sub"]
    assert products(products_go, 3) == [(1, 0), (2, 0)]


def test_a_sum_with_two_users_or_that_is_an_output_stays() -> None:
    (x,) = leaves(1)
    inner = x + mg.sin(x)
    twice = normalise(record_tape([mg.sin(inner) * (inner + mg.cos(x))], [x], []))
    assert sum(op in ("add", "sum") for op in twice.ops) == 2
    output = normalise(record_tape([inner, inner + mg.cos(x)], [x], []))
    assert "sum" not in output.ops
    once = normalise(record_tape([inner + mg.cos(x)], [x], []))
    assert once.ops.count("sum") == 1


def test_a_factor_of_a_dot_is_no_term_of_it() -> None:
    x, v, w = leaves(3)
    tape = normalise(record_tape([mg.dot([v, w], [x + mg.cos(x), mg.sin(x)])], [x], [v, w]))
    added, sine = tape.ops.index("add"), tape.ops.index("sin")
    assert set(tape.operands[added]) == {0, tape.ops.index("cos")}
    assert products(tape, tape.outputs[0]) == sorted([(1, added), (2, sine)])


def test_what_is_subtracted_twice_is_added() -> None:
    x, w, u = leaves(3)
    tape = normalise(record_tape([x - (x * w - x * u)], [x], [w, u]))
    assert tape.replay([2.0, 3.0, 5.0])[tape.outputs[0]].data == 2.0 - (6.0 - 10.0)
    negated = normalise(record_tape([x - -(x * w + mg.sin(x) * u)], [x], [w, u]))
    assert "sub" not in negated.ops


def test_negation_and_zeros() -> None:
    x, w = leaves(2)
    negated = normalise(record_tape([-(x * w) - mg.sin(x)], [x], [w]))
    assert negated.ops[-1] == "neg"
    tape = Tape(1, 0)
    zero = tape.constant(0.0)
    tape.outputs = [tape.append("sum", (zero, zero, 0)), tape.append("sum", (zero, zero))]
    assert flatten(tape).outputs == [0, 1]
    assert flatten(tape).numbers == {1: 0.0}


# ---- Links ---------------------------------------------------------------------------------------


def test_a_link_gets_a_copy_of_a_value_that_others_use() -> None:
    for others in (0, 1):
        tape = Tape(1, 1)
        value, partial = tape.append("mul", (0, 1)), tape.append("sin", (0,))
        tape.outputs = [tape.append(LINK, (value, 1, partial)), *[value] * others]
        assert ("copy" in split_links(tape).ops) == bool(others)
    tape = Tape(1, 1)
    tape.outputs = [tape.append(LINK, (0, 1, tape.append("sin", (0,))))]
    assert split_links(tape).ops.count("copy") == 1  # an input's slot is its own


def test_uniform_operands_of_a_maximum_are_reduced_apart() -> None:
    tape = Tape(2, 2)
    tape.outputs = [tape.append("max", (0, 2, 1, 3)), tape.append("min", (0, 2))]
    assert described(split_links(tape), 4) == [
        "max 2 3",
        "max 0 1",
        "maximum 4 5",
        "minimum 2 0",
        "6 7",
    ]
