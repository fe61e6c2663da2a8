"""How all benchmarks measure."""

import gc
import os
import platform
import time
from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError, version


def shortest(step: Callable[[], object], repeats: int = 7) -> float:
    """The shortest of some runs in seconds: the collector is on, and starts from a clean heap."""
    times = []
    for _ in range(repeats):
        gc.collect()
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    return min(times)


def shortest_in_turns(
    steps: Mapping[str, Callable[[], object]], repeats: int = 7, collector: bool = True
) -> dict[str, float]:
    """The shortest run of each step in seconds of this process; as they take turns, noise that
    lasts meets all of them. Without the collector what is left is the engine's own work.
    """
    times: dict[str, list[float]] = {name: [] for name in steps}
    for step in steps.values():
        step()  # what is done only once, such as writing the kernels
    for _ in range(repeats):
        for name, step in steps.items():
            gc.collect()
            if not collector:
                gc.disable()
            start = time.process_time()
            step()
            times[name].append(time.process_time() - start)
            gc.enable()
    return {name: min(runs) for name, runs in times.items()}


def setting() -> str:
    """What a printed figure depends on: Python, the peers, the machine and its load."""
    parts = [f"Python {platform.python_version()}"]
    for peer in ("numpy", "micrograd"):
        try:
            parts.append(f"{peer} {version(peer)}")
        except PackageNotFoundError:
            parts.append(f"no {peer}")
    load = ", ".join(f"{x:.2f}" for x in os.getloadavg())
    return f"{', '.join(parts)}; {platform.machine()}, {os.cpu_count()} cores, load {load}"
