"""The engine: Value, its table of primitives, and exact derivatives; read `value.py` first.

A `Value` records what it was computed from, and `backward` is the chain rule run back over that
record: both stand in `value.py`, which explains itself without the rest. What an operation is
(its value, its derivatives, its domain) is a row of the table, read next: `row.py` says what a row
holds, `table.py` and `reductions.py` hold them. `kernels.py` makes recording fast and changes
nothing else. The files build on each other in this order: checks, recording, row, table,
reductions, formulas, functions, lists, kernels, edges, interop, value, and on it copying,
modes, derivatives and checking.

>>> from microgradnn.engine import Value
>>> x = Value(3.0)
>>> (x * x).backward()
>>> x.grad
6.0
"""

from ..arguments import assign
from ..elements import where
from . import copying, functions, reductions, table  # noqa: F401 - copying is asked by `pickle`
from .derivatives import gradients
from .modes import debug, no_grad
from .row import PRIMITIVES, Primitive
from .value import Value, topological_order

for _name in ("abs", "exp", "log", "sqrt", "tanh", "sigmoid", "relu"):
    vars(Value)[_name].__doc__ = f"{PRIMITIVES[_name].summary} See the help of `mg.{_name}`."

# fmt: off
__all__ = [
    "PRIMITIVES", "Primitive", "Value", "assign", "debug", "functions", "gradients", "no_grad",
    "reductions", "table", "topological_order", "where",
]
