"""Resuming: trainings in parts are those in one go, to the last bit; all others are refused."""

import copy
import functools
import math
import os
import pickle
import random
import re
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from resumed import CLASSES, HELD_OUT, MODELS, OPTIMIZERS, SETTINGS, X, Y, all_of, plain, train

import microgradnn as mg
from microgradnn import History, Value, losses, nn, optim


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("model", MODELS)
def test_two_and_two_are_four(model: str, optimizer: str, settings: str) -> None:
    results = []
    for parts in ([5], [2, 3], [1, 1, 1, 2]):
        network = MODELS[model]()
        rule = OPTIMIZERS[optimizer](network.parameters())
        history = None
        for epochs in parts:
            history = train(network, rule, epochs, **SETTINGS[settings], resume=history)
        assert history is not None
        assert len(history.losses) == 5
        results.append(all_of(network, rule, history))
    for result in results[1:]:
        for name, expected in results[0].items():
            assert result[name] == expected, name


def test_weights_move_and_the_best_are_not_the_last() -> None:
    """Or the test above would show little."""
    network = plain()
    history = train(network, OPTIMIZERS["sgd"](network.parameters()), 2, validation=HELD_OUT)
    assert history.bookmark is not None
    best, last = history.bookmark.best_weights, history.bookmark.weights
    assert (best != last).all()
    assert [p.data for p in network.parameters()] == best.tolist()
    assert (history.best_epoch, history.bookmark.waited) == (0, 1)


def test_the_history_that_is_given_stays_as_it_was() -> None:
    network = plain()
    before = train(network, None, 2, validation=0.2)
    text = pickle.dumps(before)
    after = train(network, None, 2, validation=0.2, resume=before)
    assert pickle.dumps(before) == text
    assert after is not before
    assert after.losses[:2] == before.losses
    assert [len(x) for x in after.metrics.values()] == [4]


def test_what_has_been_pickled_or_copied_goes_on() -> None:
    """Model, optimizer and history together, for they share the weights."""
    network = MODELS["noisy"]()
    rule = OPTIMIZERS["groups"](network.parameters())
    history = train(network, rule, 2, validation=0.2)
    threes = [copy.deepcopy((network, rule, history))]
    threes.append(pickle.loads(pickle.dumps((network, rule, history))))
    threes.append((network, rule, history))
    results = []
    for model, optimizer, begun in threes:
        ended = train(model, optimizer, 2, validation=0.2, resume=begun)
        results.append(all_of(model, optimizer, ended))
    assert results[0] == results[1] == results[2]


def test_generators_go_on_though_the_model_was_called_meanwhile() -> None:
    results = []
    for calls in (0, 7):
        network = MODELS["noisy"]()
        history = train(network, None, 2)
        for _ in range(calls):
            network(X[0])
        results.append(all_of(network, None, train(network, None, 2, resume=history)))
    assert results[0] == results[1]


def test_parameters_of_the_optimizer_that_are_not_the_models() -> None:
    """A loss with a weight of its own: it is trained, but not put back to the best epoch."""
    results = []
    for parts in ([4], [2, 2]):
        network, scale = plain(), Value(1.0)

        def loss(p: Any, t: Any, scale: Value = scale) -> Any:
            return losses.mse_loss([x * scale for x in p], t) + 0.1 * (scale - 2.0) ** 2

        rule = optim.Adam([scale, *network.parameters()], 0.05)
        history = None
        for epochs in parts:
            history = train(network, rule, epochs, loss=loss, validation=HELD_OUT, resume=history)
        assert history is not None
        results.append((scale.data, all_of(network, rule, history)))
    assert results[0] == results[1]
    scale.data += 1.0
    with pytest.raises(ValueError, match="model has other weights than when"):
        train(network, rule, 1, loss=loss, validation=HELD_OUT, resume=history)


def test_settings_of_the_optimizer_may_change() -> None:
    for change in (False, True):
        network = plain()
        rule = optim.SGD(network.parameters(), 0.1, momentum=0.5)
        history = train(network, rule, 2)
        before = [p.data for p in network.parameters()]
        if change:
            rule.lr = 0.0
        history = train(network, rule, 1, resume=history)
        assert ([p.data for p in network.parameters()] == before) == change


def test_patience_goes_on_and_may_be_extended() -> None:
    fit: Any = functools.partial(train, validation=HELD_OUT)
    network = plain()
    rule = optim.SGD(network.parameters(), 0.5)
    whole = fit(network, rule, 50, patience=3)
    assert whole.stopped == "no better validation loss"
    parts = plain()
    rule = optim.SGD(parts.parameters(), 0.5)
    history = fit(parts, rule, 1, patience=3)
    while history.stopped == "all epochs done":
        history = fit(parts, rule, 1, patience=3, resume=history)
    assert history.losses == whole.losses
    assert history.metrics == whole.metrics
    for patience in (1, 3):
        with pytest.raises(ValueError, match=f"last 3 epochs .* no patience left.* got {patience}"):
            fit(parts, rule, 5, patience=patience, resume=history)
    assert len(fit(parts, rule, 5, patience=4, resume=history).losses) >= len(whole.losses) + 1


def test_a_training_that_was_eager_stays_so() -> None:
    network = plain()
    history = train(network, None, 1, compiled=False)
    history = train(network, None, 1, resume=history)
    assert (history.compiled, history.eager_because) == (False, "compiled=False")
    history = train(network, None, 1, resume=history, compiled=True)
    assert (history.compiled, history.eager_because) == (True, "")


def test_ctrl_c_ends_an_epoch_and_the_next_goes_on() -> None:
    def press(epoch: int, history: History) -> None:
        if epoch == 1:
            os.kill(os.getpid(), signal.SIGINT)

    network = plain()
    rule = optim.SGD(network.parameters(), 0.1)
    history = train(network, rule, 9, callbacks=[press], validation=HELD_OUT)
    assert history.stopped == "interrupted"
    history = train(network, rule, 1, resume=history, validation=HELD_OUT)
    assert history.stopped == "all epochs done"
    whole = plain()
    rule = optim.SGD(whole.parameters(), 0.1)
    assert train(whole, rule, len(history.losses), validation=HELD_OUT).losses == history.losses


def test_epochs_are_counted_on() -> None:
    seen: list[int] = []
    network = plain()
    history = train(network, None, 2)
    train(network, None, 2, resume=history, callbacks=[lambda epoch, _: seen.append(epoch)])
    assert seen == [2, 3]


# ---- Refusals ------------------------------------------------------------------------------------

OTHER_X = X.copy()
OTHER_X[7, 1] = math.nextafter(OTHER_X[7, 1], 9.0)
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"X": OTHER_X}, "X and y must be those of the training .* same numbers in the same order"),
    ({"X": X[::-1], "y": Y[::-1]}, "X and y must be those"),
    ({"X": X[:9], "y": Y[:9]}, "X and y must be those"),
    ({"y": -Y}, "X and y must be those"),
    ({"validation": None}, "validation is missing, but was given in the training"),
    ({"validation": 0.2}, "X and y must be those"),
    ({"validation": (HELD_OUT[0], -HELD_OUT[1])}, "validation must be those"),
    ({"batch_size": 9}, "batch_size is 9, but was 8 in the training that goes on; call fit as it"),
    ({"seed": 1}, "seed is 1, but was 0"),
    ({"loss": losses.l1_loss}, "loss is 'l1_loss', but was 'mse_loss'"),
    ({"loss": lambda p, t: losses.mse_loss(p, t)}, "loss is .*<lambda>', but was 'mse_loss'"),
    ({"clip_grad_norm": 1.0}, "clip_grad_norm is 1.0, but was None"),
    ({"metrics": {"mae": losses.l1_loss}}, r"metrics is \['mae'\], but was \[\]"),
    ({"optimizer": None}, "optimizer is missing; the training that goes on had SGD"),
    ({"resume": History()}, "resume is the history of no training"),
    ({"resume": "history"}, "resume must be a History, as fit gives it, got str 'history'"),
    ({"resume": [0.5]}, "resume must be a History"),
]


@pytest.mark.parametrize(("change", "message"), REFUSED)
def test_another_training_is_refused(change: dict[str, Any], message: str) -> None:
    network = plain()
    rule = optim.SGD(network.parameters(), 0.1, momentum=0.5)
    given: dict[str, Any] = {"X": X, "y": Y, "optimizer": rule, "loss": losses.mse_loss}
    given |= {"batch_size": 8, "validation": HELD_OUT, "progress": False, "epochs": 2}
    history = mg.fit(network, **given)
    before = all_of(network, rule, history)
    with pytest.raises((ValueError, TypeError), match=message):
        mg.fit(network, **{**given, "resume": history, **change})
    assert all_of(network, rule, history) == before
    mg.fit(network, **given, resume=history)


def test_another_model_or_optimizer_is_refused() -> None:
    network = plain()
    history = train(network, rule := optim.SGD(network.parameters(), 0.1, momentum=0.5), 2)

    def refused(message: str, network: nn.Module, optimizer: Any) -> None:
        before = [p.data for p in network.parameters()]
        with pytest.raises(ValueError, match=message):
            train(network, optimizer, 1, resume=history)
        assert [p.data for p in network.parameters()] == before

    larger = nn.MLP(3, [5, 1], rng=1)
    refused("have 26 parameters, but 21 in the", larger, optim.SGD(larger.parameters(), 0.1))
    other = nn.MLP(3, [4, 1], "tanh", rng=2)
    refused("model has other weights than when", other, optim.SGD(other.parameters(), 0.1))
    refused("optimizer is Adam, but was SGD", network, optim.Adam(network.parameters()))
    fresh = optim.SGD(network.parameters(), 0.1, momentum=0.5)
    refused("optimizer has taken 0 steps .* after 6; give the one", network, fresh)
    nearly = copy.deepcopy((network, rule))
    assert isinstance(nearly[1].velocity, np.ndarray)
    nearly[1].velocity[3] += 1e-9
    refused("optimizer has taken 6 steps and keeps other numbers than when", *nearly)
    vars(network)["coin"] = random.Random(1)
    refused(r"holds the random generators \['Random'\], but held \[\]", network, rule)
    del vars(network)["coin"]
    network.parameters()[0].data += 1e-9
    refused("model has other weights than when", network, rule)


def test_what_the_optimizer_was_made_by() -> None:
    network = plain()
    history = train(network, None, 2)
    with pytest.raises(ValueError, match="optimizer has taken 0 steps"):
        train(network, optim.Adam(network.parameters(), 0.01), 1, resume=history)
    train(network, None, 1, resume=history)


def test_losses_are_known_by_name_and_settings() -> None:
    network = nn.MLP(3, [2], rng=1)
    weighted: Any = lambda w: functools.partial(losses.cross_entropy, weight=w)  # noqa: E731
    history = train(network, None, 1, y=CLASSES, loss=weighted([1.0, 2.0]))
    history = train(network, None, 1, y=CLASSES, loss=weighted([1.0, 2.0]), resume=history)
    message = re.escape("{'weight': [1.0, 3.0]}")
    with pytest.raises(ValueError, match=message):
        train(network, None, 1, y=CLASSES, loss=weighted([1.0, 3.0]), resume=history)


def test_the_same_weights_in_another_network_are_refused() -> None:
    for change in ({}, {"loss": "another"}):
        factor = [1.0]
        loss: Any = lambda p, t, f=factor: f[0] * losses.mse_loss(p, t)  # noqa: E731
        network = plain()
        rule = optim.SGD(network.parameters(), 0.1)
        history = train(network, rule, 2, loss=loss, validation=HELD_OUT)
        if change:
            factor[0], other = 2.0, network
        else:
            other = nn.MLP(3, [4, 1], "relu", rng=1)
            other.load_state_dict(network.state_dict())
            rule, before = optim.SGD(other.parameters(), 0.1), rule
            rule.load_state_dict(before.state_dict())
        weights = [p.data for p in other.parameters()]
        with pytest.raises(
            ValueError, match=r"model or loss is another .* loss of the first samples"
        ):
            train(other, rule, 1, loss=loss, validation=HELD_OUT, resume=history)
        assert [p.data for p in other.parameters()] == weights


def test_samples_go_on_with_their_weights() -> None:
    weight = np.arange(23.0)
    results = []
    for parts in ([3], [1, 2]):
        network, history = plain(), None
        for epochs in parts:
            history = train(
                network, None, epochs, sample_weight=weight, validation=0.3, resume=history
            )
        assert history is not None
        results.append(all_of(network, None, history))
    assert results[0] == results[1]
    for other in (weight + 1.0, None):
        with pytest.raises(
            ValueError, match=r"sample_weight (must be those of|is missing, but was)"
        ):
            train(network, None, 1, sample_weight=other, validation=0.3, resume=history)


def test_parts_that_were_kept_one_by_one_go_on(tmp_path: Path) -> None:
    """As people do who have written their own checkpoints before."""
    whole = plain()
    rule = OPTIMIZERS["sgd"](whole.parameters())
    expected = all_of(whole, rule, train(whole, rule, 4, validation=HELD_OUT))
    network = plain()
    rule = OPTIMIZERS["sgd"](network.parameters())
    history = train(network, rule, 2, validation=HELD_OUT)
    network.save(tmp_path / "weights.npz")
    kept = pickle.dumps((rule.state_dict(), history))
    network = plain()
    rule = OPTIMIZERS["sgd"](network.parameters())
    network.load(tmp_path / "weights.npz")
    state, history = pickle.loads(kept)
    rule.load_state_dict(state)
    history = train(network, rule, 2, validation=HELD_OUT, resume=history)
    assert all_of(network, rule, history) == expected


def test_a_generator_that_came_in_the_middle_is_not_forgotten() -> None:
    network = plain()

    def add(epoch: int, history: History) -> None:
        vars(network)["coin"] = random.Random(epoch)

    history = train(network, None, 2, callbacks=[add])
    with pytest.raises(ValueError, match=r"holds the random generators \['Random'\], but held"):
        train(network, None, 1, resume=history)


def test_what_a_callback_changes_goes_on() -> None:
    """A loss that changes from epoch to epoch is trained eagerly from then on, in parts, too."""
    results = []
    for parts in ([4], [1, 3], [2, 2], [1, 1, 1, 1]):
        network, share = plain(), [1.0]

        def loss(p: Any, t: Any, share: list[float] = share) -> Any:
            return losses.mse_loss(p, t) + share[0] * mg.mean([abs(x) for x in p])

        def anneal(
            epoch: int, history: History, share: list[float] = share, m: Any = network
        ) -> None:
            share[0] *= 0.5
            m.parameters()[3].data *= 0.5

        history = None
        for epochs in parts:
            history = train(network, None, epochs, loss=loss, callbacks=[anneal], resume=history)
        assert history is not None
        results.append(all_of(network, None, history))
    assert results[0] == results[1] == results[2] == results[3]
    assert results[0]["words"][2] == "model or loss have changed their course by epoch 1"


def test_weights_of_all_epochs_are_kept_if_asked_for(tmp_path: Path) -> None:
    """As a callback sees them; in parts and through a file, too."""
    network, seen = plain(), []

    def look(epoch: int, history: History) -> None:
        seen.append([p.data for p in network.parameters()])

    whole = train(network, None, 4, validation=HELD_OUT, callbacks=[look], keep_weights=True)
    assert [weights.tolist() for weights in whole.weights] == seen
    assert len({tuple(weights) for weights in seen}) == 4
    network = plain()
    history = train(network, None, 3, validation=HELD_OUT, keep_weights=True)
    mg.save_checkpoint(tmp_path / "run.npz", network, None, history)
    network = plain()
    history = mg.load_checkpoint(tmp_path / "run.npz", network)
    history = train(network, None, 1, validation=HELD_OUT, keep_weights=True, resume=history)
    assert [weights.tolist() for weights in history.weights] == seen


def test_weights_cannot_be_kept_from_the_middle_on() -> None:
    network = plain()
    history = train(network, None, 2)
    assert history.weights == []
    with pytest.raises(ValueError, match=r"all 2 epochs before, but resume has those of 0"):
        train(network, None, 1, keep_weights=True, resume=history)
    with pytest.raises(TypeError, match=r"keep_weights must be True or False, got int 1"):
        train(network, None, 1, keep_weights=1)
