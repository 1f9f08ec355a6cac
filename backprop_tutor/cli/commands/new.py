"""``tutor new``: a commented starter file."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from backprop_tutor.cli.console.language import here, spoken
from backprop_tutor.cli.console.options import Force, Language, scenario_names
from backprop_tutor.errors import TutorError, visible
from backprop_tutor.text import T

HELP = T("Write a commented starter file to edit.", "写出一个带注释的起始文件，供你修改。")
EXAMPLES = ("tutor new my-network", "tutor new homework.yaml --lang zh", "tutor new homework --from lstm-cell")
NO_NAME = T("'{name}' is no name of a file; try 'homework'", "'{name}' 不是文件名；可以写 'homework' 这样的名字")
FROM = T("Begin with the file of this scenario.", "从这个场景的文件开始。")
BUNDLED = T(
    "'{name}' is the name of a bundled scenario; to begin with it: tutor new NAME --from {name}",
    "'{name}' 是自带场景的名字；要从它开始：tutor new 名字 --from {name}",
)
WRITTEN = T("wrote {file}; next: tutor run {word}", "已写入 {file}；接下来：tutor run {word}")


def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help=here(T("Its name, or its file.", "名字，或文件名。")))],
    from_: Annotated[
        str | None, typer.Option("--from", metavar="SCENARIO", help=here(FROM), autocompletion=scenario_names)
    ] = None,
    force: Force = False,
    lang: Language = None,
) -> None:
    """Write NAME.yaml."""
    from backprop_tutor.cli.console.files import write
    from backprop_tutor.scenario.bundled import bundled
    from backprop_tutor.scenario.load import original
    from backprop_tutor.scenario.starter import starter

    language = lang or spoken()
    path = Path(name)
    if not path.name or name.endswith(("/", ".")):
        raise TutorError(NO_NAME.format(name=name))
    path = path if path.suffix in (".yaml", ".yml") else path.with_name(f"{path.name}.yaml")
    if from_ is None and path.stem in (entry.name for entry in bundled()):
        raise TutorError(BUNDLED.format(name=path.stem))
    write(path, starter(path.stem, language) if from_ is None else original(from_), force=force)
    typer.echo(WRITTEN.format(file=path, word=visible(shlex.quote(str(path))))[language])
