"""Compiled recording: `Value._record`, written out for one row at a time, for speed only."""

import itertools
from collections.abc import Callable, Sequence
from functools import partial
from math import inf, isfinite, nan

from ..signatures import Record as Record
from ..typed import Any, Generic, TypeVar
from .formulas import PYTHON, Formula, statements
from .lists import neuron_kernel, numbers_of, softmax_nodes, sum_kernel
from .recording import changed_somewhere, open_traces, settled
from .row import PRIMITIVES, Primitive

MOST_COMPILED = 64  # operands of an n-ary row; for more, compiling would take longer than it saves

Kernel = Callable[..., Any]
Node = TypeVar("Node")

# In a kernel `x0`, … are the operands, `dx0`, … the numbers in those that are Values, `local_x0`, …
# the derivatives by them. Each way in which Values ("v") and floats ("n") can stand is a case. All
# else is left to `Value._record`: another type (a subclass of Value is one, so `type` is asked), an
# operand outside the domain, a NaN. The lines that assemble the node are those of
# `Value._assembled`: if it were called, a node would take half as long again.
_KERNEL = """
def kernel({operands}):
{cases}
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
        node._number = out
        node._grad = 0.0
        node._label = ""
        node.op = row
        node._x = {x}
        node._dx = {dx}
        node._y = {y}
        node._dy = {dy}
        return settled(node) if changed_somewhere else node
"""
_CHECK_FOR_NAN = """
        if out != out:
            return record(row, ({operands},))"""
_INT = """
    if type({x}) is int and -1e15 < {x} < 1e15:  # as a float it is the same number
        {x} = float({x})
"""


class Kernels(Generic[Node]):
    """The recording functions of a class of nodes, each written when it is first called.

    They stand in a module, `record`, under the names of the rows: Python calls the functions of a
    module sooner than those of another object.
    """

    def __init__(self, value_class: type[Node]) -> None:
        self._value_class: Any = value_class
        self.record: Record[Node] = Record("record")
        for name in PRIMITIVES:
            setattr(self.record, name, partial(self._first, name))
        self.neuron: Kernel = neuron_kernel(PRIMITIVES["dot"], value_class, self._record)

    def of(self, name: str) -> Callable[..., Node]:
        """The kernel of a row, which may be younger than the others."""
        return getattr(self.record, name, None) or partial(self._first, name)

    def _record(self, row: Primitive, operands: tuple[Any, ...]) -> Any:
        """Record what no kernel takes."""
        return (open_traces or [self._value_class])[-1]._record(row, operands)

    def _first(self, name: str, *operands: Any) -> Any:
        """Write the kernel, and put it in the place of this; who has kept this finds it there."""
        kernel = getattr(self.record, name, None)
        if kernel is None or isinstance(kernel, partial):
            kernel = self._build(PRIMITIVES[name])
            setattr(self.record, name, kernel)
        return kernel(*operands)

    def _dot(self, *operands: Any) -> Any:
        n = len(operands) // 2
        return self.dot_of(operands[:n], operands[n:-1], operands[-1])

    def dot_of(self, weights: Sequence[Any], inputs: Sequence[Any], bias: Any) -> Any:
        """The `dot` of two lists of the same length."""
        inputs = tuple(inputs)
        return self.neuron(tuple(weights), inputs, bias, numbers_of(inputs))

    def shares(self, logits: Sequence[Any]) -> list[Any] | None:
        """All nodes of a softmax at once; None if the logits are not plain Values, and finite."""
        numbers = numbers_of(logits)
        if numbers is None or numbers is logits or open_traces or not all(map(isfinite, numbers)):
            return None
        return softmax_nodes(PRIMITIVES["softmax"], self._value_class, tuple(logits), numbers)

    def _build(self, row: Primitive) -> Kernel:
        if row.kind == "custom":  # need not be formulas, and has a name of the user's choice
            return self._plain(row)
        if row.name == "sum":
            return sum_kernel(row, self._value_class, self._record)
        if row.name == "dot":
            return self._dot
        if row.arity is None or row.arity > 3:
            return self._by_kinds(row)
        all_kinds = itertools.product("vn", repeat=row.arity) if row.arity < 3 else ["vnn"]
        return self._compile(row, row.arity, ["".join(k) for k in all_kinds if "v" in k])

    def _plain(self, row: Primitive) -> Kernel:
        """What every kernel must agree with."""
        record = self._record
        return lambda *operands: record(row, operands)

    def _by_kinds(self, row: Primitive) -> Kernel:
        """A kernel for each number and arrangement of operands of an n-ary row."""
        compiled: dict[str, Kernel] = {}
        value_class, record = self._value_class, self._record

        def kernel(*operands: Any) -> Any:
            if len(operands) > MOST_COMPILED or open_traces:
                return record(row, operands)
            kinds = "".join(["v" if type(x) is value_class else "n" for x in operands])
            if kinds not in compiled:
                compiled[kinds] = self._compile(row, len(operands), [kinds])
            return compiled[kinds](*operands)

        return kernel

    def _compile(self, row: Primitive, arity: int, all_kinds: Sequence[str]) -> Kernel:
        try:
            source = kernel_source(row, arity, all_kinds)
        except TypeError:  # a row that looks at a number is no formula
            return self._plain(row)
        namespace = {other.name: other.forward for other in PRIMITIVES.values()} | {
            "__name__": __name__,
            "Value": self._value_class,
            "new": self._value_class.__new__,
            "record": self._record,
            "row": row,
            "changed_somewhere": changed_somewhere,
            "settled": settled,
            "inf": inf,
            "nan": nan,
        }
        import linecache  # only when the first kernel is written

        # Tracebacks and debuggers find the lines of a kernel by this name.
        name = f"{__file__}, {row.name} of {' '.join(all_kinds)}"
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        exec(compile(source, name, "exec"), namespace)
        return namespace["kernel"]


def kernel_source(row: Primitive, arity: int, all_kinds: Sequence[str]) -> str:
    """The Python text of a kernel for operands of these kinds."""
    operands = [f"x{place}" for place in range(arity)]
    cases = [_case(row, operands, kinds) for kinds in all_kinds]
    if arity > 1:  # before the first case that has a number
        place = sum(["n" not in kinds for kinds in all_kinds])
        cases[place:place] = [_INT.format(x=x) for x in operands]
    return _KERNEL.format(operands=", ".join(operands), cases="".join(cases))


def _case(row: Primitive, operands: list[str], kinds: Sequence[str]) -> str:
    """The branch for operands of these kinds."""
    listed = ", ".join(operands)
    wanted = [kind == "v" for kind in kinds]
    values = list(itertools.compress(operands, wanted))
    numbers = [Formula(f"d{x}" if x in values else x) for x in operands]
    partials = dict(zip(operands, row.partials_on(Formula("out"), numbers, wanted), strict=True))
    results = {"out": row(*numbers), **{f"local_{x}": partials[x] for x in values}}
    compute, texts = [], {}
    for line in statements(results, PYTHON):
        name, text = line.split(" = ", 1)
        if name.startswith("local_") and " " not in text and "(" not in text:
            texts[name] = text  # a name or number needs no line of its own
        else:
            texts[name] = name
            compute.append(line)
    return _CASE.format(
        test=" and ".join(f"type({x}) is {'Value' if x in values else 'float'}" for x in operands),
        load="\n        ".join([f"d{x} = {x}._number" for x in values]),
        compute="\n            ".join(compute),
        check="" if row.keeps_partials_at_nan else _CHECK_FOR_NAN.format(operands=listed),
        operands=listed,
        **_slots(operands, values, [texts.get(f"local_{x}", "None") for x in operands]),
    )


def _slots(operands: list[str], values: list[str], local_grads: list[str]) -> dict[str, str]:
    """What `Value._connect` keeps of these operands."""
    if len(operands) > 2:
        derivatives = ", ".join([d for d in local_grads if d != "None"])
        x, y = (f"({', '.join(xs)},)" for xs in (operands, values))
        return {"x": x, "dx": "None", "y": y, "dy": f"({derivatives},)"}
    x, y, dx, dy = [*operands, "None"][:2] + [*local_grads, "None"][:2]
    return {"x": x, "dx": dx, "y": y, "dy": dy}
