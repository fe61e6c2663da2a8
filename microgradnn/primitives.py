"""The table of primitives: each operation is one row, and everything else reads the rows."""

from __future__ import annotations

import functools
import itertools
import math
import operator
import threading
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, overload

# The public names, for `import *` in the package; whatever else is here is for its modules.
__all__ = ["Primitive", "abs", "exp", "expm1", "log", "log1p", "pow", "primitive", "sqrt", "where"]
__all__ += ["acos", "asin", "atan", "cos", "cosh", "sin", "sinh", "tan", "tanh"]
__all__ += ["gelu", "logsigmoid", "relu", "sigmoid", "silu", "softplus"]
__all__ += ["heaviside", "maximum", "minimum", "piecewise_linear", "sign"]
__all__ += ["entr", "erf", "erfc", "rel_entr", "xlogy"]

Operand = Any  # a number, an ndarray, or an object whose class defines _apply (Value, Formula)
Partial = Callable[..., Any]


class Interval(NamedTuple):
    """The numbers from `low` to `high`, ends included, without the `excluded` ones.

    >>> 0.0 in POSITIVE, 0.0 in NON_NEGATIVE
    (False, True)
    """

    low: float
    high: float
    excluded: tuple[float, ...] = ()

    def __contains__(self, x: object) -> bool:
        return isinstance(x, float) and self.low <= x <= self.high and x not in self.excluded

    def __str__(self) -> str:
        if self.excluded and self.low < self.excluded[0]:
            return f"x ≠ {self.excluded[0]:g}"
        left = "(" if self.low in self.excluded or self.low == -math.inf else "["
        return f"{left}{self.low:g}, {self.high:g}{')' if self.high == math.inf else ']'}"


lenient: set[int] = set()  # threads that record partials, where nothing raises

REAL = Interval(-math.inf, math.inf)
POSITIVE = Interval(0.0, math.inf, excluded=(0.0,))
NON_NEGATIVE = Interval(0.0, math.inf)
NON_ZERO = Interval(-math.inf, math.inf, excluded=(0.0,))
ABOVE_MINUS_ONE = Interval(-1.0, math.inf, excluded=(-1.0,))
UNIT = Interval(-1.0, 1.0)

MOST_ROUNDED = 1000  # products in a dot; of more, what their rounding loses is added as well


class Primitive:
    """One operation: its value, its local derivatives, and how it is written.

    `forward` maps floats to a float. `partials` holds one function `(out, *operands)` for each
    operand; for an n-ary row it is one function that returns them all. They are written with
    operators, other rows and `where`, so that numbers, arrays, Values and Formulas can all be put
    in.

    `kind` says how other languages write the row: `"operator"` (its `code` is infix or prefix
    there too), `"function"` (NumPy, JAX and JavaScript know it by its name), or `"formula"`
    (`forward` is a formula over other rows, which is what they get).

    >>> sigmoid(0.0), sigmoid.name, sigmoid.arity
    (0.5, 'sigmoid', 1)
    """

    def __init__(
        self,
        name: str,
        symbol: str,
        forward: Callable[..., Any],
        partials: Sequence[Partial] | Partial,
        *,
        latex: str = "",
        kind: str = "formula",
        code: str = "",
        domain: tuple[Interval, ...] = (),
        kinks: tuple[Callable[..., Any], ...] = (),
        on_arrays: Callable[..., Any] | None = None,
        keeps_partials_at_nan: bool = False,
    ) -> None:
        self.name = name
        self.symbol = symbol
        self.forward = forward
        self.partials = partials if callable(partials) else tuple(partials)
        self.arity = None if callable(partials) else len(self.partials)  # type: ignore[arg-type]
        self.latex = latex or rf"\operatorname{{{{{name}}}}}\left({{}}\right)"
        self.kind = kind
        self.code = code
        self.domain = domain or (REAL,) * (self.arity or 1)
        self.kinks = kinks
        self.on_arrays = on_arrays
        self.keeps_partials_at_nan = keeps_partials_at_nan

    def __repr__(self) -> str:
        return f"<primitive {self.name}>"

    def __reduce__(self) -> tuple[Callable[[str], Primitive], tuple[str]]:
        return _row_named, (self.name,)  # a copied or pickled graph points at the same row

    @overload
    def __call__(self, *operands: float) -> float: ...
    @overload
    def __call__(self, *operands: Any) -> Any: ...
    def __call__(self, *operands: Any) -> Any:
        """Apply the row to numbers, arrays, or operands that record (Value) or write (Formula)."""
        for operand in operands:
            if type(operand) is not float:
                apply = getattr(type(operand), "_apply", None)
                if apply is not None:
                    return apply(self, operands)
        if any(map(is_array, operands)):
            return self.of_arrays(operands)
        return self.value([as_number(x, f"operand of {self.name}") for x in operands])

    def value(self, numbers: Sequence[float], operands: Sequence[Operand] = ()) -> float:
        """The operation on floats; where Python's function raises, so does this, and names it.

        Operands that are infinite or NaN never raise: they follow IEEE arithmetic. `operands` are
        those that the numbers came from, for their labels.
        """
        self.check_arity(numbers)
        try:
            return self.forward(*numbers)  # type: ignore[no-any-return]
        except (ValueError, ArithmeticError) as error:
            if threading.get_ident() in lenient or not all(map(math.isfinite, numbers)):
                return ieee(self.array_form(), numbers)[0]
            raise type(error)(self._complaint(error, numbers, operands)) from None

    def local_derivatives(
        self, out: float, numbers: Sequence[float], wanted: Sequence[bool]
    ) -> list[float | None]:
        """The derivative of `out` for each wanted operand, else None; IEEE, so it never raises."""
        if out != out and not self.keeps_partials_at_nan and any(x != x for x in numbers):
            return [math.nan if want else None for want in wanted]
        if callable(self.partials):
            derivatives = _lenient(self.partials, out, numbers)
            return [d if want else None for d, want in zip(derivatives, wanted, strict=True)]
        return [
            _lenient(partial, out, numbers)[0] if want else None
            for partial, want in zip(self.partials, wanted, strict=True)
        ]

    def partials_on(self, out: Any, operands: Sequence[Any], wanted: Sequence[bool]) -> list[Any]:
        """The partials as formulas over operands of any kind; None where not wanted."""
        if callable(self.partials):
            derivatives = self.partials(out, *operands)
            return [d if want else None for d, want in zip(derivatives, wanted, strict=True)]
        return [
            partial(out, *operands) if want else None
            for partial, want in zip(self.partials, wanted, strict=True)
        ]

    def of_arrays(self, operands: Sequence[Operand]) -> Any:
        """Apply the row elementwise to arrays of floats, or to object arrays of Values."""
        for x in operands:
            if is_array(x) and x.dtype.kind not in "biufO":
                raise TypeError(f"operand of {self.name} must hold real numbers, got {x.dtype}")
        if any(is_array(x) and x.dtype == object for x in operands):
            return elementwise(self, operands)
        if any(hasattr(type(x), "_apply") for x in operands):
            raise TypeError(
                f"{self.name}: an array of floats beside a single Value; make an object array of "
                "Values first: np.array([Value(x) for x in array])"
            )
        return self.array_form()(*operands)

    def array_form(self) -> Callable[..., Any]:
        """The function of ndarrays that this row is."""
        if self.on_arrays is not None:
            return self.on_arrays
        if self.kind == "function":
            import numpy as np

            return getattr(np, self.name)  # type: ignore[no-any-return]
        return self.forward

    def check_arity(self, operands: Sequence[Operand]) -> None:
        """Refuse the wrong number of operands."""
        if self.arity is not None and len(operands) != self.arity:
            wanted = f"{self.arity} operand{'s' if self.arity > 1 else ''}"
            raise TypeError(f"{self.name} takes {wanted}, got {len(operands)}")

    def _complaint(
        self, error: Exception, numbers: Sequence[float], operands: Sequence[Operand]
    ) -> str:
        labels = [getattr(x, "label", "") for x in operands] or [""] * len(numbers)
        shown = [f"{a} = {x!r}" if a else repr(x) for a, x in zip(labels, numbers, strict=True)]
        listed = ", ".join(shown[:4]) + (", …" if len(shown) > 4 else "")
        made = [
            f"; {x!r} was made at {line}"
            for x, operand in zip(numbers, operands, strict=False)
            if (line := getattr(operand, "made_at", ""))
        ]
        return f"{self.name}({listed}): {self._reason(error, numbers)}{''.join(made[:4])}"

    def _reason(self, error: Exception, numbers: Sequence[float]) -> str:
        if isinstance(error, OverflowError):
            return "the result is too large for a float"
        if isinstance(error, ZeroDivisionError):
            return "division by zero"
        if self.kind == "function" and not isinstance(self.forward, type(math.log)):
            return str(error)  # a function of ours has said why
        for place, (x, interval) in enumerate(zip(numbers, self.domain, strict=False)):
            if x not in interval:
                which = f"operand {place + 1}" if len(numbers) > 1 else "the operand"
                return f"{which} must be in the domain {interval}"
        return str(error)


def ieee(function: Callable[..., Any], numbers: Sequence[float]) -> list[float]:
    """Evaluate in IEEE arithmetic, where nothing raises: NumPy on arrays of one element."""
    import numpy as np

    with np.errstate(all="ignore"):
        results = function(*[np.array([x]) for x in numbers])
    return [float(np.ravel(r)[0]) for r in (results if isinstance(results, list) else [results])]


def _lenient(partial: Partial, out: float, numbers: Sequence[float]) -> list[float]:
    try:
        derivatives = partial(out, *numbers)
    except (ValueError, ArithmeticError):
        return ieee(partial, [out, *numbers])
    return derivatives if isinstance(derivatives, list) else [derivatives]


def elementwise(function: Callable[..., Any], operands: Sequence[Operand]) -> Any:
    """Call a function on each element of object arrays, which are broadcast as NumPy does."""
    import numpy as np

    # A bare Value would ask NumPy to hand the call back to it; in an array it is an element.
    boxed = [x if is_array(x) else np.array(x, dtype=object) for x in operands]
    return np.frompyfunc(function, len(boxed), 1)(*boxed)


def is_array(x: object) -> bool:
    """Whether `x` is an ndarray with a shape (a 0-d array counts as a number)."""
    return hasattr(x, "dtype") and getattr(x, "shape", ()) != ()


def as_number(x: Any, name: str) -> float:
    """The real number `x` as a float; `name` is what an error calls it.

    Takes int, float, bool, NumPy's real scalars and 0-d arrays.

    >>> as_number("3", "data")
    Traceback (most recent call last):
        ...
    TypeError: data must be a real number, got str '3'; convert it first: float('3')
    """
    if isinstance(x, (float, int)):
        try:
            return float(x)
        except OverflowError:
            raise OverflowError(f"{name} is an int too large for a float") from None
    kind = getattr(getattr(x, "dtype", None), "kind", "")
    if is_array(x):
        raise TypeError(
            f"{name} must be one real number, got an array of shape {tuple(x.shape)}; "
            "make a list or an object array: [Value(x) for x in array]"
        )
    if kind and kind in "biuf":
        return float(x)
    kind = type(x).__name__
    hint = {
        "str": f"convert it first: float({_short(x)})",
        "NoneType": "was a return forgotten?",
        "complex": "use its .real and .imag",
        "Value": "a Value is already recorded; use it as it is, or its .data for the number",
        "list": "make one Value of each element",
        "tuple": "make one Value of each element",
    }.get(kind, "convert it first with float(...)")
    shown = _short(x) if _short(x).startswith(kind) else f"{kind} {_short(x)}"
    raise TypeError(f"{name} must be a real number, got {shown}; {hint}")


def must_be(kind: Any, x: Any, name: str, wanted: str) -> Any:
    """`x`, which must be of a kind; `name` and `wanted` are what an error calls it and says."""
    if not isinstance(x, kind):
        raise TypeError(f"{name} must be {wanted}, got {type(x).__name__} {_short(x)}")
    return x


def _short(x: object) -> str:
    text = repr(x)
    return text if len(text) <= 40 else text[:39] + "…"


def where(condition: Any, a: Any, b: Any) -> Any:
    """`a` where the condition holds, else `b`; the only selection that partials may use.

    On numbers and Values it picks one of the two, so the other leaves no trace in the graph. With
    an array for a condition it is `np.where`.

    >>> where(2 > 1, 10.0, 20.0)
    10.0
    """
    if condition is True or condition is False:
        return a if condition else b
    select = getattr(type(condition), "_where", None)
    if select is not None:
        return select(condition, a, b)
    if is_array(condition):
        import numpy as np

        return np.where(condition, a, b)
    return a if condition else b


# Helpers of single rows: what a lambda cannot hold, or Python's own function gets wrong.


def _power(a: Any, b: Any) -> Any:
    out = a**b
    if type(out) is complex:
        raise ValueError("a negative number has no real power of a fraction")
    return out


def _power_partial_base(out: Any, a: Any, b: Any) -> Any:
    # b·aᵇ/a keeps all digits, but needs a ≠ 0 and an `out` that neither under- nor overflows;
    # dividing before or after multiplying keeps the intermediate number in range.
    regular = (abs(out) > 1e-290) & (abs(out) < 1e300) & (abs(a) > 0)
    base = where(regular, a, 1.0)
    by_quotient = where(abs(b) < 1, b * out / base, b * (out / base))
    by_power = b * pow(where(regular, 1.0, a), where(abs(b) <= 0, 0.0, b - 1))
    return where(regular, by_quotient, by_power)


def _power_partial_exponent(out: Any, a: Any, b: Any) -> Any:
    half = pow(a, b / 2)  # one rounding less where `out` underflows
    flat = (abs(a) <= 0) & (b >= 0)
    return where(flat, 0.0, half * log(where(flat, 1.0, a)) * half)


def _quotient_partial_divisor(out: Any, a: Any, b: Any) -> Any:
    # An underflowed `out` has lost digits that a division by a small b would bring back.
    return -where(abs(out) < 1e-290, a * 2.0**300 / b / b * 2.0**-300, out / b)


def _maximum(a: float, b: float) -> float:
    return a if a >= b else b if b >= a else a + b  # a NaN reaches the sum


def _minimum(a: float, b: float) -> float:
    return a if a <= b else b if b <= a else a + b


def _vectorized(function: Callable[[float], float]) -> Callable[[Any], Any]:
    def on_arrays(x: Any) -> Any:
        import numpy as np

        return np.vectorize(function, otypes=[float])(x)

    return on_arrays


def _decay(x: Any) -> Any:
    return exp(-abs(x))  # the exponential that cannot overflow


def _tanh_partial(out: Any, x: Any) -> Any:
    decay = exp(-2.0 * abs(x))  # 1 − tanh² would cancel, exp(2x) overflow
    return 4.0 * decay / ((1.0 + decay) * (1.0 + decay))


def _sigmoid_partial(out: Any, x: Any) -> Any:
    return _decay(x) / ((1.0 + _decay(x)) * (1.0 + _decay(x)))  # out·(1 − out) would cancel


def _gelu_partial(out: Any, x: Any) -> Any:
    # Φ(x) + x·φ(x). Near −0.75 the two cancel, so what the roundings of x/√2 and x/√2π have lost
    # is added; the products of `coarse` and of x's other digits with the coarse density are exact.
    scaled, weighted = x / _SQRT_TWO, x * _DENSITY
    coarse = (x + 1.5 * 2.0**25) - 1.5 * 2.0**25
    lost_by_weighted = coarse * _COARSE_DENSITY - weighted + (x - coarse) * _COARSE_DENSITY
    lost_by_scaled = ((x - scaled) - scaled * 0.41421356237309503) * _DENSITY
    lost = lost_by_scaled + (lost_by_weighted + x * _REST_OF_DENSITY)
    decay = exp(-0.5 * x * x)
    return (0.5 * erfc(-scaled) + weighted * decay) + lost * decay


def _unless_zero(p: Any, x: Any) -> Any:
    return where(abs(p) > 0, x, where(x <= math.inf, 1.0, x))  # a NaN in x stays


def _rel_entr(p: Any, q: Any) -> Any:
    return p * _log_ratio(_unless_zero(p, p), _unless_zero(p, q))


def _log_ratio(p: Any, q: Any) -> Any:
    ratio = p / q
    in_range = (ratio > 1e-300) & (ratio < 1e300)
    return log(where(in_range, ratio, p)) - log(where(in_range, 1.0, q))


def _add_up(*xs: float) -> float:
    try:
        return math.fsum(xs)
    except OverflowError:  # on the way or at the end: add small copies, scale back to ±inf or less
        return math.fsum([x * 2.0**-64 for x in xs]) * 2.0**64
    except ValueError:  # +inf and −inf
        return math.nan


def _add_arrays(*xs: Any) -> Any:
    return functools.reduce(operator.add, xs)


def _dot(*operands: Any) -> Any:
    n = len(operands) // 2
    weights, inputs, bias = operands[:n], operands[n:-1], operands[-1]
    out = sum(*map(operator.mul, weights, inputs), bias)
    unsure = isinstance(out, float) and (n > MOST_ROUNDED or out - out != 0.0)
    if unsure and all(map(math.isfinite, operands)):
        exact = _dot_of_many(weights, inputs, bias)
        # Where products overflowed, their sum need not.
        return exact if exact - exact == 0.0 else _exact_dot(weights, inputs, bias)
    return out


def _dot_of_many(weights: Sequence[float], inputs: Sequence[float], bias: float) -> float:
    """The sum of all products and of what each lost in rounding (Dekker); NaN if one overflows."""
    import numpy as np

    def halves(a: Any) -> tuple[Any, Any]:
        scaled = (2.0**27 + 1.0) * a
        high = scaled - (scaled - a)
        return high, a - high

    with np.errstate(all="ignore"):
        w, x = np.array(weights), np.array(inputs)
        (w_high, w_low), (x_high, x_low) = halves(w), halves(x)
        products = w * x
        lost = w_high * x_high - products + w_high * x_low + w_low * x_high + w_low * x_low
    return _add_up(*products.tolist(), *lost.tolist(), bias)


def _exact_dot(weights: Sequence[float], inputs: Sequence[float], bias: float) -> float:
    from fractions import Fraction

    pairs = zip(map(Fraction, weights), map(Fraction, inputs), strict=True)
    total = functools.reduce(operator.add, (w * x for w, x in pairs), Fraction(bias))
    try:
        return float(total)
    except OverflowError:
        return math.inf if total > 0 else -math.inf


def _shares(hits: list[Any]) -> list[Any]:
    ties = _add_arrays(*hits)
    return [hit / ties for hit in hits]


class _Exponentials:
    """exp(x − max) of logits, and sums of them that keep their digits when one logit dominates."""

    def __init__(self, logits: Sequence[Any]) -> None:
        self.maximum = max(*logits)
        self.shifted = [self._below_maximum(x) for x in logits]
        self.each = [exp(shift) for shift in self.shifted]
        # Kept apart: the sum below the maximum, and that at it, which is a whole number.
        self.below = sum(*[where(e < 1.0, e, 0.0) for e in self.each])
        self.at_top = _add_arrays(*[where(e < 1.0, 0.0, e) for e in self.each])
        self.total = self.below + self.at_top

    def _below_maximum(self, x: Any) -> Any:
        top = self.maximum
        limit = where(x < top, -math.inf, where(x >= top, 0.0, x - top))
        return where(abs(top) < math.inf, x - top, limit)

    def share(self, k: int) -> Any:
        return self.each[k] / self.total

    def share_of_others(self, k: int) -> Any:
        e = self.each[k]
        return where(e < 1.0, self.total - e, self.below + (self.at_top - e)) / self.total

    def log_total(self) -> Any:
        """log Σ exp(x − max)."""
        return log1p(self.below + (self.at_top - 1.0))


def _sums_of_others(xs: Sequence[Any]) -> list[Any]:
    """For each x the sum of all the others, without subtracting."""
    before = [0.0, *itertools.accumulate(xs[:-1])]
    after = [0.0, *itertools.accumulate(reversed(xs[1:]))]
    return [a + b for a, b in zip(before, reversed(after), strict=True)]


def _logsumexp(*logits: Any) -> Any:
    exponentials = _Exponentials(logits)
    return exponentials.maximum + exponentials.log_total()


def _logsumexp_partials(out: Any, *logits: Any) -> list[Any]:
    exponentials = _Exponentials(logits)
    return [exponentials.share(k) for k in range(len(logits))]


def _softmax(which: float, *logits: Any) -> Any:
    return _Exponentials(logits).share(int(which))


def _softmax_partials(out: Any, which: Any, *logits: Any) -> list[Any]:
    exponentials, chosen = _Exponentials(logits), int(which)
    return [0.0] + [
        out * exponentials.share_of_others(k) if k == chosen else -out * exponentials.share(k)
        for k in range(len(logits))
    ]


def _cross_entropy(*operands: Any) -> Any:
    n = len(operands) // 2
    logits, targets = operands[:n], operands[n:]
    exponentials = _Exponentials(logits)
    top, log_total = exponentials.maximum, exponentials.log_total()
    terms = []
    for x, shift, t in zip(logits, exponentials.shifted, targets, strict=True):
        overflows = (shift <= -math.inf) & (abs(x) < math.inf)  # though t times it may not
        term = where(overflows, t * top - t * x, t * (log_total - shift))
        terms.append(where(abs(t) <= 0, 0.0, term))  # a NaN in t stays
    return sum(*terms)


def _cross_entropy_partials(out: Any, *operands: Any) -> list[Any]:
    # softmax − target, as share·(other targets) − target·(other shares): nothing cancels.
    n = len(operands) // 2
    logits, targets = operands[:n], operands[n:]
    exponentials = _Exponentials(logits)
    by_logits = [
        exponentials.share(k) * others - t * exponentials.share_of_others(k)
        for k, (t, others) in enumerate(zip(targets, _sums_of_others(targets), strict=True))
    ]
    log_total = exponentials.log_total()
    return by_logits + [log_total - shift for shift in exponentials.shifted]


PRIMITIVES: dict[str, Primitive] = {}


def _row_named(name: str) -> Primitive:
    if name not in PRIMITIVES:
        raise LookupError(f"no primitive {name!r}; define it with mg.primitive before loading")
    return PRIMITIVES[name]


def _row(name: str, *columns: Any, **more: Any) -> Primitive:
    PRIMITIVES[name] = Primitive(name, *columns, **more)
    return PRIMITIVES[name]


def primitive(
    name: str,
    forward: Callable[..., float],
    partials: Sequence[Partial],
    symbol: str = "",
    domain: tuple[Interval, ...] = (),
) -> Primitive:
    """Add a row of your own to the table, and give it back: a function of numbers and Values.

    `forward` maps floats to a float; `partials` holds for each operand a function
    `(out, *operands)`, written with operators, other rows and `where`.

    >>> import microgradnn as mg
    >>> cube = mg.primitive("cube", lambda x: x * x * x, [lambda out, x: 3 * x * x])
    >>> x = mg.Value(2.0)
    >>> mg.gradients(cube(x), [x])
    [12.0]
    """
    if not isinstance(name, str) or not name.isidentifier():
        raise ValueError(f"name must be an identifier, got {name!r}")
    if name in PRIMITIVES:
        raise ValueError(f"there is a primitive {name!r} already; choose another name")
    must_be(str, symbol, "symbol", "a str")
    must_be(tuple, domain, "domain", "a tuple of an Interval for each operand")
    functions = [partials] if callable(partials) else partials
    listed = isinstance(functions, (list, tuple)) and functions and all(map(callable, functions))
    if not callable(forward) or not listed:
        raise TypeError("forward must be a function, and partials a list of one for each operand")
    return _row(name, symbol or name, forward, functions, domain=domain, kind="custom")


_TWO_OVER_SQRT_PI = 2.0 / math.sqrt(math.pi)
_SQRT_TWO = math.sqrt(2.0)
_DENSITY = 1.0 / math.sqrt(
    2.0 * math.pi
)  # of the normal distribution at 0; its first 24 binary digits and the rest:
_COARSE_DENSITY, _REST_OF_DENSITY = 6693141 * 2.0**-24, -1.133517010526318e-08
_OPERATOR: dict[str, Any] = {"kind": "operator"}
_FUNCTION: dict[str, Any] = {"kind": "function"}
_LINEAR: dict[str, Any] = {"kind": "operator", "keeps_partials_at_nan": True}

# fmt: off
# name, symbol, forward, [∂out/∂operand for each operand], and what the defaults do not say.

# Arithmetic
add = _row("add", "+", lambda a, b: a + b, [lambda out, a, b: 1.0, lambda out, a, b: 1.0],  code="+", latex="{} + {}", **_LINEAR)
sub = _row("sub", "−", lambda a, b: a - b, [lambda out, a, b: 1.0, lambda out, a, b: -1.0], code="-", latex="{} - {}", **_LINEAR)
mul = _row("mul", "×", lambda a, b: a * b, [lambda out, a, b: b,   lambda out, a, b: a],    code="*", latex=r"{} \cdot {}", **_LINEAR)
neg = _row("neg", "−", lambda a: -a,       [lambda out, a: -1.0],                           code="-", latex="-{}", **_LINEAR)
div = _row("div", "÷", lambda a, b: a / b, [lambda out, a, b: 1.0 / b, _quotient_partial_divisor],
           code="/", latex=r"\frac{{{}}}{{{}}}", domain=(REAL, NON_ZERO), **_OPERATOR)
pow = _row("pow", "xʸ", _power, [_power_partial_base, _power_partial_exponent],
           latex="{}^{{{}}}", domain=(NON_NEGATIVE, REAL), keeps_partials_at_nan=True, **_FUNCTION)
abs = _row("abs", "|x|", math.fabs, [lambda out, x: sign(x)], latex=r"\left|{}\right|", kinks=(lambda x: x,), **_FUNCTION)

# Exponentials, logarithms and roots
exp     = _row("exp",   "exp",   math.exp,   [lambda out, x: out],                latex="e^{{{}}}", **_FUNCTION)
expm1   = _row("expm1", "expm1", math.expm1, [lambda out, x: exp(x)],             **_FUNCTION)
log     = _row("log",   "log",   math.log,   [lambda out, x: 1.0 / x],            latex=r"\log {}", domain=(POSITIVE,), **_FUNCTION)
log1p   = _row("log1p", "log1p", math.log1p, [lambda out, x: 1.0 / (1.0 + x)],    domain=(ABOVE_MINUS_ONE,), **_FUNCTION)
sqrt    = _row("sqrt",  "√",     math.sqrt,  [lambda out, x: 0.5 / out],          latex=r"\sqrt{{{}}}", domain=(NON_NEGATIVE,), **_FUNCTION)

# Circular and hyperbolic functions
sin     = _row("sin",   "sin",   math.sin,   [lambda out, x: cos(x)],             latex=r"\sin {}", **_FUNCTION)
cos: Primitive     = _row("cos",   "cos",   math.cos,   [lambda out, x: -sin(x)],            latex=r"\cos {}", **_FUNCTION)
tan     = _row("tan",   "tan",   math.tan,   [lambda out, x: 1.0 + out * out],    latex=r"\tan {}", **_FUNCTION)
asin    = _row("asin",  "asin",  math.asin,  [lambda out, x: 1.0 / sqrt((1.0 - x) * (1.0 + x))],  domain=(UNIT,), **_FUNCTION)
acos    = _row("acos",  "acos",  math.acos,  [lambda out, x: -1.0 / sqrt((1.0 - x) * (1.0 + x))], domain=(UNIT,), **_FUNCTION)
atan    = _row("atan",  "atan",  math.atan,  [lambda out, x: 1.0 / (1.0 + x * x)], **_FUNCTION)
sinh    = _row("sinh",  "sinh",  math.sinh,  [lambda out, x: cosh(x)],            latex=r"\sinh {}", **_FUNCTION)
cosh: Primitive    = _row("cosh",  "cosh",  math.cosh,  [lambda out, x: sinh(x)],            latex=r"\cosh {}", **_FUNCTION)
tanh    = _row("tanh",  "tanh",  math.tanh,  [_tanh_partial],                     latex=r"\tanh {}", **_FUNCTION)

# Activations
sigmoid    = _row("sigmoid",    "σ",        lambda x: where(x < 0, _decay(x), 1.0) / (1.0 + _decay(x)), [_sigmoid_partial], latex=r"\sigma\left({}\right)")
logsigmoid = _row("logsigmoid", "log σ",    lambda x: -softplus(-x),                          [lambda out, x: sigmoid(-x)], latex=r"\log \sigma\left({}\right)")
softplus: Primitive   = _row("softplus",   "softplus", lambda x: maximum(x, 0.0) + log1p(_decay(x)),     [lambda out, x: sigmoid(x)])
relu       = _row("relu",       "ReLU",     lambda x: where(x <= 0, 0.0, x),                  [lambda out, x: where(x > 0, 1.0, 0.0)], kinks=(lambda x: x,))
leaky_relu = _row("leaky_relu", "leaky ReLU", lambda x, slope: where((x > 0) & (slope <= math.inf), x, slope * x),
                  [lambda out, x, slope: where(x > 0, 1.0, slope), lambda out, x, slope: where(x > 0, 0.0, x)], kinks=(lambda x, slope: x,))
elu        = _row("elu",        "ELU",      lambda x, alpha: where((x > 0) & (alpha <= math.inf), x, alpha * expm1(minimum(x, 0.0))),
                  [lambda out, x, alpha: where(x > 0, 1.0, alpha * exp(0.5 * minimum(x, 0.0)) * exp(0.5 * minimum(x, 0.0))), lambda out, x, alpha: expm1(minimum(x, 0.0))], kinks=(lambda x, alpha: x,))
silu       = _row("silu",       "SiLU",     lambda x: x * sigmoid(x),                         [lambda out, x: sigmoid(x) * (1.0 + x * sigmoid(-x))])
gelu       = _row("gelu",       "GELU",     lambda x: 0.5 * x * erfc(-x / _SQRT_TWO),        [_gelu_partial])
heaviside  = _row("heaviside",  "step",     lambda x: where(x > 0, 1.0, where(x < 0, 0.0, x + 0.5)), [lambda out, x: 0.0], latex=r"H\left({}\right)", kinks=(lambda x: x,))
sign: Primitive       = _row("sign",       "sign",     lambda x: where(x > 0, 1.0, where(x < 0, -1.0, x)), [lambda out, x: 0.0], kinks=(lambda x: x,))
piecewise_linear = _row("piecewise_linear", "⟋", lambda x: minimum(maximum(x + 0.5, 0.0), 1.0),
                        [lambda out, x: where(abs(x) < 0.5, 1.0, 0.0)], kinks=(lambda x: x + 0.5, lambda x: x - 0.5))

# Error function
erf  = _row("erf",  "erf",  math.erf,  [lambda out, x: _TWO_OVER_SQRT_PI * exp(-x * x)],  on_arrays=_vectorized(math.erf), **_FUNCTION)
erfc: Primitive = _row("erfc", "erfc", math.erfc, [lambda out, x: -_TWO_OVER_SQRT_PI * exp(-x * x)], on_arrays=_vectorized(math.erfc), **_FUNCTION)

# Entropy: 0·log 0 is 0
entr     = _row("entr",     "−p log p",     lambda p: -(p * log(_unless_zero(p, p))), [lambda out, p: -log(p) - 1.0], domain=(NON_NEGATIVE,), latex=r"-{0} \log {0}")
xlogy    = _row("xlogy",    "x log y",      lambda x, y: x * log(_unless_zero(x, y)), [lambda out, x, y: log(y), lambda out, x, y: x / y], domain=(REAL, POSITIVE), latex=r"{} \log {}")
rel_entr = _row("rel_entr", "p log(p/q)",   _rel_entr, [lambda out, p, q: _log_ratio(p, q) + 1.0, lambda out, p, q: -p / q], domain=(NON_NEGATIVE, POSITIVE), latex=r"{0} \log \frac{{{0}}}{{{1}}}")

# Selection: a tie shares the derivative
maximum: Primitive = _row("maximum", "max", _maximum, [lambda out, a, b: where(a > b, 1.0, where(a < b, 0.0, 0.5)), lambda out, a, b: where(b > a, 1.0, where(b < a, 0.0, 0.5))], kinks=(lambda a, b: a - b,), **_FUNCTION)
minimum: Primitive = _row("minimum", "min", _minimum, [lambda out, a, b: where(a < b, 1.0, where(a > b, 0.0, 0.5)), lambda out, a, b: where(b < a, 1.0, where(b > a, 0.0, 0.5))], kinks=(lambda a, b: a - b,), **_FUNCTION)
clip    = _row("clip", "clip", lambda x, low, high: minimum(maximum(x, low), high),
               [lambda out, x, low, high: where(x < low, 0.0, where(x > high, 0.0, 1.0)), lambda out, x, low, high: where(x < low, 1.0, 0.0), lambda out, x, low, high: where(x > high, 1.0, 0.0)],
               kinks=(lambda x, low, high: x - low, lambda x, low, high: x - high))

# Of many operands: one function gives all partials
sum  = _row("sum", "Σ", _add_up, lambda out, *xs: [1.0] * len(xs), on_arrays=_add_arrays, kind="function", keeps_partials_at_nan=True)
dot  = _row("dot", "w·x + b", _dot, lambda out, *operands: [*operands[len(operands) // 2:-1], *operands[:len(operands) // 2], 1.0], keeps_partials_at_nan=True)
max  = _row("max", "max", lambda *xs: functools.reduce(maximum, xs), lambda out, *xs: _shares([where(x >= out, 1.0, 0.0) for x in xs]))
min  = _row("min", "min", lambda *xs: functools.reduce(minimum, xs), lambda out, *xs: _shares([where(x <= out, 1.0, 0.0) for x in xs]))
logsumexp     = _row("logsumexp", "log Σ exp", _logsumexp, _logsumexp_partials)
softmax       = _row("softmax", "softmax", _softmax, _softmax_partials)
cross_entropy = _row("cross_entropy", "cross-entropy", _cross_entropy, _cross_entropy_partials)
# fmt: on
