"""Builds the site: `python docs/build_site.py OUT`. Any warning fails, and so does a wrong result.

Nothing is fetched; what the pages show is what their programs gave while this ran.
"""

import shutil
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent


def build(out: Path) -> int:
    """Build from nothing into a folder, and return what Sphinx says: 0 if all is well."""
    from sphinx.cmd.build import main

    shutil.rmtree(out, ignore_errors=True)
    with tempfile.TemporaryDirectory() as notes:
        strict = ["-W", "--keep-going", "-n", "-q", "-j", "auto"]
        code = main([*strict, "-b", "html", "-d", notes, str(HERE), str(out)])
    (out / ".buildinfo").unlink(missing_ok=True)
    (out / ".nojekyll").touch()  # GitHub leaves out folders that begin with _ otherwise
    return code


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: python docs/build_site.py OUT")
    sys.exit(build(Path(sys.argv[1])))
