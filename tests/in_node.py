"""Programs in JavaScript, run by Node: all calls of a test in one process."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

SCRIPT = """
import { readFileSync } from "node:fs";
const calls = JSON.parse(readFileSync("calls.json", "utf8"));
const modules = new Map();
const found = [];
for (const { module, name, given } of calls) {
  if (!modules.has(module)) modules.set(module, await import(`./${module}`));
  try {
    const result = modules.get(module)[name](...given.map((x) => Float64Array.from(x, Number)));
    found.push(result);
  } catch (error) {
    found.push(`${error.name}: ${error.message}`);
  }
}
const text = (x) => Object.is(x, -0) ? "-0" : String(x);
const written = (_, x) => x instanceof Float64Array ? Array.from(x, text)
  : typeof x === "number" ? [text(x)] : x;
console.log(JSON.stringify(found, written));
"""


class Call(NamedTuple):
    """A call of a function that a module exports, with arrays."""

    module: str
    name: str
    arrays: Sequence[Any]


def in_node(directory: Path, calls: Sequence[Call]) -> list[Any]:
    """What the calls give, in order: an array, a dictionary of arrays, or the text of an error."""
    texts = list(dict.fromkeys(call.module for call in calls))
    names = {text: f"program{k}.mjs" for k, text in enumerate(texts)}
    for text, name in names.items():
        (directory / name).write_text(text, "utf-8")
    written = [
        {
            "module": names[call.module],
            "name": call.name,
            "given": [list(map(_number, np.ravel(x).tolist())) for x in call.arrays],
        }
        for call in calls
    ]
    (directory / "calls.json").write_text(json.dumps(written), "utf-8")
    (directory / "script.mjs").write_text(SCRIPT, "utf-8")
    done = subprocess.run(
        [node(), "script.mjs"], cwd=directory, capture_output=True, text=True, check=False
    )
    assert not done.stderr, done.stderr[:2000]
    return [_read(x) for x in json.loads(done.stdout)]


def node() -> str:
    """Node, as it is installed, or as it comes with Playwright."""
    spec = find_spec("playwright")
    own = Path(spec.origin or "").parent / "driver" / "node" if spec is not None else Path()
    program = shutil.which("node") or (str(own) if own.is_file() else None)
    if program is None:
        reason = "needs Node, as in: pip install 'microgradnn[browser]'"
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return program


def _number(x: float) -> str:
    return repr(x).replace("inf", "Infinity").replace("nan", "NaN")


def _read(found: Any) -> Any:
    if isinstance(found, dict):
        return {name: _read(x) for name, x in found.items()}
    return np.array(found, float) if isinstance(found, list) else found
