"""Deliberate faults, each put into the source in turn: the tests must notice every one.

`python tests/faults.py` prints each fault and the first test that fails with it.
"""

from __future__ import annotations

import ast
import builtins
import os
import re
import signal
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "microgradnn"
SECONDS = 60  # after which a fault counts as noticed: a test does not end

ROWS = [
    "tests/test_conformance.py",
    "tests/properties/test_rows.py",
    "tests/properties/test_higher.py",
    "tests/losses/test_divergence.py",
]
GRAPHS = ["tests/engine/test_value.py", "tests/properties/test_graphs.py"]
OTHERS = [f"tests/engine/test_{name}.py" for name in ("formulas", "copying", "value")]
PARTS = ("regression", "classification", "divergence")
OPTIM = ["tests/optim"]
STEPS = ("groups", "stepping", "rules", "schedules")
LOSSES = [*(f"tests/losses/test_{name}.py" for name in PARTS), "tests/test_conformance.py"]
LOOP, METRICS = ["tests/training/test_loop.py"], ["tests/training/test_metrics.py"]
RESUMED = ["tests/training/test_resuming.py"]
PARTS_OF_FIT = ("checkpoint", "metrics", "validation", "endings", "terminal")
TRACED = ["tests/compiler/test_traced.py"]
COMPILED_GRAPHS = "tests/compiler/test_compiled_graphs.py"
RECORDED = "tests/compiler/test_recorded_derivatives.py"
ARRAYS = ("levels", "products", "by_line", "arrays", "adjoint")
NATIVE = [f"tests/compiler/test_{name}.py" for name in ("native_machine", "native_runs")]
NATIVE += [f"tests/compiler/test_{name}.py" for name in ("emit_native", "back_end")]
NATIVE_FILES = ["native_code", "native_samples", "native_numbers", "native_runs"]
NATIVE_FILES += ["emit_native", "native_arrays", "back_end"]
LIVING = ("living", "lesson", "one_sample", "trainable", "circles", "packing")
TRAINING = ("training", "judging", "sample_graph", "trouble", "weights_text", "training_settings")
UPDATES = ("updates.py", "script/optimizing.js")
WRITING_JAVASCRIPT = ("javascript_loops", "javascript_products", "emit_javascript")
ESTIMATORS_TESTED = ("_prediction", "_training", "")
NAMES = ("symbols", "names", "notation")
LAYOUT = ("ordering", "heights", "layered", "layout", "operands", "svg")
DRAWN_BY = ("series", "contours", "turns")
DRAWINGS = ("network", "grid", "plane", "flow", "confusion", "reading")
PICTURES = [f"tests/drawing/test_{name}.py" for name in LAYOUT]
TESTS = {  # what is run for a fault in a file, the quick ones first
    "engine/value.py": [*GRAPHS, *TRACED],
    "engine/row.py": [*OTHERS, "tests/engine/test_interop.py", "tests/engine/test_modes.py", *ROWS],
    "engine/table.py": [*OTHERS, "tests/engine/test_table.py", *ROWS, COMPILED_GRAPHS, RECORDED],
    "sums.py": ["tests/test_sums.py", "tests/engine/test_reductions.py", *ROWS],
    "signatures.py": ["tests/test_signatures.py", "tests/explaining/test_help.py"],
    "typed.py": ["tests/test_typed.py"],
    "explaining/help.py": ["tests/test_signatures.py", "tests/explaining/test_help.py"],
    "refusals.py": ["tests/test_refusals.py", "tests/engine/test_functions.py"],
    "engine/reductions.py": [
        *OTHERS,
        "tests/engine/test_reductions.py",
        "tests/engine/test_functions.py",
        *ROWS,
    ],
    "engine/kernels.py": [
        "tests/engine/test_kernels.py",
        "tests/engine/test_modes.py",
        *TRACED,
        *ROWS,
        *GRAPHS,
    ],
    "engine/edges.py": [
        "tests/engine/test_edges.py",
        "tests/engine/test_interop.py",
        "tests/programs",
    ],
    "engine/lists.py": ["tests/engine/test_lists.py", *TRACED],
    "engine/recording.py": ["tests/test_named.py", "tests/engine/test_modes.py"],
    "engine/interop.py": [
        "tests/engine/test_value.py",
        "tests/engine/test_interop.py",
        "tests/test_foreign.py",
        "tests/programs",
    ],
    "arguments.py": [
        "tests/test_arguments.py",
        "tests/test_data.py",
        "tests/engine/test_interop.py",
    ],
    "engine/functions.py": ["tests/engine/test_functions.py"],
    "foreign.py": ["tests/test_foreign.py"],
    "explaining/paths.py": ["tests/explaining/test_paths.py"],
    **{
        f"explorer/{x}.py": ["tests/explorer/test_page.py"]
        for x in ("page", "document", "frame", "hiding")
    },
    **{f"explorer/{x}.py": ["tests/explorer/test_page.py"] for x in ("page", "document", "frame")},
    "drawing/geometry.py": ["tests/drawing/test_geometry.py"],
    "explorer/hiding.py": ["tests/explorer/test_hiding.py"],
    "explorer/assembly.py": ["tests/explorer/test_assembly.py"],
    "explorer/squeezing.py": ["tests/explorer/test_squeezing.py"],
    **{f"testing/{x}.py": [f"tests/testing/test_{x}.py"] for x in ("programs", "trial")},
    **{f"explorer/script/{x}.js": ["tests/explorer/test_drawings.py"] for x in DRAWN_BY},
    **{f"explorer/script/{x}.js": ["tests/browser/test_living_views.py"] for x in DRAWINGS},
    "explorer/textbook.py": ["tests/explorer/test_textbook.py"],
    "explaining/mathml.py": ["tests/explaining/test_mathml.py"],
    **{f"explaining/{name}.py": [f"tests/explaining/test_{name}.py"] for name in NAMES},
    **{f"drawing/{name}.py": PICTURES for name in LAYOUT},
    **{
        f"drawing/{name}.py": [f"tests/drawing/test_{name}.py"]
        for name in ("animation", "composing", "worksheet", "network")
    },
    "drawing/looks.py": ["tests/drawing/test_svg.py"],
    "drawing/image.py": ["tests/drawing/test_animation.py", "tests/drawing/test_image.py"],
    "drawing/diagram.py": ["tests/drawing/test_svg.py", "tests/drawing/test_diagram.py"],
    "told.py": ["tests/test_named.py"],
    "waiting.py": ["tests/test_waiting.py"],
    "bars.py": ["tests/test_bars.py"],
    "figures.py": ["tests/test_figures.py"],
    "nn/texts.py": ["tests/nn/test_texts.py"],
    "drawing/notebook.py": ["tests/drawing/test_notebook.py"],
    "explorer/frame.py": ["tests/explorer/test_frame.py"],
    "explorer/heights.py": ["tests/explorer/test_frame.py"],
    "drawing/repetition.py": ["tests/drawing/test_repetition.py"],
    "drawing/refining.py": ["tests/drawing/test_refining.py"],
    **{
        f"explorer/{x}.py": [f"tests/explorer/test_{x}.py"]
        for x in ("claims", "contributions", "following")
    },
    "explorer/sample.py": ["tests/explorer/test_sample.py", "tests/explorer/test_picker.py"],
    "explorer/picker.py": ["tests/explorer/test_picker.py"],
    "explorer/excerpt.py": ["tests/explorer/test_excerpt.py", "tests/explorer/test_picker.py"],
    "engine/modes.py": ["tests/test_named.py", "tests/engine/test_modes.py"],
    "engine/derivatives.py": [
        "tests/engine/test_derivatives.py",
        "tests/transforms",
        "tests/properties/test_nested.py",
        *ROWS,
    ],
    "transforms/calls.py": [
        "tests/transforms",
        "tests/engine/test_modes.py",
        "tests/properties/test_nested.py",
    ],
    **{
        f"transforms/{name}.py": [f"tests/transforms/test_{name}.py", "tests/transforms"]
        for name in ("trees", "gradient", "matrices", "directions")
    },
    "engine/checking.py": ["tests/engine/test_checking.py"],
    "floats.py": ["tests/test_floats.py"],
    "elements.py": ["tests/test_elements.py", *ROWS, "tests/properties/test_misuse.py"],
    "domains.py": ["tests/test_domains.py", "tests/test_custom.py"],
    "rounding.py": ["tests/engine/test_checking.py"],
    "slopes.py": ["tests/engine/test_checking.py"],
    "engine/copying.py": ["tests/test_named.py", "tests/engine/test_copying.py", *GRAPHS],
    **{f"losses/{name}.py": [f"tests/losses/test_{name}.py", *LOSSES] for name in PARTS},
    "losses/probabilities.py": ["tests/losses/test_probabilities.py", *LOSSES],
    "losses/pairing.py": ["tests/explorer/test_sample.py", *LOSSES, "tests/losses/test_weights.py"],
    "losses/weights.py": ["tests/losses/test_weights.py", "tests/explorer/test_sample.py"],
    **{f"optim/{name}.py": [f"tests/optim/test_{name}.py", *OPTIM] for name in STEPS},
    **{
        f"data/{x}.py": ["tests/test_data.py", "tests/training/test_loop.py"]
        for x in ("preparation", "tables")
    },
    "training/bookmark.py": RESUMED,
    "training/resuming.py": RESUMED,
    "training/best.py": RESUMED,
    **{f"training/{x}.py": [f"tests/training/test_{x}.py"] for x in PARTS_OF_FIT},
    "training/steppers.py": [*METRICS, "tests/training/test_steppers.py"],
    "nn/generators.py": ["tests/nn/test_generators.py"],
    "optim/records.py": ["tests/optim/test_records.py"],
    "explorer/rule_formulas.py": [
        "tests/explorer/test_rule_formulas.py",
        "tests/explorer/test_updates.py",
    ],
    **{f"explorer/{x}": ["tests/explorer/test_updates.py"] for x in UPDATES},
    **{f"explorer/{x}.py": ["tests/explorer/test_living.py"] for x in LIVING},
    **{f"explorer/script/{x}.js": ["tests/browser/test_living.py"] for x in TRAINING},
    **{f"explorer/script/{x}.js": [f"tests/explorer/test_{x}.py"] for x in ("precise", "random")},
    "training/loop.py": [*LOOP, "tests/training/test_vain.py", *RESUMED],
    "training/course.py": [*LOOP, "tests/training/test_steppers.py", *METRICS, *RESUMED],
    **{f"training/{x}.py": ["tests/training/test_shares.py", *LOOP] for x in ("shares", "samples")},
    "training/batch_loss.py": [
        "tests/training/test_batch_loss.py",
        "tests/training/test_shares.py",
        "tests/training/test_steppers.py",
    ],
    "training/accuracy.py": ["tests/training/test_evaluate.py", "tests/training/test_shares.py"],
    "training/vain.py": ["tests/training/test_vain.py"],
    "training/targets.py": ["tests/training/test_vain.py", "tests/training/test_loop.py"],
    "nn/module.py": ["tests/nn/test_module.py", "tests/nn/test_search.py"],
    "nn/parts.py": ["tests/nn/test_search.py", "tests/optim/test_groups.py"],
    "nn/search.py": ["tests/nn/test_search.py", "tests/nn/test_outline.py"],
    "nn/leaves.py": OPTIM,
    "nn/init.py": ["tests/nn/test_init.py"],
    "nn/layers.py": ["tests/nn/test_layers.py", "tests/nn/test_search.py", "tests/nn/test_init.py"],
    "nn/activations.py": ["tests/nn/test_layers.py", "tests/programs/test_newcomers.py"],
    "missing.py": ["tests/test_missing.py"],
    "data/tables.py": ["tests/test_data.py", "tests/programs/test_newcomers.py"],
    "training/history.py": ["tests/training/test_history.py"],
    **{f"compiler/{name}.py": TRACED for name in ("hidden", "traced", "tracing", "rows")},
    "compiler/tape.py": [*TRACED, RECORDED, "tests/test_sides.py"],
    "sides.py": ["tests/test_sides.py"],
    "compiler/program.py": [*TRACED, "tests/compiler/test_jacobians.py"],
    "compiler/running.py": [*TRACED, "tests/compiler/test_jacobians.py"],
    "compiler/jacobians.py": ["tests/compiler/test_jacobians.py"],
    **{f"compiler/{name}.py": [f"tests/compiler/test_{name}.py"] for name in ARRAYS},
    **{
        f"compiler/{name}.py": ["tests/compiler/test_choices.py", "tests/compiler/test_expand.py"]
        for name in ("choices", "expand")
    },
    "compiler/adjoint.py": ["tests/compiler/test_adjoint.py", "tests/compiler/test_choices.py"],
    "compiler/patterns.py": ["tests/compiler/test_patterns.py", "tests/compiler/test_levels.py"],
    "compiler/schedule.py": ["tests/compiler/test_levels.py", "tests/compiler/test_choices.py"],
    "compiler/emit_numpy.py": [
        "tests/compiler/test_emit_numpy.py",
        "tests/compiler/test_products.py",
    ],
    "error_functions.py": ["tests/test_error_functions.py"],
    "sheets.py": ["tests/test_sheets.py"],
    "expressions.py": ["tests/test_expressions.py"],
    "commands.py": ["tests/test_cli.py"],
    "javascript.py": ["tests/test_javascript.py"],
    "compiler/own_rows.py": ["tests/compiler/test_own_rows.py"],
    **{
        f"compiler/{name}.py": [f"tests/compiler/test_{name}.py" for name in WRITING_JAVASCRIPT]
        for name in WRITING_JAVASCRIPT
    },
    "compiler/rows.py": [*TRACED, "tests/compiler/test_choices.py"],
    "compiler/tracing.py": [*TRACED, "tests/compiler/test_compiling.py"],
    "compiler/compiling.py": ["tests/compiler/test_compiling.py"],
    **{f"nn/{x}.py": [f"tests/nn/test_{x}.py"] for x in ("norm", "sequential", "outline")},
    "nn/embedding.py": ["tests/nn/test_embedding.py"],
    **{f"compiler/{name}.py": NATIVE for name in NATIVE_FILES},
    **{
        f"sklearn/{name}.py": [f"tests/test_sklearn{part}.py" for part in ESTIMATORS_TESTED]
        for name in ("parameters", "perceptron", "solver", "learning", "classifier", "regressor")
    },
    "compiled code": ["tests/compiler"],
}


class Fault(NamedTuple):
    """`before` is replaced by `after` in a file of the package, or in all code it compiles."""

    name: str
    file: str
    before: str
    after: str


def edited(fault: Fault) -> str:
    """The file with the fault in it."""
    text = (PACKAGE / fault.file).read_text("utf-8")
    if text.count(fault.before) != 1:
        raise LookupError(f"{fault.name}: {fault.file} has {fault.before!r} not exactly once")
    return text.replace(fault.before, fault.after)


def rows_reached(file: str, line: int) -> list[str]:
    """The rows of the table that a change of this line may reach, the nearest first; [] is all."""
    if file not in ("engine/table.py", "engine/reductions.py"):
        return []
    text = (PACKAGE / file).read_text("utf-8")
    made: dict[ast.stmt, set[str]] = {}
    used: dict[ast.stmt, set[str]] = {}
    for s in ast.parse(text).body:
        used[s] = {x.id for x in ast.walk(s) if isinstance(x, ast.Name)}
        targets = getattr(s, "targets", [getattr(s, "target", s)])
        made[s] = {getattr(x, "name", getattr(x, "id", "")) for x in targets}
    reached = [s for s in made if s.lineno <= line <= (s.end_lineno or 0)]
    for changed in reached:  # which grows
        reached += [s for s in made if s not in reached and made[changed] & used[s]]
    return [name for s in reached for name in made[s] if f'add_row("{name}"' in text]


def replace_source(file: str, text: str) -> None:
    """From now on importing this file of the package runs `text`; a script reads as it."""
    path, load, read = str(PACKAGE / file), SourceFileLoader.get_code, Path.read_text

    def read_text(self: Path, *more: Any, **named: Any) -> str:
        return text if str(self) == path else read(self, *more, **named)

    if not file.endswith(".py"):
        Path.read_text = read_text  # type: ignore[method-assign]
    """From now on importing this file of the package runs `text`."""
    path, load = str(PACKAGE / file), SourceFileLoader.get_code
    if not file.endswith(".py"):  # a module of the page, which is read as text
        read = Path.read_text
        Path.read_text = lambda self, *rest: text if str(self) == path else read(self, *rest)  # type: ignore[method-assign]
        return

    def get_code(self: SourceFileLoader, name: str) -> Any:
        return compile(text, path, "exec") if self.path == path else load(self, name)

    SourceFileLoader.get_code = get_code  # type: ignore[method-assign, assignment]


def replace_compiled(before: str, after: str) -> None:
    """From now on the array code of every Program has `after` for what matches `before`."""
    original: Any = builtins.compile

    def compile_with_fault(source: Any, filename: Any, *rest: Any, **more: Any) -> Any:
        if str(filename).startswith("<microgradnn program"):
            source = re.sub(before, after, source)
        return original(source, filename, *rest, **more)

    builtins.compile = compile_with_fault


def first_failure(
    change: Callable[[], None], tests: list[str], rows: Sequence[str] = ()
) -> str | None:
    """Run tests in a process of their own, after `change`; the first that fails, if one does.

    Of the tests of single rows only those of `rows` are run, if there are any: those of the first
    row before all others, and those of the rest at the end.
    """
    import hypothesis.extra.numpy  # noqa: F401  (what takes long to import is there already)
    import mpmath  # noqa: F401
    import pytest

    def rank(test: Any) -> int:
        row = getattr(test, "callspec", None) and test.callspec.params.get("row")
        if row is None:
            return 1
        return 3 if row.name not in rows else 0 if row.name == rows[0] else 2

    class Recorder:
        def pytest_collection_modifyitems(self, items: list[Any]) -> None:
            if rows:
                items[:] = sorted((test for test in items if rank(test) < 3), key=rank)

        def pytest_runtest_logstart(self) -> None:
            signal.alarm(SECONDS)

        def pytest_runtest_logreport(self, report: Any) -> None:
            if report.failed:
                os.write(result, report.nodeid.encode() + b"\n")

        def pytest_collectreport(self, report: Any) -> None:
            if report.failed:
                os.write(result, f"{report.nodeid} cannot be imported\n".encode())

    reading, result = os.pipe()
    child = os.fork()
    if not child:
        try:
            signal.alarm(SECONDS)
            for stream in (1, 2):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
            change()
            options = [
                "-x",
                "-q",
                "--assert=plain",
                "-p",
                "no:cacheprovider",
                "--hypothesis-profile=faults",
            ]
            status = int(pytest.main([*options, *tests], plugins=[Recorder()]))
        except BaseException:
            status = 99
        os._exit(status)
    os.close(result)
    with os.fdopen(reading) as lines:
        names = lines.read().splitlines()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status == -signal.SIGALRM:
        return f"does not end in {SECONDS} s"
    if bool(names) != (status in (1, 2)):
        raise RuntimeError(f"pytest on {tests} ends with {status}, having failed {names}")
    return names[0] if names else None


def catcher(fault: Fault) -> str | None:
    """The first test that notices the fault."""
    if fault.file == "compiled code":
        return first_failure(lambda: replace_compiled(fault.before, fault.after), TESTS[fault.file])
    text = edited(fault)
    before, _, _ = (PACKAGE / fault.file).read_text("utf-8").partition(fault.before)
    rows = rows_reached(fault.file, before.count("\n") + 1)
    return first_failure(lambda: replace_source(fault.file, text), TESTS[fault.file], rows)


ENGINES = [
    Fault("random graphs that differ each time", "testing/programs.py", "random.Random(0)", "random.Random()"),
    Fault("the longest graphs first", "testing/programs.py", "1 + k * len(_NAMES) // GRAPHS", "9 - k * len(_NAMES) // GRAPHS"),
    Fault("a graph at a kink", "testing/programs.py", "    except (ValueError, ArithmeticError, NameError):\n        return False", "    except NameError:\n        return False\n    except (ValueError, ArithmeticError):\n        return True"),
    Fault("graphs with large numbers", "testing/programs.py", "abs(x) <= 100", "abs(x) <= 1e9"),
    Fault("a line is dropped, not its name", "testing/programs.py", '[re.sub(rf"\\b{name}\\b", other, one) for one in rest]', "rest"),
    Fault("random graphs are left out", "testing/trial.py", "for program in programs.random_graphs(operations):", "for program in ():"),
    Fault("the first graph is told, not the shortest", "testing/trial.py", "*_shortest(engine, check, program, symptom)", "program, symptom"),
]  # fmt: skip

VALUE = [
    Fault("= for +=", "engine/value.py", "operand._grad += local_grad * upstream",
          "operand._grad = local_grad * upstream"),
    Fault("a duplicate edge is dropped", "engine/value.py",
          "in zip(node._y, dy, strict=True):", "in dict(zip(node._y, dy)).items():"),
    Fault("the first of two operands gets nothing", "engine/value.py", "node._x._grad += node._dx * upstream", "pass"),
    Fault("the second of two operands gets nothing", "engine/value.py", "node._y._grad += dy * upstream", "pass"),
    Fault("the root's gradient is lost", "engine/value.py", "self._grad += start", "self._grad = start"),
    Fault("intermediate gradients are kept", "engine/value.py", "            if node.op is not None:\n",
          "            if False:\n"),
    Fault("leaves are reset by backward", "engine/value.py", "            if node.op is not None:\n",
          "            if True:\n"),
    Fault("forward order in the backward pass", "engine/value.py", "for node in reversed(order):",
          "for node in order:"),
    Fault("upstream is not multiplied", "engine/value.py", "+= local_grad * upstream", "+= local_grad"),
    Fault("starts with minus the gradient", "engine/value.py", "self._grad += start", "self._grad -= start"),
    Fault("an operand before what depends on it", "engine/value.py", "stack += (node, None)",
          "order.append(node)"),
    Fault("one operand is not visited", "engine/value.py", "for x in reversed(values) if",
          "for x in reversed(values[:3]) if"),
    Fault("zero_grad forgets the leaves", "engine/value.py",
          "        for node in topological_order(self):\n            node._grad = 0.0",
          "        for node in topological_order(self):\n            node._grad *= not node.operands"),
    Fault("numbers in float32", "engine/value.py", 'self._number = data if type(data) is float else as_number(data, "data")',
          'import struct\n        self._number = struct.unpack("f", struct.pack("f", as_number(data, "data")))[0]'),
    Fault("<= for <", "engine/interop.py", "return self._number < _number_of(other)", "return self._number <= _number_of(other)"),
    Fault("reflected subtraction, swapped", "engine/value.py", "record.sub(other, self)", "record.sub(self, other)"),
    Fault("reflected division, swapped", "engine/value.py", "record.div(other, self)", "record.div(self, other)"),
    Fault("reflected power, swapped", "engine/value.py", "record.pow(other, self)", "record.pow(self, other)"),
    Fault("detach keeps the graph", "engine/interop.py", "leaf: Self = self._assembled(self.data, None, (), (), label=self.label)", "return self"),
]  # fmt: skip

TABLE = [
    Fault("sub: both partials +1", "engine/table.py", "lambda out, a, b: -1.0]", "lambda out, a, b: 1.0]"),
    Fault("mul: partials swapped", "engine/table.py", "[lambda out, a, b: b, lambda out, a, b: a]",
          "[lambda out, a, b: a, lambda out, a, b: b]"),
    Fault("div: sign", "engine/table.py", "return -if_above(abs(out)", "return if_above(abs(out)"),
    Fault("div: quotient underflows", "engine/table.py", "abs(out), 1e-290, out / b", "abs(out), -1.0, out / b"),
    Fault("pow: exponent off by one", "engine/table.py", "exponent = if_above(abs(b), 0.0, b - 1", "exponent = if_above(abs(b), 0.0, b"),
    Fault("pow: no log", "engine/table.py", "half * log(where(flat, if_above(abs(a), 0.0, a, 1.0), a)) * half", "half * half"),
    Fault("pow: b·out/a everywhere", "engine/table.py", "(abs(out) > 1e-290) &", "(abs(out) > 0.0) &"),
    Fault("pow: a recorded derivative selects", "engine/table.py", "(b == 0 or 1 <= b * b < 1e30)", "b == 0"),
    Fault("pow: recorded of an exponent that is rounded", "engine/table.py", "and b - 1.0 + 1.0 == b", "and b == b"),
    Fault("exp: of its operand", "engine/table.py", "math.exp, [lambda out, x: out]", "math.exp, [lambda out, x: x]"),
    Fault("exp: off by 1e-10", "engine/table.py", "math.exp, [lambda out, x: out]",
          "math.exp, [lambda out, x: out * (1.0 + 1e-10)]"),
    Fault("log: of its value", "engine/table.py", "math.log, [lambda out, x: 1.0 / x]", "math.log, [lambda out, x: 1.0 / out]"),
    Fault("log1p: of log", "engine/table.py", "[lambda out, x: 1.0 / (1.0 + x)],", "[lambda out, x: 1.0 / x],"),
    Fault("sqrt: no half", "engine/table.py", "0.5 / out", "1.0 / out"),
    Fault("sin: sign", "engine/table.py", "[lambda out, x: cos(x)]", "[lambda out, x: -cos(x)]"),
    Fault("cos: sign", "engine/table.py", "[lambda out, x: -sin(x)]", "[lambda out, x: sin(x)]"),
    Fault("asin: sign", "engine/table.py", "[lambda out, x: 1.0 / sqrt(1.0 - x * x)", "[lambda out, x: -1.0 / sqrt(1.0 - x * x)"),
    Fault("asinh: x² overflows", "engine/table.py", "1.0 / hypot(x, 1.0)", "1.0 / sqrt(x * x + 1.0)"),
    Fault("acosh: x² overflows", "engine/table.py", "1.0 / (sqrt(x - 1) * sqrt(x + 1))", "1.0 / sqrt(x * x - 1.0)"),
    Fault("atanh: by (1 − x)(1 + x)", "engine/table.py", "1.0 / (1.0 - x * x)],\n    definition=lambda x: log((1", "1.0 / ((1.0 - x) * (1.0 + x))],\n    definition=lambda x: log((1"),
    Fault("log2: of base e", "engine/table.py", "[lambda out, x: 1.0 / (x * math.log(2.0))]", "[lambda out, x: 1.0 / x]"),
    Fault("remainder: that of C", "engine/table.py", "lambda a, b: a % b", "math.fmod"),
    Fault("remainder: a quotient that is not whole", "engine/table.py", "-floor(a / b - out / b + 0.5)", "-(a / b - out / b)"),
    Fault("remainder: a quotient that is rounded up", "engine/table.py", "a / b - out / b + 0.5", "a / b - out / b + 1.0"),
    Fault("hypot, atan2: squares overflow", "engine/table.py", "if_above(1e150, size, 1.0, 2.0**-300, True)", "1.0"),
    Fault("hypot, atan2: squares underflow", "engine/table.py", "if_above(size, 0.0, 2.0**300, 0.0, True)", "if_above(size, 0.0, 1.0, 0.0, True)"),
    Fault("hypot, atan2: curved at the origin", "engine/table.py", "if_above(size, 0.0, 2.0**300, 0.0, True)", "2.0**300"),
    Fault("hypot: by its value", "engine/table.py", "return root * (root * x / sqrt(square))", "return x / hypot(x, y)"),
    Fault("hypot: scaled at once", "engine/table.py", "return root * (root * x / sqrt(square))", "return root * root * x / sqrt(square)"),
    Fault("atan2: one power of two too few", "engine/table.py", "return root * root * (root", "return (root"),
    Fault("atan2: sign", "engine/table.py", "_atan2_partial(-y, x)", "_atan2_partial(y, x)"),
    Fault("atan2: operands exchanged", "engine/table.py", '"atan2", math.atan2,', '"atan2", lambda y, x: math.atan2(x, y),'),
    Fault("logaddexp: equal infinities", "engine/table.py", "where(abs(a - b) <= math.inf, a - b, 0.0)", "a - b"),
    Fault("logaddexp: one share for both", "engine/table.py", "sigmoid(_difference(b, a))]", "sigmoid(_difference(a, b))]"),
    Fault("floor: 0 for −0", "engine/table.py", "math.copysign(math.floor(x), x)", "float(math.floor(x))"),
    Fault("ceil: 0 for −0", "engine/table.py", "math.copysign(math.ceil(x), x)", "float(math.ceil(x))"),
    Fault("square: half its slope", "engine/table.py", "lambda x: x * x, [lambda out, x: 2.0 * x]", "lambda x: x * x, [lambda out, x: x]"),
    Fault("floor as LLVM's rounding", "compiler/native_code.py", '"floor": "floor"', '"floor": "rint"'),
    Fault("math.floor rounds up", "engine/interop.py", '"__floor__": "floor"', '"__floor__": "ceil"'),
    Fault("np.arctan2 has no row", "foreign.py", '    "arctan2": "atan2",\n', ""),
    Fault("a step in place reaches nothing", "foreign.py", "value._grad != 0.0", "False"),
    Fault("a table is a flat list", "arguments.py", 'getattr(xs, "ndim", 1) > 1', "False"),
    Fault("a derivative that is lost is 0", "transforms/calls.py", "if self.inputs and not self._order:", "if False:"),
    Fault("a step of a staircase is a slope", "transforms/calls.py", "len(set(near)) > len(SMALL_MOVES)", "len(set(near)) > 1"),
    Fault("1 and 1.0 are two classes", "sheets.py", "if numbers is not None:  # 1 and", "if False:  # 1 and"),
    Fault("a text in quotes need not end", "sheets.py", "if rows.pop()[1] != [_LAST]:", "if rows.pop() is None:"),
    Fault("cosh: sign", "engine/table.py", "[lambda out, x: sinh(x)]", "[lambda out, x: -sinh(x)]"),
    Fault("tanh: 1 − out² cancels", "engine/table.py", "lambda out, x: 4.0 * sigmoid_slope(2.0 * x)",
          "lambda out, x: 1.0 - out * out"),
    Fault("sigmoid: out·(1 − out) cancels", "engine/table.py",
          "[lambda out, x: sigmoid_slope(x)]", "[lambda out, x: out * (1.0 - out)]"),
    Fault("sigmoid: a kink in its slope", "engine/table.py", "[lambda out, x: sigmoid_slope(x)]",
          "[lambda out, x: _decay(x) / ((1.0 + _decay(x)) * (1.0 + _decay(x)))]"),
    Fault("tanh: products that cancel", "engine/table.py", "lambda out, x: 4.0 * sigmoid_slope(2.0 * x)",
          "lambda out, x: 4.0 * sigmoid(2.0 * x) * sigmoid(-2.0 * x)"),
    Fault("asin: (1 − x)(1 + x) cancels", "engine/table.py", "[lambda out, x: 1.0 / sqrt(1.0 - x * x)",
          "[lambda out, x: 1.0 / sqrt((1.0 - x) * (1.0 + x))"),
    Fault("elu: half its curvature at 0", "engine/table.py", "half = exp(0.5 * if_above(x, 0.0, 0.0, x))",
          "half = exp(0.5 * minimum(x, 0.0))"),
    Fault("softplus with a threshold", "engine/table.py", "lambda x: maximum(x, 0.0) + log1p(_decay(x))",
          "lambda x: where(x > 20, x, maximum(x, 0.0) + log1p(_decay(x)))"),
    Fault("a recorded derivative forgets its sides", "engine/table.py", "above is not usual and type(above) is bool", "False"),
    Fault("a recorded derivative keeps what is special", "engine/table.py", "above is not usual and", "usual is None and"),
    Fault("relu: 1 at its kink", "engine/table.py", "[lambda out, x: if_above(x, 0.0, 1.0, 0.0)]",
          "[lambda out, x: if_above(0.0, x, 0.0, 1.0)]"),
    Fault("leaky_relu: slope on the wrong side", "engine/table.py", "if_above(x, 0.0, 1.0, slope)", "if_above(x, 0.0, slope, 1.0)"),
    Fault("silu: a constant", "engine/table.py", "sigmoid(x) + x * sigmoid_slope(x)", "0.5 + x * sigmoid_slope(x)"),
    Fault("gelu: by tanh", "engine/table.py", "lambda x: 0.5 * x * erfc(-x / _SQRT_TWO)",
          "lambda x: 0.5 * x * (1.0 + tanh(0.7978845608 * (x + 0.044715 * x * x * x)))"),
    Fault("gelu: cancels at its root", "engine/table.py", "+ lost * decay", "+ 0.0 * lost"),
    Fault("erfc: sign", "engine/table.py", "[lambda out, x: -_TWO_OVER_SQRT_PI", "[lambda out, x: _TWO_OVER_SQRT_PI"),
    Fault("entr: no −1", "engine/table.py", "-log(p) - 1.0", "-log(p)"),
    Fault("xlogy: operands swapped", "engine/table.py", "lambda out, x, y: x / y", "lambda out, x, y: y / x"),
    Fault("abs: 1 at its kink", "engine/table.py", "[lambda out, x: sign(x)]", "[lambda out, x: where(x < 0, -1.0, 1.0)]"),
    Fault("maximum: a tie to the first", "engine/table.py",
          "a + b,\n    [lambda out, a, b: if_above(a, b, 1.0, if_above(b, a, 0.0, 0.5)),\n     lambda out, a, b: if_above(b, a, 1.0, if_above(a, b, 0.0, 0.5))]",
          "a + b,\n    [lambda out, a, b: where(a >= b, 1.0, 0.0), lambda out, a, b: where(b > a, 1.0, 0.0)]"),
    Fault("max: ties not shared", "engine/reductions.py", "return [hit / ties for hit in hits]", "return hits"),
    Fault("clip: 0 at its bounds", "engine/table.py", "if_above(low, x, 0.0, if_above(x, high, 0.0, 1.0))",
          "if_above(x, low, if_above(high, x, 1.0, 0.0), 0.0)"),
    Fault("dot: weights for inputs", "engine/reductions.py",
          "[*wxb[len(wxb) // 2 : -1], *wxb[: len(wxb) // 2], 1.0]", "[*wxb[:-1], 1.0]"),
    Fault("sum: rounds at every step", "sums.py", "return math.fsum(xs)\n", "return functools.reduce(operator.add, xs)\n"),
    Fault("dot: what products lose is forgotten", "sums.py", "*lost.tolist(), ", ""),
    Fault("dot: products that overflow", "sums.py", "return out if math.isfinite(out) else _exact(weights, inputs, bias)", "return out"),
    Fault("softmax: the others' sign", "engine/reductions.py", "minus = -share", "minus = share"),
    Fault("logsumexp: not shifted", "engine/reductions.py", "if_above(math.inf, abs(top), x - top, limit, True)",
          "if_above(math.inf, abs(top), x, limit, True)"),
    Fault("a share of 0 costs 0·∞", "engine/reductions.py", "if_above(p, 0.0, given.shifted[k], 0.0, True)", "given.shifted[k]"),
    Fault("cross-entropy: target forgotten", "engine/reductions.py", "shares[k] * others - t *", "shares[k] * others + t *"),
    Fault("take: all learn", "engine/reductions.py", "[if_above(0.5, abs(index - float(k)), 1.0, 0.0) for", "[1.0 for"),
    Fault("take: an index is cut to a whole number", "engine/reductions.py", "if index not in range(len(xs)):", "if not 0 <= index < len(xs):"),
    Fault("take: an index has its neighbour", "engine/reductions.py", "[(abs(index - float(k)) <= 0.0, x) for", "[(abs(index - float(k)) < 1.0, x) for"),
]  # fmt: skip

ELSEWHERE = [
    Fault("mse: the error's sign is kept", "losses/regression.py", "    return x * x\n", "    return x * abs(x)\n"),
    Fault("huber: no curvature at 0", "losses/regression.py",
          "inner = clip(error, -delta, delta)", "inner = clip(table.abs(error), 0.0, delta)"),
    Fault("an incomplete softmax is taken for one", "losses/probabilities.py",
          "complete = sorted(choices) == list(range(len(logits)))", "complete = True"),
    Fault("the order of a softmax is forgotten", "losses/probabilities.py",
          "return [logits[k] for k in choices]", "return list(logits)"),
    Fault("logits that have changed", "losses/probabilities.py",
          "if [repr(number_in(p)) for p in probabilities] != [repr(shares[k]) for k in choices]:", "if False:"),
    Fault("a logit that has changed", "losses/probabilities.py",
          "return logit if same else None", "return logit"),
    Fault("entropy: of its shares", "losses/divergence.py", "if logits := logits_behind(items):", "if logits := None:"),
    Fault("divergence: of its shares", "losses/divergence.py", "wanted, given = logits_behind(ps), logits_behind(qs)",
          "wanted, given = None, None"),
    Fault("mean over one too many", "losses/pairing.py", "total / len(items) if", "total / (len(items) + 1) if"),
    Fault("the last term is dropped", "losses/pairing.py", "functions.sum(items)\n", "functions.sum(items[:-1])\n"),
    Fault("huber: no half", "losses/regression.py", "0.5 * _square(inner)", "_square(inner)"),
    Fault("half squared error: no half", "losses/regression.py", "lambda p, t: 0.5 * _square(p - t)", "lambda p, t: _square(p - t)"),
    Fault("BCE: classes swapped", "losses/classification.py", "[(t, p, log), (1.0 - t, -p, log1p)]", "[(1.0 - t, p, log), (t, -p, log1p)]"),
    Fault("BCE with logits: sign", "losses/classification.py", "[(wanted, -z, softplus), (1.0 - t, z, softplus)]",
          "[(wanted, z, softplus), (1.0 - t, -z, softplus)]"),
    Fault("a target Value of 0 is dropped", "losses/classification.py", "            terms.append(weight * function(x))\n        elif", "            terms += [weight * function(x)] if weight.data else []\n        elif"),
    Fault("hinge: no margin", "losses/classification.py", "relu(1.0 - y * s)", "relu(-(y * s))"),
    Fault("perceptron: 0 counts as right", "losses/classification.py", "clip(-(y * s), 0.0, math.inf)", "relu(-(y * s))"),
    Fault("weights: the plain mean", "losses/weights.py", "    return found / total\n", "    return found / len(shares)\n"),
    Fault("weights: 0 times infinity", "losses/weights.py", "    if is_zero(weight) or is_zero(x):", "    if is_zero(x):"),
    Fault("weights: nothing is left, and nothing said", "losses/weights.py",
          "if known is not None and not 0.0 < known < math.inf:", "if False:"),
    Fault("weights: a negative one", "losses/weights.py", "not 0.0 <= number < math.inf", "not number < math.inf"),
    Fault("weights: a row for each column", "losses/weights.py", "_depth(weight) < _depth(prediction)", "False"),
    Fault("smoothing: no less of the class", "losses/weights.py", "y * (1.0 - self.smoothing) + even", "y + even"),
    Fault("smoothing: all for each other class", "losses/weights.py", "even = self.smoothing / len(wanted)", "even = self.smoothing"),
    Fault("smoothing: of what is ignored", "losses/weights.py", "found + product(counts, loss(even))", "found + loss(even)"),
    Fault("ignored: a Value counts", "losses/weights.py", "share = product(counts, functions", "share = product(1.0, functions"),
    Fault("ignored: a class that does not exist", "losses/weights.py", "functions.take(weights, target)", "1.0"),
    Fault("ignored: without its own place", "losses/weights.py", "place = target + len(weights) * (1.0 - counts)", "place = target"),
    Fault("ignored: among probabilities", "losses/weights.py", "        if is_list(target):\n            raise", "        if False:\n            raise"),
    Fault("class weights: not in the mean", "losses/pairing.py", "1.0 if is_list(target) else weights[", "1.0 if True else weights["),
    Fault("sample weights: not in the mean", "losses/pairing.py", "product(sample_weight, found), product(sample_weight, share)", "product(sample_weight, found), share"),
    Fault("sample weights: a left out sample raises", "losses/pairing.py", "0.0 if is_zero(factor) else product(factor", "product(factor"),
    Fault("weight of elements: in the mean, too", "losses/pairing.py",
          "    factors = map(product, shares, of", "    factors = shares = map(product, shares, of"),
    Fault("pos_weight: for both classes", "losses/classification.py", "(wanted, -z, softplus), (1.0 - t, z", "(wanted, -z, softplus), (wanted, z"),
    Fault("class index off by one", "losses/pairing.py", "float(k == index)", "float(k == index + 1)"),
    Fault("a class that is a Value is not looked at", "losses/pairing.py", "if index is not None and index not in", "if type(target) is int and index not in"),
    Fault("a vector is the table's own", "nn/embedding.py", "return vector.copy()", "return vector"),
    Fault("sums of squares for means", "nn/norm.py", " / len(numbers) + eps", " + eps"),
    Fault("a norm forgets eps", "nn/norm.py", " / len(numbers) + eps", " / len(numbers)"),
    Fault("eps outside the root", "nn/norm.py", "1.0 / sqrt(dot(numbers, numbers) / len(numbers) + eps)", "1.0 / (sqrt(dot(numbers, numbers) / len(numbers)) + eps)"),
    Fault("LayerNorm keeps the mean", "nn/norm.py", "number - middle for", "number for"),
    Fault("a norm keeps its bias", "nn/norm.py", "if affine and bias else None", "if affine else None"),
    Fault("RMSNorm has LayerNorm's eps", "nn/norm.py", "EPSILON if eps is None else", "1e-5 if eps is None else"),
    Fault("a class is a layer", "nn/sequential.py", "if not callable(layer) or isinstance(layer, type):", "if not callable(layer):"),
    Fault("a sequence forgets what it has besides", "nn/sequential.py", "[*enumerate(self.layers), *besides]", "[*enumerate(self.layers)]"),
    Fault("a name is looked for in the module alone", "missing.py", "for place in (asked, *public):", "for place in (asked,):"),
    Fault("other ways of writing are not known", "missing.py", 'return name.replace("_", "").lower()', "return name"),
    Fault("Python's own questions are searched for", "missing.py", 'name.isidentifier() and not name.startswith("_")', "name.isidentifier()"),
    Fault("a module that is not loaded is searched for", "missing.py", 'if is_word and not find_spec(f"{module}.{name}"):', "if is_word:"),
    Fault("a layer does not say that an error is its own", "nn/sequential.py", "from layers[{place}] of", "from layers[{place - 1}] of"),
    Fault("softmax is like any wrong name", "nn/activations.py", 'if activation.lower() == "softmax":', "if False:"),
    Fault("capitals hide what was meant", "nn/activations.py", 'get_close_matches(activation.lower().replace', 'get_close_matches(activation.replace'),
    Fault("a table of the wrong kind is a column", "data/tables.py", "if table.ndim == 1 else", "if table.ndim != 1 else"),
    Fault("the history takes any figure", "training/history.py", "as_number(x, name) for name, x", "x for name, x"),
    Fault("a shared weight counts twice", "nn/outline.py", " - counted", ""),
    Fault("a module counts twice", "nn/search.py", "        if id(owner) in entered:\n            continue\n", ""),
    Fault("layers inside come from the last", "nn/search.py", "waiting += reversed(inside)", "waiting += inside"),
    Fault("an inherited __call__ hides forward", "nn/module.py", 'if "__call__" not in written:', "if False:"),
    Fault("forward is the one of the first class", "nn/module.py", 'next(x for x in map(vars, cls.__mro__) if "forward" in x or "__call__" in x)', "vars(cls)"),
    Fault("what does not fit is loaded in part", "nn/module.py", "if strict and (missing or unexpected):", "if False:"),
    Fault("left over is what was missing", "nn/module.py", "IncompatibleKeys(missing, unexpected)", "IncompatibleKeys(unexpected, missing)"),
    Fault("nats for bits", "losses/divergence.py", "return nats / math.log(number)", "return nats"),
    Fault("descent uphill", "optim/stepping.py", "return theta - lr *", "return theta + lr *"),
    Fault("momentum forgets", "optim/rules.py", "self.momentum * self.velocity + gradient",
          "self.momentum * gradient + gradient"),
    Fault("weight decay twice", "optim/stepping.py", "self.direction(gradient + self.weight_decay",
          "self.direction(gradient + 2 * self.weight_decay"),
    Fault("Adam: steps from 0 in the correction", "optim/rules.py", "(1 - second ** (self.steps + 1))",
          "(1 - second ** (self.steps + 2))"),
    Fault("Adam: mean and square mixed", "optim/rules.py", "+ (1 - decay) * gradient * gradient", "+ (1 - decay) * gradient"),
    Fault("Adam: eps under the root", "optim/rules.py", "root = sqrt(square)", "root = sqrt(square + self.eps)"),
    Fault("Adam: squares overflow", "optim/rules.py", "and sum_of_squares(gradient) < 1e180\n", "\n"),
    Fault("Adam: squares underflow", "optim/rules.py", "(_least(self.eps) > 1e-140 or abs(gradient).min() > 1e-80)", "True"),
    Fault("Adam: old squares in a new unit", "optim/rules.py", "return square * ratio * ratio", "return square * ratio"),
    Fault("a clipped gradient underflows", "optim/stepping.py", "gradient * ratio if ratio > 1e-290 else gradient / norm * limit", "gradient * ratio"),
    Fault("lr is set unchecked", "optim/stepping.py", "[as_rate(lr)] * len(self.sizes)",
          "[lr if callable(lr) else lambda step: lr] * len(self.sizes)"),
    Fault("a result may be optimized", "nn/leaves.py", "if not is_parameter(item):", "if False:"),
    Fault("a result is a parameter", "nn/parts.py", "not x.operands and x.op is None and", ""),
    Fault("what no_grad computed is a parameter", "nn/parts.py", " and x.operands is not UNRECORDED", ""),
    Fault("dicts are not searched", "nn/parts.py", "return [*thing.items(), *", "return [*"),
    Fault("keys are not looked at", "nn/parts.py", 'return [*thing.items(), *(("", key) for key in keys)]', "return thing.items()"),
    Fault("deques are not searched", "nn/parts.py", "(list, tuple, deque)", "(list, tuple)"),
    Fault("slots are not searched", "nn/parts.py", "return [*set_slots, *", "return [*"),
    Fault("arrays are not searched", "nn/parts.py", "and thing.dtype.hasobject", "and False"),
    Fault("classes are not looked at", "nn/parts.py", "*_of_classes(thing), ", ""),
    Fault("what is hidden is lost", "nn/search.py", "or _hold_others(others, found)):", "):"),
    Fault("iterators are lost", "nn/search.py", "any(map(_is_iterator, others)) or ", ""),
    Fault("objects are not looked into", "nn/search.py", "inside += gc.get_referents(thing)", "pass"),
    Fault("a name is taken twice", "nn/search.py", "if named.setdefault(name, item) is not item:", "if named.setdefault(name, item) is None:"),
    Fault("a key without a name", "nn/search.py", "    if not all(isinstance(part, (str, Number", "    if not any(isinstance(part, (object, str, Number"),
    Fault("a circle has no end", "nn/search.py", "                raise _InItselfError", "                continue"),
    Fault("uneven lists are an array", "nn/search.py", "shape_of(x, depth + 1) == first for", "shape_of(x, depth + 1) is not None for"),
    Fault("two numbers for one weight", "nn/module.py", "if before != number:", "if False:"),
    Fault("a layer forgets what it has besides", "nn/layers.py", "*([(\"bias\", bias)] if bias else []), *besides]", "*([(\"bias\", bias)] if bias else [])]"),
    Fault("a seed is forgotten", "nn/init.py", "return random.Random(rng)", "return shared"),
    Fault("no seed is seed 0", "nn/init.py", "        return shared\n", "        return random.Random(0)\n"),
    Fault("a layer keeps the generator", "nn/layers.py", "Neuron(nin, phi, bias, for_layer, generator)", "Neuron(nin, phi, bias, for_layer, rng)"),
    Fault("a model keeps the generator", "nn/layers.py", "phi, bias, init, generator)", "phi, bias, init, rng)"),
    Fault("a layer forgets nonlin", "nn/layers.py", "phi = chosen_activation(activation, nonlin)", "phi = chosen_activation(activation, True)"),
    Fault("nonlin silences an activation", "nn/activations.py", 'if asked is not RELU and asked != "linear":', "if False:"),
    Fault("the word relu is the default", "nn/activations.py", "if asked is not RELU and asked", 'if asked != "relu" and asked'),
    Fault("nonlin is always set", "nn/layers.py", "if checked_nonlin(nonlin) != self.nonlin:", "if True:"),
    Fault("a neuron's own course is passed by", "nn/layers.py", "neuron.respond(inputs, numbers) if type(neuron) is Neuron else neuron(inputs)", "neuron.respond(inputs, numbers)"),
    Fault("a layer saves some biases only", "nn/layers.py", " or len(bias) not in (0, len(weight))", ""),
    Fault("the loss may be cut off", "training/vain.py", "if reached.isdisjoint(held):", "if False:"),
    Fault("a result may be trained", "training/vain.py", "            if value in reached:", "            if False:"),
    Fault("an old optimizer trains half", "training/vain.py", "if lost and not own <= {*held}:", "if False:"),
    Fault("another model's optimizer", "training/vain.py", "if set(optimizer.parameters).isdisjoint(parameters):", "if False:"),
    Fault("callbacks replace parameters", "training/vain.py", "if set(parameters) != set(model.parameters()):", "if False:"),
    Fault("fit records nothing in no_grad", "training/loop.py", "Changed(records=True),", "Changed(),"),
    Fault("a column for a list of targets", "training/targets.py", "targets.shape[1:] not in fits:", "False:"),
    Fault("errors speak of target", "training/targets.py", 're.sub(r"\\btarget\\b", names[1], str(error))', "str(error)"),
    Fault("a quotient by -0.0 has the wrong sign", "floats.py", "a * math.copysign(math.inf, b)", "a * math.inf"),
    Fault("a root of a negative power", "floats.py", "if a < 0 and b % 1:", "if False:"),
    Fault("an odd power of -0.0", "floats.py", "math.copysign(1.0, a) < 0 and b % 2 == 1", "a < 0 and b % 2 == 1"),
    Fault("log1p has no pole", "floats.py", '("log1p", -1.0): -math.inf', '("log1p", 0.0): -math.inf'),
    Fault("sinh overflows upwards only", "floats.py", 'if row.name == "sinh" else math.inf', "if False else math.inf"),
    Fault("pairs are not turned", "floats.py", "return self if len(self.shape) == 1 else", "return self if self.shape else"),
    Fault("NaN is stepped along", "optim/stepping.py", "if not math.isfinite(x):", "if math.isinf(x):"),
    Fault("the first step is not counted", "optim/stepping.py", "self.steps += 1", "self.steps += self.steps > 0"),
    Fault("step decay off by one", "optim/schedules.py", "floor(step / self.every)", "floor((step + 1) / self.every)"),
    Fault("cosine over half its length", "optim/schedules.py", "minimum(step / self.steps, 1.0)", "minimum(2 * step / self.steps, 1.0)"),
    Fault("warmup starts at 0", "optim/schedules.py", "minimum((step + 1) / self.steps, 1.0)", "minimum(step * 1 / self.steps, 1.0)"),
    Fault("nesterov does not look ahead", "optim/rules.py", "ahead: Array = gradient + self.momentum * self.velocity", "ahead: Array = self.velocity"),
    Fault("decay goes into the means", "optim/rules.py", "self.direction(gradient) + self.weight_decay * theta", "self.direction(gradient + self.weight_decay * theta)"),
    Fault("a variance without its centre", "optim/rules.py", "square - where(self.centered, mean * mean, 0.0)", "square"),
    Fault("a variance below 0", "optim/rules.py", "maximum(square - where(self.centered, mean * mean, 0.0), 0.0)", "square - where(self.centered, mean * mean, 0.0)"),
    Fault("the first eps is the least", "optim/rules.py", "float(setting.min())", "float(setting[0])"),
    Fault("a group's own setting is lost", "optim/groups.py", "check(own.pop(name, common), shown)", "check((own.pop(name, common), common)[1], shown)"),
    Fault("what no rule knows is set", "optim/groups.py", "        for place, own in enumerate(self.own):\n            for name in own:", "        for place, own in enumerate(self.own):\n            for name in ():"),
    Fault("the first lr is that of all", "optim/stepping.py", "if rates.count(rates[0]) < len(rates):", "if False:"),
    Fault("a schedule is told twice", "optim/stepping.py", "in {id(rate): rate for rate in self.learning_rates}.values():", "in self.learning_rates:"),
    Fault("a state shares its schedule", "optim/stepping.py", "vars(self).update(deepcopy(taken))", "vars(self).update(taken)"),
    Fault("a state of other groups", "optim/stepping.py", '"state[\'sizes\']")) != self.sizes:', '"state[\'sizes\']")) and False:'),
    Fault("a state is not checked", "optim/stepping.py", "self._taken(name, x) for", "x for"),
    Fault("less patience than was asked for", "optim/schedules.py", "waited > self.patience", "waited >= self.patience"),
    Fault("a plateau below its least rate", "optim/schedules.py", "maximum(self._rate * self.factor, self.min_lr)", "self._rate * self.factor"),
    Fault("one cycle is a step late", "optim/schedules.py", "self.pct_start * self.total_steps - 1", "self.pct_start * self.total_steps"),
    Fault("what is best is kept, however bad", "optim/schedules.py", "where(is_better, loss, self._best)", "self._best"),
    Fault("a cycle of one step stays below", "optim/schedules.py", "where(part > 0, 1.0, 0.0)", "where(part > 0, 0.0, 0.0)"),
    Fault("squares of tiny gradients are not scaled", "optim/rules.py", "(size < 2.0**-300)", "(size < 0.0)"),
    Fault("an infinite ratio of scales", "optim/rules.py", "minimum(self.scale / scale, 2.0**600)", "self.scale / scale"),
    Fault("an array is called on as numbers", "engine/row.py", "are_numbers = are_numbers and kind != \"O\"", "are_numbers = kind != \"O\""),
    Fault("what is kept stays at first", "explorer/rule_formulas.py", "if name not in kept and now[name] is not state[name]", "if False"),
    Fault("a rule of one's own is believed", "explorer/rule_formulas.py", "if not _agrees(optimizer, formulas):", "if False:"),
    Fault("an inner rate is not looked at", "explorer/rule_formulas.py", "if isinstance(rate, optim.warmup) else \"\"", "if False else \"\""),
    Fault("a step of one's own is left out", "explorer/rule_formulas.py", '_FIXED = ("step", ', "_FIXED = ("),
    Fault("what varies is taken out", "explorer/updates.py", "x.text in self.varying or any(", "x.text in self.varying and any("),
    Fault("the warmup's rate sees nothing", "explorer/updates.py", 'self.calls.append(f"{self.place}.see(loss);")', "pass"),
    Fault("a group begins at the first parameter", "explorer/script/optimizing.js", "const start = end;", "const start = 0;"),
    Fault("a refused step is kept", "explorer/script/optimizing.js", "const after = keptArrays(names, (name) => kept[name], size);", "const after = kept;"),
    Fault("an infinite gradient is stepped along", "explorer/script/optimizing.js", '      refuse(gradient, "gradient");\n', ""),
    Fault("a step is not counted", "explorer/script/optimizing.js", "      steps += 1;\n", ""),
    Fault("a power is rounded at each product", "explorer/script/precise.js", "result * base >> 256n", "result * base >> 456n << 200n"),
    Fault("a cosine of few terms", "explorer/script/precise.js", "term !== 0n", "n < 21n"),
    Fault("a logarithm of few terms", "explorer/script/precise.js", "power / n !== 0n", "n < 9n"),
    Fault("weights of Math's functions", "explorer/script/random.js", "pythonRandom(seed, exact)", "pythonRandom(seed)"),
    Fault("a seed of one word", "explorer/script/random.js", "left >>= 32n", "left = 0n"),
    Fault("a normal number is drawn twice", "explorer/script/random.js", "      kept = sin(angle) * radius;\n", ""),
    Fault("the fan-out of a neuron alone", "explorer/script/random.js", "initializers[init](nin, nout, rng)", "initializers[init](nin, 1, rng)"),
    Fault("the upper half comes first", "explorer/script/random.js", "kept = Number((drawn >> 32n) & 0xffffffffn);\n    return Number(drawn & 0xffffffffn);", "kept = Number(drawn & 0xffffffffn);\n    return Number((drawn >> 32n) & 0xffffffffn);"),
    Fault("a shuffle leaves the first two", "explorer/script/random.js", "i > 0; i--", "i > 1; i--"),
    Fault("neurons keep the outputs of the page", "explorer/living.py", "            neuron.output = output\n", "            pass\n"),
    Fault("a hidden eager training", "explorer/trainable.py", "if not trial.compiled:", "if False:"),
    Fault("a history of another model", "explorer/trainable.py", "if sizes != {count}:", "if False:"),
    Fault("a selection has one graph", "explorer/one_sample.py", "if not SELECTIONS.keys().isdisjoint(trained.batch_loss.program._tape.ops):", "if False:"),
    Fault("a subclass is taken for its base", "explorer/circles.py", "return isinstance(thing, kind) and all(", "return isinstance(thing, kind) or all("),
    Fault("a shared weight is overlooked", "explorer/circles.py", "if [place[x] for x in own] != wanted:", "if False:"),
    Fault("settings of the first group for all", "explorer/lesson.py", "setting[..., start].tolist()", "setting[..., 0].tolist()"),
    Fault("minus 0 is packed as 0", "explorer/packing.py", " and np.array_equal(np.signbit(same), np.signbit(array))", ""),
    Fault("every epoch has one shuffle", "explorer/script/training.js", "seed * 1_000_003 + losses.length", "seed * 1_000_003"),
    Fault("a part of a batch counts as all", "explorer/script/training.js", "const share = (to - from) / count;", "const share = 1;"),
    Fault("batches count alike", "explorer/script/training.js", "round.loss += loss * count;", "round.loss += loss * training.data.size / 2;"),
    Fault("classes weigh alike", "explorer/script/training.js", "return count / total;", "return 1;"),
    Fault("an infinite loss is stepped along", "explorer/script/training.js", "Number.isFinite(loss) ? refusal(gradient) : {}", "refusal(gradient)"),
    Fault("what the optimizer lacks moves", "explorer/script/training.js", "const all = trained ? theta.slice() : after;", "const all = trained ? theta.map((x) => x + 1e-6) : after;"),
    Fault("rates see no loss", "explorer/script/training.js", "rate.see(decisive)", "rate.see(0)"),
    Fault("a new rule goes on from what the other kept", "explorer/script/training.js", "if (!rule) rule =", "if (!rule || \"optimizer\" in changes) rule ="),
    Fault("the last of equal scores", "explorer/script/judging.js", "numbers[k] > numbers[best]", "numbers[k] >= numbers[best]"),
    Fault("the target of another sample", "explorer/script/sample_graph.js", "numbers = lesson.graphs.numbers[lesson.graphs.targets[place]]", "numbers = lesson.graphs.numbers[0]"),
    Fault("minus 0 is written as 0", "explorer/script/weights_text.js", 'Object.is(x, -0) ? "-0.0" : ', ""),
    Fault("noise is the same for each seed", "explorer/script/training_settings.js", 'pythonRandom(byId("noise-seed").valueAsNumber)', "pythonRandom(0)"),
    Fault("fit tells no loss", "training/course.py", "self.eager.optimizer.see(self.history.decisive_loss())", "pass"),
    Fault("what is not resumed is shuffled anew", "training/loop.py", "shuffle = seed * 1_000_003 + epoch", "shuffle = seed * 1_000_003 + epoch - done"),
    Fault("the best weights go on", "training/resuming.py", "        bookmark.restore(self.model, self.optimizer)\n        course", "        course"),
    Fault("generators start again", "training/bookmark.py", "            set_state(generator, state)", "            pass"),
    Fault("the best epoch is forgotten", "training/best.py", "self.loss = bookmark.best_loss", "pass"),
    Fault("patience starts again", "training/best.py", "self.waited = bookmark.waited", "pass"),
    Fault("the history given is changed", "training/resuming.py", "history = deepcopy(resume)", "history = resume"),
    Fault("resumed with other data", "training/resuming.py", "digest_of(data.X, data.y)", "repr(data.X.shape)"),
    Fault("a program is made though steps were eager", "training/course.py", "elif history.compiled:", "else:"),
    Fault("another network of the same weights", "training/bookmark.py", "if not np.isclose(now, before, rtol=1e-6, equal_nan=True):", "if False:"),
    Fault("a fresh optimizer goes on", "training/bookmark.py", "if len(same) < max(len(kept), len(self.kept)):", "if False:"),
    Fault("half a checkpoint is loaded", "training/checkpoint.py", "        assign(parameters, numbers)\n", ""),
    Fault("generators move though a file is refused", "training/checkpoint.py", "            set_state(generator, before)\n", "            pass\n"),
    Fault("learning rates are not loaded", "training/checkpoint.py", "[rate_of(x, f\"learning_rates[{k}]\") for k, x in rates]", "optimizer.learning_rates"),
    Fault("what a rate has seen is lost", "optim/records.py", "for place in numbers.keys() - settings.keys():", "for place in ():"),
    Fault("a generator of the whole program", "nn/generators.py", "return thing is not random._inst and not", "return not"),
    Fault("a generator twice", "nn/generators.py", "if id(thing) in entered or ", "if "),
    Fault("a metric of the last batch", "training/metrics.py", "np.concatenate(self.predictions)", "np.concatenate(self.predictions[-1:])"),
    Fault("a metric sees the check of targets", "training/course.py", "            self.metrics.forget()\n", ""),
    Fault("a metric changes what others see", "training/metrics.py", "function(predictions.copy(), targets.copy())", "function(predictions, targets)"),
    Fault("the last share is held out", "training/validation.py", "np.arange(size), np.arange(size), share, seed", "np.arange(size), np.arange(size), share, 0"),
    Fault("a share is not looked at as a whole", "training/validation.py", "    check_targets(loss, prediction, given)\n", ""),
    Fault("all answers end a training", "training/endings.py", "isinstance(answer, (bool, np.bool_)) and answer", "answer"),
    Fault("programs do not clip", "training/steppers.py", "self.gradient[self.optimized] = clipped(part, self.clip_grad_norm)", "pass"),
    Fault("graphs do not clip", "training/steppers.py", "            self._clip()\n", ""),
    Fault("clipped to a sum", "optim/stepping.py", "math.sqrt(square) if 1e-200", "square if 1e-200"),
    Fault("squares that overflow are clipped by", "optim/stepping.py", "if 1e-200 < square < 1e200 else", "if True else"),
    Fault("names of classes are text", "training/samples.py", "        _refuse_names_of_classes(y, names[1])\n", ""),
    Fault("time is left when all is done", "training/terminal.py", " and not task.fields[\"has_ended\"]", ""),
    Fault("a program is trusted to the end", "training/course.py", "if not self.stepper.agrees(self._places(count)):", "if False:"),
    Fault("an error is no look", "training/course.py", "if error is None or isinstance(error, Exception):", "if error is None:"),
    Fault("what a callback sets is lost", "training/course.py", "self.stepper.read()", "pass"),
    Fault("callbacks see old weights", "training/steppers.py", "        self.is_ahead = True\n        self.kept_now", "        self.kept_now"),
    Fault("the optimizer does not go back", "training/steppers.py", "vars(thing).update(state)", "pass"),
    Fault("schedules do not go back", "training/steppers.py", "[self.optimizer, *_schedules(self.optimizer)]", "[self.optimizer]"),
    Fault("looks do not record", "training/steppers.py", "            error = weighted(self.loss, predict(self.model, samples.X), samples)\n            ours", "            with no_grad():\n                error = weighted(self.loss, predict(self.model, samples.X), samples)\n            ours"),
    Fault("kept weights are trained on", "training/steppers.py", "self.theta.copy(), self.gradient,", "self.theta, self.gradient,"),
    Fault("a weight of 0 counts", "training/shares.py", "samples.weights > 0.0", "samples.weights >= 0.0"),
    Fault("what is ignored counts", "training/shares.py", "counts & (samples.y != ignored)", "counts"),
    Fault("a class weighs for its samples", "training/shares.py", "else samples.weights * of_classes", "else samples.weights"),
    Fault("a mean over the number of samples", "training/batch_loss.py", "size / float(rows.shares.sum())", "1.0"),
    Fault("weights leave the loss alone", "training/batch_loss.py", "row[end] * loss(", "1.0 * loss("),
    Fault("grads are not put back", "training/batch_loss.py", "            x._grad = grad", "            pass"),
    Fault("an epoch counts samples", "training/samples.py", "float(self.weights[chosen].sum())", "float(len(chosen))"),
    Fault("weights add up to anything", "training/samples.py", "if not 0.0 < total < math.inf:", "if False:"),
    Fault("the accuracy has no weights", "training/accuracy.py", ".mean(axis=1), weights=weights)", ".mean(axis=1))"),
    Fault("a partial has no accuracy", "training/accuracy.py", "return function_of(loss) in _RIGHT", "return loss in _RIGHT"),
    Fault("one's own loss gets numbers", "training/accuracy.py", "if function_of(loss) is None:", "if False:"),
    Fault("clipped by the square", "optim/stepping.py", "ratio = limit / norm", "ratio = (limit / norm) ** 2"),
    Fault("constants for recorded partials", "engine/derivatives.py", "{x: _recorded_edges(x, depends) for x in down}", "{x: x._edges() for x in down}"),
    Fault("forward in reverse order", "engine/derivatives.py", "in reversed(self._edges.items()):", "in self._edges.items():"),
    Fault("forward keeps the last part", "engine/derivatives.py", "moved[node] + part if node in moved else part", "part"),
    Fault("forward forgets the tangent", "engine/derivatives.py", "local * tangent", "local"),
    Fault("what f closes over is no variable", "transforms/calls.py", "bool(_free(self._order)) or", "bool(_free(self._order)) and"),
    Fault("arguments that are Values are no variables", "transforms/calls.py",
          "bool(_free(self._order)) or _has_values((*args, *numbers, *others))", "bool(_free(self._order))"),
    Fault("Values inside arguments are no variables", "transforms/calls.py", "(*args, *numbers, *others)", "(*args, *others)"),
    Fault("tangents that are Values are no variables", "transforms/calls.py", "(*args, *numbers, *others)", "(*args, *numbers)"),
    Fault("a derivative inside is not recorded", "transforms/calls.py", "self.inputs, self.variable and self.records)", "self.inputs, False)"),
    Fault("the value inside is not recorded", "transforms/calls.py", "        if not records:\n            numbers", "        if True:\n            numbers"),
    Fault("the inner variable is the outer one", "transforms/calls.py", "else x * 1.0 for x in numbers]", "else x for x in numbers]"),
    Fault("an inner variable stays one", "transforms/calls.py", "own._x = CONSTANT", "pass"),
    Fault("a constant derivative is a variable", "engine/derivatives.py", "as_values(found, CONSTANT)", "as_values(found, ())"),
    Fault("a derivative is recorded inside no_grad", "transforms/calls.py", "CONSTANT if records else UNRECORDED", "CONSTANT"),
    Fault("a way back is recorded inside no_grad", "transforms/calls.py", "self.records and mode.get().records", "self.records"),
    Fault("a way back of no_grad is a constant", "transforms/calls.py", "self.records and mode.get().records", "mode.get().records"),
    Fault("aux is a Value", "transforms/calls.py", "            return x.data\n        return x if records", "            return x\n        return x if records"),
    Fault("aux loses what it depends on", "transforms/calls.py", "if x not in variable:", "if True:"),
    Fault("aux inside no_grad is recorded", "transforms/calls.py", "return x if records else as_values([x.data], UNRECORDED)[0]", "return x"),
    Fault("a pass for each of many outputs", "engine/derivatives.py", "if len(self._inputs) < len(outputs):", "if False:"),
    Fault("the first argument twice", "transforms/gradient.py", "found[0] if single else tuple(found)", "found[0]"),
    Fault("a cotangent for the last of equal outputs", "transforms/directions.py", "received[x] + seed if x in received else seed", "seed"),
    Fault("tangents of any form", "transforms/directions.py", 'must_match(flatten(given, "tangents", along), form, "tangents", "primals")', 'flatten(given, "tangents", along)'),
    Fault("cotangents of any form", "transforms/directions.py", 'must_match(form, call.form, "cotangent", "the result of f")', "pass"),
    Fault("hvp by the first argument", "transforms/directions.py", "0 if count == 1 else range(count)", "0"),
    Fault("derivatives by the inputs alone", "compiler/jacobians.py", 'range(split) if wrt == "inputs" else range(split, split + tape.params)', "range(split)"),
    Fault("a partial raises", "compiler/jacobians.py", "tracing(params) as trace, Changed(lenient=True)", "tracing(params) as trace"),
    Fault("a Jacobian of no value", "compiler/jacobians.py", "        program._outputs(X, theta, gradient=False)\n", ""),
    Fault("a Jacobian is not compared", "compiler/jacobians.py", "        must_agree(found.ravel().tolist(), recorded.ravel().tolist())\n", ""),
    Fault("either of two conditions", "compiler/hidden.py", "where(one, where(other, a, b), b)", "where(one, a, where(other, a, b))"),
    Fault("None for the inputs", "compiler/program.py", "if given is None and not self._tape.inputs:", "if given is None:"),
    Fault("outputs are inside", "transforms/matrices.py", "y.shape + shape", "shape + y.shape"),
    Fault("a Jacobian by all arguments", "transforms/matrices.py", "alone = chosen is None and not _are_numbers(args)", "alone = False"),
    Fault("dicts in the order they were made in", "transforms/trees.py", "in sorted(tree, key=repr)", "in tree"),
    Fault("a named tuple is a tuple", "transforms/trees.py", 'if hasattr(tree, "_fields") else', "if False else"),
    Fault("a dict comes back sorted", "transforms/trees.py", "return {key: parts[key] for key in tree}", "return parts"),
    Fault("infinite nodes have changed", "engine/derivatives.py", "value = ieee(node.op, numbers)[0]", "return True"),
    Fault("the mode is the program's", "engine/recording.py", 'mode: ContextVar[Mode] = ContextVar("mode", default=Mode())',
          "class _Everybody:\n    now = Mode()\n\n    def get(self):\n        return self.now\n\n    def set(self, now):\n        self.now = now\n\n\nmode = _Everybody()"),
    Fault("the mode is the thread's", "engine/recording.py", 'mode: ContextVar[Mode] = ContextVar("mode", default=Mode())',
          "import threading\n\nclass _Thread(threading.local):\n    now = Mode()\n\n    def get(self):\n        return self.now\n\n    def set(self, now):\n        self.now = now\n\n\nmode = _Thread()"),
    Fault("a copy without gradients", "engine/copying.py", "None, operands, (), grad, label)", "None, operands, (), 0.0, label)"),
    Fault("a copy is a leaf that was computed", "engine/copying.py", "UNRECORDED if unrecorded else ()",
          "()"),
    Fault("a number that stands last is forgotten", "engine/edges.py", "return (*y, x)", "return y"),
    Fault("a number last has a derivative", "engine/edges.py", "return (*dy, None)", "return (*dy, 0.0)"),
    Fault("softmax: the share of another", "engine/lists.py", "(float(k), *logits)", "(0.0, *logits)"),
    Fault("dot: inputs for weights", "engine/lists.py", "(*x, *w)\n", "(*w, *x)\n"),
    Fault("a bias is forgotten", "engine/lists.py", "local_grads = (*x, *w, 1.0)", "local_grads = (*x, *w, 0.0)"),
    Fault("what was not recorded has gradient 0", "engine/recording.py", "if node._x is UNRECORDED:", "if False:"),
    Fault("a kernel does not look at the mode", "engine/kernels.py", "        return settled(node) if changed_somewhere else node\n\"\"\"",
          "        return node\n\"\"\""),
    Fault("a shallow copy without gradient", "engine/edges.py", "self._assembled(*parts, self.grad, self._label)",
          "self._assembled(*parts, 0.0, self._label)"),
    Fault("a block that ends, ends all", "engine/modes.py", "[block for block in mode.get().blocks if block is not self]", "[]"),
    Fault("a block never ends", "engine/modes.py", "if block is not self]", "]"),
    Fault("the outer block holds", "engine/modes.py", "for block in blocks for name", "for block in reversed(blocks) for name"),
    Fault("no_grad holds inside grad", "transforms/calls.py", "nullcontext() if self.records else Changed(records=True)",
          "nullcontext()"),
    Fault("recorded partials raise", "engine/derivatives.py", "Changed(lenient=True)", "Changed(records=True)"),
    Fault("equality of a Value compares numbers", "foreign.py", '"equal": operator.is_', '"equal": lambda a, b: getattr(a, "data", a) == getattr(b, "data", b)'),
    Fault("comparisons give objects", "foreign.py", "_truths(elementwise(_OPERATORS[name], inputs))", "elementwise(_OPERATORS[name], inputs)"),
    Fault("an array is not changed in place", "foreign.py", "array[...] = result", "pass"),
    Fault("options of NumPy's functions are dropped", "foreign.py", 'if method != "__call__" or options:', "if False:"),
    Fault("advice for another remainder", "foreign.py", "write mg.sign(x) * (mg.abs(x) % mg.abs(y))", "write mg.sign(x) * (mg.abs(y) % mg.abs(x))"),
    Fault("an element of an array has no sine", "engine/interop.py", '_NUMPY = "sin cos', '_NUMPY = "cos'),
    Fault("% with its operands exchanged", "foreign.py", "*reversed(operands)", "*operands"),
    Fault("a Value beside floats is one number", "engine/row.py", "\"O\" if hasattr(type(x), \"_apply\") else", "\"O\" if False else"),
    Fault("plus makes another Value", "engine/interop.py", "def __pos__(self) -> Self:\n        return self", "def __pos__(self) -> Self:\n        return self.detach()"),
    Fault("a gradient of any kind", "engine/interop.py", 'self._grad = number if type(number) is float else as_number(number, "grad")', "self._grad = number"),
    Fault("an excluded end is inside", "domains.py", " and number not in self.excluded", ""),
    Fault("a domain as a program prints it", "domains.py", '.replace("inf", "∞")', ""),
    Fault("a mask is lost", "arguments.py", '_MORE = {"filled": "a mask", ', "_MORE = {"),
    Fault("a unit is lost", "arguments.py", '"unit": "a unit", ', ""),
    Fault("the unit of one number is lost", "arguments.py", " or attribute in vars(x)", ""),
    Fault("a mask in a list is lost", "data/tables.py", "    _must_be_plain(given, name, 3)\n", "    must_be_plain(given, name)\n"),
    Fault("squares too large or too small", "data/preparation.py", "table, source = np.ldexp(table, -exponents), np.ldexp(source, -exponents)", "pass"),
    Fault("sums too large", "data/preparation.py", "exponents = _exponents(source)  # so that no sum", "exponents = 0 * _exponents(source)  # so that no sum"),
    Fault("what cannot be centred is infinite", "data/preparation.py", "if not np.isfinite(centred).all():", "if False:"),
    Fault("one tolerance for all floats", "losses/probabilities.py", "if list(kept) == numbers:", "if False:"),
    Fault("the tolerance of a smaller float", "losses/probabilities.py", "if list(kept) == numbers:", "if True:"),
    Fault("any condition is true or false", "elements.py", 'if kind not in ("b", "i", "u", "int") and', "if False and"),
    Fault("an element has its row's name", "refusals.py", "return refusal", "return error"),
    Fault("a value and itself by paths", "explaining/paths.py", "        if self.root is self.wrt:\n", "        if False:\n"),
    Fault("the page in UTF-8", "explorer/document.py", 'return written.encode("ascii", "xmlcharrefreplace").decode()', "return written"),
    Fault("a template ends at the one inside", "explorer/squeezing.py", "|{_INNER_TEMPLATE})*", ")*"),
    Fault("a slash is always a division", "explorer/squeezing.py", "|{_TEMPLATE}|{_PATTERN})", "|{_TEMPLATE})"),
    Fault("two minus signs become one operator", "explorer/squeezing.py", r"[-+/%]) (?=[\w(\[])", "[-+/%]) "),
    Fault("a comment is a declaration's end", "explorer/squeezing.py", 'r"const (?:(?!//).)*;"', 'r"const .*;"'),
    Fault("a letter is a name of a part", "explorer/hiding.py", "    if isinstance(hide, str):", "    if False:"),
    Fault("a straight part of a line is left out", "drawing/geometry.py", 'path += f"L{end}"', "pass"),
    Fault("a name declared twice", "explorer/assembly.py", "if declared in owner:", "if False:"),
    Fault("a place of a curve keeps its last number", "explorer/script/series.js", "Math.max(x, high[place] ?? x)", "x"),
    Fault("halved curves lose every second place", "explorer/script/series.js", "which(xs[2 * k], xs[2 * k + 1])", "xs[2 * k]"),
    Fault("a crossing in the middle", "explorer/script/contours.js", "const share = a / (a - b)", "const share = 0.5"),
    Fault("no part rests", "explorer/script/turns.js", "const REST = 4", "const REST = 0"),
    Fault("a frame has no end", "explorer/script/turns.js", "if (ended - start > MOST_DRAWING) break;", ""),
    Fault("a neighbour's heat map", "explorer/script/network.js", "[grid.activations, grid.neurons, indexOf(column - 1, k)]", "[grid.activations, grid.neurons, indexOf(column - 1, 0)]"),
    Fault("the plane upside down", "explorer/script/grid.js", "rows - 1 - row, rows", "row, rows"),
    Fault("all but two inputs are 0", "explorer/script/grid.js", "    X.set(through, at_);\n", ""),
    Fault("negative lines are not dashed", "explorer/script/network.js", "dash: key % 2 ? [5, 3] : []", "dash: []"),
    Fault("biases have no gradient", "explorer/script/flow.js", "    own.push(training.gradient[placeInTheta(layer, k)] ?? 0);\n", ""),
    Fault("predictions in rows", "explorer/script/confusion.js", "counts[targetClass(group, k)][classOf(found, k)]++", "counts[classOf(found, k)][targetClass(group, k)]++"),
    Fault("a score of 0 is of class −1", "explorer/script/reading.js", "&& !x ? classCount", "&& x !== x ? classCount"),
    Fault("a gradient of 0 is none", "explorer/script/flow.js", "!training.isStepped ?", "!logs.length ?"),
    Fault("the border of signs is at a half", "explorer/script/reading.js", 'net.judged === "probability" ? 0.5 : 0', '0.5'),
    Fault("an import of what is not exported", "explorer/assembly.py", "            if missing:", "            if False:"),
    Fault("an exponent of which four digits are shown", "explorer/textbook.py", 'return all(float(f"{x:.4g}") == x for x in numbers)', "return True"),
    Fault("the derivative by a plain number", "explorer/textbook.py", "slope if isinstance(x, Formula) else None", "slope"),
    Fault("every softmax by its own logit", "explorer/textbook.py", "[out * (1 - out), -out * share]", "[out * (1 - out), out * (1 - out)]"),
    Fault("no parentheses around a negative base", "explaining/mathml.py", 'r"{\\1!}"', 'r"{\\1}"'),
    Fault("parentheses around the first number", "explaining/mathml.py", "is_roomy = True", "is_roomy = False"),
    Fault("half a character is lost", "explorer/document.py", 'character.encode("utf-16-be", "surrogatepass").hex()', 'f"{ord(character):04x}"'),
    Fault("a block forgets those around it", "engine/modes.py", 'if "block" in block.fields])', 'if "block" in block.fields][-1:])'),
    Fault("a node forgets its blocks", "engine/recording.py", "if now.told:", "if False:"),
    Fault("a label takes the place of blocks", "told.py", "told._replace(label=label) if type(told) is Told else label", "label"),
    Fault("a copy forgets its blocks", "engine/copying.py", "node.grad, node._label)", "node.grad, node.label)"),
    Fault("targets are one off", "losses/pairing.py", "tuple(map(_as_told, targets))", "tuple(map(_as_told, [*targets[1:], targets[0]]))"),
    Fault("dropped samples are counted", "losses/weights.py", "strict=True) if not is_zero(loss)]\n        tell", "strict=True)]\n        tell"),
    Fault("the first cell is the second", "drawing/repetition.py", "before[k] + (votes[finer[k]] > 0)", "before[k] + 1"),
    Fault("cells are cut at any operation", "drawing/repetition.py", "score = found, size", "score = found, 1"),
    Fault("weights of one cell are those of all", "drawing/repetition.py", "not graph.operands[x] and place != places[x]", "not graph.operands[x]"),
    Fault("additions are cells", "drawing/repetition.py", 'return not names <= {"add", "sum"}', "return True"),
    Fault("layers are cells", "drawing/refining.py", "if not found.shares:", "if False:"),
    Fault("shared values are the first sample's", "explorer/sample.py", "                elif other != k:\n                    owner[x] = SHARED\n", ""),
    Fault("outputs of one sample are samples", "explorer/sample.py", "if any(map(is_parameter, samples[0].members)):", "if False:"),
    Fault("the rest of the sum is left out", "explorer/excerpt.py", "return total.data - sum(x.data for x in terms)", "return total.data"),
    Fault("what comes through shared values is lost", "explorer/contributions.py", "({k: upstream} if row is None else row)", "{k: upstream}"),
    Fault("another sample's numbers", "explorer/picker.py", "numbers = [number_at(sample, place)", "numbers = [number_at(kind.samples[0], place)"),
    Fault("a chain's first addition is no term", "explorer/claims.py", "if lasts and len(others) > 1 and", "if False and"),
    Fault("assign sets what it can", "arguments.py", 'check_lengths(targets, new, "values", "numbers")', "pass"),
    Fault("the class has the help of a row", "signatures.py", "if row is None:\n            return self.of_the_class", "if row is None:\n            return None"),
    Fault("the errors stand behind the example", "signatures.py", 'f"{text}{lines}\\n\\n{margin}{mark}{example}"', 'f"{text}{mark}{example}{sentence}"'),
    Fault("a named tuple has its defaults reversed", "typed.py", "defaults=defaults,", "defaults=defaults[::-1],"),
    Fault("a named tuple has a dict", "typed.py", '{"__slots__": (), **body}', "body"),
    Fault("operands of a row by one name", "explaining/help.py", "for name in operand_names(row)])", "for name in operand_names(row)[:1]])"),
    Fault("overflows are no errors of a row", "explaining/help.py", "except (ValueError, ArithmeticError) as error:", "except ValueError as error:"),
    Fault("the last error of a row is shown", "explaining/help.py", "found.setdefault(type(error).__name__, point)", "found[type(error).__name__] = point"),
]  # fmt: skip

COMPILED = [
    Fault("matrix product: sign", "compiled code", r"\bdot\((\w+), (\w+), (v\w+)\)", r"dot(\1, \2, \3); negative(\3, \3)"),
    Fault("multiply: adds", "compiled code", r"\bmultiply\(", "add("),
    Fault("subtract: swapped", "compiled code", r"\bsubtract\((\w+), (\w+),", r"subtract(\2, \1,"),
    Fault("the batch's last sample is lost", "compiled code", r"(v\w+)\.fill\(share\)", r"\1.fill(share); \1[..., -1:] = 0.0"),
    Fault("mean: share off by one sample", "compiled code", r"fill\(share\)", "fill(1.0 / (1.0 / share + 1.0))"),
    Fault("stale buffer", "compiled code", r"\badd\((v\w+), (v\w+), (v\w+)\)", r"add(\1, \3, \3)"),
    Fault("a contribution is dropped", "compiled code", r"\badd\((v\w+), (v\w+), (v\w+)\)", r"copyto(\3, \1)"),
    Fault("float32 buffers", "compiled code", r"V, U = empty\(\((\d+), B\)\)", r"V, U = empty((\1, B), 'float32')"),
    Fault("the slot of ones is another", "compiled code", r"V\[(\d+)\] = 1\.0", r"V[\1] = 1.5"),
    Fault("less_equal for less in kinks", "compiled code", r"\bless\(", "less_equal("),
    Fault("exp without its sign", "compiled code", r"\bnegative\((\w+), (\w+)\)", r"copyto(\2, \1)"),
    Fault("a product's other factor", "compiled code", r"\bmultiply\((\w+), (\w+), (v\w+)\)", r"copyto(\3, \1)"),
]  # fmt: skip

CHECKS = [
    Fault("a check by the norm alone", "slopes.py", "norm, DIFFERS not in verdicts", "norm, norm < 1e-6"),
    Fault("rounding of the graph is forgotten", "rounding.py", "(2.0**-51 * _size(node) + 5e-324)", "5e-324"),
    Fault("rounding near a minimum is forgotten", "engine/checking.py", "max(0.0, growth - rounding) / _ASIDE", "0.0"),
    Fault("numbers may differ from Values", "engine/checking.py", "> 1e-3 * max(abs(here), abs(there))", "> 1e300"),
    Fault("steps leave the domain", "slopes.py", "except (ValueError, ArithmeticError, RuntimeWarning):", "except RuntimeWarning:"),
    Fault("float32 taken for float64", "slopes.py", "4: 2.0**-23", "4: 2.0**-52"),
    Fault("steps of no size", "slopes.py", "size = (math.frexp(x)[1] - 1) // 2 if x else 0", "size = 0"),
    Fault("three steps are all", "slopes.py", "{*range(size - 26, size), *range(-26, 0)}", "{first - 8, first - 7, first - 6}"),
    Fault("kinks are not seen", "slopes.py", "    elif abs(to_right - to_left) >", "    elif 0 * abs(to_right - to_left) >"),
    Fault("jumps are not seen", "slopes.py", "len(rises) == 5", "len(rises) == 6"),
    Fault("noise is not measured", "slopes.py", "if len(steps) > 3:", "if False:"),
    Fault("what diverges is believed", "slopes.py", "        if ratio >= 1:\n            break\n", "        ratio = min(ratio, 0.5)\n"),
    Fault("what is left of curvature is forgotten", "slopes.py", "noise + last * ratio / (1 - ratio)", "noise"),
    Fault("a change may be small by accident", "slopes.py", "last = max(last, before * smooth / 2)", "pass"),
    Fault("what is unresolved agrees", "slopes.py", "KINK if slope.low < slope.high else AGREES if resolved else UNRESOLVED", "KINK if slope.low < slope.high else AGREES"),
    Fault("a wide tolerance", "slopes.py", "margin = slope.error + tolerance * size", "margin = slope.error + 20 * tolerance * size"),
    Fault("an infinite derivative differs", "slopes.py", "slope.error == math.inf or not (resolved or math.isfinite(a))", "slope.error == math.inf"),
]  # fmt: skip


COMPILER = [
    Fault("a result may be looked at", "compiler/traced.py", "node.__class__ = HiddenValue", "pass"),
    Fault("a parameter may be looked at", "compiler/traced.py", "param.__class__ = trace.kinds[own]", "pass"),
    Fault("the data of a parameter may be read", "compiler/hidden.py", "        self._look()\n        return self._number",
          "        isinstance(self, HiddenValue) and self._look()\n        return self._number"),
    Fault("a condition is true", "compiler/hidden.py", "        __bool__ = __float__ =", "        __bool__ = lambda self: True\n        __float__ ="),
    Fault("a condition is no bool", "compiler/hidden.py", "__index__ = __eq__ = __ne__ = __hash__ =", "__index__ ="),
    Fault("> is >=", "compiler/hidden.py", 'Condition(">", self', 'Condition(">=", self'),
    Fault("the line of the package", "compiler/hidden.py", "if not is_of_package(frame):", "if True:"),
    Fault("a library's line", "compiler/hidden.py", "in own or outside:", "in outside:"),
    Fault("what is caught is forgotten", "compiler/traced.py", "if trace.refusals:", "if False:"),
    Fault("an error of the example is forgotten", "compiler/traced.py", "self.refusals.append(error)", "pass"),
    Fault("no_grad makes constants", "compiler/traced.py", "if not now.records:", "if False:"),
    Fault("parameters stay hidden", "compiler/traced.py", "param.__class__ = own", "pass"),
    Fault("what is remembered stays hidden", "compiler/traced.py", "for x in self.inputs + self.results:", "for x in self.inputs:"),
    Fault("parameters are hidden from all threads", "compiler/traced.py", "return self.thread == threading.get_ident()", "return True"),
    Fault("traces of two threads meet", "compiler/traced.py", "with _one_at_a_time, Changed", "with Changed"),
    Fault("sums are not traced", "engine/lists.py", "if open_traces or len(operands) < 3:", "if len(operands) < 3:"),
    Fault("dots are not traced", "engine/lists.py",
          "if x is None or open_traces or not fits", "if x is None or not fits"),
    Fault("detached is not looked at", "engine/interop.py", "self._assembled(self.data, None, (), (), label", "self._assembled(self._number, None, (), (), label"),
    Fault("both sides learn", "compiler/rows.py", "y, a, b: where(holds(x, y), 0.0, 1.0)", "y, a, b: 1.0"),
    Fault("the other side learns", "compiler/rows.py", "y, a, b: where(holds(x, y), 1.0, 0.0)", "y, a, b: where(holds(x, y), 0.0, 1.0)"),
    Fault("the other side is chosen", "compiler/rows.py", "where(holds(x, y), a, b)", "where(holds(x, y), b, a)"),
    Fault("0 times infinity at a side not chosen", "compiler/running.py", "if self._selects:\n", "if False:\n"),
    Fault("infinite constants are arithmetic", "compiler/running.py", "if self._selects_infinity:", "if False:"),
    Fault("a recorded side is compiled as the other", "compiler/tape.py", "[*operands[:1:-1], *operands[:2]]", "[*operands[2:], *operands[:2]]"),
    Fault("a side that was taken is compiled", "compiler/tape.py", "if varies and op in rows:", "if False:"),
    Fault("a partial of one's own forgets its sides", "sides.py", "if type(operands[0]) is float or not", "if True or not"),
    Fault("the slope of a taken side holds on all", "sides.py", "self(1.0, *operands) if _are_known(operands) else 1.0", "1.0"),
    Fault("computed before, and constant", "compiler/tape.py", "if others and kind is not Value:", "if False:"),
    Fault("not run on ordinary Values", "compiler/tracing.py", "if not same or not np.allclose(", "if False and not np.allclose("),
    Fault("run once", "compiler/tracing.py", "compare(range(1, len(examples)) or [0])", "pass"),
    Fault("run once at a further length", "compiler/tracing.py", "if again and not _is_recorded(first.tape, listed, inputs, params):", "if False:"),
    Fault("a program for all lengths", "compiler/compiling.py", "length = array.shape[1]", "length = 0"),
    Fault("NA is a word among numbers", "sheets.py", "elif numerals and are_numbers and cell in texts:", "elif False:"),
    Fault("a delimiter in quotes parts cells", "sheets.py", '_QUOTED.sub("", text.lstrip().partition("\\n")[0])', 'text.lstrip().partition("\\n")[0]'),
    Fault("a column that is dropped is checked", "sheets.py", "        if name not in drop:\n", "        if True:\n"),
    Fault("the right operand first", "expressions.py", "operands = result, self.value(part.right)", "operands = self.value(part.right), result"),
    Fault("a column for each letter", "expressions.py", 'in "WF" for c in text', 'in "" for c in text'),
    Fault("names as they are typed", "commands.py", 'name = normalize("NFKC", name)', "pass"),
    Fault("a file where a directory is", "commands.py", "    must_be_a_directory(options.out)\n    for path", "    for path"),
    Fault("a table of two kinds", "compiler/schedule.py", "if kind != any(kinds):", "if False:"),
    Fault("an index below 0 counts from the end", "compiler/choices.py", "or into.min() < 0 ", ""),
    Fault("an index is cut to a whole number", "compiler/choices.py", "(into != index).any() or ", ""),
    Fault("each row of a table is the first", "compiler/choices.py", "start = np.arange(rows)[:, None] * n if", "start = np.zeros((rows, 1), int) if"),
    Fault("samples take from one another", "compiler/choices.py", 'f"add({into}, {self._define(', 'f"subtract({into}, {self._define('),
    Fault("what is taken does not learn", "compiler/adjoint.py", "self._remember(step.table, table.index)", "pass"),
    Fault("a share is that of the first", "compiler/expand.py", "start = which * (1 + len(differentiated))", "start = 0"),
    Fault("what is not taken counts", "compiler/rows.py", '[out] if op == "take" else operands', "operands"),
    Fault("a group does not wait", "compiler/levels.py", "if place < len(later):", "if False:"),
    Fault("a group waits too long", "compiler/levels.py", "place = bisect(later, -min([needed[node] for node in nodes]))", "place = 0"),
    Fault("lengths are apart", "compiler/levels.py", "if op in OF_MANY:", "if False:"),
    Fault("two lengths are filled up", "compiler/patterns.py", "if len(rows) < LEAST_LENGTHS", "if len(rows) < 2"),
    Fault("maxima are filled up with 0", "compiler/schedule.py", '"max": -math.inf', '"max": 0.0'),
    Fault("sums are filled up with anything", "compiler/schedule.py", "lambda _: self.schedule.constant(batched, neutral)", "lambda _: 0"),
    Fault("gradients of the wrong parameters", "compiler/adjoint.py", "return Slots(False, self.firsts[to.index])",
          "return Slots(False, self.firsts[: to.index.size].reshape(to.index.shape))"),
    Fault("a second part overwrites the first", "compiler/adjoint.py", "if in_a_row and not any(", "if in_a_row or any("),
    Fault("rows that are apart are a matrix", "compiler/emit_numpy.py", "len(runs(index.ravel())) == 1", "True"),
    Fault("a matrix for each sample is turned", "compiler/products.py", "stack + inner + right, stack", "stack + right + inner, stack"),
    Fault("a factor without an axis that it needs", "compiler/products.py", "if letter in others and index", "if index"),
    Fault("numbers that a trace hides are read", "compiler/arrays.py", "if open_traces:", "if False:"),
    Fault("what a called function calls is missing", "javascript.py", "waiting += [known[name] for name in found]", "pass"),
    Fault("1 to the power of NaN is NaN", "javascript.py", '"pow": "power"', '"pow": "Math.pow"'),
    Fault("whatever is a formula is believed", "compiler/own_rows.py", "and _is_the_same(row, row.forward(*names))", ""),
    Fault("a copy in another shape", "compiler/javascript_products.py", "slots.index.tobytes(), slots.index.shape", "slots.index.tobytes(), ()"),
    Fault("letters go on anywhere", "compiler/javascript_products.py", "if found and all(x.continues", "if found and any(x.continues"),
    Fault("a product begins with what was there", "compiler/javascript_products.py", 'self.lines.append(f"M.fill(0, {start}, {start} + {size});")', "pass"),
    Fault("loops around a product of the rows alone", "compiler/javascript_products.py", "[*both, *left[:-1], *right[:-1]]", "[*both, *left[:-1]]"),
    Fault("uniform beside batched in a row", "compiler/javascript_loops.py", " and kinds == {batched}", ""),
    Fault("slots that are apart are in a row", "compiler/javascript_loops.py", "(count == 1 or set(steps.values()) == {1})", "True"),
    Fault("one in two dimensions is enough", "compiler/javascript_loops.py", "if len(shape) > 1 and None in views.values():", "if False:"),
    Fault("the share of a sample, if all have one output", "compiler/emit_javascript.py", 'share = "1" if seed.batched else "B"', 'share = "1"'),
    Fault("batched outputs are looked for among uniform ones", "compiler/emit_javascript.py", "slot + U * batched", "slot"),
    Fault("terms of a sum that end early", "compiler/emit_javascript.py", "stop = len(step.terms[count - 1])", "stop = len(step.terms[0])"),
    Fault("the gradient of the last part", "compiler/emit_javascript.py", "gradient[k] += M[", "gradient[k] = M["),
    Fault("the constants of another batch", "compiler/emit_javascript.py", "      constants(M, B);\n", ""),
    Fault("parts of a pass are left out", "compiler/emit_javascript.py", "for part in names]", "for part in names[1:]]"),
    Fault("a batched table among uniform slots", "compiler/emit_javascript.py", '"U" * slots.batched', '""'),
    Fault("a keyword is an operand", "compiler/by_line.py", "named[keyword] = known[name]", "operands.append(known[name])"),
    Fault("erfc near 0 by the quotient", "error_functions.py", "np.where(is_near, 1.0 - near, np.where", "np.where(x > 9.0, 1.0 - near, np.where"),
    Fault("erf of a negative number", "error_functions.py", "np.copysign(1.0 - far, x)", "1.0 - far"),
    Fault("erf at infinity", "error_functions.py", "x = np.minimum(np.maximum(x, -FARTHEST), FARTHEST)", "pass"),
    Fault("native numbers are not looked at", "compiler/native_samples.py", "[code.looked_at(x, carried[0])]", "[carried[0]]"),
    Fault("lanes are added at once", "compiler/native_numbers.py", "code.add_to(address, code.load(code.at(self.parts, i)))", "code.store(code.load(code.at(self.parts, i)), address)"),
    Fault("all gradients are fresh", "compiler/emit_native.py", "self.notes and not written[slots].any() and len(np.unique(slots)) == len(slots)", "self.notes"),
    Fault("a slot twice is fresh", "compiler/emit_native.py", " and len(np.unique(slots)) == len(slots)", ""),
    Fault("nothing needs to be zero", "compiler/emit_native.py", "self.needs_zero[slots[~self.written[True][slots]]] = True", "pass"),
    Fault("the last vector has gradients", "compiler/native_arrays.py", "self.seeds[self.batch :] = 0.0", "self.seeds[self.batch :] = share"),
    Fault("the last vector is not filled up", "compiler/native_arrays.py", "self.filled_up[:] = X[0][:, None]", "self.filled_up[:] = -1e9"),
    Fault("a link's value passes on", "compiler/native_runs.py", "self.turn[node], passes_on=False)", "self.turn[node])"),
    Fault("the wrong factor", "compiler/native_samples.py", "places[::-1], strict=False", "places, strict=False"),
    Fault("a maximum at a NaN", "compiler/native_code.py", '"maximum": "oge"', '"maximum": "ole"'),
    Fault("auto is by taste", "compiler/back_end.py", "if count < FEWEST_NATIVE:", "if count > FEWEST_NATIVE:"),
]  # fmt: skip

PROGRAMS = [
    Fault("by hand, = for +=", "engine/interop.py", "operand._grad += local_grad * node._grad", "operand._grad = local_grad * node._grad"),
    Fault("by hand, upstream is forgotten", "engine/interop.py", "operand._grad += local_grad * node._grad", "operand._grad += local_grad"),
    Fault("an exponent is a child", "engine/interop.py", '        edges.pop()\n', "        pass\n"),
    Fault("a number has a derivative", "engine/interop.py", "[(leaf(x), 0.0) if d is None", "[(leaf(x), 1.0) if d is None"),
    Fault("a leaf has an operation", "engine/interop.py", '            return ""\n        if self.op.name == "pow"', '            return "leaf"\n        if self.op.name == "pow"'),
    Fault("operands without derivatives", "engine/interop.py", "if given and isinstance(second, str):", "if False:"),
    Fault("given derivatives in reverse", "engine/interop.py", "node._connect(operands, local_grads)\n    if", "node._connect(operands, local_grads[::-1])\n    if"),
    Fault("given inside no_grad", "engine/interop.py", "    if changed_somewhere:\n        settled(node)\n    return True", "    return True"),
    Fault("the label is lost", "engine/interop.py", "node.label = label or node.label", "pass"),
    Fault("attributes are not copied", "engine/edges.py", "copied.__dict__.update(self.__dict__)", "pass"),
    Fault("_backward may be assigned", "engine/interop.py", '        raise AttributeError(\n            "_backward cannot', '        return\n        raise AttributeError(\n            "_backward cannot'),
]  # fmt: skip

ESTIMATORS = [
    Fault("a changed model is not read", "sklearn/perceptron.py", "self._is_shown = True", "pass"),
    Fault("another network goes unnoticed", "sklearn/perceptron.py", "if _made_of(self._model) != (self._parameters, self._activations):", "if False:"),
    Fault("an activation goes unnoticed", "sklearn/perceptron.py", "return parameters, [neuron.activation for neuron in neurons]", "return parameters, []"),
    Fault("the model does not follow a training", "sklearn/perceptron.py", "            assign(self._parameters, theta.tolist())\n\n", "            pass\n\n"),
    Fault("matrices may be written to", "sklearn/perceptron.py", "theta.flags.writeable = False", "pass"),
    Fault("a program for several threads", "sklearn/perceptron.py", '        with self._lock:  # A program is used by one thread at a time.', "        if True:"),
    Fault("bounds of relu for logistic", "sklearn/perceptron.py", "factor = 2.0 if", "factor = 6.0 if"),
    Fault("a pickle of the trained, not of the changed", "sklearn/perceptron.py", '{"_theta": self.theta, **', '{"_theta": self._theta, **'),
    Fault("alpha for biases, too", "sklearn/perceptron.py", "            layer[:, -1] = 0.0\n", "            pass\n"),
    Fault("alpha by the number of samples", "sklearn/solver.py", "decay = alpha / total *", "decay = alpha / len(columns) *"),
    Fault("the loss without alpha", "sklearn/solver.py", " + 0.5 * theta.dot(decay)", ""),
    Fault("epsilon after the correction", "sklearn/solver.py", 'self.settings["epsilon"] / np.sqrt(correction)', 'self.settings["epsilon"]'),
    Fault("an adaptive rate for Adam", "sklearn/solver.py", 'if self.settings["solver"] == "sgd" else ""', 'if True else ""'),
    Fault("the sum over outputs is shown", "sklearn/solver.py", "mean /= outputs", "pass"),
    Fault("an optimizer begins anew after pickling", "sklearn/solver.py", "            if self._state:\n", "            if False:\n"),
    Fault("patience of one epoch less", "sklearn/learning.py", "self._epochs_without_gain > self.n_iter_no_change", "self._epochs_without_gain >= self.n_iter_no_change"),
    Fault("any gain counts", "sklearn/learning.py", "if now < best + self.tol else 0", "if now <= best else 0"),
    Fault("the last weights for the best", "sklearn/learning.py", "best if self.early_stopping else theta", "theta"),
    Fault("samples are never shuffled", "sklearn/learning.py", "                if self.shuffle:\n", "                if False:\n"),
    Fault("partial_fit begins with a new optimizer", "sklearn/learning.py", "if not (once and goes_on):", "if not goes_on or not once or True:"),
    Fault("class weights replace sample weights", "sklearn/classifier.py", "checked_weights(weights, len(X)) * self", "np.ones(len(X)) * self"),
    Fault("classes that nobody knows", "sklearn/classifier.py", "if y.ndim == 1 and len(", "if y.ndim == 3 and len("),
    Fault("labels from logits above ½", "sklearn/classifier.py", "threshold=0.0", "threshold=0.5"),
]  # fmt: skip

PICTURED = [
    Fault("indices are run together", "explaining/symbols.py", 'between = "," if any(number > 9 for number in self.below) else ""', 'between = ""'),
    Fault("a symbol counts from 0", "explaining/symbols.py", "neuron + [k + 1 for k in places]", "neuron + places"),
    Fault("all paths are a layer's", "explaining/symbols.py", 'if modules not in (["layers"], ["neurons"], ["layers", "neurons"]):', "if False:"),
    Fault("two values of one name", "explaining/names.py", "while taken[found]:", "while False:"),
    Fault("a long formula is a name", "explaining/names.py", 'return text if length(text) <= LONGEST else ""', "return text"),
    Fault("every square is a loss", "explaining/names.py", "            return learns\n", "            return True\n"),
    Fault("words are not counted", "explaining/names.py", "word + lowered(numbers[word]) * (totals[word] > 1)", "word"),
    Fault("0 has a sign", "explaining/notation.py", "unsigned_zero = x + 0.0", "unsigned_zero = x"),
    Fault("every place is told", "explaining/notation.py", "if row.name not in _CHOOSING and row.name not in CROSS_ENTROPIES:", "if False:"),
    Fault("equals lose their order", "drawing/ordering.py", "return [same for same in found if len(same) > 1]", "return []"),
    Fault("only what shares its boxes is alike", "drawing/ordering.py", "(frozenset(place[head][0] for head, _ in seats[box]), box)", "(frozenset(head for head, _ in seats[box]), box)"),
    Fault("seats are not looked at", "drawing/ordering.py", "min((place[head], seat) for", "min((place[head], 0) for"),
    Fault("the last order is the best", "drawing/ordering.py", "if crossings < fewest or fewest < 0:", "if True:"),
    Fault("chains bend", "drawing/heights.py", "if item in onward else pulled", "if False else pulled"),
    Fault("runs do not grow", "drawing/heights.py", "            count += more\n", ""),
    Fault("weights do not count", "drawing/heights.py", "weights[k] if weights else 1.0", "1.0"),
    Fault("leaves stand in the middle", "drawing/layered.py", "(room if item < len(boxes) and item not in left else room / 2)", "room / 2"),
    Fault("all are as far apart", "drawing/layered.py", "if users and users == self.used_by.get(below):", "if False:"),
    Fault("lines bend at once", "drawing/layout.py", "near = right_end[start.column]", "near = start.right"),
    Fault("numbers of any operation stand beside it", "drawing/operands.py", 'if value.op is None or value.op.name != "dot":\n        return ()', "if value.op is None:\n        return ()"),
    Fault("nine numbers", "drawing/operands.py", "if len(numbers) > MOST_BESIDE:", "if False:"),
    Fault("weights come first", "explaining/notation.py", "    if place < count:\n        return 2 * place\n", "    return place\n"),
    Fault("painted by number", "drawing/svg.py", "key=lambda k: (places[k].column, places[k].y)", "key=lambda k: k"),
    Fault("the last of two equal names", "nn/texts.py", "        if name in found:\n            raise", "        if False:\n            raise"),
    Fault("NaN is taken", "nn/texts.py", ", parse_constant=_refuse_constant", ""),
    Fault("True is a number", "nn/texts.py", "if type(numbers) is float:", "if type(numbers) in (float, bool):"),
    Fault("uneven lists", "nn/texts.py", "if shape != shapes[0]:", "if False:"),
    Fault("too large is infinite", "nn/texts.py", "if not math.isfinite(numbers):", "if False:"),
    Fault("a bar for each step", "bars.py", "if time.monotonic() - self._shown_at > BETWEEN_PICTURES:", "if True:"),
    Fault("a bar that leaves a trace", "bars.py", "if self._place and self.live.transient:", "if False:"),
    Fault("the end is not shown", "bars.py", "        else:\n            self.refresh()\n", ""),
    Fault("a blurred picture", "figures.py", "dpi=SHARPNESS * self.dpi", "dpi=self.dpi"),
    Fault("words of a picture as HTML", "drawing/notebook.py", 'alt = escape(". ".join(filter(None, words)))', 'alt = ". ".join(filter(None, words))'),
    Fault("a picture without words", "drawing/notebook.py", '<img alt="{alt}" src', '<img src'),
    Fault("no picture where frames are stripped", "explorer/frame.py", "image(picture) if picture else", '"" if picture else'),
    Fault("a frame may do everything", "explorer/frame.py", 'sandbox="allow-scripts allow-downloads" ', ""),
    Fault("the first view decides", "explorer/heights.py", "for view in own.views)", "for view in own.views[:1])"),
    Fault("a heading is one line", "drawing/svg.py", "_width_of_heading(box) > WIDEST_HEADING", "False"),
    Fault("equal paths look alike", "explaining/paths.py", 'return f"{name} ({which})" if which else name', "return name"),
    Fault("the last number is a factor", "explaining/paths.py", "total = _latex_number(self.total)", "total = _latex_factor(self.total)"),
    Fault("every path is by the first operand", "explaining/paths.py", "(*places, place))", "(*places, 0))"),
    Fault("a place of a softmax is an operand", "explaining/notation.py", "seat -= place_told(node.op, node.operands) is not None", "seat -= 0"),
    Fault("the last frame is as short as the others", "drawing/animation.py", "LAST * seconds]", "seconds]"),
    Fault("a window stays where it is", "drawing/animation.py", "        left, top = _moved(left, top, frame, geometry, seen, whole)\n", ""),
    Fault("a picture is made as small as it must", "drawing/animation.py", "scale = max(fitting, LEAST)", "scale = fitting"),
    Fault("any number of frames", "drawing/animation.py", "if len(shown) > MOST_FRAMES:", "if False:"),
    Fault("frames are shown once", "drawing/image.py", ", loop=0)", ")"),
    Fault("white is not white", "drawing/image.py", "distances.argmin(axis=1)", "distances.argsort(axis=1)[:, 1]"),
    Fault("a cut goes through boxes", "drawing/composing.py", "min(breaks, key=lambda x: abs(x - end)) for end in wanted if breaks", "end for end in wanted"),
    Fault("lines are all as high", "drawing/composing.py", "end + OVERLAP * (end < width) - left, bottom - top)", "end + OVERLAP * (end < width) - left, geometry.size.height)"),
    Fault("the exercise tells its key", "drawing/worksheet.py", "self._sheet = Sheet(TITLE, exercise, geometry)", "self._sheet = Sheet(TITLE, exercise + key, geometry)"),
    Fault("arrows tell their derivatives", "drawing/worksheet.py", 'arrow._replace(derivative=math.nan, words="_" * 6, details="∂")', 'arrow._replace(words="_" * 6)'),
    Fault("a picture never stands in lines", "drawing/worksheet.py", "fewest = min(len(windows) for scale, *_, windows in found if scale >= enough)", "fewest = 1"),
    Fault("paper is as the screen", "drawing/worksheet.py", "for diagram in (blank, solved)]", "for diagram in (solved, solved)]"),
    Fault("a bias where there is none", "drawing/network.py", "any(neuron.b is not None for neuron in neurons)", "True"),
    Fault("many columns make a wide picture", "drawing/network.py", "apart = min(BETWEEN_COLUMNS, ", "apart = max(BETWEEN_COLUMNS, "),
    Fault("a dark page has light pictures", "drawing/looks.py", "_style(lettering, rules)", '_style(lettering, "")'),
    Fault("of many boxes all are told", "drawing/diagram.py", "boxes if len(boxes) <= MOST_TOLD else [root]", "boxes"),
]  # fmt: skip

FAULTS = [*PICTURED, *PROGRAMS, *VALUE, *TABLE, *ELSEWHERE, *COMPILED, *CHECKS, *COMPILER]
FAULTS += [*ESTIMATORS, *ENGINES]


def main() -> int:
    """Print the table, if the tests accept what is right; how many faults no test noticed."""
    for tests in {tuple(tests) for tests in TESTS.values()}:
        wrong = first_failure(lambda: None, list(tests))
        if wrong:
            raise SystemExit(f"without any fault, {wrong} fails")
    missed = 0
    for fault in FAULTS:
        found = catcher(fault)
        missed += found is None
        print(f"{fault.file:15} {fault.name:40} {found or 'NOT NOTICED'}", flush=True)
    print(f"{len(FAULTS)} faults, {missed} not noticed")
    return missed


def prepare() -> None:
    """Make this the place and the profile of the tests, and this package the one they import."""
    os.environ |= {"OPENBLAS_NUM_THREADS": "1", "HYPOTHESIS_PROFILE": "dev"}
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))


if __name__ == "__main__":
    prepare()
    sys.exit(min(main(), 1))
