"""Initial weights: functions (fan_in, fan_out, rng) -> one weight."""

from __future__ import annotations

import math

from ..arguments import as_number, as_positive
from ..typed import TYPE_CHECKING, Any
from .choices import Initializer, InitializerName

if TYPE_CHECKING:
    import random


def zeros(fan_in: int, fan_out: int, rng: random.Random) -> float:
    """Every weight 0: all neurons of a layer then learn the same.

    Raises TypeError unless it is given the three arguments that each initializer is given.

    >>> import random
    >>> zeros(2, 3, random.Random(0))
    0.0
    """
    return 0.0


def uniform(low: float = -1.0, high: float = 1.0) -> Initializer:
    """Weights spread evenly over [low, high].

    Raises ValueError if `low` is above `high` or one is infinite, TypeError if one is no number.

    >>> import random
    >>> weight = uniform(0, 1)(2, 3, random.Random(0))
    >>> 0 <= weight <= 1
    True
    """
    low = as_number(low, "low")
    high = as_number(high, "high")
    if not -math.inf < low <= high < math.inf:
        raise ValueError(f"low must be finite and not above high, got low = {low}, high = {high}")
    return lambda fan_in, fan_out, rng: rng.uniform(low, high)


def normal(std: float = 1.0) -> Initializer:
    """Weights from the normal distribution with mean 0 and standard deviation `std`.

    Raises ValueError if `std` is negative or infinite, TypeError if it is no number.

    >>> import random
    >>> normal(0)(2, 3, random.Random(0))
    0.0
    """
    std = as_positive(std, "std", or_zero=True)
    return lambda fan_in, fan_out, rng: rng.gauss(0.0, std)


def he_normal(fan_in: int, fan_out: int, rng: random.Random) -> float:
    """Normal with standard deviation √(2/fan_in), which keeps the size of signals through ReLUs.

    Source: He, Zhang, Ren, Sun, "Delving deep into rectifiers", 2015.

    Raises ZeroDivisionError if there are no inputs: `fan_in` is 0.

    >>> import random
    >>> weight = he_normal(2, 3, random.Random(0))
    """
    return rng.gauss(0.0, math.sqrt(2.0 / fan_in))


def xavier_uniform(fan_in: int, fan_out: int, rng: random.Random) -> float:
    """Uniform on ±√(6/(fan_in + fan_out)), which suits tanh and sigmoid.

    Source: Glorot, Bengio, "Understanding the difficulty of training deep networks", 2010.

    Raises ZeroDivisionError if `fan_in` and `fan_out` are both 0.

    >>> import random
    >>> abs(xavier_uniform(2, 4, random.Random(0))) <= 1
    True
    """
    bound = math.sqrt(6.0 / (fan_in + fan_out))
    return rng.uniform(-bound, bound)


_BY_NAME: dict[str, Any] = {
    "zeros": zeros,
    "uniform": uniform(),
    "normal": normal(),
    "he_normal": he_normal,
    "xavier_uniform": xavier_uniform,
}


def as_initializer(init: InitializerName | Initializer) -> Initializer:
    """The initializer of that name, or the function itself."""
    if callable(init):
        return init
    if not isinstance(init, str) or init not in _BY_NAME:
        raise ValueError(f"init must be a function or one of {', '.join(_BY_NAME)}; got {init!r}")
    return _BY_NAME[init]  # type: ignore[no-any-return]


def as_random(rng: random.Random | int | None) -> random.Random:
    """The generator itself, or a new one from a seed; None is the one that Python keeps.

    That is the module `random`, whose functions are a generator's methods; `random.seed` sets it.
    """
    import random

    shared: random.Random = random  # type: ignore[assignment]
    if rng is None or rng is shared:
        return shared
    if isinstance(rng, random.Random):
        return rng
    if isinstance(rng, int) and not isinstance(rng, bool):
        return random.Random(rng)
    raise TypeError(f"rng must be a random.Random, an int or None, got {type(rng).__name__}")
