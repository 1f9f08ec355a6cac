"""How long a learner at the terminal waits: from Enter to the next question of the course, and for its start.

Run by hand: ``python -m tests.benchmarks.course``. Every unit is gone through with right answers as at a terminal, with
a pause before each answer, as people need one, in which the next question is made. The time is that from a typed line to
the next prompt: the answer judged and kept, its feedback and the next question written.
"""

from __future__ import annotations

import io
import sys
import tempfile
from contextlib import ExitStack, redirect_stdout
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter, sleep

from backprop_tutor.cli.practice.quiz_session import Frame, Sitting
from backprop_tutor.practice.course.course import read_course
from backprop_tutor.practice.course.page import before_question
from backprop_tutor.practice.course.unit import Unit
from backprop_tutor.practice.quiz.invariants import samples
from backprop_tutor.practice.quiz.records import records
from backprop_tutor.practice.quiz.session import Call, Session, start
from tests.benchmarks.start_up import IMPORTS, TUTOR, measured

TARGET, PAUSE = 0.05, 1.0
START = 1.6


def waits(unit: Unit, pause: float) -> list[float]:
    """The seconds from each right answer to the next prompt, in a session on a unit."""
    took: list[float] = []

    def now() -> datetime:
        return datetime.now(UTC)

    with tempfile.TemporaryDirectory() as folder, ExitStack() as held, redirect_stdout(io.StringIO()):
        kept = records(Path(folder), now())
        session, _ = start(Call(unit.request(), 3, new=True, folder=Path(folder)), kept, "en", now, held)
        began = 0.0

        def line(prompt: str) -> str:
            nonlocal began
            if began:
                took.append(perf_counter() - began)
            sleep(pause)
            typed = samples(session.question().key).right if prompt == "> " else ""
            began = perf_counter()
            return typed

        def before(current: Session) -> tuple[tuple[object, ...], ...]:
            return before_question(unit, current)

        Sitting(session, line, 80, again=True, frame=Frame(unit.title, before)).through(going_on=False)  # type: ignore[arg-type]
    return took


def main() -> None:
    """The median and the longest wait, and the start beside bare imports."""
    every = {unit.name: waits(unit, PAUSE) for unit in read_course().units.values()}
    found = [each for took in every.values() for each in took]
    slowest = max(every, key=lambda name: max(every[name]))
    print(f"from Enter to the next question: median {1000 * median(found):.0f} ms (at most {1000 * TARGET:.0f}),")
    print(f"longest {1000 * max(found):.0f} ms in {slowest}; {len(found)} questions")
    with tempfile.TemporaryDirectory() as folder:
        learn = (TUTOR, "learn", "--answers", "/dev/null", "--state", folder)
        calls = {"bare imports": (sys.executable, "-c", f"{IMPORTS}; import fsrs, sqlite3"), "tutor learn": learn}
        times = measured(15, calls)
    for i, clock in enumerate(("wall", "processor")):
        ratio = median(b[i] / a[i] for a, b in zip(times["bare imports"], times["tutor learn"], strict=True))
        print(f"start of tutor learn, {clock} time: {ratio:.2f} of the bare imports (at most {START})")


if __name__ == "__main__":
    main()
