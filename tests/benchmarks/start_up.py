"""How long a call of the program takes beside a bare script that only imports the libraries it stands on.

Run by hand: ``python tests/benchmarks/start_up.py [ROUNDS]``. The calls take turns, so that whatever else the machine
does falls on all of them alike, and only their ratios count; those of the processor's time are the steadier ones where
it has other work. `import pydantic` alone loads next to nothing, so a second script names what any use of it loads;
typer does so as soon as a command has an argument to parse, which a third program does and no more.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter

ROUNDS = 15
TARGET = 1.15

IMPORTS = "import typer, pydantic, yaml, numpy; from rich.console import Console; from rich.table import Table"
PARSES = """
import typer, yaml, numpy
app = typer.Typer(rich_markup_mode=None)
@app.command()
def run(name: str, digits: int = 6) -> None: ...
app(["two-two-one"])
"""
TUTOR = str(Path(sys.executable).with_name("tutor"))
CALLS: Mapping[str, Sequence[str]] = {
    "bare imports": (sys.executable, "-c", IMPORTS),
    "bare imports, pydantic.BaseModel": (sys.executable, "-c", f"{IMPORTS}; from pydantic import BaseModel"),
    "typer, NumPy, yaml; one argument": (sys.executable, "-c", PARSES),
    "tutor run two-two-one": (TUTOR, "run", "two-two-one"),
    "tutor run lenet-step (at most 3)": (TUTOR, "run", "lenet-step"),
    "tutor list": (TUTOR, "list"),
    "tutor --help": (TUTOR, "--help"),
    "tutor --version": (TUTOR, "--version"),
}


def seconds(call: Sequence[str], environment: Mapping[str, str]) -> tuple[float, float]:
    """The wall time and the processor time of one call, its output going to a file."""
    with tempfile.TemporaryFile() as output:
        start, before = perf_counter(), _of_children()
        subprocess.run(call, stdout=output, env=environment, check=True)
        return perf_counter() - start, _of_children() - before


def _of_children() -> float:
    """The processor time of all calls up to now."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measured(rounds: int, calls: Mapping[str, Sequence[str]] = CALLS) -> dict[str, list[tuple[float, float]]]:
    """The times of every call, round by round, after a first round that only writes the bytecode and stores what is read."""
    with tempfile.TemporaryDirectory() as folder:
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment = {**kept, "PYTHONPYCACHEPREFIX": folder, "XDG_CACHE_HOME": folder}
        turns = [{name: seconds(call, environment) for name, call in calls.items()} for _ in range(1 + rounds)]
    return {name: [turn[name] for turn in turns[1:]] for name in calls}


def main() -> None:
    """For wall and processor time: the median of every call, and its median ratio to the two bare scripts of its round."""
    times = measured(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
    for i, clock in enumerate(("wall", "processor")):
        taken = {name: [turn[i] for turn in turns] for name, turns in times.items()}
        bare, used, *_ = taken.values()
        print(f"{clock + ' time':34}{'ms':>6}{'/ bare':>9}{'/ BaseModel':>13}   (tutor run: at most {TARGET})")
        for name, own in taken.items():
            ratios = (median(t / b for t, b in zip(own, base, strict=True)) for base in (bare, used))
            print(f"{name:34}{1000 * median(own):6.0f}" + "{:9.2f}{:13.2f}".format(*ratios))


if __name__ == "__main__":
    main()
