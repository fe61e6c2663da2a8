"""The lessons' exercises in Chromium: each figure asks what the lesson says it asks."""

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
EXERCISE = re.compile(r"\d\. In \*\*(?P<title>.+?)\*\*(?P<before>.*?)\*(?P<asked>What .+?\?)\*")


class Exercise(NamedTuple):
    """A question: of which figure, with which leaves changed, and at which step."""

    title: str
    leaves: list[tuple[str, str]]
    sample: str | None
    step: int
    asked: str


def exercises_of(lesson: Path) -> list[Exercise]:
    page = " ".join(lesson.read_text("utf-8").partition("\n## Exercises\n")[2].split())
    found = []
    for title, before, asked in EXERCISE.findall(page):
        leaves = re.findall(r"set (\S+) to (\S+?),? ", before)
        sample = re.search(r"sample (\d+)", before)
        step = re.search(r"step (\d+)", before)
        assert step, (lesson.name, asked)
        found.append(Exercise(title, leaves, sample and sample[1], int(step[1]), asked))
    return found


@pytest.mark.parametrize("lesson", sorted(LESSONS.glob("0[1-5]*.md")), ids=lambda path: path.stem)
def test_exercises_are_asked_and_checked(
    lesson: Path, show: Shown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names, _ = blocks.run(lesson)
    figures = {thing.title: thing for thing in names.values() if isinstance(thing, Explorer)}
    exercises = exercises_of(lesson)
    assert len(exercises) == 3
    for title, leaves, sample, step, asked in exercises:
        page = show(figures[title])
        if sample is not None:
            page.locator("#which").fill(sample)
            page.get_by_role("button", name="Its loss as a graph").click()
        for name, number in leaves:
            page.get_by_label(f"{name}: value").fill(number.replace("−", "-"))
        page.get_by_label("Quiz").check()
        page.get_by_label("Step", exact=True).fill(str(step))
        told = []
        while page.locator("#guess").is_visible():
            told.append(page.locator("#asked").text_content())
            page.locator("#answer").fill(f"{state(page)['question']['answer']:.4g}")
            page.keyboard.press("Enter")
            assert "Right." in page.locator("#words").inner_text()
        assert asked in told, (title, step)
