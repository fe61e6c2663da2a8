"""The first node that made an infinity or NaN, and the line of the program that made the node."""

import copy
import math
import random
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import microgradnn as mg
from microgradnn import Value, first_non_finite, nn
from microgradnn.engine.recording import changed_somewhere

HERE = Path(__file__)


def test_a_finite_graph_has_none() -> None:
    x = Value(2.0)
    y = mg.sqrt(x) * x
    y.backward()
    assert first_non_finite(y) is None


def test_data_that_overflows() -> None:
    x = Value(1e200, label="x")
    square = x * x
    square.label = "s"
    y = (square - 1) * 0.5
    assert first_non_finite(y) == "the data became inf at s = mul(x = 1e+200, x = 1e+200) = inf"


def test_a_leaf_that_was_never_finite() -> None:
    assert first_non_finite(Value(math.nan, label="x") + 1) == "the data became nan at the leaf x"


def test_a_gradient_that_overflows_on_the_way() -> None:
    x = Value(1e-200, label="x")
    y = (x * 1e200) * 1e200
    y.backward(1e10)
    assert "at mul(x = 1e-200, 1e+200) = 1.0" in str(first_non_finite(y))


def test_a_sum_of_gradients_that_overflows() -> None:
    x = Value(1e-8, label="x")
    inner = x * 1.0
    y = inner * 1e308 + inner * 1e308
    y.backward()
    assert "a sum that overflowed" in str(first_non_finite(y))


def test_a_local_derivative_that_is_infinite() -> None:
    functions: list[Callable[[Any], Any]] = [mg.sqrt, lambda x: x**0.5, mg.asin, mg.acos]
    for f in functions:
        x = Value(1.0 if f in (mg.asin, mg.acos) else 0.0, label="x")
        y = 3.0 * f(x)
        y.backward()
        assert math.isfinite(y.data)
        found = (
            re.escape(f"(x = {x.data}") + r".* local derivative -?inf, upstream 3\.0, operand 1$"
        )
        assert re.search(found, str(first_non_finite(y)))


def test_zero_times_infinity_is_found_at_the_edge() -> None:
    x = Value(0.0, label="x")
    y = mg.sqrt(x) * 0.0
    y.backward()
    assert first_non_finite(y) == (
        "the gradient became nan at sqrt(x = 0.0) = 0.0: local derivative inf, upstream 0.0, "
        "operand 1"
    )


def test_the_operand_is_counted_where_there_are_many() -> None:
    ws = [Value(1.0) for _ in range(20)]
    y = mg.dot(ws, [0.0] * 17 + [1e200, 0.0, 0.0]) * 1e-200
    y.backward(1e308)
    assert first_non_finite(y) is None
    y.backward(1e308 * 1e200)  # infinite from the start
    assert "the gradient became inf at mul(" in str(first_non_finite(y))
    z = mg.dot(ws, [0.0] * 17 + [1e200, 0.0, 0.0])
    z.backward(1e200)
    assert "local derivative 1e+200, upstream 1e+200, operand 18" in str(first_non_finite(z))


def test_an_infinity_that_does_no_harm_is_not_to_blame() -> None:
    nothing = mg.exp(Value(-math.inf, label="mask"))
    x = Value(1e200, label="x")
    assert "became inf at mul(x = 1e+200, x = 1e+200)" in str(first_non_finite(nothing + x * x))
    y = nothing + mg.sqrt(Value(0.0, label="zero"))
    y.backward()
    assert "the gradient became inf at sqrt(zero = 0.0)" in str(first_non_finite(y))
    harmless = nothing + x
    harmless.backward()
    assert first_non_finite(harmless) is None


def test_data_that_spoils_the_gradient_only() -> None:
    x = Value(1e200, label="x")
    y = mg.xlogy(Value(0.0), x * x)
    y.backward()
    assert y.data == 0.0
    assert "the data became inf at mul(x = 1e+200, x = 1e+200)" in str(first_non_finite(y))


def test_before_a_backward_pass_only_data_can_be_wrong() -> None:
    assert first_non_finite(mg.sqrt(Value(0.0))) is None


def test_there_is_one_if_and_only_if_something_is_not_finite() -> None:
    rng, counts = random.Random(0), {True: 0, False: 0}
    for _ in range(1000):
        nodes = [Value(10 ** rng.uniform(-200, 200)) for _ in range(3)]
        for _ in range(12):
            a, b = rng.choice(nodes), rng.choice(nodes)
            nodes.append(rng.choice([a + b, a * b, a - b, abs(a), mg.sqrt(abs(b)), b * b]))
        y = nodes[-1]
        y.backward()
        gradients = [node.grad for node in mg.topological_order(y)]
        is_finite = all(map(math.isfinite, [y.data, *gradients]))
        assert (first_non_finite(y) is None) == is_finite
        counts[is_finite] += 1
    assert min(counts.values()) > 100, counts


def test_the_root_must_be_a_value() -> None:
    with pytest.raises(TypeError, match="root must be a Value, got float"):
        first_non_finite(1.0)  # type: ignore[arg-type]


# ---- debug: the lines of the program -----------------------------------------------------------


def line_of(text: str) -> str:
    """How a line of this file is named: the first that ends with `text`."""
    lines = HERE.read_text("utf-8").splitlines()
    number = next(i for i, line in enumerate(lines, start=1) if line.endswith(text))
    return f"{HERE}:{number}: {lines[number - 1].strip()}"


def test_the_line_is_in_the_diagnosis_of_data_and_gradients() -> None:
    with mg.debug():
        x = Value(1e200, label="x")
        y = (x * x) + 1.0  # overflows
        root = mg.sqrt(x * 0.0)  # infinitely steep
        root.backward()
    assert f"(made at {line_of('# overflows')})" in str(first_non_finite(y))
    assert f"(made at {line_of('# infinitely steep')})" in str(first_non_finite(root))


def test_the_line_of_an_operand_is_in_an_error_of_domain() -> None:
    with mg.debug():
        margin = Value(1.0) - 2.0  # becomes negative
        with pytest.raises(ValueError, match="the operand must be in the domain") as raised:
            mg.log(margin)
    assert str(raised.value).endswith(f"; -1.0 was made at {line_of('# becomes negative')}")


EVERY_WAY: list[Callable[[Any], Any]] = [
    *(lambda x: x + 1, lambda x: 1 - x, mg.exp, Value.tanh, lambda x: mg.sum([x, x])),
    *(lambda x: mg.dot([x], [1.0]), lambda x: mg.softmax([x, x])[0], lambda x: mg.mean([x, 2])),
    *(lambda x: sum([x, x]), nn.Layer(1, 1, rng=0), lambda x: mg.losses.mse_loss([x], [1.0])),
    *(nn.MLP(1, [2, 1], rng=0), lambda x: mg.gradients(x * x, [x], create_graph=True)[0]),
]


@pytest.mark.parametrize("make", EVERY_WAY)
def test_every_way_to_make_a_node_knows_the_line(make: Callable[[Any], Any]) -> None:
    is_network = isinstance(make, nn.Module)
    with mg.debug():
        made = make([Value(0.5)]) if is_network else make(Value(0.5))
    (root,) = made if isinstance(made, list) else [made]
    for node in mg.topological_order(root):
        assert node.made_at.startswith(f"{HERE}:") == bool(node.operands)


def test_outside_of_debug_nothing_is_kept() -> None:
    x = Value(2.0)
    with mg.debug(), mg.no_grad(), mg.debug():
        assert (x * x).operands == ()
    with mg.no_grad(), mg.debug(), pytest.raises(ZeroDivisionError):
        x / 0.0
    assert not changed_somewhere  # so that the kernels take the short way
    with mg.debug():
        with mg.debug():
            pass
        inside = x * x
        threads = []
        other = threading.Thread(target=lambda: threads.append(x * x))
        other.start()
        other.join()
    assert inside.made_at
    for node in (x * x, *threads):
        assert type(node.operands) is tuple
        assert node.made_at == ""


def test_what_debug_records_is_the_same_graph() -> None:
    def build() -> Any:
        x, y = Value(0.3, label="x"), Value(-0.7, label="y")
        out = mg.tanh(x * y) / mg.exp(y) + mg.dot([x, y], [2.0, x], bias=y) ** 2
        out.backward()
        return out

    plain = build()
    with mg.debug():
        located = build()
    for twin in (located, copy.deepcopy(located)):
        pairs = zip(mg.topological_order(plain), mg.topological_order(twin), strict=True)
        for a, b in pairs:
            assert (a.data, a.grad, a.op, a.local_grads) == (b.data, b.grad, b.op, b.local_grads)


class Root(nn.Module):
    def __init__(self) -> None:
        self.w = Value(1.0, label="w")

    def __call__(self, x: Any) -> Any:
        return mg.sqrt(self.w * x[0])  # steep at 0


def test_fit_stops_at_a_bad_gradient_and_keeps_the_last_good_weights() -> None:
    outcomes = set()
    for seed in range(6):  # either row may come first
        model = Root()
        optimizer = mg.optim.SGD(model.parameters(), lr=0.1)
        with mg.debug(), pytest.raises(FloatingPointError) as raised:
            mg.fit(
                *(model, [[4.0], [0.0]], [2.5, 0.5]),
                loss=mg.losses.mse_loss,
                optimizer=optimizer,
                batch_size=1,
                epochs=1,
                seed=seed,
                progress=False,
            )
        message = str(raised.value)
        assert "the gradient of w is nan; no parameter was changed" in message
        assert "the gradient became -inf at sqrt(0.0) = 0.0 " in message
        assert f"(made at {line_of('# steep at 0')})" in message
        outcomes.add(model.w.data)
    assert outcomes == {1.0, 1.1}  # before any step, and after that on the row (4, 2.5)
