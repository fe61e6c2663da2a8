"""The design as tests: imports run downwards, files stay small, importing stays light."""

import ast
import builtins
import inspect
import runpy
import subprocess
import sys
from collections.abc import Callable
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "microgradnn"
# What draws the picture of imports reads them for these tests, too.
_IMPORTS = runpy.run_path(str(ROOT / "docs" / "make_imports.py"))
FILES: list[Path] = _IMPORTS["FILES"]
imports_of: Callable[[Path], tuple[set[str], set[str]]] = _IMPORTS["imports_of"]
module_name: Callable[[Path], str] = _IMPORTS["module_name"]

# Each package, and each file in it, may import those above it.
ORDER = {
    "signatures": "",
    "typed": "",
    "arguments": "",
    "floats": "",
    "needs_numpy": "",
    "domains": "",
    "slopes": "",
    "elements": "",
    "collector": "",
    "bars": "",
    "waiting": "",
    "lines": "",
    "sums": "",
    "error_functions": "",
    "rounding": "",
    "refusals": "",
    "missing": "",
    "told": "",
    "engine": "checks recording row table reductions formulas functions lists kernels "
    "edges interop value copying modes derivatives checking",
    "sides": "",
    "custom": "",
    "named": "",
    "foreign": "",
    "javascript": "",
    "explaining": "symbols writing mathml notation names help passes paths diagnosis",
    "losses": "signatures weights probabilities pairing divergence classification regression",
    "nn": "choices activations init files texts parts search generators outline module leaves "
    "embedding layers norm sequential",
    "optim": "schedules records groups stepping rules",
    "data": "tables preparation ready_made",
    "transforms": "trees calls gradient matrices directions",
    "drawing": "grouping opened blocks modules repetition refining nest fold operands diagram "
    "frames geometry ordering heights layered layout looks svg contents dot image notebook picture "
    "network drawn composing animation worksheet",
    "compiler": "rows tape expand normalise biases levels patterns steps schedule adjoint "
    "summary naming products by_line choices emit_numpy arrays replay emit_jax own_rows "
    "javascript_loops javascript_products emit_javascript native_code "
    "native_operations native_samples native_numbers native_machine native_runs emit_native "
    "native_arrays back_end hidden traced tracing running jacobians program loss_program compiling",
    "figures": "",
    "plots": "",
    "training": "terminal interrupts bookmark history samples targets shares vain accuracy "
    "evaluation batch_loss metrics steppers best course validation endings settings resuming "
    "checkpoint loop",
    "explorer": "packing claims sample following contributions hiding views excerpt picker "
    "arithmetic textbook rule_formulas updates squeezing assembly document facts heights widget "
    "frame page circles trainable one_sample lesson living exploring",
    "sklearn": "bases parameters perceptron solver learning classifier regressor",
    "testing": "report exact checks programs trial",
    "demo": "",
    "version": "",
    "expressions": "",
    "sheets": "",
    "spreadsheet": "",
    "commands": "",
    "cli": "",
    "__main__": "",
}
MODULES = [
    module
    for package, files in ORDER.items()
    for module in [*(f"{package}.{file}" for file in files.split()), package]
] + [""]
# What a function imports when it is called, against the order: few, and this is all.
WHEN_CALLED = {
    ("engine.edges", "engine.copying"),
    ("engine.interop", "drawing.drawn"),
    ("engine.interop", "foreign"),
    ("signatures", "explaining.help"),
    ("nn.module", "drawing.drawn"),
    ("explaining.passes", "drawing.animation"),
}


def test_every_module_has_its_place() -> None:
    assert sorted(map(module_name, FILES)) == sorted(MODULES)


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_imports_run_downwards(path: Path) -> None:
    name = module_name(path)
    place = MODULES.index(name)
    loaded, called = imports_of(path)
    upward = {other for other in loaded if MODULES.index(other) >= place}
    late = {(name, other) for other in called if MODULES.index(other) >= place}
    assert upward == set()
    assert late <= WHEN_CALLED


def test_no_two_packages_import_each_other() -> None:
    direct = _IMPORTS["imports_of_packages"]()
    TopologicalSorter(direct).prepare()  # raises CycleError


def test_the_picture_of_imports_is_up_to_date() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    assert f"<!-- made by docs/make_imports.py -->\n{_IMPORTS['picture']()}" in page


# These are tested by the file of what they serve, or under a name that no other file has.
TESTED_BY = {
    **dict.fromkeys(["bases", "classifier", "parameters", "regressor"], "test_sklearn"),
    **dict.fromkeys(["learning", "solver"], "test_sklearn_training"),
    "perceptron": "test_sklearn_prediction",
    "accuracy": "test_evaluate",
    "activations": "test_layers",
    "best": "test_loop",
    "bookmark": "test_resuming",
    "biases": "test_schedule",
    **dict.fromkeys(["preparation", "tables"], "test_data"),
    **dict.fromkeys(["circles", "lesson", "one_sample", "trainable"], "test_living"),
    **dict.fromkeys(["document", "exploring"], "test_page"),
    "choices": "test_init",
    "commands": "test_cli",
    "course": "test_steppers",
    "evaluation": "test_evaluate",
    "heights": "test_frame",
    "hidden": "test_traced",
    "interrupts": "test_loop",
    "keys": "test_module",
    "leaves": "test_groups",
    "looks": "test_svg",
    **dict.fromkeys(
        ["native_code", "native_numbers", "native_operations", "native_samples"],
        "test_native_machine",
    ),
    "native_arrays": "test_emit_native",
    "needs_numpy": "test_without_numpy",
    "parts": "test_search",
    "recording": "test_modes",
    "replay": "test_traced",
    "rounding": "test_checking",
    "rows": "test_rows_as_formulas",
    "running": "test_program",
    "samples": "test_loop",
    "settings": "test_loop",
    "slopes": "test_checking",
    "targets": "test_vain",
    "told": "test_named",
    "version": "test_cli",
}


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_every_module_has_a_file_of_tests(path: Path) -> None:
    names = {test.stem for test in (ROOT / "tests").rglob("test_*.py")}
    if not path.name.startswith("__"):
        assert TESTED_BY.get(path.stem, f"test_{path.stem}") in names


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_the_first_line_says_what_a_file_is_for(path: Path) -> None:
    first = ast.get_docstring(ast.parse(path.read_text("utf-8")))
    assert first
    assert path.read_text("utf-8").startswith('"""')


def longest_function(path: Path) -> int:
    """The lines of the longest function, without its docstring and the functions inside it."""
    lengths = [0]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef):
            documented = ast.get_docstring(node) is not None
            body = node.body[documented:] or node.body
            lengths.append((body[-1].end_lineno or 0) - body[0].lineno + 1)
    return max(lengths)


def lines_of(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines()


MOST_LINES = {"engine/table.py": 400, "engine/value.py": 200}
MOST_LINES_OF_THE_ENGINE = 2300  # besides value.py


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_files_and_functions_stay_small(path: Path) -> None:
    most = MOST_LINES.get(path.relative_to(PACKAGE).as_posix(), 300)
    assert len(lines_of(path)) <= most
    assert max(map(len, lines_of(path)), default=0) <= 100
    assert longest_function(path) <= 40


def test_the_engine_is_read_in_one_sitting() -> None:
    engine = [path for path in FILES if path.parent.name == "engine" and path.name != "value.py"]
    assert sum(len(lines_of(path)) for path in engine) <= MOST_LINES_OF_THE_ENGINE


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_a_line_holds_one_statement(path: Path) -> None:
    starts = [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.stmt) and ast.unparse(node) != "..."
    ]
    assert len(starts) == len(set(starts))


def test_value_is_readable_in_one_sitting() -> None:
    text = (PACKAGE / "engine" / "value.py").read_text("utf-8")
    assert len(text.splitlines()) <= 200
    assert max(map(len, text.splitlines())) <= 100
    lengths, starts = {}, []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.stmt):
            starts.append(node.lineno)
        if isinstance(node, ast.FunctionDef) and node.name in ("backward", "topological_order"):
            body = node.body[1:]  # without the docstring
            lengths[node.name] = (body[-1].end_lineno or 0) - body[0].lineno + 1
    assert set(lengths) == {"backward", "topological_order"}
    assert max(lengths.values()) <= 15
    assert len(starts) == len(set(starts))  # one statement a line


def test_no_module_bears_the_name_of_a_public_function() -> None:
    import microgradnn as mg

    modules = {path.stem for path in PACKAGE.iterdir()}  # inside mg, a module would hide it
    public = {name for name in dir(mg) if not isinstance(getattr(mg, name), type(mg))}
    assert modules & public == set()


def test_public_names_exist_and_are_documented() -> None:
    import microgradnn as mg

    for name in dir(mg):
        thing = getattr(mg, name)
        documented = inspect.getdoc(thing)
        assert documented, name
        # What an object has from its class says nothing of the object itself.
        assert documented != inspect.getdoc(type(thing)) or name == "__version__", name
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        mg.nothing  # noqa: B018


def test_importing_all_names_hides_none_of_pythons_own() -> None:
    import microgradnn as mg

    assert set(mg.__all__) & set(dir(builtins)) == set()
    assert {"abs", "compile", "max", "min", "pow", "sum"} <= set(dir(mg)) - set(mg.__all__)
    # Type checkers see them, too: `mypy tests` reads these lines.
    numbers: list[float] = [mg.sum([1.0, 2.0]), mg.max([1.0, 2.0]), mg.min([1.0, 2.0])]
    assert [*numbers, mg.abs(-4.0), mg.pow(2.0, 3.0)] == [3.0, 2.0, 1.0, 4.0, 8.0]
    assert callable(mg.compile)


# All that the engine loads of the standard library at once, with what that itself loads; networks,
# losses and optimisers need little more. Whatever else is wanted is loaded where it is used.
LOADED_AT_ONCE = "__future__ collections.abc contextlib contextvars copyreg functools gc itertools "
LOADED_AT_ONCE += "math operator os sys weakref"
BELOW = {
    "version",
    "typed",
    "signatures",
    "arguments",
    "domains",
    "elements",
    "floats",
    "sums",
    "lines",
    "refusals",
    "told",
}
ENGINE = {f"engine.{name}" for name in ORDER["engine"].split()} - {"engine.checking"}
SLOW = "dataclasses enum inspect linecache numbers numpy pathlib random re typing"


def loaded_by(program: str) -> set[str]:
    """The modules in a fresh Python after a program, without what an environment loads."""
    start = f"import sys; sys.path.append({str(ROOT)!r})"
    end = "print(*sys.modules)"
    bare = [sys.executable, "-I", "-S", "-c", f"{start}\n{program}\n{end}"]
    return set(subprocess.run(bare, capture_output=True, text=True, check=True).stdout.split())


@pytest.mark.parametrize(
    ("program", "besides", "ours"),
    [
        ("import microgradnn", "", {*BELOW, "engine", *ENGINE}),
        ("from microgradnn import Value, losses, nn, optim", "importlib types", None),
    ],
)
def test_importing_loads_only_what_every_program_needs(
    program: str, besides: str, ours: set[str] | None
) -> None:
    allowed = loaded_by("import " + ", ".join([*LOADED_AT_ONCE.split(), *besides.split()]))
    loaded = loaded_by(program)
    found = {name.removeprefix("microgradnn.") for name in loaded if "microgradnn." in name}
    assert {name for name in loaded - allowed if not name.startswith("microgradnn")} == set()
    assert (loaded - loaded_by("pass")) & set(SLOW.split()) == set()
    assert ours in (None, found)


def test_importing_loads_the_standard_library_only() -> None:
    program = "import sys, microgradnn; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    output = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    foreign = [
        name
        for name in output
        if name not in sys.stdlib_module_names and name not in ("microgradnn", "__main__")
    ]
    # What an environment loads at its start (editable installs, coverage) is not ours.
    bare = subprocess.run(
        [sys.executable, "-c", "import sys; print(*{m.split('.')[0] for m in sys.modules})"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert set(foreign) - set(bare) == set()
