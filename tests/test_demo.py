"""The command `microgradnn demo`."""

import re
import statistics
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from microgradnn import demo, explain
from microgradnn.cli import main

pytest.importorskip("matplotlib", reason="the demo plots: install the extra `plot`")


def test_the_demo(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "a folder"
    assert main(["demo", "--out", str(out)]) == 0
    text = capsys.readouterr().out
    for figure in ("0.52497919", "0.11282239", "-0.11845881", "-0.23691762", "0.02961470"):
        assert figure in text
    assert "-0.11845881" in text.split("∂J/∂w1 = 0.5 × 0.950042 × -1 × 0.249376 × 1 =")[1][:14]
    ratio = re.search(r"all\s+│\s+67\s+│\s+│\s+(\S+)", text)
    assert ratio is not None
    assert float(ratio[1]) < 1e-6
    accuracies = [float(x) for x in re.findall(r"held-out accuracy.*?(\d\.\d{3})", text)]
    assert len(accuracies) == 2
    assert min(accuracies) >= 0.85
    for name in ("graph.svg", "training.svg"):
        ET.parse(out / name)
    assert "∂" in (out / "graph.svg").read_text("utf-8")


def test_held_out_accuracy_over_ten_seeds() -> None:
    accuracies = [demo.train([8, 3], seed, progress=False)[1] for seed in range(10)]
    assert statistics.median(accuracies) >= 0.93
    assert min(accuracies) >= 0.85


def test_factors_of_each_gradient() -> None:
    error, leaves = demo.neuron()
    error.backward()
    for leaf in leaves:
        product = 1.0
        (path,) = explain(error, leaf).paths
        for factor in path.factors:
            product *= factor
        assert product == pytest.approx(leaf.grad, rel=1e-15)
