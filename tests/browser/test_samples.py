"""Samples in Chromium: one is chosen among those of a batch, and how their gradients add up."""

from __future__ import annotations

from typing import Any

import pytest

from microgradnn import Value, gradients, losses, nn
from microgradnn.explaining.notation import number
from microgradnn.explorer import explore

from .conftest import Shown, until
from .test_explorer import state

ROWS = [[0.5, -1.0], [1.5, 0.25], [-0.75, 2.0], [0.1, 0.2]]
TARGETS = [1.0, -1.0, 0.5, 0.0]


def batch(sizes: list[int], rows: list[list[float]], targets: list[float]) -> tuple[Any, Value]:
    model = nn.MLP(2, sizes, activation="tanh", rng=1)
    loss: Value = losses.mse_loss([model(row) for row in rows], targets)
    loss.label = "loss"
    loss.backward()
    return model, loss


def share(model: Any, row: list[float], target: float, count: int) -> list[float]:
    """What one sample adds to the gradient of the mean, by a graph that holds no other sample."""
    alone = losses.mse_loss([model(row)], [target])
    return [x / count for x in gradients(alone, model.parameters())]


def test_a_small_batch_opens_whole_and_shows_each_of_its_samples(show: Shown) -> None:
    model, loss = batch([3, 1], ROWS, TARGETS)
    page = show(explore(loss))
    options = page.locator("#sample option").all_text_contents()
    assert options[0] == "the whole batch of 4"
    assert options[2] == "sample 1, inputs (1.5, 0.25), target −1, loss " + number(
        (model(ROWS[1]).data + 1.0) ** 2
    )
    for place, row in enumerate(ROWS):
        page.select_option("#sample", str(place))
        page.evaluate("explorer.go(Infinity)")
        now = state(page)
        assert any(abs(x - model(row).data) < 1e-12 for x in now["data"])
        found = sorted(x for x in now["gradients"])
        for parameter in model.parameters():  # with what the other samples bring
            assert min(abs(x - parameter.grad) for x in found) < 1e-12
    page.select_option("#sample", "")
    assert len(state(page)["data"]) == len(explore_order(loss))


def explore_order(loss: Value) -> list[Value]:
    from microgradnn import topological_order

    return topological_order(loss)


@pytest.mark.parametrize(("sizes", "count"), [([3, 1], 4), ([16, 16, 1], 40)])
def test_the_gradients_of_samples_are_told_beside_the_picture(
    show: Shown, sizes: list[int], count: int
) -> None:
    rows = [[(7 * k % 11) / 5 - 1, (3 * k % 13) / 6 - 1] for k in range(count)]
    model, loss = batch(sizes, rows, [float(k % 2) for k in range(count)])
    page = show(explore(loss))
    page.select_option("#sample", "2")
    until(page, "document.querySelectorAll('#sums thead th').length === 4")
    own = share(model, rows[2], 0.0, count)
    table = {
        row.locator("th").text_content(): row.locator("td").all_text_contents()
        for row in page.locator("#sums tbody tr").all()
    }
    expected = {
        (number(mine), number(p.grad - mine), number(p.grad))
        for mine, p in zip(own, model.parameters(), strict=True)
    }
    assert table
    assert set(map(tuple, table.values())) <= expected
    bars = page.locator("#bars li b").all_text_contents()
    assert len(bars) in (count + 1, count + 2)
    pressed = page.locator("#sums button[aria-pressed=true]")
    assert pressed.count() == 1
    assert bars[2] in {number(x) for x in own}


def test_the_same_view_and_step_stay_when_another_sample_is_chosen(show: Shown) -> None:
    page = show(explore(batch([3, 1], ROWS, TARGETS)[1]))
    page.select_option("#sample", "0")
    until(page, "explorer.state().steps.length < 60")
    page.evaluate("explorer.go(7)")
    page.locator("#sample-after").click()
    until(page, "document.getElementById('sample').value === '1'")
    assert state(page)["position"] == 7
    page.locator("#sample-before").click()
    until(page, "document.getElementById('sample').value === '0'")
    assert state(page)["position"] == 7


def test_one_sample_has_nothing_to_choose(show: Shown) -> None:
    page = show(explore(batch([3, 1], ROWS[:1], TARGETS[:1])[1]))
    assert page.locator("#samples").is_hidden()


def test_the_panel_of_a_value_tells_it_for_all_samples(show: Shown) -> None:
    model, loss = batch([3, 1], ROWS, TARGETS)
    page = show(explore(loss))
    page.select_option("#sample", "1")
    page.evaluate("explorer.go(Infinity)")
    hidden = [[neuron(row).data for neuron in model.layers[0].neurons] for row in ROWS]
    place = next(k for k, x in enumerate(state(page)["data"]) if abs(x - hidden[1][0]) < 1e-12)
    page.locator(f'#picture [data-node="{place}"]').press("Enter")
    said = page.locator("#about .line").all_text_contents()
    for k, row in enumerate(hidden):
        assert f"sample {k}: {number(row[0])}" in said
