"""What every command costs as a scenario grows: ``python -m tests.benchmarks.growth [WORD ...]``.

Each call is a process of its own, its output going nowhere: seconds of processor time and megabytes held at most, those
of importing the program included. A row may take 3 s and 300 MB, 784-30-10 with 32 examples 10 s; what is above says so.
A call that refuses is marked with its exit status. With words, only the rows and commands that have one of them in their
name.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

TUTOR = str(Path(sys.executable).with_name("tutor"))
SECONDS, MEGABYTES = 3.0, 300.0
LARGER = {"784-30-10 x 32": 10.0}
"""The rows that may take longer."""
QUIET = {"OPENBLAS_NUM_THREADS": "1", "TERM": "dumb", "PYTHONDONTWRITEBYTECODE": ""}
"""The environment: compiled modules are kept, as those of an installed program are."""

COMMANDS: Mapping[str, Sequence[str]] = {
    "run": ("run", "{file}"),
    "json": ("run", "{file}", "--format", "json"),
    "html": ("export", "{file}", "-o", "{folder}/lesson.html", "--force"),
    "diagnose a gradient": ("diagnose", "{file}", "{gradient}=0.123456"),
    "diagnose the loss": ("diagnose", "{file}", "{loss}=0.123456"),
    "diagnose five": (
        *("diagnose", "{file}", "{gradient}=0.123456", "{last}=0.0123", "{value}=0.45678", "{after}=0.1234"),
        "{loss}=0.123456",
    ),
    "verify": ("verify", "{file}"),
    "worksheet": ("worksheet", "{file}", "-o", "{folder}/sheets"),
    "train": ("train", "{file}", "--epochs", "10"),
}


@dataclass(frozen=True)
class Row:
    """A scenario file, and the names of figures that a learner may claim of it."""

    name: str
    text: str
    claims: Mapping[str, str]


def layered(name: str, sizes: Sequence[int], examples: int) -> Row:
    """A network of sigmoids with drawn weights."""
    layer = "    - {{units: {}, activation: sigmoid, weights: {{init: uniform, low: -0.5, high: 0.5, seed: {}}}, bias: 0.1}}\n"
    layers = "".join(layer.format(units, i) for i, units in enumerate(sizes[1:]))
    data = "".join(
        f"  - {{x: {[(7 * i + 3 * j) % 17 / 20 for j in range(sizes[0])]}, y: {[(i + j) % 2 for j in range(sizes[-1])]}}}\n"
        for i in range(examples)
    )
    text = f"title: A network\nnetwork:\n  inputs: {sizes[0]}\n  layers:\n{layers}data:\n{data}"
    last = len(sizes) - 1
    first = "[1]" if examples == 1 else "[1,1]"
    names = {"gradient": "grads.W1[1,1]", "last": f"grads.b{last}[1]", "value": f"a{last}{first}"}
    return Row(f"{name} x {examples}", text, {**names, "after": f"after.a{last}{first}", "loss": "loss"})


def chain(length: int) -> Row:
    """A graph of so many nodes, each made of the one before."""
    return in_a_row(f"chain of {length:,}", "sin({before}) + 0.1", length - 1)


def paths(number: int) -> Row:
    """A graph with 2^number paths from its input to its output."""
    return in_a_row(f"2^{number} paths", "0.3 * {before} + 0.2 * {before}^2", number)


def in_a_row(name: str, formula: str, last: int) -> Row:
    """A graph of an input n0 and so many nodes, each by the same formula of the one before."""
    nodes = "".join(f"    n{i}: {formula.format(before=f'n{i - 1}')}\n" for i in range(1, last + 1))
    text = f"title: A graph\ngraph:\n  inputs: {{n0: 0.5}}\n  nodes:\n{nodes}  output: n{last}\n"
    names = {"gradient": "grads.n0", "last": f"grads.n{last // 2}", "value": "n7", "after": "n11", "loss": f"n{last}"}
    return Row(name, text, names)


def softmax(size: int) -> Row:
    """A graph of arrays: a softmax of so many rows and columns, and the sum of its squares."""
    text = (
        "title: A softmax\ngraph:\n  parameters:\n"
        f"    x: {{init: uniform, low: -1, high: 1, shape: [{size}, {size}], seed: 1}}\n"
        "  nodes: {s: softmax(x), o: sum(s^2)}\n  output: o\n"
    )
    names = {"gradient": "grads.x[1,1]", "last": "grads.s[1,1]", "value": "s[1,1]", "after": "after.o", "loss": "o"}
    return Row(f"softmax {size} x {size}", text, names)


ROWS = (
    layered("2-2-1", (2, 2, 1), 1),
    layered("2-2-1", (2, 2, 1), 256),
    layered("8-8-8", (8, 8, 8), 32),
    layered("8-8-8", (8, 8, 8), 256),
    layered("32-32-32", (32, 32, 32), 1),
    layered("128-64-10", (128, 64, 10), 1),
    layered("128-64-10", (128, 64, 10), 256),
    layered("784-30-10", (784, 30, 10), 1),
    layered("784-30-10", (784, 30, 10), 32),
    layered("990-990-10", (990, 990, 10), 1),
    layered("20 layers of 8", (8,) * 21, 1),
    layered("60 layers of 8", (8,) * 61, 1),
    chain(100),
    chain(1_000),
    chain(10_000),
    paths(60),
    softmax(900),
)


def main() -> None:
    """Print a line for each row and command."""
    words = sys.argv[1:]
    print(f"{'scenario':18} {'command':20} {'s':>6} {'MB':>5}  status")
    for row in ROWS:
        for command, pattern in COMMANDS.items():
            if not words or any(word in row.name or word in command for word in words):
                seconds, megabytes, status = cost(row, pattern)
                above = seconds > LARGER.get(row.name, SECONDS) or megabytes > MEGABYTES
                said = f"{seconds:6.1f} {megabytes:5.0f}  {status}{'   above' if above else ''}"
                print(f"{row.name:18} {command:20} {said}", flush=True)


def cost(row: Row, pattern: Sequence[str]) -> tuple[float, float, int]:
    """The processor time and the memory of one call, and its exit status."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "scenario.yaml"
        file.write_text(row.text, encoding="utf-8")
        call = [part.format(file=file, folder=folder, **row.claims) for part in pattern]
        null = subprocess.DEVNULL
        process = subprocess.Popen([TUTOR, *call], stdin=null, stdout=null, stderr=null, env={**os.environ, **QUIET})
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        held = used.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)  # bytes there, kilobytes elsewhere
        return used.ru_utime + used.ru_stime, held, process.returncode


if __name__ == "__main__":
    main()
