"""Weights as text: JSON with the names of `state_dict`, exact to the last bit, read strictly."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any, NoReturn


def text_of(state: dict[str, Any]) -> str:
    """The arrays of a state as JSON; each number is written so that reading gives the same float.

    ValueError names an array that has a NaN or an infinite number, which JSON cannot say.
    """
    lists = {name: array.tolist() for name, array in state.items()}
    for name, numbers in lists.items():
        try:
            json.dumps(numbers, allow_nan=False)
        except ValueError:
            raise ValueError(
                f"{name} has a NaN or an infinite number, which JSON cannot write"
            ) from None
    return json.dumps(lists)


def state_of(text: str) -> dict[str, Any]:
    """The names and nested lists of floats in a text; ValueError says what is no such thing."""
    try:
        # Whole numbers are floats here, too; so one of a thousand digits is infinite, not an error
        # that does not know where it stands.
        state = json.loads(
            text, object_pairs_hook=_without_twins, parse_int=float, parse_constant=_refuse_constant
        )
        if not isinstance(state, dict):
            raise ValueError(f"text must be an object of names and lists, got {_kind(state)}")
        for name, numbers in state.items():
            _shape(numbers, name)
    except json.JSONDecodeError as error:
        raise ValueError(f"text is not JSON: {error}") from None
    except RecursionError:
        raise ValueError("text is no state: its lists are nested too deep") from None
    return state


def _without_twins(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON; of two equal names Python would silently take the last."""
    found: dict[str, Any] = {}
    for name, content in pairs:
        if name in found:
            raise ValueError(f"text has the name {name!r} twice")
        found[name] = content
    return found


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(f"text has {word}, which is no number of JSON; a weight must be finite")


def _shape(numbers: Any, name: str) -> tuple[int, ...]:
    """The shape of nested lists; ValueError names what is not a finite number, or uneven."""
    if type(numbers) is float:
        if not math.isfinite(numbers):
            raise ValueError(f"{name} is too large for a float")
        return ()
    if not isinstance(numbers, list):
        raise ValueError(f"{name} must be a number or a list of numbers, got {_kind(numbers)}")
    shapes = [_shape(inner, f"{name}[{k}]") for k, inner in enumerate(numbers)]
    for k, shape in enumerate(shapes):
        if shape != shapes[0]:
            raise ValueError(f"{name}[{k}] has shape {shape}, but {name}[0] has {shapes[0]}")
    return (len(shapes), *(shapes[0] if shapes else ()))


def _kind(content: Any) -> str:
    """What something of JSON is, in its own words, and the thing itself if it is short."""
    words = {dict: "an object", list: "a list", str: "a string", bool: "", float: "the number"}
    shown = "null" if content is None else json.dumps(content)
    word = words.get(type(content), "")
    return word if type(content) in (dict, list) else f"{word} {shown[:40]}".strip()
