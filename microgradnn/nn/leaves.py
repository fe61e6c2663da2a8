"""Leaves that are to be trained, as a user gives them: taken, or refused; their gradients."""

from __future__ import annotations

from collections.abc import Mapping

from ..arguments import as_list, is_array
from ..engine.value import Value
from ..floats import array
from ..typed import Any
from .module import Module
from .parts import is_parameter


def as_leaves(parameters: Any, name: str = "parameters") -> list[Value]:
    """The parameters as a list, each once; refused if there is anything that no step can train."""
    instead = {
        Value: "[parameter]",
        Module: "model.parameters()",
        Mapping: "list(the_dict.values())",
    }
    for kind, written in instead.items():
        if isinstance(parameters, kind):
            got = type(parameters).__name__
            raise TypeError(f"{name} must be a list of Values, got {got}; write {written}")
    if callable(parameters):
        raise TypeError(f"{name} must be a list of Values, got a function; is a () missing?")
    items = as_list(parameters, name)
    for place, item in enumerate(items):
        _check_leaf(item, f"{name}[{place}]")
    if len(set(items)) != len(items):
        raise ValueError(f"{name} has the same Value twice; pass each once")
    return items


def _check_leaf(item: Any, name: str) -> None:
    if isinstance(item, Value):
        if not is_parameter(item):
            made = f"the result of {item.op.name}" if item.op else "a result computed in no_grad()"
            called = f", {item.label!r}," if item.label else ""
            raise ValueError(
                f"{name}{called} is {made} and no leaf, so no step would reach what is computed "
                "with it; give the leaves that it was computed from, or make it one: x.detach()"
            )
        return
    hints = {
        Module: "write [*a.parameters(), *b.parameters()]",
        dict: 'only optimizers take groups, in a list of dicts: [{"params": a}, {"params": b}]',
        tuple: "if it is a name and a Value, write parameters() for named_parameters()",
        list: "write one flat list",
    }
    hint = next((f"; {text}" for kind, text in hints.items() if isinstance(item, kind)), "")
    if is_array(item):
        hint = "; write array.ravel()"
    raise TypeError(f"{name} must be a Value, got {type(item).__name__}{hint}")


def gradient_array(parameters: list[Value]) -> Any:
    """The gradients as an array."""
    return array([parameter.grad for parameter in parameters])
