"""Every ratio to hand-written NumPy, measured in the same run: ``python -m tests.benchmarks [WORD ...]``.

Contenders take turns, round after round, and the medians of their processor time are compared: one thread each, so it
is the time of a quiet machine, and a busy one disturbs all alike. Rivals are measured where they are installed. What
is above its target says so. With words, only the works that have one of them in their name, and to the same result:
memory is settled first, as it is after any work with large arrays.
"""

from __future__ import annotations

import ctypes
import gc
import sys
import tracemalloc
from pathlib import Path
from statistics import median
from time import process_time

import numpy as np

from tests.benchmarks.works import WORKS, Contender, Work

ROUNDS = 11
BYTES = 8
LARGE = 31 * 2**20  # bytes; above 32 MB every array is given back, whatever was freed before


def main() -> None:
    """Print the table, one work after another."""
    settle()
    print(f"NumPy {np.__version__}, {kernel()}")
    print(f"{'work':58} {'contender':28} {'ratio':>8} {'at most':>8}")
    for work in WORKS:
        if not sys.argv[1:] or any(word in work.name for word in sys.argv[1:]):
            show(work, measured(work))


def settle() -> None:
    """Have the allocator keep what is freed, for all contenders alike, as glibc does once a large block was freed.

    Until then it gives every array of 80 kB back to the system, and whoever computes with many of those measures how
    fast the system clears pages.
    """
    np.empty(LARGE, np.uint8)


def kernel() -> str:
    """Which kernel NumPy's own OpenBLAS runs on this machine."""
    for library in Path(np.__file__).parent.parent.glob("numpy.libs/*openblas*"):
        asked = getattr(ctypes.CDLL(str(library)), "scipy_openblas_get_corename64_", None)
        if asked is not None:
            asked.restype = ctypes.c_char_p
            return f"OpenBLAS for {asked().decode()}"
    return "a BLAS that does not say for which processor"


def measured(work: Work) -> dict[str, float]:
    """The median time of each contender, in seconds."""
    times: dict[str, list[float]] = {name: [] for name in work.contenders}
    for carry_out in work.contenders.values():
        carry_out()
    for _ in range(ROUNDS):
        for name, carry_out in work.contenders.items():
            began = process_time()
            carry_out()
            times[name].append(process_time() - began)
    return {name: median(found) for name, found in times.items()}


def held(carry_out: Contender) -> int:
    """The bytes that what is carried out leaves behind, as long as its result is there."""
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    kept = carry_out()
    gc.collect()
    found = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    del kept
    return found


def show(work: Work, times: dict[str, float]) -> None:
    """The ratios of one work; the first contender is what they are relative to."""
    base = next(iter(times.values()))
    for i, (name, seconds) in enumerate(times.items()):
        most = work.most.get(name)
        verdict = "" if most is None else f"{most:8.2f}{'' if seconds <= most * base else '   above'}"
        said = f"{base * 1e3:10.3f} ms" if i == 0 else verdict
        room = (
            f"   holds {held(work.contenders[name]) / (BYTES * work.numbers):.2f} x the numbers" if work.numbers else ""
        )
        print(f"{'' if i else work.name:58} {name:28} {seconds / base:8.3f} {said}{room}", flush=True)


if __name__ == "__main__":
    main()
