"""Steps by compiled programs are those by the recorded graph, or fit says why not."""

import functools
from typing import Any

import numpy as np
import pytest
from outputs import several

import microgradnn as mg
from microgradnn import History, Value, losses, nn, optim
from microgradnn.data import batches, load_iris, standardize

IRIS = load_iris()


X, Y = standardize(IRIS.X), IRIS.y


def quiet(model: nn.Module, X: Any, y: Any, **options: Any) -> History:
    return mg.fit(model, X, y, progress=False, **options)


class Clipped(optim.SGD):
    """A step of one's own."""

    def step(self) -> None:
        optim.clip_grad_norm(self.parameters, 0.5)
        super().step()


SGD: Any = lambda p: optim.SGD(p, optim.cosine_decay(0.1, 60), momentum=0.9, weight_decay=0.01)  # noqa: E731


ADAM: Any = lambda p: optim.Adam(p, 0.02, weight_decay=0.01)  # noqa: E731


CLIPPED: Any = lambda p: Clipped(p, 0.1, momentum=0.5)  # noqa: E731


PART: Any = lambda p: optim.Adam(p[::-2], 0.05)  # noqa: E731 - some of the weights, in another order


def in_groups(p: list[Value]) -> Any:
    """Of parameters in the order of the model, and in another."""
    groups = [{"params": p[1::2], "weight_decay": 0.0}, {"params": p[::2], "lr": 0.03}]
    return optim.AdamW(groups, optim.one_cycle(0.05, 54))


def by_squares(p: list[Value]) -> Any:
    return optim.RMSprop(p, optim.reduce_on_plateau(0.01, patience=1), momentum=0.5, centered=True)


ROWS = np.random.default_rng(0).normal(size=(23, 4))


CLASSES = (ROWS @ np.random.default_rng(1).normal(size=(4, 3))).argmax(axis=1)


SOFT = np.where(np.eye(3)[CLASSES] == 1.0, 0.8, 0.1)


class Custom(nn.Module):
    """A network of one's own, with a loss that has a weight of its own."""

    def __init__(self) -> None:
        self.inner, self.rate = nn.MLP(4, [3, 2], "sin", rng=1), Value(0.5)

    def __call__(self, row: Any) -> Any:
        a, b = several(self.inner(row))
        return mg.exp(-self.rate * a) / (1 + b * b)


def task(name: str) -> tuple[nn.Module, dict[str, Any]]:
    """A model and what `fit` needs for it."""
    sizes, loss, y = {
        "regression": ([5, 1], losses.mse_loss, ROWS[:, 0] * ROWS[:, 1]),
        "two outputs": ([5, 2], losses.huber_loss, ROWS[:, :2] ** 2),
        "a column": ([5, 2], losses.l1_loss, ROWS[:, :2].tolist()),
        "a sum": ([5, 1], losses.half_squared_error, ROWS[:, 0] - ROWS[:, 1]),
        "logits": ([5, 1], losses.binary_cross_entropy_with_logits, CLASSES % 2),
        "flags": ([5, 1], losses.binary_cross_entropy_with_logits, CLASSES == 1),
        "labels": ([5, 1], losses.hinge_loss, 2 * (CLASSES % 2) - 1),
        "perceptron": ([1], losses.perceptron_loss, 2 * (CLASSES % 2) - 1),
        "several labels": ([5, 3], losses.binary_cross_entropy_with_logits, np.eye(3)[CLASSES]),
        "classes": ([5, 3], losses.cross_entropy, CLASSES),
        "soft classes": ([5, 3], losses.cross_entropy, SOFT),
        "partial": ([5, 1], functools.partial(losses.huber_loss, delta=0.3), ROWS[:, 0]),
        "custom": (None, lambda p, t: mg.mean([abs(a - b) for a, b in zip(p, t)]), ROWS[:, 0] ** 2),  # noqa: B905
    }[name]
    model = Custom() if sizes is None else nn.MLP(4, sizes, "tanh", rng=3)
    return model, {"y": y, "loss": loss}


TASKS = [
    *("regression", "two outputs", "a column", "a sum", "logits", "flags", "labels"),
    *("perceptron", "several labels", "classes", "soft classes", "partial", "custom"),
]


@pytest.mark.parametrize(
    ("name", "optimizer"),
    [
        *((name, SGD) for name in TASKS),
        *(("classes", make) for make in (ADAM, CLIPPED, PART, in_groups, by_squares)),
        *(("a sum", make) for make in (ADAM, CLIPPED, PART)),
    ],
)
def test_compiled_training_is_eager_training(name: str, optimizer: Any) -> None:
    runs: list[Any] = []
    for compiled in (True, False):
        seen: list[list[float]] = []
        model, options = task(name)
        parameters = model.parameters()
        stepper = optimizer(parameters)
        history = quiet(
            model,
            ROWS,
            **options,
            optimizer=stepper,
            epochs=18,  # of three batches, the last of 7 rows
            batch_size=8,
            validation=(ROWS[:9], options["y"][:9]),
            callbacks=[lambda *_, p=parameters, s=seen: s.append([x.data for x in p])],
            compiled=compiled,
        )
        assert history.compiled is compiled
        runs.append([history.losses, *history.metrics.values(), *seen])
        runs[-1].append([p.grad for p in stepper.parameters])
    for ours, eager in zip(*runs, strict=True):
        np.testing.assert_allclose(ours, eager, rtol=1e-9, atol=1e-9)
    assert len({tuple(weights) for weights in runs[0][-19:-1]}) > 10  # it did learn


def test_early_stopping_is_the_same_in_both_ways() -> None:
    histories = []
    for compiled in (True, False):
        model = nn.MLP(4, [8, 3], rng=0)
        optimizer = optim.Adam(model.parameters(), lr=0.05)
        histories.append(
            quiet(model, X[::2], Y[::2], loss=losses.cross_entropy, optimizer=optimizer, patience=3,
                  validation=(X[1::2], Y[1::2]), compiled=compiled)
        )  # fmt: skip
    ours, eager = histories
    assert ours.stopped == eager.stopped == "no better validation loss"
    assert ours.best_epoch == eager.best_epoch
    np.testing.assert_allclose(ours.losses, eager.losses, rtol=1e-9)


def test_a_perceptron_without_errors_shows_its_loss_to_be_a_sum() -> None:
    runs = []
    for compiled in (True, False):
        model = nn.MLP(1, [1], init="zeros")
        for parameter in model.parameters():
            parameter.data = 1.0
        options: dict[str, Any] = {"loss": losses.perceptron_loss, "epochs": 3}
        rows, labels = [[2.0], [3.0], [-2.0], [-3.0]], [1, 1, -1, -1]
        quiet(model, rows, labels, compiled=compiled, **options)  # the loss is 0
        history = quiet(model, [*rows, [0.5]], [*labels, -1], compiled=compiled, **options)
        runs.append(history.losses)
    assert runs[0] == pytest.approx(runs[1], rel=1e-9)
    assert runs[0][0] == pytest.approx(1.5)


def test_a_batch_that_no_program_can_run_is_recorded() -> None:
    rows, classes = [[800.0], [-1.0], [0.5], [1.0]], [1, 0, 1, 0]  # σ(800) = 1: only 0·log 0 left
    runs = []
    for compiled in (True, False):
        model = nn.MLP(1, [1], output_activation="sigmoid", init="zeros")
        options: dict[str, Any] = {"loss": losses.binary_cross_entropy, "batch_size": 2}
        history = quiet(model, rows, classes, epochs=30, compiled=compiled, **options)
        assert history.compiled is compiled
        runs.append([*history.losses, *(p.data for p in model.parameters())])
    assert runs[0] == pytest.approx(runs[1], rel=1e-9)


@pytest.mark.parametrize(
    ("model", "loss", "reason"),
    [
        (
            nn.MLP(4, [3, 1], lambda z: z if z > 0 else 0.1 * z, rng=0),
            losses.mse_loss,
            "depends on the data",
        ),
        (
            nn.MLP(4, [1], rng=0),
            lambda p, t: losses.mse_loss(p, t) ** 0.5,
            "neither the mean nor the sum",
        ),
        (
            nn.MLP(4, [1], rng=0),
            lambda p, t: losses.mse_loss(p, [float(x) for x in t]),
            "this reads the number of a Value",
        ),
        (nn.MLP(4, [1], init="zeros"), lambda p, t: losses.mse_loss(p, p), "the loss is 0"),
    ],
)
def test_what_cannot_be_compiled_is_trained_eagerly_and_says_why(
    model: nn.Module, loss: Any, reason: str
) -> None:
    start = model.state_dict()
    with pytest.raises(ValueError, match=f"cannot be trained compiled: .*{reason}"):
        quiet(model, ROWS, ROWS[:, 0], loss=loss, compiled=True)
    np.testing.assert_equal(model.state_dict(), start)
    losses_of = []
    for compiled in (None, False):
        model.load_state_dict(start)
        history = quiet(model, ROWS, ROWS[:, 0], loss=loss, epochs=2, compiled=compiled)
        losses_of.append(history.losses)
        assert not history.compiled
    assert losses_of[0] == losses_of[1]
    history = quiet(model, ROWS, ROWS[:, 0], loss=loss, epochs=1)
    assert reason in history.eager_because
    assert reason in repr(history)
    assert reason in str(history)


def test_a_loss_that_changes_while_training_is_noticed() -> None:
    runs = []
    for compiled in (None, False):
        scale = [1.0]
        model = nn.MLP(4, [3, 1], "tanh", rng=0)

        def loss(p: Any, t: Any, scale: list[float] = scale) -> Any:
            return scale[0] * losses.mse_loss(p, t)

        def anneal(epoch: int, history: History, scale: list[float] = scale) -> None:
            if epoch == 4:
                scale[0] = 0.1

        history = quiet(
            model, ROWS, ROWS[:, 0], loss=loss, epochs=9, callbacks=[anneal], compiled=compiled
        )
        runs.append(history.losses)
    assert runs[0] == pytest.approx(runs[1], rel=1e-9)
    scale[0] = 1.0
    with pytest.raises(ValueError, match="have changed their course by epoch 5"):
        quiet(model, ROWS, ROWS[:, 0], loss=loss, epochs=9, callbacks=[anneal], compiled=True)


class Partly(nn.Module):
    """A model with a parameter that its predictions do not depend on."""

    def __init__(self) -> None:
        self.inner, self.unused = nn.MLP(4, [3, 1], "tanh", rng=0), Value(1.0)

    def __call__(self, row: Any) -> Any:
        return self.inner(row)


@pytest.mark.parametrize("optimizer", [SGD, ADAM])
def test_a_parameter_that_the_loss_does_not_reach_does_not_prevent_programs(optimizer: Any) -> None:
    runs = []
    for compiled in (True, False):
        model = Partly()
        history = quiet(
            model, ROWS, ROWS[:, 0], loss=losses.mse_loss, epochs=4, compiled=compiled,
            optimizer=optimizer(model.parameters()),
        )  # fmt: skip
        assert model.unused.grad == 0.0
        runs.append([*history.losses, *(p.data for p in model.parameters())])
    assert runs[0] == pytest.approx(runs[1], rel=1e-9)


class Plain(optim.Adam):
    """A step of one's own that is no other."""

    def step(self) -> None:
        super().step()


@pytest.mark.parametrize(
    ("make", "limit"),
    [*((x, 1.1) for x in (SGD, ADAM, in_groups, lambda p: Plain(p, 0.02))), (PART, 0.2)],
)
def test_gradients_are_clipped_before_each_step(make: Any, limit: float) -> None:
    results = []
    for compiled in (True, False):
        model, options = task("classes")
        optimizer = make(model.parameters())
        quiet(
            model, ROWS, **options, optimizer=optimizer, epochs=6, batch_size=8,
            compiled=compiled, clip_grad_norm=limit,
        )  # fmt: skip
        norm = np.hypot.reduce([p.grad for p in optimizer.parameters])
        results.append(([p.data for p in model.parameters()], norm))
    model, options = task("classes")
    optimizer = make(model.parameters())
    norms = []
    for epoch in range(6):
        for rows, targets in batches(ROWS, CLASSES, 8, seed=epoch):
            optimizer.zero_grad()
            losses.cross_entropy([model(row) for row in rows], targets.tolist()).backward()
            norms.append(optim.clip_grad_norm(optimizer.parameters, limit))
            optimizer.step()
    assert 2 < sum(norm > limit for norm in norms) < len(norms)  # some are short enough
    expected = [p.data for p in model.parameters()], min(limit, norms[-1])
    for weights, norm in results:
        assert weights == pytest.approx(expected[0], rel=1e-12, abs=1e-14)
        assert norm == pytest.approx(expected[1], rel=1e-12)


@pytest.mark.parametrize("compiled", [None, False])
def test_a_gradient_that_cannot_be_clipped_changes_nothing(compiled: bool | None) -> None:
    def steep(prediction: Any, target: Any) -> Any:
        return mg.sum([p * 1e308 for p in prediction])

    for x, message in ((1.7, "norm of the gradients is infinite"), (2.0, r"w\.0 is inf; no param")):
        model = nn.MLP(1, [1], init="zeros")
        with pytest.raises(FloatingPointError, match=message):
            quiet(model, [[x]], [0.0], loss=steep, compiled=compiled, clip_grad_norm=1.0)
        assert [p.data for p in model.parameters()] == [0.0, 0.0]


# ---- When the model is looked at -----------------------------------------------------------------


def changing_scale(at: int) -> tuple[Any, Any]:
    """A loss whose scale is changed by the learning rate of a step, where nobody looks."""
    scale = [1.0]

    def loss(p: Any, t: Any) -> Any:
        return scale[0] * losses.mse_loss(p, t)

    def rate(step: int) -> float:
        if step == at:
            scale[0] = 0.1
        return 0.05

    return loss, rate


@pytest.mark.parametrize("epochs", [4, 7])
def test_steps_of_a_program_that_was_not_the_model_are_not_kept(epochs: int) -> None:
    model = nn.MLP(4, [3, 1], "tanh", rng=0)
    plateau = optim.reduce_on_plateau(0.05, patience=0)
    loss, rate = changing_scale(at=7)  # in epoch 3 of batches of 8
    optimizer = optim.AdamW(
        [{"params": model.parameters(), "lr": rate}, {"params": [Value(1.0)], "lr": plateau}],
        lr=0.1,
    )
    before = [(p.data, p.grad) for p in model.parameters()], vars(optimizer).copy()
    seen = vars(plateau).copy()
    with pytest.raises(ValueError, match="changed their course after epoch 0, and the program"):
        quiet(model, ROWS, ROWS[:, 0], loss=loss, optimizer=optimizer, epochs=epochs, batch_size=8)
    assert ([(p.data, p.grad) for p in model.parameters()], vars(optimizer)) == before
    assert vars(plateau) == seen


def test_an_error_does_not_hide_that_a_program_was_not_the_model() -> None:
    model = nn.MLP(4, [3, 1], "tanh", rng=0)
    start = [p.data for p in model.parameters()]
    loss, rate = changing_scale(at=7)

    def fails(step: int) -> float:
        if step == 11:
            raise FloatingPointError("no rate")
        return float(rate(step))

    optimizer = optim.SGD(model.parameters(), fails)
    with pytest.raises(ValueError, match="changed their course after epoch 0") as raised:
        quiet(model, ROWS, ROWS[:, 0], loss=loss, optimizer=optimizer, batch_size=8)
    assert "no rate" in str(raised.value.__cause__)
    assert [p.data for p in model.parameters()] == start


def test_between_callbacks_only_the_last_epoch_is_not_kept() -> None:
    model = nn.MLP(4, [3, 1], "tanh", rng=0)
    loss, rate = changing_scale(at=7)
    seen: list[list[float]] = []
    optimizer = optim.SGD(model.parameters(), rate)
    with pytest.raises(ValueError, match="changed their course after epoch 2"):
        quiet(
            model, ROWS, ROWS[:, 0], loss=loss, optimizer=optimizer, batch_size=8,
            callbacks=[lambda *_: seen.append([p.data for p in model.parameters()])],
        )  # fmt: skip
    assert len(seen) == 2
    assert [p.data for p in model.parameters()] == seen[-1]
    assert optimizer.steps == 6


def test_what_the_last_callback_changes_spoils_nothing() -> None:
    runs = []
    for compiled in (True, False):
        model, scale = nn.MLP(4, [3, 1], "tanh", rng=0), [1.0]

        def loss(p: Any, t: Any, scale: list[float] = scale) -> Any:
            return scale[0] * losses.mse_loss(p, t)

        def last(epoch: int, history: History, scale: list[float] = scale, m: Any = model) -> None:
            if epoch == 3:
                scale[0] = 0.1
                m.parameters()[0].data = 5.0

        quiet(model, ROWS, ROWS[:, 0], loss=loss, epochs=4, callbacks=[last], compiled=compiled)
        runs.append([p.data for p in model.parameters()])
        assert runs[-1][0] == 5.0
    assert runs[0] == pytest.approx(runs[1], rel=1e-9)


def test_weights_that_a_callback_sets_are_trained_on() -> None:
    runs = []
    for compiled in (True, False):
        model = nn.MLP(4, [3, 1], "tanh", rng=0)

        def shrink(epoch: int, history: History, m: Any = model) -> None:
            for p in m.parameters():
                p.data *= 0.9

        history = quiet(
            model, ROWS, ROWS[:, 0], loss=losses.mse_loss, epochs=5, callbacks=[shrink],
            compiled=compiled,
        )  # fmt: skip
        runs.append([*history.losses, *(p.data for p in model.parameters())])
    assert runs[0] == pytest.approx(runs[1], rel=1e-9)


@pytest.mark.parametrize("compiled", [True, False])
def test_an_error_leaves_the_model_as_it_was_trained(compiled: bool) -> None:
    """One that comes in the second step of an epoch, with the weights of the first."""
    states = []
    for steps in (5, 4):
        model = nn.MLP(4, [3, 1], "tanh", rng=0)

        def rate(step: int, last: int = steps) -> float:
            if step == last:
                raise OverflowError("enough")
            return 0.05

        optimizer = optim.SGD(model.parameters(), rate)
        with pytest.raises(OverflowError, match="enough"):
            quiet(
                model, ROWS, ROWS[:, 0], loss=losses.mse_loss, optimizer=optimizer, batch_size=8,
                compiled=compiled,
            )  # fmt: skip
        states.append([p.data for p in model.parameters()])
        assert optimizer.steps == steps
    assert states[0] != states[1]


@pytest.mark.parametrize("compiled", [True, False])
def test_the_end_of_python_is_not_hidden(compiled: bool) -> None:
    model = nn.MLP(4, [3, 1], "tanh", rng=0)
    start = [p.data for p in model.parameters()]
    loss, rate = changing_scale(at=2)

    def leaves(step: int) -> float:
        if step == 4:
            raise SystemExit
        return float(rate(step))

    optimizer = optim.SGD(model.parameters(), leaves)
    with pytest.raises(SystemExit):
        quiet(model, ROWS, ROWS[:, 0], loss=loss, optimizer=optimizer, compiled=compiled)
    assert [p.data for p in model.parameters()] != start


def test_data_held_out_that_no_program_can_run_is_evaluated_by_the_model() -> None:
    far = [[800.0], [-1.0], [0.5]], [1, 0, 1]  # σ(800) = 1, and log(1 − 1) counts 0 times
    runs = []
    for compiled in (True, False):
        model = nn.MLP(1, [1], output_activation="sigmoid", init="zeros")
        history = quiet(
            model, [[2.0], [-1.0], [0.5], [1.0]], [1, 0, 1, 0], loss=losses.binary_cross_entropy,
            validation=far, epochs=30, compiled=compiled,
        )  # fmt: skip
        assert history.compiled is compiled
        runs.append([*history.losses, *history.metrics["validation_loss"]])
    assert runs[0] == pytest.approx(runs[1], rel=1e-9)


def test_probabilities_near_1_do_not_seem_to_be_of_another_model() -> None:
    """The loss looks behind them: log(1 − p) has lost all digits where p is 1 − 10⁻¹⁶."""
    model = nn.MLP(1, [1], output_activation="sigmoid", init="zeros")
    model.parameters()[0].data = 1.0
    rows, labels = [[36.2], [36.5], [-36.3], [1.0]], [0, 0, 1, 1]
    optimizer = optim.SGD(model.parameters(), 1e-9)
    seen: list[int] = []
    history = quiet(
        model, rows, labels, loss=losses.binary_cross_entropy, optimizer=optimizer, epochs=4,
        compiled=True, callbacks=[lambda epoch, _: seen.append(epoch)],
    )  # fmt: skip
    assert history.compiled
    assert seen == [0, 1, 2, 3]


def test_the_native_machine_trains_as_numpy_does() -> None:
    pytest.importorskip("llvmlite")
    runs = []
    for backend in ("native", "numpy"):
        model = nn.MLP(4, [8, 3], "tanh", rng=0)
        history = quiet(
            model, X, Y, loss=losses.cross_entropy, epochs=5, validation=(X[:50], Y[:50]),
            compiled=True, backend=backend,
        )  # fmt: skip
        runs.append([*history.losses, *history.metrics["validation_loss"]])
        runs[-1] += history.metrics["accuracy"]
    assert runs[0] == pytest.approx(runs[1], rel=1e-9)


@pytest.mark.parametrize("name", ["regression", "two outputs", "classes", "flags"])
def test_targets_in_an_array_of_objects_are_those_in_a_plain_one(name: str) -> None:
    runs = []
    for dtype in (None, object):
        model, options = task(name)
        options["y"] = np.asarray(options["y"]).astype(dtype or np.asarray(options["y"]).dtype)
        history = quiet(model, ROWS, **options, epochs=2, compiled=True, validation=0.2)
        runs.append((history.losses, history.metrics))
    assert runs[0] == runs[1]
