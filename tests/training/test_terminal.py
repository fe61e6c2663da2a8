"""What is shown in a terminal: the progress bar; and what importing it leaves alone."""

import subprocess
import sys

import pytest

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
