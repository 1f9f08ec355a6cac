"""How many of so many things are done, on a terminal only."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from itertools import count
from typing import Any, TypeVar

from backprop_tutor.cli.output import watched
from backprop_tutor.text import T

UPDATES = T("updates ", "更新 ")
"""In front of a count of updates."""

Thing = TypeVar("Thing")


def counted(
    things: Iterable[Thing], total: int, done: Callable[[Thing], int] | None = None, title: str = ""
) -> Generator[Thing, None, None]:
    """`things` as they come; a bar counts them on standard error where that is a terminal.

    `done` tells of a thing how many of `total` are done by then, where things are not what is counted.
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
