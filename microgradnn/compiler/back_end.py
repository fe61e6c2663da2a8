"""Which back end computes a program, and what it makes: NumPy's code or the native machine's runs.

The idea: both make arrays with the same methods, and a program does not know whose they are. What
the machine cannot do NumPy does: it is asked for all that is not finite, too.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal, get_args

from ..arguments import must_be
from .arrays import Arrays, samples_at_once
from .emit_numpy import NumpyCode
from .expand import expand
from .normalise import normalise
from .steps import Schedule
from .tape import LEAVES, Tape

if TYPE_CHECKING:
    from .emit_native import NativeCode

BackEndName = Literal["numpy", "native", "auto"]
BACKENDS: tuple[BackEndName, ...] = get_args(BackEndName)
FEWEST_NATIVE = 1000  # operations, from which "auto" takes the trouble to compile them


def check_back_end(backend: Any) -> BackEndName:
    """Refuse what is no back end, and the native one where it is not installed."""
    name: BackEndName = must_be(str, backend, "backend", " or ".join(map(repr, BACKENDS)))
    if name not in BACKENDS:
        raise ValueError(f"backend must be {' or '.join(map(repr, BACKENDS))}, got {name!r}")
    if name == "native" and not _is_installed():
        raise ImportError("backend='native' needs llvmlite: pip install 'microgradnn[native]'")
    return name


class BackEnd:
    """What makes the arrays of a program, for any size of batch."""

    def __init__(self, backend: BackEndName, vector_math: bool, tape: Tape) -> None:
        self.asked: BackEndName = check_back_end(backend)
        self.vector_math = vector_math
        self.tape = tape
        self.numpy_codes: dict[tuple[bool, bool], NumpyCode] = {}  # by (finite, gradient)
        self.native_codes: dict[tuple[bool, bool], NativeCode] = {}  # by (single, gradient)
        self.is_native: bool = backend == "native"
        self.reason: str = "as asked for"
        if backend == "auto":
            self.is_native, self.reason = _chosen(tape)

    def maker(
        self, batch: int, finite: bool, gradient: bool, scheduled: Callable[[bool, bool], Schedule]
    ) -> tuple[int, Callable[[int], Any]]:
        """How many samples are computed at once, and what makes arrays for so many."""
        native = self._native_code(batch == 1, gradient) if finite and self.is_native else None
        if native is not None:
            from .native_arrays import NativeArrays

            return native.samples_at_once(), partial(NativeArrays, native)
        schedule = scheduled(finite, gradient)
        code = self.numpy_code(finite, gradient, schedule)
        return samples_at_once(schedule), lambda size: Arrays(schedule, code, size)

    def numpy_code(self, finite: bool, gradient: bool, schedule: Schedule) -> NumpyCode:
        """NumPy's code for this schedule, written once."""
        key = finite, gradient
        if key not in self.numpy_codes:
            self.numpy_codes[key] = NumpyCode(schedule)
        return self.numpy_codes[key]

    def _native_code(self, single: bool, gradient: bool) -> NativeCode | None:
        """The runs for a single sample or for many; None if there are none."""
        from .emit_native import NativeCode
        from .native_code import NoFormula

        key = single, gradient
        if key not in self.native_codes:
            try:
                tape = normalise(expand(self.tape, finite=True, links=gradient))
                self.native_codes[key] = NativeCode(tape, single, gradient, self.vector_math)
            except NoFormula as error:
                self.is_native, self.reason = False, f"since {error}"
        return self.native_codes.get(key)

    def in_words(self) -> str:
        """A line for the summary; none where NumPy was asked for, as it is by default."""
        if self.asked == "numpy":
            return ""
        return f"\nback end: {'native' if self.is_native else 'numpy'}, {self.reason}"


def _is_installed() -> bool:
    return find_spec("llvmlite") is not None


def _chosen(tape: Tape) -> tuple[bool, str]:
    """Whether "auto" is native, and why: by counts alone, so that the choice is always the same."""
    if not _is_installed():
        return False, "since llvmlite is not installed"
    count = sum(op not in LEAVES for op in tape.ops)
    if count < FEWEST_NATIVE:
        return False, f"since {count:,} operations are fewer than {FEWEST_NATIVE:,}"
    return True, f"since {count:,} operations are {FEWEST_NATIVE:,} or more"
