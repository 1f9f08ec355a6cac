"""How long a live page takes to follow a change, in a headless Chromium: ``python -m tests.benchmarks.pages [NAME ...]``.

At the beginning of a frame a field gets another number and its event is handled; the end is when the frame with the new
figures is laid out, painted and handed to the compositor. It is the mean over many changes of different fields, in
processor time of the page's main thread where the system tells it (Linux), as other programs would disturb a clock;
beside it the median by the clock. What is above its target says so.
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
const [changes, done] = arguments, inputs = [...document.querySelectorAll("input.field")], times = [];
const painted = new MessageChannel();
let began;
const change = () => {
  const input = inputs[(7 * times.length) % inputs.length], value = Number(input.value) || 0.5;
  began = performance.now();
  input.value = String(value * 1.01);
  input.dispatchEvent(new Event("input", {bubbles: true}));
  painted.port2.postMessage("comes after the frame");
};
painted.port1.onmessage = () => {
  times.push(performance.now() - began);
  if (times.length < changes) requestAnimationFrame(change);
  else done(times.sort((a, b) => a - b)[changes >> 1]);
};
requestAnimationFrame(change);
"""


def main() -> None:
    """Print a line for each page."""
    with browser() as opened, tempfile.TemporaryDirectory() as folder:
        for name in sys.argv[1:] or MOST:
            path = Path(folder) / f"{name}.html"
            path.write_text(page_text(name, "en"), encoding="utf-8")
            opened.open(path)
            opened.wait(TIMED, CHANGES)
            before = processor_time()
            clock = opened.wait(TIMED, CHANGES)
            spent = 1000 * (processor_time() - before) / CHANGES or clock
            target = MOST.get(name)
            verdict = "" if target is None else f"   at most {target:g}{'' if spent <= target else '   above'}"
            print(f"{name:24} {spent:7.1f} ms, by the clock {clock:.1f} ms{verdict}", flush=True)


def processor_time() -> float:
    """The seconds of processor time so far of the main threads of this program's pages; 0 where it is not told."""
    known, spent = {os.getpid()}, 0
    for process in sorted(Path("/proc").glob("[0-9]*"), key=lambda folder: int(folder.name)):
        try:
            parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
            if parent in known:
                known.add(int(process.name))
                if "--type=renderer" in (process / "cmdline").read_text():
                    spent += int((process / "schedstat").read_text().split()[0])
        except OSError:  # it has ended meanwhile
            continue
    return spent / 1e9


if __name__ == "__main__":
    main()
