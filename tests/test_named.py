"""Blocks that a program names: what is recorded inside knows them, and nothing else changes."""

import asyncio
import contextvars
import copy
import itertools
import pickle
import threading
from collections.abc import Iterator
from typing import Any

import pytest

import microgradnn as mg
from microgradnn import Value, losses, nn
from microgradnn.engine.recording import Mode, changed_somewhere, mode
from microgradnn.told import path_of


def path_here() -> tuple[str, ...]:
    a = Value(3.0)
    return path_of(a * a)


def test_what_is_recorded_inside_knows_its_blocks() -> None:
    a = Value(2.0, label="a")
    outside = a * a
    with mg.block("outer"):
        first = a + 1
        with mg.block("inner"):
            ways = [
                a * a,
                -a,
                mg.sum([a, a, a]),
                mg.dot([a], [a]),
                *mg.softmax([a, a]),
                mg.max([a, a, a]),
            ]
        last = a - first
    assert [path_of(x) for x in (outside, a, first, last)] == [(), (), ("outer",), ("outer",)]
    assert {path_of(x) for x in ways} == {("outer", "inner")}
    assert path_of(a * a) == ()
    assert (mode.get(), changed_somewhere) == (Mode(), set())


def test_numbers_and_derivatives_are_the_same() -> None:
    def run() -> list[float]:
        x = Value(0.5)
        y = mg.tanh(x * 3 + 1) / x
        y.backward()
        return [y.data, x.grad]

    with mg.block("b"):
        inside = run()
    assert inside == run()


def test_labels_stay_and_may_come_later() -> None:
    a = Value(2.0)
    with mg.block("b"):
        b = a * a
        assert b.label == ""
        b.label = "b"
        b.label = "y"
    b.label += "!"
    assert (b.label, path_of(b)) == ("y!", ("b",))
    assert repr(b) == "Value(data=4.0, grad=0.0, label='y!')"
    assert (a * a).label == ""  # what unlabelled values have in common is not changed


@pytest.mark.parametrize(
    "twin", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))]
)
def test_copies_keep_their_blocks(twin: Any) -> None:
    a = Value(2.0, label="a")
    with mg.block("outer"), mg.block("inner"):
        b = a * a
        b.label = "b"
        c = b * a
    copied = twin(c)
    assert (path_of(copied), copied.label) == (("outer", "inner"), "")
    assert (path_of(copied.operands[0]), copied.operands[0].label) == (("outer", "inner"), "b")
    assert path_of(copied.operands[1]) == ()


def test_lines_and_blocks_go_together() -> None:
    a = Value(2.0)
    with mg.debug(), mg.block("b"):
        x = a * a
    with mg.block("b"), mg.debug():
        y = a * a
    assert [path_of(v) for v in (x, y)] == [("b",), ("b",)]
    assert [v.made_at.partition(": ")[2] for v in (x, y)] == ["x = a * a", "y = a * a"]


def test_an_exception_leaves_the_block() -> None:
    with pytest.raises(ZeroDivisionError), mg.block("b"):
        Value(1.0) / 0
    assert path_here() == ()


@pytest.mark.parametrize(
    ("name", "error"), [(3, TypeError), (None, TypeError), ("", ValueError), (" ", ValueError)]
)
def test_a_block_has_a_name(name: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"^name must be"), mg.block(name):
        pass
    assert path_here() == ()


def test_nothing_is_recorded_inside_no_grad() -> None:
    with mg.block("b"), mg.no_grad():
        assert path_here() == ()
    with mg.no_grad(), mg.block("b"):
        assert path_here() == ()


def test_generators_that_end_in_any_order_take_out_their_own_name() -> None:
    def inside(name: str) -> Iterator[None]:
        with mg.block(name):
            yield

    for order in itertools.permutations(range(3)):
        generators: list[Any] = [inside(name) for name in "abc"]
        for generator in generators:
            next(generator)
        still_open = [0, 1, 2]
        for place in order:
            assert path_here() == tuple("abc"[k] for k in still_open)
            generators[place].close()
            still_open.remove(place)
        assert path_here() == ()


def test_threads_and_tasks_have_blocks_of_their_own() -> None:
    barrier = threading.Barrier(2)
    seen: dict[str, tuple[str, ...]] = {}

    def look(name: str) -> None:
        with mg.block(name):
            barrier.wait(timeout=10)
            seen[name] = path_here()
            barrier.wait(timeout=10)

    threads = [threading.Thread(target=look, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == {"a": ("a",), "b": ("b",)}

    async def task(name: str) -> tuple[str, ...]:
        with mg.block(name):
            await asyncio.sleep(0)
            return path_here()

    async def both() -> list[tuple[str, ...]]:
        return list(await asyncio.gather(task("a"), task("b")))

    assert asyncio.run(both()) == [("a",), ("b",)]
    with mg.block("a"):
        assert contextvars.copy_context().run(path_here) == ("a",)


def test_compiling_inside_a_block_is_compiling() -> None:
    model = nn.MLP(2, [3, 1], rng=1)
    plain = mg.compile(model, losses.mse_loss)
    with mg.block("b"):
        inside = mg.compile(model, losses.mse_loss)
        loss = losses.mse_loss(model([1.0, 2.0]), 1.0)
    assert inside.source == plain.source
    of_graph = mg.compile(loss, [], model.parameters())
    assert of_graph.value_and_grad([[]])[0] == pytest.approx(loss.data, rel=1e-15)


def test_it_decorates_a_function() -> None:
    @mg.block("square")
    def square(x: Value) -> Value:
        return x * x

    a = Value(3.0)
    assert [path_of(square(a)), path_of(square(a))] == [("square",), ("square",)]
