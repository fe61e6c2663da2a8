"""Learning rates that change: functions from the number of a step to a rate.

They are written with operators and rows of the table, so that a formula of the step goes through
them, too: that is how a page gets them in JavaScript.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from ..arguments import as_count, as_number, as_positive
from ..elements import where
from ..engine.table import cos, exp, floor, maximum, minimum
from ..missing import answers
from ..typed import TYPE_CHECKING, Any

LearningRate = Callable[[int], float]  # from the number of a step, the first being 0


class Schedule:
    """What all learning rates share: they show, copy and pickle as what they were made of.

    A new one is a class with a `__call__`, and a `see` if it depends on losses.

    >>> class halves(Schedule):
    ...     def __call__(self, step):
    ...         return 0.5**step
    >>> rate = halves()
    >>> rate.begin()
    >>> rate.see(loss=3.0)
    >>> rate(2)
    0.25
    """

    def __call__(self, step: int) -> float:
        raise NotImplementedError

    def __repr__(self) -> str:
        settings = (f"{name}={x!r}" for name, x in vars(self).items() if name[0] != "_")
        return f"{type(self).__name__}({', '.join(settings)})"

    if not TYPE_CHECKING:
        __getattr__ = answers("Schedule")

    def see(self, loss: float) -> None:
        """Take notice of the loss of an epoch, which most do not; it never raises."""

    def begin(self) -> None:
        """Set what is kept of losses, before the first of them."""


def from_zero(x: Any, name: str) -> float:
    """A finite number from 0 on; `name` is what an error calls it."""
    return as_positive(x, name, or_zero=True)


def as_fraction(x: Any, name: str) -> float:
    """A number from 0 on and below 1; `name` is what an error calls it."""
    number = as_number(x, name)
    if not 0.0 <= number < 1.0:
        raise ValueError(f"{name} must be in [0, 1), got {number}")
    return number


def as_rate(lr: Any, name: str = "lr") -> LearningRate:
    """A learning rate that is given as a number or as a function."""
    if isinstance(lr, type):
        raise TypeError(f"{name} must be made, as optim.cosine_decay(0.1, steps=100); got {lr}")
    return lr if callable(lr) else constant(from_zero(lr, name))


class constant(Schedule):
    """The same learning rate at every step.

    Raises ValueError for a negative or infinite number, TypeError for what is no number.

    >>> constant(0.1)(1000)
    0.1
    """

    def __init__(self, lr: float) -> None:
        self.lr: float = from_zero(lr, "lr")

    def __call__(self, step: int) -> float:
        return self.lr


class step_decay(Schedule):
    """lr·factor^⌊step / every⌋.

    Raises ValueError for a negative or infinite number, TypeError for what is no number.

    >>> [step_decay(1.0, every=10)(step) for step in (0, 9, 10, 20)]
    [1.0, 1.0, 0.5, 0.25]
    """

    def __init__(self, lr: float, every: int, factor: float = 0.5) -> None:
        self.lr: float = from_zero(lr, "lr")
        self.every: int = as_count(every, "every")
        self.factor: float = from_zero(factor, "factor")

    def __call__(self, step: int) -> float:
        rate: float = self.lr * self.factor ** floor(step / self.every)
        return rate


class exponential_decay(Schedule):
    """lr·e^(−rate·step).

    Raises ValueError for a negative or infinite number, TypeError for what is no number.

    >>> exponential_decay(1.0, 0.5)(2)
    0.36787944117144233
    """

    def __init__(self, lr: float, rate: float) -> None:
        self.lr: float = from_zero(lr, "lr")
        self.rate: float = from_zero(rate, "rate")

    def __call__(self, step: int) -> float:
        return self.lr * exp(-self.rate * step)


class inverse_time_decay(Schedule):
    """lr / (1 + rate·step).

    Raises ValueError for a negative or infinite number, TypeError for what is no number.

    >>> inverse_time_decay(1.0, 0.5)(2)
    0.5
    """

    def __init__(self, lr: float, rate: float) -> None:
        self.lr: float = from_zero(lr, "lr")
        self.rate: float = from_zero(rate, "rate")

    def __call__(self, step: int) -> float:
        return self.lr / (1 + self.rate * step)


class cosine_decay(Schedule):
    """From lr to `final` along half a cosine over `steps`, then `final`.

    Raises ValueError for a negative or infinite number, TypeError for what is no number.

    >>> [round(cosine_decay(1.0, 10)(step), 6) for step in (0, 5, 10, 20)]
    [1.0, 0.5, 0.0, 0.0]
    """

    def __init__(self, lr: float, steps: int, final: float = 0.0) -> None:
        self.lr: float = from_zero(lr, "lr")
        self.steps: int = as_count(steps, "steps")
        self.final: float = from_zero(final, "final")

    def __call__(self, step: int) -> float:
        return _along_cosine(self.lr, self.final, minimum(step / self.steps, 1.0))


class one_cycle(Schedule):
    """Up to `max_lr` during a share `pct_start` of the steps, and down again: halves of cosines.

    It starts at max_lr / div_factor and ends at max_lr / (div_factor·final_div_factor), where it
    stays after `total_steps`. As PyTorch's `OneCycleLR`, but the momentum is left as it is.

    Raises ValueError for a negative or infinite number, TypeError for what is no number.

    >>> [round(one_cycle(1.0, 11, pct_start=5 / 11)(step), 4) for step in (0, 2, 4, 7, 10)]
    [0.04, 0.52, 1.0, 0.5, 0.0]
    """

    def __init__(
        self,
        max_lr: float,
        total_steps: int,
        pct_start: float = 0.3,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
    ) -> None:
        self.max_lr: float = from_zero(max_lr, "max_lr")
        self.total_steps: int = as_count(total_steps, "total_steps")
        self.pct_start: float = as_number(pct_start, "pct_start")
        if not 0.0 <= self.pct_start <= 1.0:
            raise ValueError(f"pct_start must be in [0, 1], got {self.pct_start}")
        self.div_factor: float = as_positive(div_factor, "div_factor")
        self.final_div_factor: float = as_positive(final_div_factor, "final_div_factor")

    def __call__(self, step: int) -> float:
        start = self.max_lr / self.div_factor
        top = self.pct_start * self.total_steps - 1  # the step with max_lr, perhaps in between two
        end = self.total_steps - 1
        rising = _along_cosine(start, self.max_lr, _share(step, top))
        last = start / self.final_div_factor
        falling = _along_cosine(self.max_lr, last, _share(step - top, end - top))
        rate: float = where(step < top, rising, falling)
        return rate


class reduce_on_plateau(Schedule):
    """lr, and `factor` times that whenever more than `patience` epochs bring nothing better.

    Better is a loss that is lower than the lowest so far by more than a share `threshold` of it.
    `fit` tells the loss of each epoch, that of validation if there is one; a loop by hand does so
    by `optimizer.see(loss)`. As PyTorch's `ReduceLROnPlateau`.

    Raises ValueError for a negative or infinite number, TypeError for what is no number.

    >>> rate = reduce_on_plateau(1.0, patience=1)
    >>> for loss in (0.5, 0.5, 0.5):
    ...     rate.see(loss)
    >>> rate(step=3)
    0.1
    """

    def __init__(
        self,
        lr: float,
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        min_lr: float = 0.0,
    ) -> None:
        self.lr: float = from_zero(lr, "lr")
        self.factor: float = as_fraction(factor, "factor")
        self.patience: int = as_count(patience, "patience", least=0)
        self.threshold: float = from_zero(threshold, "threshold")
        self.min_lr: float = from_zero(min_lr, "min_lr")
        self.begin()

    def begin(self) -> None:
        self._rate = self.lr
        self._best = math.inf
        self._waited = 0

    def __call__(self, step: int) -> float:
        return self._rate

    def see(self, loss: float) -> None:
        # The first loss is better than none, whatever the threshold: infinity has no share.
        gain = self._best - loss
        is_better = gain > where(gain < math.inf, self.threshold * abs(self._best), 0.0)
        self._best = where(is_better, loss, self._best)
        waited = where(is_better, 0, self._waited + 1)
        reduced = minimum(self._rate, maximum(self._rate * self.factor, self.min_lr))
        is_over = waited > self.patience
        self._rate = where(is_over, reduced, self._rate)
        self._waited = where(is_over, 0, waited)


class warmup(Schedule):
    """A straight rise to `lr` over the first `steps`, then `lr` itself.

    Raises ValueError for a negative or infinite number, TypeError for what is no number.

    >>> [warmup(1.0, 4)(step) for step in (0, 1, 3, 4)]
    [0.25, 0.5, 1.0, 1.0]
    """

    def __init__(self, lr: float | LearningRate, steps: int) -> None:
        self.lr: LearningRate = as_rate(lr)
        self.steps: int = as_count(steps, "steps")

    def __call__(self, step: int) -> float:
        return self.lr(step) * minimum((step + 1) / self.steps, 1.0)

    def see(self, loss: float) -> None:
        if isinstance(self.lr, Schedule):
            self.lr.see(loss)


def _along_cosine(start: float, end: float, done: float) -> float:
    return end + (start - end) * 0.5 * (1 + cos(math.pi * done))


def _share(part: float, whole: float) -> Any:
    """How much of the whole a part is, at most 1; of nothing it is all or nothing."""
    share = minimum(part / where(whole > 0, whole, 1.0), 1.0)
    return where(whole > 0, share, where(part > 0, 1.0, 0.0))
