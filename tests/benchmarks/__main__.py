"""Every ratio to hand-written NumPy, measured in the same run: ``python -m tests.benchmarks``.

Contenders take turns, round after round, and the medians are compared, so that a busy machine disturbs all alike.
Rivals are measured where they are installed. What is above its target says so.
"""

from __future__ import annotations

from statistics import median
from time import perf_counter

from tests.benchmarks.works import WORKS, Work

ROUNDS = 9


def main() -> None:
    """Print the table, one work after another."""
    print(f"{'work':58} {'contender':28} {'ratio':>8} {'at most':>8}")
    for work in WORKS:
        show(work, measured(work))


def measured(work: Work) -> dict[str, float]:
    """The median time of each contender, in seconds."""
    times: dict[str, list[float]] = {name: [] for name in work.contenders}
    for carry_out in work.contenders.values():
        carry_out()
    for _ in range(ROUNDS):
        for name, carry_out in work.contenders.items():
            began = perf_counter()
            carry_out()
            times[name].append(perf_counter() - began)
    return {name: median(found) for name, found in times.items()}


def show(work: Work, times: dict[str, float]) -> None:
    """The ratios of one work; the first contender is what they are relative to."""
    (first, base), *others = times.items()
    print(f"{work.name:58} {first:28} {1:8.3f} {base * 1e3:10.3f} ms")
    for name, seconds in others:
        most = work.most.get(name)
        verdict = "" if most is None else f"{most:8.2f}{'' if seconds <= most * base else '   above'}"
        print(f"{'':58} {name:28} {seconds / base:8.3f} {verdict}")


if __name__ == "__main__":
    main()
