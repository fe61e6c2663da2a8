"""The engine: Value, its table of primitives, and exact derivatives; read `value.py` first.

A `Value` records what it was computed from (`value.py`); each operation is one row of the table
(`table.py`, `reductions.py`), and everything else reads the rows. The files build on each other
in this order: checks, interval, row, custom, table, reductions, formulas, functions,
kernels, interop, value, and on it copying, modes, derivatives and checking.

>>> from microgradnn.engine import Value
>>> x = Value(3.0)
>>> (x * x).backward()
>>> x.grad
6.0
"""

from . import copying  # noqa: F401 - tells copy and pickle how a graph is taken apart
from .checking import GradientCheck, gradcheck, numerical_gradient, relative_error
from .custom import primitive
from .derivatives import grad, gradients, hessian, jacobian, value_and_grad
from .interval import Interval
from .modes import debug, large_graph, no_grad
from .row import PRIMITIVES, Primitive, where
from .value import Value, topological_order

__all__ = [
    "PRIMITIVES",
    "GradientCheck",
    "Interval",
    "Primitive",
    "Value",
    "debug",
    "grad",
    "gradcheck",
    "gradients",
    "hessian",
    "jacobian",
    "large_graph",
    "no_grad",
    "numerical_gradient",
    "primitive",
    "relative_error",
    "topological_order",
    "value_and_grad",
    "where",
]
