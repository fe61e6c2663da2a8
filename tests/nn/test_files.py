"""Weights on disk: saving through kills and full disks, loading what was damaged or made up."""

import math
import os
import pickle
import random
import resource
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from microgradnn import Value, nn
from microgradnn.nn import files

PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "dev")
KILLS = {"dev": 10, "ci": 50, "nightly": 500}[PROFILE]


@pytest.fixture
def model() -> nn.MLP:
    return nn.MLP(1, [2, 1], rng=1)


def weights(model: nn.MLP) -> list[float]:
    return [p.data for p in model.parameters()]


# ---- Saving ------------------------------------------------------------------------------------


# For each line that it reads, a process that saves for ever: the numbers 1, 2, 3 … in turn.
SAVERS = """
import itertools, os, sys
import numpy as np
from microgradnn.nn.files import read_arrays, write_arrays
path = sys.argv[1]
for _ in sys.stdin:
    child = os.fork()
    while not child:
        write_arrays(path, {"w": read_arrays(path)["w"] + 1.0})
    print(child, flush=True)
    print(os.waitpid(child, 0), flush=True)
"""


def test_a_kill_leaves_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    path, rng = tmp_path / "weights.npz", random.Random(0)
    files.write_arrays(path, {"w": np.zeros(100_000)})
    saved, left = 0.0, 1
    with subprocess.Popen(
        [sys.executable, "-c", SAVERS, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},  # one thread, so that it may fork
        text=True,
    ) as savers:
        assert savers.stdin
        assert savers.stdout
        for kill in range(KILLS):
            old = path.stat().st_ino
            print(file=savers.stdin, flush=True)
            child = int(savers.stdout.readline())
            time.sleep(rng.uniform(0.0, 0.05))
            while kill % 2 and len(os.listdir(tmp_path)) == left:
                time.sleep(0.0002)  # every other kill waits until a save has begun
            while kill % 4 == 2 and path.stat().st_ino == old:
                time.sleep(0.0002)  # and some, until one has been finished
            os.kill(child, signal.SIGKILL)
            assert str(child) in savers.stdout.readline()  # it is dead
            arrays = files.read_arrays(path)["w"]
            assert arrays.shape == (100_000,)
            assert saved <= arrays[0] == arrays.min() == arrays.max()
            saved, before, left = arrays[0], left, len(os.listdir(tmp_path))
            assert left - before in (0, 1)  # at most the unfinished file of this kill
        savers.stdin.close()
    assert saved  # they did save
    assert left > 1  # and were killed in the middle of that


def test_abandoned_files_are_removed_by_a_later_save(model: nn.MLP, tmp_path: Path) -> None:
    path = tmp_path / "a[1].npz"
    names = ["a[1].npz.00.unfinished", "a[1].npz.01.unfinished", "a1.npz.02.unfinished"]
    for name, age in zip(names, (2 * files.HOUR, 0.0, 2 * files.HOUR), strict=True):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, times=(time.time() - age,) * 2)
    model.save(path)
    assert sorted(os.listdir(tmp_path)) == sorted(["a[1].npz", *names[1:]])


def test_a_full_disk_leaves_the_old_file(model: nn.MLP, tmp_path: Path) -> None:
    path = tmp_path / "weights.npz"
    model.save(path)
    before = path.read_bytes()
    model.parameters()[0].data += 1.0
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)  # Python ignores SIGXFSZ
    for most in (0, 1, len(before) // 2, len(before) - 1):
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, unlimited[1]))
        try:
            with pytest.raises(OSError, match=r"nothing was saved.*too large.*weights\.npz'"):
                model.save(path)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
        assert path.read_bytes() == before
        assert os.listdir(tmp_path) == ["weights.npz"]
    model.save(path)
    assert path.read_bytes() != before


def test_save_refuses_nan_and_keeps_the_old_file(model: nn.MLP, tmp_path: Path) -> None:
    path = tmp_path / "weights.npz"
    model.save(path)
    before = path.read_bytes()
    model.parameters()[0].data = math.nan
    with pytest.raises(ValueError, match=r"layers\.0\.weight has a NaN"):
        model.save(path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["weights.npz"]


def test_places_that_cannot_be_written(model: nn.MLP, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path, error in (
        (tmp_path, IsADirectoryError),
        (tmp_path / "nowhere" / "weights.npz", FileNotFoundError),
        (tmp_path / "file" / "weights.npz", NotADirectoryError),
        (tmp_path / ("x" * 250), OSError),
    ):
        with pytest.raises(error, match="nothing was saved"):
            model.save(path)
        with pytest.raises((OSError, ValueError)):
            model.load(path)
    assert os.listdir(tmp_path) == ["file"]


def test_a_file_keeps_its_links_and_has_the_usual_permissions(
    model: nn.MLP, tmp_path: Path
) -> None:
    link, target, usual = tmp_path / "link", tmp_path / "weights", tmp_path / "usual"
    link.symlink_to(target)
    usual.touch()
    model.save(link)
    assert link.is_symlink()
    assert target.stat().st_mode == usual.stat().st_mode
    target.chmod(0o600)
    model.save(link)
    assert target.stat().st_mode & 0o777 == 0o600


def test_the_same_weights_are_the_same_bytes_and_numpy_reads_them(
    model: nn.MLP, tmp_path: Path
) -> None:
    model.save(tmp_path / "a")
    model.save(tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    with np.load(tmp_path / "a") as arrays:
        assert {k: v.tolist() for k, v in arrays.items()} == {
            k: v.tolist() for k, v in model.state_dict().items()
        }


def test_a_parameter_may_have_any_name(tmp_path: Path) -> None:
    class Named(nn.Module):
        def __init__(self, number: float) -> None:
            self.file, self.allow_pickle, self.args = map(Value, (number, number + 1, number + 2))

    model = Named(0.0)
    Named(1.0).save(tmp_path / "w")
    model.load(tmp_path / "w")
    assert [p.data for p in model.parameters()] == [1.0, 2.0, 3.0]


def test_threads_may_save_to_the_same_place(tmp_path: Path) -> None:
    def save(k: int) -> None:
        for _ in range(20):
            files.write_arrays(tmp_path / "w", {"w": np.full(10_000, float(k))})
            assert len(set(files.read_arrays(tmp_path / "w")["w"])) == 1

    failures: list[Any] = []
    threads = [threading.Thread(target=save, args=(k,)) for k in range(4)]
    before, threading.excepthook = threading.excepthook, failures.append
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        threading.excepthook = before
    assert failures == []
    assert os.listdir(tmp_path) == ["w"]


# ---- Loading -----------------------------------------------------------------------------------


def assert_refused(model: nn.MLP, path: Path, message: str = "") -> None:
    before = list(map(float.hex, weights(model)))
    with pytest.raises(ValueError, match=message) as raised:
        model.load(path)
    assert str(path) in str(raised.value)
    assert "The model is as it was" in str(raised.value)
    assert list(map(float.hex, weights(model))) == before


def test_every_truncation_is_refused(model: nn.MLP, tmp_path: Path) -> None:
    path = tmp_path / "weights.npz"
    model.save(path)
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        assert_refused(model, path, "not a whole file of weights")
    path.write_bytes(whole)
    model.load(path)


def test_every_flipped_byte_is_refused(model: nn.MLP, tmp_path: Path) -> None:
    path = tmp_path / "weights.npz"
    model.save(path)
    whole = path.read_bytes()
    for place in range(len(whole)):
        # At night all changes of each byte, else one bit of each, and of its neighbour another.
        for flip in range(1, 256) if PROFILE == "nightly" else [1 << place % 8]:
            damaged = bytes([whole[place] ^ flip])
            path.write_bytes(whole[:place] + damaged + whole[place + 1 :])
            assert_refused(model, path, "not a whole file of weights")
    for junk in (b"\0" + whole, whole + b"\0", whole[:-1] + b"\0\0"):
        path.write_bytes(junk)
        assert_refused(model, path, "its digest does not fit")


def test_the_checksum_counts_where_fewer_bytes_are_read_than_there_are(tmp_path: Path) -> None:
    path = tmp_path / "w.npz"
    np.savez(path, w=np.arange(10_000.0))  # without a digest
    path.write_bytes(path.read_bytes().replace(b"'<f8'", b"'<f4'"))
    with pytest.raises(ValueError, match="CRC"):
        files.read_arrays(path)


class Bomb:
    def __reduce__(self) -> Any:
        return os.mkdir, ("exploded",)


def entry(array: Any) -> bytes:
    buffer = BytesIO()
    np.save(buffer, array, allow_pickle=True)
    return buffer.getvalue()


def with_header(**changes: Any) -> bytes:
    """An array of five numbers whose header says something else."""
    header = {"descr": "<f8", "fortran_order": False, "shape": (2, 1), **changes}
    buffer = BytesIO()
    np.lib.format.write_array_header_1_0(buffer, header)
    return buffer.getvalue() + bytes(40)


def zipped(entries: dict[str, bytes], **options: Any) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", **options) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


NAME = "layers.0.weight.npy"
CHANGES: dict[str, Callable[[dict[str, bytes]], dict[str, bytes]]] = {
    r"missing .'layers\.1\.bias'": lambda e: {k: e[k] for k in e if k != "layers.1.bias.npy"},
    r"unexpected .'extra'": lambda e: {**e, "extra.npy": entry(np.zeros(1))},
    r"unexpected .'\.\./layers\.1\.bias'": lambda e: {**e, "../layers.1.bias.npy": entry(0.0)},
    r"unexpected .'/etc/passwd'": lambda e: {**e, "/etc/passwd.npy": entry(0.0)},
    r"shape \(1, 2\), expected \(2, 1\)": lambda e: {**e, NAME: entry(np.zeros((1, 2)))},
    r"weight has a NaN": lambda e: {**e, NAME: entry(np.array([[1.0], [math.nan]]))},
    r"infinite number": lambda e: {**e, NAME: entry(np.array([[1.0], [-math.inf]]))},
    r"a NaN or an infinite": lambda e: {
        **e,
        NAME: entry(np.array([["1e4000"], ["1"]]).astype("g")),
    },
    r"got dtype complex": lambda e: {**e, NAME: entry(np.zeros((2, 1), complex))},
    r"got dtype <U1": lambda e: {**e, NAME: entry([["1"], ["2"]])},
    r"got dtype datetime": lambda e: {**e, NAME: entry(np.zeros((2, 1), "M8[s]"))},
    r"got dtype \[": lambda e: {**e, NAME: entry(np.zeros((2, 1), "f8,f8"))},
    r"allow_pickle": lambda e: {**e, NAME: entry(np.array([[Bomb()], [Bomb()]]))},
    r"two arrays of one name": lambda e: {**e, "layers.1.bias": e["layers.1.bias.npy"]},
    r"not a whole .*magic": lambda e: {**e, NAME: b"x" * 200},
    r"not a whole .*shape is not valid": lambda e: {**e, NAME: with_header(shape="(2, 1)")},
    r"not a whole file of weights": lambda e: {**e, NAME: with_header(shape=(2**40, 2**10))},
    r"not a whole file of  ?weights": lambda e: {**e, NAME: with_header(shape=(2**62, 2**62))},
    r"not a whole file of (weights)": lambda e: {**e, NAME: with_header(shape=(-2, -1))},
    r"not a whole file (of weights)": lambda e: {**e, NAME: with_header(descr="<f8; import os")},
    r"unpacks to more than 268,435,456 bytes": lambda e: {**e, NAME: bytes(files.MOST_BYTES + 1)},
}


@pytest.mark.parametrize("message", CHANGES)
def test_what_was_made_up_is_refused(
    model: nn.MLP, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "weights.npz"
    model.save(path)
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    path.write_bytes(zipped(CHANGES[message](entries), compression=zipfile.ZIP_DEFLATED))
    assert_refused(model, path, message)
    assert os.listdir(tmp_path) == ["weights.npz"]
    path.write_bytes(zipped(entries, compression=zipfile.ZIP_DEFLATED))
    model.load(path)


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"\0" * 1000, b"PK\x05\x06" + bytes(18), b"\x93NUMPY", entry(np.zeros(5))),
        *(pickle.dumps(Bomb()), pickle.dumps(nn.Neuron(1)), entry(np.array([Bomb()]))),
    ],
    ids=["empty", "zeros", "empty zip", "magic", "one array", "pickle", "model", "objects"],
)
def test_other_files_are_refused(
    model: nn.MLP, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "weights.npz").write_bytes(content)
    assert_refused(model, tmp_path / "weights.npz", "not a whole file of weights|missing")
    assert os.listdir(tmp_path) == ["weights.npz"]


def test_what_is_no_file(model: nn.MLP, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no\.npz"):
        model.load(tmp_path / "no.npz")
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", Path(os.devnull), Path("/dev/zero")):
        assert_refused(model, path, "not a file, but a folder, a device or a pipe")
    for path in (tmp_path, tmp_path / "pipe", Path("/")):
        with pytest.raises(OSError, match="nothing was saved; not a file, but a folder, a device"):
            model.save(path)
    assert (tmp_path / "pipe").is_fifo()
