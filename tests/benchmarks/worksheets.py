"""Worksheets for a class, by one process and by two: ``python -m tests.benchmarks.worksheets [VARIANTS [CHECKOUT]]``.

For each network the processor time of a worksheet with its key, how many times as fast that is as each made alone,
without what a class shares, the seconds that one process and two take by the clock, and how many times as fast two are;
on an idle machine of two cores that is at least 1.8 for 1,000 variants. The memory is the most that this process and each
of its children held.

With the folder of another checkout, such as one made by ``git worktree add ../older COMMIT``, instead how many times as
fast as there the whole command ``tutor worksheet`` is here: in processor time as on a machine of one processor, and by the
clock as it is started by default. The two take turns in the same run, so that they meet the same machine.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter, process_time

from backprop_tutor.practice.worksheet.batch import Order, written
from backprop_tutor.practice.worksheet.forms import FORMS
from backprop_tutor.practice.worksheet.sheet import Assignment, sheet
from backprop_tutor.scenario.load import build, read

NETWORK = """\
title: A network
network:
  inputs: {inputs}
  layers:
    - {{units: {hidden}, activation: sigmoid, weights: {{init: normal, std: 0.5, seed: 1}}, bias: 0.1}}
    - {{units: {outputs}, activation: sigmoid, weights: {{init: normal, std: 0.5, seed: 2}}, bias: 0.2}}
data: [{{x: {x}, y: {y}}}]
"""
SIZES = ((2, 2, 1), (3, 3, 2))
ALONE = 30
"""So many worksheets are made alone."""
TURNS = 3
"""So many times the command is run in each of two checkouts."""
HERE = Path(__file__).parents[2]
COMMAND = """\
import os, runpy, sys
sys.argv[0], processors = "tutor", int(sys.argv.pop())
os.cpu_count = lambda: processors
runpy.run_module("backprop_tutor", run_name="__main__")
"""
"""The program as on a machine of so many processors: older ones have no option for the number of processes."""


def main() -> None:
    """Print a line for each network."""
    variants = int(sys.argv[1]) if sys.argv[1:] else 1000
    for inputs, hidden, outputs in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "network.yaml"
            x, y = [0.5] * inputs, [1] * outputs
            path.write_text(NETWORK.format(inputs=inputs, hidden=hidden, outputs=outputs, x=x, y=y), encoding="utf-8")
            if sys.argv[2:]:
                print(
                    f"{inputs}-{hidden}-{outputs}, {variants} variants: {compared(path, variants, Path(sys.argv[2]))}"
                )
                continue
            order = Order(*read(path), Assignment(1, "en"), "markdown")
            began = process_time()
            one = seconds(order, variants, 1)
            each = 1000 * (process_time() - began) / variants
            two = seconds(order, variants, 2)
            began = process_time()
            alone(order)
            rival = 1000 * (process_time() - began) / ALONE
        print(
            f"{inputs}-{hidden}-{outputs}, {variants} variants: {each:.1f} ms of processor time each, "
            f"{rival / each:.2f} times as fast as alone; {one:.1f} s by one process, {two:.1f} s by two, "
            f"{one / two:.2f} times as fast; at most {most_held():.0f} MB held",
            flush=True,
        )


def compared(scenario: Path, variants: int, other: Path) -> str:
    """How many times as fast as in another checkout the command is in this one."""
    processors, found = os.cpu_count() or 1, []
    for index, what, count in ((0, "processor time of one process", 1), (1, "time by the clock", processors)):
        turns = [[command(folder, scenario, variants, count)[index] for folder in (other, HERE)] for _ in range(TURNS)]
        there, here = map(sum, zip(*turns, strict=True))
        found.append(
            f"{there / TURNS:.1f} s there and {here / TURNS:.1f} s here, {there / here:.2f} times as fast, in {what}"
        )
    return "; ".join(found)


def command(checkout: Path, scenario: Path, variants: int, processors: int) -> tuple[float, float]:
    """The seconds of processor time and by the clock that the command of a checkout takes."""
    with tempfile.TemporaryDirectory() as folder:
        options = ["worksheet", str(scenario), "--variants", str(variants), "-o", f"{folder}/class", str(processors)]
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter()
        subprocess.run(
            [sys.executable, "-c", COMMAND, *options],
            cwd=checkout,
            env={**os.environ, "PYTHONPATH": str(checkout.resolve())},
            check=True,
            capture_output=True,
        )
        clock, after = perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, clock


def seconds(order: Order, variants: int, processes: int) -> float:
    """How long so many worksheets take by the clock; none of them is kept."""
    began = perf_counter()
    for _ in written(order, ("",) * variants, processes):
        pass
    return perf_counter() - began


def alone(order: Order) -> None:
    """Makes some worksheets, each from a scenario that is read for it."""
    for number in range(1, ALONE + 1):
        FORMS[order.form].pages(sheet(order.assignment, build(order.file, order.source), number))


def most_held() -> float:
    """The megabytes that this process or one of its children held at most."""
    held = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return max(held) / (2**20 if sys.platform == "darwin" else 2**10)  # bytes there, kilobytes elsewhere


if __name__ == "__main__":
    main()
