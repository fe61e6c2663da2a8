"""Checkpoints: a training goes on from a file as if it had not stopped, or the file is refused."""

import json
import math
import os
import pickle
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from effort import by_profile
from resumed import HELD_OUT, MODELS, OPTIMIZERS, SETTINGS, all_of, plain, train

import microgradnn as mg
from microgradnn import History, Value, nn, optim
from microgradnn.nn.files import read_arrays

PLACES = by_profile(dev=150, ci=600, nightly=3000)  # bytes at which files are damaged
KILLS = by_profile(dev=3, ci=10, nightly=40)


def made(model: str, optimizer: str) -> tuple[nn.Module, Any]:
    network = MODELS[model]()
    return network, OPTIMIZERS[optimizer](network.parameters())


def forget(network: nn.Module, rule: Any) -> None:
    """Spoil what a checkpoint holds, so that a load which leaves it out is noticed."""
    for p in network.parameters():
        p.data = 7.0
    if rule is not None:
        rule.lr = 7.0
        rule.steps = 7


KINDS = [(model, optimizer) for optimizer in OPTIMIZERS for model in MODELS]


@pytest.mark.parametrize(
    ("model", "optimizer", "settings"),
    [(*kind, settings) for kind, settings in zip(KINDS, [*SETTINGS] * 4, strict=False)],
)
def test_a_training_goes_on_from_a_file(
    tmp_path: Path, model: str, optimizer: str, settings: str
) -> None:
    path, options = tmp_path / "run.npz", SETTINGS[settings]
    network, rule = made(model, optimizer)
    whole = all_of(network, rule, train(network, rule, 4, **options))
    network, rule = made(model, optimizer)
    begun = train(network, rule, 2, **options)
    mg.save_checkpoint(path, network, rule, begun)
    network, rule = made(model, optimizer)
    forget(network, rule)
    history = mg.load_checkpoint(path, network, rule)
    assert vars(history).keys() == vars(History()).keys()
    assert repr(history) == repr(begun)
    history = train(network, rule, 2, **options, resume=history)
    for name, expected in all_of(network, rule, history).items():
        assert expected == whole[name], name


def test_a_callback_saves_and_the_next_process_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    network, rule = made("noisy", "rmsprop")
    whole = all_of(network, rule, train(network, rule, 4, validation=HELD_OUT, patience=9))
    network, rule = made("noisy", "rmsprop")

    def save_and_fail(epoch: int, history: History) -> None:
        mg.save_checkpoint(path, network, rule, history)
        if epoch == 2:
            raise RuntimeError("the machine is needed elsewhere")

    with pytest.raises(RuntimeError, match="elsewhere"):
        train(network, rule, 4, validation=HELD_OUT, patience=9, callbacks=[save_and_fail])
    network, rule = made("noisy", "rmsprop")
    history = mg.load_checkpoint(path, network, rule)
    assert len(history.losses) == 3
    history = train(network, rule, 1, validation=HELD_OUT, patience=9, resume=history)
    assert all_of(network, rule, history) == whole


# Trains for ever, saves after each epoch, and goes on where an earlier process was killed.
TRAINER = """
import os, sys
sys.path.insert(0, sys.argv[2])
from resumed import MODELS, OPTIMIZERS, train
import microgradnn as mg
path = sys.argv[1]
network = MODELS["noisy"]()
rule = OPTIMIZERS["groups"](network.parameters())
history = mg.load_checkpoint(path, network, rule) if os.path.exists(path) else None
save = lambda epoch, history: mg.save_checkpoint(path, network, rule, history)
print("ready", flush=True)
train(network, rule, 10**6, resume=history, callbacks=[save])
"""


def test_a_kill_leaves_a_file_from_which_training_goes_on(tmp_path: Path) -> None:
    path, rng, done = tmp_path / "run.npz", random.Random(0), 0
    for _ in range(KILLS):
        command = [sys.executable, "-c", TRAINER, str(path), str(Path(__file__).parent)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as trainer:
            assert trainer.stdout is not None
            assert trainer.stdout.readline() == "ready\n"
            before = path.stat().st_mtime_ns if path.exists() else 0
            while not path.exists() or path.stat().st_mtime_ns == before:
                time.sleep(0.001)
            time.sleep(rng.uniform(0.0, 0.1))
            trainer.send_signal(signal.SIGKILL)
        network, rule = made("noisy", "groups")
        history = mg.load_checkpoint(path, network, rule)
        assert len(history.losses) > done
        done = len(history.losses)
    whole, rule_of_whole = made("noisy", "groups")
    assert all_of(whole, rule_of_whole, train(whole, rule_of_whole, done)) == all_of(
        network, rule, history
    )


@pytest.fixture
def small(tmp_path: Path) -> Any:
    """A training, what a load of its checkpoint is given, and the file."""
    network = plain()
    vars(network)["coin"] = random.Random(5)
    rule = optim.Adam(network.parameters(), optim.cosine_decay(0.1, 9))
    history = train(network, rule, 3, validation=HELD_OUT)
    path = tmp_path / "run.npz"
    mg.save_checkpoint(path, network, rule, history)
    return path, network, rule, history


def assert_refused(path: Path, network: nn.Module, rule: Any, message: str) -> None:
    forget(network, rule)
    before = pickle.dumps((network, rule))
    with pytest.raises(ValueError, match=message):
        mg.load_checkpoint(path, network, rule)
    assert pickle.dumps((network, rule)) == before


def test_truncated_and_changed_files_are_refused(small: Any) -> None:
    path, network, rule, _ = small
    content = path.read_bytes()
    step = max(1, len(content) // PLACES)
    for place in range(random.Random(0).randrange(step), len(content), step):
        path.write_bytes(content[:place])
        assert_refused(path, network, rule, "run.npz: .*Nothing was changed")
        flipped = content[place] ^ (1 << place % 8)
        path.write_bytes(content[:place] + bytes([flipped]) + content[place + 1 :])
        assert_refused(path, network, rule, "run.npz: .*Nothing was changed")
    path.write_bytes(content)
    mg.load_checkpoint(path, network, rule)


def test_a_full_disk_leaves_the_old_file(small: Any) -> None:
    path, network, rule, history = small
    before = path.read_bytes()
    history = train(network, rule, 1, validation=HELD_OUT, resume=history)
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)  # Python ignores SIGXFSZ
    for most in (0, 1, len(before) // 2, len(before) - 1):
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, unlimited[1]))
        try:
            with pytest.raises(OSError, match="nothing was saved, what was there is intact"):
                mg.save_checkpoint(path, network, rule, history)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
        assert path.read_bytes() == before
    assert os.listdir(path.parent) == ["run.npz"]


def test_other_models_and_optimizers_are_refused(small: Any) -> None:
    path, network, _, _ = small
    other = nn.MLP(3, [5, 1], "tanh", rng=1)
    vars(other)["coin"] = random.Random(1)
    adam: Any = optim.Adam
    assert_refused(path, other, adam(other.parameters()), r"weight has shape \(4, 3\), expected")
    other = plain()
    assert_refused(path, other, adam(other.parameters()), r"holds the random generators \[\], but")
    vars(other)["coin"] = np.random.default_rng(0)
    assert_refused(path, other, adam(other.parameters()), r"\['Generator PCG64'\], but held")
    sgd = optim.SGD(network.parameters(), 0.1)
    assert_refused(path, network, sgd, "optimizer is SGD, but was Adam")
    assert_refused(path, network, None, "optimizer is missing; it was Adam")
    p = network.parameters()
    groups = adam([{"params": p[:3]}, {"params": p[3:]}])
    assert_refused(path, network, groups, r"state is for groups of \[21\] parameters, here are")
    more = adam([*p, Value(1.0)])
    assert_refused(path, network, more, "1 elements|22 parameters, but 21|has 0 elements")
    mg.load_checkpoint(path, network, adam(p, lr=9.0))


def test_the_default_optimizer_is_none(tmp_path: Path) -> None:
    network, path = plain(), tmp_path / "run.npz"
    history = train(network, None, 2)
    with pytest.raises(ValueError, match="optimizer is given; it was one that fit has made, so"):
        mg.save_checkpoint(path, network, optim.Adam(network.parameters()), history)
    mg.save_checkpoint(path, network, None, history)
    adam = optim.Adam(network.parameters())
    assert_refused(path, network, adam, "optimizer is given; it was one that fit has made, so it m")
    mg.load_checkpoint(path, network)


class Own(optim.SGD):
    """A rule of one's own, that keeps whatever a test wants it to."""

    kept: Any = None


class Slow(optim.Schedule):
    def __call__(self, step: int) -> float:
        return 0.1


def test_what_no_file_can_hold_is_refused(small: Any) -> None:
    path, network, _, _ = small
    before = path.read_bytes()
    for rate, name in ((lambda step: 0.1, "<lambda>"), (Slow(), "Slow")):
        rule: Any = optim.SGD(network.parameters(), rate)
        history = train(network, rule, 1)
        with pytest.raises(ValueError, match=f"rate of group 0 .* is .*{name}, a function of your"):
            mg.save_checkpoint(path, network, rule, history)
    for kept in ("a text", None, [1.0], math.nan, np.array([math.inf])):
        rule = Own(network.parameters(), 0.1)
        history = train(network, rule, 1)
        rule.kept = kept
        with pytest.raises(ValueError, match=r"Own keeps kept, |optimizer has taken"):
            mg.save_checkpoint(path, network, rule, history)
    assert path.read_bytes() == before


def test_a_rule_of_ones_own_is_held_if_it_keeps_numbers(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    for kept in (1.0, 2.5, np.arange(21.0)):
        network = plain()
        rule = Own(network.parameters(), 0.1, momentum=0.5)
        rule.kept = kept
        mg.save_checkpoint(path, network, rule, train(network, rule, 1))
        other = Own(network.parameters(), 0.2)
        other.kept = 0
        mg.load_checkpoint(path, network, other)
        assert repr(other.state_dict()) == repr(rule.state_dict())


def test_only_what_belongs_together_is_saved(small: Any) -> None:
    path, network, rule, history = small
    before = path.read_bytes()
    refused: list[tuple[Any, Any, Any, str]] = [
        (network, rule, History(), "history is that of no training"),
        (network, rule, "history", "history must be a History, as fit gives it, got str"),
        (network, "adam", history, "optimizer must be one of optim, or None if fit makes it"),
        ("network", rule, history, "model must be a network, got str"),
        (network, None, history, "optimizer is missing; it was Adam"),
        (network, optim.Adam(network.parameters()), history, "optimizer has taken 0 steps"),
        (nn.MLP(3, [4, 1], rng=3), rule, history, "model and optimizer have 42 parameters"),
    ]
    for *given, message in refused:
        with pytest.raises((ValueError, TypeError), match=message):
            mg.save_checkpoint(path, *given)
    for wrong in (0.5, math.nan, math.inf):
        network.parameters()[0].data = wrong
        with pytest.raises(ValueError, match="model has other weights than when the training"):
            mg.save_checkpoint(path, network, rule, history)
    assert path.read_bytes() == before
    assert os.listdir(path.parent) == ["run.npz"]


def test_a_figure_may_be_infinite_or_nan(tmp_path: Path) -> None:
    network, path = plain(), tmp_path / "run.npz"
    figures = iter([math.nan, math.inf])
    history = train(network, None, 2, metrics={"odd": lambda p, t: next(figures)})
    mg.save_checkpoint(path, network, None, history)
    assert repr(mg.load_checkpoint(path, network).metrics) == "{'odd': [nan, inf]}"


def test_other_files_are_refused(small: Any, tmp_path: Path) -> None:
    path, network, rule, _ = small
    weights = tmp_path / "weights.npz"
    network.save(weights)
    assert_refused(weights, network, rule, "weights.npz: no checkpoint, but other arrays")
    with pytest.raises(ValueError, match=r"run\.npz: the state does not fit the model"):
        network.load(path)
    with pytest.raises(FileNotFoundError):
        mg.load_checkpoint(tmp_path / "none.npz", network, rule)
    assert_refused(tmp_path, network, rule, "not a file, but a folder")


# ---- Made up -------------------------------------------------------------------------------------

JUNK: list[Any] = [None, -1, 1.5, math.nan, "text", True, [], {}, [[1.0]], {"a": 1}, 10**400]
# Words and numbers that may as well be others, so that no load can tell.
FREE = {"terms", "best_loss", "waited", "losses", "metrics", "stopped", "eager_because", "compiled"}
FREE |= {"best_epoch", "generators", "learning_rates", "weight_decay", "eps", "betas", "steps"}
FREE |= {"known_loss", "square", "scale", "mean"}


def entries(x: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The places of all entries in nested dicts; of a list the first."""
    keys = (
        list(x) if isinstance(x, dict) else list(range(min(len(x), 1))) if type(x) is list else []
    )
    return [p for key in keys for p in ((*path, key), *entries(x[key], (*path, key)))]


def made_up(text: Any, place: tuple[Any, ...], rng: random.Random) -> Iterator[Any]:
    """The text without the entry at a place, and with junk there."""
    for junk in [missing := object(), *rng.sample(JUNK, by_profile(dev=3, ci=6, nightly=11))]:
        copy = json.loads(json.dumps(text))
        inside = copy
        for key in place[:-1]:
            inside = inside[key]
        inside[place[-1]] = junk
        if junk is missing:
            del inside[place[-1]]
        yield copy


def test_what_was_made_up_is_refused_or_is_a_checkpoint(small: Any) -> None:
    path, network, rule, _ = small
    arrays = read_arrays(path)
    text = json.loads(arrays.pop("text").tobytes())
    forget(network, rule)
    before = pickle.dumps((network, rule))
    results, rng = {True: 0, False: 0}, random.Random(0)
    for place in entries(text):
        for wrong in made_up(text, place, rng):
            np.savez(path, **arrays, text=np.frombuffer(json.dumps(wrong).encode(), np.uint8))
            try:
                found = mg.load_checkpoint(path, network, rule)
            except ValueError as error:
                assert str(path) in str(error)  # noqa: PT017
                assert pickle.dumps((network, rule)) == before
                results[False] += 1
            else:
                assert FREE & {*place}, (place, wrong)
                shown = repr(found), str(found), pickle.dumps(found)
                assert all(shown)
                results[True] += 1
                forget(network, rule)
                before = pickle.dumps((network, rule))
    assert results[False] > 2 * results[True] > 0


def test_arrays_that_were_made_up_are_refused(small: Any) -> None:
    path, network, rule, _ = small
    arrays = read_arrays(path)
    for name, array in arrays.items():
        others = [np.zeros((2, 2)), np.zeros(0), array[..., :-1], np.array("a"), array * math.nan]
        for wrong in [*others, None]:
            changed = {**arrays, name: wrong}
            np.savez(path, **{k: x for k, x in changed.items() if x is not None})
            assert_refused(path, network, rule, "run.npz: .*Nothing was changed")
