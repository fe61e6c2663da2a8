"""The two passes as steps."""

from typing import Any

import pytest
from hypothesis import given
from properties.oracles import build
from properties.strategies import Program, programs

import microgradnn as mg
from microgradnn import Value, topological_order
from microgradnn.explaining import Contribution, Forward, Seed


def graph() -> tuple[Value, Value, Value]:
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    out = a * b + a * a
    out.label = "out"
    return out, a, b


def test_steps_are_both_passes_in_the_engines_order() -> None:
    out, a, b = graph()
    steps = mg.steps(out)
    kinds = [type(step) for step in steps]
    assert kinds == [Forward] * 3 + [Seed] + [Contribution] * 6
    assert len(steps) == len(kinds)
    last: list[Any] = steps[-2:]
    assert (steps[3], steps[-1]) == (Seed(out, 1.0), last[1])
    with pytest.raises(IndexError):
        steps[10]
    assert [(s.operand, s.local, s.upstream, s.before, s.after) for s in last] == [
        (a, -3.0, 1.0, 4.0, 1.0),
        (b, 2.0, 1.0, 0.0, 2.0),
    ]


@given(programs())
def test_replaying_the_steps_gives_the_gradients_bit_for_bit(program: Program) -> None:
    root = build(program)[-1]
    root.backward()
    replayed = dict.fromkeys(topological_order(root), 0.0)
    for step in mg.steps(root):
        if isinstance(step, Seed):
            replayed[step.node] = step.gradient
        elif isinstance(step, Contribution):
            assert step.upstream.hex() == replayed[step.node].hex()
            assert step.local == step.node.local_grads[step.place]
            assert step.operand is step.node.operands[step.place]
            replayed[step.operand] += step.product
            assert step.after.hex() == replayed[step.operand].hex()
    for node, gradient in replayed.items():
        assert node.grad.hex() == gradient.hex()


def test_steps_change_nothing() -> None:
    out, a, _ = graph()
    a.grad = 7.0
    list(mg.steps(out))
    assert (a.grad, out.grad) == (7.0, 0.0)


def test_steps_can_be_printed() -> None:
    out, _, _ = graph()
    lines = str(mg.steps(out)).splitlines()
    assert len(lines) == 10
    assert lines[0].split("  ")[-1].strip() == "a × b = −6"
    assert [line[4:32].rstrip() for line in lines[-2:]] == [
        "(a × b) to a",
        "(a × b) to b",
    ]
    assert "(a × a) to a (second operand)" in lines[-3]
    assert lines[-2].endswith("= (1) × (−3) = −3; ∂out/∂a: 4 + (−3) = 1")
    html = mg.steps(Value(1.0, label="<b>") * 2)._repr_html_()
    assert html is not None
    assert "&lt;b&gt;" in html
    assert "<b>" not in html


def test_steps_of_a_big_graph_are_lazy() -> None:
    y: Any = Value(1.0)
    for _ in range(10**5):
        y = y + 1.0
    steps = mg.steps(y)
    assert repr(steps) == "<200,001 steps>"
    assert isinstance(next(iter(steps)), Forward)


def test_only_values_have_steps() -> None:
    with pytest.raises(TypeError, match="root must be a Value, got float"):
        mg.steps(1.0)  # type: ignore[arg-type]
