"""Embedding: rows of parameters by an index."""

import copy
import random
from typing import Any

import numpy as np
import pytest

import microgradnn as mg
from microgradnn import Value, nn
from microgradnn.engine import reductions


def test_a_number_picks_the_parameters_themselves() -> None:
    table = nn.Embedding(4, 3, rng=0)
    assert all(a is b for a, b in zip(table(2), table.weight[2], strict=True))
    for index in (np.int64(1), 1.0, True, np.float32(1)):
        assert table(index) == table.weight[1]
    table(0).clear()  # a list of one's own
    assert len(table(0)) == 3


def test_a_value_records_what_it_picks() -> None:
    table = nn.Embedding(4, 3, rng=0)
    vector = table(Value(2.0, "index"))
    assert [x.data for x in vector] == [x.data for x in table.weight[2]]
    assert {x.op for x in vector} == {reductions.take}
    mg.dot(vector, [1.0, 2.0, 3.0]).backward()
    slopes = [[x.grad for x in row] for row in table.weight]
    assert slopes == [[0.0] * 3, [0.0] * 3, [1.0, 2.0, 3.0], [0.0] * 3]


@pytest.mark.parametrize("index", [-1, 4, 0.5, float("nan"), float("inf"), Value(4.0), Value(1.5)])
def test_what_is_no_index_is_refused(index: Any) -> None:
    with pytest.raises(ValueError, match="index must be a whole number from 0 to 3, got"):
        nn.Embedding(4, 3)(index)
    with pytest.raises(TypeError, match="index must be a real number, got str"):
        nn.Embedding(4, 3)("a")  # type: ignore[arg-type]


def test_weights_have_pytorchs_name_shape_and_distribution() -> None:
    table = nn.Embedding(50, 40, rng=1)
    state = table.state_dict()
    assert {name: x.shape for name, x in state.items()} == {"weight": (50, 40)}
    assert abs(state["weight"].mean()) < 0.1
    assert abs(state["weight"].std() - 1.0) < 0.1
    assert table.weight[3][2].label == "weight.3.2"
    assert repr(table) == "Embedding(50, 40)"
    other = nn.Embedding(50, 40, init="zeros")
    other.load_state_dict(state)
    assert [x.data for x in other(7)] == state["weight"][7].tolist()


def test_initial_weights_come_from_init_and_rng() -> None:
    seen: list[Any] = []

    def init(fan_in: int, fan_out: int, rng: random.Random) -> float:
        seen.append((fan_in, fan_out))
        return rng.random()

    one, other = (nn.Embedding(2, 3, init=init, rng=random.Random(7)) for _ in range(2))
    assert seen == [(2, 3)] * 12
    wanted = random.Random(7)
    assert [[x.data for x in row] for row in one.weight] == [
        [wanted.random() for _ in range(3)] for _ in range(2)
    ]
    assert one.state_dict()["weight"].tolist() == other.state_dict()["weight"].tolist()
    with pytest.raises(ValueError, match="num_embeddings must be at least 1, got 0"):
        nn.Embedding(0, 3)
    with pytest.raises(TypeError, match="embedding_dim must be an int"):
        nn.Embedding(2, 1.5)  # type: ignore[arg-type]


def test_a_copy_has_weights_of_its_own() -> None:
    table = nn.Embedding(2, 2, rng=0)
    other = copy.deepcopy(table)
    other.weight[0][0].data = 9.0
    assert table.weight[0][0].data != 9.0
    assert other.weight[1][1].data == table.weight[1][1].data
