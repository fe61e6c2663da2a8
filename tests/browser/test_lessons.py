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

LESSONS = sorted((Path(__file__).parents[2] / "docs" / "lessons").glob("0[1-5]*.md"))
EXERCISE = re.compile(r"\d\. In \*\*(?P<title>.+?)\*\*(?P<told>.*?)\*(?P<asked>What .+?\?)\*")


class Exercise(NamedTuple):
    """A question of a figure, at a step, and what is to be done before."""

    title: str
    leaves: list[tuple[str, str]]
    keeps_gradients: bool
    sample: str
    step: str
    asked: str


def exercises_of(lesson: Path) -> list[Exercise]:
    """The three questions of a lesson, from its words."""
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


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_exercises_are_asked_and_checked(
    lesson: Path, show: Shown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names, _ = blocks.run(lesson)
    figures = {thing.title: thing for thing in names.values() if isinstance(thing, Explorer)}
    exercises = exercises_of(lesson)
    assert len(exercises) == 3
    for title, leaves, keeps_gradients, sample, step, asked in exercises:
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
            found.append(page.locator("#asked").text_content())
            page.locator("#answer").fill(f"{state(page)['question']['answer']:.4g}")
            page.keyboard.press("Enter")
            assert "Right." in page.locator("#words").inner_text()
        assert asked in found, (title, step)
