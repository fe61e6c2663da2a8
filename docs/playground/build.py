"""Builds the playground, the page on which readers run the package: `build(folder)`.

What it writes has to be served over http, from anywhere: no file of it asks for another place.
"""

from __future__ import annotations

import json
import shutil
import sys
import zipfile
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # where a site's configuration imports this file by its path

import fetch  # noqa: E402

PACKAGE = HERE.parents[1] / "microgradnn"
COPIED = ("playground.css", "stage.html", "running.py")
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the date of all files in the archive: the same bytes every time


def build(out: Path) -> bool:
    """Write the finished folder; without Pyodide only a page that says so, and then it is False."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    shutil.copy(HERE / "playground.css", out)
    if not fetch.is_fetched():
        shutil.copy(HERE / "missing.html", out / "index.html")
        return False
    shutil.copy(HERE / "page.html", out / "index.html")
    for source in [*map(HERE.joinpath, COPIED), *sorted((HERE / "script").glob("*.js"))]:
        shutil.copy(source, out)
    (out / "starting_points.json").write_text(json.dumps(starting_points()), "utf-8")
    _zip_package(out / "microgradnn.zip")
    _copy_python(out / "pyodide")
    return True


def starting_points() -> list[dict[str, str]]:
    """The programs to start from, in order: a name for the address, a title, the text.

    A title is the comment in the first line of its file.
    """
    points = []
    for path in sorted((HERE / "starting_points").glob("*.py")):
        text = path.read_text("utf-8")
        name = path.stem.partition("_")[2].replace("_", "-")
        title = text.partition("\n")[0].removeprefix("# ")
        points.append({"name": name, "title": title, "text": text})
    return points


def _zip_package(path: Path) -> None:
    """The package as it is, without what Python has left in its folders."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for source in sorted(PACKAGE.rglob("*")):
            if source.is_file() and "__pycache__" not in source.parts:
                name = source.relative_to(PACKAGE.parent).as_posix()
                entry = zipfile.ZipInfo(name, LONG_AGO)
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, source.read_bytes())


def _copy_python(folder: Path) -> None:
    """Pyodide's files; of its list of packages, which are not here, only what it is a list of."""
    folder.mkdir()
    for name in fetch.FILES:
        shutil.copy(fetch.FOLDER / name, folder)
    listed = folder / "pyodide-lock.json"
    known = json.loads(listed.read_text("utf-8"))
    listed.write_text(json.dumps(known | {"packages": {}}), "utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: python docs/playground/build.py FOLDER")
    if not build(Path(sys.argv[1])):
        print("without Python: run docs/playground/fetch.py first")
