"""Replays: the samples of a batch one by one, by the eager rows, where arrays do not do.

The idea: what eager evaluation says of a sample is the truth. Where NumPy raises a flag it is asked
for the error; and for the result, if a program has selections. At the side that is not chosen,
arrays would make NaN of a gradient of 0 and an infinite partial.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

import numpy as np

from ..engine.derivatives import gradients
from ..engine.modes import Changed, no_grad
from ..engine.value import Value
from .arrays import Array
from .tape import Tape


def raise_errors(tape: Tape, X: Array, theta: Array) -> None:
    """Evaluate sample by sample, so that an error is the one that eager evaluation raises."""
    with_nan = np.flatnonzero(np.isnan(X).any(axis=1))
    if len(with_nan):
        raise ValueError(f"X has a NaN in row {with_nan[0]}")
    for place, sample in enumerate(X.tolist()):
        try:
            with no_grad():
                tape.replay([*sample, *theta.tolist()])
        except (ValueError, ArithmeticError) as error:
            raise type(error)(f"row {place}: {error}") from None


def must_agree(found: list[float], recorded: list[float]) -> None:
    """Refuse a program that does not give for its example what eager evaluation gave."""
    for place, (ours, theirs) in enumerate(zip(found, recorded, strict=True)):
        if not np.isclose(ours, theirs, rtol=1e-9, atol=1e-9, equal_nan=True):
            raise ValueError(
                f"outputs[{place}] was recorded as {theirs!r}, and the program gives "
                f"{ours!r}: was the data of a leaf changed after recording?"
            )


def outputs_by_sample(tape: Tape, X: Array, theta: Array) -> Array:
    """The outputs for each sample."""
    rows = [[nodes[x] for x in tape.outputs] for nodes in _recorded(tape, X, theta)]
    return np.array([[x.data if isinstance(x, Value) else x for x in row] for row in rows])


def mean_by_sample(tape: Tape, X: Array, theta: Array) -> tuple[float, Array]:
    """The mean of the only output over the samples, and its gradient by the parameters."""
    total = np.zeros(1 + len(theta))
    for nodes in _recorded(tape, X, theta):
        output = nodes[tape.outputs[0]]
        params = nodes[tape.inputs : tape.inputs + tape.params]
        if isinstance(output, Value):
            total += [output.data, *gradients(output, params)]
        else:  # a number, chosen by a selection
            total[0] += output
    return float(total[0]) / len(X), total[1:] / len(X)


def jacobian_by_sample(leaves: range, tape: Tape, X: Array, theta: Array) -> Array:
    """For each sample the derivatives of each output by these leaves, one after the other."""
    rows = []
    for nodes in _recorded(tape, X, theta):
        by = [nodes[leaf] for leaf in leaves]
        outputs = [nodes[y] for y in tape.outputs]
        found = [gradients(y, by) if isinstance(y, Value) else [0.0] * len(by) for y in outputs]
        rows.append(list(chain(*found)))
    return np.array(rows)


def _recorded(tape: Tape, X: Array, theta: Array) -> Iterator[list[Any]]:
    """All nodes, recorded anew for each sample."""
    for sample in X.tolist():
        with Changed(records=True):
            nodes = tape.replay([*sample, *theta.tolist()])
        yield nodes
