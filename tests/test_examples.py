"""Every example runs, alone and in an empty directory, and prints what it should."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
PRINTED = {
    "02_chain_rule": ["= -12", "∂f/∂x = -4", "∂f/∂z = 3", "at 3 = 7"],
    "03_gradient_check": ["the gradients agree"],
    "04_moons": ["accuracy 1.00"],
    "05_second_derivatives": ["step 6: (+1.000000, +1.000000)"],
    "06_primitive": ["the gradients agree"],
    "07_gpt": ["4,192 parameters", "the first 20 losses differ by", "new names:"],
}
ARGUMENTS = {"07_gpt": ["40"]}  # in place of all its steps


def run(path: Path, directory: Path, **environment: str) -> str:
    return subprocess.run(
        [sys.executable, "-W", "error", path, *ARGUMENTS.get(path.stem, [])],
        cwd=directory,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example(path: Path, tmp_path: Path) -> None:
    output = run(path, tmp_path)
    for text in PRINTED.get(path.stem, []):
        assert text in output
    assert output or list(tmp_path.iterdir())  # an example shows something


def test_the_readme_shows_the_first_example_and_its_picture(tmp_path: Path) -> None:
    code = (ROOT / "examples" / "01_neuron.py").read_text("utf-8").split('"""')[2].strip()
    readme = (ROOT / "README.md").read_text("utf-8")
    lines = [line for line in code.splitlines() if line]
    assert len(lines) == 6
    assert "\n".join(lines) in readme
    picture = ROOT / "docs" / "pictures" / "one_neuron.svg"
    assert "](docs/pictures/one_neuron.svg)" in readme.split("```")[0]
    run(ROOT / "examples" / "01_neuron.py", tmp_path)
    assert (tmp_path / "neuron.svg").read_text("utf-8") == picture.read_text("utf-8")
