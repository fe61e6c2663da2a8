"""What is said of steps, forward and reverse."""

from __future__ import annotations

import microgradnn as mg
from microgradnn import Value, losses, nn
from microgradnn.compiler import compile
from microgradnn.compiler.steps import Link
from microgradnn.compiler.summary import reverse_step_in_words, step_in_words


def test_the_summary_says_what_became_of_the_scalars() -> None:
    summary = compile(nn.MLP(64, [32, 10])).summary()
    assert "4,096 multiplications and additions → matmul 32×64" in summary
    assert "32 × relu → elementwise" in summary


def leaves(count: int) -> list[Value]:
    return [Value(1.0 + k) for k in range(count)]


def test_steps_in_the_same_words_are_counted_together() -> None:
    x, w = leaves(2)
    summary = compile(mg.sin(mg.sin(x * w)), [x], [w], backend="numpy").summary()
    assert summary.splitlines() == [
        "3 operations on scalars → 3 on arrays",
        "  1 × mul → elementwise",
        "  2 times: 1 × sin → elementwise",
    ]


def test_every_kind_of_step_has_words() -> None:
    xs, ws = leaves(4), leaves(4)
    outs = [
        mg.tanh(mg.dot(ws[:2], xs[:2], ws[2])),
        mg.cos(mg.dot(xs[:3], [mg.sin(x) for x in xs[1:]])),
        mg.erf(mg.max(xs)),
        mg.exp(ws[3]) * xs[0],
    ]
    program = compile(mg.max(outs), xs, ws)
    plan = program.schedule()
    words = {step_in_words(step, plan) for step in plan.steps if not isinstance(step, Link)}
    assert {
        "4 multiplications and additions → matmul 1×2 + bias",
        "1 dots of 3 → einsum",
        "1 maxima of 4 → reduction",
        "1 × exp → elementwise for the whole batch",
        "3 × sin → elementwise",
        "4 × selection → elementwise",
    } <= words


def test_reverse_steps_say_whose_gradient_they_pass_on() -> None:
    model = nn.MLP(2, [3, 3], activation="tanh", output_activation="tanh")
    plan = compile(model, losses.mse_loss, example_inputs=[[1.0, 2.0], [3.0, 4.0]]).schedule()
    words = [reverse_step_in_words(step, plan) for step in plan.reverse]
    assert words[-4:] == [
        "gradient of matmul 3×3 + bias, with respect to its first factors",
        "gradient of matmul 3×3 + bias, with respect to its second factors",
        "gradient of 3 × tanh",
        "gradient of matmul 3×2 + bias, with respect to its first factors",
    ]


def test_sums_of_gradients_say_of_how_many_parts() -> None:
    x, w = leaves(2)
    inner = x * w
    plan = compile(mg.sin(inner) + mg.cos(inner), [x], [w]).schedule()
    words = [reverse_step_in_words(step, plan) for step in plan.reverse]
    assert "gradient of 1 × mul: its parts, up to 2, added up" in words
    assert words[-1] == "gradient of 1 × mul, summed over the batch"
    many = [mg.sin, mg.cos, mg.tanh, mg.sigmoid, mg.atan, mg.log, mg.sqrt]
    plan = compile(mg.sum([row(inner) for row in many]), [x], [w]).schedule()
    words = [reverse_step_in_words(step, plan) for step in plan.reverse]
    assert "gradient of 1 × mul: its 7 parts added up" in words
    plan = compile(x + mg.exp(w) + w, [x], [w]).schedule()
    words = [reverse_step_in_words(step, plan) for step in plan.reverse]
    assert words[-1] == "gradient of 1 number: its parts, up to 2, added up"
    plan = compile(mg.logsumexp([x, w]), [x], [w]).schedule()
    words = [reverse_step_in_words(step, plan) for step in plan.reverse]
    assert words[0] == "gradient of 1 values by their partials"
