"""The tape: what is recorded, in which order, and what is refused."""

from __future__ import annotations

import math
from unittest import mock

import pytest

import microgradnn as mg
from microgradnn import Value
from microgradnn.compiler import compile
from microgradnn.compiler.tape import (
    CONSTANT,
    INPUT,
    LINK,
    PARAMETER,
    Tape,
    depend_on_params,
    followed,
    record_tape,
    users,
)
from microgradnn.engine import PRIMITIVES


@mock.patch.dict(PRIMITIVES)  # whose new rows are gone afterwards
@pytest.mark.parametrize("name", ["copy", "where", "link", "input"])
def test_a_primitive_with_a_name_of_the_compilers_own_is_refused(name: str) -> None:
    square = mg.primitive(name, lambda x: x**2, [lambda out, x: 2 * x])
    x = Value(2.0)
    with pytest.raises(ValueError, match=f"a primitive named '{name}' cannot be compiled"):
        compile(square(x), [x])


def test_nodes_stand_after_their_operands_and_inputs_and_parameters_first() -> None:
    x, w = Value(2.0, "x"), Value(3.0)
    inner = w * x
    inner.label = "inner"
    tape = record_tape([mg.sin(inner) + 1, inner], [x], [w])
    assert tape.ops == [INPUT, PARAMETER, "mul", "sin", CONSTANT, "add"]
    assert tape.operands == [(), (), (1, 0), (2,), (), (3, 4)]
    assert (tape.outputs, tape.numbers) == ([5, 2], {4: 1.0})
    assert tape.labels == {0: "x", 2: "inner"}
    assert str(tape).splitlines()[2] == "   2  batched  mul 1 0"
    assert str(tape).splitlines()[-1] == "outputs: 5, 2"


def test_a_node_is_batched_if_an_input_is_behind_it() -> None:
    x, w = Value(2.0), Value(3.0)
    tape = record_tape([mg.exp(w) * 2 + mg.sin(x)], [x], [w])
    batched = {tape.described(node).split()[0]: tape.batched[node] for node in range(len(tape))}
    assert batched == {
        "input": True,
        "parameter": False,
        "exp": False,
        "constant": False,
        "mul": False,
        "sin": True,
        "add": True,
    }


def test_equal_numbers_are_one_node_but_zeros_keep_their_sign_and_labels_their_node() -> None:
    tape = Tape(0, 0)
    nodes = [tape.constant(x) for x in (0.0, -0.0, 0.0, math.nan, math.nan)]
    assert nodes == [0, 1, 0, 2, 2]
    assert tape.constant(0.0, "zero") == 3
    assert tape.labels == {3: "zero"}


def test_leaves_are_refused_that_are_no_leaves_or_come_twice() -> None:
    x, w, other = Value(1.0, "x"), Value(2.0, "w"), Value(3.0, "other")
    with pytest.raises(ValueError, match="'x' is given twice among inputs and params"):
        record_tape([x * w], [x, x], [w])
    with pytest.raises(ValueError, match="is no leaf: it was computed by <primitive mul>"):
        record_tape([x * w + 1], [x * w], [w])
    # What is not in the graph has its place on the tape all the same.
    assert record_tape([x * w], [x, other], [w]).ops == [INPUT, INPUT, PARAMETER, "mul"]
    assert record_tape([x * x], [x], [w, other]).ops == [INPUT, PARAMETER, PARAMETER, "mul"]


def link() -> Tape:
    """The product of input 0 and parameter 1, for which 2 and 3 are said to be the partials."""
    tape = Tape(1, 1)
    value, partials = tape.append("mul", (0, 1)), [tape.constant(2.0), tape.constant(3.0)]
    tape.outputs = [tape.append(LINK, (value, 0, 1, *partials))]
    return tape


def test_gradients_follow_the_operands_of_a_link_not_its_value_or_partials() -> None:
    tape = link()
    assert tape.operands[5] == (2, 0, 1, 3, 4)
    assert followed(tape, 5) == (0, 1)
    assert followed(tape, 2) == (0, 1)
    assert depend_on_params(tape) == [False, True, True, False, False, True]


def test_uses_are_counted_below_the_outputs_and_an_output_has_two() -> None:
    tape = Tape(1, 1)
    square = tape.append("mul", (0, 0))
    unused = tape.append("sin", (1,))
    tape.outputs = [tape.append("add", (square, 1))]
    uses, user = users(tape)
    assert uses == [2, 1, 1, 0, 2]
    assert (user[square], user[0], user[unused]) == (4, square, -1)


def test_a_tape_is_copied_onto_another() -> None:
    source = Tape(1, 1)
    source.append("sin", (0,))  # not needed
    source.outputs = [source.append("add", (1, source.constant(2.0)))]
    out = Tape(2, 1)
    assert out.copy_from(source, [1, 2], needed=[1, 1, 0, 1, 1]) == [4]
    assert out.ops[3:] == [CONSTANT, "add"]
    assert out.operands[4] == (2, 3)
    negated = Tape(1, 1)
    written: list[tuple[int, tuple[int, ...]]] = []

    def write(node: int, operands: tuple[int, ...]) -> int:
        written.append((node, operands))
        return negated.append("neg", operands[:1])

    assert negated.copy_from(source, range(2), write) == [4]
    assert written == [(2, (0,)), (4, (1, 3))]  # a constant is copied, and not asked for
    assert negated.ops[2:] == ["neg", CONSTANT, "neg"]


def test_a_tape_is_replayed_eagerly_for_one_sample() -> None:
    x, w = Value(2.0, "x"), Value(3.0, "w")
    root = mg.log(w * x)
    root.label = "root"
    tape = record_tape([root], [x], [w])
    nodes = tape.replay([4.0, 0.5])
    assert [node.data for node in nodes] == [4.0, 0.5, 2.0, math.log(2.0)]
    assert [node.label for node in nodes] == ["x", "w", "", "root"]
    with pytest.raises(ValueError, match="log"):
        tape.replay([-4.0, 0.5])


def test_a_selection_is_replayed_as_one_of_its_operands_itself() -> None:
    tape = Tape(1, 1)
    chosen = tape.append("where <", (0, 1, 1, tape.constant(5.0)))
    below, above = (tape.replay([x, 2.0]) for x in (1.0, 2.0))
    assert below[chosen] is below[1]
    assert above[chosen] == 5.0
