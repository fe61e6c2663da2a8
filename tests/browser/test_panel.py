"""The panel of a box in Chromium: formulas, where numbers come from and go, folding, focus."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import mpmath
import pytest

import microgradnn as mg
from microgradnn import Value, topological_order
from microgradnn.demo import neuron
from microgradnn.engine.row import PRIMITIVES
from microgradnn.explaining.notation import number
from microgradnn.explorer import explore

from .conftest import Shown
from .graphs import HOSTILE, ROWS, hostile_graph, random_program
from .test_explorer import assert_calm
from .test_folding import batch_loss, headings, press

if TYPE_CHECKING:
    from playwright.sync_api import Page


def choose(page: Page, k: int) -> None:
    page.locator(f"#n{k}").focus()
    page.keyboard.press("Enter")


def lines(page: Page) -> list[str]:
    found: list[str] = page.locator("#about .line").all_inner_texts()
    return [" ".join(text.replace("\u2061", " ").split()) for text in found]


# ---- What it says -------------------------------------------------------------------------------


def test_a_node_says_where_its_numbers_come_from(show: Shown) -> None:
    x = Value(1.0, label="x")
    y = mg.tanh(x)
    y.label = "y"
    loss = y * y
    loss.label = "L"
    page = show(explore(loss))
    choose(page, 1)
    said = lines(page)
    assert page.locator("#chosen").text_content() == "y"
    assert said[0] == "data 0.7616, gradient 1.523"
    assert "y = tanh x" in said
    assert "y = tanh 1 = 0.7616" in said
    # 1 − tanh²(1) = 0.419974…, 2·0.761594 = 1.523188…, their product 0.639700….
    assert "∂y/∂x=1−y2=1−0.76162=0.42" in [line.replace(" ", "") for line in said]
    assert said.count("from L: 1 × 0.7616 = 0.7616") == 2
    assert "in all 1.523" in said
    assert "to x: 1.523 × 0.42 = 0.6397" in said
    assert page.locator("#about .marking").all_text_contents()[0] == "2 paths to L"


def test_a_leaf_and_the_root(show: Shown) -> None:
    page = show(explore(neuron()[0]))
    choose(page, 0)
    assert lines(page)[0] == "A leaf. data 0.5, gradient −0.1185"
    assert page.get_by_text("Local derivatives").count() == 0
    choose(page, 9)
    assert "1, for it changes just as much as itself" in lines(page)
    assert page.locator("#about .marking").count() == 0


def test_the_line_of_the_program_is_told_under_debug(show: Shown) -> None:
    with mg.debug():
        x = Value(2.0, label="x")
        root = x * x  # the line that is told
    page = show(explore(root))
    choose(page, 1)
    told = page.locator("#about code").text_content() or ""
    assert told.startswith("test_panel.py:")
    assert told.endswith("root = x * x  # the line that is told")


def test_what_is_to_be_predicted_is_not_given_away(show: Shown) -> None:
    page = show(explore(neuron()[0]), "#step=9")
    page.get_by_label("Quiz").check()
    choose(page, 6)
    assert "−0.475" not in " ".join(lines(page))
    page.get_by_role("button", name="Show").click()  # the local derivative
    assert "−0.475" not in " ".join(lines(page))
    page.get_by_role("button", name="Show").click()
    assert "−0.475" in " ".join(lines(page))


def test_the_panel_follows_sliders(show: Shown) -> None:
    page = show(explore(neuron()[0]))
    choose(page, 6)
    page.evaluate("explorer.set('b', 0)")  # then s = 0, and y = ½
    assert lines(page)[0] == "data 0.5, gradient −0.5"
    assert page.locator("#panel").is_visible()


def test_paths_are_marked_while_they_are_pointed_at(show: Shown) -> None:
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    c = a * b
    c.label = "c"
    root = c + a
    root.label = "L"
    page = show(explore(root))
    choose(page, 0)
    paths = page.locator("#about .marking")
    assert sorted(paths.all_text_contents()) == [
        *("2 paths to L", "a → L: 1 = 1", "a → c → L: (−3) × 1 = −3")
    ]
    marked = page.locator("#picture .route")
    for text, count in (("2 paths", 3), ("a → L", 1), ("a → c", 2)):
        paths.filter(has_text=text).hover()
        assert marked.count() == count
        paths.filter(has_text=text).focus()
        assert marked.count() == count
    page.locator("#n1").hover()
    assert marked.count() == 2  # from b to c, and from there
    page.locator("#words").hover()
    assert marked.count() == 0


# ---- Equations ----------------------------------------------------------------------------------

Element = ElementTree.Element


def tag(element: Element) -> str:
    return element.tag.rpartition("}")[2]


NAMES: dict[str, Any] = {
    **{name: getattr(math, name) for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh", "log")},
    **{name: getattr(math, name) for name in ("asin", "acos", "atan", "asinh", "acosh", "atanh")},
    **{name: getattr(math, name) for name in ("erf", "erfc", "expm1", "log1p", "floor")},
    **{row.symbol.replace(" ", "\xa0"): row for row in ROWS},
    "σ′": PRIMITIVES["sigmoid_slope"],
    "π": math.pi,
    "max": max,
    "min": min,
    "H": PRIMITIVES["heaviside"],
}
BINARY = {"+": "+", "−": "-", "·": "*", "mod": "%", ",": ",", "<": "<", ">": ">", "≤": "<="}
BINARY |= {"≥": ">=", "(": "(", ")": ")", "|": ")"}


def code(element: Element) -> str:
    """A formula without names as a Python expression."""
    kind, children = tag(element), list(element)
    if kind == "mn":
        return f"({(element.text or '').replace('−', '-')})"
    if kind == "mfrac":
        return f"(({code(children[0])})/({code(children[1])}))"
    if kind == "msqrt":
        return f"(({code(children[0])})**0.5)"
    if kind == "msup":
        return f"(({code(children[0])})**({code(children[1])}))"
    if kind == "msub":
        base, index = element[0].text, code(children[1])
        return f"(lambda *xs: indexed({base!r}, {index}, xs))"
    if kind == "mtable":
        return cases(children)
    if kind == "mo":
        return BINARY.get(element.text or "", "")
    if kind == "mtext":
        return ""
    if kind == "mi":
        return "math.e" if element.text == "e" else f"NAMES[{element.text!r}]"
    return row(children)


def cases(rows: list[Element]) -> str:
    value, condition = rows[0]
    rest = cases(rows[1:]) if len(rows) > 2 else code(rows[1][0])
    return f"(({code(value)}) if ({code(condition)}) else ({rest}))"


def row(children: list[Element]) -> str:
    """Elements in a row; what a function is applied to without parentheses gets them."""
    if [c.text for c in children[:1] + children[-1:]] == ["|", "|"]:
        return f"abs({row(children[1:-1])})"
    for fence, function in (("⌊", "math.floor"), ("⌈", "math.ceil")):
        if children and children[0].text == fence:
            return f"{function}({row(children[1:-1])})"
    parts: list[str] = []
    k = 0
    while k < len(children):
        text = code(children[k])
        if parts and parts[-1].endswith(")") and text[:1] not in (*"+-*%,<>)", ""):
            parts.append("*")  # nothing stands between the factors
        if children[k].text == "\u2061":
            k += 1
            while tag(children[k]) == "mspace":
                k += 1
            if children[k + 1 : k + 2] and children[k + 1].text == "\u2061":  # log of σ(…)
                return "".join([*parts, f"({row(children[k:])})"])
            inner = code(children[k])
            text = inner if inner.startswith("(") and tag(children[k]) == "mrow" else f"({inner})"
        parts.append(text)
        k += 1
    return "".join(parts)


def indexed(name: str, index: float, xs: tuple[float, ...]) -> float:
    if name == "log":
        return math.log(xs[0], index)
    return PRIMITIVES[name](float(index), *xs)


SIDES = """(n) => {
  const said = [];
  for (let k = 0; k < n; k++) {
    document.querySelector(`#n${k}`).dispatchEvent(
      new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
    for (const line of document.querySelectorAll("#about .line")) {
      const sides = [...line.querySelectorAll("math")];
      if (sides.length) said.push([k, sides.map((x) => new XMLSerializer().serializeToString(x))]);
    }
  }
  return said;
}"""


def sides(texts: list[str]) -> list[tuple[str, Element]]:
    """The sides of an equation, each with the sign before it."""
    found = []
    for text in texts:
        math_ = ElementTree.fromstring(text)
        sign = math_[0].text or "" if len(math_) > 1 else ""
        found.append((sign, math_[-1]))
    return found


def is_named(side: Element) -> bool:
    """Whether an operand stands in it by its name."""
    return any(tag(x) == "mi" and x.get("mathvariant") for x in side.iter())


def test_every_equation_is_right_as_shown(show: Shown) -> None:
    """The side with numbers, computed from its text, gives the result that stands after it."""
    page = show.window()
    signs: dict[str, int] = {"=": 0, "≈": 0}
    names: set[str] = set()
    for seed in range(len(ROWS)):
        program = random_program(seed)
        root = program.run(program.leaves)[1]
        order = topological_order(root)
        show.goto(explore(root), page)
        for k, texts in page.evaluate(SIDES, len(order)):
            equation = sides(texts)
            sign, result = equation[-1]
            shown = "".join(result.itertext())
            if len(equation) < 3 or is_named(result):
                continue
            node = order[k]
            assert node.op is not None
            wanted = {number(d + 0.0) for d in (node.data, *node.local_grads) if d is not None}
            assert shown in wanted
            numbers = equation[-2][1]
            if is_named(numbers):
                continue
            signs[sign] += 1
            if sign == "≈":
                continue
            functions = {node.op.symbol: node.op} | NAMES | {"cross-entropy": node.op}
            functions["erf"] = mpmath.erf  # for in floats 1 − erf(8) is 0
            with mpmath.workprec(200):
                given = {"math": math, "NAMES": functions, "indexed": indexed}
                got = float(eval(row([numbers]), given))
            assert number(got + 0.0) == shown, (node.op.name, row([numbers]), got, shown)
            names.add(node.op.name)
    assert signs["="] > 300
    assert signs["≈"] < 0.02 * signs["="]
    untried = {row_.name for row_ in ROWS} - names
    assert untried <= {"max", "min", "cross_entropy_of_logits", "sum", "heaviside", "sign"}


# ---- Folding, focus -----------------------------------------------------------------------------


def test_escape_and_the_button_close_it_and_the_focus_goes_back(show: Shown) -> None:
    page = show(explore(neuron()[0]))
    focused = "document.activeElement.id"
    for close in ("Escape", "button"):
        choose(page, 5)
        assert page.evaluate(focused) == "chosen"
        if close == "button":
            page.get_by_role("button", name="Close the panel").click()
        else:
            page.keyboard.press("Escape")
        assert page.locator("#panel").is_hidden()
        assert page.evaluate(focused) == "n5"
    assert page.locator("#picture .chosen").count() == 0


def test_a_click_chooses_and_arrows_still_step(show: Shown) -> None:
    page = show(explore(neuron()[0]), reduced_motion="reduce")  # else arrows move under the mouse
    page.locator("#n5").click()
    assert page.locator("#chosen").text_content() == "s"
    page.keyboard.press("ArrowRight")
    assert page.locator("#count").text_content() == "step 1 of 15"
    page.locator("#e1 text").click()  # from w2 to s
    asked = page.locator("#about .asked")
    assert (asked.text_content() or "").replace(" ", "") == "∂s/∂w₂=x₂=2"


def test_blocks_fold_by_double_click_by_key_and_in_the_panel(show: Shown) -> None:
    page = show(explore(batch_loss([2, 2, 1], 1)), viewport={"width": 1280, "height": 800})
    whole = headings(page)
    press(page, "Fold layers.0.neurons.1")
    box = page.locator("#picture [data-node]", has_text="layers.0.neurons.1").first
    box.dblclick()
    assert headings(page) == whole
    press(page, "Fold layers.0.neurons.1")
    box = page.locator("#picture [data-node]", has_text="layers.0.neurons.1").first
    box.focus()
    page.keyboard.press("f")
    assert headings(page) == whole
    press(page, "Fold layers.0.neurons.1")
    box = page.locator("#picture [data-node]", has_text="layers.0.neurons.1").first
    box.focus()
    page.keyboard.press("Enter")
    assert lines(page)[1].startswith("A block of ")
    page.locator("#about").get_by_role("button", name="Unfold layers.0.neurons.1").click()
    assert headings(page) == whole


def test_the_panel_stays_where_a_slider_leads_out_of_the_domain(show: Shown) -> None:
    a = Value(2.0, label="a")
    root = mg.log(a - 1) * a
    page = show(explore(root))
    choose(page, 2)
    page.get_by_label("a: value").fill("0.25")
    assert "It has no value" not in " ".join(lines(page))  # log(−0.75) itself: its numbers are seen
    page.keyboard.press("Escape")
    choose(page, 3)
    assert lines(page) == ["It has no value, for an operand below it has none."]
    page.get_by_label("a: value").fill("3")
    assert "data 2.079, gradient 1" in lines(page)  # 3·log 2


@pytest.mark.parametrize(
    # e / (e + e² + √e) = 0.23122…, √e / (…) = 0.14024…, and the share of z₁ is 0.62853….
    ("which", "share", "by_z1"),
    [(0, "0.2312", "−0.1453"), (2, "0.1402", "−0.08815")],
)
def test_the_choice_of_a_softmax_is_an_index(
    show: Shown, which: int, share: str, by_z1: str
) -> None:
    zs = [Value(x, f"z{k}") for k, x in enumerate([1.0, 2.0, 0.5])]
    p = mg.softmax(zs)[which]
    p.label = "p"
    page = show(explore(p * 1.0))
    choose(page, 3)
    said = [line.replace(" ", "") for line in lines(page)]
    assert said[1] == f"p=softmax{which}(z₀,z₁,z₂)"
    assert page.locator("#about msub").first.text_content() == f"softmax{which}"
    assert said[2] == f"p=softmax{which}(1,2,0.5)={share}"
    assert said[4].startswith("∂p/∂z₁=−p·softmax1(…)=−0.")
    assert said[4].endswith(f"={by_z1}")


def test_names_in_formulas_are_text(show: Shown) -> None:
    root = hostile_graph()
    page = show(explore(root), viewport={"width": 420, "height": 800})
    for k in range(len(HOSTILE) + 2):
        choose(page, k)
        assert page.locator("#about").inner_text()
    assert_calm(page)
    assert page.locator("#panel :is(img, script, iframe)").count() == 0


def test_an_operation_of_ones_own_has_no_formula(show: Shown) -> None:
    cube = mg.primitive("cube", lambda x: x * x * x, [lambda out, x: 3 * x * x])
    try:
        page = show(explore(cube(Value(2.0, label="a")) * 2))
        choose(page, 1)
        assert "cube(□) = 8" in lines(page)
        assert "∂cube(a)/∂a=12" in [line.replace(" ", "") for line in lines(page)]
    finally:
        del PRIMITIVES["cube"]


@pytest.mark.parametrize("count", [13, 40])
def test_long_sums_and_products_have_short_formulas(show: Shown, count: int) -> None:
    ws = [Value(float(k), f"w{k}") for k in range(count)]
    xs = [Value(float(k) / 10, f"x{k}") for k in range(count)]
    root: Any = mg.dot(ws, xs)
    page = show(explore(root))
    page.locator("#search").fill("w·x")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    said = [line.replace(" ", "") for line in lines(page)]
    assert any(line.endswith("=x₂=0.2") for line in said) or count == 40
    assert any("more" in line for line in said)
