"""The page of what was left out: PyTorch and scikit-learn have it, and this package has not."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections import OrderedDict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import microgradnn as mg
from microgradnn import data, losses, nn, optim

PAGE = (Path(__file__).parents[2] / "docs" / "left_out.md").read_text("utf-8")
LEFT_OUT, RENAMED = (
    [re.split(r" *(?<!\\)\| *", line)[1:-1] for line in part.splitlines() if line.startswith("| ")]
    for part in PAGE.split("## Under another name")
)

# Where we would have what stands there, and what we call otherwise.
PLACES: dict[str, Any] = {
    "torch": mg,
    "torch.Tensor": mg.Value,
    "torch.nn": nn,
    "torch.nn.functional": losses,
    "torch.nn.init": nn,
    "torch.nn.utils": optim,
    "torch.optim": optim,
    "torch.optim.lr_scheduler": optim,
    "torch.utils.data": data,
}
OURS = {
    "Linear": "Layer",
    "OneCycleLR": "one_cycle",
    "ReduceLROnPlateau": "reduce_on_plateau",
    "clip_grad_norm_": "clip_grad_norm",
}


def code(cell: str) -> list[str]:
    return re.findall("`([^`]+)`", cell)


def theirs(path: str) -> Any:
    """What a name of another package means there; without that package, the test is skipped."""
    package, *rest = path.split(".")
    found = pytest.importorskip(package)
    for place, name in enumerate(rest):
        if not hasattr(found, name):
            importlib.import_module(".".join([package, *rest[: place + 1]]))
        found = getattr(found, name)
    return found


def ours(path: str) -> Any:
    """What we have under the same name, or under that which we have for it; else None."""
    if path == "sklearn.neural_network":
        pytest.importorskip("sklearn")
        return importlib.import_module("microgradnn.sklearn")
    if path in PLACES:
        return PLACES[path]
    above, _, name = path.rpartition(".")
    place = ours(above)
    return None if place is None else getattr(place, OURS.get(name, name), None)


def parameters(function: Any) -> set[str]:
    return set(inspect.signature(function).parameters)


def use(function: Any, call: ast.Call) -> None:
    """Call it so; train what it makes if that is an estimator, which looks at arguments then."""
    names = {"function": function, "OrderedDict": OrderedDict}
    made = eval(f"function({', '.join(map(ast.unparse, [*call.args, *call.keywords]))})", names)
    if hasattr(made, "fit"):
        made.fit([[0.0], [1.0]] * 10, [0, 1] * 10)


SPANS = [span for row in LEFT_OUT[1:] for span in code(row[0])]


def taken_apart(span: str) -> tuple[str, ast.Call | None, set[str]]:
    """The name, the call if it is one, and what stands for an argument of whatever value."""
    tree = ast.parse(span, mode="eval").body
    if not isinstance(tree, ast.Call):
        return span, None, set()
    left_open = {k.arg for k in tree.keywords if k.arg and ast.unparse(k.value) == "..."}
    return ast.unparse(tree.func), tree, left_open


@pytest.mark.parametrize("span", SPANS)
def test_what_is_left_out_is_not_here(span: str) -> None:
    path, call, arguments = taken_apart(span)
    found = ours(path)
    if call is None:
        assert found is None
    elif arguments:
        assert not parameters(found) & arguments
    else:
        with pytest.raises((TypeError, ValueError)):
            use(found, call)


@pytest.mark.parametrize("span", SPANS)
def test_what_is_left_out_is_there(span: str) -> None:
    path, call, arguments = taken_apart(span)
    found = theirs(path)
    assert arguments <= (parameters(found) if arguments else set())
    if call is not None and not arguments:
        use(found, call)


NAMES = [span for row in [*LEFT_OUT[1:], *RENAMED[1:]] for cell in row[1:] for span in code(cell)]


@pytest.mark.parametrize("span", dict.fromkeys(NAMES))
def test_what_is_advised_is_here(span: str) -> None:
    for path in re.findall(r"\b(?:mg|nn|optim|losses|data)(?:\.\w+)+", span):
        first, *names = path.split(".")
        found = SimpleNamespace(mg=mg, nn=nn, optim=optim, losses=losses, data=data)
        for name in (first, *names):
            found = getattr(found, name)


@pytest.mark.parametrize("row", RENAMED[1:], ids=lambda row: row[0])
def test_what_has_another_name_is_there_under_its_own(row: list[str]) -> None:
    for span in code(row[0]):
        theirs(span.partition("(")[0])


def test_the_table_has_all_that_it_had() -> None:
    assert len(LEFT_OUT) > 35
    assert all(len(row) == 3 and row[1] for row in LEFT_OUT)
    assert len(SPANS) > 100
