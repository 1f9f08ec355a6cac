"""The program and its commands in the language of the call: the help pages, and a message after an interruption.

What is typed is converted by typer, but for defaults, texts, counts and usable paths, which need none of its machinery.
"""

from __future__ import annotations

import os
import re
import sys
from functools import partial
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup

from backprop_tutor.cli.console.language import here, spoken
from backprop_tutor.cli.console.output import INTERRUPTED
from backprop_tutor.text import T

STOPPED = T("stopped before the end", "已中断，没有做完")
CHINESE = {
    "Usage:": "用法：",
    "[OPTIONS]": "[选项]",
    "COMMAND [ARGS]...": "命令 [参数]...",
    "Arguments:": "参数：",
    "Options:": "选项：",
    "Commands:": "命令：",
    "[required]": "[必填]",
    "[default:": "[默认：",
    "[env var:": "[环境变量：",
    "Show this message and exit.": "显示这份帮助。",
    "Install completion for the current shell.": "为当前 shell 安装命令补全。",
    "Show completion for the current shell, to copy it or customize the installation.": "显示当前 shell 的补全脚本。",
}


def translated(page: str) -> str:
    """A help page with typer's own words in the language of the call."""
    if spoken() == "zh":
        for english, chinese in CHINESE.items():
            page = re.sub(r"\s+".join(map(re.escape, english.split())), chinese, page)
        page = re.sub("： +", "：", page)
    return page


def usage_in_plain_words(page: str) -> str:
    """The usage without typer's braces around required arguments: ``SCENARIO...`` for ``{SCENARIO...}...``."""
    usage, *rest = page.partition("\n\n")
    return "".join((re.sub(r"\{(.*?)(?:\.\.\.)?\}", r"\1", usage), *rest))


def _converting_less(parameters: list[Any]) -> list[Any]:
    """The parameters, for which typer loads pydantic only where a value is not obvious, or is to be refused."""
    for parameter in parameters:
        if parameter.nargs == 1:
            vars(parameter)["process_value"] = partial(_processed, parameter)
    return parameters


def _processed(parameter: Any, ctx: Any, value: Any) -> Any:
    wanted = parameter.type_descriptor
    if (value == parameter.default and not parameter.required) or (isinstance(value, str) and wanted.annotation is str):
        found = value
    elif isinstance(value, str) and wanted.annotation is Path and _is_usable(Path(value), wanted.parameter_info):
        found = Path(value)
    elif isinstance(value, str) and wanted.annotation is int and _is_allowed(value, wanted.parameter_info):
        found = int(value)
    else:
        return type(parameter).process_value(parameter, ctx, value)
    return parameter.callback(ctx, parameter, found) if parameter.callback else found


def _is_usable(path: Path, wanted: Any) -> bool:
    """Whether a path can be taken as it is: no file in place of a folder, or the reverse; one that exists can be read."""
    if not path.exists():
        return not wanted.exists
    is_right: bool = wanted.dir_okay if path.is_dir() else wanted.file_okay
    return is_right and os.access(path, os.R_OK)


def _is_allowed(count: str, wanted: Any) -> bool:
    """Whether a text is a count in plain figures, within the bounds."""
    if not (count.isascii() and count.isdecimal() and len(count) <= sys.float_info.dig):
        return False
    return (wanted.min is None or wanted.min <= int(count)) and (wanted.max is None or int(count) <= wanted.max)


class Group(TyperGroup):
    """The program, with a help page in the language of the call."""

    def get_params(self, ctx: Any) -> list[Any]:
        """The options of the program."""
        return _converting_less(super().get_params(ctx))

    def get_help(self, ctx: Any) -> str:
        """The help page."""
        return translated(super().get_help(ctx))


class Command(TyperCommand):
    """A command, with a help page in the language of the call."""

    def get_params(self, ctx: Any) -> list[Any]:
        """The options of the command."""
        return _converting_less(super().get_params(ctx))

    def get_help(self, ctx: Any) -> str:
        """The help page, with arguments shown without the name of their Python type."""
        for parameter in self.params:
            if isinstance(parameter, TyperArgument):
                vars(parameter)["display_type_rich"] = vars(parameter)["display_type"] = lambda ctx: None
        return translated(usage_in_plain_words(super().get_help(ctx)))

    def invoke(self, ctx: Any) -> Any:
        """Runs the command; an interruption (Ctrl-C) that it does not handle itself is reported in a sentence."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            typer.echo(here(STOPPED), err=True)
            raise typer.Exit(INTERRUPTED) from None
