"""The design as tests: imports run downwards, files stay small, importing stays light."""

import ast
import io
import subprocess
import sys
import tokenize
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "microgradnn"
FILES = sorted(PACKAGE.rglob("*.py"))

# Each module may import those above it.
ORDER = [
    *("primitives", "formulas", "kernels", "protocols", "value", "copying", "functions", "modes"),
    *("derivatives", "checking", "diagnosis", "notation"),
    *("teaching.passes", "teaching.paths", "teaching"),
    *("nn.init", "nn.files", "nn.module", "nn.layers", "nn", "losses", "optim", "data"),
    *("drawing.opened", "drawing.fold", "drawing.diagram", "drawing.dot", "drawing.frames"),
    *("drawing.geometry", "drawing.layered", "drawing.layout", "drawing.svg", "drawing.picture"),
    *("drawing.network", "drawing"),
    *("compiler.rows", "compiler.tape", "compiler.expand"),
    *("compiler.normalise", "compiler.patterns", "compiler.steps"),
    *("compiler.schedule", "compiler.adjoint", "compiler.naming"),
    *("compiler.emit_numpy", "compiler.emit_jax", "compiler.summary", "compiler.tracing"),
    *("compiler.program", "compiler"),
    *("terminal", "plots", "learners", "training", "sklearn", "teaching.worksheet"),
    *("explorer.views", "explorer.excerpt", "explorer.page", "explorer"),
    *("testing", "demo", "cli", "__main__", ""),
]


def module_name(path: Path) -> str:
    parts = list(path.relative_to(PACKAGE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path) -> set[str]:
    """The modules of the package that a file imports, also inside functions."""
    package = (
        module_name(path).split(".")
        if path.name == "__init__.py"
        else module_name(path).split(".")[:-1]
    )
    known = set(map(module_name, FILES))
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = [part for part in package if part][: len(package) - node.level + 1]
            here = ".".join([*base, *(node.module or "").split(".")]).strip(".")
            for alias in node.names:
                inner = f"{here}.{alias.name}".strip(".")
                found.add(inner if inner in known else here)
    return found


def type_checking_only(path: Path) -> set[str]:
    """What is imported under `if TYPE_CHECKING:`, which is no import when the program runs."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING":
            for inner in ast.walk(node):
                if isinstance(inner, ast.ImportFrom):
                    found.add((inner.module or "") if inner.level else "")
    return found


def test_every_module_has_its_place() -> None:
    assert sorted(map(module_name, FILES)) == sorted(ORDER)


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_imports_run_downwards(path: Path) -> None:
    place = ORDER.index(module_name(path))
    upward = {name for name in imports_of(path) if ORDER.index(name) >= place}
    assert upward - type_checking_only(path) == set()


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_the_first_line_says_what_a_file_is_for(path: Path) -> None:
    first = ast.get_docstring(ast.parse(path.read_text("utf-8")))
    assert first
    assert path.read_text("utf-8").startswith('"""')


def code_lines(text: str) -> int:
    """Lines that hold code: not blank, no comment, no docstring."""
    held: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in (*LAYOUT_TOKENS, tokenize.COMMENT):
            held.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(
            node
        ):
            held.difference_update(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    return len(held)


LAYOUT_TOKENS = (
    *(tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER),
)


def test_the_package_stays_small() -> None:
    compiler = [path for path in FILES if path.parent.name == "compiler"]
    rest = [path for path in FILES if path not in compiler]
    assert sum(code_lines(path.read_text("utf-8")) for path in compiler) <= 1600
    assert sum(code_lines(path.read_text("utf-8")) for path in rest) <= 5300
    assert max(len(path.read_text("utf-8").splitlines()) for path in compiler) < 300


def test_value_is_readable_in_one_sitting() -> None:
    text = (PACKAGE / "value.py").read_text("utf-8")
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
    public = {name for name in mg.__all__ if not isinstance(getattr(mg, name), type(mg))}
    assert modules & public == set()


def test_public_names_exist_and_are_documented() -> None:
    import microgradnn as mg

    for name in mg.__all__:
        assert getattr(getattr(mg, name), "__doc__", None), name
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        mg.nothing  # noqa: B018


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
