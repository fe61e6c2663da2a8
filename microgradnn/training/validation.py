"""Validation: the samples that are held out, a pair of the user's or a share of the others."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..arguments import as_number
from ..data import train_test_split
from ..nn import Module
from .samples import VALIDATION_NAMES, Samples, checked_samples
from .targets import check_shape, check_targets, first_prediction, without_column


def parted(
    given: Samples, validation: Any, seed: int, model: Module, loss: Any
) -> tuple[Samples, Samples | None]:
    """What is trained on, and what is held out.

    A share is drawn as by `data.train_test_split`, with the seed. Before that all targets are
    looked at, so that errors count them as the user does.
    """
    given = without_column(given, model, loss)
    if validation is None:
        return given, None
    if isinstance(validation, (tuple, list)):
        if len(validation) != 2:
            raise TypeError(f"validation must be a pair (X, y), it has {len(validation)} elements")
        X, y = validation
        held_out = checked_samples(X, y, names=VALIDATION_NAMES)
        return given, without_column(held_out, model, loss)
    size = len(given.X)
    share = _checked_share(validation, size)
    prediction = first_prediction(model, given.X)
    check_shape(loss, prediction, given)
    check_targets(loss, prediction, given)
    train, others, *_ = train_test_split(np.arange(size), np.arange(size), share, seed)
    return given.rows(train), given.rows(others)


def _checked_share(validation: Any, size: int) -> float:
    wanted = "a pair (X, y), or a share of the samples above 0 and below 1"
    try:
        share = as_number(validation, "validation")
    except TypeError:
        got = type(validation).__name__
        raise TypeError(f"validation must be {wanted}, got {got} {validation!r:.40}") from None
    if not 0.0 < share < 1.0:
        raise ValueError(f"validation must be {wanted}, got {validation!r}")
    if math.ceil(share * size) >= size:
        raise ValueError(f"{size} samples leave none to train on with validation={share}")
    return share
