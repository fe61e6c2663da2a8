"""History: what is recorded, and how it is shown."""

import copy
import pickle
import random
from typing import Any

import pytest

import microgradnn as mg
from microgradnn import History, losses, nn


def history() -> History:
    found = History()
    found.record(loss=4.0, accuracy=None, validation_loss=3.0, validation_accuracy=0.5)
    found.record(loss=1.0, accuracy=None, validation_loss=2.0, validation_accuracy=0.75)
    return found


def test_figures_are_kept_by_name_and_none_is_left_out() -> None:
    found = history()
    assert found.losses == [4.0, 1.0]
    assert found.metrics == {"validation_loss": [3.0, 2.0], "validation_accuracy": [0.5, 0.75]}


def test_names_of_metrics_have_no_space() -> None:
    assert not any(" " in name for name in history().metrics)


def test_the_validation_loss_decides_where_there_is_one() -> None:
    assert history().decisive_loss() == 2.0
    found = History()
    found.record(loss=4.0)
    assert found.decisive_loss() == 4.0


def test_the_last_epoch_in_a_line() -> None:
    line = "loss 1.0000  validation_loss 2.000  validation_accuracy 0.750"
    assert history().figures() == line


def test_how_it_is_shown() -> None:
    found = history()
    shown = "2 epochs, loss 1, validation_loss 2, validation_accuracy 0.75; all epochs done"
    assert repr(found) == f"History({shown})"
    assert str(found).splitlines() == [
        "loss                 █▁  4 → 1",
        "validation_loss      █▁  3 → 2",
        "validation_accuracy  ▁█  0.5 → 0.75",
    ]
    found.run_eagerly("compiled=False")
    assert repr(found) == f"History({shown}; eager: compiled=False)"
    assert str(found).splitlines()[-1] == "eager: compiled=False"
    assert repr(History()) == "History(0 epochs, ; all epochs done)"


def test_a_history_can_be_pickled_and_copied() -> None:
    model = nn.MLP(1, [1], rng=0)
    vars(model)["coin"] = random.Random(1)
    found = mg.fit(model, [[0.0], [1.0]], [1.0, 3.0], loss=losses.mse_loss, progress=False)
    assert found.bookmark is not None
    assert found.bookmark.terms["seed"] == 0
    for other in (pickle.loads(pickle.dumps(found)), copy.deepcopy(found)):
        assert (repr(other), str(other)) == (repr(found), str(found))
        assert repr(other.bookmark) == repr(found.bookmark)
        assert other.bookmark is not None
        other.bookmark.weights[0] += 1.0
        assert repr(other.bookmark) != repr(found.bookmark)


def test_a_figure_that_is_no_number_is_refused_and_nothing_is_recorded() -> None:
    found, text = history(), str(history())
    wrong: Any = "0.5"
    with pytest.raises(TypeError, match="accuracy must be a real number, got str"):
        found.record(loss=0.5, accuracy=wrong)
    with pytest.raises(TypeError, match="reason must be a str, got NoneType"):
        found.run_eagerly(None)  # type: ignore[arg-type]
    assert (str(found), found.compiled) == (text, True)
