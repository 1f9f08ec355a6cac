"""How many of so many things are done, on a terminal only."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator, Iterable
from typing import TypeVar

Thing = TypeVar("Thing")


def counted(things: Iterable[Thing], total: int) -> Generator[Thing, None, None]:
    """`things` as they come; a bar counts them on standard error where that is a terminal."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield from things
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield from bar.track(things, total=total)
