"""The loss curve of a training, in the terminal or as a picture."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from backprop_tutor.engine.long_run import LongRun
from backprop_tutor.errors import TutorError, did_you_mean
from backprop_tutor.lesson.chart import Chart, loss_curve
from backprop_tutor.text import Lang, T

SUFFIXES = (".svg", ".png")
ENDING = T(
    "'{file}' ends in '{ending}'; a plot can be {allowed}{near}",
    "'{file}' 的后缀是 '{ending}'；图可以是 {allowed}{near}",
)
NO_CURVE = T("'{file}' was not written: a curve needs two points", "没有写出 '{file}'：曲线至少要有两个点")
NEEDS_RESVG = T(
    "a PNG needs resvg-py: pip install 'backprop-tutor[png]'; an .svg file needs nothing",
    "写 PNG 需要 resvg-py：pip install 'backprop-tutor[png]'；写 .svg 文件则什么都不需要",
)


def claim_plot(path: Path) -> None:
    """Make sure, before long work begins, that a plot can be written to `path`. Raises TutorError where it cannot."""
    if path.suffix.lower() not in SUFFIXES:
        near = did_you_mean(path.suffix.lower(), SUFFIXES)
        raise TutorError(ENDING.format(file=path, ending=path.suffix, allowed=", ".join(SUFFIXES), near=near))
    if path.suffix.lower() == ".png" and find_spec("resvg_py") is None:
        raise TutorError(NEEDS_RESVG)


def curve(run: LongRun, lang: Lang) -> Chart:
    """The loss over the epochs."""
    return loss_curve(run.scenario.title[lang], run.points, lang)


def picture(chart: Chart, path: Path) -> str | bytes:
    """The chart in the format of `path`. Raises TutorError where there is nothing to draw or no way to draw it."""
    from backprop_tutor.render.chart_svg import png, svg

    if len(chart.drawn) < 2:
        raise TutorError(NO_CURVE.format(file=path))
    return png(chart) if path.suffix.lower() == ".png" else svg(chart)
