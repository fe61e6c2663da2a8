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
    if node is None:
        return json.loads(in_chromium(f"(() => {{ {script}\nreturn JSON.stringify(result); }})()"))
    told = f"{script}\nconsole.log(JSON.stringify(result));"
    ran = subprocess.run([node, "-"], input=told, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout, parse_int=float)


def in_chromium(expression: str) -> Any:
    playwright = pytest.importorskip("playwright.sync_api", reason="there is neither Node nor this")
    with playwright.sync_playwright() as started:
        try:
            browser = started.chromium.launch()
        except playwright.Error as error:
            pytest.skip(f"there is neither Node nor Chromium: {error.message.splitlines()[0]}")
        result = browser.new_page().evaluate(expression)
        browser.close()
    return result
