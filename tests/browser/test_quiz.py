"""The quiz in Chromium: what is asked, what is said of right and wrong answers, the score."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

import microgradnn as mg
from microgradnn import Value
from microgradnn.demo import neuron
from microgradnn.engine.row import PRIMITIVES
from microgradnn.explorer import explore

from .conftest import Shown, until
from .test_accessibility import axe
from .test_explorer import CONTRASTS, box, chain, equations, state
from .test_folding import batch_loss, press

if TYPE_CHECKING:
    from playwright.sync_api import Page

A, B = 2.5, -0.8
C = A * B
D = math.tanh(C)
SLOPE = 1 - D * D  # of tanh, at C


def two_paths() -> Value:
    """L = d a + c, with c = a b and d = tanh(c): both a and c are used twice."""
    a, b = Value(A, label="a"), Value(B, label="b")
    c = a * b
    d = mg.tanh(c)
    p = d * a
    L: Value = p + c
    for value, label in ((c, "c"), (d, "d"), (p, "p"), (L, "L")):
        value.label = label
    return L


def half_a_product() -> Value:
    """J = 0.5 c d: c receives two contributions, and neither of them is a factor."""
    c = Value(A, label="a") * Value(B, label="b")
    d = mg.tanh(c)
    J: Value = 0.5 * (c * d)
    c.label, d.label, J.label = "c", "d", "J"
    return J


def unary(f: Callable[[Value], Value], x: float) -> Callable[[], Value]:
    return lambda: f(Value(x, label="x"))


def asked(show: Shown, root: Value, step: int, kind: str = "") -> Page:
    """The page at the question of this kind that a step asks."""
    page = show(explore(root))
    page.get_by_label("Quiz").check()
    page.evaluate("k => explorer.go(k)", step)
    while kind and state(page)["question"]["kind"] != kind:
        page.get_by_role("button", name="Show").click()
    return page


def answer(page: Page, text: str) -> str:
    """What is said of an answer: nothing beside the question if it is right."""
    page.locator("#answer").fill(text)
    page.keyboard.press("Enter")
    return page.locator("#verdict").text_content() or ""


# ---- What is asked ------------------------------------------------------------------------------


def test_a_walk_asks_for_each_kind_with_the_engines_numbers(show: Shown) -> None:
    root = two_paths()
    page = asked(show, root, 0)
    found = []
    for _ in state(page)["steps"]:
        page.keyboard.press("ArrowRight")
        while question := state(page)["question"]:
            said = page.locator("#asked").text_content()
            found.append((said, question["answer"]))
            page.get_by_role("button", name="Show").click()
    at_c = 1 + A * SLOPE  # the gradient of c
    wanted = [
        ("What is c?", C),
        ("What is d?", D),
        ("What is p?", D * A),
        ("What is L?", D * A + C),
        ("What is ∂L/∂p?", 1),
        ("What is ∂L/∂c?", 1),
        ("What is ∂p/∂d?", A),  # upstream is 1, so what d receives stands there already
        ("What is ∂p/∂a?", D),
        ("What is ∂d/∂c?", SLOPE),
        ("What does c receive from d?", A * SLOPE),
        ("What is ∂L/∂c now?", at_c),
        ("What is ∂c/∂a?", B),
        ("What does a receive from c?", B * at_c),
        ("What is ∂L/∂a now?", D + B * at_c),
        ("What is ∂c/∂b?", A),
        ("What does b receive from c?", A * at_c),
    ]
    assert [said for said, _ in found] == [said for said, _ in wanted]
    assert [x for _, x in found] == pytest.approx([x for _, x in wanted], rel=1e-12)


def test_what_is_asked_is_hidden_until_it_is_answered(show: Shown) -> None:
    page = asked(show, neuron()[0], 9)
    assert box(page, 6)[2] == "?"
    assert equations(page) == [["0.475", "×", "?", "=", "?"], ["0", "+", "?", "=", "?"]]
    assert page.locator("#given").text_content() == "Known: all values"
    assert "wrong sign" in answer(page, "1")
    assert box(page, 6)[2] == "?"
    answer(page, "−1")
    assert "Right." in page.locator("#words").inner_text()
    assert equations(page)[0] == ["0.475", "×", "(−1)", "=", "?"]
    answer(page, "−0,475")
    assert box(page, 6)[2] == "−0.475"
    page.keyboard.press("ArrowRight")  # on to the next riddle
    assert box(page, 5)[2] == "?"


def test_what_cannot_be_worked_out_is_not_asked(show: Shown) -> None:
    def questions(root: Value, *folds: str) -> list[str]:
        page = show(explore(root))
        for block in folds:
            press(page, f"Fold {block}")
        page.get_by_label("Quiz").check()
        page.evaluate("explorer.go(0)")
        page.evaluate("explorer.go(Infinity)")
        while state(page)["question"]:
            page.get_by_role("button", name="Show").click()
        return [key for key, _ in state(page)["answered"]]

    assert questions(mg.sum([Value(1.0) for _ in range(20)]) * 2)[:2] == [
        "value-21",
        "local-21-0-20",
    ]
    assert questions(mg.sqrt(Value(0.0, label="a")) * 3)[:2] == ["value-1", "value-2"]
    assert not any(key.startswith("local-1-") for key in questions(mg.sqrt(Value(0.0)) * 3))
    cube = mg.primitive("cube", lambda x: x * x * x, [lambda out, x: 3 * x * x])
    try:
        assert questions(cube(Value(0.5, label="a"))) == []
    finally:
        del PRIMITIVES["cube"]
    folded = questions(batch_loss([2, 3, 2, 1], 1), "layers.0", "layers.1", "layers.2")
    arrows = [key for key in folded if key.startswith("contribution")]
    assert len(arrows) == 4  # one along each arrow
    assert sum(key.startswith("value") for key in folded) == 2  # z − 0.5 and the loss


# ---- Right answers ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["-2", "−2", "–2", "-2,0", "-4/2", "-2e0", " -2 ", "-0.2e1", "-1.999"]
)
def test_numbers_are_understood_as_people_write_them(show: Shown, text: str) -> None:
    page = asked(show, two_paths(), 1)
    answer(page, text)
    assert state(page)["answered"] == [["value-2", 0]]


def test_one_percent_is_right_and_whole_numbers_are_to_be_exact(show: Shown) -> None:
    for factor, is_right in ((1.0099, True), (0.9901, True), (1.011, False), (0.989, False)):
        page = asked(show, two_paths(), 2)
        answer(page, str(factor * D))
        assert (state(page)["question"] is None) == is_right, factor
    assert "not near enough" in answer(asked(show, two_paths(), 1), "-2.01")


def test_the_rounding_of_a_sum_is_zero(show: Shown) -> None:
    a = Value(3.0, label="a")
    root = (0.1 * a + 0.2 * a) - 0.3 * a
    page = asked(show, root, 0)
    page.evaluate("explorer.go(explorer.state().steps.length)")
    while state(page)["question"]["kind"] != "sum":
        page.get_by_role("button", name="Show").click()
    assert 0 < abs(state(page)["question"]["answer"]) < 1e-15
    answer(page, "0")
    assert state(page)["answered"][-1][1] == 0


# ---- Wrong answers ------------------------------------------------------------------------------

AT_C = 1 + A * SLOPE
WRONG: list[tuple[Callable[[], Value], int, str, float | str, str]] = [
    (two_paths, 1, "value", -C, "is the right size with the wrong sign."),
    (two_paths, 1, "value", A - B, "is another operation on the same two numbers."),
    (two_paths, 1, "value", A + B, "is another operation on the same two numbers."),
    (two_paths, 1, "value", D, "is the value of d, after a later step."),
    (two_paths, 2, "value", C, "is the operand: the operation is still to be done."),
    (two_paths, 2, "value", SLOPE, "is the derivative, not the value."),
    (two_paths, 2, "value", "-1", "is near, but not near enough. Give three digits."),
    (two_paths, 2, "value", "much", "is no number. Write it like −0.35, 1/3 or 2e−5."),
    (unary(lambda x: x / Value(4.0, "y"), 3.0), 1, "value", 4 / 3, "other order of the operands."),
    (
        unary(mg.sin, 0.5),
        1,
        "value",
        math.sin(math.radians(0.5)),
        "had in degrees. Here it is radians.",
    ),
    (unary(lambda x: mg.sum([x, 0.7, 5.0]), 0.6), 1, "value", 5.6, "is what comes without 0.7."),
    (two_paths, 10, "local", 1 - C * C, "is had with c in the place of d."),
    (two_paths, 10, "local", 1 - math.tanh(D) ** 2, "is had with the value after this step, d."),
    (two_paths, 10, "local", D, "is the value of d, not how fast it changes."),
    (two_paths, 10, "local", A * SLOPE, "is the contribution already."),
    (two_paths, 10, "local", A, "is upstream, not the local derivative."),
    (two_paths, 11, "local", A, "may be the derivative by the other factor, not by a."),
    (
        two_paths,
        10,
        "contribution",
        SLOPE,
        "is the local derivative alone. Multiply it by upstream.",
    ),
    (two_paths, 10, "contribution", A, "is upstream alone. Multiply it by the local derivative."),
    (two_paths, 10, "contribution", A / SLOPE, "is another operation on the same two numbers."),
    (two_paths, 10, "contribution", A + SLOPE, "is another operation on the same two numbers."),
    (two_paths, 10, "contribution", -A * SLOPE, "is the right size with the wrong sign."),
    (two_paths, 10, "contribution", AT_C, "may be the sum already."),
    (two_paths, 10, "contribution", "0.2", "is near, but not near enough. Give three digits."),
    (two_paths, 11, "contribution", B * A * SLOPE, "a part of upstream, before all had come to c."),
    (
        half_a_product,
        7,
        "contribution",
        0.5 * (D + C * SLOPE),
        "the gradient of c after a later step.",
    ),
    (two_paths, 10, "sum", A * SLOPE, "the contribution alone. Add it to what was there before."),
    (two_paths, 10, "sum", 1, "what was there before. Add the contribution."),
    (two_paths, 10, "sum", 1 - A * SLOPE, "is another operation on the same two numbers."),
    (two_paths, 10, "sum", 1 + SLOPE, "is had with a single factor of the contribution."),
    (two_paths, 10, "sum", -AT_C, "is the right size with the wrong sign."),
]


@pytest.mark.parametrize(
    ("make", "step", "kind", "wrong", "words"),
    WRONG,
    ids=[f"{x[2]}-{str(x[3])[:9]}" for x in WRONG],
)
def test_a_wrong_answer_is_diagnosed(
    show: Shown, make: Callable[[], Value], step: int, kind: str, wrong: Any, words: str
) -> None:
    page = asked(show, make(), step, kind)
    said = answer(page, str(wrong))
    assert said.startswith("That ")
    assert said.endswith(words)
    assert page.locator("#answer").get_attribute("aria-invalid") == "true"
    assert state(page)["question"]["kind"] == kind


def test_an_answer_of_before_is_told_from_others(show: Shown) -> None:
    page = asked(show, two_paths(), 1)
    page.evaluate("explorer.set('a', 3)")
    assert answer(page, str(C)) == "That is what it was before the leaves were changed."
    answer(page, str(3 * B))
    assert state(page)["question"] is None


def test_along_an_arrow_all_rows_are_added(show: Shown) -> None:
    page = show(explore(batch_loss([2, 3, 2, 1], 1)))
    for layer in range(3):
        press(page, f"Fold layers.{layer}")
    page.get_by_label("Quiz").check()
    place = next(k for k, x in enumerate(state(page)["steps"]) if len(x.get("steps", [])) == 6)
    page.evaluate("k => explorer.go(k)", place + 1)
    steps = state(page)["steps"][place]["steps"]
    column = [x for x in steps if x["tail"] == steps[0]["tail"]]
    assert len(column) == 2
    said = answer(page, str(column[0]["product"]))
    assert said == "That is what comes from layers.1[1] alone. Add all rows."
    assert answer(page, str(sum(x["local"] for x in column))) == "That is had without upstream."
    answer(page, str(sum(x["local"] * x["upstream"] for x in column)))
    assert state(page)["question"] is None


RULE = "Not yet. Multiply upstream by the local derivative; add where there are several."


def test_what_fits_no_slip_gets_the_rule(show: Shown) -> None:
    page = asked(show, two_paths(), 10, "contribution")
    assert answer(page, "123.4") == RULE
    assert answer(page, "  ") == RULE  # nothing new


# ---- Hints, the score, and the controls ---------------------------------------------------------


def test_the_score_tells_how_each_kind_was_answered(show: Shown) -> None:
    page = asked(show, chain(), 0)
    page.locator("#next").click()  # b = a + a
    assert page.evaluate("document.activeElement.id") == "answer"
    page.keyboard.type("6")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "next"
    page.keyboard.press("Enter")  # c = b + b
    page.keyboard.type("36")
    page.keyboard.press("Enter")
    page.keyboard.type("12")
    page.keyboard.press("Enter")
    page.evaluate("explorer.go(4)")  # c to b
    page.get_by_role("button", name="Hint").click()
    assert page.locator("#verdict math").count() > 0
    answer(page, "1")
    page.get_by_role("button", name="Next step").click()
    page.get_by_role("button", name="Show").click()
    assert "It is 1." in page.locator("#words").inner_text()
    answer(page, "2")
    assert page.locator("#score").inner_text() == ""
    page.evaluate("explorer.go(Infinity)")  # passes over the next one, and comes to the last
    answer(page, "1")
    answer(page, "4")
    assert page.locator("#score h3").inner_text() == "4 of 8 right at once"
    assert page.locator("#score p").all_inner_texts() == [
        "values: 1 at once, 1 with help, 0 shown",
        "local derivatives: 1 at once, 1 with help, 2 shown",
        "contributions: 0 at once, 0 with help, 0 shown",
        "sums: 2 at once, 0 with help, 0 shown",
    ]
    page.get_by_role("button", name="Again").click()
    assert (state(page)["position"], state(page)["answered"]) == (0, [])
    assert page.evaluate("document.activeElement.id") == "next"


def test_a_number_that_changes_asks_anew_and_a_fold_does_not(show: Shown) -> None:
    page = asked(show, batch_loss([2, 2, 1], 1), 1)
    page.get_by_role("button", name="Show").click()
    press(page, "Fold layers.1")
    assert state(page)["answered"] == [[state(page)["answered"][0][0], 2]]
    page.evaluate("explorer.set('x0', 0.25)")
    assert state(page)["answered"] == []


def test_what_the_quiz_needs_waits_meanwhile(show: Shown) -> None:
    """Mistakes would tell of gradients, and a step of descent takes them all."""
    page = show(explore(two_paths(), mistakes=True))
    page.get_by_label("Step through").select_option("overwrite")
    page.get_by_label("Quiz").check()
    assert page.locator("#comparison").inner_text() == ""
    assert page.get_by_label("Step through").is_disabled()
    assert page.get_by_role("button", name="One step").is_disabled()
    page.evaluate("explorer.go(Infinity)")
    while state(page)["question"]:
        page.get_by_role("button", name="Show").click()
    page.get_by_role("button", name="One step").click()
    assert "went from" in page.locator("#loss").inner_text()
    page.evaluate("explorer.go(1)")
    assert page.locator("#loss").is_hidden()
    page.get_by_label("Quiz").uncheck()
    assert page.locator("#loss").is_visible()


def test_the_address_holds_the_answers(show: Shown) -> None:
    page = asked(show, two_paths(), 1)
    answer(page, "2")
    answer(page, "-2")
    page.keyboard.press("ArrowRight")
    until(page, "location.hash.includes('value-2-1')")
    hash_ = page.evaluate("location.hash")
    again = show(explore(two_paths()), hash_)
    assert state(again)["answered"] == [["value-2", 1]]
    assert again.locator("#asked").inner_text() == "What is d?"
    junk = show(explore(two_paths()), "#quiz=value-9999-1,%3Cb%3E-1,sum-&step=2")
    assert junk.locator("#asked").inner_text() == "What is d?"


def test_playing_stops_at_each_question(show: Shown) -> None:
    page = asked(show, two_paths(), 0)
    page.get_by_label("Steps a second").select_option("5")
    page.locator("#play").click()
    until(page, "document.querySelector('#play').textContent === 'Play'")
    assert (state(page)["position"], page.locator("#guess").is_visible()) == (1, True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [420, 1280])
def test_questions_and_score_break_no_rule(show: Shown, width: int, scheme: Any) -> None:
    page = show(
        explore(two_paths()),
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
        reduced_motion="reduce",
    )
    page.evaluate(axe())
    page.get_by_label("Quiz").check()
    page.evaluate("explorer.go(1)")
    kinds = set()
    for step in (1, 10, 12):
        page.evaluate("k => explorer.go(k)", step)
        while question := state(page)["question"]:
            if question["kind"] not in kinds:
                kinds.add(question["kind"])
                answer(page, "123.4")
                assert_no_violations(page)
            page.get_by_role("button", name="Show").click()
    assert len(kinds) == 4
    assert page.locator("#score").is_visible()
    assert_no_violations(page)


def assert_no_violations(page: Page) -> None:
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found["violations"]] == []
    assert min(page.evaluate(CONTRASTS).values()) >= 4.5
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
