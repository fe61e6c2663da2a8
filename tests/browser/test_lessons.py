"""The lessons' exercises in Chromium: each figure asks what the lesson says that it asks."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import blocks
import pytest

from microgradnn.explorer import Explorer

from .conftest import Shown
from .test_explorer import state

LESSONS = Path(__file__).parents[2] / "docs" / "lessons"
EXERCISE = re.compile(r"\d\. In \*\*(?P<title>.+?)\*\*(?P<told>.*?)\*(?P<asked>What .+?\?)\*")

ANSWERS = {  # worked out by hand
    "01-graph": ["6", "3", "-0.75"],
    "02-neuron": ["1/2", "0.0099", "-0.881"],
    "03-network": ["0.2227", "0.04189", "0.02175"],
    "04-gradient-check": ["4", "12.01", "1"],
    "05-training": ["6", "-8", "-0.1009"],
    "06-data": ["-10", "2", "-11.2"],
    "07-initialisation": ["0.1127", "-0.1127", "0.03637"],
    "08-descent": ["-6"],
    "09-classes": ["0.6652", "0.1554", "-2/3"],
    "10-losses": ["-0.982", "-2.5", "-0.625"],
}


class Exercise(NamedTuple):
    """A question of a figure, at a step, and what is to be done before."""

    title: str
    leaves: list[tuple[str, str]]
    keeps_gradients: bool
    sample: str
    step: str
    asked: str


def exercises_of(lesson: Path) -> list[Exercise]:
    """The questions of a lesson that the quiz asks, from its words."""
    words = " ".join(lesson.read_text("utf-8").partition("\n## Exercises\n")[2].split())
    return [
        Exercise(
            title,
            re.findall(r"(\S+) to (−?[\d.]+\d|−?\d)", told),
            "take away the tick of `zero_grad()`" in told,
            "".join(re.findall(r"sample (\d+)", told)),
            re.findall(r"step (\d+)", told)[0],
            asked,
        )
        for title, told, asked in EXERCISE.findall(words)
    ]


@pytest.mark.parametrize("lesson", ANSWERS)
def test_exercises_are_asked_and_checked(
    lesson: str, show: Shown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names, _ = blocks.run(LESSONS / f"{lesson}.md")
    figures = {thing.title: thing for thing in names.values() if isinstance(thing, Explorer)}
    exercises = zip(exercises_of(LESSONS / f"{lesson}.md"), ANSWERS[lesson], strict=True)
    for (title, leaves, keeps_gradients, sample, step, asked), by_hand in exercises:
        page = show(figures[title])
        if sample:
            page.locator("#which").fill(sample)
            page.get_by_role("button", name="Its loss as a graph").click()
        if keeps_gradients:
            page.get_by_label("zero_grad() before each pass").uncheck()
        for name, number in leaves:
            page.get_by_label(f"{name}: value").fill(number.replace("−", "-"))
        page.get_by_label("Quiz").check()
        page.get_by_label("Step", exact=True).fill(step)
        found = []
        while page.locator("#guess").is_visible():
            question = state(page)["question"]
            found.append(question["asks"])
            said = by_hand if question["asks"] == asked else f"{question['answer']:.4g}"
            page.locator("#answer").fill(said)
            page.keyboard.press("Enter")
            assert state(page)["answered"][-1] == [question["key"], 0], (title, asked, said)
        assert found[-1] == asked, (title, step)
