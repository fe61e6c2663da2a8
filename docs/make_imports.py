"""Makes the picture of imports in docs/architecture.md from the imports of the files."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "microgradnn"
PAGE = Path(__file__).parent / "architecture.md"
FILES = sorted(PACKAGE.rglob("*.py"))
MARKED = re.compile(r"(?<=<!-- made by docs/make_imports.py -->\n)```.*?```\n", re.DOTALL)


def module_name(path: Path) -> str:
    """The name of a file's module below the package: `nn.layers`, `nn`, or "" for the package."""
    parts = list(path.relative_to(PACKAGE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = frozenset(map(module_name, FILES))


def imports_of(path: Path) -> tuple[set[str], set[str]]:
    """The modules of the package that a file imports: when it is loaded, and when it is called.

    What stands below `if TYPE_CHECKING:` counts as loaded.
    """
    package = [part for part in module_name(path).split(".") if part]
    if path.name != "__init__.py":
        package.pop()
    tree = ast.parse(path.read_text("utf-8"))
    inside_functions = {
        node
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.Lambda)
        for node in ast.walk(function)
    }
    loaded: set[str] = set()
    called: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1]
            here = ".".join([*base, *(node.module or "").split(".")]).strip(".")
            for alias in node.names:
                name = f"{here}.{alias.name}".strip(".")
                found = called if node in inside_functions else loaded
                found.add(name if name in MODULES else here)
    return loaded, called - {""}


def imports_of_packages() -> dict[str, set[str]]:
    """For each package, and each module beside them, those that its files import when loaded."""
    found: dict[str, set[str]] = {}
    for path in FILES:
        name = module_name(path).partition(".")[0]
        loaded = {module.partition(".")[0] for module in imports_of(path)[0]}
        found.setdefault(name, set()).update(loaded - {name, ""})
    return found


def picture() -> str:
    """The packages and their imports as a Mermaid flow chart, without what follows from others.

    The package itself is left out, as it imports all others.
    """
    direct = {name: others for name, others in imports_of_packages().items() if name}

    def reached(name: str) -> set[str]:
        return direct[name].union(*map(reached, direct[name]))

    arrows = [
        f"    {name} --> {other}"
        for name, others in sorted(direct.items())
        for other in sorted(others)
        if not any(other in reached(between) for between in others)
    ]
    return "\n".join(["```mermaid", "flowchart TD", *arrows, "```", ""])


def main() -> None:
    """Put the picture into its place in the page."""
    PAGE.write_text(MARKED.sub(picture(), PAGE.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
