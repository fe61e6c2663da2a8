"""microgradnn: a scalar autograd engine with a computational graph.

>>> import microgradnn as mg
>>> x = mg.Value(2.0, label="x")
>>> y = mg.tanh(x) * x
>>> y.backward()
>>> f"{y:.4f} {x.grad:.4f}"
'1.9281 1.1053'
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from . import copying, losses, nn, optim  # noqa: F401 - copying registers itself
from .checking import GradientCheck, gradcheck, numerical_gradient, relative_error
from .derivatives import grad, gradients, hessian, jacobian, value_and_grad
from .diagnosis import first_non_finite
from .functions import (
    clip,
    dot,
    elu,
    leaky_relu,
    logsumexp,
    max,
    mean,
    min,
    softmax,
    sum,
    where,
)
from .modes import debug, large_graph, no_grad
from .primitives import (
    Primitive,
    abs,
    acos,
    asin,
    atan,
    cos,
    cosh,
    entr,
    erf,
    erfc,
    exp,
    expm1,
    gelu,
    heaviside,
    log,
    log1p,
    logsigmoid,
    maximum,
    minimum,
    piecewise_linear,
    pow,
    primitive,
    rel_entr,
    relu,
    sigmoid,
    sign,
    silu,
    sin,
    sinh,
    softplus,
    sqrt,
    tan,
    tanh,
    xlogy,
)
from .value import Value, topological_order

__version__ = "0.1.0"

if TYPE_CHECKING:
    from . import data, plots, testing
    from .compiler import Program, compile
    from .drawing import Drawing, FilmStrip, draw, to_dot
    from .explorer import Explorer, explore
    from .teaching import explain, steps
    from .teaching.worksheet import worksheet
    from .training import History, evaluate, fit

# Names whose modules need more than the standard library: loaded when they are first asked for.
_LAZY = {
    "data": "data",
    "plots": "plots",
    "testing": "testing",
    "Drawing": "drawing",
    "Explorer": "explorer",
    "FilmStrip": "drawing",
    "Program": "compiler",
    "compile": "compiler",
    "draw": "drawing",
    "to_dot": "drawing",
    "History": "training",
    "explain": "teaching",
    "explore": "explorer",
    "steps": "teaching",
    "worksheet": "teaching.worksheet",
    "evaluate": "training",
    "fit": "training",
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'microgradnn' has no attribute {name!r}")
    module = importlib.import_module(f"{__name__}.{_LAZY[name]}")
    found = module if name == _LAZY[name] else getattr(module, name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)


def _draw_in_notebook(value: Value) -> str | None:
    if len(topological_order(value)) > 60:
        return None  # the text form instead
    picture: str = __getattr__("draw")(value).svg
    return picture


Value._repr_svg_ = _draw_in_notebook  # type: ignore[attr-defined]

__all__ = [
    "Drawing",
    "Explorer",
    "FilmStrip",
    "GradientCheck",
    "History",
    "Primitive",
    "Program",
    "Value",
    "__version__",
    "abs",
    "acos",
    "asin",
    "atan",
    "clip",
    "compile",
    "cos",
    "cosh",
    "data",
    "debug",
    "dot",
    "draw",
    "elu",
    "entr",
    "erf",
    "erfc",
    "evaluate",
    "exp",
    "explain",
    "explore",
    "expm1",
    "first_non_finite",
    "fit",
    "gelu",
    "grad",
    "gradcheck",
    "gradients",
    "heaviside",
    "hessian",
    "jacobian",
    "large_graph",
    "leaky_relu",
    "log",
    "log1p",
    "logsigmoid",
    "logsumexp",
    "losses",
    "max",
    "maximum",
    "mean",
    "min",
    "minimum",
    "nn",
    "no_grad",
    "numerical_gradient",
    "optim",
    "piecewise_linear",
    "plots",
    "pow",
    "primitive",
    "rel_entr",
    "relative_error",
    "relu",
    "sigmoid",
    "sign",
    "silu",
    "sin",
    "sinh",
    "softmax",
    "softplus",
    "sqrt",
    "steps",
    "sum",
    "tan",
    "tanh",
    "testing",
    "to_dot",
    "topological_order",
    "value_and_grad",
    "where",
    "worksheet",
    "xlogy",
]
