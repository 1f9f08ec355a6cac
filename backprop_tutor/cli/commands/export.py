"""``tutor export``: the worked solution as a file."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from backprop_tutor.cli.console.language import here, spoken
from backprop_tutor.cli.console.options import (
    Derive,
    Digits,
    Force,
    Language,
    NotationName,
    ScenarioNames,
    ViewName,
)
from backprop_tutor.errors import TutorError, did_you_mean, visible
from backprop_tutor.render import RENDERERS
from backprop_tutor.scenario.bundled import STANDARD_INPUT
from backprop_tutor.text import T

HELP = T(
    "Write the worked solution to a file; its ending decides the format.",
    "把解题过程写成文件；格式由文件名后缀决定。",
)
EXAMPLES = (
    "tutor export two-two-one -o solution.md",
    "tutor export two-two-one -o lesson.html --lang zh",
    "tutor export mazur-two-two-two -o trace.json",
    "tutor export two-two-one -o step.py",
    "tutor export two-two-one -o solution.pdf",
    "tutor export lstm-cell -o my-cell.yaml",
    "tutor export two-layer-classifier -o backward.py",
    "tutor export two-layer-classifier -o lesson.ipynb",
    "tutor export two-layer-classifier -o step_torch.py",
    "tutor export two-two-one xor my.yaml -o solutions/ --format markdown",
)

OF_DOCUMENTS = {suffix: renderer.name for renderer in RENDERERS.values() for suffix in renderer.suffixes}
SUFFIXES = {**OF_DOCUMENTS, ".json": "json", ".py": "python", ".pdf": "pdf"}
SUFFIXES |= {".yaml": "yaml", ".yml": "yaml", ".ipynb": "notebook"}
"""The format for each file ending."""

BY_NAME = {"backward.py": "backward", "torch.py": "torch", "jax.py": "jax", "keras.py": "keras"}
"""The format for a whole file name, or for its end after an underscore."""

SEVERAL = T(
    "{count} scenarios need a folder, and '{file}' is a file; end it with / to make one",
    "{count} 个场景需要一个目录，而 '{file}' 是文件；以 / 结尾可新建目录",
)
NO_ENDING = T(
    "'{file}' has no ending to tell the format; what can be written: {allowed}; a folder ends in /",
    "'{file}' 没有后缀，看不出格式；可以写成：{allowed}；目录以 / 结尾",
)
DETAIL = T(
    "The results alone, each kind of line once in full, or every line and rule (full if not said).",
    "只看结果；每种算式完整写一次；或者写出全部算式和规则（默认全部）。",
)
LIVE = T(
    "HTML as a live page, as tutor page writes it: step through it, change its numbers, predict them.",
    "HTML 写成可交互的网页（同 tutor page）：逐步看、改数字、先预测。",
)
LAYOUT = T(
    "backward.py: how it holds arrays, rows, columns, torch, ... (see diagnose).",
    "backward.py：数组的排法，rows、columns、torch 等（见 diagnose）。",
)
ALIKE = T(
    "'{first}' and '{second}' would both be written as '{stem}'; export them one at a time",
    "'{first}' 和 '{second}' 都会写成 '{stem}'；请分别导出",
)


def export(
    scenarios: ScenarioNames,
    output: Annotated[str, typer.Option("--output", "-o", metavar="FILE|DIR", help=here(T("Where to.", "写到哪里。")))],
    format_: Annotated[
        Literal[
            "text",
            "markdown",
            "html",
            "typst",
            "latex",
            "pdf",
            "notebook",
            "json",
            "python",
            "backward",
            "torch",
            "jax",
            "keras",
            "yaml",
        ]
        | None,
        typer.Option(
            "--format", help=here(T("For a folder (markdown if not said).", "写到目录时的格式（默认 markdown）。"))
        ),
    ] = None,
    view: ViewName = None,
    notation: NotationName = None,
    digits: Digits = None,
    derive: Derive = False,
    detail: Annotated[Literal["brief", "normal", "full"] | None, typer.Option("--detail", help=here(DETAIL))] = None,
    layout: Annotated[str, typer.Option("--layout", metavar="NAME", help=here(LAYOUT))] = "",
    live: Annotated[bool, typer.Option("--live", help=here(LIVE))] = False,
    force: Force = False,
    lang: Language = None,
) -> None:
    """Works out every scenario first, then writes every file."""
    from backprop_tutor.cli.console.files import WRITTEN, claim, make_folder, write

    language = lang or spoken()
    targets = _targets(scenarios, output, "html" if live else format_)
    for path, _ in targets:
        claim(path, force=force)
    settings = {
        "notation": notation,
        "view": view,
        "digits": digits,
        "derive": derive or detail == "full",
        "detail": detail or "full",
        "limited": detail is None,
        "layout": layout,
    }
    texts = [
        _text(name, "live" if live else kind, language, settings)
        for name, (_, kind) in zip(scenarios, targets, strict=True)
    ]
    for (path, _), text in zip(targets, texts, strict=True):
        make_folder(path.parent)
        write(path, text, force=force)
        typer.echo(WRITTEN.format(file=path)[language], err=True)


def _targets(scenarios: list[str], output: str, kind: str | None) -> list[tuple[Path, str]]:
    """Each scenario's file and format. Raises TutorError for an ending that cannot be written."""
    from backprop_tutor.cli.console.files import UNKNOWN_ENDING

    path = Path(output)
    if path.is_dir() or output.endswith("/"):
        chosen = kind or "markdown"
        suffix = next((s for s, name in SUFFIXES.items() if name == chosen), f"_{chosen}.py")
        return [(path / f"{stem}{suffix}", chosen) for stem in _stems(scenarios)]
    if len(scenarios) > 1:
        raise TutorError(SEVERAL.format(count=len(scenarios), file=visible(output)))
    chosen = kind or named_format(path) or SUFFIXES.get(path.suffix.lower(), "")
    if not chosen:
        near = did_you_mean(path.suffix, SUFFIXES)
        said = UNKNOWN_ENDING if path.suffix else NO_ENDING
        raise TutorError(said.format(file=visible(output), ending=path.suffix, allowed=", ".join(SUFFIXES), near=near))
    return [(path, chosen)]


def named_format(path: Path) -> str:
    """The format that a file's name implies beyond its ending: ``backward.py``; empty where it implies none."""
    return next((kind for end, kind in BY_NAME.items() if path.name == end or path.name.endswith(f"_{end}")), "")


def _stems(scenarios: list[str]) -> list[str]:
    """The name of each scenario's file. Raises TutorError where two would have the same."""
    stems = ["stdin" if name == STANDARD_INPUT else Path(name).stem for name in scenarios]
    for first, second in combinations(range(len(stems)), 2):
        if stems[first] == stems[second]:
            raise TutorError(ALIKE.format(first=scenarios[first], second=scenarios[second], stem=stems[first]))
    return stems


def _text(name: str, kind: str, lang: str, settings: dict[str, Any]) -> str | bytes:
    if kind == "live":
        from backprop_tutor.cli.commands.page import page_text

        return page_text(name, lang, settings["notation"], settings["view"], settings["digits"])
    from backprop_tutor.cli.console.output import json_text
    from backprop_tutor.lesson.teach import teach
    from backprop_tutor.records.trace import record_in_rows
    from backprop_tutor.render import render
    from backprop_tutor.scenario.load import load, original
    from backprop_tutor.training.train_step import run_scenario

    if kind == "backward":
        from backprop_tutor.programs.script import backward_script

        return backward_script(load(name), lang, settings["layout"])  # type: ignore[arg-type]
    if kind in ("torch", "jax", "keras"):
        from backprop_tutor.programs.framework_script import framework_script

        return framework_script(load(name), kind, lang)  # type: ignore[arg-type]
    if kind == "yaml":
        return original(name)
    computed = run_scenario(load(name))
    if kind == "json":
        return json_text(record_in_rows(computed, lang)) + "\n"  # type: ignore[arg-type]
    if kind == "python":
        from backprop_tutor.lesson.standalone.script import script

        return script(computed, lang, notation=settings["notation"], digits=settings["digits"])  # type: ignore[arg-type]
    document = teach(computed, lang, **{key: value for key, value in settings.items() if key != "layout"})  # type: ignore[arg-type]
    if kind == "pdf":
        from backprop_tutor.render.typst import pdf

        return pdf(render(document, "typst"))
    if kind == "notebook":
        from backprop_tutor.programs.notebook import notebook

        return notebook(computed, document, original(name), lang)  # type: ignore[arg-type]
    return render(document, kind)
