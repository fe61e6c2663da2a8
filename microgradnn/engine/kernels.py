"""Compiled recording: `Value._record`, written out for one row at a time, for speed only."""

import itertools
import math
import operator
from collections.abc import Callable, Sequence

from ..typed import Any, Generic, TypeVar
from .formulas import PYTHON, Formula, statements
from .reductions import MOST_ROUNDED
from .row import PRIMITIVES, Primitive, mode

MOST_COMPILED = 64  # operands of an n-ary row; for more, compiling would take longer than it saves

Node = TypeVar("Node")
Kernel = Callable[..., Any]

# In a kernel `x0`, … are the operands, `dx0`, … the numbers in those that are Values, `local_x0`, …
# the derivatives by them. Each way in which Values ("v") and floats ("n") can stand is a case. All
# else is left to `Value._record`: another type (a subclass of Value is one, so `type` is asked), an
# operand outside the domain, a NaN. The lines that assemble the node are those of
# `Value._assembled`: if it were called, a node would take half as long again.
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
        node._number = out
        node._grad = 0.0
        node.label = ""
        node.op = row
        node.operands = ({operands},)
        node.local_grads = ({local_grads},)
        return settled(node) if changed_somewhere else node
"""
_CHECK_FOR_NAN = """
        if out != out:
            return record(row, ({operands},))"""
_RETRY = """
    if type({x}) is int and -1e15 < {x} < 1e15:
        return kernel({operands})"""


class _Unrecorded(tuple[Any, ...]):
    """The operands of what was computed without recording: none, but not as a leaf has none."""

    __slots__ = ()


UNRECORDED = _Unrecorded()

# Weak references to the blocks that change what is recorded, in whatever context; as a block is
# alive while a context is in it, no context has to be asked for its mode while this is empty.
# Asking takes a seventh of the time of a node.
changed_somewhere: set[Any] = set()

# Traces of the compiler, the innermost last: they record what no kernel takes. What they watch is
# of a class of its own, which no kernel takes.
open_traces: list[Any] = []


def settled(node: Any) -> Any:
    """The finished node as the mode of this context wants it."""
    now = mode.get()
    if now.records:
        node.operands = now.keep(node.operands)
    else:
        node.op, node.operands, node.local_grads = None, UNRECORDED, ()
    return node


def must_be_recorded(node: Any, asked: str) -> None:
    """Refuse to differentiate what was computed without recording: 0 would be a wrong answer."""
    if node.operands is UNRECORDED:
        name = node.label or f"Value(data={node.data!r})"
        raise RuntimeError(
            f"{asked} has nothing to go back over: {name} was computed inside no_grad(), which "
            "records nothing; compute it outside of the block"
        )


class Kernels(Generic[Node]):
    """The recording functions of a class of nodes, by the rows' names; compiled when asked for."""

    def __init__(self, value_class: type[Node]) -> None:
        self._value_class = value_class

    def _record(self, row: Primitive, operands: tuple[Any, ...]) -> Any:
        """Record what no kernel takes."""
        return (open_traces or [self._value_class])[-1]._record(row, operands)

    def __getattr__(self, name: str) -> Callable[..., Node]:
        if name not in PRIMITIVES:
            raise AttributeError(f"no primitive {name!r}")
        kernel = self._build(PRIMITIVES[name])
        setattr(self, name, kernel)
        return kernel

    def _build(self, row: Primitive) -> Kernel:
        if row.kind == "custom":  # need not be formulas, and has a name of the user's choice
            return self._plain(row)
        by_hand = {"sum": _sum_kernel, "dot": _dot_kernel}
        if row.name in by_hand:
            return by_hand[row.name](row, self._value_class, self._record)
        if row.arity is None:
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
            "inf": math.inf,
            "nan": math.nan,
        }
        import linecache  # only when the first kernel is written

        # Tracebacks and debuggers find the lines of a kernel by this name.
        name = f"{__file__}, {row.name} of {' '.join(all_kinds)}"
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        exec(compile(source, name, "exec"), namespace)
        return namespace["kernel"]  # type: ignore[return-value]


def kernel_source(row: Primitive, arity: int, all_kinds: Sequence[str]) -> str:
    """The Python text of a kernel for operands of these kinds."""
    operands = [f"x{place}" for place in range(arity)]
    cases = "".join([_case(row, operands, kinds) for kinds in all_kinds])
    retries = ""  # an int beside a Value is tried again as a float, if that is the same number
    for x in operands if arity > 1 else ():
        as_floats = [f"float({y})" if y == x else y for y in operands]
        retries += _RETRY.format(x=x, operands=", ".join(as_floats))
    return _KERNEL.format(operands=", ".join(operands), cases=cases, retries=retries)


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
        local_grads=", ".join([texts.get(f"local_{x}", "None") for x in operands]),
    )


def _sum_kernel(row: Primitive, value_class: Any, record: Kernel) -> Kernel:
    fsum, assembled = math.fsum, value_class._assembled

    def kernel(*operands: Any) -> Any:
        if open_traces:
            return record(row, operands)
        try:
            out = fsum([x._number for x in operands])
        except (AttributeError, ArithmeticError, ValueError):
            return record(row, operands)
        node = assembled(out, row, operands, (1.0,) * len(operands))
        return settled(node) if changed_somewhere else node

    return kernel


def _dot_kernel(row: Primitive, value_class: Any, record: Kernel) -> Kernel:
    fsum, times, assembled = math.fsum, operator.mul, value_class._assembled

    def kernel(*operands: Any) -> Any:
        n = len(operands) // 2
        if open_traces or n > MOST_ROUNDED:
            return record(row, operands)
        inputs, bias = operands[n:-1], operands[-1]
        try:
            w = [weight._number for weight in operands[:n]]
            if type(inputs[0]) is value_class:
                x = [value._number for value in inputs]
                by_inputs: list[float | None] = w
            elif set(map(type, inputs)) != {float}:
                return record(row, operands)
            else:
                x, by_inputs = list(inputs), [None] * n
            has_bias = type(bias) is not float
            out = fsum([*map(times, w, x), bias._number if has_bias else bias])
        except (AttributeError, IndexError, ArithmeticError, ValueError):
            return record(row, operands)
        node = assembled(out, row, operands, (*x, *by_inputs, 1.0 if has_bias else None))
        return settled(node) if changed_somewhere else node

    return kernel
