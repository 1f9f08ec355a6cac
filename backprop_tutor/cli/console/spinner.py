"""Progress on a terminal during long work, and nothing elsewhere: a spinner, a count, or a bar with the loss of a
training.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from threading import Timer
from time import monotonic
from typing import Any, TypeVar

from backprop_tutor.cli.console.output import watched
from backprop_tutor.text import Lang, T
from backprop_tutor.training.long_run import Progress
from backprop_tutor.training.stopping import Criteria

UPDATES = T("updates ", "更新 ")
"""Printed before a count of updates."""

Thing = TypeVar("Thing")


def counted(
    things: Iterable[Thing], total: int, done: Callable[[Thing], int] | None = None, title: str = ""
) -> Generator[Thing, None, None]:
    """Yields `things`; a bar counts them on standard error where that is a terminal.

    `done` gives the number of `total` that is done after a thing, where the count is not one of things.
    """
    if not watched():
        yield from things
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    of = TextColumn("{task.description}{task.completed:,}/{task.total:,}")
    columns: tuple[Any, ...] = (BarColumn(bar_width=20), of, TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=total)
        for number, thing in zip(count(1), things, strict=False):
            bar.update(task, completed=done(thing) if done else number)
            yield thing


SHORTEST = 1e-3  # seconds
STATE = T(
    "{epochs:,}  loss {loss:.3g}  gradient {norm:.2g}  {speed:,.0f} epochs/s",
    "{epochs:,} 轮  损失 {loss:.3g}  梯度 {norm:.2g}  {speed:,.0f} 轮/秒",
)


@contextmanager
def progress(
    criteria: Criteria, lang: Lang, *, shown: bool = True, title: str = ""
) -> Iterator[Callable[[Progress], object]]:
    """Makes a progress report, which draws a bar on standard error where that is a terminal, else nothing."""
    if not (shown and watched()):
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    began = monotonic()
    last = TextColumn(title) if title else TimeElapsedColumn()
    columns = BarColumn(bar_width=10), TextColumn("{task.description}"), last
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=criteria.epochs)

        def report(now: Progress) -> None:
            speed = now.epochs / max(monotonic() - began, SHORTEST)
            said = STATE.format(epochs=now.epochs, loss=now.evaluate.loss, norm=now.evaluate.gradient_norm, speed=speed)
            bar.update(task, completed=now.epochs, description=said[lang])

        yield report


A_MOMENT = 0.7  # seconds
SEARCHING = T("searching: every known mistake is carried out …", "正在查找：逐一演算各种已知的错误……")


@contextmanager
def working(lang: Lang, said: T = SEARCHING) -> Iterator[None]:
    """Shows `said`, with a spinner, on standard error during the work inside; rich is loaded only where it is shown."""
    if not watched():
        yield
        return
    with ExitStack() as shown:
        later = Timer(A_MOMENT, lambda: shown.enter_context(_spinner(said[lang])))
        later.daemon = True
        later.start()
        try:
            yield
        finally:
            later.cancel()
            later.join()


@contextmanager
def _spinner(said: str) -> Iterator[None]:
    from rich.console import Console

    with Console(stderr=True).status(said):
        yield
