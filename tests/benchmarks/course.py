"""How long a learner at the terminal waits: from Enter to the next question of the course, and for its start.

Run by hand: ``python -m tests.benchmarks.course``. Every unit is gone through with right answers as at a terminal, with
a pause before each answer, as people need one, in which the next question is made. The time is that from a typed line to
the next prompt: the answer judged and kept, its feedback and the next question written. That of the processor is given
beside it, since the wall clock also counts the disk and whatever else the machine does.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack, redirect_stdout
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter, sleep, thread_time

from backprop_tutor.cli.practice.quiz_session import Frame, Sitting
from backprop_tutor.practice.course.course import Unit, read_course
from backprop_tutor.practice.course.page import before_question
from backprop_tutor.practice.quiz.records import records
from backprop_tutor.practice.quiz.self_check import samples
from backprop_tutor.practice.quiz.session import Call, Session, start
from tests.benchmarks.start_up import IMPORTS, TUTOR, measured

BARE: Mapping[str, str] = {
    "the bare imports": f"{IMPORTS}; import fsrs, sqlite3; from pydantic import BaseModel",
    "what is loaded of them": "import typer, numpy, fsrs, sqlite3",
}
"""What `tutor learn` needs to schedule, to keep and to read files; of that what it loads where the files were read before."""

TARGET, PAUSE = 0.05, 1.0
START = 1.6


def waits(unit: Unit, pause: float) -> list[tuple[float, float]]:
    """The seconds from each right answer to the next prompt, in a session on a unit: of the wall, of the processor."""
    took: list[tuple[float, float]] = []

    def now() -> datetime:
        return datetime.now(UTC)

    with tempfile.TemporaryDirectory() as folder, ExitStack() as held, redirect_stdout(io.StringIO()):
        kept = records(Path(folder), now())
        session, _ = start(Call(unit.request(), 3, new=True, folder=Path(folder)), kept, "en", now, held)
        began: list[tuple[float, float]] = []

        def line(prompt: str) -> str:
            if began:
                wall, processor = began.pop()
                took.append((perf_counter() - wall, thread_time() - processor))
            sleep(pause)
            typed = samples(session.question().key).right if prompt == "> " else ""
            began.append((perf_counter(), thread_time()))
            return typed

        def before(current: Session) -> tuple[tuple[object, ...], ...]:
            return before_question(unit, current)

        Sitting(session, line, 80, again=True, frame=Frame(unit.title, before)).through(going_on=False)  # type: ignore[arg-type]
    return took


def main() -> None:
    """The median and the longest wait, and the start beside bare imports."""
    every = {unit.name: waits(unit, PAUSE) for unit in read_course().units.values()}
    found = [each for took in every.values() for each in took]
    for name, took in (("wall", [wall for wall, _ in found]), ("processor", [used for _, used in found])):
        print(f"from Enter to the next question, {name} time: median {1000 * median(took):.0f} ms", end="")
        print(f" (at most {1000 * TARGET:.0f}), longest {1000 * max(took):.0f} ms, {len(took)} questions")
    with tempfile.TemporaryDirectory() as folder:
        learn = (TUTOR, "learn", "--answers", "/dev/null", "--state", folder)
        calls = {name: (sys.executable, "-c", script) for name, script in BARE.items()}
        times = measured(15, {**calls, "tutor learn": learn})
    for i, clock in enumerate(("wall", "processor")):
        for name in BARE:
            ratio = median(b[i] / a[i] for a, b in zip(times[name], times["tutor learn"], strict=True))
            print(f"start of tutor learn, {clock} time: {ratio:.2f} of {name} (at most {START})")


if __name__ == "__main__":
    main()
