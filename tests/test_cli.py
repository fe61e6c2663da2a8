"""The command `microgradnn`."""

from pathlib import Path

import pytest

from microgradnn.cli import main

pytest.importorskip("matplotlib", reason="the demo plots: install the extra `plot`")


def test_files_are_not_overwritten_unasked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "graph.svg").write_text("mine")
    assert main(["demo", "--out", str(tmp_path)]) == 1
    assert "--force" in capsys.readouterr().err
    assert (tmp_path / "graph.svg").read_text() == "mine"
    assert main(["demo", "--out", str(tmp_path), "--force"]) == 0
    assert (tmp_path / "graph.svg").read_text() != "mine"
