"""no_grad, debug: for whom a mode holds, and that nothing is lost in silence."""

import asyncio
import contextlib
import contextvars
import copy
import gc
import inspect
import itertools
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import microgradnn as mg
from microgradnn import Value, losses, nn, optim
from microgradnn.engine.modes import Changed
from microgradnn.engine.recording import Mode, changed_somewhere, mode


def is_recorded() -> bool:
    """Whether a product is a node of a graph, here and now."""
    a = Value(3.0)
    return bool((a * a).operands)


def names_its_line() -> bool:
    a = Value(3.0)
    return bool((a * a).made_at)


@pytest.fixture(autouse=True)
def _nothing_is_left_behind() -> Iterator[None]:
    """Every test ends in the mode in which it began, with the kernels on their short way."""
    assert (mode.get(), changed_somewhere) == (Mode(), set())
    yield
    gc.collect()
    assert (mode.get(), changed_somewhere) == (Mode(), set())


# ---- Without recording ---------------------------------------------------------------------------


def test_no_grad_records_nothing_and_nests() -> None:
    a: Any = Value(3.0)
    with mg.no_grad():
        with mg.no_grad():
            assert (a * a).operands == ()
        y = mg.sum([mg.dot([a], [a]), a.tanh() ** 2])
        assert (y.op, y.operands, y.local_grads) == (None, (), ())
    assert (a * a).operands == (a, a)


WAYS_TO_COMPUTE: list[Callable[[Value], Any]] = [
    lambda x: x * x,
    lambda x: 2 - x,
    lambda x: mg.tanh(x),
    lambda x: mg.sum([x, x]),
    lambda x: mg.dot([x], [x]),
    lambda x: mg.max([x] * 3),
    lambda x: mg.max([x] * 100),  # too many for a kernel
    lambda x: mg.where(x > 0, x + 0.0, x),
]


@pytest.mark.parametrize("compute", WAYS_TO_COMPUTE)
def test_what_was_not_recorded_is_not_differentiated(compute: Callable[[Value], Any]) -> None:
    x = Value(3.0, label="x")
    with mg.no_grad():
        y = compute(x)
    assert y.data == compute(x).data
    assert (y.op, y.operands, y.local_grads) == (None, (), ())
    for twin in (y, copy.copy(y), copy.deepcopy(y)):
        with pytest.raises(
            RuntimeError, match=r"^backward\(\) has nothing .*: Value\(data=.*\) was"
        ):
            twin.backward()
        with pytest.raises(RuntimeError, match=r"^gradients\(\) has nothing .*inside no_grad\(\)"):
            mg.gradients(twin, [x])
    assert (x.grad, y.grad) == (0.0, 0.0)


def test_the_reason_calls_a_value_by_its_label() -> None:
    with mg.no_grad():
        y = Value(3.0) * 2.0
    y.label = "loss"
    with pytest.raises(RuntimeError, match="back over: loss was computed inside no_grad"):
        y.backward()


def test_what_was_not_recorded_may_be_a_leaf_of_what_is() -> None:
    x = Value(3.0)
    with mg.no_grad():
        w = x * x
    y = w * w * x
    y.backward()
    # y = w²x, in which w = 9 is a number of its own: ∂y/∂w = 2wx, ∂y/∂x = w².
    assert (y.data, w.grad, x.grad) == (243.0, 54.0, 81.0)
    assert mg.gradients(y, [w, x]) == [54.0, 81.0]
    leaf = w.detach()  # whoever writes this knows that it depends on nothing
    leaf.backward()
    assert leaf.grad == 1.0


def test_a_leaf_that_is_made_inside_is_a_leaf() -> None:
    with mg.no_grad():
        a = Value(3.0)
    a.backward()
    assert a.grad == 1.0


def test_a_recorded_graph_is_differentiated_inside() -> None:
    x = Value(3.0)
    y = x**3
    with mg.no_grad():
        y.backward()
        assert mg.gradients(y, [x]) == [27.0]
    assert x.grad == 27.0


def test_transforms_and_checks_differentiate_inside() -> None:
    w = Value(2.0)

    def f(x: Any, y: Any) -> Any:
        return x * x * y

    with mg.no_grad():
        assert mg.grad(f)(3.0, 5.0) == 30.0
        assert mg.value_and_grad(f, argnums=(0, 1))(3.0, 5.0) == (45.0, (30.0, 9.0))
        assert mg.jacobian(lambda x, y: [x * y, x])(3.0, 5.0) == [[5.0, 3.0], [1.0, 0.0]]
        assert mg.hessian(f)(3.0, 5.0) == [[10.0, 6.0], [6.0, 0.0]]
        assert mg.grad(mg.grad(mg.grad(lambda x: x**4)))(2.0) == 48.0
        assert mg.grad(lambda x: x * mg.grad(lambda y: x * y)(x))(3.0) == 6.0
        assert mg.grad(lambda x: mg.grad(lambda y: w * x * y)(1.0))(3.0).data == 2.0  # type: ignore[attr-defined]
        assert mg.jacobian(lambda x: [w * x])(3.0)[0][0].data == 2.0
        assert mg.hessian(lambda x: w * x * x)(3.0)[0][0].data == 4.0  # type: ignore[attr-defined]
        report = mg.gradcheck(f, [3.0, 5.0])
        assert report.ok
        assert report.analytic == [30.0, 9.0]
        assert mg.gradcheck(lambda x: w * x * x, [3.0]).analytic == [12.0]
        assert mg.numerical_gradient(lambda x: w * x**2, [1.5]) == pytest.approx([6.0])
        assert mg.numerical_gradient(lambda x: x**2, [1.5], eps=1e-4) == [2.9999999999996696]
        assert not is_recorded()  # and the block goes on as it was
    assert is_recorded()


def test_what_was_not_recorded_is_not_explained() -> None:
    x = Value(3.0)
    y = x * x
    with mg.no_grad():
        z = x * x
        assert mg.explain(y, x).total == 6.0
        assert len(mg.steps(y)) == 4
        with pytest.raises(RuntimeError, match="computed inside no_grad"):
            mg.explain(z, x)
        with pytest.raises(RuntimeError, match=r"^steps\(\) has nothing .*inside no_grad\(\)"):
            mg.steps(z)


def test_training_inside_trains_or_is_refused() -> None:
    model = nn.MLP(1, [2, 1], rng=0)
    before = [p.data for p in model.parameters()]
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    for compiled in (None, True, False):
        with mg.no_grad():
            try:
                mg.fit(
                    *(model, [[0.5], [-1.0]], [1.0, 2.0]),
                    loss=losses.mse_loss,
                    optimizer=optimizer,
                    epochs=1,
                    progress=False,
                    compiled=compiled,
                )
            except (RuntimeError, ValueError):
                assert [p.data for p in model.parameters()] == before
            else:
                assert [p.data for p in model.parameters()] != before
                before = [p.data for p in model.parameters()]


def test_a_function_that_does_not_record_is_refused_by_the_transforms() -> None:
    def f(x: Any) -> Any:
        with mg.no_grad():
            return x * x

    for transform in (mg.grad, mg.value_and_grad, mg.jacobian, mg.hessian):
        with pytest.raises(RuntimeError, match="computed inside no_grad"):
            transform(f)(3.0)
    with pytest.raises(RuntimeError, match="computed inside no_grad"):
        mg.gradcheck(f, [3.0])


def test_a_part_that_is_not_recorded_is_constant() -> None:
    def f(x: Any) -> Any:
        with mg.no_grad():
            scale = x * x
        return scale * x

    slope: Any = mg.grad(f)(3.0)  # a Value, as `scale` cannot be told from a variable
    assert slope.data == 9.0
    with mg.no_grad():
        assert mg.grad(f)(3.0).data == 9.0  # type: ignore[attr-defined]


def test_recorded_partials_never_raise_and_values_do() -> None:
    x = Value(0.0)
    (slope,) = mg.gradients(mg.sqrt(x), [x], create_graph=True)
    assert slope.data == float("inf")
    with pytest.raises(ZeroDivisionError):
        0.5 / x
    with Changed(lenient=True):
        assert (0.5 / x).data == float("inf")
        assert not changed_somewhere  # nodes are what they always are
    with pytest.raises(ZeroDivisionError):
        0.5 / x


# ---- Nesting -------------------------------------------------------------------------------------


def test_debug_does_not_record_what_no_grad_does_not() -> None:
    for outer, inner in ((mg.debug, mg.no_grad), (mg.no_grad, mg.debug)):
        with outer(), inner():
            assert not is_recorded()
    with mg.debug():
        with mg.no_grad():
            assert not is_recorded()
        assert names_its_line()
    with mg.no_grad():
        with mg.debug():
            assert not names_its_line()
        assert not is_recorded()
    assert not names_its_line()


def test_debug_holds_inside_a_transform() -> None:
    lines = []

    def f(x: Any) -> Any:
        y = x * x
        lines.append(y.made_at)
        return y

    with mg.no_grad(), mg.debug():
        assert mg.grad(f)(3.0) == 6.0
    assert lines[0].endswith(": y = x * x")


@pytest.mark.parametrize("block", [mg.no_grad, mg.debug])
def test_an_error_inside_ends_the_mode(block: Callable[[], Any]) -> None:
    with pytest.raises(KeyError), block():
        raise KeyError
    assert is_recorded()
    with mg.no_grad():
        with pytest.raises(ZeroDivisionError), block():
            Value(1.0) / 0.0
        assert not is_recorded()
    assert is_recorded()
    assert not names_its_line()


def test_as_decorators() -> None:
    x = Value(3.0)

    @mg.no_grad()
    def predict() -> Any:
        return x * x

    assert predict().operands == predict().operands == ()
    assert is_recorded()


# ---- Threads, tasks, generators ------------------------------------------------------------------


def test_no_grad_is_of_one_thread() -> None:
    a = Value(3.0)
    with mg.no_grad(), ThreadPoolExecutor(1) as pool:
        assert pool.submit(lambda: (a * a).operands).result() == (a, a)


def test_threads_have_their_own_modes() -> None:
    """Two threads inside, a third outside, all at the same time."""
    barrier = threading.Barrier(3)
    seen: dict[str, list[bool]] = {}

    def look(name: str, block: Callable[[], Any]) -> None:
        with block():
            barrier.wait(timeout=10)
            seen[name] = [is_recorded(), names_its_line()]
            barrier.wait(timeout=10)

    blocks = {"no_grad": mg.no_grad, "debug": mg.debug, "plain": mg.large_graph}
    threads = [threading.Thread(target=look, args=item) for item in blocks.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == {"no_grad": [False, False], "debug": [True, True], "plain": [True, False]}


def test_sibling_tasks_have_their_own_modes() -> None:
    """What one task computes while the other is inside is recorded: d(x²)/dx at 3 is 6."""
    inside, done = asyncio.Event(), asyncio.Event()

    async def evaluates() -> bool:
        with mg.no_grad():
            inside.set()
            await done.wait()
            return is_recorded()

    async def trains() -> float:
        await inside.wait()
        x = Value(3.0)
        y = x * x
        await asyncio.sleep(0)
        y.backward()
        done.set()
        return x.grad

    async def both() -> tuple[bool, float]:
        recorded, slope = await asyncio.gather(evaluates(), trains())
        return recorded, slope

    assert asyncio.run(both()) == (False, 6.0)


def test_a_task_takes_over_the_mode_in_which_it_was_made_and_keeps_it() -> None:
    left = asyncio.Event()

    async def child() -> bool:
        await left.wait()
        return is_recorded()

    async def parent() -> tuple[bool, bool]:
        with mg.no_grad():
            task = asyncio.create_task(child())
        own = is_recorded()
        left.set()
        return own, await task

    assert asyncio.run(parent()) == (True, False)


def inside(block: Callable[[], Any]) -> Iterator[bool]:
    with block():
        yield is_recorded()
        yield is_recorded()


def test_a_generator_that_is_paused_inside_keeps_the_mode_on() -> None:
    """As everywhere in Python; and then a backward pass raises, for 0 would be wrong."""
    x = Value(3.0)
    generator = inside(mg.no_grad)
    assert next(generator) is False
    y = x * x
    with pytest.raises(RuntimeError, match="no_grad"):
        y.backward()
    assert mg.grad(lambda x: x * x)(3.0) == 6.0
    generator.close()  # type: ignore[attr-defined]
    assert is_recorded()


def test_generators_that_are_closed_in_any_order_leave_nothing_on() -> None:
    names = ["no_grad", "debug", "no_grad"]
    for order in itertools.permutations(range(3)):
        generators: list[Any] = [inside(getattr(mg, name)) for name in names]
        for generator in generators:
            next(generator)
        still_open = {0, 1, 2}
        for place in order:
            generators[place].close()
            still_open.remove(place)
            others = [names[k] for k in still_open]
            assert is_recorded() == ("no_grad" not in others)
            assert names_its_line() == (others == ["debug"])


def test_a_generator_may_be_closed_in_another_context() -> None:
    """It raises nothing there, and changes nothing there."""
    generator: Any = inside(mg.no_grad)
    other = contextvars.copy_context()
    assert other.run(next, generator) is False
    assert is_recorded()
    with mg.no_grad():
        generator.close()
        assert not is_recorded()
    assert is_recorded()


def test_an_async_generator_may_be_closed_by_the_loop() -> None:
    async def numbers() -> AsyncIterator[int]:
        with mg.no_grad():
            yield 1
            yield 2

    async def first() -> int:
        async for number in numbers():
            return number
        return 0

    async def run() -> bool:
        await asyncio.create_task(first())  # leaves the generator to the loop
        gc.collect()
        await asyncio.sleep(0)
        return is_recorded()

    assert asyncio.run(run())


def test_a_context_that_was_copied_inside_keeps_its_mode() -> None:
    with mg.no_grad():
        context = contextvars.copy_context()
    assert is_recorded()
    assert not context.run(is_recorded)
    assert is_recorded()


def slope() -> Any:
    """d(x²)/dx at 3, or None if the backward pass refuses; never 0."""
    x = Value(3.0)
    y = x * x
    try:
        y.backward()
    except RuntimeError:
        return None
    return x.grad


async def slope_later() -> Any:
    await asyncio.sleep(0)
    return slope()


async def unrecorded_slope() -> Any:
    with mg.no_grad():
        return await slope_later()


async def paused() -> AsyncIterator[Any]:
    with mg.no_grad():
        yield slope()
        yield slope()


async def in_turns() -> list[Any]:
    return list(await asyncio.gather(slope_later(), unrecorded_slope(), slope_later()))


async def gathered_inside() -> list[Any]:
    with mg.no_grad():
        found = await asyncio.gather(slope_later(), slope_later())
    return [*found, slope()]


async def cancelled() -> list[Any]:
    async def waits() -> None:
        with mg.no_grad():
            await asyncio.sleep(60)

    task = asyncio.create_task(waits())
    await asyncio.sleep(0)
    task.cancel()
    found = await asyncio.gather(task, return_exceptions=True)
    return [type(found[0]), slope()]


async def timed_out() -> list[Any]:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(0.001):
            with mg.no_grad():
                await asyncio.sleep(60)
    return [slope()]


async def in_a_group() -> list[Any]:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(f()) for f in (unrecorded_slope, slope_later)]
    return [task.result() for task in tasks] + [slope()]


async def in_an_async_generator() -> list[Any]:
    return [x async for x in paused()] + [slope()]


async def two_async_generators() -> list[Any]:
    first, second = paused(), paused()
    found = [await anext(first), await anext(second)]
    await first.aclose()  # type: ignore[attr-defined]
    found.append(slope())
    await second.aclose()  # type: ignore[attr-defined]
    return [*found, slope()]


async def in_a_thread() -> list[Any]:
    """`to_thread` takes the context along, an executor of one's own does not."""
    with mg.no_grad(), ThreadPoolExecutor(1) as pool:
        there = await asyncio.get_running_loop().run_in_executor(pool, slope)
        return [await asyncio.to_thread(slope), there]


async def called_back() -> list[Any]:
    found: list[Any] = []
    with mg.no_grad():
        asyncio.get_running_loop().call_soon(lambda: found.append(slope()))
    asyncio.get_running_loop().call_soon(lambda: found.append(slope()))
    await asyncio.sleep(0.01)
    return found


async def a_transform_in_turns() -> list[Any]:
    """A transform that is open in one task while another is inside `no_grad`."""

    async def transforms() -> Any:
        await asyncio.sleep(0)
        return mg.grad(lambda x: mg.grad(lambda y: x * y)(1.0) * x)(3.0)

    return list(await asyncio.gather(unrecorded_slope(), transforms()))


def a_loop_in_a_loop() -> list[Any]:
    with mg.no_grad():
        inner = asyncio.run(slope_later())
    return [inner, asyncio.run(slope_later())]


def from_generators() -> list[Any]:
    def delegates() -> Iterator[bool]:
        yield from inside(mg.no_grad)

    found = []
    for _ in delegates():
        found.append(slope())
    return [*found, slope()]


def thrown_into() -> list[Any]:
    generator: Any = inside(mg.no_grad)
    next(generator)
    with pytest.raises(KeyError):
        generator.throw(KeyError)
    return [slope()]


def forgotten() -> list[Any]:
    generator = inside(mg.no_grad)
    next(generator)
    del generator  # which closes it
    return [slope()]


def crossed() -> list[Any]:
    """Blocks that are left in the order in which they were entered."""
    with contextlib.ExitStack() as one, contextlib.ExitStack() as other:
        one.enter_context(mg.no_grad())
        other.enter_context(mg.no_grad())
        one.close()
        found = slope()
        other.close()
        return [found, slope()]


def advanced_in_a_function_that_is_differentiated() -> list[Any]:
    generator = inside(mg.no_grad)

    def f(x: Any) -> Any:
        y = x * x
        next(generator)
        return y

    found = [mg.grad(f)(3.0), slope()]
    generator.close()  # type: ignore[attr-defined]
    return [*found, slope()]


def closures_of_a_paused_block() -> list[Any]:
    generator = inside(mg.no_grad)
    next(generator)
    found = [mg.grad(lambda x: mg.grad(lambda y: x * x * y)(1.0))(3.0), mg.hessian(cube)(3.0)[0][0]]
    generator.close()  # type: ignore[attr-defined]
    return found


def cube(x: Any) -> Any:
    return x**3


def a_decorated_recursion() -> list[Any]:
    @mg.no_grad()
    def recursive(depth: int) -> list[Any]:
        return [slope(), *(recursive(depth - 1) if depth else [])]

    return [*recursive(2), slope()]


def threads_of_a_context() -> list[Any]:
    with mg.no_grad(), ThreadPoolExecutor(2) as pool:
        context = contextvars.copy_context()
        return [pool.submit(context.run, slope).result(), pool.submit(slope).result()]


ARRANGEMENTS: list[tuple[Callable[[], Any], list[Any]]] = [
    (in_turns, [6.0, None, 6.0]),
    (gathered_inside, [None, None, 6.0]),
    (cancelled, [asyncio.CancelledError, 6.0]),
    (timed_out, [6.0]),
    (in_a_group, [None, 6.0, 6.0]),
    (in_an_async_generator, [None, None, 6.0]),
    (two_async_generators, [None, None, None, 6.0]),
    (in_a_thread, [None, 6.0]),
    (called_back, [None, 6.0]),
    (a_transform_in_turns, [None, 6.0]),
    (a_loop_in_a_loop, [None, 6.0]),
    (from_generators, [None, None, 6.0]),
    (thrown_into, [6.0]),
    (forgotten, [6.0]),
    (crossed, [None, 6.0]),
    (advanced_in_a_function_that_is_differentiated, [6.0, None, 6.0]),
    (closures_of_a_paused_block, [6.0, 18.0]),
    (a_decorated_recursion, [None, None, None, 6.0]),
    (threads_of_a_context, [None, 6.0]),
]


@pytest.mark.parametrize("arrangement", ARRANGEMENTS, ids=lambda x: x[0].__name__)
def test_who_is_inside_and_who_is_not(arrangement: tuple[Callable[[], Any], list[Any]]) -> None:
    run, expected = arrangement
    assert (asyncio.run(run()) if inspect.iscoroutinefunction(run) else run()) == expected
