"""How far a training has come, on a terminal only: a bar with the loss, the gradient norm and the speed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from backprop_tutor.cli.output import watched
from backprop_tutor.engine.criteria import Criteria
from backprop_tutor.engine.long_run import Progress
from backprop_tutor.text import Lang, T

SHORTEST = 1e-3  # seconds
STATE = T(
    "{epochs:,}  loss {loss:.3g}  gradient {norm:.2g}  {speed:,.0f} epochs/s",
    "{epochs:,} 轮  损失 {loss:.3g}  梯度 {norm:.2g}  {speed:,.0f} 轮/秒",
)


@contextmanager
def progress(
    criteria: Criteria, lang: Lang, *, shown: bool = True, title: str = ""
) -> Iterator[Callable[[Progress], object]]:
    """What to tell of the progress; it draws a bar on standard error where that is a terminal, else nothing."""
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
            said = STATE.format(epochs=now.epochs, loss=now.look.loss, norm=now.look.gradient_norm, speed=speed)
            bar.update(task, completed=now.epochs, description=said[lang])

        yield report
