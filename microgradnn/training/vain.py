"""What fit refuses since it would train in vain: steps that change nothing, or what is not used."""

from __future__ import annotations

from typing import Any

from ..engine.value import Value
from ..nn import Module
from ..nn.search import results_in
from ..optim import Optimizer


def as_loss(error: Any) -> Value:
    """What a loss has given, which must be one Value."""
    if isinstance(error, Value):
        return error
    hints = {
        float: "no gradient flows from a number: is there .data, .item() or float() on the way?",
        type(None): "was a return forgotten?",
        list: "reduce it to one, by mg.mean or mg.sum",
    }
    kind = type(error)
    raise TypeError(
        f"the loss must be one Value, got {kind.__name__}; {hints.get(kind, 'return a Value')}"
    )


def check_optimizer(parameters: list[Value], optimizer: Optimizer) -> None:
    """ValueError if no step of the optimizer changes one of the model's parameters."""
    if set(optimizer.parameters).isdisjoint(parameters):
        raise ValueError(
            "optimizer holds no parameter of the model; make it from model.parameters(), and anew "
            "whenever they are replaced"
        )


def check_parameters(model: Module, parameters: list[Value]) -> None:
    """ValueError if the parameters of the model are others than at the start of the training."""
    if set(parameters) != set(model.parameters()):
        raise ValueError(
            "a callback has replaced parameters of the model, which fit goes on training; set "
            "their .data instead, or call fit again, with an optimizer of the new ones"
        )


class Reach:
    """Whether a loss reaches what the optimizer trains."""

    def __init__(self, model: Module, own: list[Value], optimizer: Optimizer) -> None:
        self.own = own  # the parameters of the model
        self.optimizer = optimizer
        self.results: dict[str, Value] = results_in(model)  # no step changes their numbers

    def check(self, reached: set[Value]) -> None:
        """ValueError if training by a loss that reaches these would change nothing, or not all that
        it seems to.
        """
        held = self.optimizer.parameters
        for name, value in self.results.items():
            if value in reached:
                made = value.op.name if value.op else "no_grad()"
                raise ValueError(
                    f"the loss depends on {name}, a result of {made} from before the training, "
                    "whose number no step changes; compute it in each call, or make it a "
                    "parameter, a Value made of a number"
                )
        if reached.isdisjoint(held):
            raise ValueError(
                "the loss depends on no parameter that the optimizer holds, so no step would "
                "change it; is the graph cut by .data, .detach() or no_grad(), or does the model "
                "make new Values in each call?"
            )
        own = {*self.own}
        lost = [x for x in held if x not in reached and x not in own]
        if lost and not own <= {*held}:
            raise ValueError(
                f"optimizer holds {len(lost)} parameters that neither the model nor the loss has, "
                "and lacks some of the model's; make it anew after parameters have been replaced"
            )
