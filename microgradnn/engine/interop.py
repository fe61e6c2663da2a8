"""How a Value meets the rest of Python: NumPy, printing, pictures, conversion, copying."""

from collections.abc import Callable
from functools import partial, partialmethod
from types import MethodType

from ..arguments import as_number, check_lengths, must_be
from ..typed import Any, OfNumbers, Self
from .checks import as_operand
from .edges import Edges
from .recording import changed_somewhere, settled
from .row import GIVEN

# Methods that Python looks for, and NumPy in the elements of an object array, by what they are
# called in words; `foreign` applies a row or says what to write instead.
_FOREIGN = {"__int__": "int", "__round__": "round", "__trunc__": "math.trunc", "__invert__": "~"}
_FOREIGN["as_integer_ratio"] = "an exact ratio"  # which `statistics` and `fractions` take
_NUMPY = "sin cos tan arcsin arccos arctan sinh cosh fabs expm1 log1p log2 log10 exp2 cbrt arcsinh "
_NUMPY += "arccosh arctanh rint deg2rad radians rad2deg degrees hypot arctan2 fmod logical_xor"
_FOREIGN |= {name: f"numpy.{name}" for name in _NUMPY.split()}
_FOREIGN |= {"__floor__": "floor", "__ceil__": "ceil", "__isub__": "-="}
_FLOORS = {"floordiv": "//", "mod": "%", "divmod": "divmod", "matmul": "@"}
_BITS = {"lshift": "<<", "rshift": ">>", "and": "&", "or": "|", "xor": "^"}
_FOREIGN |= {f"__{r}{k}__": sign for k, sign in (_FLOORS | _BITS).items() for r in ("", "r")}
_FOREIGN["__rmod__"] = "reflected %"


class Protocols(Edges, OfNumbers):
    """The base of Value that holds what a reader of the engine need not see."""

    __slots__ = ()

    def _known(self: Any) -> float | None:
        """The number; None while the compiler traces, for what it is a program may not look at."""
        return self._number  # type: ignore[no-any-return]

    @property
    def data(self: Any) -> float:
        """The number itself; a recorded pass keeps its derivatives when it is changed."""
        return self._number  # type: ignore[no-any-return]

    @data.setter
    def data(self: Any, number: Any) -> None:
        self._number = number if type(number) is float else as_number(number, "data")

    @property
    def grad(self: Any) -> float:
        """The derivative, by this, of what `backward()` was called on; 0.0 before."""
        return self._grad  # type: ignore[no-any-return]

    @grad.setter
    def grad(self: Any, number: Any) -> None:
        if number is None:
            raise TypeError("grad must be a real number, got None; write 0.0 or call zero_grad()")
        self._grad = number if type(number) is float else as_number(number, "grad")

    @property
    def made_at(self: Any) -> str:
        """The line of the program that made this, "file:line: text", as `mg.debug` shows; or ""."""
        return getattr(self._x, "line", "")

    def __repr__(self: Any) -> str:
        label = f", label={self.label!r}" if self.label else ""
        return f"Value(data={self.data!r}, grad={self.grad!r}{label})"

    def __format__(self: Any, spec: str) -> str:
        return format(self.data, spec) if spec else repr(self)

    def __float__(self) -> float:
        raise TypeError(
            "a Value is not converted to float silently, for its gradient would be lost: use "
            ".data for the number, or microgradnn's own function (mg.tanh, not math.tanh)"
        )

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        from .. import foreign  # only now: who has no NumPy does not need it

        return foreign.call(ufunc, method, inputs, options)

    # ---- As programs look at it that were written for other engines ------------------------------

    @property
    def _children(self: Any) -> tuple[Any, ...]:
        """The operands, a number as a leaf; without an exponent that is a number, as in `**2`."""
        return tuple([child for child, _ in _shown_edges(self)])

    @property
    def _prev(self) -> set[Any]:
        """The same as a set, so each only once."""
        return set(self._children)

    @property
    def _local_grads(self: Any) -> tuple[float, ...]:
        """The derivative by each of `_children`; 0 by a number, as nothing is handed on to it."""
        return tuple([local_grad for _, local_grad in _shown_edges(self)])

    @property
    def _op(self: Any) -> str:
        """The operation as micrograd writes it, such as "+", "**2", "ReLU"; "" of a leaf."""
        if self.op is None:
            return ""
        if self.op.name == "pow" and self._dy is None:
            return f"**{self._y:g}"
        return "ReLU" if self.op.name == "relu" else self.op.code or self.op.name

    @property
    def _backward(self: Any) -> Callable[[], None]:
        """The function that adds to each operand's `grad` what this node's `grad` contributes."""
        return MethodType(_hand_on, self)

    @_backward.setter
    def _backward(self, function: Any) -> None:
        raise AttributeError(
            "_backward cannot be replaced, for every operation keeps its derivatives as numbers; "
            "make an operation of your own by mg.primitive('cube', lambda x: x**3, [lambda out, x: "
            "3 * x**2]), or a node of known derivatives: Value(data, (a, b), (by_a, by_b))"
        )

    # ---- As a number ---------------------------------------------------------------------------

    def item(self: Any) -> float:
        """The number, as a plain float."""
        return self.data  # type: ignore[no-any-return]

    def detach(self) -> Self:
        """A new leaf with the same number, to which no gradient flows through this graph."""
        leaf: Self = self._assembled(self.data, None, (), (), label=self.label)
        return leaf

    def __lt__(self: Any, other: Any) -> bool:
        return self._number < _number_of(other)  # type: ignore[no-any-return]

    def __le__(self: Any, other: Any) -> bool:
        return self._number <= _number_of(other)  # type: ignore[no-any-return]

    def __gt__(self: Any, other: Any) -> bool:
        return self._number > _number_of(other)  # type: ignore[no-any-return]

    def __ge__(self: Any, other: Any) -> bool:
        return self._number >= _number_of(other)  # type: ignore[no-any-return]

    def __bool__(self: Any) -> bool:
        return self._number != 0.0  # type: ignore[no-any-return]

    def __pos__(self) -> Self:
        return self

    conjugate = __pos__  # it is real; NumPy asks for this, for a variance

    def _repr_svg_(self) -> str | None:
        """What a notebook shows: the graph as a picture, or None (the text form) if it is large."""
        from ..drawing.drawn import in_notebook

        return in_notebook(self)


def _shown_edges(node: Any) -> list[tuple[Any, float]]:
    local_grads = node.local_grads
    edges = list(zip(node.operands, local_grads, strict=True))
    if None not in local_grads:
        return edges
    if node._op.startswith("**") and edges[-1][1] is None:
        edges.pop()
    leaf = partial(node._assembled, op=None, operands=(), local_grads=())
    return [(leaf(x), 0.0) if d is None else (x, d) for x, d in edges]


def _hand_on(node: Any) -> None:
    for operand, local_grad in node._edges():
        operand._grad += local_grad * node._grad


def _number_of(x: Any) -> Any:
    if hasattr(type(x), "_apply"):
        return x._number
    return as_number(x, "operand of a comparison")


def _foreign(value: Any, shown: str, *others: Any) -> Any:
    from .. import foreign

    return foreign.apply(shown, value, *others)


for _name, _shown in _FOREIGN.items():
    setattr(Protocols, _name, partialmethod(_foreign, _shown))


def describe(
    node: Any, first: Any, second: Any, label: str, _children: Any = (), _op: str = ""
) -> None:
    """Make of a new leaf what the other arguments of `Value` say; refuse what they cannot mean.

    `first` is a label, or the operands; `second` the local derivatives by these, or, as in
    micrograd, how an operation is written, of which nothing is kept.
    """
    plain = type(first) is type(second) is tuple and label is _children is _op
    if plain and _give(node, first, second):
        return
    must_be(str, label, "label", "a str")
    must_be(str, _op, "_op", "a str")
    must_be((str, tuple, list), first, "label_or_operands", "a label, or a tuple of operands")
    must_be((str, tuple, list), second, "op_or_local_grads", "a tuple of derivatives, or a str")
    must_be((str, tuple, list), _children, "_children", "a tuple of operands")
    given, twice = (_children, label) if isinstance(first, str) else (first, _children)
    if first and twice:
        raise TypeError(f"label_or_operands is {first!r}, but there is {twice!r} for the same, too")
    node.label = label or node.label
    if given and isinstance(second, str):
        raise TypeError(
            "operands need the local derivative by each: Value(data, (a, b), (by_a, by_b)); the "
            "operators and functions record them, and mg.primitive defines an operation"
        )
    operands = tuple([as_operand(x, f"label_or_operands[{k}]") for k, x in enumerate(given)])
    found = [] if isinstance(second, str) else second
    local_grads = tuple([as_number(d, f"op_or_local_grads[{k}]") for k, d in enumerate(found)])
    check_lengths(operands, local_grads, "label_or_operands", "op_or_local_grads")
    _give(node, operands, local_grads)


def _give(node: Any, operands: tuple[Any, ...], local_grads: tuple[Any, ...]) -> bool:
    """Give a leaf operands, and the derivatives by them; False if they have to be looked at."""
    if not operands or len(operands) != len(local_grads):
        return False
    for x, local_grad in zip(operands, local_grads, strict=True):
        if type(local_grad) is not float or not (type(x) is float or hasattr(type(x), "_apply")):
            return False
    if float in map(type, operands):
        pairs = zip(operands, local_grads, strict=True)
        local_grads = tuple([None if type(x) is float else d for x, d in pairs])
    node.op = GIVEN
    node._connect(operands, local_grads)
    if changed_somewhere:
        settled(node)
    return True
