"""How long importing takes, over a Python that imports nothing."""

import os
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.bench
ROOT = Path(__file__).parents[2]
PROGRAMS = {
    "bare": "",
    "import microgradnn": "import microgradnn",
    "with nn, losses, optim": "from microgradnn import Value, nn, losses, optim",
}


def milliseconds(program: str) -> float:
    """What a fresh Python takes of a processor, so that waiting for one does not count."""
    start = f"import os, sys; sys.path.append({str(ROOT)!r}); "  # os is what `site` loads, too
    child = subprocess.Popen([sys.executable, "-I", "-S", "-c", start + program])
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0
    return 1e3 * (used.ru_utime + used.ru_stime)


def test_importing_takes_no_more_than_twenty_milliseconds() -> None:
    for program in PROGRAMS.values():
        milliseconds(program)  # the first one writes the bytecode
    rounds = [{name: milliseconds(text) for name, text in PROGRAMS.items()} for _ in range(21)]
    medians = {name: statistics.median(times[name] for times in rounds) for name in PROGRAMS}
    bare = medians.pop("bare")
    for name, median in medians.items():
        print(f"\n{name}: {median - bare:.1f} ms over {bare:.1f} ms, ratio {median / bare:.2f}")
        assert median - bare <= 20
