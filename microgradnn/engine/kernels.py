"""Compiled recording: `Value._record`, written out for one row at a time, for speed only."""

from __future__ import annotations

import itertools
import math
import operator
import threading
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from .formulas import PYTHON, Formula, statements
from .reductions import MOST_ROUNDED
from .row import PRIMITIVES, Primitive

MOST_COMPILED = 64  # operands of an n-ary row; for more, compiling would take longer than it saves

Node = TypeVar("Node")
Kernel = Callable[..., Any]

# One operation on Values ("v") and numbers ("n"). Whatever is out of the ordinary (another type,
# an operand outside the domain, a NaN) is left to `Value._record`.
_KERNEL = """
def kernel({operands}):
{cases}{retries}
    return record(row, ({operands},))
"""
_CASE = """
    if {test}:
        {load}
        try:
            {compute}
        except (ArithmeticError, ValueError):
            return record(row, ({operands},)){check}
        node = new(Value)
        node._data = out
        node.grad = 0.0
        node.label = ""
        node.op = row
        node.operands = ({operands},)
        node.local_grads = ({local_grads},)
        return settle(node) if modes else node
"""


class Kernels(Generic[Node]):
    """The recording functions of one class of nodes, by the names of the rows.

    Each is compiled from its row when it is first asked for.
    """

    def __init__(self, value_class: type[Node], modes: dict[int, Any]) -> None:
        self._value_class = value_class
        self._record: Kernel = value_class._record  # type: ignore[attr-defined]
        self._modes = modes

    def __getattr__(self, name: str) -> Callable[..., Node]:
        if name not in PRIMITIVES:
            raise AttributeError(f"no primitive {name!r}")
        kernel = self._build(PRIMITIVES[name])
        setattr(self, name, kernel)
        return kernel

    def _build(self, row: Primitive) -> Kernel:
        many = {"sum": _sum_kernel, "dot": _dot_kernel}
        if row.kind == "custom":  # need not be formulas, and has a name of the user's choice
            return lambda *operands: self._record(row, operands)
        if row.name in many:
            return many[row.name](row, self._value_class, self._record, self._node)
        if row.arity is None:
            return self._by_kinds(row)
        all_kinds = itertools.product("vn", repeat=row.arity) if row.arity < 3 else ["vnn"]
        return self._compile(row, row.arity, ["".join(k) for k in all_kinds if "v" in k])

    def _by_kinds(self, row: Primitive) -> Kernel:
        """A kernel for each number and arrangement of operands of an n-ary row."""
        compiled: dict[str, Kernel] = {}
        value_class, record = self._value_class, self._record

        def kernel(*operands: Any) -> Any:
            if len(operands) > MOST_COMPILED:
                return record(row, operands)
            kinds = "".join(["v" if type(x) is value_class else "n" for x in operands])
            if kinds not in compiled:
                compiled[kinds] = self._compile(row, len(operands), [kinds])
            return compiled[kinds](*operands)

        return kernel

    def _compile(self, row: Primitive, arity: int, all_kinds: Sequence[str]) -> Kernel:
        record = self._record
        try:
            source = kernel_source(row, arity, all_kinds)
        except TypeError:  # a user's row, and one that looks at a number, need not be formulas
            return lambda *operands: record(row, operands)
        namespace = {
            **{other.name: other.forward for other in PRIMITIVES.values()},
            "Value": self._value_class,
            "new": self._value_class.__new__,
            "record": record,
            "row": row,
            "modes": self._modes,
            "settle": self._settled,
            "inf": math.inf,
            "nan": math.nan,
        }
        exec(compile(source, f"{__file__}, {row.name}", "exec"), namespace)
        return namespace["kernel"]  # type: ignore[return-value]

    def _node(self, out: float, row: Primitive, operands: Any, local_grads: Any) -> Any:
        node: Any = self._value_class.__new__(self._value_class)
        node._data = out
        node.grad = 0.0
        node.label = ""
        node.op = row
        node.operands = operands
        node.local_grads = local_grads
        return self._settled(node) if self._modes else node

    def _settled(self, node: Any) -> Any:
        """The node as the mode of this thread wants it: under `no_grad` a leaf."""
        keep = self._modes.get(threading.get_ident(), tuple)
        if keep:
            node.operands = keep(node.operands)
        else:
            node.op, node.operands, node.local_grads = None, (), ()
        return node


def kernel_source(row: Primitive, arity: int, all_kinds: Sequence[str]) -> str:
    """The Python text of a kernel for operands of these kinds."""
    operands = [f"x{i}" for i in range(arity)]
    cases = "".join(_case(row, operands, kinds) for kinds in all_kinds)
    retries = "".join(
        f"\n    if type({x}) is int and -1e15 < {x} < 1e15:"
        f"\n        return kernel({', '.join(f'float({y})' if x == y else y for y in operands)})"
        for x in operands
        if arity > 1
    )
    return _KERNEL.format(operands=", ".join(operands), cases=cases, retries=retries)


def _case(row: Primitive, operands: list[str], kinds: Sequence[str]) -> str:
    """The branch for operands of these kinds."""
    pairs = list(zip(operands, kinds, strict=True))
    numbers = [Formula(f"d{x}" if kind == "v" else x) for x, kind in pairs]
    results = {"out": row(*numbers)}
    derivatives = row.partials_on(Formula("out"), numbers, [kind == "v" for kind in kinds])
    for derivative, (x, kind) in zip(derivatives, pairs, strict=True):
        if kind == "v":
            results[f"local_{x}"] = derivative
    compute = statements(results, PYTHON)
    local_grads = dict.fromkeys(operands, "None")
    for line in [line for line in compute if line.startswith("local_")]:
        name, text = line.split(" = ", 1)
        plain = not set(text) & set(" (")  # a name or number needs no assignment
        local_grads[name.removeprefix("local_")] = text if plain else name
        if plain:
            compute.remove(line)
    listed = ", ".join(operands)
    is_nan = f"\n        if out != out:\n            return record(row, ({listed},))"
    return _CASE.format(
        test=" and ".join(f"type({x}) is {'Value' if k == 'v' else 'float'}" for x, k in pairs),
        load="\n        ".join(f"d{x} = {x}._data" for x, kind in pairs if kind == "v"),
        compute="\n            ".join(compute),
        check="" if row.keeps_partials_at_nan else is_nan,
        operands=listed,
        local_grads=", ".join(local_grads.values()),
    )


def _sum_kernel(row: Primitive, value_class: Any, record: Kernel, new_node: Kernel) -> Kernel:
    fsum = math.fsum

    def kernel(*operands: Any) -> Any:
        try:
            out = fsum([x._data for x in operands])
        except (AttributeError, ArithmeticError, ValueError):
            return record(row, operands)
        return new_node(out, row, operands, (1.0,) * len(operands))

    return kernel


def _dot_kernel(row: Primitive, value_class: Any, record: Kernel, new_node: Kernel) -> Kernel:
    fsum, times = math.fsum, operator.mul

    def kernel(*operands: Any) -> Any:
        n = len(operands) // 2
        inputs, bias = operands[n:-1], operands[-1]
        try:
            w = [weight._data for weight in operands[:n]]
            if type(inputs[0]) is value_class:
                x = [value._data for value in inputs]
                by_inputs: list[float | None] = w
            elif set(map(type, inputs)) != {float}:
                return record(row, operands)
            else:
                x, by_inputs = list(inputs), [None] * n
            has_bias = type(bias) is not float
            out = fsum([*map(times, w, x), bias._data if has_bias else bias])
        except (AttributeError, IndexError, ArithmeticError, ValueError):
            return record(row, operands)
        if n > MOST_ROUNDED:
            return record(row, operands)
        return new_node(out, row, operands, (*x, *by_inputs, 1.0 if has_bias else None))

    return kernel
