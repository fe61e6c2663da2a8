"""A bar in a notebook: shown by IPython alone, replaced as it moves, gone or kept in the end."""

import io
import subprocess
import sys
import types
from typing import Any

import pytest
from rich.console import Console
from rich.progress import Progress

from microgradnn import bars, waiting
from microgradnn.training import terminal


class Notebook:
    """What IPython shows, instead of it: a list of texts for each output."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.outputs: list[list[str]] = []
        display = types.ModuleType("IPython.display")
        display.display = self.display  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "IPython", types.ModuleType("IPython"))
        monkeypatch.setitem(sys.modules, "IPython.display", display)
        monkeypatch.setattr(bars, "BETWEEN_PICTURES", -1.0)

    def display(self, shown: Any, display_id: bool) -> Any:
        assert display_id
        texts: list[str] = []
        self.outputs.append(texts)

        def update(shown: Any, raw: bool = False) -> None:
            texts.append(shown["text/plain"] if raw else as_text(shown))

        update(shown)
        return types.SimpleNamespace(update=update)


def as_text(shown: Any) -> str:
    """What a notebook without ipywidgets makes of it."""
    bundle = shown._repr_mimebundle_(include=[], exclude=[])
    assert "<pre" in bundle["text/html"]
    return str(bundle["text/plain"])


def console() -> Console:
    return Console(force_jupyter=True, file=io.StringIO())


def test_training_moves_one_output(monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = Notebook(monkeypatch)
    monkeypatch.setattr(terminal, "get_console", console)
    with terminal.progress_bar(visible=True, epochs=3) as advance:
        for k in range(3):
            advance(f"loss 0.{k}")
    (texts,) = notebook.outputs
    assert any("0/3" in text for text in texts)
    assert any("2/3" in text and "loss 0.1" in text for text in texts)
    assert "3/3" in texts[-1]
    assert "left" not in texts[-1]


def test_an_invisible_bar_makes_no_output(monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = Notebook(monkeypatch)
    monkeypatch.setattr(terminal, "get_console", console)
    with terminal.progress_bar(visible=False, epochs=1) as advance:
        advance("")
    assert notebook.outputs == []


def test_the_notebook_is_not_asked_for_each_step(monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = Notebook(monkeypatch)
    monkeypatch.setattr(bars, "BETWEEN_PICTURES", 60.0)
    monkeypatch.setattr(terminal, "get_console", console)
    with terminal.progress_bar(visible=True, epochs=1000) as advance:
        for _ in range(1000):
            advance("")
    (texts,) = notebook.outputs
    assert len(texts) <= 4
    assert "1000/1000" in texts[-1]


def test_waiting_leaves_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = Notebook(monkeypatch)
    monkeypatch.setitem(sys.modules, "ipykernel", types.ModuleType("ipykernel"))
    monkeypatch.setattr(waiting, "PATIENCE", -1.0)
    monkeypatch.setattr("rich.console._is_jupyter", lambda: True)
    with waiting.waiting("drawing"):
        waiting.reached(0.5, "folding")
    (texts,) = notebook.outputs
    assert any("drawing" in text and "folding" in text for text in texts)
    assert texts[-1] == ""


def test_elsewhere_the_bar_is_richs_own() -> None:
    assert type(bars.bar("", console=Console(file=io.StringIO()))) is Progress


@pytest.mark.parametrize("module", ["bars", "training.terminal"])
def test_importing_leaves_the_random_state_alone(module: str) -> None:
    program = "import random; random.seed(1); a = random.getstate(); "
    program += f"import microgradnn.{module}; assert random.getstate() == a"
    subprocess.run([sys.executable, "-c", program], check=True)
