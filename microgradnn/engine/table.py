"""The table of primitives: each operation is one row, and everything else reads the rows."""

import math

from ..domains import ABOVE_MINUS_ONE, FROM_ONE, INNER, NON_NEGATIVE, NON_ZERO, POSITIVE, REAL, UNIT
from ..elements import where
from ..typed import Any
from .row import Primitive, add_row

# The public names, for `import *` in the package. Not among them are `abs` and `pow`, which would
# hide Python's own, the rows that have functions with defaults in `functions`, and σ′.
__all__ = ["exp", "expm1", "log", "log1p", "log2", "log10", "logaddexp", "sqrt", "square"]
__all__ += ["acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "hypot"]
__all__ += ["cos", "cosh", "entr", "erf", "erfc", "rel_entr", "sin", "sinh", "tan", "tanh", "xlogy"]
__all__ += ["gelu", "logsigmoid", "maximum", "minimum", "relu", "sigmoid", "silu", "softplus"]
__all__ += ["ceil", "floor", "heaviside", "piecewise_linear", "remainder", "sign"]

# Helpers of rows: what a lambda cannot hold, or Python's own function gets wrong.


def if_above(x: Any, y: Any, a: Any, b: Any, usual: bool | None = None) -> Any:
    """`a` where x > y, else b; of Values a node, since the other holds for other numbers.

    So partials choose a side. The `usual` one is without a node, if there the other is right, too;
    where both are, as between ways to keep digits, `where` will do.
    """
    above = x > y
    is_of_values = above is not usual and type(above) is bool and not type(x) is type(y) is float
    return where_greater(a, b, x, y) if is_of_values else where(above, a, b)


def _power(a: Any, b: Any) -> Any:
    out = a**b
    if type(out) is complex:
        raise ValueError("a negative number has no real power of a fraction")
    return out


def _power_by_base(out: Any, a: Any, b: Any) -> Any:
    is_exact = type(b) is float and (b == 0 or 1 <= b * b < 1e30) and b - 1.0 + 1.0 == b
    if is_exact and type(a) is not float:
        # Where b − 1 is exact, what is recorded selects nothing: it holds for other bases, too.
        return b * (a if b == 2.0 else pow(a, b - 1.0)) if b else 0.0
    # b·aᵇ/a keeps all digits, but needs a ≠ 0 and an `out` that neither under- nor overflows;
    # dividing before or after multiplying keeps the intermediate number in range.
    regular = (abs(out) > 1e-290) & (abs(out) < 1e300) & (abs(a) > 0)
    base = where(regular, a, 1.0)
    by_quotient = where(abs(b) < 1, b * out / base, b * (out / base))
    exponent = if_above(abs(b), 0.0, b - 1, if_above(abs(a), 0.0, b - 1, 0.0))
    by_power = b * pow(where(regular, 1.0, a), exponent)
    return where(regular, by_quotient, by_power)


def _power_by_exponent(out: Any, a: Any, b: Any) -> Any:
    half = pow(a, b / 2)  # one rounding less where `out` underflows
    flat = (abs(a) <= 0) & (b >= 0)
    return half * log(where(flat, if_above(abs(a), 0.0, a, 1.0), a)) * half


def _quotient_by_divisor(out: Any, a: Any, b: Any) -> Any:
    # An underflowed `out` has lost digits that a division by a small b would bring back.
    return -if_above(abs(out), 1e-290, out / b, a * 2.0**300 / b / b * 2.0**-300, True)


def _remainder_by_divisor(out: Any, a: Any, b: Any) -> Any:
    return -floor(a / b - out / b + 0.5)  # the half keeps rounding away from whole numbers


def _on_arrays(name: str, x: Any) -> Any:
    from .. import error_functions  # only now, since it needs NumPy

    return getattr(error_functions, name)(x)


def _decay(x: Any) -> Any:
    return exp(-abs(x))  # the exponential that cannot overflow


def _scaled(x: Any, y: Any) -> tuple[Any, Any]:
    # The root of a power of two, and the sum of the squares of x and y times that power: in range.
    # At the origin these are 0 and 1: a partial is 0 there, midway between opposite sides.
    size = maximum(abs(x), abs(y))
    small = if_above(size, 0.0, 2.0**300, 0.0, True)
    root = if_above(size, 1e-140, if_above(1e150, size, 1.0, 2.0**-300, True), small, True)
    x, y = root * root * x, root * root * y
    return root, if_above(size, 0.0, x * x + y * y, 1.0, True)


def _hypot_partial(x: Any, y: Any) -> Any:
    root, square = _scaled(x, y)
    return root * (root * x / sqrt(square))  # x times the power itself might underflow


def _atan2_partial(x: Any, y: Any) -> Any:
    root, square = _scaled(x, y)
    return root * root * (root * root * x / square)


def _difference(a: Any, b: Any) -> Any:
    return where(abs(a - b) <= math.inf, a - b, 0.0)  # also of equal infinities


def _elu_by_operand(out: Any, x: Any, alpha: Any) -> Any:
    # eˣ would underflow before alpha·eˣ does; minimum(x, 0) would have the slope ½ at 0.
    half = exp(0.5 * if_above(x, 0.0, 0.0, x))
    return if_above(x, 0.0, 1.0, alpha * half * half)


def _normal_probability(x: Any) -> Any:
    return (1.0 + erf(x / _SQRT_TWO)) / 2.0  # Φ(x)


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


def _log_ratio(p: Any, q: Any) -> Any:
    ratio = p / q
    in_range = (ratio > 1e-300) & (ratio < 1e300)
    return log(where(in_range, ratio, p)) - log(where(in_range, 1.0, q))


_TWO_OVER_SQRT_PI = 2.0 / math.sqrt(math.pi)
_SQRT_TWO = math.sqrt(2.0)
_SQRT_PI = math.sqrt(math.pi)
# The density of the normal distribution at 0: its first 24 binary digits, and the rest.
_DENSITY = 1.0 / math.sqrt(math.tau)
_COARSE_DENSITY, _REST_OF_DENSITY = 6693141 * 2.0**-24, -1.133517010526318e-08

_FUNCTION: dict[str, Any] = {"kind": "function"}
_LINEAR: dict[str, Any] = {"kind": "operator", "keeps_partials_at_nan": True}

# The table. A row states its name, its symbol in pictures, `forward` and the partial derivatives;
# `definition` and `textbook` where a textbook writes its value and derivatives otherwise; what it
# is, in a line; and at last what the defaults do not say.
# fmt: off

# ---- Arithmetic ----------------------------------------------------------------------------------

add: Primitive = add_row("add", "+", lambda a, b: a + b,
    [lambda out, a, b: 1.0, lambda out, a, b: 1.0],
    summary="The sum of two numbers.", code="+", latex="{} + {}", **_LINEAR)
sub: Primitive = add_row("sub", "−", lambda a, b: a - b,
    [lambda out, a, b: 1.0, lambda out, a, b: -1.0],
    summary="The difference of two numbers.", code="-", latex="{} - {}", **_LINEAR)
mul: Primitive = add_row("mul", "×", lambda a, b: a * b, [lambda out, a, b: b, lambda out, a, b: a],
    summary="The product of two numbers.", code="*", latex=r"{} \cdot {}", **_LINEAR)
neg: Primitive = add_row("neg", "−", lambda x: -x, [lambda out, x: -1.0],
    summary="The number with the other sign.", code="-", latex="-{}", **_LINEAR)
div: Primitive = add_row("div", "÷", lambda a, b: a / b,
    [lambda out, a, b: 1.0 / b, _quotient_by_divisor],
    textbook=[lambda out, a, b: 1.0 / b, lambda out, a, b: -a / b**2], code="/", kind="operator",
    summary="The quotient of two numbers.", latex=r"\frac{{{}}}{{{}}}", domain=(REAL, NON_ZERO))
remainder: Primitive = add_row("remainder", "mod", lambda a, b: a % b,
    [lambda out, a, b: 1.0, _remainder_by_divisor], definition=lambda a, b: a - b * floor(a / b),
    textbook=[lambda out, a, b: 1.0, lambda out, a, b: -floor(a / b)],
    summary="What whole multiples of b leave of a, with the sign of b; it jumps at a whole a/b.",
    latex=r"{} \bmod {}", domain=(REAL, NON_ZERO), example=(7.0, 2.0),
    kinks=(lambda a, b: minimum(abs(remainder(a, b)), abs(remainder(-a, b))),), **_FUNCTION)
floor: Primitive = add_row("floor", "⌊x⌋", lambda x: math.copysign(math.floor(x), x),
    [lambda out, x: 0.0], summary="The largest whole number that is not above x.",
    latex=r"\left\lfloor{{{}}}\right\rfloor", example=(2.5,),
    kinks=(lambda x: minimum(x - floor(x), ceil(x) - x),), **_FUNCTION)
ceil: Primitive = add_row("ceil", "⌈x⌉", lambda x: math.copysign(math.ceil(x), x),
    [lambda out, x: 0.0], summary="The smallest whole number that is not below x.",
    latex=r"\left\lceil{{{}}}\right\rceil", example=(2.5,),
    kinks=(lambda x: minimum(x - floor(x), ceil(x) - x),), **_FUNCTION)
square: Primitive = add_row("square", "x²", lambda x: x * x, [lambda out, x: 2.0 * x],
    definition=lambda x: x**2, summary="The number times itself.", latex="{}^2", example=(3.0,))
pow: Primitive = add_row("pow", "xʸ", _power, [_power_by_base, _power_by_exponent],
    textbook=[lambda out, a, b: b * a ** (b - 1.0), lambda out, a, b: a**b * log(a)],
    summary="A number to the power of another; a negative one to whole powers only.",
    latex="{}^{{{}}}", domain=(NON_NEGATIVE, REAL), keeps_partials_at_nan=True, **_FUNCTION)
abs: Primitive = add_row("abs", "|x|", math.fabs, [lambda out, x: sign(x)],
    summary="The absolute value.", latex=r"\left|{}\right|", kinks=(lambda x: x,), **_FUNCTION)

# ---- Exponentials, logarithms and roots ----------------------------------------------------------

exp: Primitive = add_row("exp", "exp", math.exp, [lambda out, x: out],
    summary="The exponential function eˣ.", latex="e^{{{}}}", **_FUNCTION)
expm1: Primitive = add_row("expm1", "expm1", math.expm1, [lambda out, x: exp(x)],
    summary="eˣ − 1, which keeps its digits near 0.",
    definition=lambda x: exp(x) - 1.0, **_FUNCTION)
log: Primitive = add_row("log", "log", math.log, [lambda out, x: 1.0 / x],
    summary="The natural logarithm.", latex=r"\log {}", domain=(POSITIVE,), **_FUNCTION)
log2: Primitive = add_row("log2", "log₂", math.log2, [lambda out, x: 1.0 / (x * math.log(2.0))],
    summary="The logarithm to base 2.", latex=r"\log_{{2}} {}", domain=(POSITIVE,), **_FUNCTION)
log10: Primitive = add_row("log10", "log₁₀", math.log10,
    [lambda out, x: 1.0 / (x * math.log(10.0))],
    summary="The logarithm to base 10.", latex=r"\log_{{10}} {}", domain=(POSITIVE,), **_FUNCTION)
log1p: Primitive = add_row("log1p", "log1p", math.log1p, [lambda out, x: 1.0 / (1.0 + x)],
    summary="log(1 + x), which keeps its digits near 0.",
    definition=lambda x: log(1.0 + x), domain=(ABOVE_MINUS_ONE,), **_FUNCTION)
sqrt: Primitive = add_row("sqrt", "√", math.sqrt, [lambda out, x: 0.5 / out],
    textbook=[lambda out, x: 1.0 / (2.0 * out)],
    summary="The square root.", latex=r"\sqrt{{{}}}", domain=(NON_NEGATIVE,), **_FUNCTION)

logaddexp: Primitive = add_row("logaddexp", "logaddexp",
    lambda a, b: maximum(a, b) + log1p(exp(-abs(_difference(a, b)))),
    [lambda out, a, b: sigmoid(_difference(a, b)), lambda out, a, b: sigmoid(_difference(b, a))],
    definition=lambda a, b: log(exp(a) + exp(b)),
    textbook=[lambda out, a, b: exp(a - out), lambda out, a, b: exp(b - out)],
    summary="The logarithm of eᵃ + eᵇ, which overflows for no finite operands.",
    latex=r"\log\left(e^{{{}}} + e^{{{}}}\right)")
hypot: Primitive = add_row("hypot", "hypot", math.hypot,
    [lambda out, x, y: _hypot_partial(x, y), lambda out, x, y: _hypot_partial(y, x)],
    definition=lambda x, y: sqrt(x**2 + y**2),
    textbook=[lambda out, x, y: x / out, lambda out, x, y: y / out],
    summary="The length of (x, y), the hypotenuse of a right-angled triangle.",
    latex=r"\sqrt{{{}^2 + {}^2}}", example=(3.0, 4.0), kinks=(lambda x, y: hypot(x, y),),
    **_FUNCTION)

# ---- Circular and hyperbolic functions -----------------------------------------------------------

sin: Primitive = add_row("sin", "sin", math.sin, [lambda out, x: cos(x)],
    summary="The sine of an angle in radians.", latex=r"\sin {}", **_FUNCTION)
cos: Primitive = add_row("cos", "cos", math.cos, [lambda out, x: -sin(x)],
    summary="The cosine of an angle in radians.", latex=r"\cos {}", **_FUNCTION)
tan: Primitive = add_row("tan", "tan", math.tan, [lambda out, x: 1.0 + out * out],
    definition=lambda x: sin(x) / cos(x), textbook=[lambda out, x: 1.0 + out**2],
    summary="The tangent of an angle in radians.", latex=r"\tan {}", **_FUNCTION)
asin: Primitive = add_row("asin", "asin", math.asin, [lambda out, x: 1.0 / sqrt(1.0 - x * x)],
    textbook=[lambda out, x: 1.0 / sqrt(1.0 - x**2)],
    summary="The angle from −π/2 to π/2 whose sine is x.", domain=(UNIT,), **_FUNCTION)
acos: Primitive = add_row("acos", "acos", math.acos, [lambda out, x: -1.0 / sqrt(1.0 - x * x)],
    textbook=[lambda out, x: -1.0 / sqrt(1.0 - x**2)],
    summary="The angle from 0 to π whose cosine is x.", domain=(UNIT,), **_FUNCTION)
atan: Primitive = add_row("atan", "atan", math.atan, [lambda out, x: 1.0 / (1.0 + x * x)],
    textbook=[lambda out, x: 1.0 / (1.0 + x**2)],
    summary="The angle between −π/2 and π/2 whose tangent is x.", **_FUNCTION)
atan2: Primitive = add_row("atan2", "atan2", math.atan2,
    [lambda out, y, x: _atan2_partial(x, y), lambda out, y, x: _atan2_partial(-y, x)],
    textbook=[lambda out, y, x: x / (x**2 + y**2), lambda out, y, x: -y / (x**2 + y**2)],
    summary="The angle of the point (x, y), from −π to π; it jumps where y is 0 and x negative.",
    example=(1.0, -1.0), kinks=(lambda y, x: hypot(y, maximum(x, 0.0)),), **_FUNCTION)
sinh: Primitive = add_row("sinh", "sinh", math.sinh, [lambda out, x: cosh(x)],
    definition=lambda x: (exp(x) - exp(-x)) / 2.0,
    summary="The hyperbolic sine.", latex=r"\sinh {}", **_FUNCTION)
cosh: Primitive = add_row("cosh", "cosh", math.cosh, [lambda out, x: sinh(x)],
    definition=lambda x: (exp(x) + exp(-x)) / 2.0,
    summary="The hyperbolic cosine.", latex=r"\cosh {}", **_FUNCTION)
tanh: Primitive = add_row("tanh", "tanh", math.tanh, [lambda out, x: 4.0 * sigmoid_slope(2.0 * x)],
    definition=lambda x: sinh(x) / cosh(x), textbook=[lambda out, x: 1.0 - out**2],
    summary="The hyperbolic tangent, between −1 and 1.", latex=r"\tanh {}", **_FUNCTION)
asinh: Primitive = add_row("asinh", "asinh", math.asinh, [lambda out, x: 1.0 / hypot(x, 1.0)],
    definition=lambda x: log(x + sqrt(x**2 + 1.0)), textbook=[lambda out, x: 1.0 / sqrt(x**2 + 1)],
    summary="The number whose hyperbolic sine is x.", **_FUNCTION)
acosh: Primitive = add_row("acosh", "acosh", math.acosh,
    [lambda out, x: 1.0 / (sqrt(x - 1) * sqrt(x + 1))],
    definition=lambda x: log(x + sqrt(x**2 - 1.0)), textbook=[lambda out, x: 1.0 / sqrt(x**2 - 1)],
    summary="The number from 0 on whose hyperbolic cosine is x.", domain=(FROM_ONE,), **_FUNCTION)
atanh: Primitive = add_row("atanh", "atanh", math.atanh, [lambda out, x: 1.0 / (1.0 - x * x)],
    definition=lambda x: log((1 + x) / (1 - x)) / 2.0, textbook=[lambda out, x: 1.0 / (1 - x**2)],
    summary="The number whose hyperbolic tangent is x.", domain=(INNER,), **_FUNCTION)

# ---- Activations ---------------------------------------------------------------------------------

sigmoid: Primitive = add_row("sigmoid", "σ",
    lambda x: where(x < 0, _decay(x), 1.0) / (1.0 + _decay(x)), [lambda out, x: sigmoid_slope(x)],
    definition=lambda x: 1.0 / (1.0 + exp(-x)), textbook=[lambda out, x: out * (1.0 - out)],
    summary="The logistic function σ, between 0 and 1.", latex=r"\sigma\left({}\right)")
# σ′ is a row because as a formula over other rows σ″ would cancel near 0 or underflow far from it.
sigmoid_slope: Primitive = add_row("sigmoid_slope", "σ′",
    lambda x: _decay(x) / (1.0 + _decay(x) * (2.0 + _decay(x))),
    [lambda out, x: -out * tanh(0.5 * x)], definition=lambda x: sigmoid(x) * (1.0 - sigmoid(x)),
    textbook=[lambda out, x: out * (1.0 - 2.0 * sigmoid(x))],
    summary="The derivative of the logistic function, from which that of tanh comes, too.",
    latex=r"\sigma'\left({}\right)")
logsigmoid: Primitive = add_row("logsigmoid", "log σ", lambda x: -softplus(-x),
    [lambda out, x: sigmoid(-x)], textbook=[lambda out, x: 1.0 - sigmoid(x)],
    definition=lambda x: log(sigmoid(x)),
    summary="The logarithm of the logistic function.", latex=r"\log \sigma\left({}\right)")
softplus: Primitive = add_row("softplus", "softplus", lambda x: maximum(x, 0.0) + log1p(_decay(x)),
    [lambda out, x: sigmoid(x)],
    definition=lambda x: log(1.0 + exp(x)), summary="The smooth form of relu.")
relu: Primitive = add_row("relu", "ReLU", lambda x: where(x <= 0, 0.0, x),
    [lambda out, x: if_above(x, 0.0, 1.0, 0.0)],
    definition=lambda x: where(x > 0, x, 0.0),
    summary="The rectified linear unit: x where it is positive, else 0.", kinks=(lambda x: x,))
leaky_relu: Primitive = add_row("leaky_relu", "leaky ReLU",
    lambda x, slope: where((x > 0) & (slope <= math.inf), x, slope * x),
    [lambda out, x, slope: if_above(x, 0.0, 1.0, slope),
     lambda out, x, slope: if_above(x, 0.0, 0.0, x)],
    definition=lambda x, slope: where(x > 0, x, slope * x),
    summary="x where it is positive, else a small part of it.",
    example=(-2.0, 0.25), kinks=(lambda x, slope: x,))
elu: Primitive = add_row("elu", "ELU",
    lambda x, alpha: where((x > 0) & (alpha <= math.inf), x, alpha * expm1(where(x > 0, 0.0, x))),
    [_elu_by_operand, lambda out, x, alpha: expm1(if_above(x, 0.0, 0.0, x))],
    definition=lambda x, alpha: where(x > 0, x, alpha * (exp(x) - 1.0)),
    textbook=[lambda out, x, alpha: where(x > 0, 1.0, alpha * exp(x)),
              lambda out, x, alpha: where(x > 0, 0.0, exp(x) - 1.0)],
    summary="The exponential linear unit: x where it is positive, else above −alpha.",
    example=(-2.0, 0.5), kinks=(lambda x, alpha: x,))
silu: Primitive = add_row("silu", "SiLU", lambda x: x * sigmoid(x),
    [lambda out, x: sigmoid(x) + x * sigmoid_slope(x)],
    textbook=[lambda out, x: sigmoid(x) + x * sigmoid(x) * (1.0 - sigmoid(x))],
    summary="The sigmoid linear unit x·σ(x), also called swish.")
gelu: Primitive = add_row("gelu", "GELU", lambda x: 0.5 * x * erfc(-x / _SQRT_TWO), [_gelu_partial],
    definition=lambda x: x * _normal_probability(x),
    textbook=[lambda out, x: _normal_probability(x) + x * exp(-(x**2) / 2.0) / math.sqrt(math.tau)],
    summary="The Gaussian error linear unit x·Φ(x), with derivative Φ(x) + x·φ(x).")
heaviside: Primitive = add_row("heaviside", "step",
    lambda x: where(x > 0, 1.0, where(x < 0, 0.0, x + 0.5)), [lambda out, x: 0.0],
    definition=lambda x: where(x > 0, 1.0, where(x < 0, 0.0, 0.5)),
    summary="The step from 0 to 1, and ½ at 0.", latex=r"H\left({}\right)", kinks=(lambda x: x,))
sign: Primitive = add_row("sign", "sign", lambda x: where(x > 0, 1.0, where(x < 0, -1.0, x)),
    [lambda out, x: 0.0],
    definition=lambda x: where(x > 0, 1.0, where(x < 0, -1.0, 0.0)),
    summary="The sign of a number: −1, 0 or 1.", kinks=(lambda x: x,))
piecewise_linear: Primitive = add_row("piecewise_linear", "⟋",
    lambda x: minimum(maximum(x + 0.5, 0.0), 1.0), [lambda out, x: if_above(0.5, abs(x), 1.0, 0.0)],
    summary="x + ½, held between 0 and 1.",
    example=(0.25,), kinks=(lambda x: x + 0.5, lambda x: x - 0.5))

# ---- Error function ------------------------------------------------------------------------------

erf: Primitive = add_row("erf", "erf", math.erf, [lambda out, x: _TWO_OVER_SQRT_PI * exp(-x * x)],
    textbook=[lambda out, x: 2.0 * exp(-(x**2)) / _SQRT_PI],
    summary="The error function 2/√π·∫exp(−t²)dt from 0 to x.",
    on_arrays=lambda x: _on_arrays("erf", x), **_FUNCTION)
erfc: Primitive = add_row("erfc", "erfc", math.erfc,
    [lambda out, x: -_TWO_OVER_SQRT_PI * exp(-x * x)],
    definition=lambda x: 1.0 - erf(x), textbook=[lambda out, x: -2.0 * exp(-(x**2)) / _SQRT_PI],
    summary="1 − erf(x), which keeps its digits where it is small.",
    on_arrays=lambda x: _on_arrays("erfc", x), **_FUNCTION)

# ---- Entropy: 0·log 0 is 0 -----------------------------------------------------------------------

entr: Primitive = add_row("entr", "−p log p", lambda p: -(p * log(_unless_zero(p, p))),
    [lambda out, p: -log(p) - 1.0],
    definition=lambda p: -p * log(p),
    summary="A probability's part of the entropy; 0 at 0.",
    domain=(NON_NEGATIVE,), latex=r"-{0} \log {0}")
xlogy: Primitive = add_row("xlogy", "x log y", lambda x, y: x * log(_unless_zero(x, y)),
    [lambda out, x, y: log(y), lambda out, x, y: x / y],
    definition=lambda x, y: x * log(y),
    summary="x times the logarithm of y; 0 where x is 0.",
    domain=(REAL, POSITIVE), latex=r"{} \log {}")
rel_entr: Primitive = add_row("rel_entr", "p log(p/q)",
    lambda p, q: p * _log_ratio(_unless_zero(p, p), _unless_zero(p, q)),
    [lambda out, p, q: _log_ratio(p, q) + 1.0, lambda out, p, q: -p / q],
    definition=lambda p, q: p * log(p / q),
    textbook=[lambda out, p, q: log(p / q) + 1.0, lambda out, p, q: -p / q],
    summary="A probability's part of the divergence of p from q; 0 where p is 0.",
    domain=(NON_NEGATIVE, POSITIVE), latex=r"{0} \log \frac{{{0}}}{{{1}}}")

# ---- Selection: a tie shares the derivative, and a NaN reaches the result ------------------------

maximum: Primitive = add_row("maximum", "max",
    lambda a, b: a if a >= b else b if b >= a else a + b,
    [lambda out, a, b: if_above(a, b, 1.0, if_above(b, a, 0.0, 0.5)),
     lambda out, a, b: if_above(b, a, 1.0, if_above(a, b, 0.0, 0.5))],
    summary="The larger of two numbers.", kinks=(lambda a, b: a - b,), **_FUNCTION)
minimum: Primitive = add_row("minimum", "min",
    lambda a, b: a if a <= b else b if b <= a else a + b,
    [lambda out, a, b: if_above(b, a, 1.0, if_above(a, b, 0.0, 0.5)),
     lambda out, a, b: if_above(a, b, 1.0, if_above(b, a, 0.0, 0.5))],
    summary="The smaller of two numbers.", kinks=(lambda a, b: a - b,), **_FUNCTION)
clip: Primitive = add_row("clip", "clip", lambda x, low, high: minimum(maximum(x, low), high),
    [lambda out, x, low, high: if_above(low, x, 0.0, if_above(x, high, 0.0, 1.0)),
     lambda out, x, low, high: if_above(low, x, 1.0, 0.0),
     lambda out, x, low, high: if_above(x, high, 1.0, 0.0)],
    summary="x, held between low and high.",
    example=(2.5, 0.0, 1.0), kinks=(lambda x, low, high: x - low, lambda x, low, high: x - high))
where_greater: Primitive = add_row("where_greater", "p if x > y else q",
    lambda p, q, x, y: where(x > y, p, q),
    [lambda out, p, q, x, y: if_above(x, y, 1.0, 0.0),
     lambda out, p, q, x, y: if_above(x, y, 0.0, 1.0),
     lambda out, p, q, x, y: 0.0, lambda out, p, q, x, y: 0.0],
    summary="One of two numbers: p where x is above y, else q.", example=(1.0, 0.0, 2.0, 0.5),
    latex=r"\begin{{cases}} {0} & \text{{if }} {2} > {3} \\ {1} & \text{{otherwise}} \end{{cases}}",
    kinks=(lambda p, q, x, y: x - y,))
# fmt: on
