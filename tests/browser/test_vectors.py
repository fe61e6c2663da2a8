"""Steps along arrows between blocks in Chromium: a vector times a matrix, as one step."""

from __future__ import annotations

from typing import Any

import numpy as np

from microgradnn import topological_order
from microgradnn.explaining.notation import number
from microgradnn.explorer import explore

from .conftest import Shown
from .test_explorer import state
from .test_folding import batch_loss, press


def arrows_of(page: Any) -> list[dict[str, Any]]:
    return [step for step in state(page)["steps"] if step["kind"] == "arrow"]


def test_an_arrow_between_layers_is_one_step(show: Shown) -> None:
    loss = batch_loss([2, 3, 2, 1], 1)
    page = show(explore(loss))
    single = len(state(page)["steps"])
    for layer in range(3):
        press(page, f"Fold layers.{layer}")
    (step,) = [x for x in arrows_of(page) if len(x["steps"]) == 6]  # from two neurons to three
    assert len(state(page)["steps"]) < single / 2
    gradients = state(page)["gradients"]
    heads = sorted({x["head"] for x in step["steps"]})
    tails = sorted({x["tail"] for x in step["steps"]})
    matrix = np.zeros((len(heads), len(tails)))
    for x in step["steps"]:
        matrix[heads.index(x["head"]), tails.index(x["tail"])] += x["local"]
    upstream = np.array([gradients[k] for k in heads])
    # The three values of the first layer have no other use, so this step gives their gradients.
    assert np.allclose(upstream @ matrix, [gradients[k] for k in tails], rtol=1e-12)
    order = topological_order(loss)
    model = [v for v in order if v.op is not None and v.op.name == "tanh"][:3]
    assert np.allclose(sorted(x.grad for x in model), sorted(upstream @ matrix), rtol=1e-12)


def test_the_words_show_vector_matrix_and_result(show: Shown) -> None:
    page = show(explore(batch_loss([2, 3, 2, 1], 1)))
    for layer in range(3):
        press(page, f"Fold layers.{layer}")
    place = next(k for k, x in enumerate(state(page)["steps"]) if len(x.get("steps", [])) == 6)
    page.evaluate(f"explorer.go({place + 1})")
    step = state(page)["steps"][place]
    body = [row.locator("td").all_text_contents() for row in page.locator(".matrix tbody tr").all()]
    upstream = dict.fromkeys(number(x["upstream"]) for x in step["steps"])
    assert [row[0] for row in body] == list(upstream)
    assert {text for row in body for text in row[1:]} == {number(x["local"]) for x in step["steps"]}
    foot = [row.locator("td").all_text_contents() for row in page.locator(".matrix tfoot tr").all()]
    last = {x["tail"]: x["after"] for x in step["steps"]}
    assert foot[-1][1:] == [number(x) for x in last.values()]
    page.get_by_text("one by one").click()
    assert page.locator("#words ol li").count() == 6


def test_a_wide_arrow_is_a_heat_map_with_its_numbers_at_hand(show: Shown) -> None:
    page = show(explore(batch_loss([2, 12, 12, 1], 1)))
    place = next(k for k, x in enumerate(state(page)["steps"]) if len(x.get("steps", [])) == 144)
    page.evaluate(f"explorer.go({place + 1})")
    cells = page.locator(".matrix tbody td.heat")
    assert cells.count() == 144
    locals_ = {number(x["local"]) for x in state(page)["steps"][place]["steps"]}
    titles = {str(cells.nth(k).get_attribute("title")).split(" = ")[1] for k in range(144)}
    assert titles == locals_


def test_the_folded_loss_of_a_batch_has_few_steps(show: Shown) -> None:
    page = show(explore(batch_loss([2, 16, 16, 1], 100)))
    assert len(state(page)["steps"]) <= 20
