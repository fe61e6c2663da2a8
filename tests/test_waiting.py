"""The bar of long work: who sees it, when, and that it leaves nothing behind."""

import io
import random
import sys
from typing import Any

import pytest

import microgradnn as mg
from microgradnn import Value, waiting
from microgradnn.waiting import reached


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def written(monkeypatch: pytest.MonkeyPatch, stream: Any, patience: float) -> str:
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(waiting, "PATIENCE", patience)
    with waiting.waiting("drawing"):
        reached(0.25, "folding")
        with waiting.waiting("inside"):
            reached(0.5, "painting")
    return str(stream.getvalue())


def test_a_terminal_shows_a_bar_when_it_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    text = written(monkeypatch, Terminal(), -1.0)
    assert "drawing" in text
    assert "painting" in text
    assert "inside" not in text


def test_nothing_is_shown_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    assert written(monkeypatch, Terminal(), 60.0) == ""
    assert written(monkeypatch, io.StringIO(), -1.0) == ""


def test_random_numbers_do_not_depend_on_it(monkeypatch: pytest.MonkeyPatch) -> None:
    state = random.getstate()
    written(monkeypatch, Terminal(), -1.0)
    assert random.getstate() == state


def test_an_error_takes_the_bar_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setattr(waiting, "PATIENCE", -1.0)

    @waiting.waiting("drawing")
    def fail() -> None:
        reached(0.5, "folding")
        raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert waiting._current.get() is None
    reached(0.5, "nothing")  # outside of work it is of no interest


def test_drawing_and_exploring_tell_how_far_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "PATIENCE", -1.0)
    value = Value(0.5)
    for _ in range(100):
        value = mg.tanh(value) * 0.9
    for show, words in ((mg.draw, "folding"), (mg.explore, "painting")):
        stream = Terminal()
        monkeypatch.setattr(sys, "stderr", stream)
        show(value)
        assert words in stream.getvalue()
