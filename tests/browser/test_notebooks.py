"""JupyterLab itself: all things show themselves, without ipywidgets; the widget brings weights.

Needs `pip install jupyterlab anywidget`, and is skipped elsewhere; `.ci/nightly` installs them.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytest.importorskip("jupyterlab", reason="needs JupyterLab: pip install jupyterlab")
pytest.importorskip("anywidget", reason="needs anywidget: pip install 'microgradnn[widget]'")

START = """
import sys
sys.modules["ipywidgets"] = None  # as where it is not installed
import microgradnn as mg
from microgradnn import Value, nn, losses, plots
x, y = Value(2.0, label="x"), Value(-3.0, label="y")
f = mg.tanh(x * y); f.backward()
model = nn.MLP(2, [3, 1], rng=0)
history = mg.fit(model, [[0, 0], [1, 1]], [0, 1], loss=losses.mse_loss, epochs=5)
"""
SHOWN = {  # what a cell ends in: what is seen below it
    "f": "img[src^='data:image/svg']",
    "mg.draw(f)": "img[src^='data:image/svg']",
    "mg.explore(f)": "iframe",
    "history.plot()": "img[src^='data:image/png']",
    "plots.activations(['relu'])": "img[src^='data:image/png']",
    "mg.worksheet(f)": "img[alt*='x × y']",
    "mg.compile(f, [x], [y])": "img[alt*='x × y']",
    "model": "img[src^='data:image/svg']",
    "model.layers[0]": "img[src^='data:image/svg']",
}
WIDGET = """
import microgradnn as mg
from microgradnn import nn
from microgradnn.explorer import Explorer
model = nn.Layer(1, 1, rng=0)
page = '''<!doctype html><title>t</title><button hidden>Weights</button><script>
onmessage = ({source, data}) => { if (source === parent && data.microgradnn === "widget")
  document.querySelector("button").hidden = false; };
document.querySelector("button").onclick = () => parent.postMessage(
  {microgradnn: {weights: '{"weight": [[0.1]], "bias": [-2]}'}}, "*");
</script>'''
Explorer(page, model).widget()
"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The address of a JupyterLab, and the folder of its notebooks."""
    folder = tmp_path_factory.mktemp("lab")
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    options = ["--no-browser", "--allow-root", f"--port={port}", "--IdentityProvider.token="]
    command = [sys.executable, "-m", "jupyterlab", *options, f"--ServerApp.root_dir={folder}"]
    own = {name: str(folder / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR")}
    with subprocess.Popen(command, env=os.environ | own, stderr=subprocess.DEVNULL) as server:
        address = f"http://localhost:{port}"
        for _ in range(120):
            try:
                asked(f"{address}/api/status")
                break
            except OSError:
                if server.poll() is not None:
                    pytest.fail("JupyterLab does not start")
                time.sleep(0.5)
        yield address, folder
        server.terminate()


def asked(address: str) -> Any:
    """What the server answers."""
    return json.load(urllib.request.urlopen(address))


def run(lab: tuple[str, Path], page: Page, cells: list[str], is_dark: bool = False) -> None:
    """Open a notebook of these cells, and run them all."""
    address, folder = lab
    settings = folder / "JUPYTER_CONFIG_DIR" / "lab" / "user-settings" / "@jupyterlab"
    for kind, choice in {
        "themes": {"theme": "JupyterLab Dark" if is_dark else "JupyterLab Light"},
        "notification": {"fetchNews": "false"},
    }.items():
        file = settings / "apputils-extension" / f"{kind}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(choice))
    empty: dict[str, Any] = {"cell_type": "code", "metadata": {}, "execution_count": None}
    written = [{**empty, "id": f"c{k}", "outputs": [], "source": x} for k, x in enumerate(cells)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": kernel, "cells": written}
    name = f"{len(list(folder.glob('*.ipynb')))}.ipynb"  # each has a kernel of its own
    (folder / name).write_text(json.dumps(notebook))
    page.goto(f"{address}/lab/tree/{name}?reset")
    page.wait_for_selector(".jp-Notebook .jp-Cell")
    # The page says "idle" before it is connected, and then asks for a kernel.
    for _ in range(480):
        sessions = {x["path"]: x["kernel"] for x in asked(f"{address}/api/sessions")}
        if name in sessions and sessions[name]["connections"]:
            break
        page.wait_for_timeout(500)
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()
    page.wait_for_timeout(2000)
    page.locator(".lm-MenuBar-itemLabel:text-is('Run')").click()
    page.locator(".lm-Menu-itemLabel:text-is('Run All Cells')").click()


@pytest.mark.parametrize("is_dark", [False, True])
def test_everything_shows_itself(lab: tuple[str, Path], browser: Browser, is_dark: bool) -> None:
    page = browser.new_page(viewport={"width": 1400, "height": 4000}, color_scheme="null")
    page.set_default_timeout(240_000)
    run(lab, page, [START, *SHOWN, "mg.compile(f, [x]).summary()"], is_dark)
    for k, seen in enumerate(SHOWN.values(), start=1):
        output = page.locator(".jp-Notebook .jp-Cell").nth(k).locator(".jp-OutputArea-output")
        output.locator(seen).first.wait_for()
    first = page.locator(".jp-Notebook .jp-Cell").first.locator(".jp-OutputArea").inner_text()
    assert "5/5" in first
    assert "ipywidgets" not in first
    last = page.locator(".jp-Notebook .jp-Cell").last.locator(".jp-OutputArea-output")
    assert len(last.inner_text().splitlines()) > 1
    frame = next(x for x in page.frames if x.parent_frame == page.main_frame)
    assert frame.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") == is_dark
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=f"{folder}/lab_{'dark' if is_dark else 'light'}.png")
    page.close()


def test_the_widget_brings_weights_back(lab: tuple[str, Path], browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1400, "height": 3000})
    page.set_default_timeout(240_000)
    run(lab, page, [WIDGET])
    page.frame_locator(".jp-OutputArea iframe").locator("button").click(timeout=240_000)
    page.locator("[role=status]", has_text="weights of the page, 2 numbers").wait_for()
    page.close()
