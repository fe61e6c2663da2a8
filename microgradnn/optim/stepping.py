"""Optimizer: a step of all parameters at once, by the direction that a rule gives."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from ..arguments import (
    as_count,
    as_list,
    as_number,
    as_positive,
    assign,
    check_lengths,
    is_array,
    must_be,
)
from ..engine.value import Value
from ..floats import array, sum_of_squares, without_warnings
from ..missing import answers
from ..nn.leaves import as_leaves, gradient_array
from ..typed import TYPE_CHECKING, Any
from .groups import Check, Groups, each_with_a_number, listed, spread
from .schedules import LearningRate, Schedule, as_rate, from_zero

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.float64]]
    Setting = float | Array  # one for each parameter where groups have different ones


class Optimizer:
    """What all optimisers share: the parameters, the learning rate, and the refusal of bad steps.

    `parameters` are leaves, each of them once, in a list; or in groups with settings of their own,
    a list of dicts: [{"params": weights, "weight_decay": 0.1}, {"params": biases}]. `lr` is a
    number from 0 on, or a function from the number of a step to one, as `cosine_decay` gives it;
    `optimizer.lr = 0.01` changes it. Raises TypeError for what is no leaf, ValueError for settings
    that are negative or infinite.

    A new optimiser is a class with a `direction`. What it keeps from step to step are attributes,
    numbers or arrays of one number for each parameter. So are its settings, which it hands on to
    be checked by `checks`.

    >>> import numpy as np
    >>> class Signs(Optimizer):
    ...     def direction(self, gradient):
    ...         return np.sign(gradient)
    >>> x = Value(1.0)
    >>> (x * x).backward()
    >>> optimizer = Signs([x], lr=0.5)
    >>> optimizer.step()
    >>> x.data, optimizer.zero_grad(), optimizer.steps
    (0.5, None, 1)
    >>> theta, gradient = np.array([3.0]), np.array([-2.0])
    >>> optimizer.descent(theta, gradient), optimizer.moved(theta, gradient, lr=0.25)
    (array([-1.]), array([3.25]))
    >>> optimizer.update(theta, gradient)
    array([3.5])
    """

    checks: Mapping[str, Check] = {"weight_decay": from_zero}
    weight_decay: Setting

    def __init__(
        self,
        parameters: Iterable[Value] | Iterable[Mapping[str, Any]],
        lr: float | LearningRate,
        weight_decay: float = 0.0,
        **settings: Any,
    ) -> None:
        if unknown := settings.keys() - self.checks.keys():
            raise TypeError(f"{type(self).__name__} has no setting {', '.join(sorted(unknown))}")
        groups = Groups(parameters)
        self.parameters: list[Value] = groups.parameters
        self.sizes: list[int] = groups.sizes
        self.learning_rates: list[LearningRate] = groups.each("lr", lr, as_rate)
        for name, common in {"weight_decay": weight_decay, **settings}.items():
            vars(self)[name] = spread(groups.each(name, common, self.checks[name]), self.sizes)
        groups.finish()
        self.steps: int = 0

    @property
    def lr(self) -> float:
        """The learning rate of the next step; at 0 it changes nothing.

        Set it, for all groups, to a number or to a function, which goes on counting the steps where
        they are. ValueError if groups have different ones.
        """
        rates = self._rates()
        if rates.count(rates[0]) < len(rates):
            raise ValueError(
                f"the groups have different learning rates, {rates}; there is no one lr"
            )
        return rates[0]

    @lr.setter
    def lr(self, lr: float | LearningRate) -> None:
        self.learning_rates = [as_rate(lr)] * len(self.sizes)

    def _rates(self) -> list[float]:
        """The learning rate of each group in the next step."""
        return [as_positive(rate(self.steps), "lr", True) for rate in self.learning_rates]

    if not TYPE_CHECKING:
        __getattr__ = answers("Optimizer")

    def see(self, loss: float) -> None:
        """Tell the learning rates the loss of an epoch, as `fit` does; `reduce_on_plateau` asks.

        Raises TypeError if it is no number.

        >>> from microgradnn.optim import reduce_on_plateau
        >>> optimizer = Optimizer([Value(1.0)], lr=reduce_on_plateau(1.0, patience=0))
        >>> for loss in (0.5, 0.5):
        ...     optimizer.see(loss)
        >>> optimizer.lr
        0.1
        """
        number = as_number(loss, "loss")
        for rate in {id(rate): rate for rate in self.learning_rates}.values():
            if isinstance(rate, Schedule):
                rate.see(number)

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to zero."""
        for parameter in self.parameters:
            parameter._grad = 0.0

    def step(self) -> None:
        """Change every parameter once, against its gradient.

        Raises FloatingPointError, and changes nothing, if a gradient is infinite or NaN, or a
        parameter would become so.
        """
        theta = array([parameter.data for parameter in self.parameters])
        assign(self.parameters, self.update(theta, gradient_array(self.parameters)).tolist())

    def update(self, theta: Array, gradient: Array) -> Array:
        """A step on arrays: the parameters after it, from those before it and their gradient.

        Raises FloatingPointError where `step` does, ValueError for another count of numbers.
        """
        theta = each_with_a_number(self.parameters, theta, "theta")
        gradient = each_with_a_number(self.parameters, gradient, "gradient")
        self._refuse("the gradient of {} is", [gradient])
        lr = spread(self._rates(), self.sizes)
        before = vars(self).copy()
        with without_warnings():
            theta = self.moved(theta, gradient, lr)
        complaint = "the step for {}, with lr {}, weight_decay {}, overflows to"
        try:
            arrays = [x for x in vars(self).values() if is_array(x)]
            self._refuse(complaint, [theta, *arrays], lr, before["weight_decay"])
        except FloatingPointError:
            vars(self).update(before)
            raise
        self.steps += 1
        return theta

    def _refuse(self, complaint: str, arrays: list[Array], *settings: Setting) -> None:
        """Raise if any of the numbers, one for each parameter, is infinite or NaN."""
        for numbers in arrays:
            if math.isfinite(sum_of_squares(numbers)):  # quicker than to look for others
                continue
            for i, x in enumerate(numbers.tolist()):
                if not math.isfinite(x):
                    name = self.parameters[i].label or f"parameters[{i}]"
                    known = [listed(x, len(self.parameters))[i] for x in settings]
                    raise FloatingPointError(
                        f"{complaint.format(name, *known)} {x}; no parameter was changed"
                    )

    def moved(self, theta: Array, gradient: Array, lr: Setting) -> Array:
        """The parameters after a step; never raises, for `update` looks at what comes out."""
        return theta - lr * self.descent(theta, gradient)

    def descent(self, theta: Array, gradient: Array) -> Array:
        """What to subtract for each unit of the learning rate, with weight decay; never raises."""
        return self.direction(gradient + self.weight_decay * theta)

    def direction(self, gradient: Array) -> Array:
        """What to subtract from the parameters for each unit of the learning rate.

        What is kept for the next step is replaced, and never changed in place, for a step that is
        refused puts back what was there before it. Raises NotImplementedError where a class has
        none of its own.
        """
        raise NotImplementedError

    def state_dict(self) -> dict[str, Any]:
        """All but the parameters, by name: settings, the steps taken, what is kept for the next.

        >>> optimizer = Optimizer([Value(1.0)], lr=0.1)
        >>> optimizer.state_dict()
        {'sizes': [1], 'learning_rates': [constant(lr=0.1)], 'weight_decay': 0.0, 'steps': 0}
        """
        from copy import deepcopy

        return {name: deepcopy(x) for name, x in vars(self).items() if name != "parameters"}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where an optimizer of the same kind was, whose `state_dict` this is.

        Raises ValueError or TypeError, which names what does not fit, and changes nothing.

        >>> optimizer = Optimizer([Value(1.0)], lr=0.1)
        >>> optimizer.load_state_dict(Optimizer([Value(2.0)], lr=0.5).state_dict())
        >>> optimizer.lr
        0.5
        """
        from copy import deepcopy

        own = vars(self).keys() - {"parameters"}
        if must_be(Mapping, state, "state", "what state_dict gives").keys() != own:
            raise ValueError(
                f"state has {sorted(map(str, state))} and this optimizer {sorted(own)}; "
                "it must be that of an optimizer of the same kind"
            )
        if (sizes := as_list(state["sizes"], "state['sizes']")) != self.sizes:
            raise ValueError(f"state is for groups of {sizes} parameters, here are {self.sizes}")
        taken = {name: self._taken(name, x) for name, x in state.items()}
        vars(self).update(deepcopy(taken))

    def _taken(self, name: str, x: Any) -> Any:
        """One entry of a state, checked."""
        shown = f"state[{name!r}]"
        if name == "sizes":
            return self.sizes
        if name == "learning_rates":
            check_lengths(as_list(x, shown), self.sizes, shown, "groups")
            return [as_rate(rate, shown) for rate in x]
        if getattr(x, "shape", None) == ():
            x = x.item()
        if name == "steps":
            return as_count(x, shown, least=0)
        check: Check = self.checks.get(name, _as_finite)
        if not is_array(x):
            return check(x, shown)
        if x.shape[-1] != len(self.parameters):
            raise ValueError(
                f"{shown} has the shape {x.shape} for {len(self.parameters)} parameters"
            )
        return array([check(numbers, shown) for numbers in x.T.tolist()]).T


def _as_finite(x: Any, name: str) -> float:
    if not math.isfinite(number := as_number(x, name)):
        raise ValueError(f"{name} must be finite, got {number}")
    return number


def clip_grad_norm(parameters: Iterable[Value], max_norm: float) -> float:
    """Scale the gradients so that their norm is at most `max_norm`; gives the norm before.

    Raises FloatingPointError if the norm is infinite or NaN, ValueError for a negative `max_norm`.

    >>> x, y = Value(0.0), Value(0.0)
    >>> (3 * x + 4 * y).backward()
    >>> clip_grad_norm([x, y], 1.0), round(x.grad, 6), round(y.grad, 6)
    (5.0, 0.6, 0.8)
    """
    items = as_leaves(parameters)
    limit = as_positive(max_norm, "max_norm", or_zero=True)
    gradients = [parameter.grad for parameter in items]
    norm = math.hypot(*gradients)
    if not math.isfinite(norm):
        raise FloatingPointError(f"the norm of the gradients is {norm}; none was changed")
    if norm > limit:
        for parameter, slope in zip(items, gradients, strict=True):
            parameter.grad = _shortened(slope, norm, limit)
    return norm


def clipped(gradient: Array, max_norm: float) -> Array:
    """The same on an array; one that has an infinity or NaN is left as it is, for `update`."""
    square = sum_of_squares(gradient)
    # Where no square has over- or underflowed this is as good as hypot, and fifty times as fast.
    norm = math.sqrt(square) if 1e-200 < square < 1e200 else math.hypot(*gradient.tolist())
    if norm <= max_norm:
        return gradient
    if not math.isfinite(norm):
        if all(map(math.isfinite, gradient.tolist())):
            raise FloatingPointError(
                "the norm of the gradients is infinite, so they cannot be clipped; no parameter "
                "was changed"
            )
        return gradient
    shortened: Array = _shortened(gradient, norm, max_norm)
    return shortened


def _shortened(gradient: Any, norm: float, limit: float) -> Any:
    """A gradient, or a part of it, for a norm of `limit`."""
    ratio = limit / norm
    # A ratio that underflows has lost digits, or is 0.
    return gradient * ratio if ratio > 1e-290 else gradient / norm * limit
