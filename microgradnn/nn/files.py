"""Arrays on disk: the old file or the new one at any time, read whole or refused."""

from __future__ import annotations

import os
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

# What NumPy and zipfile raise on a file that is truncated, altered or something else.
_UNREADABLE = (
    *(OSError, ValueError, EOFError, KeyError, NotImplementedError),
    *(zipfile.BadZipFile, zlib.error),
)


def write_arrays(path: str | os.PathLike[str], arrays: dict[str, Any]) -> None:
    """Write the arrays beside `path`, and rename the finished file over it."""
    for name, array in arrays.items():
        if not np.all(np.isfinite(array)):
            raise ValueError(f"{name} has a NaN or an infinite number; nothing was saved")
    target = Path(path)
    handle, beside = tempfile.mkstemp(dir=target.parent, prefix=target.name, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, **arrays)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, target)
    except BaseException:
        os.unlink(beside)
        raise


def read_arrays(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The arrays of a file that `write_arrays` wrote; ValueError if it is not whole."""
    with open(path, "rb") as file:
        try:
            with np.load(file, allow_pickle=False) as arrays:
                if not isinstance(arrays, np.lib.npyio.NpzFile):
                    raise ValueError("it holds a single array")
                return {name: arrays[name] for name in arrays.files}
        except _UNREADABLE as error:
            raise ValueError(f"{path} is not a whole file of weights: {error}") from error
