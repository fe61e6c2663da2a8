"""What ends a training: a callback that returns True, and in which order reasons count."""

import os
import signal
from typing import Any

import numpy as np
import pytest

import microgradnn as mg
from microgradnn import History, losses, nn

LINE = ([[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0])


def fit(*callbacks: Any, **options: Any) -> History:
    options = {"loss": losses.mse_loss, "epochs": 6, "progress": False, **options}
    return mg.fit(nn.MLP(1, [1], rng=0), *LINE, callbacks=callbacks, **options)


@pytest.mark.parametrize("answer", [True, np.True_])
def test_a_callback_that_returns_true_ends_the_training(answer: Any) -> None:
    others: list[int] = []
    history = fit(
        lambda epoch, history: answer if epoch == 2 else None,
        lambda epoch, history: others.append(epoch),
    )
    assert len(history.losses) == 3
    assert history.stopped == "a callback returned True"
    assert others == [0, 1, 2]  # all of them see the epoch that is the last


@pytest.mark.parametrize("answer", [None, False, np.False_, 1, 1.0, "stop", [True], History()])
def test_no_other_answer_ends_it(answer: Any) -> None:
    history = fit(lambda epoch, history: answer)
    assert len(history.losses) == 6
    assert history.stopped == "all epochs done"


def test_the_first_of_several_reasons() -> None:
    def press(epoch: int, history: History) -> bool:
        os.kill(os.getpid(), signal.SIGINT)
        return True

    worse = {"validation": ([[1.0]], [-9.0]), "patience": 1}
    assert fit(**worse).stopped == "no better validation loss"
    assert fit(lambda epoch, history: epoch == 1, **worse).stopped == "a callback returned True"
    assert fit(press, **worse).stopped == "interrupted"


def test_the_weights_of_the_best_epoch_are_put_back() -> None:
    seen: list[list[float]] = []
    model = nn.MLP(1, [1], rng=0)

    def end(epoch: int, history: History) -> bool:
        seen.append([p.data for p in model.parameters()])
        assert history.best_epoch == 0
        return epoch == 2

    history = mg.fit(
        model, *LINE, loss=losses.mse_loss, validation=([[1.0]], [-9.0]), callbacks=[end],
        progress=False,
    )  # fmt: skip
    assert history.best_epoch == 0
    assert [p.data for p in model.parameters()] == seen[0] != seen[2]
