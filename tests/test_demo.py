"""The command `microgradnn demo`."""

import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from microgradnn import demo, explain
from microgradnn.cli import main


def test_the_demo(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("matplotlib", reason="the demo plots: install the extra `plot`")
    out = tmp_path / "a folder"
    assert main(["demo", "--out", str(out)]) == 0
    text = capsys.readouterr().out
    for figure in ("0.52497919", "0.11282239", "-0.11845881", "-0.23691762", "0.02961470"):
        assert figure in text
    assert "-0.11845881" in text.split("∂J/∂w1 = 0.5 × 0.950042 × -1 × 0.249376 × 1 =")[1][:14]
    ratio = re.search(r"all\s+│\s+67\s+│\s+│\s+(\S+)", text)
    assert ratio is not None
    assert float(ratio[1]) < 1e-6
    rows = dict(re.findall(r"│ (iris|two spirals).*?│ (\d\.\d{3} +│ \d\.\d{3})", text))
    shares = {name: [float(x) for x in row.split("│")] for name, row in rows.items()}
    assert min(shares["iris"]) >= 0.85
    linear, network = shares["two spirals"]
    assert linear < 0.7
    assert network > 0.95
    for name in ("graph.svg", "training.svg"):
        ET.parse(out / name)
    assert "∂" in (out / "graph.svg").read_text("utf-8")


def test_held_out_accuracy_over_several_seeds() -> None:
    shares: dict[str, list[float]] = {}
    for seed in range(3):
        for course in demo.courses(seed):
            shares.setdefault(course.name[:4], []).append(demo.train(course, seed, False)[1])
    assert min(shares["iris"]) >= 0.85
    assert min(shares["two "]) >= 0.95


def test_without_matplotlib_there_is_no_picture_of_the_curves(tmp_path: Path) -> None:
    """On a plain install all three acts are played, and the exit status is 0."""
    block = "import sys; sys.modules['matplotlib'] = None; from microgradnn.cli import main; "
    command = f"{block} sys.exit(main(['demo', '--out', {str(tmp_path / 'out')!r}]))"
    done = subprocess.run(
        [sys.executable, "-c", command], capture_output=True, text=True, check=True
    )
    assert "no picture of the curves" in done.stdout
    assert "pip install 'microgradnn[plot]'" in " ".join(done.stdout.split())
    assert "pip install" in done.stdout
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["graph.svg"]


def test_factors_of_each_gradient() -> None:
    error, leaves = demo.neuron()
    error.backward()
    for leaf in leaves:
        product = 1.0
        (path,) = explain(error, leaf).paths
        for factor in path.factors:
            product *= factor
        assert product == pytest.approx(leaf.grad, rel=1e-15)
