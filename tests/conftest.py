"""What each profile of `effort` means to hypothesis; both back ends; unseeded networks."""

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from effort import PROFILE
from hypothesis import HealthCheck, Phase, settings

from microgradnn.compiler import compile

# A machine that others use at the same moment is slow now and then; that is no failure.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

settings.register_profile("dev", patient, max_examples=30)
settings.register_profile("ci", patient, max_examples=100, derandomize=True, print_blob=True)
settings.register_profile("nightly", patient, max_examples=10_000, print_blob=True)
settings.register_profile(
    "faults", patient, max_examples=200, derandomize=True, database=None, phases=[Phase.generate]
)
settings.load_profile(PROFILE)


def pytest_runtest_setup() -> None:
    """Networks without `rng` draw from `random`: the same in each test, alone or after others."""
    random.seed(0)


# Files whose tests compile nothing, or name the back end.
ON_ONE_BACK_END = {
    *(f"test_{name}" for name in ("back_end", "emit_jax", "emit_native", "naming", "patterns")),
    *(f"test_{name}" for name in ("native_machine", "native_runs", "own_rows", "steps")),
    *(f"test_{name}" for name in ("emit_javascript", "javascript_loops", "javascript_products")),
}


@pytest.fixture(scope="module")
def default_backend(request: Any) -> Iterator[None]:
    """The back end of programs whose test does not name one."""
    if request.param == "native":
        pytest.importorskip("llvmlite", reason="the native back end needs llvmlite")
    defaults: Any = compile.__kwdefaults__
    defaults["backend"] = request.param
    yield
    defaults["backend"] = "numpy"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test of the compiler runs on both back ends."""
    path = Path(metafunc.module.__file__ or "")
    is_test = path.parent.name == "compiler" and path.stem.startswith("test_")
    if is_test and path.stem not in ON_ONE_BACK_END:
        metafunc.fixturenames.insert(0, "default_backend")
        names = ["numpy", "native"]
        metafunc.parametrize("default_backend", names, indirect=True, scope="module")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the site, built once; or the one in SITE, which has been built before."""
    if "SITE" in os.environ:
        return Path(os.environ["SITE"])
    for needed in ("sphinx", "furo", "myst_parser"):
        pytest.importorskip(needed, reason="the site needs: pip install 'microgradnn[docs]'")
    folder = tmp_path_factory.mktemp("built") / "site"
    program = Path(__file__).parents[1] / "docs" / "build_site.py"
    done = subprocess.run(
        [sys.executable, str(program), str(folder)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return folder
