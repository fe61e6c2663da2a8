"""Putting the page's script together from the modules in `script/`, each after those it imports."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from importlib import resources
from importlib.resources.abc import Traversable

from ..javascript import SCRIPTS
from .squeezing import SCRIPT, squeezed

FOLDER = resources.files(__package__) / "script"
FOLDERS = (FOLDER, SCRIPTS)

_IMPORT = re.compile(r'^import (?:\{([^}]*)\} from )?"\./([\w.]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:const|let|(?:async )?function|class)\b)", re.MULTILINE)
_DECLARED = re.compile(
    r"^(export )?(?:const|let|(?:async )?function|class) (\w+)"
    r"((?:(?: = [^({[\n,;]*)?, \w+)*)",  # what the same line declares besides, of plain numbers
    re.MULTILINE,
)
_FURTHER = re.compile(r", (\w+)")


def assembled(wanted: Iterable[str], made: Mapping[str, str]) -> str:
    """One script of the wanted modules and all that they import; `made` has those that no file is.

    The modules share one scope, so `import` and `export` are left out. What they would have checked
    is checked here: that what is imported is exported, that no name is declared twice, and that no
    module imports one that needs it itself.
    """
    sources = _needed(wanted, made)
    imports = {
        name: [other for _, other in _IMPORT.findall(text)] for name, text in sources.items()
    }
    try:
        order = list(TopologicalSorter(imports).static_order())
    except CycleError as error:
        raise ValueError(f"modules import each other: {' → '.join(error.args[1])}") from None
    _check_names({name: sources[name] for name in order})
    script = "\n".join(_EXPORT.sub("", _IMPORT.sub("", sources[name])) for name in order)
    return squeezed(script, SCRIPT)


def _needed(wanted: Iterable[str], made: Mapping[str, str]) -> dict[str, str]:
    """The texts of the wanted modules and of all that they import, by their names."""
    found: dict[str, str] = {}
    waiting = list(wanted)
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found[name] = made.get(name) or _file(name).read_text("utf-8")
            waiting += [other for _, other in _IMPORT.findall(found[name])]
    return found


def _file(name: str) -> Traversable:
    found = [folder / name for folder in FOLDERS if (folder / name).is_file()]
    return found[0] if found else FOLDERS[0] / name


def _check_names(sources: Mapping[str, str]) -> None:
    exported: dict[str, set[str]] = {}
    owner: dict[str, str] = {}
    for name, text in sources.items():
        found = _DECLARED.findall(text)
        exported[name] = {declared for export, declared, _ in found if export}
        further = [other for *_, rest in found for other in _FURTHER.findall(rest)]
        for declared in (*(first for _, first, _ in found), *further):
            if declared in owner:
                raise ValueError(f"{declared} is declared in {owner[declared]} and in {name}")
            owner[declared] = name
    for name, text in sources.items():
        for names, other in _IMPORT.findall(text):
            missing = set(re.findall(r"\w+", names)) - exported[other]
            if missing:
                raise ValueError(f"{name} imports {', '.join(missing)}, which {other} lacks")
