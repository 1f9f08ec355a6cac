"""The files of a training: its loss curve as a picture, every number of every update as a table."""

from __future__ import annotations

from importlib.util import find_spec
from operator import attrgetter
from pathlib import Path

from backprop_tutor.cli.console.files import whole
from backprop_tutor.cli.console.spinner import UPDATES, counted
from backprop_tutor.errors import TutorError, did_you_mean
from backprop_tutor.lesson.training.chart import Chart, loss_curve
from backprop_tutor.text import Lang, T
from backprop_tutor.training.long_run import LongRun

SUFFIX = ".csv"


RECORD_ENDING = T(
    "'{file}' ends in '{ending}'; a recording is a table, and its name ends in {allowed}",
    "'{file}' 的后缀是 '{ending}'；记录是一张表，文件名以 {allowed} 结尾",
)


WRITTEN = T(
    "wrote {file}: every value and every gradient before each update (rows: {rows}, numbers in a row: {numbers})",
    "已写入 {file}：每次更新前的每个值和每个梯度（共 {rows} 行，每行 {numbers} 个数）",
)


def claim_record(path: Path) -> None:
    """Checks, before long work begins, that `path` is one of a table. Raises TutorError where it is not."""
    if path.suffix.lower() != SUFFIX:
        raise TutorError(RECORD_ENDING.format(file=path, ending=path.suffix, allowed=SUFFIX))


def write_record(path: Path, run: LongRun, lang: Lang, *, force: bool) -> str:
    """Repeats a training with every number written to the file at `path`; the sentence about it."""
    from backprop_tutor.records.table import RecordedTable

    table = RecordedTable.of(run.scenario, run.last.position.updates)
    with whole(path, force=force) as file:
        file.write(table.head.encode())
        for stretch in counted(table.stretches(), table.updates, attrgetter("until"), UPDATES[lang]):
            file.write(stretch.text.encode())
    return WRITTEN.format(file=path, rows=f"{table.updates:,}", numbers=f"{len(table.columns):,}")[lang]


SUFFIXES = (".svg", ".png")


PLOT_ENDING = T(
    "'{file}' ends in '{ending}'; a plot can be {allowed}{near}",
    "'{file}' 的后缀是 '{ending}'；图可以是 {allowed}{near}",
)


NO_CURVE = T("'{file}' was not written: a curve needs two points", "没有写出 '{file}'：曲线至少要有两个点")


NEEDS_RESVG = T(
    "a PNG needs resvg-py: pip install resvg-py; an .svg file needs nothing",
    "写 PNG 需要 resvg-py：pip install resvg-py；写 .svg 文件则什么都不需要",
)


def claim_plot(path: Path) -> None:
    """Checks, before long work begins, that a plot can be written to `path`. Raises TutorError where it cannot."""
    if path.suffix.lower() not in SUFFIXES:
        near = did_you_mean(path.suffix.lower(), SUFFIXES)
        raise TutorError(PLOT_ENDING.format(file=path, ending=path.suffix, allowed=", ".join(SUFFIXES), near=near))
    if path.suffix.lower() == ".png" and find_spec("resvg_py") is None:
        raise TutorError(NEEDS_RESVG)


def curve(run: LongRun, lang: Lang) -> Chart:
    """The loss over the epochs."""
    return loss_curve(run.scenario.title[lang], run.points, lang)


def picture(chart: Chart, path: Path) -> str | bytes:
    """The chart in the format of `path`. Raises TutorError where it has no points or cannot be drawn."""
    from backprop_tutor.render.chart_svg import png, svg

    if len(chart.drawn) < 2:
        raise TutorError(NO_CURVE.format(file=path))
    return png(chart) if path.suffix.lower() == ".png" else svg(chart)
