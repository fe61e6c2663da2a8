"""Runs docs/scaling.md: its examples on eight devices, its program as two processes."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from test_lessons import ROOT

pytest.importorskip("jax", reason="pip install 'microgradnn[jax]'")

PAGE = ROOT / "docs" / "scaling.md"
EXAMPLES = """
import sys
from pathlib import Path
from blocks import run
sys.exit("".join(run(Path(sys.argv[1]))[1]) or None)
"""


def start(*command: str, directory: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *command],
        cwd=directory,
        env={
            **os.environ,
            "JAX_PLATFORMS": "cpu",
            "PYTHONPATH": str(ROOT),
            "PYTHONIOENCODING": "utf-8",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_examples() -> None:
    """In a process of its own, since a process has its devices from the start."""
    process = start("-c", EXAMPLES, str(PAGE), directory=ROOT / "docs")
    printed, _ = process.communicate(timeout=300)
    assert process.returncode == 0, printed


def test_two_processes_see_the_same_loss(tmp_path: Path) -> None:
    (program,) = re.findall(
        r"```python not-run\n(import sys\n.*?)```", PAGE.read_text("utf-8"), re.DOTALL
    )
    (tmp_path / "train.py").write_text(program, "utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    processes = [start("train.py", address, "2", str(k), directory=tmp_path) for k in range(2)]
    try:
        printed = [process.communicate(timeout=120)[0] for process in processes]
    finally:
        for process in processes:
            process.kill()
    losses = [re.search(r"process \d of 2, 2 devices: loss ([\d.]+)$", x, re.M) for x in printed]
    first, second = [found and found[1] for found in losses]
    assert first == second == "0.763522493512", printed
