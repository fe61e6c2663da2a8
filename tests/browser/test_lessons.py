"""The lessons' exercises in Chromium: each figure asks what the lesson says that it asks."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import blocks
import numpy as np
import pytest

import microgradnn as mg
from microgradnn.explorer import Explorer

from .conftest import Shown
from .test_explorer import state

if TYPE_CHECKING:
    from playwright.sync_api import Page

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


def figures_of(lesson: str) -> dict[str, Any]:
    """The pages of a lesson by their titles, and its other names."""
    names, _ = blocks.run(LESSONS / f"{lesson}.md")
    pages = [thing for thing in names.values() if isinstance(thing, Explorer)]
    return names | {page.title: page for page in pages}


def words_of(page: Page, name: str) -> str:
    page.wait_for_timeout(500)  # parts rest for a while between two turns
    return page.locator(name).inner_text()


@pytest.mark.parametrize("lesson", ANSWERS)
def test_exercises_are_asked_and_checked(
    lesson: str, show: Shown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    figures = figures_of(lesson)
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


def test_the_lowest_points_of_lesson_8_are_found(show: Shown) -> None:
    figures = figures_of("08-descent")
    page = show(figures["J = w²: go down"])
    page.locator("#rate").fill("0.5")
    page.get_by_role("button", name="One step").click()
    assert state(page)["data"] == [0.0, 0.0]
    page = show(figures["Noisy moons"])
    page.evaluate("training.epochs(126)")
    losses = page.evaluate("training.validationLosses")
    assert int(np.argmin(losses)) == figures["history"].best_epoch
    assert losses[-1] > min(losses)


def test_what_lesson_11_asks_of_the_digits_is_there(show: Shown) -> None:
    figures = figures_of("11-for-real")
    logits = mg.compile(figures["model"])(figures["X_train"][:400])
    digits, said = figures["y_train"][:400], logits.argmax(axis=1)
    (wrong,) = np.flatnonzero(said != digits)[:1].tolist()
    page = show(figures["Digits"])
    right = (said == digits).sum()
    assert words_of(page, "#confusion-said").startswith(f"{right} of 400 are right")
    page.locator("#which").fill(str(wrong))
    found = f"Sample {wrong}: class {digits[wrong]}, predicted {said[wrong]} (wrong)"
    assert words_of(page, "#plane-said").startswith(found)

    page.get_by_role("button", name="Its loss as a graph").click()
    page.get_by_label("Step", exact=True).press("End")
    now = state(page)
    places = [int(np.argmin(abs(np.array(now["data"]) - x))) for x in logits[wrong]]
    received = [now["gradients"][place] for place in places]
    assert int(np.argmax(received)) == said[wrong]  # softmax − label: what it is taken for
    assert int(np.argmin(received)) == digits[wrong]

    page.get_by_role("button", name="The network").click()
    norms = []
    for rate in ("0.003", "0.1", "0.1", "0.1"):
        page.locator("#lr").fill(rate)
        page.get_by_role("button", name="One step").first.click()
        words_of(page, "#flow-said")
        norms.append([float(x) for x in page.locator("#flow-bars b").all_inner_texts()])
    assert page.evaluate("training.losses") == []  # the loss is told once an epoch
    assert min(np.divide(norms[-1], norms[0])) > 5
