"""Weights of samples, classes and elements, classes to ignore, smoothed targets: eager, compiled.

What is expected is computed by NumPy, from the formulas that PyTorch documents.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np
import pytest

import microgradnn as mg
from microgradnn import Value, losses
from microgradnn.engine import functions

REDUCTIONS = ("mean", "sum", "none")
RNG = np.random.default_rng(15)
SCORES = RNG.normal(0.0, 2.0, (6, 4))
CLASSES = [2, 0, 3, 3, 1, 2]
SHARES = RNG.dirichlet(np.ones(4), 6)
WEIGHT = [0.5, 2.0, 0.0, 1.25]
SAMPLES = [1.0, 0.0, 3.0, 0.25, 1.0, 2.0]


def log_softmax(z: Any) -> Any:
    shifted = z - z.max(1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(1, keepdims=True))


PREDICTIONS: dict[str, Any] = {
    "cross_entropy": SCORES,
    "nll_loss": log_softmax(SCORES),
    "categorical_cross_entropy": np.exp(log_softmax(SCORES)),
}


def expected(
    target: Any,
    reduction: str,
    weight: Any = None,
    sample_weight: Any = None,
    ignore_index: int | None = None,
    label_smoothing: float = 0.0,
) -> Any:
    """The documented formulas, for SCORES."""
    logs, (samples, classes) = log_softmax(SCORES), SCORES.shape
    w = np.ones(classes) if weight is None else np.array(weight)
    s = np.ones(samples) if sample_weight is None else np.array(sample_weight)
    counted = np.ones(samples)
    if np.ndim(target) == 1:
        index = np.array(target)
        if ignore_index is not None:
            counted = (index != ignore_index) * 1.0
            index = np.where(index == ignore_index, 0, index)
        one_hot, share = np.eye(classes)[index], s * counted * w[index]
    else:
        one_hot, share = np.array(target), s
    wanted = (1.0 - label_smoothing) * one_hot + label_smoothing / classes
    each = s * counted * -(wanted * w * logs).sum(1)
    return {"none": each, "sum": each.sum(), "mean": each.sum() / share.sum()}[reduction]


RULES: dict[str, dict[str, Any]] = {
    "weight": {"weight": WEIGHT},
    "samples": {"sample_weight": SAMPLES},
    "both": {"weight": WEIGHT, "sample_weight": SAMPLES},
    "ignored": {"ignore_index": 3},
    "first ignored": {"ignore_index": 0, "weight": WEIGHT},
    "all": {"ignore_index": 3, "weight": WEIGHT, "sample_weight": SAMPLES},
    "smooth": {"label_smoothing": 0.1},
    "all smooth": {"label_smoothing": 0.3, "ignore_index": 2, "weight": WEIGHT},
}
CASES = [
    (name, rules)
    for name in PREDICTIONS
    for rules in RULES
    if name == "cross_entropy" or "smooth" not in rules
]


@pytest.mark.parametrize(("name", "rules"), CASES)
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_classes_weigh_as_documented(name: str, rules: str, reduction: str) -> None:
    loss, found = getattr(losses, name), RULES[rules]
    wanted = expected(CLASSES, reduction, **found)
    for target in (CLASSES, [Value(float(c)) for c in CLASSES]):
        got = loss(PREDICTIONS[name], target, reduction, **found)
        got = [getattr(x, "data", x) for x in (got if reduction == "none" else [got])]
        np.testing.assert_allclose(got, np.ravel(wanted), rtol=1e-13, atol=1e-15)
    if "ignored" not in rules and rules not in ("all", "all smooth"):
        wanted = expected(SHARES, reduction, **found)
        got = loss(PREDICTIONS[name], SHARES, reduction, **found)
        np.testing.assert_allclose(got, wanted, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("rules", RULES)
def test_derivatives_are_those_of_the_formula(rules: str) -> None:
    """Softmax times all that is wanted, less what is wanted, times the weight, over the shares."""
    found = dict(RULES[rules])
    logits = [[Value(z) for z in row] for row in SCORES]
    losses.cross_entropy(logits, CLASSES, **found).backward()
    w, s = np.array(found.get("weight", np.ones(4))), np.array(found.get("sample_weight", [1] * 6))
    smooth, ignored = found.get("label_smoothing", 0.0), found.get("ignore_index")
    s = s * np.array([c != ignored for c in CLASSES])
    wanted = w * ((1.0 - smooth) * np.eye(4)[CLASSES] + smooth / 4)
    shares = np.exp(log_softmax(SCORES))
    slopes = s[:, None] * (shares * wanted.sum(1, keepdims=True) - wanted)
    got = [[z.grad for z in row] for row in logits]
    np.testing.assert_allclose(got, slopes / (s * w[CLASSES]).sum(), rtol=1e-12, atol=1e-15)


def test_one_sample_is_a_batch_of_one() -> None:
    z = SCORES[0].tolist()
    plain = losses.cross_entropy(z, 1)
    assert losses.cross_entropy(z, 1, weight=WEIGHT) == pytest.approx(plain, rel=1e-15)
    assert losses.cross_entropy(z, 1, "sum", weight=WEIGHT) == pytest.approx(2 * plain, rel=1e-15)
    assert losses.cross_entropy(z, 1, "none", sample_weight=3) == pytest.approx(3 * plain)
    assert losses.cross_entropy(z, 9, "none", ignore_index=9) == 0.0
    assert losses.mse_loss(3.0, 1.0, "sum", sample_weight=0.5) == 2.0


# ---- Two classes, and numbers --------------------------------------------------------------------

LOGITS = RNG.normal(0.0, 2.0, (5, 3))
TARGETS = RNG.integers(0, 2, (5, 3)) * 1.0
EACH = RNG.normal(0.0, 1.0, (5, 3))  # any finite numbers, as rewards are
COLUMNS = [0.5, 3.0, 0.0]


def binary(weight: Any, pos_weight: Any, sample_weight: Any, reduction: str) -> Any:
    log_p, log_q = -np.log1p(np.exp(-LOGITS)), -np.log1p(np.exp(LOGITS))
    s = np.ones(5) if sample_weight is None else np.array(sample_weight)
    each = -(np.array(pos_weight) * TARGETS * log_p + (1.0 - TARGETS) * log_q)
    each = s[:, None] * np.array(weight) * each
    return {"none": each, "sum": each.sum(), "mean": each.sum() / (3 * s.sum())}[reduction]


@pytest.mark.parametrize("weight", [None, 2.5, [2.0], COLUMNS, EACH, EACH[:, :1]], ids=repr)
@pytest.mark.parametrize("pos_weight", [None, 4, [4.0], COLUMNS, np.abs(EACH)], ids=repr)
@pytest.mark.parametrize("sample_weight", [None, SAMPLES[:5]], ids=repr)
def test_binary_losses_weigh_as_documented(
    weight: Any, pos_weight: Any, sample_weight: Any
) -> None:
    factors, positive = (1.0 if x is None else x for x in (weight, pos_weight))
    for reduction in REDUCTIONS:
        rules = {"weight": weight, "sample_weight": sample_weight}
        wanted = binary(factors, positive, sample_weight, reduction)
        found = losses.binary_cross_entropy_with_logits(  # type: ignore[call-overload]
            LOGITS, TARGETS, reduction, pos_weight=pos_weight, **rules
        )
        np.testing.assert_allclose(found, wanted, rtol=1e-13, atol=1e-15)
        if pos_weight is None:
            p = 1.0 / (1.0 + np.exp(-LOGITS))
            found = losses.binary_cross_entropy(p, TARGETS, reduction, **rules)  # type: ignore[call-overload]
            np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-15)


def test_the_weight_of_a_positive_is_in_the_derivative() -> None:
    z = Value(0.3)
    losses.binary_cross_entropy_with_logits([z], [1], pos_weight=3.0).backward()
    assert z.grad == pytest.approx(-3.0 / (1.0 + math.exp(0.3)), rel=1e-15)


ELEMENTS: dict[str, Any] = {
    "mse_loss": lambda p, t: (p - t) ** 2,
    "l1_loss": lambda p, t: abs(p - t),
    "huber_loss": lambda p, t: np.where(abs(p - t) < 1, (p - t) ** 2 / 2, abs(p - t) - 0.5),
    "half_squared_error": lambda p, t: (p - t) ** 2 / 2,
    "hinge_loss": lambda s, y: np.maximum(0.0, 1.0 - y * s),
    "perceptron_loss": lambda s, y: np.maximum(0.0, -y * s),
    "zero_one_loss": lambda s, y: (y * s <= 0) * 1.0,
}


@pytest.mark.parametrize("name", ELEMENTS)
def test_samples_weigh_in_every_loss(name: str) -> None:
    loss, target = getattr(losses, name), 2.0 * TARGETS - 1.0
    s = np.array(SAMPLES[:5])
    each = s[:, None] * ELEMENTS[name](LOGITS, target)
    for reduction, wanted in (
        ("none", each),
        ("sum", each.sum()),
        ("mean", each.sum() / (3 * s.sum())),
    ):
        found = loss(LOGITS, target, reduction=reduction, sample_weight=SAMPLES[:5])
        np.testing.assert_allclose(found, wanted, rtol=1e-13, atol=1e-15)
    first = loss(LOGITS[:, 0], target[:, 0], reduction="mean", sample_weight=s)
    assert first == pytest.approx(each[:, 0].sum() / s.sum(), rel=1e-13)


# ---- What is dropped, and what never steers the recording ----------------------------------------


def test_what_weighs_nothing_is_dropped() -> None:
    inf = math.inf
    masked = [[-inf, 1.0, 0.0], [0.0, 1.0, 2.0]]
    assert losses.nll_loss(masked, [0, 1], sample_weight=[0, 1]) == -1.0
    assert losses.nll_loss(masked, [0, 1], weight=[0, 1, 1]) == -1.0
    assert losses.nll_loss(masked, [0, 1], ignore_index=0) == -1.0
    for target in (0, Value(0.0)):
        found = losses.cross_entropy(masked, [target, 1], ignore_index=0)
        alone = losses.cross_entropy(masked[1], 1)
        assert getattr(found, "data", found) == pytest.approx(alone, rel=1e-14)
    soft = losses.cross_entropy(masked[0], [0.5, 0.5, 0.0], weight=[0, 1, 1])
    assert soft == pytest.approx(0.5 * math.log1p(math.exp(-1.0)), rel=1e-15)
    halves = [Value(0.5), Value(0.5)]  # the class weight is a number, though its target is none
    assert losses.nll_loss([-inf, -1.0], halves, weight=[0, 1]).data == 0.5
    with_zeros = losses.binary_cross_entropy([0.0, 0.5], [1, 1], sample_weight=[0, 1])
    assert with_zeros == pytest.approx(math.log(2.0))
    found = losses.mse_loss([math.nan, 2.0], [0.0, 0.0], sample_weight=[0.0, 1.0])  # type: ignore[assignment]
    assert found == 4.0  # type: ignore[comparison-overlap]
    assert losses.categorical_cross_entropy([[0, 0], [1, 0]], [7, 0], ignore_index=7) == 0.0
    assert losses.binary_cross_entropy_with_logits([0.0], [1], pos_weight=0) == 0.0


def test_a_sample_left_out_is_not_recorded() -> None:
    rows = [[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]]
    for rules in ({"ignore_index": 1}, {"sample_weight": [0, 1]}, {"weight": [1, 0]}):
        nodes = mg.topological_order(losses.cross_entropy(rows, [1, 0], **rules))
        assert rows[1][0] in nodes
        assert rows[0][0] not in nodes


def test_plain_calls_record_what_they_did() -> None:
    logits, target = [[Value(1.0), Value(2.0)]] * 2, [0, Value(1.0)]
    nodes = mg.topological_order(losses.cross_entropy(logits, target))  # type: ignore[arg-type]
    assert [n.op.name for n in nodes if n.op] == [
        *("cross_entropy", "logsumexp", "take", "sub", "sum", "div"),
    ]
    nodes = mg.topological_order(losses.binary_cross_entropy_with_logits([Value(1.0)], [1]))
    assert [n.op.name for n in nodes if n.op] == ["neg", "softplus"]


def test_a_target_that_is_a_value_never_steers_the_recording() -> None:
    rules: dict[str, Any] = {"ignore_index": 2, "weight": [1, 2, 3], "label_smoothing": 0.1}
    graphs = [
        [
            getattr(node.op, "name", None)
            for node in mg.topological_order(
                losses.cross_entropy([[0.5, 1.0, 2.0]] * 2, [Value(first), 0], **rules)
            )
        ]
        for first in (0.0, 1.0, 2.0)
    ]
    assert graphs[0] == graphs[1] == graphs[2]


# ---- Compiled ------------------------------------------------------------------------------------

COMPILED: list[dict[str, Any]] = [
    {"weight": WEIGHT},
    {"ignore_index": 3},
    {"ignore_index": -100, "weight": WEIGHT},
    {"ignore_index": 2, "weight": WEIGHT, "label_smoothing": 0.2},
]


@pytest.mark.parametrize("rules", COMPILED, ids=repr)
@pytest.mark.parametrize("name", PREDICTIONS)
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_compiled_with_classes_as_columns(name: str, rules: Any, reduction: str) -> None:
    """Three samples in a row of X, and their classes, of which any may be ignored."""
    rules = dict(rules)
    if name != "cross_entropy":
        rules.pop("label_smoothing", None)
    scale = Value(0.75)

    def loss(x: Any) -> Any:
        rows = [x[0:4], x[4:8], x[8:12]]
        if name == "cross_entropy":
            rows = [[scale * z for z in row] for row in rows]
        elif name == "nll_loss":
            rows = [[scale + z for z in row] for row in rows]
        else:
            rows = [[scale * p + (1.0 - scale) / 4 for p in row] for row in rows]
        return getattr(losses, name)(rows, x[12:15], reduction, **rules)

    ignored = rules.get("ignore_index", 0)
    columns = [[0, 1, 3], [ignored, 1, 0], [0, ignored, ignored], [3, 3, 1]]
    X = [[*PREDICTIONS[name][i : i + 3].ravel(), *c] for i, c in enumerate(columns)]
    program = mg.compile(loss, example_inputs=[[float(x) for x in X[0]]], params=[scale])
    for row in X:
        numbers = [*row[:12], *map(int, row[12:])]
        wanted = loss(numbers)
        wanted.backward()
        mean, gradient = program.value_and_grad([row])
        assert mean == pytest.approx(wanted.data, rel=1e-12, abs=1e-14)
        assert gradient == pytest.approx([scale.grad], rel=1e-12, abs=1e-13)
        scale.grad = 0.0
    numbers = [[*row[:12], *map(int, row[12:])] for row in X]
    assert program(X).tolist() == pytest.approx([loss(row).data for row in numbers], rel=1e-12)
    with pytest.raises(ValueError, match="index must be a whole number from 0 to 3, got 4"):
        program([[*X[0][:12], 4.0, 0.0, 1.0]])
    if reduction == "mean" and "ignore_index" in rules:
        with pytest.raises(ZeroDivisionError, match="div"):
            program([[*X[0][:12], *[float(ignored)] * 3]])


def test_compiled_with_probabilities_and_sample_weights_as_columns() -> None:
    scale = Value(0.75)

    def loss(x: Any) -> Any:
        rows = [[scale * z for z in x[0:3]], [scale * z for z in x[3:6]]]
        return losses.cross_entropy(
            rows, [x[6:9], x[9:12]], weight=[1.0, 0.0, 2.5], sample_weight=x[12:14]
        )

    row = [0.5, -1.0, 2.0, 0.0, 1.0, -0.5, 0.25, 0.25, 0.5, 0.0, 0.125, 0.875, 2.0, 0.5]
    program = mg.compile(loss, example_inputs=[row], params=[scale])
    z, y = 0.75 * np.array(row[:6]).reshape(2, 3), np.array(row[6:12]).reshape(2, 3)
    each = -(y * [1.0, 0.0, 2.5] * log_softmax(z)).sum(1)
    assert program([row])[0] == pytest.approx((2.0 * each[0] + 0.5 * each[1]) / 2.5, rel=1e-13)
    padded = [*row[:12], 2.0, 0.0]  # a weight of 0 is how a program leaves a sample out
    assert program([padded])[0] == pytest.approx(each[0], rel=1e-13)
    with pytest.raises(ZeroDivisionError, match="div"):
        program([[*row[:12], 0.0, 0.0]])


def test_compiled_binary_losses_with_all_weights_as_columns() -> None:
    scale = Value(2.0)

    def loss(x: Any) -> Any:
        return losses.binary_cross_entropy_with_logits(
            [scale * x[0], scale * x[1]],
            x[2:4],
            weight=x[4:6],
            pos_weight=x[6],
            sample_weight=x[7:9],
        )

    row = [0.5, -1.5, 1.0, 0.0, -0.5, 2.0, 3.0, 1.0, 4.0]
    program = mg.compile(loss, example_inputs=[row], params=[scale])
    first, second = -0.5 * 3.0 * np.log1p(np.exp(-1.0)), 4.0 * 2.0 * np.log1p(np.exp(-3.0))
    assert program([row])[0] == pytest.approx((first + second) / 5.0, rel=1e-13)


def test_compiled_with_a_logit_of_minus_infinity() -> None:
    """What is ignored loses nothing, though its class is masked, and has derivatives of 0."""

    def loss(x: Any) -> Any:
        rows = [[x[0], shift + x[1]], [x[2], shift + x[3]]]
        return losses.cross_entropy(rows, x[4:6], ignore_index=0)

    shift = Value(0.5)
    row = [-1e300, 1.0, 0.25, 1.5, 0.0, 1.0]
    program = mg.compile(loss, example_inputs=[row], params=[shift])
    mean, gradient = program.value_and_grad([row])
    assert mean == pytest.approx(math.log1p(math.exp(0.25 - 2.0)), rel=1e-13)
    assert gradient == pytest.approx([-1.0 / (1.0 + math.exp(2.0 - 0.25))], rel=1e-12)
    assert program([[-math.inf, *row[1:]]])[0] == pytest.approx(mean, rel=1e-13)


def test_compiled_with_a_masked_class_that_weighs_nothing() -> None:
    def loss(x: Any) -> Any:
        return losses.cross_entropy(x[:3], x[3:6], weight=[0, 1, 2])

    row = [0.0, 1.0, 0.0, 0.5, 0.25, 0.25]
    program = mg.compile(loss, example_inputs=[row])
    first, second = math.log1p(math.exp(-1.0)), math.log1p(math.exp(1.0))
    found = program([[-math.inf, *row[1:]]])[0]
    assert found == pytest.approx(0.25 * first + 0.5 * second, rel=1e-14)


def test_a_recorded_graph_follows_a_class_that_is_another() -> None:
    """Recorded while one class was ignored, and run for others."""
    logits, target = [Value(0.5), Value(2.0), Value(1.0)], Value(2.0)
    second = [Value(0.0), Value(1.0), Value(3.0)]
    loss = losses.cross_entropy([logits, second], [target, 0], ignore_index=2)
    program = mg.compile(loss, inputs=[target], params=[*logits, *second])
    for c in (0, 1, 2):
        wanted = losses.cross_entropy([logits, second], [c, 0], ignore_index=2)
        assert program([[float(c)]])[0] == pytest.approx(wanted.data, rel=1e-13)


# ---- Refused -------------------------------------------------------------------------------------

TWO = [[0.0, 1.0], [1.0, 0.0]]
FRACTION: dict[str, Any] = {"ignore_index": 1.0}


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (partial(losses.cross_entropy, TWO, [5, 5], ignore_index=5), ValueError, "ignore_index"),
        (
            partial(losses.cross_entropy, TWO, [Value(0.0)] * 2, ignore_index=0),
            ValueError,
            "samples add up to 0.0: all are ignored or weigh nothing",
        ),
        (partial(losses.cross_entropy, TWO, [0, 0], "sum", weight=[0, 1]), ValueError, "to 0.0"),
        (partial(losses.nll_loss, TWO, [0, 1], sample_weight=[0, 0]), ValueError, "sample_weight"),
        (
            partial(losses.mse_loss, [1.0, 2.0], [0.0, 0.0], sample_weight=[1e308, 1e308]),
            ValueError,
            "samples add up to inf: they are too large",
        ),
        (partial(losses.cross_entropy, TWO, [0, -100]), ValueError, "from 0 to 1, got -100"),
        (
            partial(losses.cross_entropy, TWO, [0, 5], ignore_index=-100),
            ValueError,
            r"target\[1\] must be a class from 0 to 1, got 5",
        ),
        (
            partial(losses.cross_entropy, TWO, [[0, 1], [1, 0]], ignore_index=1),
            ValueError,
            r"ignore_index is for classes, but target\[0\] is a list",
        ),
        (partial(losses.cross_entropy, TWO, [0, 1], **FRACTION), TypeError, "ignore_index"),
        (
            partial(losses.cross_entropy, TWO, [0, 1], weight=[1, 2, 3]),
            ValueError,
            "weight has 3 elements for 2 classes",
        ),
        (
            partial(losses.cross_entropy, TWO, [0, 1], weight=[1, -2]),
            ValueError,
            r"weight\[1\] must be a finite number from 0 on, got -2",
        ),
        (partial(losses.cross_entropy, TWO, [0, 1], label_smoothing=1.5), ValueError, "smoothing"),
        (
            partial(losses.cross_entropy, TWO, [0, 1], sample_weight=[1]),
            ValueError,
            "sample_weight has 1 elements for 2 samples",
        ),
        (partial(losses.mse_loss, [1.0], [2.0], sample_weight=1.0), TypeError, "sample_weight"),
        (
            partial(losses.mse_loss, [1.0, 2.0], [2.0, 1.0], sample_weight=[1.0, math.nan]),
            ValueError,
            r"sample_weight\[1\] must be",
        ),
        (
            partial(losses.binary_cross_entropy, [0.5, 0.5], [1, 0], weight=[1, 2, 3]),
            ValueError,
            "weight has 3 elements and prediction has 2",
        ),
        (
            partial(losses.binary_cross_entropy, [0.5], [1], weight=[[1.0]]),
            ValueError,
            "weight is nested more deeply than prediction",
        ),
        (
            partial(losses.binary_cross_entropy, [0.5], [1], weight=math.inf),
            ValueError,
            "weight must be finite, got inf",
        ),
        (
            partial(losses.binary_cross_entropy_with_logits, [0.5], [1], pos_weight=-1),
            ValueError,
            "pos_weight must be a finite number from 0 on",
        ),
    ],
)
def test_refusals(call: Any, error: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        call()


def test_a_weight_in_itself_is_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(ValueError, match="weight is nested too deeply, or it is in itself"):
        losses.binary_cross_entropy([0.5], [1], weight=endless)


# ---- PyTorch -------------------------------------------------------------------------------------


def test_as_pytorch_has_it() -> None:
    torch = pytest.importorskip("torch", reason="the numbers are PyTorch's own; it is missing")
    theirs = torch.nn.functional

    def tensor(x: Any) -> Any:
        return torch.tensor(np.array(x)) if isinstance(x, (list, np.ndarray)) else x

    for name, rules in ((n, RULES[r]) for n, r in CASES if "sample_weight" not in RULES[r]):
        if name == "categorical_cross_entropy":
            continue  # PyTorch has none
        for reduction in REDUCTIONS:
            z = torch.tensor(PREDICTIONS[name], requires_grad=True)
            options = {k: tensor(x) for k, x in rules.items()}
            wanted = getattr(theirs, name)(z, torch.tensor(CLASSES), reduction=reduction, **options)
            wanted.sum().backward()
            leaves = [[Value(x) for x in row] for row in PREDICTIONS[name]]
            found = getattr(losses, name)(leaves, CLASSES, reduction, **rules)
            total = functions.sum(found) if reduction == "none" else found
            total.backward()
            assert total.data == pytest.approx(wanted.sum().item(), rel=1e-12)
            slopes = [[x.grad for x in row] for row in leaves]
            np.testing.assert_allclose(slopes, z.grad.numpy(), rtol=1e-11, atol=1e-14)
            if name == "cross_entropy" and "ignore_index" not in rules:
                wanted = theirs.cross_entropy(
                    tensor(SCORES), tensor(SHARES), reduction=reduction, **options
                )
                found = losses.cross_entropy(SCORES, SHARES, reduction, **rules)  # type: ignore[call-overload]
                np.testing.assert_allclose(found, wanted.numpy(), rtol=1e-12)
    for weight in (None, COLUMNS, EACH):
        for pos_weight in (None, [4.0], COLUMNS):
            wanted = theirs.binary_cross_entropy_with_logits(
                tensor(LOGITS), tensor(TARGETS), tensor(weight), pos_weight=tensor(pos_weight)
            )
            found = losses.binary_cross_entropy_with_logits(
                LOGITS, TARGETS, weight=weight, pos_weight=pos_weight
            )
            assert found == pytest.approx(wanted.item(), rel=1e-12)
