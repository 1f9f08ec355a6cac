"""How far a training has come, on a terminal only: a bar with the loss, the gradient norm and the speed."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from backprop_tutor.engine.criteria import Criteria
from backprop_tutor.engine.long_run import Progress
from backprop_tutor.text import Lang, T

COLUMNS = T(
    "loss {task.fields[loss]:.4g}   gradient {task.fields[norm]:.3g}",
    "损失 {task.fields[loss]:.4g}   梯度 {task.fields[norm]:.3g}",
)
SPEED = T("{task.speed:,.0f} epochs/s", "{task.speed:,.0f} 轮/秒")


@contextmanager
def progress(criteria: Criteria, lang: Lang, *, shown: bool) -> Iterator[Callable[[Progress], object]]:
    """What to tell of the progress; it draws a bar on standard error where that is a terminal, else nothing."""
    if not shown or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    words = (TextColumn(COLUMNS[lang]), TimeElapsedColumn())
    with Bar(BarColumn(), MofNCompleteColumn(), *words, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=criteria.epochs, loss=float("nan"), norm=float("nan"))
        yield lambda now: bar.update(task, completed=now.epochs, loss=now.look.loss, norm=now.look.gradient_norm)
