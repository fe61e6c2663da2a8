"""Misuse of the whole public API: refused by name, in a documented way, and nothing is changed."""

from __future__ import annotations

import inspect
import math
import random
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import microgradnn as mg
from microgradnn import Value, data, losses, nn, optim, plots, testing
from microgradnn.engine.row import PRIMITIVES, Primitive

from .misuse import JUNK, EvilError, state

# What may be raised; anything else comes from inside.
DOCUMENTED = (
    *(TypeError, ValueError, ZeroDivisionError, OverflowError, FloatingPointError),
    *(OSError, EvilError),
)
Fits = Callable[[Any], bool | None]

# ---- What an argument takes ----------------------------------------------------------------------


def number(x: Any) -> bool:
    kinds = (int, float, np.floating, np.integer, np.bool_)
    return isinstance(x, kinds) and not (type(x) is int and abs(x) > 1e308)


def within(low: float, high: float, ends: bool = True) -> Fits:
    return lambda x: number(x) and (low <= x <= high if ends else low < x < high)


NOT_NEGATIVE = within(0.0, 1.8e308 - 1e292)
POSITIVE = within(0.0, math.inf, ends=False)
FRACTION: Fits = lambda x: number(x) and 0 <= x < 1


def count(x: Any) -> bool | None:
    """None for what would take too long."""
    return isinstance(x, int) and x >= 1 and (x < 10**6 or None)


def size(x: Any) -> bool | None:
    return count(x) and not isinstance(x, bool)


def value(x: Any) -> bool:
    return isinstance(x, Value)


def scalar(x: Any) -> bool:
    return number(x) or value(x)


def first_or_second(x: Any) -> bool:
    """An index of two; a Value that is infinite or NaN gives NaN."""
    return x in (0, 1) if number(x) else value(x) and (x.data in (0, 1) or x.data - x.data != 0)


def array(x: Any) -> bool:
    return isinstance(x, np.ndarray) and (x.dtype.kind in "biuf" or all(map(scalar, x.flat)))


def operand(x: Any) -> bool:
    return scalar(x) or array(x)


def items(x: Any) -> list[Any]:
    return list(x) if isinstance(x, (list, tuple, np.ndarray)) else []


def listed(fits: Fits, size: int | None = None) -> Fits:
    def all_fit(x: Any) -> bool:
        return bool(items(x)) and all(map(fits, items(x))) and size in (None, len(items(x)))

    return all_fit


def numbers_in(x: Any) -> float:
    """How many there are in a tree; negative if it is none."""
    if isinstance(x, (list, tuple, dict)):
        return sum(map(numbers_in, x.values() if isinstance(x, dict) else x))
    if isinstance(x, np.ndarray):
        return x.size if array(x) else -math.inf
    return 1 if scalar(x) else -math.inf


def tree(x: Any) -> bool:
    try:
        return numbers_in(x) > 0
    except RecursionError:
        return False


def text(x: Any) -> bool:
    return isinstance(x, str)


def function(x: Any) -> bool:
    return callable(x)


def one_of(*choices: Any) -> Fits:
    return lambda x: any(
        x is choice or (type(x) is type(choice) and x == choice) for choice in choices
    )


def either(*all_fits: Fits) -> Fits:
    return lambda x: any(fits(x) for fits in all_fits)


def none(x: Any) -> bool:
    return x is None


def anything(x: Any) -> bool:
    return True


def real_table(x: Any) -> bool:
    try:
        table = np.asarray(x)
    except (ValueError, EvilError):
        return False
    return (
        table.ndim == 2
        and table.size > 0
        and table.dtype.kind in "biuf"
        and bool(np.isfinite(table).all())
    )


ACTIVATION = either(callable, one_of("relu", "tanh"))
RNG = either(none, lambda x: isinstance(x, (int, random.Random)) and not isinstance(x, bool))
RATE = either(callable, NOT_NEGATIVE)
REDUCTION = one_of("mean", "sum", "none")
PATH: Fits = lambda x: None if text(x) and "\0" not in x else False  # a name that will do, or not


class Row(NamedTuple):
    """A callable, valid arguments for it (made anew each time), and what each of them takes."""

    call: Callable[..., Any]
    valid: Callable[[], dict[str, Any]]
    fits: dict[str, Fits]


TABLE: dict[str, Row] = {}


def row(
    row_name: str, call: Callable[..., Any], valid: Callable[[], dict[str, Any]], /, **fits: Fits
) -> None:
    TABLE[row_name] = Row(call, valid, fits)


# fmt: off
# ---- Operations ----------------------------------------------------------------------------------

FUNCTIONS = [name for name, r in PRIMITIVES.items() if r.arity and getattr(mg, name, None) is r]


def operands_of(name: str) -> dict[str, Any]:
    numbers = [0.5 if 0.5 in interval else 1.5 for interval in PRIMITIVES[name].domain]
    return {f"operand{k}": Value(x) for k, x in enumerate(numbers)}


for name in FUNCTIONS:
    row(name, lambda name=name, **operands: getattr(mg, name)(*operands.values()), partial(operands_of, name), **dict.fromkeys(operands_of(name), operand))
for symbol in ("add", "sub", "mul", "truediv", "mod", "pow"):
    for reflected in ("", "r"):
        row(f"Value.__{reflected}{symbol}__", lambda left, right, name=f"__{reflected}{symbol}__": getattr(left, name)(right), lambda: {"left": Value(0.5), "right": Value(0.5)}, right=operand)
for symbol in ("lt", "le", "gt", "ge"):
    row(f"Value.__{symbol}__", lambda left, right, name=f"__{symbol}__": getattr(left, name)(right), lambda: {"left": Value(0.5), "right": Value(0.5)}, right=scalar)
row("clip", mg.clip, lambda: {"x": Value(0.5), "low": 0.0, "high": 1.0}, x=operand, low=operand, high=operand)
row("leaky_relu", mg.leaky_relu, lambda: {"x": Value(0.5), "slope": 0.1}, x=operand, slope=operand)
row("elu", mg.elu, lambda: {"x": Value(0.5), "alpha": 0.1}, x=operand, alpha=operand)
row("where", mg.where, lambda: {"condition": True, "a": 1.0, "b": 2.0})
for name in ("sum", "mean", "max", "min", "logsumexp", "softmax"):
    row(name, getattr(mg, name), lambda: {"xs": [Value(0.5), 1.0]}, xs=listed(scalar))
row("take", mg.take, lambda: {"xs": [Value(0.5), 1.0], "index": 0}, xs=listed(scalar), index=first_or_second)
row("dot", mg.dot, lambda: {"ws": [Value(1.0), Value(2.0)], "xs": [1.0, Value(2.0)], "bias": Value(0.5)}, ws=listed(scalar, 2), xs=listed(scalar, 2), bias=operand)
row("primitive", mg.primitive, lambda: {"name": "new", "forward": lambda x: x, "partials": [lambda out, x: 1.0]}, name=lambda x: text(x) and x.isidentifier() and x != "relu", forward=function, partials=either(function, listed(function)), symbol=text, domain=one_of(()), textbook=either(one_of(None), function, listed(function, 1)), summary=text)

# ---- Values --------------------------------------------------------------------------------------


def graph() -> Value:
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    c = a * b + a
    c.backward()
    return c


NOTHING = either(text, lambda x: isinstance(x, (tuple, list)) and not x)  # without the other of the two
def _inside(name: Any) -> None:
    with mg.block(name):
        pass


row("block", _inside, lambda: {"name": "b"}, name=lambda x: text(x) and bool(x.strip()))
row("Value", Value, lambda: {"data": 1.0}, data=number, label_or_operands=NOTHING, op_or_local_grads=NOTHING, label=text, _children=lambda x: NOTHING(x) and not x, _op=text)
row("Value.data", lambda x, data: setattr(x, "data", data), lambda: {"x": Value(1.0), "data": 2.0}, data=number)
row("Value.grad", lambda x, grad: setattr(x, "grad", grad), lambda: {"x": Value(1.0), "grad": 2.0}, grad=number)
row("Value.backward", lambda x, gradient: x.backward(gradient), lambda: {"x": graph(), "gradient": 1.0}, gradient=number)
row("topological_order", mg.topological_order, lambda: {"root": graph()}, root=value)
row("first_non_finite", mg.first_non_finite, lambda: {"root": graph()}, root=value)
row("gradients", mg.gradients, lambda: {"output": graph(), "inputs": [Value(1.0)]}, output=value, inputs=listed(value))

# ---- Derivatives of functions --------------------------------------------------------------------

POINT = {"f": lambda x: x * x, "inputs": [0.5]}


def at_half(transform: Any, argnums: Any = 0) -> Callable[..., Any]:
    return lambda f, argnums=argnums, x=0.5: transform(f, argnums)(x)


row("numerical_gradient", mg.numerical_gradient, lambda: dict(POINT), f=function, inputs=lambda x: None if listed(number)(x) else False, eps=either(none, POSITIVE))
row("gradcheck", mg.gradcheck, lambda: dict(POINT), f=function, inputs=lambda x: None if listed(number)(x) else False, eps=either(none, POSITIVE), tolerance=POSITIVE)
row("relative_error", mg.relative_error, lambda: {"analytic": [1.0, 2.0], "numeric": [1.0, 2.0]}, analytic=listed(number, 2), numeric=listed(number, 2))
PLACES = either(one_of(0, -1), listed(one_of(0, -1)))
ANY = {"f": lambda x: 1.0, "x": 0.5}
row("grad", lambda f, argnums, x, has_aux: mg.grad(f, argnums, has_aux)(x), lambda: {**ANY, "argnums": 0, "has_aux": False}, f=function, argnums=PLACES, x=tree, has_aux=one_of(False))
row("value_and_grad", lambda f, argnums, x, has_aux: mg.value_and_grad(f, argnums, has_aux)(x), lambda: {**ANY, "argnums": 0, "has_aux": False}, f=function, argnums=PLACES, x=tree, has_aux=one_of(False))
row("jacobian", lambda f, argnums, x, has_aux: mg.jacobian(f, argnums, has_aux)(x), lambda: {**ANY, "argnums": None, "has_aux": False}, f=function, argnums=either(none, PLACES), x=tree, has_aux=one_of(False))
row("hessian", lambda f, argnums, x, has_aux: mg.hessian(f, argnums, has_aux)(x), lambda: {**ANY, "argnums": None, "has_aux": False}, f=function, argnums=either(none, PLACES), x=tree, has_aux=one_of(False))
row("jvp", mg.jvp, lambda: {"f": ANY["f"], "primals": (0.5,), "tangents": (1.0,), "has_aux": False}, f=function, primals=listed(scalar, 1), tangents=listed(scalar, 1), has_aux=one_of(False))
row("vjp", lambda f, x, cotangent: mg.vjp(f, x)[1](cotangent), lambda: {**ANY, "cotangent": 1.0}, f=function, x=tree, cotangent=scalar)
row("hvp", mg.hvp, lambda: {"f": ANY["f"], "primals": (0.5,), "tangents": (1.0,)}, f=function, primals=listed(scalar, 1), tangents=listed(scalar, 1))

# ---- Seeing --------------------------------------------------------------------------------------

row("first_non_finite", mg.first_non_finite, lambda: {"root": graph()}, root=value)
row("steps", lambda root: str(mg.steps(root)), lambda: {"root": graph()}, root=value)
row("explain", lambda root, wrt: str(mg.explain(root, wrt)), lambda: {"root": graph(), "wrt": Value(1.0)}, root=value, wrt=value)
row("worksheet", mg.worksheet, lambda: {"root": graph()}, root=value)
OF_TRAINING = dict.fromkeys(("X", "y", "loss", "optimizer", "batch_size", "validation", "history"), none)
row("explore", mg.explore, lambda: {"root": graph(), "title": "x"}, root=value, title=anything, hide=lambda x: isinstance(x, (tuple, list, set, frozenset)) and not x, seed=one_of(0, None), **OF_TRAINING)
FOLDS = either(one_of("auto", "none", "neuron", "layer", "model"), callable)
STEP = either(none, lambda x: count(x) and x <= 7)
row("draw", mg.draw, lambda: {"root": graph()}, root=value, fold=FOLDS, step=STEP)
row("to_dot", lambda **given: mg.to_dot(**given).source, lambda: {"root": graph()}, root=value, fold=FOLDS, step=STEP)
row("draw of a network", mg.draw, lambda: {"root": nn.MLP(2, [2, 1], rng=0), "example": [1.0, 2.0]}, example=either(none, listed(scalar, 2)))

# ---- Networks ------------------------------------------------------------------------------------

INIT = either(callable, one_of("zeros"))
SHARED = {"activation": ACTIVATION, "init": INIT, "rng": RNG}
NONLIN: Fits = lambda x: isinstance(x, bool)
# Weights of 0 are not drawn, so no call here changes the state of `random`.
row("Neuron", nn.Neuron, lambda: {"nin": 2, "init": "zeros"}, nin=size, nonlin=NONLIN, **SHARED)
row("Layer", nn.Layer, lambda: {"nin": 2, "nout": 2, "init": "zeros"}, nin=size, nout=size, nonlin=NONLIN, **SHARED)
row("MLP", nn.MLP, lambda: {"nin": 2, "nouts": [2, 1], "init": "zeros"}, nin=size, nouts=listed(size), output_activation=ACTIVATION, **SHARED)
row("Embedding", nn.Embedding, lambda: {"num_embeddings": 3, "embedding_dim": 2, "init": "zeros"}, num_embeddings=size, embedding_dim=size, init=INIT, rng=RNG)
row("Embedding.__call__", lambda model, index: model(index), lambda: {"model": nn.Embedding(2, 2, rng=0), "index": 0}, index=first_or_second)
AFFINE: Fits = lambda x: isinstance(x, bool)
row("LayerNorm", nn.LayerNorm, lambda: {"normalized_shape": 2}, normalized_shape=size, eps=NOT_NEGATIVE, elementwise_affine=AFFINE)
row("RMSNorm", nn.RMSNorm, lambda: {"normalized_shape": 2}, normalized_shape=size, eps=either(none, NOT_NEGATIVE), elementwise_affine=AFFINE)
row("Sequential", lambda layers: nn.Sequential(layers), lambda: {"layers": nn.LayerNorm(2)}, layers=lambda x: callable(x) and not isinstance(x, type))
made: Any
page: Any
for made in (nn.Neuron(2, rng=0), nn.Layer(2, 2, rng=0), nn.MLP(2, [2, 1], rng=0), nn.LayerNorm(2), nn.RMSNorm(2), nn.Sequential(nn.Layer(2, 2, rng=0))):
    row(f"{type(made).__name__}.__call__", lambda model, x: model(x), partial(dict, model=made, x=[1.0, 2.0]), x=listed(scalar, 2))
row("Module.load_state_dict", lambda model, state, strict=True: model.load_state_dict(state, strict), lambda: {"model": nn.Neuron(2, rng=0), "state": nn.Neuron(2, rng=0).state_dict()}, state=lambda x: False, strict=AFFINE)
row("Module.load_state_dict of a weight", lambda model, w: model.load_state_dict({"w": w, "b": 1.0}), lambda: {"model": nn.Neuron(2, rng=0), "w": [1.0, 2.0]}, w=listed(lambda x: number(x) and math.isfinite(x), 2))
row("Module.save", lambda model, path: model.save(path), lambda: {"model": nn.Neuron(2, rng=0), "path": "weights.npz"}, path=PATH)
row("Module.load", lambda model, path: model.load(path), lambda: {"model": nn.Neuron(2, rng=0), "path": "weights.npz"}, path=PATH)
row("uniform", nn.uniform, lambda: {"low": -10.0, "high": 10.0}, low=lambda x: number(x) and -1e309 < x <= 10, high=lambda x: number(x) and -10 <= x < 1e309)
row("normal", nn.normal, lambda: {"std": 1.0}, std=NOT_NEGATIVE)

# ---- Losses --------------------------------------------------------------------------------------

PAIR = (
    "mse_loss",
    "l1_loss",
    "half_squared_error",
    "huber_loss",
    "binary_cross_entropy_with_logits",
    "hinge_loss",
    "perceptron_loss",
    "zero_one_loss",
)
PROBABILITY: Fits = lambda x: (
    (value(x) and (x.data != x.data or 0 <= x.data <= 1)) or (number(x) and (x != x or 0 <= x <= 1))
)
LABEL: Fits = lambda x: number(x) and abs(x) == 1
TARGET: Fits = lambda x: (value(x) and 0 <= x.data <= 1) or (number(x) and 0 <= x <= 1)
def finite(x: Any) -> bool:
    return scalar(x) and math.isfinite(x.data if value(x) else x)


def weighing(x: Any) -> bool:
    return finite(x) and (x.data if value(x) else x) >= 0


def each(fits: Fits) -> Fits:
    """One weight for all, or a list of one or of one for each of two."""
    return either(none, fits, listed(fits, 1), listed(fits, 2))


SAMPLE_WEIGHT = either(none, lambda x: listed(weighing, 2)(x) and any(w.data if value(w) else w for w in x))
for name in (*PAIR, "binary_cross_entropy"):
    logits, labels = "cross" in name, name in PAIR[-3:]
    weights = {"sample_weight": SAMPLE_WEIGHT, **({"weight": each(finite)} if logits else {}), **({"pos_weight": each(weighing)} if "with_logits" in name else {})}
    row(name, getattr(losses, name), lambda: {"prediction": [Value(0.5), 0.5], "target": [1.0, 1.0]}, prediction=listed(PROBABILITY if name == "binary_cross_entropy" else scalar, 2), target=listed(TARGET if logits else LABEL if labels else scalar, 2), reduction=REDUCTION, **weights, **({"delta": POSITIVE} if name == "huber_loss" else {}))


def distribution(x: Any) -> bool:
    if not listed(PROBABILITY)(x):
        return False
    total = sum(p.data if value(p) else float(p) for p in x)
    return total != total or math.isclose(total, 1.0)  # NaN makes the result NaN


for name in ("cross_entropy", "categorical_cross_entropy", "nll_loss"):
    row(name, getattr(losses, name), lambda: {"prediction": [Value(0.5), 0.5], "target": 1}, prediction=distribution if name.startswith("cat") else lambda x: listed(scalar)(x) and len(items(x)) > 1, target=either(one_of(0, 1, True), lambda x: distribution(x) and len(x) == 2), reduction=REDUCTION, weight=either(none, lambda x: listed(weighing, 2)(x) and bool(x[1])), sample_weight=either(none, lambda x: weighing(x) and bool(x.data if value(x) else x)), ignore_index=either(none, lambda x: isinstance(x, (int, np.integer)) and not isinstance(x, bool) and x != 1 and abs(int(x)) <= 2**53))
TABLE["cross_entropy"].fits["label_smoothing"] = within(0.0, 1.0)
BASE = either(none, lambda x: POSITIVE(x) and x != 1)
TABLE["categorical_cross_entropy"].fits["base"] = BASE
row("entropy", losses.entropy, lambda: {"p": [0.5, Value(0.5)]}, p=distribution, base=BASE)
row("kl_divergence", losses.kl_divergence, lambda: {"p": [0.5, Value(0.5)], "q": [0.5, 0.5]}, p=lambda x: distribution(x) and len(x) == 2, q=lambda x: distribution(x) and len(x) == 2, base=BASE)

# ---- Optimisers ----------------------------------------------------------------------------------


def parameters() -> list[Value]:
    x = Value(1.0, "x")
    (x * x).backward()
    return [x, Value(2.0)]


def one_step(kind: Any, **settings: Any) -> Any:
    optimizer = kind(**settings)
    optimizer.step()


SEED: Fits = lambda x: isinstance(x, int) and not isinstance(x, bool) and x >= 0
UNEQUAL: Fits = lambda x: listed(value)(x) and len({*x}) == len(x)
FLAG: Fits = lambda x: isinstance(x, bool)
RULE = {"parameters": UNEQUAL, "lr": NOT_NEGATIVE, "weight_decay": NOT_NEGATIVE}
BY_SQUARES = {**RULE, "eps": NOT_NEGATIVE}
row("SGD", lambda **s: one_step(optim.SGD, **s), lambda: {"parameters": parameters(), "lr": 0.1, "momentum": 0.5}, **RULE, momentum=FRACTION, nesterov=FLAG)
row("Adam", lambda **s: one_step(optim.Adam, **s), lambda: {"parameters": parameters(), "lr": 0.1}, **BY_SQUARES, betas=listed(FRACTION, 2))
row("AdamW", lambda **s: one_step(optim.AdamW, **s), lambda: {"parameters": parameters(), "lr": 0.1}, **BY_SQUARES, betas=listed(FRACTION, 2))
row("RMSprop", lambda **s: one_step(optim.RMSprop, **s), lambda: {"parameters": parameters(), "lr": 0.1}, **BY_SQUARES, alpha=FRACTION, momentum=FRACTION, centered=FLAG)
row("Optimizer", optim.Optimizer, lambda: {"parameters": parameters(), "lr": 0.1}, parameters=UNEQUAL, lr=RATE, weight_decay=NOT_NEGATIVE)
row("clip_grad_norm", optim.clip_grad_norm, lambda: {"parameters": parameters(), "max_norm": 1.0}, parameters=listed(value), max_norm=NOT_NEGATIVE)
row("constant", optim.constant, lambda: {"lr": 0.1}, lr=NOT_NEGATIVE)
row("step_decay", optim.step_decay, lambda: {"lr": 0.1, "every": 2}, lr=NOT_NEGATIVE, every=size, factor=NOT_NEGATIVE)
row("exponential_decay", optim.exponential_decay, lambda: {"lr": 0.1, "rate": 0.1}, lr=NOT_NEGATIVE, rate=NOT_NEGATIVE)
row("inverse_time_decay", optim.inverse_time_decay, lambda: {"lr": 0.1, "rate": 0.1}, lr=NOT_NEGATIVE, rate=NOT_NEGATIVE)
row("cosine_decay", optim.cosine_decay, lambda: {"lr": 0.1, "steps": 5}, lr=NOT_NEGATIVE, steps=size, final=NOT_NEGATIVE)
row("one_cycle", optim.one_cycle, lambda: {"max_lr": 0.1, "total_steps": 5}, max_lr=NOT_NEGATIVE, total_steps=size, pct_start=within(0.0, 1.0), div_factor=POSITIVE, final_div_factor=POSITIVE)
row("reduce_on_plateau", optim.reduce_on_plateau, lambda: {"lr": 0.1}, lr=NOT_NEGATIVE, factor=FRACTION, patience=SEED, threshold=NOT_NEGATIVE, min_lr=NOT_NEGATIVE)
row("warmup", optim.warmup, lambda: {"lr": 0.1, "steps": 5}, lr=RATE, steps=size)

# ---- Data ----------------------------------------------------------------------------------------

XY = {"X": [[0.0], [1.0], [2.0]], "y": [0, 1, 0]}
ROWS: Fits = lambda x: real_table(x) and len(x) == 3
THREE: Fits = lambda x: isinstance(x, (list, np.ndarray)) and len(x) == 3
TABLE_OF_ONE: Fits = lambda x: real_table(x) and np.shape(x)[1] == 1
row("zero_center", data.zero_center, lambda: {"X": XY["X"]}, X=real_table, reference=either(none, TABLE_OF_ONE))
row("standardize", data.standardize, lambda: {"X": XY["X"]}, X=lambda x: None if real_table(x) else False, reference=either(none, TABLE_OF_ONE), constant=one_of("refuse", "zero"))
row("one_hot", data.one_hot, lambda: {"labels": [0, 1]}, labels=lambda x: False, classes=either(none, lambda x: count(x) and x >= 2))
row("batches", lambda **xs: list(data.batches(**xs)), lambda: {**XY, "batch_size": 2}, X=THREE, y=THREE, batch_size=size, seed=either(none, SEED))
row("train_test_split", data.train_test_split, lambda: dict(XY), X=THREE, y=THREE, test_size=lambda x: number(x) and 0 < x < 0.67, seed=SEED)
SIZE: Fits = lambda x: size(x) and (None if x > 999 else x >= 2)
MADE = {"n": SIZE, "noise": lambda x: NOT_NEGATIVE(x) and x <= 1e100, "seed": SEED}
for maker in (data.make_moons, data.make_spirals, data.make_xor, data.make_line, data.make_sine):
    row(maker.__name__, maker, lambda: {"n": 9}, **MADE)
row("make_circles", data.make_circles, lambda: {"n": 9}, **MADE, factor=FRACTION)
row("make_blobs", data.make_blobs, lambda: {"n": 9}, **MADE, centers=lambda x: size(x) and x <= 9)

# ---- Training and plots --------------------------------------------------------------------------


def fitted(**settings: Any) -> Any:
    return mg.fit(**{"progress": False, **settings})


def begun() -> dict[str, Any]:
    """A training that can be saved."""
    model = nn.MLP(1, [1], rng=0)
    history = fitted(model=model, **XY, **FIT)
    return {"path": "run.npz", "model": model, "optimizer": None, "history": history}


SHARE: Fits = lambda x: number(x) and 0 < x < 0.67
FIT = {"loss": losses.mse_loss, "epochs": 1, "batch_size": 3}
TARGETS: Fits = lambda x: (real_table([x]) and len(x) == 3) or (None if any(isinstance(y, list) for y in items(x)) else False)
WEIGHTS: Fits = lambda x: listed(NOT_NEGATIVE, 3)(x) and 0 < sum(items(x)) < math.inf
row("fit", fitted, lambda: {"model": nn.MLP(1, [1], rng=0), **XY, **FIT}, model=lambda x: False, X=lambda x: False, y=TARGETS, loss=lambda x: False, optimizer=none, epochs=lambda x: None if size(x) is None or (size(x) and x > 9) else size(x), batch_size=size, validation=either(none, SHARE), patience=none, seed=SEED, callbacks=lambda x: isinstance(x, (list, tuple)) and not x, metrics=lambda x: isinstance(x, dict) and not x, clip_grad_norm=either(none, POSITIVE), resume=none, keep_weights=FLAG)
row("explore training", mg.explore, lambda: {"root": nn.MLP(1, [1], rng=0), **XY, "loss": losses.mse_loss}, root=lambda x: False, title=anything, X=lambda x: False, y=TARGETS, loss=lambda x: False, optimizer=none, batch_size=lambda x: x is None or size(x), validation=either(none, SHARE), history=none, seed=SEED)
row("save_checkpoint", mg.save_checkpoint, begun, path=PATH, model=lambda x: False, optimizer=lambda x: None if x is None else False, history=lambda x: False)
row("load_checkpoint", mg.load_checkpoint, lambda: {"path": "run.npz", "model": nn.MLP(1, [1], rng=0), "optimizer": None}, path=PATH, model=lambda x: False, optimizer=lambda x: None if x is None else False)
row("evaluate", mg.evaluate, lambda: {"model": nn.MLP(1, [1], rng=0), **XY, "loss": losses.mse_loss}, model=lambda x: False, X=lambda x: False, y=TARGETS, loss=lambda x: False, sample_weight=either(none, WEIGHTS))
row("fit by weights", fitted, lambda: {"model": nn.MLP(1, [1], rng=0), **XY, **FIT}, sample_weight=either(none, WEIGHTS))
row("training_curves", plots.training_curves, lambda: {"history": mg.History()}, history=lambda x: False)
row("curves", plots.curves, lambda: {"series": {"a": [1.0, 2.0]}, "xs": [0.0, 1.0]}, series=lambda x: False, xs=either(none, listed(number, 2)), xlabel=anything, ylabel=anything)
row("activations", plots.activations, lambda: {"names": ["relu"]}, names=lambda x: False)
row("decision_boundary", plots.decision_boundary, lambda: {"model": nn.MLP(2, [1], rng=0), "X": [[0.0, 0.0], [1.0, 2.0]], "y": [0, 1]}, model=lambda x: False, X=lambda x: None if real_table(x) else False, y=listed(number, 2), threshold=number)
row("sparkline", plots.sparkline, lambda: {"numbers": [1.0, 2.0]}, numbers=listed(number), width=size)
row("check_engine", testing.check_engine, lambda: {"ValueClass": Value}, ValueClass=lambda x: isinstance(x, type))

# ---- The compiler --------------------------------------------------------------------------------


def compiled(outputs: Any, inputs: Any, params: Any) -> Any:
    x, w = Value(2.0), Value(3.0)
    given = {"outputs": w * x, "inputs": [x], "params": [w]}
    chosen = {"outputs": outputs, "inputs": inputs, "params": params}
    settings: dict[str, Any] = {k: given[k] if v is given_marker else v for k, v in chosen.items()}
    return mg.compile(**settings)


given_marker = object()


def program() -> mg.Program:
    x, w = Value(2.0), Value(3.0)
    return mg.compile(w * x, [x], [w])


def programs() -> mg.Programs:
    w = Value(3.0)
    made: mg.Programs = mg.compile(lambda xs: w * xs[0], params=[w])
    return made


VALUES_OR_NONE: Fits = lambda x: (
    None if isinstance(x, (list, tuple, np.ndarray)) and all(map(value, x)) else False
)
row("compile", compiled, lambda: dict.fromkeys(("outputs", "inputs", "params"), given_marker), outputs=lambda x: None if value(x) or (isinstance(x, (list, tuple)) and x and all(map(value, x))) else False, inputs=VALUES_OR_NONE, params=VALUES_OR_NONE)
row("compile of a function", lambda f, example_inputs: mg.compile(f, example_inputs=example_inputs), lambda: {"f": lambda xs: xs[0] * 2, "example_inputs": [[1.0], [2.0]]}, example_inputs=lambda x: None if x is None or (type(x) is list and x and type(x[0]) is list) else False)
row("compile of a model", lambda model, loss: mg.compile(model, loss), lambda: {"model": nn.MLP(1, [1], rng=0), "loss": losses.mse_loss}, loss=none)
row("Program.__call__", lambda program, X: program(X), lambda: {"program": program(), "X": [[1.0]]}, X=TABLE_OF_ONE)
row("Program.value_and_grad", lambda program, X, theta: program.value_and_grad(X, theta), lambda: {"program": program(), "X": [[1.0]], "theta": [1.0]}, X=TABLE_OF_ONE, theta=either(none, listed(number, 1)))
row("Program.jacobian", lambda program, X, theta, wrt: program.jacobian(X, theta, wrt), lambda: {"program": program(), "X": [[1.0]], "theta": [1.0], "wrt": "inputs"}, X=TABLE_OF_ONE, theta=either(none, listed(number, 1)), wrt=one_of("inputs", "params"))
row("Programs.jacobian", lambda programs, X, theta, wrt: programs.jacobian(X, theta, wrt), lambda: {"programs": programs(), "X": [[1.0]], "theta": [1.0], "wrt": "inputs"}, X=lambda x: None if real_table(x) else False, theta=either(none, listed(number, 1)), wrt=one_of("inputs", "params"))
row("compile for any length", lambda f, params: mg.compile(f, params=params), lambda: {"f": mg.sum, "params": [Value(1.0)]}, params=VALUES_OR_NONE)
row("Programs.__call__", lambda programs, X: programs(X), lambda: {"programs": mg.compile(mg.sum), "X": [[1.0]]}, X=lambda x: None if real_table(x) else False)
row("Programs.value_and_grad", lambda programs, X, theta: programs.value_and_grad(X, theta), lambda: {"programs": programs(), "X": [[1.0]], "theta": [1.0]}, X=lambda x: None if real_table(x) else False, theta=either(none, listed(number, 1)))
row("Programs.write_params", lambda programs, theta: programs.write_params(theta), lambda: {"programs": programs(), "theta": [1.0]}, theta=listed(number, 1))
row("Program.write_params", lambda program, theta: program.write_params(theta), lambda: {"program": program(), "theta": [1.0]}, theta=listed(number, 1))
for page, suffix in ((mg.draw(graph()), "svg"), (mg.explore(graph()), "html"), (mg.worksheet(graph()), "html")):
    row(f"{type(page).__name__}.save", lambda path, page=page: page.save(path), partial(dict, path=f"x.{suffix}"), path=PATH)
row("Worksheet.save_key", lambda path, paper: mg.worksheet(graph()).save_key(path, paper), lambda: {"path": "x.html", "paper": "A4"}, path=PATH, paper=one_of("A4", "Letter"))

# What else a message may name: the operation behind, or the argument of the one that was called.
ALSO: dict[str, str] = {
    **{f"Value.__{r}{op}__": op[-3:] for op in ("add", "sub", "mul", "truediv", "pow") for r in ("", "r")},
    **dict.fromkeys(("Value.__mod__", "Value.__rmod__"), "remainder"),
    **{f"Value.__{name}__": "comparison" for name in ("lt", "le", "gt", "ge")},
    **dict.fromkeys(("grad", "value_and_grad", "jacobian", "hessian", "vjp"), "argument"),
    **dict.fromkeys((n for n in TABLE if "loss" in n or "entropy" in n or "error" in n), "prediction target"),
    "mean": "sum", "warmup": "lr", "one_hot": "classes labels dimension", "MLP": "activation nout",
    "activations": "activation", "compile": "params", "compile of a function": "result outputs",
}

# fmt: on
# ---- The check -----------------------------------------------------------------------------------


def complaint(name: str, argument: str, junk: Any) -> str:
    """What is wrong with how a callable takes a piece of junk for an argument; empty if nothing."""
    row = TABLE[name]
    arguments = {**row.valid(), argument: junk}
    fits = row.fits[argument](junk)
    if fits is None:
        return ""
    others = {k: v for k, v in arguments.items() if k != argument}
    before, rows = state(others), dict(PRIMITIVES)
    words = {argument, argument.rstrip("0123456789"), name, *re.findall(r"[a-z_]+", name)}
    words |= {"__len__", "iter()", "graph to draw", *ALSO.get(name, "").split()}
    try:
        row.call(**arguments)
    except DOCUMENTED as error:
        own = isinstance(error, (EvilError, OSError)) or callable(junk)
        if fits and type(error) is TypeError and not callable(junk):
            return f"refused, though it fits: {error}"
        if not own and not any(word in str(error) for word in words):
            return f"does not name it: {type(error).__name__}: {error}"
    except Exception as error:
        return f"raises {type(error).__name__}: {error}"
    else:
        return "" if fits else "accepted in silence"
    finally:
        PRIMITIVES.clear()
        PRIMITIVES.update(rows)
    return "" if state(others) == before else "changed another argument"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    states = random.getstate(), repr(np.random.get_state())
    with (
        mock.patch.dict(PRIMITIVES),
        np.errstate(all="ignore"),
    ):  # on arrays a row is NumPy's function, flags and all
        yield
    assert list(tmp_path.iterdir()) == []
    assert (random.getstate(), repr(np.random.get_state())) == states


@pytest.mark.parametrize("name", TABLE)
def test_what_is_valid_is_taken(name: str, tmp_path: Path) -> None:
    if name not in ("Module.load", "Neuron.save", "load_checkpoint"):
        TABLE[name].call(**TABLE[name].valid())
    for path in tmp_path.iterdir():
        path.unlink()


@pytest.mark.parametrize("name", TABLE)
def test_junk_is_refused(name: str) -> None:
    found = [
        f"{argument} = {junk}: {problem}"
        for argument in TABLE[name].fits
        for junk, make in JUNK.items()
        if (problem := complaint(name, argument, make()))
    ]
    assert not found, "\n".join(found)


NUMBERS: st.SearchStrategy[Any] = st.one_of(
    st.integers(-3, 9), st.floats(), st.sampled_from([None, "a", 1j, Value(0.5), []])
)
LISTS = st.recursive(NUMBERS, lambda inner: st.lists(inner, max_size=4), max_leaves=8)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.sampled_from(sorted(TABLE)), st.one_of(LISTS, st.text(), st.binary()), st.data())
def test_random_junk_is_refused(name: str, junk: Any, data: Any) -> None:
    argument = data.draw(st.sampled_from(sorted(TABLE[name].fits) or [""]))
    if argument:
        assert not complaint(name, argument, junk)


def test_silence_is_noticed() -> None:
    row("careless", lambda x: x, lambda: {"x": 1.0}, x=number)
    row(
        "hasty",
        lambda x, a: [a.backward(), float(x)],
        lambda: {"x": 1.0, "a": Value(1.0)},
        x=number,
    )
    row("brittle", lambda x: [0.0][x], lambda: {"x": 0}, x=one_of(0))
    try:
        assert complaint("careless", "x", "text") == "accepted in silence"
        assert complaint("hasty", "x", "x") == "changed another argument"
        assert complaint("brittle", "x", 7) == "raises IndexError: list index out of range"
        assert complaint("brittle", "x", None).startswith(
            "does not name it: TypeError: list indices"
        )
    finally:
        for name in ("careless", "hasty", "brittle"):
            del TABLE[name]


# What takes no argument that a user chooses, and what only the package makes.
NO_ROW = {
    *(
        "no_grad",
        "debug",
        "large_graph",
        "load_iris",
        "zeros",
        "he_normal",
        "xavier_uniform",
        "Module",
    ),
    *(
        "Drawing",
        "Explorer",
        "GradientCheck",
        "History",
        "Interval",
        "Primitive",
        "Program",
        "Programs",
        "Dataset",
        "Schedule",
    ),
    *("Check", "Exact", "Fault", "Report", "as_table", "as_floats", "check_seed"),
}
# True or false in Python's sense, shown as text whatever it is, or in rows of their own.
FLAGS = {
    "example",
    "create_graph",
    "open_neurons",
    "mistakes",
    "bias",
    "log",
    "progress",
    "settings",
}


@pytest.mark.parametrize("module", [mg, nn, losses, optim, data, plots, testing])
def test_every_public_name_has_a_row(module: Any) -> None:
    names = getattr(module, "__all__", [name for name in vars(module) if not name.startswith("_")])
    for name in [*names, *(dir(mg) if module is mg else ())]:  # in `dir` also what is Python's own
        thing = getattr(module, name)
        home = getattr(thing, "__module__", "")
        ours = isinstance(thing, Primitive) or (
            callable(thing) and home.startswith(module.__name__)
        )
        if ours and name not in NO_ROW and type(thing).__module__ != "typing":
            assert name in TABLE, name
            if TABLE[name].call is thing:
                known = {*TABLE[name].fits, *TABLE[name].valid(), *FLAGS}
                assert {*inspect.signature(thing).parameters} <= known, name
