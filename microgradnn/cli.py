"""The command `microgradnn`: what it offers, and how it speaks of mistakes.

What was written wrongly is told in a sentence, without a traceback, and gives the exit status 2.
"""

from __future__ import annotations

import argparse
import io
import math
import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from . import commands
from .arguments import is_numeral
from .version import __version__

Options = argparse.Namespace

MISUSED = 2
_OPTION = re.compile(r"-[oh]|--[a-z][a-z-]*(=.*)?", re.DOTALL)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit status is 0 if it did what was asked."""
    command, *given = (sys.argv[1:] if arguments is None else arguments) or [""]
    # What is given needs no -- before it, which stands elsewhere before what begins with -.
    protected = [_protected(x) for x in given if x != "--"]
    options = _parser().parse_args([command, *protected] if command else [])
    run: Callable[[Options], int] = options.run
    _print_what_can_be()
    try:
        status = run(options)
        print(end="", flush=True)
        return status
    except (BrokenPipeError, SystemExit):  # rich's way; whoever read this has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    except MemoryError:
        print(f"microgradnn {options.command}: memory does not hold this", file=sys.stderr)
        return MISUSED
    except (ValueError, TypeError, ArithmeticError, OSError, ImportError) as error:
        print(f"microgradnn {options.command}: {_sentence(error)}", file=sys.stderr)
        return MISUSED


def _protected(argument: str) -> str:
    """An expression such as -x**2 with a space before it, so that it is taken for no option."""
    is_option = not argument.startswith("-") or _OPTION.fullmatch(argument)
    return argument if is_option else f" {argument}"


def _plain(argument: str) -> str:
    """The argument as it was given, without the space of `_protected`."""
    return argument[1:] if argument.startswith(" -") else argument


def _print_what_can_be() -> None:
    """Where the output has no such letter as ∂, a question mark is printed."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def _sentence(error: Exception) -> str:
    """What went wrong; of the system's errors without their numbers."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror if error.filename is None else f"{error.filename}: {error.strerror}"
    return str(error)


# ---- Kinds of arguments --------------------------------------------------------------------------


def _path(argument: str) -> Path:
    if not argument.strip():
        raise argparse.ArgumentTypeError("the name is empty")
    return Path(_plain(argument))


def _seed(argument: str) -> int:
    return _whole(argument, 0)


def _count(argument: str) -> int:
    return _whole(argument, 1)


def _whole(argument: str, least: int) -> int:
    text = argument.strip()
    if not text.isdecimal() or int(text) < least:
        raise argparse.ArgumentTypeError(f"must be a whole number from {least} on, got {text!r}")
    return int(text)


def _rate(argument: str) -> float:
    text = argument.strip()
    if not is_numeral(text) or not 0 < float(text) < math.inf:
        raise argparse.ArgumentTypeError(f"must be a number above 0, got {text!r}")
    return float(text)


# ---- What it offers ------------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="microgradnn",
        description="A scalar autograd engine with a computational graph.",
        epilog="microgradnn COMMAND --help shows an example of each.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"microgradnn {__version__}")
    known = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for run, summary, example, *additions in COMMANDS:
        command = known.add_parser(
            run.__name__,
            help=summary,
            description=f"{summary[0].upper()}{summary[1:]}.",
            epilog=f"example:\n  microgradnn {run.__name__} {example}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        command.set_defaults(run=run)
        for add in additions:
            add(command)
    return parser


def _add_demo(command: argparse.ArgumentParser) -> None:
    command.add_argument("--seed", type=_seed, default=0, help="of the split and the weights")
    where = "where to write graph.svg and training.svg (default: %(default)s)"
    _add_out(command, where, "DIR", "microgradnn-demo")


def _add_expression(command: argparse.ArgumentParser) -> None:
    what = "numbers, names, + - * / ** %% and the functions that `microgradnn ops` lists"
    command.add_argument("expression", metavar="EXPR", help=what)
    command.add_argument(
        "values", metavar="NAME=NUMBER", nargs="*", default=[], help="their numbers"
    )


def _add_picture(command: argparse.ArgumentParser) -> None:
    _add_file(command, "graph.svg", ".svg, .html, .png, .pdf or .dot")


def _add_page(command: argparse.ArgumentParser) -> None:
    _add_file(command, "graph.html", ".html")


def _add_file(command: argparse.ArgumentParser, default: str, endings: str) -> None:
    _add_out(command, f"the file to write, {endings} (default: %(default)s)", "FILE", default)


def _add_variable(command: argparse.ArgumentParser) -> None:
    command.add_argument("--wrt", metavar="NAME", help="the variable; else all of them")


def _add_training(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "data", type=_path, metavar="DATA.csv", help="its first line names columns"
    )
    what = "the column to learn: text is classes, numbers are a regression"
    command.add_argument("--target", required=True, type=_plain, metavar="COLUMN", help=what)
    what = "the numbers of the target are classes"
    command.add_argument("--classes", action="store_true", help=what)
    what = "leave a column out; may be given again"
    command.add_argument(
        "--drop", action="append", default=[], type=_plain, metavar="COLUMN", help=what
    )
    what = "sizes of the hidden layers (default: %(default)s)"
    command.add_argument("--layers", default="16,16", metavar="SIZES", help=what)
    command.add_argument("--epochs", type=_count, default=200, help="default: %(default)s")
    command.add_argument("--lr", type=_rate, default=0.01, help="of Adam (default: %(default)s)")
    what = "of the lines held out, the weights and the order (default: %(default)s)"
    command.add_argument("--seed", type=_seed, default=0, help=what)
    where = "where to write weights, preparation and curves (default: %(default)s)"
    _add_out(command, where, "DIR", "microgradnn-train")
    _add_json(command)


def _add_play(command: argparse.ArgumentParser) -> None:
    what = "moons, circles, spirals, xor, blobs, line, sine or iris"
    command.add_argument("dataset", metavar="DATASET", help=what)
    what = "sizes of the hidden layers (default: %(default)s)"
    command.add_argument("--layers", default="8,8", metavar="SIZES", help=what)
    command.add_argument("--seed", type=_seed, default=0, help="of the data and the weights")
    _add_out(command, "the file to write (default: the name of the data set)", "FILE", None)


def _add_out(command: argparse.ArgumentParser, where: str, kind: str, default: str | None) -> None:
    command.add_argument("-o", "--out", type=_path, default=default, metavar=kind, help=where)
    command.add_argument("--force", action="store_true", help="overwrite files that exist")


def _add_json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print JSON, for scripts")


# fmt: off
COMMANDS: list[Any] = [  # what runs it, what it does, how it is called, and its arguments
    (commands.demo,    "see a gradient, trust it, learn with it",
     "--out pictures",                                             _add_demo),
    (commands.draw,    "draw the graph of an expression, with its gradients",
     "'sigmoid(w * x + b)' w=-0.5 x=2 b=1 -o neuron.svg",          _add_expression, _add_picture),
    (commands.explain, "show a gradient as paths",
     "'w * x + w' w=-3 x=2 --wrt w",                               _add_expression,
     _add_variable, _add_json),
    (commands.steps,   "print both passes step by step",
     "'w * x + b' w=-3 x=2 b=1",                                   _add_expression, _add_json),
    (commands.explore, "write the page that steps through an expression",
     "'sigmoid(w * x + b)' w=-0.5 x=2 b=1 -o neuron.html",         _add_expression, _add_page),
    (commands.check,   "check each gradient by finite differences",
     "'sin(x) * y' x=1 y=2",                                       _add_expression, _add_json),
    (commands.train,   "train a network on a table in a CSV file",
     "wine.csv --target quality --layers 16,16",                   _add_training),
    (commands.play,    "write the page on which a network learns a ready-made data set",
     "moons -o moons.html",                                        _add_play),
    (commands.ops,     "list what an expression may call", "",     _add_json),
]
# fmt: on
