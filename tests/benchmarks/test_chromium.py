"""How long the page takes in Chromium: for a step, and to find one of 100,000 values."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import microgradnn as mg
from microgradnn import Value, nn

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.bench

# Milliseconds of script and layout for each step, the least of some rounds; from few to many.
STEPS = """() => {
  const count = explorer.state().steps.length, times = Array(count).fill(Infinity);
  for (let round = 0; round < 7; round++) {
    for (let k = 1; k <= count; k++) {
      const start = performance.now();
      explorer.go(k);
      document.body.offsetHeight;
      times[k - 1] = Math.min(times[k - 1], performance.now() - start);
    }
  }
  return times.sort((a, b) => a - b);
}"""
FIND = """(text) => {
  const start = performance.now(), input = document.querySelector("#search");
  input.value = text;
  input.dispatchEvent(new Event("input"));
  document.querySelector("#found button").click();
  document.body.offsetHeight;
  return performance.now() - start;
}"""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    sync_api = pytest.importorskip("playwright.sync_api")
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("needs Chromium")
    with sync_api.sync_playwright() as playwright:
        options = ["--headless", "--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=program, args=options)
        yield browser.new_page(viewport={"width": 1280, "height": 800})
        browser.close()


def batch(sizes: list[int], rows: int) -> Value:
    rng, model = random.Random(0), nn.MLP(sizes[0], sizes[1:], activation="tanh", rng=1)
    X = [[Value(rng.gauss(0, 1), f"x{k}") for k in range(sizes[0])] for _ in range(rows)]
    with mg.large_graph():
        loss: Value = mg.losses.mse_loss([model(x) for x in X], [1.0] * rows)
    return loss


def show(page: Page, root: Value, directory: Path) -> None:
    path = directory / "page.html"
    mg.explore(root).save(path)
    page.goto(path.as_uri())
    page.wait_for_function("window.explorer")


def test_a_step_takes_less_than_thirty_milliseconds(page: Page, tmp_path: Path) -> None:
    show(page, batch([2, 3, 1], 4), tmp_path)
    times: Any = page.evaluate(STEPS)
    print(f"\na step: {times[len(times) // 2]:.1f} ms, the longest {times[-1]:.1f} ms")
    assert times[-1] < 30


def test_a_value_among_a_hundred_thousand_is_found(page: Page, tmp_path: Path) -> None:
    root = batch([2, 16, 16, 1], 1400)
    assert len(mg.topological_order(root)) > 90_000
    show(page, root, tmp_path)
    milliseconds: float = page.evaluate(FIND, "layers.0.neurons.7.w.1")
    print(f"\nfound in {milliseconds:.0f} ms")
    assert milliseconds < 2000
