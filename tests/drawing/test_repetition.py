"""Cells in a row: what repeats is found, with the cells that the program wrote."""

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from outputs import single

import microgradnn as mg
from microgradnn import Value, losses, nn
from microgradnn.drawing.blocks import Graph
from microgradnn.drawing.diagram import values_below
from microgradnn.drawing.repetition import MOST_SEARCHED, cells

Steps = dict[Value, int]  # which step of the program computed a value, from 1 on


class Noted:
    """A program that repeats itself, with the step in which it computed each value."""

    def __init__(self, seed: int = 0) -> None:
        self.rng = random.Random(seed)
        self.known: set[Value] = set()
        self.step_of: Steps = {}

    def leaf(self, label: str = "") -> Value:
        return Value(self.rng.uniform(-1, 1), label)

    def done(self, step: int, *results: Value) -> None:
        """All that is below the results and was not known before was computed in this step."""
        for result in results:
            for value in values_below(result):
                if value not in self.known:
                    self.known.add(value)
                    if value.op:
                        self.step_of[value] = step


def recurrence(noted: Noted, steps: int) -> Value:
    w, u, b, h = (noted.leaf(name) for name in ("w", "u", "b", "h0"))
    for k in range(1, steps + 1):
        h = mg.tanh(w * h + u * noted.leaf(f"x{k}") + b)
        h.label = f"h{k}"
        noted.done(k, h)
    return (h - 0.5) ** 2


def from_nothing(noted: Noted, steps: int) -> Value:
    """The first state is the number 0, so that the first cell has w·0; inputs are numbers."""
    w, u = noted.leaf(), noted.leaf()
    h: Any = 0.0
    for k in range(1, steps + 1):
        h = mg.tanh(w * h + u * noted.rng.uniform(-1, 1))
        noted.done(k, h)
    return h * 2.0  # type: ignore[no-any-return]


def lstm(noted: Noted, steps: int) -> Value:
    gates = {g: [noted.leaf(n + g) for n in "wub"] for g in "ifog"}
    h, c = noted.leaf("h0"), noted.leaf("c0")
    for k in range(1, steps + 1):
        x = noted.leaf(f"x{k}")
        i, f, o, g = (
            (mg.tanh if name == "g" else mg.sigmoid)(w * h + u * x + b)
            for name, (w, u, b) in gates.items()
        )
        c = f * c + i * g
        h = o * mg.tanh(c)
        noted.done(k, h, c)
    return (h - 0.5) ** 2


def gru(noted: Noted, steps: int) -> Value:
    weights = [[noted.leaf() for _ in range(3)] for _ in range(3)]
    h = noted.leaf()
    for k in range(1, steps + 1):
        x = noted.leaf("x")
        z, r = (mg.sigmoid(mg.dot(ws[:2], [x, h], ws[2])) for ws in weights[:2])
        new = mg.tanh(mg.dot(weights[2][:2], [x, r * h], weights[2][2]))
        h = (1 - z) * new + z * h
        noted.done(k, h)
    return h * 1.0


def hidden_units(noted: Noted, steps: int) -> Value:
    """A list of units, each of which reads all of them; every step is read, too."""
    rows = [[noted.leaf() for _ in range(4)] for _ in range(3)]
    out = [noted.leaf() for _ in range(3)]
    hs, errors = [noted.leaf("h") for _ in range(3)], []
    for k in range(1, steps + 1):
        hs = [mg.tanh(mg.dot(row, [noted.rng.random(), *hs])) for row in rows]
        errors.append((mg.dot(out, hs) - 0.25) ** 2)
        noted.done(k, *hs, errors[-1])
    loss: Value = mg.mean(errors)
    return loss


def descent(noted: Noted, steps: int) -> Value:
    x = noted.leaf("x")
    for k in range(1, steps + 1):
        x = x - 0.1 * (2.0 * (x - 3.0))
        noted.done(k, x)
    return x


def momentum(noted: Noted, steps: int) -> Value:
    x, velocity, rate = noted.leaf("x"), noted.leaf("v"), noted.leaf("rate")
    for k in range(1, steps + 1):
        velocity = 0.9 * velocity + mg.cos(x) * x
        x = x - rate * velocity
        noted.done(k, x)
    return x


def running_loss(noted: Noted, steps: int) -> Value:
    w, h = noted.leaf("w"), noted.leaf("h0")
    loss: Any = noted.leaf("start")
    for k in range(1, steps + 1):
        h = mg.tanh(w * h)
        loss = loss + (h - 1.0) ** 2
        noted.done(k, h, loss)
    return loss / steps  # type: ignore[no-any-return]


def several_samples(noted: Noted, steps: int) -> Value:
    """Four samples go through the same recurrence: a cell holds a step of all four."""
    w, u = noted.leaf("w"), noted.leaf("u")
    states = [noted.leaf("h0") for _ in range(4)]
    for k in range(1, steps + 1):
        states = [mg.tanh(w * h + u * noted.rng.random()) for h in states]
        noted.done(k, *states)
    loss: Value = mg.mean([(h - 0.5) ** 2 for h in states])
    return loss


PROGRAMS: list[Callable[[Noted, int], Value]] = [
    *(recurrence, from_nothing, lstm, gru, hidden_units, descent, momentum, running_loss),
    several_samples,
]


@pytest.mark.parametrize("steps", [3, 4, 12])
@pytest.mark.parametrize("program", PROGRAMS)
def test_cells_are_the_steps_of_the_program(program: Any, steps: int) -> None:
    noted = Noted(steps)
    values = values_below(program(noted, steps))
    found = cells(Graph(values))
    assert found
    assert len(found.names) == steps
    for value, place in zip(values, found.of_value, strict=True):
        if value in noted.step_of:
            assert place == noted.step_of[value]
        elif value.op or value.label:
            assert place == 0


def test_shared_leaves_are_in_no_cell() -> None:
    values = values_below(gru(Noted(), 5))
    found = cells(Graph(values))
    assert found
    assert found.shares
    users = Counter(x for value in values for x in set(value.operands) if isinstance(x, Value))
    assert [found.of_value[k] for k, x in enumerate(values) if not x.op and users[x] >= 5] == [
        0
    ] * 9


def test_cells_are_called_by_what_they_give() -> None:
    def names(program: Any, steps: int = 3) -> list[str]:
        found = cells(Graph(values_below(program(Noted(), steps))))
        assert found
        return found.names

    assert names(recurrence) == ["h1", "h2", "h3"]
    assert names(descent) == ["step 1", "step 2", "step 3"]

    def labelled(form: str) -> Callable[..., Value]:
        def program(noted: Noted, steps: int) -> Value:
            w, h = noted.leaf("w"), noted.leaf()
            for k in range(steps):
                h = mg.tanh(w * h)
                h.label = form.format(k)
            return h * 2.0

        return program

    assert names(labelled("h")) == ["h1", "h2", "h3"]
    assert names(labelled("h_{}")) == ["h_0", "h_1", "h_2"]
    assert names(labelled("state[{}]")) == ["state[0]", "state[1]", "state[2]"]
    assert names(labelled("{}")) == ["step 1", "step 2", "step 3"]


# ---- What does not repeat ------------------------------------------------------------------------


def network_loss(rows: int, spelled: Any) -> Value:
    model = nn.MLP(2, [3, 1], activation="tanh", rng=0)
    errors = [(single(model([k / 7, 1.0])) - 1.0) ** 2 for k in range(rows)]
    return spelled(errors)  # type: ignore[no-any-return]


def test_samples_are_no_cells_however_they_are_added_up() -> None:
    """They are side by side, even where a chain of additions leads through them."""
    for spelled in (mg.sum, mg.mean, sum):
        assert cells(Graph(values_below(network_loss(6, spelled)))) is None
    assert cells(Graph(values_below(sum(Value(k / 2.0) for k in range(9))))) is None


def test_layers_with_weights_of_their_own_share_nothing() -> None:
    model = nn.MLP(3, [3, 3, 3, 3], activation="tanh", rng=0)
    found = cells(Graph(values_below(losses.mse_loss(model([1.0, 2.0, 3.0]), [0.0] * 3))))
    assert found is None or not found.shares


def test_two_steps_are_no_repetition() -> None:
    assert cells(Graph(values_below(recurrence(Noted(), 2)))) is None


def test_random_graphs_are_cut_so_that_every_cell_looks_alike() -> None:
    for seed in range(60):
        rng = random.Random(seed)
        nodes = [Value(rng.uniform(-1, 1)) for _ in range(3)]
        for _ in range(40):
            x, y = rng.choice(nodes[-3:]), rng.choice(nodes)
            nodes.append(rng.choice([mg.tanh(x), mg.sin(x), x * y]))
        values = values_below(mg.sum(nodes))
        found = cells(Graph(values))
        if not found:
            continue
        inside: dict[int, Counter[Any]] = {}
        for value, place in zip(values, found.of_value, strict=True):
            if place and value.op:
                inside.setdefault(place, Counter())[value.op.name] += 1
        inner = [inside[place] for place in range(2, len(found.names))]
        assert all(counts == inner[0] for counts in inner)


def test_large_graphs_are_not_searched() -> None:
    x = Value(1.0)
    for _ in range(MOST_SEARCHED):
        x = mg.tanh(x)
    assert cells(Graph(values_below(x))) is None
