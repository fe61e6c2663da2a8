"""The program in JavaScript against NumPy's: graphs, networks, kinks, all sizes of batch."""

from __future__ import annotations

import math
import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from codes import CHOSEN, program_of_choices
from effort import by_profile
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from in_node import Call, in_node
from outputs import several
from properties.strategies import programs
from test_compiled_graphs import Structure, near
from test_conformance import CASES, agrees, evaluate, leaves_of

import microgradnn as mg
from microgradnn import Value, losses, nn
from microgradnn.compiler import Program, compile
from microgradnn.compiler.emit_javascript import javascript_program
from microgradnn.compiler.loss_program import LossProgram
from microgradnn.engine.row import PRIMITIVES

STRUCTURES = by_profile(dev=40, ci=100, nightly=4000)
GRAPHS = by_profile(dev=50, ci=120, nightly=5000)


def line() -> Program:
    x, w, b = Value(2.0), Value(3.0), Value(1.0)
    return compile((w * x + b) ** 2, [x], [w, b])


def close(ours: Any, wanted: Any) -> bool:
    """Equal to 1e-12 of the size of what is wanted, or of 1; NaN and infinities are themselves."""
    return np.allclose(ours, wanted, rtol=1e-12, atol=1e-12, equal_nan=True)


def differing(directory: Path, cases: Sequence[tuple[Program, Any]]) -> list[int]:
    """The places of the programs that give something else in Node than in NumPy, for their X."""
    calls = [
        Call(program.to_javascript(), name, [X, program.read_params()])
        for program, X in cases
        for name in ("valueAndGrad", "run")
    ]
    found, bad = in_node(directory, calls), []
    for place, (program, X) in enumerate(cases):
        result, outputs = found[2 * place : 2 * place + 2]
        mean, gradient = program.value_and_grad(X)
        same = [close(result["mean"], mean), close(result["gradient"], gradient)]
        same += [close(x, program(X).ravel()) for x in (outputs, result["outputs"])]
        bad += [] if all(same) else [place]
    return bad


# ---- The same as NumPy's -------------------------------------------------------------------------


def test_structures(tmp_path: Path) -> None:
    cases = []
    for seed in range(STRUCTURES):
        structure, rng = Structure(seed), np.random.default_rng(seed)
        inputs = list(map(Value, rng.uniform(-1, 1, structure.inputs)))
        params = list(map(Value, rng.uniform(-1, 1, structure.params)))
        X = rng.uniform(-1, 1, (1 + seed % 9, structure.inputs))
        cases.append((compile(structure(inputs, params), inputs, params), X))
    assert differing(tmp_path, cases) == []


def test_random_graphs(tmp_path: Path) -> None:
    cases = []

    @settings(max_examples=GRAPHS, phases=[Phase.generate], derandomize=True, database=None)
    @given(programs(), st.integers(1, 20), st.integers(0, 2**32 - 1))
    def collect(recipe: Any, samples: int, seed: int) -> None:
        leaves = list(map(Value, recipe.leaves))
        inputs, params = leaves[1::2], leaves[::2]
        out = recipe.run(leaves, lambda row, operands: row(*operands))[-1]
        X = near([x.data for x in inputs], samples, seed).reshape(samples, len(inputs))
        if not inputs:
            X = np.empty((1, 0))
        cases.append((compile(out + mg.sum(leaves), inputs, params), X))

    collect()
    assert differing(tmp_path, cases) == []


@pytest.mark.parametrize("activation", ["relu", "tanh", "gelu"])
def test_networks_and_batches_of_all_sizes(tmp_path: Path, activation: nn.ActivationName) -> None:
    """One program meets them in turn: its memory is used again, or made anew."""
    rng, model = np.random.default_rng(0), nn.MLP(8, [6, 4], activation=activation, rng=0)
    program = compile(model, losses.cross_entropy)
    batches = [
        np.c_[rng.standard_normal((size, 8)), np.eye(4)[rng.integers(0, 4, size)]]
        for size in (100, 1, 2, 5000, 100, 3)
    ]
    assert differing(tmp_path, [(program, X) for X in batches]) == []


def test_losses_and_predictions_of_one_pass(tmp_path: Path) -> None:
    model = nn.MLP(3, [5, 2], rng=0)

    def f(row: list[Any]) -> list[Any]:
        logits = several(model(row[:3]))
        return [losses.cross_entropy([logits], [row[3:]]), *logits]

    program = LossProgram(f, [[0.1, 0.2, 0.3, 0.0, 1.0]], model.parameters())
    rng, theta = np.random.default_rng(0), program.read_params()
    X = np.c_[rng.standard_normal((7, 3)), np.eye(2)[rng.integers(0, 2, 7)]]
    (found,) = in_node(tmp_path, [Call(program.to_javascript(), "valueAndGrad", [X, theta])])
    mean, gradient, predictions = program.step(X, theta)
    assert close(found["mean"], mean)
    assert close(found["gradient"], gradient)
    outputs = found["outputs"].reshape(7, 3)
    assert close(outputs[:, 1:], predictions)
    assert close(outputs[:, 0], program.losses(X, theta)[0])


def test_many_outputs_without_a_gradient(tmp_path: Path) -> None:
    """All activations of a network; one of them, and a number, are the same for all samples."""
    model, x = nn.MLP(2, [5, 3, 1], activation="tanh", rng=0), [Value(0.3), Value(-0.2)]
    seen, outputs = list[Any](x), list[Any]()
    for layer in model.layers:
        seen = layer(seen)
        outputs += seen
    outputs += [model.layers[0].neurons[0].w[0] * 2, x[1]]
    program = compile(outputs, x, model.parameters())
    X, theta = np.random.default_rng(0).standard_normal((9, 2)), program.read_params()
    text = program.to_javascript()
    assert "valueAndGrad" not in text
    (found,) = in_node(tmp_path, [Call(text, "run", [X, theta])])
    assert close(found.reshape(9, -1), program(X))


def test_without_inputs_and_without_parameters(tmp_path: Path) -> None:
    x, w = Value(2.0), Value(3.0)
    fixed, free = compile(mg.exp(w) * w, [], [w]), compile([mg.exp(x), x * 0 + 7.0], [x], [])
    calls = [
        Call(fixed.to_javascript(), "valueAndGrad", [[], [1.0]]),
        Call(free.to_javascript(), "run", [[0.0, 1.0], []]),
    ]
    found, outputs = in_node(tmp_path, calls)
    assert close([found["mean"], found["gradient"]], [[math.e], [2 * math.e]])
    assert close(outputs, [1.0, 7.0, math.e, 7.0])


def test_an_output_that_all_samples_share(tmp_path: Path) -> None:
    w = Value(3.0)
    program = compile(lambda inputs: w * w + 0 * inputs[0], example_inputs=[[1.0]], params=[w])
    shared = compile([w * w], [Value(1.0)], [w])  # a list of one has a gradient as well
    for each in (program, shared):
        assert differing(tmp_path, [(each, np.ones((3, 1)))]) == []


def test_deep_and_irregular_graphs_are_cut_into_several_functions(tmp_path: Path) -> None:
    xs, ws, rng = [Value(0.1 * k) for k in range(5)], [Value(0.2 * k - 1) for k in range(7)], Rng(3)
    nodes: list[Any] = [*xs, *ws]
    while len(nodes) < 900:
        a, b = nodes[-1 - rng.below(9)], nodes[rng.below(len(nodes))]
        row = [lambda a, b: mg.tanh(a + b), lambda a, b: a * b, lambda a, b: mg.sin(a) - b]
        nodes.append(row[rng.below(3)](a, b))
    program = compile(nodes[-1] + nodes[-2], xs, ws)
    assert "function forward1(" in program.to_javascript()
    X = np.random.default_rng(0).uniform(-1, 1, (3, 5))
    assert differing(tmp_path, [(program, X)]) == []


class Rng:
    """Small whole numbers that look random, the same everywhere."""

    def __init__(self, seed: int) -> None:
        self.state = seed

    def below(self, n: int) -> int:
        self.state = self.state * 48271 % 2147483647
        return self.state % n


# ---- Kinks, infinities, choices ------------------------------------------------------------------


def test_kinks_saturation_and_infinities(tmp_path: Path) -> None:
    """The conformance table as one program, each case with parameters of its own."""
    x, terms, params, wanted = Value(1.0), list[Value](), list[Value](), list[tuple[Any, ...]]()
    for case in CASES:
        if case["expected_error"]:
            continue
        leaves = leaves_of(case)
        terms.append(x * evaluate(case, leaves))
        params += leaves.values()
        ulps = max(case["tol_ulp_grad"], 4000)
        grads = case["expected_grads"]
        wanted += [(case["id"], grads[name], ulps) for name in leaves]
    terms += [0.0 * param for param in params]  # not every formula uses all of its leaves
    program = compile(mg.sum(terms), [x], params)
    calls = [Call(program.to_javascript(), "valueAndGrad", [[1.0], program.read_params()])]
    gradient = in_node(tmp_path, calls)[0]["gradient"].tolist()
    found = zip(gradient, wanted, strict=True)
    assert [case for got, case in found if not agrees(got, *case[1:])] == []
    assert len(params) > 250


def test_ties_share_and_the_side_that_is_not_chosen_gets_nothing(tmp_path: Path) -> None:
    ws = [Value(1.0), Value(1.0), Value(0.5)]

    def f(inputs: list[Any]) -> Any:
        (x,) = inputs
        chosen = mg.where(x > 0, 100 * mg.log(ws[2]), mg.relu(x * ws[2]))
        return mg.max(ws) + mg.min(ws[:2]) * 10 + chosen

    program = compile(f, example_inputs=[[0.0]], params=ws)
    theta = program.read_params()
    calls = [Call(program.to_javascript(), "valueAndGrad", [[x], theta]) for x in (0.0, 2.0)]
    found = [result["gradient"].tolist() for result in in_node(tmp_path, calls)]
    assert found == [[5.5, 5.5, 0.0], [5.5, 5.5, 200.0]]


def test_choices_by_an_index(tmp_path: Path) -> None:
    """Those that all samples share, too; what is no place is NaN, as all outside of a domain."""
    program = program_of_choices()
    assert differing(tmp_path, [(program, CHOSEN)]) == []
    text, theta = program.to_javascript(), program.read_params()
    places = [[4.0, 0.0, 1.0], [-1.0, 0.0, 1.0], [0.5, 0.0, 1.0], [math.nan, 0.0, 1.0]]
    for result in in_node(tmp_path, [Call(text, "valueAndGrad", [x, theta]) for x in places]):
        assert np.isnan(result["mean"])
        assert np.isnan(result["gradient"]).all()


def test_what_is_no_number_reaches_all_of_a_table(tmp_path: Path) -> None:
    """Upstream times 0 for what was not chosen; NaN beside what is NaN, or no place."""
    table, scale = [Value(1.0), Value(2.0)], Value(1.0)
    index = Value(0.0)
    program = compile(mg.take(table, index) * scale, [index], [*table, scale])
    inf, nan = math.inf, math.nan
    wanted = [
        (1.0, [1.0, 2.0, 5.0], [0.0, 5.0, 2.0]),
        (1.0, [1.0, 2.0, inf], [nan, inf, 2.0]),
        (0.0, [nan, 2.0, 5.0], [nan, nan, nan]),
        (1.0, [nan, 2.0, 5.0], [0.0, 5.0, 2.0]),
        (0.5, [1.0, 2.0, 5.0], [nan, nan, nan]),
        (2.0, [1.0, 2.0, 5.0], [nan, nan, nan]),
    ]
    calls = [Call(program.to_javascript(), "valueAndGrad", [[x], theta]) for x, theta, _ in wanted]
    for result, (x, theta, gradient) in zip(in_node(tmp_path, calls), wanted, strict=True):
        assert close(result["gradient"], gradient), (x, theta)
        if x in (0.0, 1.0):
            assert close(program.value_and_grad([[x]], theta)[1], gradient), (x, theta)


def test_outside_the_domain_there_is_no_error_but_no_number(tmp_path: Path) -> None:
    x, w = Value(2.0), Value(3.0)
    program = compile(mg.log(w * x), [x], [w])
    calls = [Call(program.to_javascript(), "run", [[-1.0, 0.0, 1.0], [3.0]])]
    (found,) = in_node(tmp_path, calls)
    assert close(found, [math.nan, -math.inf, math.log(3)])
    with pytest.raises(ValueError, match="row 0: log"):
        program([[-1.0], [1.0]])


# ---- The module ----------------------------------------------------------------------------------


def test_wrong_lengths_and_other_arrays_are_refused(tmp_path: Path) -> None:
    x, w, v = Value(1.0), Value(2.0), Value(3.0)
    two, none = compile(w * x + v * v, [x, Value(0.0)], [w, v]), compile(w * w, [], [w])
    given: list[tuple[Program, Any, Any]] = [
        (two, [1.0, 2.0, 3.0], [1.0, 2.0]),
        (two, [], [1.0, 2.0]),
        (two, [1.0, 2.0], [1.0]),
        (none, [1.0], [1.0]),
    ]
    calls = [Call(p.to_javascript(), "valueAndGrad", [X, theta]) for p, X, theta in given]
    assert in_node(tmp_path, calls) == [
        "RangeError: X must have a length of 2 for each sample, got 3",
        "RangeError: X must have a length of 2 for each sample, got 0",
        "RangeError: theta must have a length of 2, got 1",
        "RangeError: X must have a length of 0, got 1",
    ]
    nested = f"{two.to_javascript()}export const nested = () => run([[1, 2]], [1, 2]);"
    assert in_node(tmp_path, [Call(nested, "nested", [])]) == [
        "TypeError: X must be a Float64Array, got an Array; Float64Array.from(numbers) makes one"
    ]


def test_results_are_new_arrays_and_what_is_given_stays(tmp_path: Path) -> None:
    text = line().to_javascript() + (
        "export function twice() {\n"
        "  const X = Float64Array.of(1, 2), theta = Float64Array.of(3, 1);\n"
        "  const first = valueAndGrad(X, theta), before = run(X, theta);\n"
        "  valueAndGrad(Float64Array.of(7, 7), theta);\n"
        "  run(Float64Array.of(7, 7), theta);\n"
        "  const numbers = Float64Array.of(inputs, params, outputs);\n"
        "  return { ...first, before, X, theta, numbers };"
        "\n}\n"
    )
    (found,) = in_node(tmp_path, [Call(text, "twice", [])])
    assert {name: x.tolist() for name, x in found.items()} == {
        "mean": [32.5],
        "gradient": [18.0, 11.0],
        "outputs": [16.0, 49.0],
        "before": [16.0, 49.0],
        "X": [1.0, 2.0],
        "theta": [3.0, 1.0],
        "numbers": [1.0, 2.0, 1.0],
    }


def test_a_primitive_of_the_users_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is a formula is written down, under whatever name; Python code is refused."""
    forms: dict[str, Callable[[Any], Any]] = {
        "product": lambda x: x * x,
        "M": lambda x: mg.where(x > 0, mg.exp(x), mg.erf(x)),
        "by_math": math.exp,
        "by_type": lambda x: x if isinstance(x, float) else x * x,
        "by_table": lambda x: {1.0: 2.0}.get(x, 0.0),
    }
    rows = {
        name: mg.primitive(name, forward, [lambda out, x: 2 * x]) for name, forward in forms.items()
    }
    for name in forms:
        monkeypatch.setitem(PRIMITIVES, name, PRIMITIVES.pop(name))  # gone afterwards
    x, w = Value(2.0), Value(3.0)
    written = compile(rows["product"](x * w) + rows["M"](x - w), [x], [w])
    assert differing(tmp_path, [(written, np.array([[1.0], [2.0], [7.0]]))]) == []
    for name in ("by_math", "by_type", "by_table"):
        with pytest.raises(ValueError, match=rf"^{name} is a primitive of your own .* formula"):
            compile(rows[name](x * w), [x], [w]).to_javascript()


def test_the_text_has_only_the_functions_that_it_calls() -> None:
    text = line().to_javascript()
    declared = re.findall(r"^  (?:function|const) (\w+)", text, re.MULTILINE)
    assert len(declared) == len(set(declared))
    assert not {"take", "scatter", "erf", "power", "dots"} & set(declared)
    unused = [name for name in declared if len(re.findall(rf"\b{name}\b", text)) == 1]
    assert unused == []
    assert not re.search(r"\beval\b|\bFunction\(|\brequire\b", text)
    assert text.startswith("// 1 input, 2 parameters, 1 output of each sample. Use:\n")


def test_the_back_end_of_a_program_makes_no_difference() -> None:
    pytest.importorskip("llvmlite", reason="the native back end needs llvmlite")
    x, w = Value(2.0), Value(3.0)
    one, other = (compile(mg.exp(x * w), [x], [w], backend=b) for b in ("numpy", "native"))
    assert one.to_javascript() == other.to_javascript()


def test_programs_are_short() -> None:
    moons = compile(nn.MLP(2, [16, 16, 1], rng=0), losses.hinge_loss)
    digits = compile(nn.MLP(64, [32, 10], rng=0), losses.cross_entropy)
    sizes = [len(javascript_program(program.schedule())) for program in (moons, digits)]
    assert sizes[0] <= 10_000
    assert sizes[1] <= 20_000


def test_the_text_does_not_depend_on_the_hash_seed() -> None:
    program = (
        "from test_compiled_graphs import Structure\n"
        "from microgradnn import Value, compile\n"
        "for seed in range(12):\n"
        "    structure = Structure(seed)\n"
        "    xs = [Value(0.1 * k + 0.05) for k in range(structure.inputs)]\n"
        "    ws = [Value(0.3 - 0.07 * k) for k in range(structure.params)]\n"
        "    print(compile(structure(xs, ws), xs, ws).to_javascript())\n"
    )
    folders = [Path(__file__).parent, Path(__file__).parents[1], Path(__file__).parents[2]]
    one, other = (
        subprocess.run(
            [sys.executable, "-c", program],
            env={
                **os.environ,
                "PYTHONHASHSEED": seed,
                "PYTHONPATH": os.pathsep.join(map(str, folders)),
            },
            stdout=subprocess.PIPE,
            check=True,
        ).stdout
        for seed in ("1", "2")
    )
    assert one == other
    assert b"product(M, " in one
