"""``tutor new``: a commented starter file."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from backprop_tutor.cli.console.language import here, spoken
from backprop_tutor.cli.console.options import Force, Language
from backprop_tutor.errors import TutorError
from backprop_tutor.text import T

HELP = T("Write a commented starter file to edit.", "写出一个带注释的起始文件，供你修改。")
EXAMPLES = ("tutor new my-network", "tutor new homework.yaml --lang zh")
NO_NAME = T("'{name}' is no name of a file; try 'homework'", "'{name}' 不是文件名；可以写 'homework' 这样的名字")
WRITTEN = T("wrote {file}; next: tutor run {word}", "已写入 {file}；接下来：tutor run {word}")


def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help=here(T("Its name, or its file.", "名字，或文件名。")))],
    force: Force = False,
    lang: Language = None,
) -> None:
    """Write NAME.yaml."""
    from backprop_tutor.cli.console.files import write
    from backprop_tutor.scenario.starter import starter

    language = lang or spoken()
    path = Path(name)
    if not path.name or name.endswith(("/", ".")):
        raise TutorError(NO_NAME.format(name=name))
    path = path if path.suffix in (".yaml", ".yml") else path.with_name(f"{path.name}.yaml")
    write(path, starter(path.stem, language), force=force)
    typer.echo(WRITTEN.format(file=path, word=shlex.quote(str(path)))[language])
