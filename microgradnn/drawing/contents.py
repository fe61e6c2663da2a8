"""What a picture of a root shows: all its values, blocks of them, or one step of both passes."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..arguments import must_be
from ..engine.value import Value
from .diagram import Diagram, describe, describe_folded, values_below
from .fold import MOST_BOXES, FoldName, Rule
from .fold import fold as fold_values
from .frames import frames
from .opened import open_neurons as in_single_steps


def check_options(fold: FoldName | Rule, step: int | None) -> None:
    """Refuse what is neither a fold nor a step, before anything is computed."""
    if not callable(fold):
        must_be(str, fold, "fold", "a name such as 'layer', or a function")
    if step is not None:
        must_be(int, step, "step", "an int")


def values_shown(root: object, open_neurons: bool) -> list[Value]:
    """The values below a root in topological order, or those of a copy with its neurons opened."""
    must_be(bool, open_neurons, "open_neurons", "True or False")
    values = values_below(root)
    return in_single_steps(values) if open_neurons else values


def contents(
    values: Sequence[Value], fold: FoldName | Rule, most_boxes: float = math.inf
) -> Diagram:
    """The values as a diagram, folded if so wanted; a diagram of too many boxes is refused."""
    if fold == "none" or (fold == "auto" and len(values) <= MOST_BOXES):
        _check_size(len(values), most_boxes)
        return describe(values)
    folded = fold_values(values, fold)
    _check_size(len(folded.blocks), most_boxes)
    return describe_folded(folded)


def all_frames(values: Sequence[Value], step: int) -> list[Diagram]:
    """The frames of both passes, in which number `step`, counted from 1, exists."""
    if len(values) > MOST_BOXES:
        raise ValueError(
            f"a step is drawn of a graph of at most {MOST_BOXES} values, this has {len(values):,}"
        )
    shown = frames(values)
    if not 1 <= step <= len(shown):
        raise ValueError(f"step must be from 1 to {len(shown)}, got {step}")
    return shown


def _check_size(boxes: int, most: float) -> None:
    if boxes > most:
        raise ValueError(
            f"this picture would have {boxes:,} boxes, more than {most:,}; "
            "fold='auto' makes one that can be read"
        )
