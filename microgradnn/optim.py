"""Optimisers, and learning rates that change: functions from the number of a step to a rate."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from .arguments import as_count, as_list, as_number, as_positive
from .engine.interop import assign
from .engine.value import Value
from .nn.leaves import as_leaves, gradient_array, gradients_of
from .typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.float64]]

LearningRate = Callable[[int], float]  # from the number of a step, the first being 0
_ONE = 1.0  # the scale of Adam's squares, as long as none is needed


class Optimizer:
    """What all optimisers share: the parameters, the learning rate, and the refusal of bad steps.

    `lr` is a number from 0 on, or a function from the number of a step to one, as `cosine_decay`
    gives it; `optimizer.lr = 0.01` changes it. `parameters` must be leaves, each of them once. A
    step with an infinite or NaN gradient raises FloatingPointError and changes nothing; so does one
    that overflows.

    A new optimiser is a class with a `direction`; what it keeps from step to step are attributes,
    numbers or arrays of one number for each parameter.
    """

    def __init__(
        self, parameters: Iterable[Value], lr: float | LearningRate, weight_decay: float = 0.0
    ) -> None:
        self.parameters = as_leaves(parameters)
        self.lr = lr
        self.weight_decay = as_positive(weight_decay, "weight_decay", or_zero=True)
        self.steps = 0

    @property
    def lr(self) -> float:
        """The learning rate of the next step; at 0 it changes nothing.

        Set it to a number or to a function, which goes on counting the steps where they are.
        """
        return as_positive(self.learning_rate(self.steps), "lr", or_zero=True)

    @lr.setter
    def lr(self, lr: float | LearningRate) -> None:
        self.learning_rate: LearningRate = lr if callable(lr) else constant(lr)

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to zero."""
        for parameter in self.parameters:
            parameter._grad = 0.0

    def step(self) -> None:
        """Change every parameter once, against its gradient."""
        import numpy as np

        theta = np.array([parameter.data for parameter in self.parameters])
        assign(self.parameters, self.update(theta, gradient_array(self.parameters)).tolist())

    def update(self, theta: Array, gradient: Array) -> Array:
        """A step on arrays: the parameters after it, from those before it and their gradient."""
        import numpy as np

        self._refuse("the gradient of {} is", gradient)
        lr = self.lr
        before = vars(self).copy()
        with np.errstate(all="ignore"):
            theta = theta - lr * self.direction(gradient + self.weight_decay * theta)
        complaint = (
            f"the step for {{}}, with lr {lr}, weight_decay {self.weight_decay}, overflows to"
        )
        try:
            for numbers in (theta, *vars(self).values()):
                if isinstance(numbers, np.ndarray):
                    self._refuse(complaint, numbers)
        except FloatingPointError:
            vars(self).update(before)
            raise
        self.steps += 1
        return theta

    def _refuse(self, complaint: str, numbers: Array) -> None:
        """Raise if any of the numbers, one for each parameter, is infinite or NaN."""
        import numpy as np

        are_finite = math.isfinite(np.vdot(numbers, numbers))  # quicker than to look for others
        for i in [] if are_finite else np.flatnonzero(~np.isfinite(numbers)).tolist():
            name = self.parameters[i].label or f"parameters[{i}]"
            raise FloatingPointError(
                f"{complaint.format(name)} {numbers[i]}; no parameter was changed"
            )

    def direction(self, gradient: Array) -> Array:
        """What to subtract from the parameters for each unit of the learning rate.

        What is kept for the next step is replaced, and never changed in place, for a step that is
        refused puts back what was there before it.
        """
        raise NotImplementedError


class SGD(Optimizer):
    """Gradient descent: v ← momentum·v + g, then θ ← θ − lr·v.

    `weight_decay` adds weight_decay·θ to the gradient g.

    >>> x = Value(1.0)
    >>> (x * x).backward()
    >>> SGD([x], lr=0.1).step()
    >>> x.data
    0.8
    """

    def __init__(
        self,
        parameters: Iterable[Value],
        lr: float | LearningRate,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr, weight_decay)
        self.momentum = _fraction(momentum, "momentum")
        self.velocity: Array | float = 0.0

    def direction(self, gradient: Array) -> Array:
        self.velocity = self.momentum * self.velocity + gradient
        return self.velocity


class Adam(Optimizer):
    """Adam: running means of g and g², corrected for their start at 0; θ ← θ − lr·m / (√v + eps).

    Source: Kingma, Ba, "Adam: a method for stochastic optimization", 2015.

    >>> x = Value(1.0)
    >>> (x * x).backward()
    >>> Adam([x], lr=0.1).step()
    >>> round(x.data, 6)
    0.9
    """

    def __init__(
        self,
        parameters: Iterable[Value],
        lr: float | LearningRate = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr, weight_decay)
        if len(betas := tuple(as_list(betas, "betas"))) != 2:
            raise ValueError(f"betas must be two numbers, got {betas}")
        self.betas = (_fraction(betas[0], "betas[0]"), _fraction(betas[1], "betas[1]"))
        self.eps = as_positive(eps, "eps", or_zero=True)
        self.mean: Array | float = 0.0
        self.square: Array | float = 0.0  # in units of scale²
        self.scale: Array | float = _ONE

    def direction(self, gradient: Array) -> Array:
        import numpy as np

        first, second = self.betas
        self.mean = first * self.mean + (1 - first) * gradient
        self._choose_scale(gradient)
        if self.scale is not _ONE:
            gradient = gradient / self.scale
        self.square = second * self.square + (1 - second) * gradient * gradient
        mean = self.mean / (1 - first ** (self.steps + 1))
        root = np.sqrt(self.square / (1 - second ** (self.steps + 1)))
        size = (root if self.scale is _ONE else root * self.scale) + self.eps
        return np.divide(mean, size, out=np.zeros_like(mean), where=self.eps > 0 or size != 0)

    def _choose_scale(self, gradient: Array) -> None:
        """Measure g in units in which g² neither over- nor underflows: powers of two, mostly 1.

        Multiplying by a power of two changes no digit.
        """
        import numpy as np

        if self.scale is _ONE and self.eps > 1e-140 and gradient.dot(gradient) < 1e180:
            return  # No square overflows, and beside eps those that underflow do not count.
        size = np.maximum(np.abs(gradient), np.sqrt(self.square) * self.scale)
        exponent = np.frexp(size)[1]
        unit = np.ldexp(1.0, np.clip(exponent, -1000, 1000))
        scale = np.where(np.abs(exponent) > 300, unit, 1.0)
        ratio = self.scale / scale
        self.square = self.square * ratio * ratio
        self.scale = scale if (scale != 1.0).any() else _ONE


def clip_grad_norm(parameters: Iterable[Value], max_norm: float) -> float:
    """Scale the gradients so that their norm is at most `max_norm`; gives the norm before.

    >>> x, y = Value(0.0), Value(0.0)
    >>> (3 * x + 4 * y).backward()
    >>> clip_grad_norm([x, y], 1.0), round(x.grad, 6), round(y.grad, 6)
    (5.0, 0.6, 0.8)
    """
    items = as_leaves(parameters)
    limit = as_positive(max_norm, "max_norm", or_zero=True)
    gradients = gradients_of(items)
    norm = math.hypot(*gradients)
    if not math.isfinite(norm):
        raise FloatingPointError(f"the norm of the gradients is {norm}; none was changed")
    if norm > limit:
        ratio = limit / norm
        for parameter, slope in zip(items, gradients, strict=True):
            # A ratio that underflows has lost digits, or is 0.
            parameter.grad = slope * ratio if ratio > 1e-290 else slope / norm * limit
    return norm


# ---- Learning rates that change ----------------------------------------------------------------


def constant(lr: float) -> LearningRate:
    """The same learning rate at every step.

    >>> constant(0.1)(1000)
    0.1
    """
    rate = as_positive(lr, "lr", or_zero=True)
    return lambda step: rate


def step_decay(lr: float, every: int, factor: float = 0.5) -> LearningRate:
    """lr·factor^⌊step / every⌋.

    >>> [step_decay(1.0, every=10)(step) for step in (0, 9, 10, 20)]
    [1.0, 1.0, 0.5, 0.25]
    """
    rate = as_positive(lr, "lr", or_zero=True)
    length = as_count(every, "every")
    ratio = as_positive(factor, "factor", or_zero=True)
    return lambda step: rate * ratio ** (step // length)


def exponential_decay(lr: float, rate: float) -> LearningRate:
    """lr·e^(−rate·step).

    >>> exponential_decay(1.0, 0.5)(2)
    0.36787944117144233
    """
    start = as_positive(lr, "lr", or_zero=True)
    decay = as_positive(rate, "rate", or_zero=True)
    return lambda step: start * math.exp(-decay * step)


def inverse_time_decay(lr: float, rate: float) -> LearningRate:
    """lr / (1 + rate·step).

    >>> inverse_time_decay(1.0, 0.5)(2)
    0.5
    """
    start = as_positive(lr, "lr", or_zero=True)
    decay = as_positive(rate, "rate", or_zero=True)
    return lambda step: start / (1 + decay * step)


def cosine_decay(lr: float, steps: int, final: float = 0.0) -> LearningRate:
    """From lr to `final` along half a cosine over `steps`, then `final`.

    >>> [round(cosine_decay(1.0, 10)(step), 6) for step in (0, 5, 10, 20)]
    [1.0, 0.5, 0.0, 0.0]
    """
    start = as_positive(lr, "lr", or_zero=True)
    end = as_positive(final, "final", or_zero=True)
    length = as_count(steps, "steps")

    def rate(step: int) -> float:
        done = min(step / length, 1.0)
        return end + (start - end) * 0.5 * (1 + math.cos(math.pi * done))

    return rate


def warmup(lr: float | LearningRate, steps: int) -> LearningRate:
    """A straight rise to `lr` over the first `steps`, then `lr` itself.

    >>> [warmup(1.0, 4)(step) for step in (0, 1, 3, 4)]
    [0.25, 0.5, 1.0, 1.0]
    """
    after = lr if callable(lr) else constant(lr)
    length = as_count(steps, "steps")
    return lambda step: after(step) * min((step + 1) / length, 1.0)


def _fraction(x: Any, name: str) -> float:
    number = as_number(x, name)
    if not 0.0 <= number < 1.0:
        raise ValueError(f"{name} must be in [0, 1), got {number}")
    return number
