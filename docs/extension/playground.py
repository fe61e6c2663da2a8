"""The playground's folder is built into the site; without its parts a note stands there."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.util import logging

BUILD = Path(__file__).parents[1] / "playground" / "build.py"
LOG = logging.getLogger(__name__)


def build(app: Sphinx, error: Exception | None) -> None:
    """Build the playground at the end, beside the pages."""
    if error or app.builder.format != "html" or not BUILD.exists():
        return
    spec = importlib.util.spec_from_file_location("playground_build", BUILD)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    if not module.build(Path(app.outdir) / "playground"):
        LOG.info("The playground has only a note: its parts have not been fetched.")


def add_link(app: Sphinx, name: str, source: list[str]) -> None:
    """The page about the playground leads to it, which GitHub's page cannot do."""
    if name == "playground" and BUILD.exists():
        source[0] += '\n<p><a href="playground/index.html">Open the playground</a></p>\n'


def setup(app: Sphinx) -> None:
    """Add the part."""
    app.connect("source-read", add_link)
    app.connect("build-finished", build)
