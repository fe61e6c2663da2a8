"""Runs modules of the page in Node, or in Chromium where there is no Node."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from typing import Any

import pytest

from microgradnn.explorer.assembly import assembled


def run(program: str, made: Mapping[str, str]) -> Any:
    """What `program`, a module, calls `result`; `made` are modules that no file is."""
    script = assembled(["program.js"], {**made, "program.js": program})
    node = shutil.which("node")
    text = in_chromium(script) if node is None else in_node(node, script)
    return json.loads(text, parse_int=float)  # 2¹⁰⁰ is written with fewer digits than it has


def in_node(node: str, script: str) -> str:
    told = f"{script}\nconsole.log(JSON.stringify(result));"
    ran = subprocess.run([node, "-"], input=told, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def in_chromium(script: str) -> str:
    reason = "needs Node, or playwright and Chromium"
    playwright = pytest.importorskip("playwright.sync_api", reason=reason)
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip(reason)
    with playwright.sync_playwright() as started:
        flags = ["--headless", "--no-sandbox", "--disable-gpu"]
        browser = started.chromium.launch(executable_path=chromium, args=flags)
        expression = f"(() => {{ {script}\nreturn JSON.stringify(result); }})()"
        result: str = browser.new_page().evaluate(expression)
        browser.close()
    return result
