"""What belongs together: blocks by hand, ranks, parts; blocks on cycles are split."""

import random
from graphlib import TopologicalSorter
from typing import Any

from folds import links_between, names, random_graph

import microgradnn as mg
from microgradnn import Value
from microgradnn.drawing.blocks import (
    Graph,
    _on_cycles,
    by_distance,
    by_operation,
    by_path,
    numbered,
    partition,
    stages,
)
from microgradnn.drawing.diagram import values_below

# ---- By hand -----------------------------------------------------------------------------------


def test_blocks_by_hand_have_the_names_that_the_program_gives() -> None:
    x = Value(0.5, "x")
    with mg.block("outer"):
        a = mg.tanh(x) * 2.0
        with mg.block("inner"):
            b = mg.sin(a) * a
        c = mg.cos(b) + a  # so that `outer` is on a circle with `inner`
    root = mg.exp(c)
    assert names(root, "block") == ["", "outer", "outer / inner", "outer", ""]
    graph = Graph(values_below(root))
    whole = [key and key[0] for key in by_path(graph, 1)]
    assert whole == [None, *["outer"] * 6, None]


def test_a_name_that_is_used_again_is_one_block_unless_there_would_be_a_circle() -> None:
    x, parts = Value(0.5, "x"), []
    for _ in range(3):
        with mg.block("square"):
            parts.append(mg.sin(x) * x)
    assert names(mg.sum(parts), "block") == ["", "square", ""]
    y = x
    for _ in range(3):
        with mg.block("square"):
            y = mg.sin(y) * y
        y = y + 1.0
    assert names(y, "block") == ["", *["square", ""] * 3]


# ---- Ranks and parts ---------------------------------------------------------------------------


def test_stages_count_how_often_the_operation_changes() -> None:
    x = Value(1.0)
    a, b = mg.tanh(x), mg.sin(x)
    c = mg.tanh(a)  # tanh after tanh is no change, so the stage stays
    d = mg.tanh(b)  # after sin it is one
    e = mg.sin(c)
    f = mg.dot([d, e], [c, x])  # the longest way has sin, tanh, dot or tanh, sin, dot
    graph = Graph(values_below(f))
    found = stages(graph, [value.op for value in graph.values])
    stage_of = dict(zip(graph.values, found, strict=True))
    assert [stage_of[value] for value in (x, a, b, c, d, e, f)] == [0, 0, 0, 0, 1, 1, 2]


def test_stages_among_some_kinds_ignore_the_other_ways() -> None:
    x = Value(1.0)
    a = mg.tanh(x)
    b = mg.sin(a)
    c = mg.tanh(b)
    graph = Graph([x, a, b, c])
    assert stages(graph, ["x", "A", "B", "A"]) == [0, 0, 1, 2]
    assert stages(graph, ["x", "A", "B", "A"], among={"A"}) == [0, 0, 1, 0]


def test_ranks_are_equal_operations_at_the_same_stage() -> None:
    x, y = Value(1.0), Value(2.0)
    a, b = mg.tanh(x), mg.tanh(y)
    c = a * b
    d = mg.tanh(c)
    graph = Graph([x, y, a, b, c, d])
    keys: Any = [None, None, None, ("kept", 0), None, None]
    tanh, mul = a.op, c.op
    assert by_operation(graph, keys) == [
        *[("", (None, 0))] * 2,
        ("", (tanh, 0)),
        ("kept", 0),
        ("", (mul, 1)),
        ("", (tanh, 2)),
    ]


def test_parts_are_cut_by_the_longest_way_to_the_root() -> None:
    x = Value(1.0)
    a = mg.tanh(x)
    b = mg.tanh(a)
    root = x + b  # x is three steps away by a and b, though it is used here as well
    found = by_distance(Graph([x, a, b, root]))
    # Distances are 3, 2, 1 and 0 of a length of 4, so these are quarters of the 20 parts.
    assert [name for name, _ in filter(None, found)] == [
        "part 5 of 20",
        "part 10 of 20",
        "part 15 of 20",
        "part 20 of 20",
    ]


# ---- From keys to blocks -----------------------------------------------------------------------


def test_what_lies_on_cycles_or_between_them_is_found() -> None:
    into, first, between, second, out = (
        {(0, 1)},
        {(1, 2), (2, 1)},
        {(2, 3), (3, 4)},
        set(),
        {(5, 6)},
    )
    second = {(4, 5), (5, 4)}
    assert _on_cycles(into | first | between | second | out) == {1, 2, 3, 4, 5}
    assert _on_cycles(into | first | {(2, 7), (8, 1)}) == {1, 2}
    assert _on_cycles(into | between | out) == set()
    assert _on_cycles(set()) == set()


def test_blocks_that_need_each_other_are_split() -> None:
    x = Value(1.0)
    a = mg.tanh(x)
    b = mg.sin(a)
    c = mg.tanh(b)
    d = mg.cos(c)
    A, B, C = ("A", 0), ("B", 0), ("C", 0)
    graph = Graph([x, a, b, c, d])
    home = partition(graph, [None, A, B, A, C]).home
    assert home == [0, 1, 2, 3, 4]  # a and c come apart, as c needs a by way of b
    home = partition(graph, [None, A, A, B, B]).home
    assert numbered(home) == [0, 1, 1, 2, 2]


def test_only_blocks_on_a_cycle_are_split() -> None:
    x = Value(1.0)
    a, p, q = mg.tanh(x), mg.exp(x), mg.exp(x)
    r = mg.sin(a)
    s = mg.tanh(r)
    values = [x, a, p, q, r, s, mg.sum([s, p, q])]
    A, P = ("A", 0), ("P", 0)
    assert numbered(partition(Graph(values), [None, A, P, P, None, A, None]).home) == [
        *(0, 1, 2, 2, 3, 4, 5)
    ]


def test_a_leaf_joins_the_block_that_alone_uses_it() -> None:
    own, shared, other = Value(1.0), Value(2.0), Value(3.0)
    a, b = own * shared, shared * other
    A, B = ("A", 0), ("B", 0)
    values = [own, shared, a, other, b, a + b]
    home, used = partition(Graph(values), [A, A, A, A, B, None])
    assert home[0] == home[2]  # used by its own block
    assert home[1] == home[3] < 0  # used by two, or by another only: these become a block
    assert used[home[2]] == {0, 1}
    assert used[home[4]] == {1, 3}


def test_blocks_of_any_keys_form_no_cycle() -> None:
    for seed in range(200):
        rng = random.Random(seed)
        values = values_below(random_graph(rng))
        keys: Any = [rng.choice([None, ("a", 0), ("b", 0), ("c", 0)]) for _ in values]
        home = partition(Graph(values), keys).home
        order = list(TopologicalSorter(links_between(values, home)).static_order())
        assert len(order) == len(set(home))
        together: dict[int, set[Any]] = {}
        for k, block in enumerate(home):
            together.setdefault(block, set()).add(keys[k] or k)
        assert all(len(kinds) == 1 for kinds in together.values())
