"""CONTRIBUTING.md: its diff adds a row to the table, and everything knows the new operation."""

import json
import math
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROGRAM = """
import microgradnn as mg

x = mg.Value(-3.0, label="x")
y = mg.gaussian(x)
y.backward()
print(y.data, x.grad)
print(mg.hessian(mg.gaussian)(1.0))
print(mg.gradcheck(mg.gaussian, [-3.0]).ok)
program = mg.compile(lambda xs: mg.gaussian(xs[0]), example_inputs=[[0.5], [2.0]])
print(program([[1.0], [-3.0]]).tolist())
print("gaussian" in mg.draw(y).svg, "gaussian" in mg.explore(y).html)
print("bell curve" in mg.gaussian.__doc__)
print(mg.nn.Neuron(1, activation="gaussian", rng=0)([2.0]).op.name)
"""


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """A copy of the sources to which the diff has been applied."""
    for name in ("microgradnn", "tests"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    (diff,) = re.findall(r"```diff\n(.*?)```", text, re.DOTALL)
    command = ["git", "apply", "--verbose", "-"]
    subprocess.run(command, cwd=tmp_path, input=diff, text=True, check=True, capture_output=True)
    return tmp_path


def test_the_diff_adds_an_operation(changed: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=changed, capture_output=True, text=True, check=True
    )
    first, *others = done.stdout.splitlines()
    value, slope = map(float, first.split())
    assert value == pytest.approx(0.00012340980408667956, rel=1e-15)  # e⁻⁹
    assert slope == pytest.approx(6 * 0.00012340980408667956, rel=1e-15)
    assert float(others[0].strip("[]")) == pytest.approx(2 / math.e, rel=1e-15)
    assert json.loads(others[2]) == pytest.approx([1 / math.e, value], rel=1e-15)
    assert others[1:2] + others[3:] == ["True", "True True", "True", "gaussian"]


def test_the_diff_passes_the_tests_of_every_row(changed: Path) -> None:
    """Those that hold values and derivatives against arithmetic of any precision."""
    pytest_here = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    settings = ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(changed)]
    done = subprocess.run(
        [*pytest_here, *settings, "-k", "gaussian", "tests/properties"],
        cwd=changed,
        env={"PYTHONPATH": f"{changed}:{changed / 'tests'}", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed
    assert int(passed[1]) >= 3
