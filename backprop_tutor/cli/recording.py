"""``tutor train --record FILE.csv``: every number of every update, written once the training has ended."""

from __future__ import annotations

from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from backprop_tutor.cli.counting import UPDATES, counted
from backprop_tutor.cli.files import whole
from backprop_tutor.errors import TutorError
from backprop_tutor.text import Lang, T

if TYPE_CHECKING:
    from backprop_tutor.engine.long_run import LongRun

SUFFIX = ".csv"
ENDING = T(
    "'{file}' ends in '{ending}'; a recording is a table, and its name ends in {allowed}",
    "'{file}' 的后缀是 '{ending}'；记录是一张表，文件名以 {allowed} 结尾",
)
WRITTEN = T(
    "wrote {file}: every value and every gradient before each update (rows: {rows}, numbers in a row: {numbers})",
    "已写入 {file}：每次更新前的每个值和每个梯度（共 {rows} 行，每行 {numbers} 个数）",
)


def claim_record(path: Path) -> None:
    """Make sure, before long work begins, that `path` is one of a table. Raises TutorError where it is not."""
    if path.suffix.lower() != SUFFIX:
        raise TutorError(ENDING.format(file=path, ending=path.suffix, allowed=SUFFIX))


def write_record(path: Path, run: LongRun, lang: Lang, *, force: bool) -> str:
    """Carry out again what a training did, every number kept in a file at `path`; the sentence about it."""
    from backprop_tutor.engine.recorded_table import RecordedTable

    table = RecordedTable.of(run.scenario, run.last.position.updates)
    with whole(path, force=force) as file:
        file.write(table.head.encode())
        for stretch in counted(table.stretches(), table.updates, attrgetter("until"), UPDATES[lang]):
            file.write(stretch.text.encode())
    return WRITTEN.format(file=path, rows=f"{table.updates:,}", numbers=f"{len(table.columns):,}")[lang]
