"""How long a live page takes to follow a change, in a headless Chromium: ``python -m tests.benchmarks.pages [NAME ...]``.

A field gets another number, its event is handled, and style and layout are settled: from the key to the figures. It is
the mean over many changes of different fields, in processor time of the browser where the system tells it (Linux), as
other programs would disturb a clock; beside it the median by the clock. What is above its target says so.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from backprop_tutor.cli.commands.page import page_text
from tests.page.browser import browser

MOST: Mapping[str, float] = {"mazur-two-two-two": 16, "transformer-step": 50}
"""The most milliseconds that a change may take to show."""
CHANGES = 100
TIMED = """
const inputs = [...document.querySelectorAll("input.field")], times = [];
for (let i = 0; i < arguments[0]; i++) {
  const input = inputs[(7 * i) % inputs.length], value = Number(input.value) || 0.5;
  const began = performance.now();
  input.value = String(value * 1.01);
  input.dispatchEvent(new Event("input", {bubbles: true}));
  document.body.getBoundingClientRect();
  times.push(performance.now() - began);
}
times.sort((a, b) => a - b);
return times[times.length >> 1];
"""


def main() -> None:
    """Print a line for each page."""
    with browser() as opened, tempfile.TemporaryDirectory() as folder:
        for name in sys.argv[1:] or MOST:
            path = Path(folder) / f"{name}.html"
            path.write_text(page_text(name, "en"), encoding="utf-8")
            opened.open(path)
            opened.run(TIMED, CHANGES)
            before = processor_time()
            clock = opened.run(TIMED, CHANGES)
            spent = 1000 * (processor_time() - before) / CHANGES or clock
            target = MOST.get(name)
            verdict = "" if target is None else f"   at most {target:g}{'' if spent <= target else '   above'}"
            print(f"{name:24} {spent:7.1f} ms, by the clock {clock:.1f} ms{verdict}", flush=True)


def processor_time() -> float:
    """The seconds of processor time of this program's children and their children so far; 0 where it is not told."""
    known, found = {os.getpid()}, 0.0
    tick = os.sysconf("SC_CLK_TCK")
    rows = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        rows.append((int(stat.parent.name), int(fields[1]), (int(fields[11]) + int(fields[12])) / tick))
    for pid, parent, seconds in sorted(rows):
        if parent in known:
            known.add(pid)
            found += seconds
    return found


if __name__ == "__main__":
    main()
