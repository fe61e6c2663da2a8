"""Arrays on disk: the old file or the new one at any time, read whole or refused."""

from __future__ import annotations

import contextlib
import errno
import glob
import hashlib
import io
import os
import secrets
import time
import zipfile
from typing import Any

import numpy as np

from ..engine.checks import as_path

LARGEST = 2**28  # bytes that a file may unpack to: more weights than there can be Values
NO_FILE = "not a file, but a folder, a device or a pipe"
HOUR = 3600.0  # seconds after which a save that has not finished never will


def write_arrays(path: str | os.PathLike[str], arrays: dict[str, Any]) -> None:
    """Write the arrays to a new file beside `path`, and rename the finished file over it.

    Where a link leads, the file behind it is replaced. A process that is killed leaves its
    unfinished file; a later call removes those that are over an hour old.
    """
    for name, array in arrays.items():
        if not np.all(np.isfinite(array)):
            raise ValueError(f"{name} has a NaN or an infinite number; nothing was saved")
    target, content = as_path(os.path.realpath(as_path(path))), io.BytesIO()
    if target.exists() and not target.is_file():
        raise IsADirectoryError(errno.EISDIR, f"nothing was saved; {NO_FILE}", str(path))
    with zipfile.ZipFile(content, "w") as archive:  # as numpy.savez, to which no array is "file"
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as entry:
                np.lib.format.write_array(entry, array, allow_pickle=False)
    beside = target.with_name(f"{target.name}.{secrets.token_hex(8)}.unfinished")
    try:
        with open(beside, "xb") as file:
            file.write(_sealed(content.getvalue()))
            file.flush()
            os.fsync(file.fileno())  # before its new name, or a power cut could leave it empty
        with contextlib.suppress(FileNotFoundError):
            beside.chmod(target.stat().st_mode)
        os.replace(beside, target)
    except OSError as error:
        reason = f"nothing was saved, what was there is intact; {error.strerror}"
        raise OSError(error.errno, reason, str(path)) from error
    finally:
        with contextlib.suppress(OSError):
            beside.unlink()
    for left in target.parent.glob(f"{glob.escape(target.name)}.*.unfinished"):
        with contextlib.suppress(OSError):  # another process may have removed it
            if left.stat().st_mtime < time.time() - HOUR:
                left.unlink()
    with contextlib.suppress(OSError, AttributeError):  # the new name, too, where a system can
        folder = os.open(target.parent, os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _sealed(archive: bytes) -> bytes:
    """The archive with a comment, the digest of all else."""
    sealed = archive[:-2] + (64).to_bytes(2, "little")
    return sealed + hashlib.sha256(sealed).hexdigest().encode()


def read_arrays(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The arrays of a file that `write_arrays` wrote; ValueError if it is not whole."""
    path = as_path(path)
    if path.exists() and not path.is_file():  # a device or pipe may have no end
        raise ValueError(NO_FILE)
    with path.open("rb") as file:
        try:
            content = file.read(2 * LARGEST)
            archive = zipfile.ZipFile(io.BytesIO(content))
            is_sealed = archive.comment or content[-2:] != b"\0\0"  # which say: no comment
            if is_sealed and hashlib.sha256(content[:-64]).hexdigest().encode() != content[-64:]:
                raise ValueError("its digest does not fit: a byte has changed")
            entries = archive.infolist()
            if sum(entry.file_size for entry in entries) > LARGEST:
                raise ValueError(f"it unpacks to more than {LARGEST:,} bytes")
            # Read to its end first, else the checksum of an entry is not looked at.
            contents = {entry.filename: io.BytesIO(archive.read(entry)) for entry in entries}
            arrays = {
                name.removesuffix(".npy"): np.lib.format.read_array(entry, allow_pickle=False)
                for name, entry in contents.items()
            }
            if len(arrays) < len(entries):
                raise ValueError("it has two arrays of one name")
            return arrays
        except Exception as error:  # zipfile and NumPy raise a dozen kinds on damaged bytes
            raise ValueError(f"not a whole file of weights: {error}") from error
