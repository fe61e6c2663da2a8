"""What is shown in a terminal: the progress bar; and what importing it leaves alone."""

import io
import re
import subprocess
import sys
import time
from unittest import mock

import pytest
from rich.console import Console

from microgradnn.training import terminal
from microgradnn.training.terminal import progress_bar


def test_the_bar_counts_epochs_and_shows_figures(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar(visible=True, epochs=3) as advance:
        advance("loss 0.5")
        advance("loss 0.25")
    shown = capsys.readouterr().out
    assert "2/3" in shown
    assert "loss 0.25" in shown


def test_an_invisible_bar_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar(visible=False, epochs=3) as advance:
        advance("loss 0.5")
    assert capsys.readouterr().out == ""


def test_importing_for_training_leaves_the_random_state_alone() -> None:
    program = "import random, microgradnn as mg; random.seed(1); a = random.getstate(); mg.fit; "
    program += "from microgradnn import demo; assert random.getstate() == a"
    subprocess.run([sys.executable, "-c", program], check=True)


def shown_in_a_terminal(epochs: int, done: int, advanced: int, seconds: float) -> str:
    """All that a bar writes to a terminal, as text, for epochs that take so long each."""
    now = 0.0
    console = Console(force_terminal=True, width=100, file=io.StringIO(), get_time=lambda: now)
    with (
        mock.patch.object(terminal, "get_console", return_value=console),
        progress_bar(visible=True, epochs=epochs, done=done) as advance,
    ):
        for _ in range(advanced):
            now += seconds
            advance("loss 0.5")
        time.sleep(0.3)  # The bar is painted ten times a second.
    assert isinstance(console.file, io.StringIO)
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", console.file.getvalue())


def test_a_terminal_shows_the_time_left() -> None:
    shown = shown_in_a_terminal(epochs=10, done=0, advanced=4, seconds=60.0)
    assert "4/10" in shown
    assert "0:06:00 left" in shown
    assert "left" not in shown.splitlines()[-1]  # of a training that has ended there is no more
    shown = shown_in_a_terminal(epochs=10, done=2, advanced=4, seconds=3600.0)
    assert "6/12" in shown
    assert "6:00:00 left" in shown


def test_elsewhere_nothing_of_the_time_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar(visible=True, epochs=3) as advance:
        for _ in range(3):
            advance("loss 0.5")
    bar = "━" * 40
    assert capsys.readouterr().out == f"epoch 3/3 {bar} loss 0.5\n"
