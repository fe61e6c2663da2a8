"""Resuming: a training begins, or goes on from the bookmark in its history."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from copy import deepcopy
from typing import Any

import numpy as np

from ..arguments import must_be
from ..compiler.arrays import numbers_of
from ..engine.value import Value
from ..nn import Module
from ..nn.generators import generators_in, state_of
from ..optim import Optimizer
from .best import Best
from .bookmark import Bookmark, default_optimizer, kept_by, trained
from .course import Course
from .endings import Callback, call
from .history import History
from .samples import Samples
from .vain import check_parameters


class Marker:
    """What sets the bookmark of a history, and opens it again."""

    def __init__(
        self, model: Module, optimizer: Optimizer | None, best: Best, terms: dict[str, Any]
    ) -> None:
        self.model = model
        default = default_optimizer(best.parameters) if optimizer is None else optimizer
        self.optimizer: Optimizer = default
        self.is_default: bool = optimizer is None
        self.best = best
        self.terms = terms
        self.parameters: list[Value] = trained(best.parameters, self.optimizer)
        self.is_random: bool = bool(generators_in(model))  # or there is no need to look again

    def begin(self, resume: History | None, compiled: bool | None, keeps: bool) -> History:
        """A new history; or a copy of that of a training which is to go on, if it can.

        The model is left as it is until `return_to`.
        """
        must_be(bool, keeps, "keep_weights", "True or False")
        if resume is None:
            return History()
        bookmark = must_be(History, resume, "resume", "a History, as fit gives it").bookmark
        if bookmark is None:
            raise ValueError("resume is the history of no training; give one that fit has given")
        if keeps and len(resume.weights) != len(resume.losses):
            raise ValueError(
                f"keep_weights needs those of all {len(resume.losses)} epochs before, but resume "
                f"has those of {len(resume.weights)}; pass keep_weights=True from the start"
            )
        bookmark.check_terms(self.terms)
        bookmark.check_patience(self.best.patience)
        bookmark.check_model(self.model, self.optimizer)
        if self.is_default:
            bookmark.set_default(self.optimizer)
        bookmark.check_optimizer(self.optimizer)
        self.best.go_on(bookmark, resume.best_epoch)
        history = deepcopy(resume)
        history.stopped = "all epochs done"
        if compiled:
            history.compiled, history.eager_because = True, ""
        return history

    def return_to(self, bookmark: Bookmark | None, course: Course) -> None:
        """If a training goes on, give model and generators what they had when it ended."""
        if bookmark is None:
            return
        before = self.mark(course)
        bookmark.restore(self.model, self.optimizer)
        course.look_again()
        try:
            bookmark.check_loss(course.stepper.known_loss())
        except ValueError:
            before.restore(self.model, self.optimizer)
            course.look_again()
            raise

    def show(self, callbacks: Sequence[Callback], course: Course, history: History) -> bool:
        """Let all callbacks look at the training; whether one of them ends it."""
        course.show()
        history.bookmark = self.mark(course)
        is_asked = call(callbacks, history)
        check_parameters(self.model, self.best.parameters)
        course.look_again()
        return is_asked

    def mark(self, course: Course) -> Bookmark:
        """Where the training is now."""
        generators = generators_in(self.model) if self.is_random else []
        return Bookmark(
            terms=self.terms,
            weights=numbers_of(self.parameters),
            best_weights=self.best.weights.copy(),
            best_loss=self.best.loss,
            waited=self.best.waited,
            known_loss=course.stepper.known_loss(),
            generators=[state_of(generator) for generator in generators],
            kept=kept_by(self.optimizer),
            rule=type(self.optimizer).__name__,
            is_default=self.is_default,
        )


def terms_of(
    data: Samples,
    held_out: Samples | None,
    loss: Any,
    metrics: Iterable[str],
    numbers: dict[str, Any],
) -> dict[str, Any]:
    """What has to be the same for a training to go on, by what `fit` calls it."""
    return {
        "X and y": digest_of(data.X, data.y),
        "sample_weight": None if data.weights is None else digest_of(data.weights),
        "validation": None if held_out is None else digest_of(held_out.X, held_out.y),
        "loss": name_of(loss),
        "metrics": sorted(metrics),
        **{name: None if x is None else np.asarray(x).item() for name, x in numbers.items()},
    }


def digest_of(*arrays: Any) -> str:
    """A text that differs for arrays with other numbers, in another order or of another shape."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(repr(array.shape).encode())
        digest.update(np.ascontiguousarray(array, "<f8").data)
    return digest.hexdigest()


def name_of(function: Any) -> str:
    """What a function or an object that is called is known by, the same in every run."""
    if hasattr(function, "func"):  # a functools.partial
        given = f"{name_of(function.func)}, {function.args}, {function.keywords}"
        return re.sub(" at 0x[0-9a-fA-F]+", "", given)
    return str(getattr(function, "__qualname__", type(function).__qualname__))
