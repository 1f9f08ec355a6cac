"""The application with all its commands, and the handling of calls that fail.

Exit status: 0 done, 1 the answer is no, 2 the input or the call was unusable. No command shows a traceback for what a
user typed or wrote.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from types import MappingProxyType
from typing import Any, cast

import typer

from backprop_tutor.cli.console import help_page
from backprop_tutor.cli.console.language import here, spoken
from backprop_tutor.cli.console.options import Language
from backprop_tutor.cli.console.output import INTERRUPTED, UNUSABLE
from backprop_tutor.cli.console.preferences import as_options, kept
from backprop_tutor.errors import Problem, TutorError, describe, reason, visible
from backprop_tutor.frozen import frozen
from backprop_tutor.text import T

HELP_WIDTH = 110


@frozen
class Command:
    """A command, by its name; its module of `cli.commands` is loaded on first use.

    The module has ``HELP`` (its description in one line), ``EXAMPLES`` of calls, and the `function` of the command; where
    it has several commands, the names of these texts begin with the command's `own` word.
    """

    name: str
    module: str
    function: str
    own: str = ""

    def _of(self, name: str) -> Any:
        return getattr(import_module(f"backprop_tutor.cli.commands.{self.module}"), name)

    @property
    def help(self) -> T:
        """Its description in one line."""
        return cast(T, self._of(f"{self.own}HELP"))

    @property
    def examples(self) -> tuple[str, ...]:
        """Calls of it."""
        return cast("tuple[str, ...]", self._of(f"{self.own}EXAMPLES"))

    @property
    def action(self) -> Callable[..., Any]:
        """Its function."""
        return cast("Callable[..., Any]", self._of(self.function))


COMMANDS = (
    Command("run", "run", "run"),
    Command("learn", "learn", "learn"),
    Command("quiz", "quiz", "quiz"),
    Command("progress", "progress", "progress"),
    Command("diagnose", "diagnose", "diagnose"),
    Command("check", "check", "check"),
    Command("mistakes", "mistakes", "mistakes"),
    Command("export", "export", "export"),
    Command("page", "page", "page"),
    Command("train", "train", "train"),
    Command("compare", "train", "compare", "COMPARE_"),
    Command("graph", "graph", "graph"),
    Command("verify", "verify", "verify"),
    Command("jacobian", "analysis", "jacobian", "JACOBIAN_"),
    Command("hessian", "analysis", "hessian", "HESSIAN_"),
    Command("costs", "analysis", "costs", "COSTS_"),
    Command("frameworks", "frameworks", "frameworks"),
    Command("worksheet", "worksheet", "worksheet"),
    Command("list", "scenarios", "list_scenarios", "LIST_"),
    Command("new", "scenarios", "new", "NEW_"),
    Command("import", "import_weights", "import_weights"),
    Command("config", "config", "config"),
    Command("oracle", "oracle", "oracle"),
    Command("schema", "scenarios", "schema", "SCHEMA_"),
)

ABOUT = T(
    "Backpropagation by hand: every number of it shown, explained and checked.",
    "手算反向传播：每一个数都列出来、讲清楚、核对过。",
)
EXAMPLES = T("Examples:", "示例：")
FIRST = T("First steps: tutor list, then tutor run two-two-one", "第一步：tutor list，然后 tutor run two-two-one")


def build(asked: str = "", preferences: Mapping[str, Any] = MappingProxyType({})) -> typer.Typer:
    """Builds the command-line application in the language of this call: the command `asked` for, or all of them.

    `preferences` are the defaults of options, by their names, in every command that has them.
    """
    app = typer.Typer(
        cls=help_page.Group,
        help=here(ABOUT),
        epilog=here(FIRST),
        no_args_is_help=True,
        rich_markup_mode=None,
        context_settings={
            "help_option_names": ["-h", "--help"],
            "max_content_width": HELP_WIDTH,
            "default_map": {command.name: dict(preferences) for command in COMMANDS},
        },
    )
    app.callback()(_options)
    for command in [c for c in COMMANDS if c.name == asked] or COMMANDS:
        shown = "\n".join(("\b", here(EXAMPLES), *(f"  {call}" for call in command.examples)))
        said = here(command.help)
        app.command(command.name, cls=help_page.Command, help=said, short_help=said, epilog=shown)(command.action)
    return app


def _say_version(asked: bool) -> None:
    if asked:
        from backprop_tutor import __version__

        typer.echo(f"tutor {__version__}")
        raise typer.Exit


def _options(
    version: bool = typer.Option(
        False,
        "--version",
        "-V",
        "-v",
        help=here(T("Show the version.", "显示版本。")),
        is_eager=True,
        callback=_say_version,
    ),
    lang: Language = None,  # read from the call before the options are, by `language.asked_for`
) -> None:
    pass


def start(arguments: Sequence[str]) -> int:
    """Runs one call and returns its exit status."""
    try:
        return _carry_out(arguments)
    except OSError as error:
        return _unreachable(error)
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # which typer takes for a failure
            return _unreachable(end.__context__)
        raise


def _carry_out(arguments: Sequence[str]) -> int:
    words = _with_options(arguments)
    try:
        wishes = {} if words[:1] == ["config"] else as_options(kept())
        app = typer.main.get_command(build(words[0] if words else "", wishes))
        result = app(words, prog_name="tutor", standalone_mode=False)
    except TutorError as error:
        for problem in error.problems:
            print(describe(problem, spoken()), file=sys.stderr)  # noqa: T201
        return UNUSABLE
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except OSError:
        raise
    except Exception as error:
        return _misused(error)
    return result if isinstance(result, int) else 0


def _with_options(arguments: Sequence[str]) -> list[str]:
    """Rewrites ``help run`` and ``version``, which are commands in other programs, as the options they are here."""
    match list(arguments):
        case ["help", *words]:
            return [*words, "--help"]
        case ["version", *words]:
            return ["--version", *words]
        case words:
            return words


OF_A_FILE = T("'{file}' cannot be used ({reason})", "'{file}' 无法使用（{reason}）")
OF_THE_OUTPUT = T("the answer cannot be printed ({reason})", "结果无法输出（{reason}）")


def _unreachable(error: OSError) -> int:
    """Reports which file the system refuses, or that output is impossible; a reader that closes the pipe is no error."""
    named = error.filename is not None
    if not named:
        _print_nowhere()
    if isinstance(error, BrokenPipeError):
        return 0
    why = reason(error)
    said = (
        OF_A_FILE.format(file=visible(str(error.filename)), reason=why) if named else OF_THE_OUTPUT.format(reason=why)
    )
    print(describe(Problem(said), spoken()), file=sys.stderr)  # noqa: T201
    return UNUSABLE


def _print_nowhere() -> None:
    """Discards remaining output, so that nothing fails a second time at the end."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _misused(error: Exception) -> int:
    """Reports what is wrong with the call itself; any other exception is a fault of the program and is raised again."""
    if not hasattr(error, "format_message"):
        raise error
    if type(error).__name__ == "NoArgsIsHelpError":
        print(error.format_message())  # noqa: T201
        return 0
    from backprop_tutor.cli.console.usage_errors import said

    message = said(error, [*(command.name for command in COMMANDS), "help"])
    print(describe(Problem(message), spoken()), file=sys.stderr)  # noqa: T201
    return UNUSABLE
