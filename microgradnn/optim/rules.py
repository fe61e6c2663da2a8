"""Rules of optimisers: each is a direction, computed from the gradient and what was kept before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..arguments import as_list, is_array, must_be
from ..elements import where
from ..engine.table import maximum, minimum, sqrt
from ..engine.value import Value
from ..floats import sum_of_squares
from ..typed import TYPE_CHECKING, Any
from .groups import listed
from .schedules import LearningRate, as_fraction, from_zero
from .stepping import Optimizer

if TYPE_CHECKING:
    from .groups import Check
    from .stepping import Array, Setting

    Parameters = Iterable[Value] | Iterable[Mapping[str, Any]]


def _as_flag(x: Any, name: str) -> bool:
    return bool(must_be(bool, x, name, "True or False"))


def _as_betas(betas: Any, name: str) -> tuple[float, float]:
    if len(pair := tuple(as_list(betas, name))) != 2:
        raise ValueError(f"{name} must be two numbers, got {pair}")
    return as_fraction(pair[0], f"{name}[0]"), as_fraction(pair[1], f"{name}[1]")


class SGD(Optimizer):
    """Gradient descent: v ← momentum·v + g, then θ ← θ − lr·v.

    With `nesterov`, θ ← θ − lr·(g + momentum·v). `weight_decay` adds weight_decay·θ to the
    gradient g.

    >>> x = Value(1.0)
    >>> (x * x).backward()
    >>> SGD([x], lr=0.1).step()
    >>> x.data
    0.8

    Groups of parameters have settings of their own.

    >>> y = Value(1.0)
    >>> (x + y).backward()
    >>> SGD([{"params": [x]}, {"params": [y], "lr": 0.5}], lr=0.0).step()
    >>> x.data, y.data
    (0.8, 0.5)
    """

    checks: Mapping[str, Check] = {
        **Optimizer.checks,
        "momentum": as_fraction,
        "nesterov": _as_flag,
    }
    momentum: Setting
    nesterov: bool | Array

    def __init__(
        self,
        parameters: Parameters,
        lr: float | LearningRate,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
    ) -> None:
        super().__init__(parameters, lr, weight_decay, momentum=momentum, nesterov=nesterov)
        if self.nesterov is not False:
            count = len(self.parameters)
            are_ahead, parts = listed(self.nesterov, count), listed(self.momentum, count)
            if (True, 0.0) in zip(are_ahead, parts, strict=True):
                raise ValueError("nesterov needs a momentum above 0, got 0.0")
        self.velocity: Array | float = 0.0

    def direction(self, gradient: Array) -> Array:
        self.velocity = self.momentum * self.velocity + gradient
        if self.nesterov is False:
            return self.velocity
        ahead: Array = gradient + self.momentum * self.velocity
        direction: Array = where(self.nesterov, ahead, self.velocity)
        return direction


class _BySquares(Optimizer):
    """What Adam and RMSprop share: a running mean of g², and a step divided by its root."""

    checks: Mapping[str, Check] = {**Optimizer.checks, "eps": from_zero}
    eps: Setting

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.square: Array | float = 0.0  # in units of scale²
        self.scale: Array | float = 1.0  # a number as long as it is 1 for every parameter

    def _keep_square(self, gradient: Array, decay: Setting) -> None:
        """Take g² into its running mean."""
        before = decay * self.square
        if not self._is_plain(gradient):
            before = self._rescaled(before, gradient)
        if not isinstance(self.scale, float):
            gradient = gradient / self.scale
        self.square = before + (1 - decay) * gradient * gradient

    def _over_root(self, x: Array, square: Array | float) -> Array:
        """x / (√square + eps), where 0 / 0 is 0."""
        root = sqrt(square)
        size = (root if isinstance(self.scale, float) else root * self.scale) + self.eps
        if isinstance(self.eps, float) and self.eps > 0:
            return x / size
        quotient: Array = where(size > 0, x / size, 0.0)
        return quotient

    def _is_plain(self, gradient: Array) -> bool:
        """Whether no square overflows, and none underflows that counts beside eps."""
        return (
            isinstance(self.scale, float)
            and is_array(gradient)
            and sum_of_squares(gradient) < 1e180
            and (_least(self.eps) > 1e-140 or abs(gradient).min() > 1e-80)
        )

    def _rescaled(self, square: Array | float, gradient: Array) -> Any:
        """Measure g in units in which g² neither over- nor underflows, and the square as well.

        They are powers of two, mostly 1. Multiplying by a power of two changes no digit.
        """
        size = maximum(abs(gradient), sqrt(square) * self.scale)
        small = where((size > 0) & (size < 2.0**-300), 2.0**-600, 1.0)
        scale = where(size > 2.0**300, 2.0**600, small)
        ratio = minimum(self.scale / scale, 2.0**600)  # it is larger only where the square is 0
        self.scale = 1.0 if is_array(scale) and (scale == 1.0).all() else scale
        return square * ratio * ratio


def _least(setting: Setting) -> float:
    return setting if isinstance(setting, (int, float)) else float(setting.min())


class Adam(_BySquares):
    """Adam: running means of g and g², corrected for their start at 0; θ ← θ − lr·m / (√v + eps).

    `weight_decay` adds weight_decay·θ to the gradient g; `AdamW` keeps it out of the means.
    Source: Kingma, Ba, "Adam: a method for stochastic optimization", 2015.

    >>> x = Value(1.0)
    >>> (x * x).backward()
    >>> Adam([x], lr=0.1).step()
    >>> round(x.data, 6)
    0.9
    """

    checks: Mapping[str, Check] = {**_BySquares.checks, "betas": _as_betas}
    betas: tuple[float, float] | Array

    def __init__(
        self,
        parameters: Parameters,
        lr: float | LearningRate = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr, weight_decay, betas=betas, eps=eps)
        self.mean: Array | float = 0.0

    def direction(self, gradient: Array) -> Array:
        first, second = self.betas
        self.mean = first * self.mean + (1 - first) * gradient
        self._keep_square(gradient, second)
        mean = self.mean / (1 - first ** (self.steps + 1))
        return self._over_root(mean, self.square / (1 - second ** (self.steps + 1)))


class AdamW(Adam):
    """Adam with weight decay of its own: θ ← θ − lr·(m / (√v + eps) + weight_decay·θ).

    Source: Loshchilov, Hutter, "Decoupled weight decay regularization", 2019.

    >>> x = Value(1.0)
    >>> (x * x).backward()
    >>> AdamW([x], lr=0.1, weight_decay=0.5).step()
    >>> round(x.data, 6)
    0.85
    """

    def __init__(
        self,
        parameters: Parameters,
        lr: float | LearningRate = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.01,
    ) -> None:
        super().__init__(parameters, lr, betas, eps, weight_decay)

    def descent(self, theta: Array, gradient: Array) -> Array:
        return self.direction(gradient) + self.weight_decay * theta


class RMSprop(_BySquares):
    """RMSprop: v ← alpha·v + (1 − alpha)·g², then θ ← θ − lr·g / (√v + eps).

    With `momentum`, what is subtracted is lr·u, u ← momentum·u + g / (√v + eps). `centered` takes
    the variance for v: it subtracts the square of the running mean of g. `weight_decay` adds
    weight_decay·θ to the gradient g.

    >>> x = Value(1.0)
    >>> (x * x).backward()
    >>> RMSprop([x], lr=0.1, alpha=0.75).step()
    >>> round(x.data, 6)
    0.8
    """

    checks: Mapping[str, Check] = {
        **_BySquares.checks,
        "alpha": as_fraction,
        "momentum": as_fraction,
        "centered": _as_flag,
    }
    alpha: Setting
    momentum: Setting
    centered: bool | Array

    def __init__(
        self,
        parameters: Parameters,
        lr: float | LearningRate = 0.01,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        centered: bool = False,
    ) -> None:
        own = {"alpha": alpha, "eps": eps, "momentum": momentum, "centered": centered}
        super().__init__(parameters, lr, weight_decay, **own)
        self.mean: Array | float = 0.0
        self.velocity: Array | float = 0.0

    def direction(self, gradient: Array) -> Array:
        self._keep_square(gradient, self.alpha)
        square = self.square
        if self.centered is not False:
            self.mean = self.alpha * self.mean + (1 - self.alpha) * gradient
            mean = self.mean / self.scale
            # The difference is below 0 by rounding only.
            square = maximum(square - where(self.centered, mean * mean, 0.0), 0.0)
        self.velocity = self.momentum * self.velocity + self._over_root(gradient, square)
        return self.velocity
