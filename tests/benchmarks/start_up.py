"""How long a call of the program takes beside a bare script that only imports the libraries it stands on.

Run by hand: ``python tests/benchmarks/start_up.py [ROUNDS]``. The calls take turns, so that whatever else the machine
does falls on all of them alike, and only their ratios count. `import pydantic` alone loads next to nothing, so a
second script names what any use of it loads; typer does so as soon as a command has an argument to parse.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter

ROUNDS = 15
TARGET = 1.3

IMPORTS = "import typer, pydantic, yaml, numpy; from rich.console import Console; from rich.table import Table"
TUTOR = str(Path(sys.executable).with_name("tutor"))
CALLS: Mapping[str, Sequence[str]] = {
    "bare imports": (sys.executable, "-c", IMPORTS),
    "bare imports, pydantic.BaseModel": (sys.executable, "-c", f"{IMPORTS}; from pydantic import BaseModel"),
    "tutor run two-two-one": (TUTOR, "run", "two-two-one"),
    "tutor list": (TUTOR, "list"),
    "tutor --help": (TUTOR, "--help"),
    "tutor --version": (TUTOR, "--version"),
}


def seconds(call: Sequence[str], environment: Mapping[str, str]) -> float:
    """The wall time of one call, its output going to a file."""
    with tempfile.TemporaryFile() as output:
        start = perf_counter()
        subprocess.run(call, stdout=output, env=environment, check=True)
        return perf_counter() - start


def measured(rounds: int) -> dict[str, list[float]]:
    """The times of every call, round by round, after a first round that only writes the bytecode."""
    with tempfile.TemporaryDirectory() as folder:
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment = {**kept, "PYTHONPYCACHEPREFIX": folder}
        turns = [{name: seconds(call, environment) for name, call in CALLS.items()} for _ in range(1 + rounds)]
    return {name: [turn[name] for turn in turns[1:]] for name in CALLS}


def main() -> None:
    """Print the median time of every call and its median ratio to the two bare scripts of the same round."""
    times = measured(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
    bare, used, *_ = times.values()
    print(f"{'':34}{'ms':>6}{'/ bare':>9}{'/ BaseModel':>13}   (tutor run: at most {TARGET})")
    for name, taken in times.items():
        ratios = (median(t / b for t, b in zip(taken, base, strict=True)) for base in (bare, used))
        print(f"{name:34}{1000 * median(taken):6.0f}" + "{:9.2f}{:13.2f}".format(*ratios))


if __name__ == "__main__":
    main()
