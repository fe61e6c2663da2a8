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
from pathlib import Path
from typing import Any

from ..arguments import as_path
from ..needs_numpy import np

MOST_BYTES = 2**28  # that a file may unpack to; a model of so many Values would fill the memory
HOUR = 3600.0  # Seconds; a save that has not finished by then never will.
DIGEST_LENGTH = 64
NO_FILE = "not a file, but a folder, a device or a pipe"


def write_arrays(path: str | os.PathLike[str], arrays: dict[str, Any]) -> None:
    """Write the arrays to a new file beside `path`, and rename the finished file over it.

    Where a link leads, the file behind it is replaced. A process that is killed leaves its
    unfinished file; a later call removes those that are over an hour old.
    """
    for name, array in arrays.items():
        if not np.all(np.isfinite(array)):
            raise ValueError(f"{name} has a NaN or an infinite number; nothing was saved")
    target = as_path(os.path.realpath(as_path(path)))
    if target.exists() and not target.is_file():
        raise IsADirectoryError(errno.EISDIR, f"nothing was saved; {NO_FILE}", str(path))
    content = _sealed(_archive_of(arrays))
    try:
        _replace(target, content)
    except OSError as error:
        reason = f"nothing was saved, what was there is intact; {error.strerror}"
        raise OSError(error.errno, reason, str(path)) from error
    _remove_abandoned(target)
    _sync_folder(target.parent)


def _archive_of(arrays: dict[str, Any]) -> bytes:
    """The arrays as `numpy.savez` writes them, which refuses an array by the name of "file"."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as entry:
                np.lib.format.write_array(entry, array, allow_pickle=False)
    return content.getvalue()


def _sealed(archive: bytes) -> bytes:
    """The archive with a comment, the digest of all that comes before it."""
    sealed = archive[:-2] + DIGEST_LENGTH.to_bytes(2, "little")
    return sealed + hashlib.sha256(sealed).hexdigest().encode()


def _replace(target: Path, content: bytes) -> None:
    """Write a new file with the permissions of the old one, and give it the old one's name."""
    beside = target.with_name(f"{target.name}.{secrets.token_hex(8)}.unfinished")
    try:
        with open(beside, "xb") as file:
            file.write(content)
            file.flush()
            # The content must be on the disk before the name is, or a power cut could leave a
            # file of that name that is empty.
            os.fsync(file.fileno())
        with contextlib.suppress(FileNotFoundError):
            beside.chmod(target.stat().st_mode)
        os.replace(beside, target)
    finally:
        with contextlib.suppress(OSError):
            beside.unlink()


def _remove_abandoned(target: Path) -> None:
    """Remove what killed processes have left beside the target."""
    for left in target.parent.glob(f"{glob.escape(target.name)}.*.unfinished"):
        with contextlib.suppress(OSError):  # Another process may have removed it meanwhile.
            if left.stat().st_mtime < time.time() - HOUR:
                left.unlink()


def _sync_folder(folder: Path) -> None:
    """Make sure that the new name is on the disk, too, where the system offers this."""
    with contextlib.suppress(OSError, AttributeError):
        opened = os.open(folder, os.O_DIRECTORY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def read_arrays(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The arrays of a file that `write_arrays` wrote; ValueError if it is not whole."""
    path = as_path(path)
    if path.exists() and not path.is_file():  # A device or a pipe may have no end.
        raise ValueError(NO_FILE)
    with path.open("rb") as file:
        try:
            return _arrays_in(file.read(2 * MOST_BYTES))
        except Exception as error:  # Damaged bytes make zipfile and NumPy raise a dozen kinds.
            raise ValueError(f"not a whole file of weights: {error}") from error


def _arrays_in(content: bytes) -> dict[str, Any]:
    """Unpack an archive, of this module or of `numpy.savez`; any error if it is damaged."""
    archive = zipfile.ZipFile(io.BytesIO(content))
    _check_seal(content, archive)
    entries = archive.infolist()
    if sum(entry.file_size for entry in entries) > MOST_BYTES:
        raise ValueError(f"it unpacks to more than {MOST_BYTES:,} bytes")
    arrays = {}
    for entry in entries:
        # zipfile compares the checksum of an entry only when the entry is read to its end.
        whole = io.BytesIO(archive.read(entry))
        name = entry.filename.removesuffix(".npy")
        arrays[name] = np.lib.format.read_array(whole, allow_pickle=False)
    if len(arrays) < len(entries):
        raise ValueError("it has two arrays of one name")
    return arrays


def _check_seal(content: bytes, archive: zipfile.ZipFile) -> None:
    """Compare the digest; an archive without a comment, as NumPy writes it, need not have one."""
    ends_without_comment = content[-2:] == b"\0\0"
    if ends_without_comment and not archive.comment:
        return
    before, digest = content[:-DIGEST_LENGTH], content[-DIGEST_LENGTH:]
    if hashlib.sha256(before).hexdigest().encode() != digest:
        raise ValueError("its digest does not fit: a byte has changed")
