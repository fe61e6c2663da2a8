"""The compiler: write scalars, run matrices.

A recorded graph knows one sample. This room turns it into a program that runs a whole batch on
arrays, values and gradients, by a handful of passes; each is a file that makes something printable.
Users call `compile`, in `compiling.py`. Read `program.py` first: `Program._scheduled` names the
passes in their order. `docs/compiler.md` follows one small network through all of them.
"""

from .. import needs_numpy  # noqa: F401 - first, for its error is a sentence
from .compiling import Programs, compile
from .program import Program

__all__ = ["Program", "Programs", "compile"]
