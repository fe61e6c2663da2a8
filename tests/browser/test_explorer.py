"""The step-through page in Chromium: its numbers, its words, its controls, its looks."""

from __future__ import annotations

import html
import itertools
import math
import random
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from effort import by_profile

import microgradnn as mg
from microgradnn import Value, topological_order
from microgradnn.demo import neuron
from microgradnn.engine.row import PRIMITIVES
from microgradnn.explaining import Contribution, Forward, steps
from microgradnn.explaining.notation import number, printable
from microgradnn.explorer import Explorer, explore

from .conftest import Shown
from .graphs import HOSTILE, ROWS, hostile_graph, random_program

if TYPE_CHECKING:
    from playwright.sync_api import Page


def chain() -> Value:
    """The example of the brief: b = a + a, c = b + b."""
    a = Value(3.0, label="a")
    b = a + a
    c = b + b
    b.label, c.label = "b", "c"
    return c


def forty() -> Value:
    """A small network, written with single operations."""
    rng = random.Random(0)
    xs = [Value(0.5, label="x1"), Value(-1.0, label="x2")]
    for layer in range(2):
        rows = [[Value(rng.gauss(0, 1), label=f"w{layer}{k}{j}") for j in (0, 1)] for k in (0, 1)]
        xs = [mg.tanh(row[0] * xs[0] + row[1] * xs[1] + 0.1) for row in rows]
    loss = (xs[0] * xs[1] - 1) ** 2
    loss.label = "loss"
    return loss


def state(page: Page) -> Any:
    return page.evaluate("explorer.state()")


def box(page: Page, k: int) -> list[str]:
    """What stands in a box: its heading, and its data and gradient."""
    texts = page.locator(f"#n{k} text").all_text_contents()
    return [texts[0], texts[-3], texts[-1]]


def close(got: float, wanted: float) -> bool:
    return got == wanted or abs(got - wanted) <= 1e-12 * abs(wanted) or got != got != wanted


# ---- Numbers -----------------------------------------------------------------------------------


def test_every_step_by_keyboard(show: Shown) -> None:
    root, _ = neuron()
    page = show(explore(root))
    count = len(steps(root))
    seen = []
    for k in range(count + 1):
        assert page.locator("#count").text_content() == f"step {k} of {count}"
        seen.append(page.locator("#words").inner_text())
        page.keyboard.press("ArrowRight")
    assert len(set(seen)) == count + 1
    assert page.locator("#next").is_disabled()
    root.backward()
    for k, node in enumerate(topological_order(root)):
        assert box(page, k)[1:] == [number(node.data), number(node.grad)]
    page.keyboard.press("ArrowLeft")
    assert page.locator("#words").inner_text() == seen[-2]
    page.keyboard.press("Home")
    assert page.locator("#words").inner_text() == seen[0]
    assert box(page, 0)[1:] == ["0.5", "·"]
    assert box(page, 9)[1:] == ["·", "·"]
    page.keyboard.press("End")
    assert page.locator("#words").inner_text() == seen[-1]


@pytest.mark.parametrize("seed", range(20))
def test_the_first_numbers_are_pythons(show: Shown, seed: int) -> None:
    program = random_program(seed)
    _, root = program.run(program.leaves)
    assert_same_steps(show(explore(root)), root)


def test_numbers_that_are_not_finite_are_pythons(show: Shown) -> None:
    x, y = Value(math.inf, label="x"), Value(-0.0, label="y")
    root = mg.sqrt(y) * x + x
    page = show(explore(root))
    assert_same_steps(page, root)
    page.evaluate("explorer.go(2)")
    assert "nan" in page.locator("#words").inner_text()


def assert_same_steps(page: Page, root: Value) -> None:
    """The page takes the steps of Python, with the same numbers to the last bit."""
    order = topological_order(root)
    shown = state(page)
    assert repr([float(x) for x in shown["data"]]) == repr([node.data for node in order])
    for step, got in zip(steps(root), shown["steps"], strict=True):
        if isinstance(step, Contribution):
            wanted = [step.upstream, step.local, step.product, step.before, step.after]
            names = ("upstream", "local", "product", "before", "after")
            assert order[got["head"]] is step.node
            assert repr([float(got[name]) for name in names]) == repr(wanted)
        else:
            assert order[got["node"]] is step.node
            assert got["kind"] == ("forward" if isinstance(step, Forward) else "seed")


def test_recomputed_numbers_are_pythons(show: Shown) -> None:
    page = show.window()
    rows: set[str] = set()
    outside = 0
    count = by_profile(dev=100, ci=100, nightly=1000)
    for seed in range(count):
        rng = random.Random(seed)
        program = random_program(seed)
        leaves, root = program.run(program.leaves)
        order = topological_order(root)
        rows.update(node.op.name for node in order if node.op)
        show.goto(explore(root), page)
        settings = [x + rng.uniform(-0.4, 0.4) for x in program.leaves]
        moves = [
            (order.index(leaf), x)
            for leaf, x in zip(leaves, settings, strict=True)
            if leaf in order
        ]
        page.evaluate("moves => moves.forEach(([k, x]) => explorer.set(k, x))", moves)
        try:
            _, root = program.run(settings)
        except (ValueError, ArithmeticError):
            outside += 1
            assert state(page)["failure"], seed
            continue
        root.backward()
        order, shown = topological_order(root), state(page)
        for node, data, grad in zip(order, shown["data"], shown["gradients"], strict=True):
            assert close(data, node.data), (seed, node.op, data, node.data)
            assert close(grad, node.grad), (seed, node.op, grad, node.grad)
    assert rows == {row.name for row in ROWS}
    assert 0 < outside < count / 4


def test_what_javascript_lacks_is_accurate(show: Shown) -> None:
    x = Value(0.1, label="x")
    page = show(explore(mg.erf(x) + mg.erfc(x)))
    xs = [k / 16 + 0.01 for k in range(-96, 420)] + [0.5, -0.5, 1e-300, 30.0, -30.0]
    texts = "xs => xs.map((x) => (explorer.set('x', x), explorer.state().data))"
    for x_, (_, erf, erfc, _) in zip(xs, page.evaluate(texts, xs), strict=True):
        assert erf == pytest.approx(math.erf(x_), rel=1e-15, abs=0)
        assert erfc == pytest.approx(math.erfc(x_), rel=1e-15, abs=1e-307)


def test_a_remainder_is_pythons(show: Shown) -> None:
    a, b = Value(7.0, label="a"), Value(2.0, label="b")
    page = show(explore(mg.remainder(a, b)))
    sizes = (0.1, 0.9, 1.0, 2.0, 7.3, 1e-300, 1e16, 1.7e308)
    points = [(x * s, y * t) for x in sizes for y in sizes for s in (1, -1) for t in (1, -1)]
    set_both = "explorer.set('a', a), explorer.set('b', b), explorer.state()"
    for x, y in [*points, (0.0, 3.0), (-0.0, -3.0)]:
        shown = page.evaluate(f"([a, b]) => ({set_both})", [x, y])
        node = mg.remainder(Value(x), Value(y))
        assert shown["data"][-1] == node.data, (x, y)
        if not math.isinf(node.local_grads[1]):  # type: ignore[arg-type]
            assert shown["gradients"][:2] == list(node.local_grads), (x, y)
    page.evaluate("explorer.set('b', 0)")
    assert state(page)["failure"]


def test_lengths_and_angles_of_every_size(show: Shown) -> None:
    a, b = Value(3.0, label="a"), Value(-4.0, label="b")
    set_both = "explorer.set('a', a), explorer.set('b', b), explorer.state()"
    sizes = (1.0, 0.3, -2.0, -1e-9, 1e-200, -3e-200, 1e200, -2e200, 1e-310, 0.0)
    for row in (mg.hypot, mg.atan2, mg.logaddexp):
        page = show(explore(row(a, b)))
        for x, y in itertools.product(sizes, repeat=2):
            shown = page.evaluate(f"([a, b]) => ({set_both})", [x, y])
            node = row(Value(x), Value(y))
            assert shown["data"][-1] == pytest.approx(node.data, rel=1e-15, abs=0), (row, x, y)
            slopes = list(node.local_grads)
            if all(map(math.isfinite, slopes)):  # type: ignore[arg-type]
                assert shown["gradients"][:2] == pytest.approx(slopes, rel=1e-14, abs=0)


def test_sums_are_exact(show: Shown) -> None:
    page = show(explore(mg.sum([Value(x) for x in (1e16, 1.0, -1e16, 1e-3)])))
    page.evaluate("explorer.set(1, 3)")
    assert state(page)["data"][-1] == 3.001
    page.evaluate("explorer.set(0, 1.7e308), explorer.set(2, 1e308), explorer.set(1, -1.7e308)")
    assert state(page)["data"][-1] == 1e308


def test_a_derivative_chooses_its_side_as_leaves_change(show: Shown) -> None:
    x = Value(-1.0, label="x")
    (slope,) = mg.gradients(mg.leaky_relu(x, 0.25) * x, [x], create_graph=True)
    page = show(explore(slope))
    for data, wanted in (("-1", -0.5), ("3", 6.0), ("-2", -1.0)):
        page.get_by_label("x: value").fill(data)
        assert state(page)["data"][-1] == wanted


def test_sliders_and_fields_change_the_leaves(show: Shown) -> None:
    page = show(explore(neuron()[0]))
    page.get_by_label("w1: value").fill("-0.75")
    slider = page.get_by_label("x2: slider")
    slider.focus()
    page.keyboard.press("ArrowRight")
    moved = state(page)["data"][3]
    assert moved == pytest.approx(2.0, abs=0.1)
    assert moved != 2.0
    root = 0.5 * (1 - mg.sigmoid(mg.dot([-0.75, -0.25], [1.0, moved], Value(0.1)))) ** 2
    assert close(state(page)["data"][-1], root.data)
    assert page.get_by_label("x2: value").input_value() == f"{moved:g}"
    page.get_by_role("button", name="Reset").click()
    assert state(page)["data"] == [node.data for node in topological_order(neuron()[0])]


def test_the_derivatives_of_nudging_agree(show: Shown) -> None:
    for root in (neuron()[0], chain(), forty()):
        shown = state(show(explore(root), "#step=1000"))
        leaves = [k for k, node in enumerate(topological_order(root)) if not node.operands]
        gradients = [shown["gradients"][k] for k in leaves]
        assert shown["differences"] == pytest.approx(gradients, rel=1e-6, abs=1e-9)


def test_numbers_are_written_as_python_writes_them(show: Shown) -> None:
    rng = random.Random(0)
    special = [0.0, 0.15625, 0.03125, 1.00005, 2.5e-5, 9999.5, 99995.0, 1e22, 5e-324, 1.8e308]
    special += [0.0001, 0.00001, 1e4, 1e5, 12345.0, 1.5, -2 / 3, math.inf, -math.inf, math.nan]
    xs = [*special, *(rng.uniform(-1, 1) * 10.0 ** rng.randint(-30, 30) for _ in range(39))]
    page = show(explore(mg.max([Value(x) for x in xs])))
    assert [box(page, k)[1] for k in range(len(xs))] == [number(x) for x in xs]


# ---- Equations ---------------------------------------------------------------------------------


# What stands on the page: of each equation a, the sign, b, = or ≈, the result; of a forward step
# the operands by their places, = or ≈, the result.
READ_EQUATIONS = """(step) => {
  if (step !== null) explorer.go(step);
  const texts = (within, what) => [...within.querySelectorAll(what)].map((x) => x.textContent);
  return [
    [...document.querySelectorAll(".equation")].map((x) => texts(x, ".number, .sign")),
    [...document.querySelectorAll(".numbers")].map((x) => [
      [...x.querySelectorAll(".operand")].map((y) => [Number(y.dataset.place), y.textContent]),
      ...texts(x, ".sign, .result"),
    ]),
  ];
}"""


def equations(page: Page) -> list[list[str]]:
    """The texts of each equation of the current step: a, the sign, b, = or ≈, the result."""
    found: list[list[str]] = page.evaluate(READ_EQUATIONS, None)[0]
    return found


def positive_zero(x: float) -> str:
    """A number as the page writes it: −0 is 0."""
    return number(x + 0.0)


def read(text: str) -> float:
    return float(text.strip("()").replace("−", "-"))


def check_equations(page: Page, root: Value) -> Iterator[str]:
    """Recompute each equation of each step from its text; gives the signs that were found."""
    count = len(steps(root))
    texts = page.evaluate(
        f"n => Array.from({{length: n}}, (_, k) => ({READ_EQUATIONS})(k + 1))", count
    )
    for step, (contributions, forward) in zip(steps(root), texts, strict=True):
        for a, symbol, b, sign, result in contributions:
            x, y = read(a), read(b)
            assert sign != "=" or positive_zero(x * y if symbol == "×" else x + y) == result
            yield sign
        for operands, sign, result in forward:
            shown = {place: read(text) for place, text in operands}
            plain = [0.0 if isinstance(x, Value) else x for x in step.node.operands]
            numbers = [shown.get(k, x) for k, x in enumerate(plain)]  # a subscript is no operand
            assert step.node.op is not None
            assert sign != " = " or positive_zero(step.node.op.value(numbers)) == result
            yield sign.strip()


def test_every_equation_is_right_as_shown(show: Shown) -> None:
    page = show.window()
    signs: list[str] = []
    for root in (neuron()[0], forty(), chain(), *(graph(seed) for seed in range(len(ROWS)))):
        show.goto(explore(root), page)
        signs += check_equations(page, root)
    assert signs.count("=") > 600
    assert signs.count("≈") == 0


def test_equations_stand_after_a_slider_was_moved(show: Shown) -> None:
    page = show(explore(neuron()[0]))
    page.evaluate("explorer.set('w1', 1 / 3), explorer.set('x1', -Math.SQRT2)")
    x1, x2, w1, w2 = (Value(x) for x in (-math.sqrt(2), 2.0, 1 / 3, -0.25))
    root = 0.5 * (1 - mg.sigmoid(mg.dot([w1, w2], [x1, x2], Value(0.1)))) ** 2
    assert set(check_equations(page, root)) == {"="}


def graph(seed: int) -> Value:
    program = random_program(seed)
    return program.run(program.leaves)[1]


def test_a_long_sum_is_told_in_words(show: Shown) -> None:
    page = show(explore(mg.sum([Value(1.0) for _ in range(20)])), "#step=1")
    assert "sum: Σ of 20 operands gives 20" in page.locator("#words").inner_text()


# ---- Learning ----------------------------------------------------------------------------------


def test_a_step_of_gradient_descent_lowers_the_loss(show: Shown) -> None:
    page = show(explore(forty()))
    losses = [state(page)["data"][-1]]
    for _ in range(5):
        page.get_by_role("button", name="One step").click()
        losses.append(state(page)["data"][-1])
    assert losses == sorted(losses, reverse=True)
    assert len(set(losses)) == 6
    said = f"Step 5: loss went from {number(losses[4], 6)} to {number(losses[5], 6)}."
    assert page.locator("#loss").text_content() == said


def test_a_step_is_what_an_optimizer_takes(show: Shown) -> None:
    page = show(explore(neuron()[0]))
    page.get_by_label("w1: changed by gradient descent").uncheck()
    page.get_by_label("x1: changed by gradient descent").check()  # inputs are not ticked at first
    page.get_by_label("learning rate").fill("0.5")
    page.get_by_role("button", name="One step").click()
    root, leaves = neuron()
    root.backward()
    after = {x.label: x.data - 0.5 * x.grad * (x.label in ("w2", "b", "x1")) for x in leaves}
    order = topological_order(root)
    assert all(
        close(got, after[node.label])
        for got, node in zip(state(page)["data"], order, strict=True)
        if not node.operands
    )


def test_a_step_with_an_infinite_gradient_is_refused(show: Shown) -> None:
    page = show(explore(mg.sqrt(Value(0.0, label="a")), title="flat"))
    page.get_by_role("button", name="One step").click()
    assert "the gradient of a is inf" in (page.locator("#loss").text_content() or "")
    assert state(page)["data"] == [0.0, 0.0]


def test_leaving_zero_grad_out_doubles_the_gradients(show: Shown) -> None:
    page = show(explore(neuron()[0]), "#step=15")
    once = state(page)["gradients"]
    page.get_by_label("zero_grad() before each pass").uncheck()
    twice = state(page)["gradients"]
    assert twice[:5] == [2 * x for x in once[:5]]
    assert twice[5:] == once[5:]  # only leaves accumulate
    assert page.locator("#kept").is_visible()
    page.get_by_role("button", name="One step").click()
    assert abs(state(page)["gradients"][0]) > 2.5 * abs(once[0])
    page.get_by_label("zero_grad() before each pass").check()
    page.get_by_role("button", name="Reset").click()
    assert state(page)["gradients"] == once


def test_outside_the_domain_the_operation_is_named(show: Shown) -> None:
    a = Value(2.0, label="a")
    root = mg.log(a - 1) * a
    page = show(explore(root), "#step=6")
    page.get_by_label("a: value").fill("0.25")
    words = page.locator("#words").inner_text()
    assert "log(−0.75) has no value: the operand must be in the domain (0, ∞)." in words
    assert page.locator("#count").text_content() == "step 2 of 2"
    assert box(page, 3)[1] == "·"
    assert page.get_by_role("button", name="One step").is_disabled()
    page.get_by_label("a: value").fill("3")
    assert page.locator("#count").text_content() == "step 6 of 8"
    assert close(state(page)["data"][-1], math.log(2) * 3)


@pytest.mark.parametrize(
    ("f", "start", "bad", "reason"),
    [
        (lambda a: 1 / a, 1.0, 0.0, "the operand must be in the domain x ≠ 0"),
        (mg.exp, 1.0, 800.0, "the result is too large"),
        (lambda a: a**0.5, 1.0, -1.0, "operand 1 must be in the domain [0, ∞)"),
        (mg.acos, 0.0, 2.0, "the operand must be in the domain [−1, 1]"),
    ],
)
def test_what_python_refuses_has_no_value(
    show: Shown, f: Any, start: float, bad: float, reason: str
) -> None:
    page = show(explore(f(Value(start, label="a"))))
    page.evaluate("x => explorer.set('a', x)", bad)
    assert state(page)["failure"]["reason"].replace("operand 2", "the operand") == reason
    with pytest.raises((ValueError, ArithmeticError)):
        f(Value(bad))


def test_sums_and_products_may_overflow(show: Shown) -> None:
    page = show(explore(Value(2.0, label="a") * 2))
    page.evaluate("explorer.set('a', 1.7e308)")
    assert state(page)["data"][-1] == math.inf
    assert not state(page)["failure"]


def test_an_operation_of_ones_own_steps_with_recorded_numbers(show: Shown) -> None:
    cube = mg.primitive("cube", lambda x: x * x * x, [lambda out, x: 3 * x * x])
    try:
        root = cube(Value(1 / 3, label="a")) * 2
        page = show(explore(root))
        assert_same_steps(page, root)
        assert set(check_equations(page, root)) == {"="}
    finally:
        del PRIMITIVES["cube"]
    assert "cube is an operation of your own" in page.locator("#fixed").inner_text()
    assert page.locator("#leaves input:enabled").count() == 0
    assert page.get_by_role("button", name="One step").is_disabled()


# ---- Mistakes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mistake", "gradient"),
    [("overwrite", 1.0), ("order", 2.0), ("carried", 8.0)],
)
def test_mistakes_give_wrong_gradients(show: Shown, mistake: str, gradient: float) -> None:
    page = show(explore(chain(), mistakes=True), "#step=7")
    assert state(page)["gradients"][0] == 4.0
    page.get_by_label("Step through").select_option(mistake)
    assert state(page)["gradients"][0] == gradient
    cells = page.locator("#comparison tbody tr").first.locator("td").all_text_contents()
    assert cells == ["4", f"≠ {gradient:g}"]
    assert "the right program" in page.locator("#words").inner_text()
    page.locator("#comparison button").click()
    assert equations(page) != []
    page.get_by_label("Step through").select_option("")
    assert state(page)["gradients"][0] == 4.0


@pytest.mark.parametrize("width", [780, 620, 1100])
def test_the_equations_of_two_runs_stand_in_one_line_each(show: Shown, width: int) -> None:
    w, x, v = Value(2.0, label="w₁"), Value(-1.0, label="x₁"), Value(-3.0, label="w₂")
    root = (w * x + v * 0.5).sigmoid()
    viewport = {"width": width, "height": 900}
    page = show(explore(root, mistakes=True), "#step=9", viewport=viewport)
    page.get_by_label("Step through").select_option("overwrite")
    for line in page.locator(".runs .equation").all():
        tops = line.evaluate("line => [...line.children].map((part) => part.offsetTop)")
        assert len(tops) == 5
        assert len(set(tops)) == 1
        assert line.evaluate("line => line.scrollWidth <= line.clientWidth")
    assert page.locator(".runs .equation").count() == 3
    if width < 1000:
        assert page.locator(".said").evaluate("said => said.scrollHeight <= said.clientHeight")


def test_where_the_runs_part(show: Shown) -> None:
    parting = {}
    page = show(explore(chain(), mistakes=True))
    for mistake in ("overwrite", "order", "carried"):
        page.get_by_label("Step through").select_option(mistake)
        page.locator("#comparison button").click()
        parting[mistake] = page.locator("#count").text_content()
    # Two values are computed, c starts; then come c to b, twice, and b to a, twice.
    assert parting == {
        "overwrite": "step 5 of 7",
        "order": "step 5 of 7",
        "carried": "step 6 of 7",
    }


def test_a_mistake_that_does_nothing_says_so(show: Shown) -> None:
    page = show(explore(Value(2.0) * Value(3.0), mistakes=True))
    page.get_by_label("Step through").select_option("overwrite")
    said = "Here this mistake changes nothing: no value is used twice."
    assert said in page.locator("#comparison").inner_text()


def test_mistakes_are_shown_only_where_they_are_wanted(show: Shown) -> None:
    assert show(explore(chain())).locator("#mistakes").is_hidden()


# ---- The page in its surroundings --------------------------------------------------------------


def test_links_lead_to_a_step(show: Shown) -> None:
    page = show(explore(neuron()[0]), "#step=12")
    assert page.locator("#count").text_content() == "step 12 of 15"
    page.keyboard.press("ArrowLeft")
    page.wait_for_timeout(600)  # the address follows a little later
    assert page.evaluate("location.hash") == "#step=11"
    for fragment, place in (("#step=3", 3), ("#step=1e9", 0), ("#step=15", 15), ("#top", 0)):
        page.evaluate("x => location.hash = x", fragment)
        page.wait_for_timeout(300)
        assert page.locator("#count").text_content() == f"step {place} of 15"


@pytest.mark.parametrize("title", [*HOSTILE, "</title><script>alert(1)</script>"])
def test_hostile_titles_are_text(show: Shown, title: str) -> None:
    page = show(explore(chain(), title=title), viewport={"width": 420, "height": 800})
    start = printable(title).split()[0][:20]
    assert (page.locator("h1").text_content() or "").startswith(start)
    assert page.title().startswith(start)
    assert_calm(page)


def test_hostile_labels_are_text(show: Shown) -> None:
    root = hostile_graph()
    page = show(explore(root, mistakes=True), viewport={"width": 420, "height": 800})
    page.get_by_label("Step through").select_option("carried")
    for k in range(1, len(steps(root)) + 1):
        page.evaluate("k => explorer.go(k)", k)
        assert page.locator("#words").inner_text()
    assert_calm(page)
    headings = [box(page, k)[0] for k in range(len(HOSTILE))]
    assert headings[0] == "<script>alert(1)</scrip…"
    assert headings[5] == "x" * 23 + "…"
    assert page.locator("#n5 title").text_content() == f"{HOSTILE[5]}\ndata 6\ngrad 2"
    assert page.locator("img, b:not(.result, header b), iframe").count() == 0


def test_labels_that_read_data_and_grad_are_not_taken_for_the_numbers(show: Shown) -> None:
    root = Value(2.0, label="data") * Value(3.0, label="grad")
    root.label = "data"
    page = show(explore(root))
    page.keyboard.press("End")
    assert [box(page, k)[0].split(" = ")[0] for k in range(3)] == ["data", "grad", "data#2"]
    shown = page.evaluate(
        "[...document.querySelectorAll('#picture [data-node]')].map((group) =>"
        " ['data', 'grad'].map((x) => group.querySelector(`[data-shows=${x}]`).textContent))"
    )
    assert shown == [["2", "3"], ["3", "2"], ["6", "1"]]


ARROWHEADS = """() => {
  const shown = [...document.querySelectorAll("#picture .tip")].filter((x) => x.checkVisibility());
  const back = document.querySelector("#back"), wire = back?.parentNode.querySelector(".wire");
  const start = wire?.getPointAtLength(0), at = back?.transform.baseVal[0].matrix;
  return {
    shown: shown.map((x) => Number(x.parentNode.dataset.edge)),
    back: back && Number(back.parentNode.dataset.edge),
    distance: back && Math.hypot(start.x - at.e, start.y - at.f),
  };
}"""


def test_the_arrowhead_turns_while_a_gradient_goes_back(show: Shown) -> None:
    root = neuron()[0]
    page = show(explore(root))
    edges = page.locator("#picture [data-edge]").count()
    turned = []
    for k, step in enumerate(steps(root), start=1):
        page.evaluate("k => explorer.go(k)", k)
        seen = page.evaluate(ARROWHEADS)
        if isinstance(step, Contribution):
            turned.append(seen["back"])
            assert seen["distance"] == 0
            assert seen["shown"] == [edge for edge in range(edges) if edge != seen["back"]]
        else:
            assert (seen["back"], seen["shown"]) == (None, list(range(edges)))
    assert sorted(turned) == list(range(edges))  # each arrow once


def assert_calm(page: Page) -> None:
    """Nothing sticks out of the page, and no script but ours has run."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("script").count() == 2


@pytest.mark.parametrize("width", [360, 420, 800, 1440])
def test_pages_of_any_width_do_not_overflow(show: Shown, width: int) -> None:
    for root in (neuron()[0], forty(), chain()):
        page = show(explore(root, mistakes=True), viewport={"width": width, "height": 820})
        for mistake in ("", "overwrite", "order", "carried"):
            page.get_by_label("Step through").select_option(mistake)
            page.keyboard.press("End")
            assert_calm(page)


@pytest.mark.parametrize(
    "looks",
    [
        {"color_scheme": "dark"},
        {"forced_colors": "active"},
        {"forced_colors": "active", "color_scheme": "dark"},
        {"reduced_motion": "reduce"},
    ],
    ids=str,
)
def test_text_can_be_read_in_all_colours(show: Shown, looks: dict[str, str]) -> None:
    page = show(explore(neuron()[0]), "#step=9", **looks)
    assert page.screenshot()
    contrasts = page.evaluate(CONTRASTS)
    assert min(contrasts.values()) >= 4.5, contrasts


# The contrast of every text with the card or page below it, as WCAG defines it.
CONTRASTS = """() => {
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map((x) => x / 255)
      .map((x) => (x <= 0.03928 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const below = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (!/^rgba.*, 0\\)$/.test(colour)) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const found = {};
  for (const node of document.querySelectorAll("h1, h2, p, th, td, small, .number, text, label")) {
    if (!node.textContent.trim() || !node.checkVisibility()) continue;
    const style = getComputedStyle(node);
    const box = node.closest("g")?.querySelector(".card, .surface");
    const ground = box ? getComputedStyle(box).fill : below(node);
    const [a, b] = [light(box ? style.fill : style.color), light(ground)].sort((x, y) => y - x);
    found[`${node.tagName} ${node.textContent.slice(0, 20)}`] = (a + 0.05) / (b + 0.05);
  }
  return found;
}"""


def test_no_text_is_small(show: Shown) -> None:
    page = show(
        explore(neuron()[0], mistakes=True), "#step=9", viewport={"width": 420, "height": 9}
    )
    sizes = page.evaluate(
        "[...document.querySelectorAll('body *')].filter((x) => x.textContent.trim())"
        ".map((x) => parseFloat(getComputedStyle(x).fontSize))"
    )
    assert min(sizes) >= 12
    scale = page.evaluate("document.querySelector('#picture svg').getScreenCTM().a")
    assert scale == 1


def test_every_control_has_a_name(show: Shown) -> None:
    page = show(explore(neuron()[0], mistakes=True), "#step=9")
    page.get_by_label("Quiz").check()
    controls = page.locator("button, input, select").all()
    assert len(controls) > 25
    for control in controls:
        named = control.evaluate(
            "x => x.ariaLabel || [...(x.labels ?? [])].map((l) => l.textContent).join('') "
            "|| (x.tagName === 'BUTTON' && x.textContent)"
        )
        assert named, control.evaluate("x => x.outerHTML")


def test_the_current_step_is_in_view(show: Shown) -> None:
    page = show(explore(forty()), viewport={"width": 420, "height": 800}, reduced_motion="reduce")
    inside = """() => {
      const [ring, frame] = ["#ring", "#picture"].map((x) =>
        document.querySelector(x).getBoundingClientRect());
      return ring.left >= frame.left && ring.right <= frame.right
        && ring.top >= frame.top && ring.bottom <= frame.bottom;
    }"""
    for k in range(1, len(steps(forty())) + 1):
        page.evaluate("k => explorer.go(k)", k)
        assert page.evaluate(inside), k


def test_printing(show: Shown) -> None:
    page = show(explore(neuron()[0]), "#step=9")
    page.emulate_media(media="print")
    assert page.locator("#bar").is_hidden()
    assert page.locator("#words").is_visible()
    assert page.evaluate("document.querySelector('#picture').scrollWidth <= innerWidth")
    assert page.pdf().startswith(b"%PDF")


def test_the_picture_needs_no_script(show: Shown) -> None:
    page = show(explore(neuron()[0]), java_script_enabled=False)
    assert box(page, 0) == ["w1", "0.5", "·"]
    assert page.locator("#n9 text").first.text_content() == "J = 0.5 × (1 − y) ** 2"
    assert page.get_by_text("need JavaScript").is_visible()


def test_where_a_script_runs_nothing_is_said_of_it(show: Shown) -> None:
    assert show(explore(neuron()[0])).get_by_text("need JavaScript").count() == 0


@pytest.mark.parametrize("policy", ["script-src 'none'", "default-src 'self'", "sandbox"])
def test_a_host_that_blocks_scripts(show: Shown, policy: str) -> None:
    headers = {"content-type": "text/html", "content-security-policy": policy}
    page = show.served(explore(neuron()[0]), **headers)
    assert page.get_by_text("need JavaScript").is_visible()
    assert show.complaints
    show.complaints.clear()  # those of the browser, of what the host does not allow


@pytest.mark.parametrize(
    "charset", ["ISO-8859-1", "windows-1252", "US-ASCII", "utf-8", "Shift_JIS"]
)
def test_a_host_that_gets_the_encoding_wrong(show: Shown, charset: str) -> None:
    title = "Δ – 梯度 😀"
    explorer = explore(neuron()[0], title=title, mistakes=True)
    page = show.served(explorer, **{"content-type": f"text/html; charset={charset}"})
    page.wait_for_function("window.explorer")
    assert page.title() == page.locator("h1").text_content() == title
    assert page.locator("#next").text_content() == "▶"
    assert page.locator("#n9 text").first.text_content() == "J = 0.5 × (1 − y) ** 2"
    page.keyboard.press("End")
    assert "×" in (page.locator("#words").text_content() or "")
    assert "Ã" not in page.content()


def test_in_a_notebook(show: Shown) -> None:
    inner = explore(neuron()[0], title="in a <notebook>")
    outer = Explorer(f"<!doctype html><title>n</title><body>{inner._repr_html_()}</body>")
    frame = show(outer).frame_locator("iframe")
    frame.get_by_role("button", name="Next step").click()
    frame.get_by_role("button", name="Next step").click()
    assert frame.locator("#count").text_content() == "step 2 of 15"
    assert frame.locator("h1").text_content() == "in a <notebook>"
    assert html.escape(inner.html) in outer.html
    assert not re.search("<script", outer.html)
