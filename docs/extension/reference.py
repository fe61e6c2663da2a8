"""The reference: public names with their docstrings, which are plain text.

    ```{public} microgradnn.losses
    ```

in a page shows what the module's `__all__` has, or the names that stand in the block.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import itertools
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from make_reference import off_by
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.inspect import TypeAliasForwardRef

PAGES = Path(__file__).parents[1] / "reference"
BLOCK = re.compile(r"^```\{public\} (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`]+)`")
NAME = re.compile(r"(?:(?:mg|losses|nn|optim|data|plots|testing)\.)?(\w+)")
SPECIAL = re.compile(r"([\\*_|`])")


@functools.cache
def public_names() -> dict[str, str]:
    """Where the names that the pages of the reference show are from, by their last part."""
    found = {}
    for page in sorted(PAGES.glob("*.md")):
        for module, chosen in BLOCK.findall(page.read_text("utf-8")):
            for name in chosen.split() or importlib.import_module(module).__all__:
                found[name.rpartition(".")[2]] = f"{module}.{name}"
    return found


def entries(found: re.Match[str]) -> str:
    """The entries of a module's public names, for Sphinx's autodoc."""
    name, chosen = found.groups()
    module = importlib.import_module(name)
    lines = ["```{eval-rst}", f".. py:currentmodule:: {name}", ""]
    for public in chosen.split() or sorted(module.__all__, key=str.lower):
        is_class = inspect.isclass(pkgutil.resolve_name(f"{name}.{public}"))
        kind = "class" if is_class else "function"
        lines += [f".. auto{kind}:: {name}.{public}", *["   :members:"] * is_class, ""]
    return "\n".join([*lines, "```"])


def add_entries(app: Sphinx, name: str, source: list[str]) -> None:
    """Put entries in the places of blocks that ask for them."""
    source[0] = BLOCK.sub(entries, source[0])


def pieces(lines: list[str]) -> Iterator[list[str]]:
    """Lines between empty ones; what is indented below prose is a piece of its own."""
    for filled, group in itertools.groupby(lines, lambda line: bool(line.strip())):
        part = list(group)
        if filled and part[0].startswith((">>>", "- ")):
            yield part
        elif filled:
            for _, piece in itertools.groupby(part, lambda line: line.startswith("    ")):
                yield list(piece)


def code(text: str) -> str:
    """Code in a sentence; a class, or what is named with its module, leads to where it is told."""
    name = NAME.fullmatch(text)
    known = public_names().get(name[1]) if name else None
    if known and (text[0].isupper() or "." in text):
        return rf"\ :py:obj:`{text} <{known}>`\ "
    return rf"\ ``{text}``\ "


def prose(text: str) -> str:
    """Plain text in which reStructuredText finds nothing but code."""
    parts = CODE.split(text)
    parts[::2] = [SPECIAL.sub(r"\\\1", part) for part in parts[::2]]
    parts[1::2] = map(code, parts[1::2])
    return "".join(parts)


def as_markup(lines: list[str]) -> list[str]:
    """A docstring, which is plain text, as reStructuredText."""
    written: list[str] = []
    for piece in pieces(lines):
        if piece[0].startswith(">>>"):
            written += piece
        elif piece[0].startswith("    "):
            written += [".. code-block:: text", "", *piece]
        elif piece[0].startswith("- "):
            items = re.split(r"\n(?=- )", "\n".join(piece))
            written += "\n".join("- " + prose(item[2:]) for item in items).split("\n")
        else:
            written += prose("\n".join(piece)).split("\n")
        written.append("")
    return written


def with_accuracy(name: str, lines: list[str]) -> list[str]:
    """A docstring that also says how far off the row is, before its errors and its example."""
    module, _, function = name.rpartition(".")
    if module != "microgradnn" or function not in off_by():
        return lines
    at = next(k for k, line in enumerate(lines) if line.startswith(("Raises", ">>>"))) - 1
    told = "    off by      value {}, derivatives {}".format(*off_by()[function])
    return [*lines[:at], *[""] * (lines[at - 1][:1] != " "), told, *lines[at:]]


def read_docstring(
    app: Sphinx, kind: str, name: str, thing: Any, options: Any, lines: list[str]
) -> None:
    """Give autodoc a docstring as it reads it."""
    lines[:] = as_markup(with_accuracy(name, lines))


def leave_out(
    app: Sphinx, kind: str, name: str, thing: Any, skip: bool, options: Any
) -> bool | None:
    """Leave out methods that another library has put into a class; None leaves it to autodoc."""
    module = getattr(thing, "__module__", None) or "microgradnn"
    return None if module.partition(".")[0] == "microgradnn" else True


def with_parameter(alias: Any, parameter: Any) -> TypeAliasForwardRef:
    """An alias as an annotation writes it: `NDArray[float64]`."""
    return TypeAliasForwardRef(f"{alias.name}[{getattr(parameter, '__name__', parameter)}]")


def name_aliases() -> None:
    """Make Sphinx write an alias by its name inside of other types, too, and with a parameter."""
    alias: Any = TypeAliasForwardRef
    alias.__repr__ = lambda alias: alias.name
    alias.__getitem__ = with_parameter


def find_annotation(
    app: Sphinx, env: BuildEnvironment, link: addnodes.pending_xref, shown: nodes.Element
) -> nodes.Element | None:
    """Annotations name a class by the module that defines it, and readers by another one."""
    known = public_names().get(str(link.get("reftarget")).rpartition(".")[2])
    if link.get("refdomain") != "py" or link["reftype"] != "class" or known is None:
        return None
    domain = env.domains.python_domain
    return domain.resolve_xref(env, link["refdoc"], app.builder, "obj", known, link, shown)


def setup(app: Sphinx) -> None:
    """Add the part."""
    name_aliases()
    app.connect("source-read", add_entries)
    app.connect("autodoc-skip-member", leave_out)
    app.connect("autodoc-process-docstring", read_docstring)
    app.connect("missing-reference", find_annotation)
