"""How all benchmarks measure."""

import gc
import time
from collections.abc import Callable


def shortest(step: Callable[[], object], repeats: int = 7) -> float:
    """The shortest of some runs in seconds: the collector is on, and starts from a clean heap."""
    times = []
    for _ in range(repeats):
        gc.collect()
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    return min(times)
