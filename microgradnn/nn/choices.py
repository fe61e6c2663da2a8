"""What networks are told by a name or a function: activations, and where weights begin."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..engine.value import Value
from ..typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random
    from typing import Literal

    import numpy as np

    # Editors offer these names, which tests hold against those that there are.
    # fmt: off
    ActivationName = Literal[
        "linear", "relu", "leaky_relu", "elu", "silu", "gelu", "softplus", "sigmoid", "logsigmoid",
        "tanh", "heaviside", "sign", "piecewise_linear", "sigmoid_slope", "neg", "abs", "square",
        "sqrt", "exp", "expm1", "log", "log1p", "log2", "log10", "sin", "cos", "tan", "asin",
        "acos", "atan", "sinh", "cosh", "asinh", "acosh", "atanh", "erf", "erfc", "entr", "floor",
        "ceil",
    ]
    # fmt: on
    InitializerName = Literal["zeros", "uniform", "normal", "he_normal", "xavier_uniform"]
    Activation = ActivationName | Callable[[Value], Value]
    Initializer = Callable[[int, int, random.Random], float]
    Input = Value | float | np.floating[Any] | np.integer[Any]
    Inputs = Iterable[Input]
else:
    ActivationName = InitializerName = str
    Activation = str | Callable[[Value], Value]
    Initializer = Callable[[int, int, Any], float]
    Input = Value | float
    Inputs = Iterable[Input]
