"""What the commands of `microgradnn` do: each is a function of its options.

It gives the exit status: 0 if all is well, 1 if something was found to be wrong. What takes long to
load, NumPy and rich among it, is imported by the commands that need it.
"""

from __future__ import annotations

import json
import math
import operator
import sys
from argparse import Namespace as Options
from collections.abc import Callable
from keyword import iskeyword
from pathlib import Path
from typing import Any
from unicodedata import normalize

FAILED = 1
MOST_WEIGHTS = 10**6  # of hidden layers; more would take minutes before anything is seen

# ---- Expressions ---------------------------------------------------------------------------------


def _variables(options: Options) -> dict[str, float]:
    """The numbers that were given to the names, which are as Python writes them in its trees."""
    found: dict[str, float] = {}
    for given in options.values:
        name, sign, text = (part.strip() for part in given.partition("="))
        name = normalize("NFKC", name)
        if not sign or not name.isidentifier():
            raise ValueError(f"{given.strip()!r} must be a name and its number, such as x=2")
        if iskeyword(name):
            raise ValueError(f"{name} is a word of Python's, and no name; take another one")
        if name in found:
            raise ValueError(f"{name} is given two numbers")
        try:
            found[name] = float(text)
        except ValueError:
            raise ValueError(f"{name} must be a number, got {text!r}") from None
        if math.isinf(found[name]) and "inf" not in text.lower():
            raise ValueError(f"{name} is {text}, which is too large for a float")
    return found


def _evaluated(options: Options) -> tuple[Any, dict[str, Any]]:
    """The graph of the expression after a backward pass, and its leaves."""
    from .expressions import evaluate

    root, leaves = evaluate(options.expression, _variables(options))
    root.backward()
    return root, leaves


def draw(options: Options) -> int:
    from .drawing import draw

    root, _ = _evaluated(options)
    _write(options, lambda: draw(root))
    return 0


def explore(options: Options) -> int:
    from .explorer import explore

    root, _ = _evaluated(options)
    _write(options, lambda: explore(root, title=options.expression.strip()))
    return 0


def _write(options: Options, make: Callable[[], Any]) -> None:
    """Make something and save it; where it cannot go is found out before."""
    must_be_new(options.out, options.force)
    if not options.out.parent.is_dir():
        name = options.out.name
        raise FileNotFoundError(f"no directory {str(options.out.parent)!r} to save {name!r} in")
    make().save(options.out)
    print(options.out)


def must_be_new(path: Path, force: bool) -> None:
    """FileExistsError if a file would be overwritten that nobody has said may be."""
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a directory; name a file in it")
    if path.exists() and not force:
        raise FileExistsError(f"{path} exists; write to another file, or overwrite with --force")


def must_be_a_directory(path: Path) -> None:
    """NotADirectoryError if a directory can be neither found nor made there."""
    there = next(x for x in (path, *path.absolute().parents) if x.exists())
    if not there.is_dir():
        raise NotADirectoryError(f"{there} is a file; name a directory")


def explain(options: Options) -> int:
    from .explaining import explain

    root, leaves = _evaluated(options)
    wrt = None if options.wrt is None else normalize("NFKC", options.wrt.strip())
    if wrt is not None and wrt not in leaves:
        raise ValueError(f"--wrt must be one of {', '.join(leaves)}, got {wrt}")
    chosen = leaves if wrt is None else {wrt: leaves[wrt]}
    found = {name: explain(root, leaf) for name, leaf in chosen.items()}
    if options.json:
        _print_json({name: _described(way, root) for name, way in found.items()})
    else:
        print("\n".join(map(str, found.values())))
    return 0


def _described(way: Any, root: Any) -> dict[str, Any]:
    """A gradient and its paths, as JSON has them."""
    from .engine.value import topological_order
    from .explaining.names import names_of

    names = names_of(topological_order(root))
    paths = [
        {
            "values": [names[node] for node in path.nodes],
            "factors": path.factors,
            "product": path.product,
        }
        for path in way.paths
    ]
    return {"gradient": way.total, "count": way.count, "paths": paths}


def steps(options: Options) -> int:
    from .explaining import steps

    root, _ = _evaluated(options)
    if options.json:
        _print_json([{"what": what, "sum": written} for what, written in steps(root).rows()])
    else:
        print(steps(root))
    return 0


def check(options: Options) -> int:
    from .engine.checking import gradcheck
    from .expressions import function_of

    _, leaves = _evaluated(options)
    f = function_of(options.expression, list(leaves))
    report = gradcheck(f, [leaf.data for leaf in leaves.values()])
    columns = zip(*(report.analytic, report.numeric, report.errors, report.verdicts), strict=True)
    rows = dict(zip(leaves, columns, strict=True))
    if options.json:
        keys = ("analytic", "numeric", "error", "verdict")
        found = {name: dict(zip(keys, row, strict=True)) for name, row in rows.items()}
        _print_json({"ok": report.ok, "variables": found})
    else:
        width = max(map(len, leaves))
        first, *lines, last = str(report).splitlines()
        print(f"{'':{width}} {first}")
        for name, line in zip(leaves, lines, strict=True):
            print(f"{name:{width}} {line}")
        print(last)
    return 0 if report.ok else FAILED


def ops(options: Options) -> int:
    from .expressions import functions_by_name

    found = {name: _summary(f) for name, f in functions_by_name().items()}
    if options.json:
        _print_json(found)
        return 0
    width = max(map(len, found))
    for name, summary in found.items():
        print(f"{name:{width}}  {summary}")
    return 0


def _summary(function: Any) -> str:
    """What a function is, in a line."""
    return str(getattr(function, "summary", "") or (function.__doc__ or "").strip().split("\n")[0])


def _print_json(found: Any) -> None:
    """Print JSON, in which letters that the output cannot have are escaped."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    plain = not encoding.lower().startswith("utf")
    print(json.dumps(_writable(found), indent=2, ensure_ascii=plain, allow_nan=False))


def _writable(found: Any) -> Any:
    """The same with text for infinities and NaN, for which JSON has no numbers."""
    if isinstance(found, dict):
        return {key: _writable(x) for key, x in found.items()}
    if isinstance(found, (list, tuple)):
        return [_writable(x) for x in found]
    if isinstance(found, float) and not math.isfinite(found):
        return str(found)
    return found


# ---- Training ------------------------------------------------------------------------------------


def train(options: Options) -> int:
    from .sheets import read_sheet
    from .spreadsheet import learn, living_page, save_preparation

    names = ("weights.npz", "preparation.json", "curves.svg", "network.html")
    weights, preparation, curves, page = (options.out / name for name in names)
    must_be_a_directory(options.out)
    for path in (weights, preparation, curves, page):
        must_be_new(path, options.force)
    layers = _layers(options.layers)
    sheet = read_sheet(options.data, options.target, options.drop, options.classes)
    if hint := sheet.hint():
        print(hint, file=sys.stderr)
    shows = not options.json and sys.stdout is not None and sys.stdout.isatty()
    learned = learn(sheet, layers, options.epochs, options.lr, options.seed, shows)
    options.out.mkdir(parents=True, exist_ok=True)
    learned.model.save(weights)
    save_preparation(learned, preparation)
    living_page(learned, options.data.name).save(page)
    written = [weights, preparation, page]
    try:
        learned.history.plot().savefig(curves, metadata={"Date": None})
        written.append(curves)
    except ImportError as error:
        print(f"no {curves}: {error}", file=sys.stderr)
    if options.json:
        _print_json({"figures": learned.figures, "files": [str(path) for path in written]})
    else:
        _print_figures(learned.figures)
        print("\n".join(map(str, written)))
    return 0


def _layers(text: str) -> list[int]:
    """The sizes of the hidden layers, which are written with commas; none for a linear model."""
    sizes = [size.strip() for size in text.split(",")] if text.strip() else []
    if not all(size.isdecimal() and int(size) for size in sizes):
        raise ValueError(f"--layers must be sizes with commas, such as 16,16; got {text.strip()!r}")
    layers = [int(size) for size in sizes]
    weights = sum(map(operator.mul, [1, *layers], layers))
    if weights > MOST_WEIGHTS:
        raise ValueError(f"--layers has {weights:,} weights, more than {MOST_WEIGHTS:,}")
    return layers


def _print_figures(figures: dict[str, dict[str, float]]) -> None:
    """How good each model is, a line each."""
    columns = list(figures["network"])
    print(f"{'':8} " + " ".join(f"{name:>18}" for name in columns))
    for model, found in figures.items():
        print(f"{model:8} " + " ".join(f"{found[name]:>18.4g}" for name in columns))


def play(options: Options) -> int:
    """Write the page of a network on a ready-made data set."""
    from .spreadsheet import LIVELY, played

    if options.dataset not in LIVELY:
        known = ", ".join(LIVELY)
        raise ValueError(f"there is no data set {options.dataset!r}; there are {known}")
    options.out = options.out or Path(f"{options.dataset}.html")
    layers = _layers(options.layers)
    _write(options, lambda: played(options.dataset, layers, options.seed))
    return 0


# ---- The demonstration ---------------------------------------------------------------------------


def demo(options: Options) -> int:
    from .demo import run  # It loads NumPy and rich, which --help does not need.

    must_be_a_directory(options.out)
    run(options.out, options.seed, options.force)
    return 0
