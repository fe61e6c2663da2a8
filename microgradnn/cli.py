"""The command line: `microgradnn demo`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit status is 0 if it did what was asked, else 1."""
    parser = argparse.ArgumentParser(
        prog="microgradnn", description="A scalar autograd engine with a computational graph."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    demo = commands.add_parser(
        "demo", help="see a neuron's gradients, trust them, and learn Fisher's iris"
    )
    where = "where to write graph.svg and training.svg (default: %(default)s)"
    demo.add_argument("--out", type=Path, default="microgradnn-demo", metavar="DIR", help=where)
    demo.add_argument("--seed", type=int, default=0, help="of the split and the weights")
    demo.add_argument("--force", action="store_true", help="overwrite the files if they exist")
    options = parser.parse_args(arguments)

    from .demo import run  # It loads NumPy and rich, which --help does not need.

    try:
        run(options.out, options.seed, options.force)
    except (OSError, ImportError) as error:
        print(f"microgradnn: {error}", file=sys.stderr)
        return 1
    return 0
