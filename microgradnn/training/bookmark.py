"""Bookmark: where a training is, so that `fit` goes on from there, and with nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..arguments import assign
from ..engine.value import Value
from ..nn import Module
from ..nn.generators import generators_in, kind_of, set_state, state_of
from ..optim import Adam, Optimizer

DATA = ("X and y", "sample_weight", "validation")  # known by a digest
ANEW = "without resume, fit begins another training, from the weights as they are"
AS_IT_WAS = f"call fit as it was called before; {ANEW}"


@dataclass(frozen=True)
class Bookmark:
    """Where a training is between two epochs: all that does not stand in model and optimizer.

    `terms` are the arguments of `fit` that must stay the same while a training goes on.
    """

    terms: dict[str, Any]
    weights: Any  # after the last epoch; fit may have put back those of the best
    best_weights: Any  # of the model
    best_loss: float
    waited: int  # epochs since then
    known_loss: float | None  # of the first samples, if a program gives it
    generators: list[dict[str, Any]]  # the states of those that the model holds
    kept: dict[str, Any]  # what the optimizer keeps from step to step
    rule: str  # the class of the optimizer
    is_default: bool  # whether fit has made the optimizer

    def check_terms(self, terms: dict[str, Any]) -> None:
        """ValueError if the training is to go on with something that was different before."""
        for name, before in self.terms.items():
            now = terms.get(name)
            if now == before:
                continue
            if name in DATA and None not in (now, before):
                raise ValueError(
                    f"{name} must be those of the training that goes on, but they are not the same "
                    f"numbers in the same order; {ANEW}"
                )
            if name in DATA:
                now, before = ("missing" if x is None else "given" for x in (now, before))
            else:
                now, before = repr(now), repr(before)
            raise ValueError(
                f"{name} is {now}, but was {before} in the training that goes on; {AS_IT_WAS}"
            )

    def check_patience(self, patience: int | None) -> None:
        """ValueError if the training has ended since there is no more patience."""
        if patience is not None and self.waited >= patience:
            raise ValueError(
                f"the last {self.waited} epochs have brought no better validation loss, so there "
                f"is no patience left; to go on, it must be greater than that, got {patience}"
            )

    def check_model(self, model: Module, optimizer: Optimizer | None) -> None:
        """ValueError if model and optimizer are not those of the training, as it left them."""
        parameters = model.parameters()
        own = len(self.best_weights)
        now = np.array([parameter.data for parameter in trained(parameters, optimizer)])
        if len(now) != len(self.weights) or len(parameters) != own:
            raise ValueError(
                f"model and optimizer have {len(now)} parameters, but {len(self.weights)} in the "
                f"training that goes on; {ANEW}"
            )
        are_best = np.array_equal(now, [*self.best_weights, *self.weights[own:]])
        if not are_best and not np.array_equal(now, self.weights):
            raise ValueError(
                "model has other weights than when the training ended; load those, or give the "
                f"history that belongs to these; {ANEW}"
            )
        kinds = [kind_of(state_of(generator)) for generator in generators_in(model)]
        if kinds != (before := [kind_of(state) for state in self.generators]):
            raise ValueError(
                f"model holds the random generators {kinds}, but held {before} in the training "
                f"that goes on; {ANEW}"
            )

    def check_optimizer(self, optimizer: Optimizer) -> None:
        """ValueError if the optimizer is not where the training has left it."""
        if (rule := type(optimizer).__name__) != self.rule:
            raise ValueError(
                f"optimizer is {rule}, but was {self.rule} in the training that goes on; {ANEW}"
            )
        kept = kept_by(optimizer)
        same = [name for name in kept if np.array_equal(kept[name], self.kept.get(name, ()))]
        if len(same) < max(len(kept), len(self.kept)):
            raise ValueError(
                f"optimizer has taken {optimizer.steps} steps and keeps other numbers than when "
                f"the training ended, after {self.kept['steps']}; give the one that was given "
                f"before, or what load_checkpoint has set; {ANEW}"
            )

    def check_loss(self, now: float | None) -> None:
        """ValueError if the same weights have another loss than when the training ended."""
        before = self.known_loss
        if now is None or before is None:
            return
        if not np.isclose(now, before, rtol=1e-6, equal_nan=True):
            raise ValueError(
                f"model or loss is another than in the training that goes on: with the same "
                f"weights the loss of the first samples is {now}, but was {before}; {ANEW}"
            )

    def set_default(self, optimizer: Optimizer) -> None:
        """Put the optimizer that fit makes by itself where the former one was."""
        if not self.is_default:
            raise ValueError(
                f"optimizer is missing; the training that goes on had {self.rule}; {AS_IT_WAS}"
            )
        optimizer.load_state_dict({**optimizer.state_dict(), **self.kept})

    def restore(self, model: Module, optimizer: Optimizer) -> None:
        """Give model and generators what they had after the last epoch."""
        assign(trained(model.parameters(), optimizer), self.weights.tolist())
        for generator, state in zip(generators_in(model), self.generators, strict=True):
            set_state(generator, state)


def default_optimizer(parameters: list[Value]) -> Optimizer:
    """What fit takes if it is given no optimizer."""
    return Adam(parameters, lr=0.01)


def trained(parameters: list[Value], optimizer: Optimizer | None) -> list[Value]:
    """The parameters of a model, and after them what else the optimizer trains."""
    others = [] if optimizer is None else optimizer.parameters
    return list(dict.fromkeys([*parameters, *others]))


def kept_by(optimizer: Optimizer) -> dict[str, Any]:
    """Copies of the numbers and arrays that an optimizer keeps from step to step."""
    return {
        name: np.array(x) if isinstance(x, np.ndarray) else x
        for name, x in vars(optimizer).items()
        if isinstance(x, (int, float, np.ndarray)) and name not in optimizer.checks
    }
