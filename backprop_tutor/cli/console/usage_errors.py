"""The errors of calls that the parser refuses, in the form of every other error: what came, what is allowed, did you
mean.

The parser's English sentences are matched by patterns; one that is unknown is passed on unchanged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from backprop_tutor.errors import did_you_mean, visible
from backprop_tutor.text import T, same

NO_COMMAND = T(
    "there is no command '{word}'; 'tutor --help' lists them{near}",
    "没有命令 '{word}'；用 'tutor --help' 查看所有命令{near}",
)
COMMAND_MISSING = T("a command is missing; 'tutor --help' lists them", "缺少命令；用 'tutor --help' 查看所有命令")
NO_OPTION = T(
    "there is no option {word}; '{command} --help' lists them{near}",
    "没有选项 {word}；用 '{command} --help' 查看所有选项{near}",
)
RUN = T("; did you mean 'tutor run {word}'?", "；是不是想写 'tutor run {word}'？")
MISSING = T("{name} is missing; '{command} --help' shows examples", "缺少 {name}；用 '{command} --help' 查看示例")
NO_VALUE = T("{name} needs a value after it", "{name} 后面缺少一个值")
TOO_MANY = T("'{word}' is one word too many here", "这里多写了 '{word}'")
UNUSABLE = T("{name}: {message}", "{name}：{message}")

VALUES: tuple[tuple[str, T], ...] = (
    (
        r"'(?P<word>.*)' is not one of (?P<allowed>.*?)\.?$",
        T("{name} is '{word}', but must be one of {allowed}{near}", "{name} 是 '{word}'，只能是 {allowed}{near}"),
    ),
    (
        r"greater than or equal to (?P<bound>\S+)",
        T("{name} must be at least {bound}", "{name} 应为不小于 {bound} 的数"),
    ),
    (r"less than or equal to (?P<bound>\S+)", T("{name} must be at most {bound}", "{name} 应为不大于 {bound} 的数")),
    (r"greater than (?P<bound>\S+)", T("{name} must be greater than {bound}", "{name} 应为大于 {bound} 的数")),
    (r"less than (?P<bound>\S+)", T("{name} must be less than {bound}", "{name} 应为小于 {bound} 的数")),
    (
        r"'(?P<word>.*)' is a file",
        T("{name} is a folder to write to, but '{word}' is a file", "{name} 应为目录，但 '{word}' 是文件"),
    ),
    (
        r"'(?P<word>.*)' is a directory",
        T("{name} is a file, but '{word}' is a folder", "{name} 应为文件，但 '{word}' 是目录"),
    ),
    (r"valid integer", T("{name} must be a whole number", "{name} 应为一个整数")),
    (r"valid number", T("{name} must be a number, such as 0.1 or 1e-3", "{name} 应为一个数，如 0.1 或 1e-3")),
)
"""The parser's messages on a value, as patterns, and our own messages."""


def said(error: Any, commands: Iterable[str]) -> T:
    """The error of the call."""
    command = error.ctx.command_path if getattr(error, "ctx", None) else "tutor"
    match type(error).__name__:
        case "NoSuchOption":
            near = did_you_mean(error.option_name, _options(error))
            return NO_OPTION.format(word=error.option_name, near=near, command=command)
        case "MissingParameter":
            return MISSING.format(name=_name(error), command=command)
        case "BadOptionUsage":
            return NO_VALUE.format(name=error.option_name)
        case "BadParameter":
            return _value(error)
        case _:
            return _word(str(error.message), commands)


def _options(error: Any) -> tuple[str, ...]:
    parameters = error.ctx.command.get_params(error.ctx)
    return tuple(option for parameter in parameters for option in parameter.opts if "--" in option)


def _name(error: Any) -> str:
    """The option as it is typed, or the argument as the help page calls it."""
    long = [option for option in error.param.opts if option.startswith("--")]
    return long[0] if long else str(error.param.metavar or error.param.name)


def _value(error: Any) -> T:
    for pattern, saying in VALUES:
        found = re.search(pattern, error.message)
        if found:
            holes = found.groupdict()
            allowed = re.findall(r"'([^']*)'", holes.get("allowed", ""))
            near = did_you_mean(holes.get("word", ""), allowed)
            return saying.format(**{**holes, "allowed": ", ".join(allowed), "near": near, "name": _name(error)})
    return UNUSABLE.format(name=_name(error), message=error.message)


def _meant(word: str, commands: Iterable[str]) -> T:
    """The command meant by a word, or, where the word is a scenario, the command that shows it."""
    from backprop_tutor.scenario.bundled import bundled

    is_scenario = Path(word).is_file() or word in (entry.name for entry in bundled())
    return RUN.format(word=word) if is_scenario else did_you_mean(word, commands)


_SURROGATE = re.compile(r"\\u(d[c-f][0-9a-f]{2})")
"""A byte that is no text, as the parser's message writes it."""


def _word(message: str, commands: Iterable[str]) -> T:
    """The error for no command, an unknown one, or a superfluous word."""
    if message.startswith("Missing command"):
        return COMMAND_MISSING
    unknown = re.search(r"No such command '(.*?)'", message)
    if unknown:
        word = visible(_SURROGATE.sub(lambda found: chr(int(found[1], 16)), unknown[1]))
        return NO_COMMAND.format(word=word, near=_meant(word, commands))
    extra = re.search(r"unexpected extra arguments?(?:\(s\))? \((.*)\)", message)
    return TOO_MANY.format(word=extra[1]) if extra else same(message)
