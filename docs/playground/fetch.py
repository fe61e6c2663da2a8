"""Fetches Pyodide, the Python that runs in a browser, from npm: `python docs/playground/fetch.py`.

Only the five files that the playground needs are kept, beside this script, in `pyodide/`. They are
not part of the repository. It needs npm, and the registry once; what is there already is kept.
"""

import base64
import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

VERSION = "314.0.7"  # 314 stands for CPython 3.14
SHA512 = "0YvXxEhfEdpLfb/XkM2BFAeMROq0iMUX2bzzH9pOttyMcWkwq+HbE5uyuGD82LN7y2q+SNvi/6V5JEsOlD2R1A=="
FILES = (
    "pyodide.mjs",
    "pyodide.asm.mjs",
    "pyodide.asm.wasm",
    "python_stdlib.zip",
    "pyodide-lock.json",
)
FOLDER = Path(__file__).with_name("pyodide")


def is_fetched() -> bool:
    """Whether this version lies in the folder, all of it."""
    written = FOLDER / "version"
    return (
        written.is_file()
        and written.read_text("utf-8") == VERSION
        and all((FOLDER / name).is_file() for name in FILES)
    )


def fetch() -> None:
    """Download the package, refuse it if a byte is other than expected, and unpack what is needed.

    The version is written last, so a fetch that was cut off counts for nothing.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("npm is needed to fetch Pyodide; it comes with Node.js")
    with tempfile.TemporaryDirectory() as work:
        command = [npm, "pack", "--silent", f"pyodide@{VERSION}", "--pack-destination", work]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        (archive,) = Path(work).glob("*.tgz")
        found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if found != SHA512:
            raise SystemExit(f"pyodide@{VERSION} has SHA-512 {found}, expected {SHA512}")
        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.mkdir()
        with tarfile.open(archive) as package:
            for name in FILES:
                member = package.extractfile(f"package/{name}")
                assert member is not None, f"{name} is a file of the package"
                (FOLDER / name).write_bytes(member.read())
    (FOLDER / "version").write_text(VERSION, "utf-8")


if __name__ == "__main__":
    if not is_fetched():
        fetch()
    size = sum((FOLDER / name).stat().st_size for name in FILES)
    print(f"Pyodide {VERSION}: {size / 1e6:.1f} MB in {FOLDER}")
