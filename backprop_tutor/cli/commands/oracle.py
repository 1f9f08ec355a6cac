"""``tutor oracle``: a server of the Model Context Protocol, for a language model that asks instead of guessing."""

from __future__ import annotations

from typing import Annotated

import typer

from backprop_tutor.cli.console.language import here, spoken
from backprop_tutor.cli.console.options import Language
from backprop_tutor.errors import TutorError
from backprop_tutor.text import T

HELP = T(
    "Serve run, check, diagnose and quiz to a language model (Model Context Protocol, over standard input).",
    "让语言模型调用 run、check、diagnose、quiz（Model Context Protocol，经由标准输入输出）。",
)
EXAMPLES = ("tutor oracle", "tutor oracle homework.yaml --lang zh")
FILES = T(
    "Scenario files it may read, besides the bundled ones; it reads no other.",
    "除自带场景外允许读取的场景文件；别的都不读。",
)
NO_PACKAGE = T(
    "the oracle needs the package mcp: pip install mcp",
    "这个服务需要 mcp 包：pip install mcp",
)
INSTRUCTIONS = (
    "Exact arithmetic of backpropagation, worked by hand. Ask before you state any number: run works a network out, check "
    "grades a learner's numbers with errors carried forward, diagnose names the mistake that gives a number, quiz makes "
    "questions. Scenarios are bundled names such as two-two-one, or YAML text."
)


def oracle(
    files: Annotated[list[str] | None, typer.Argument(metavar="[FILE]...", help=here(FILES))] = None,
    lang: Language = None,
) -> None:
    """Checks the files, then answers until standard input ends."""
    from backprop_tutor import __version__
    from backprop_tutor.cli.console.oracle_tools import Oracle
    from backprop_tutor.scenario.load import load

    try:
        from mcp.server import MCPServer
        from mcp.server.mcpserver.exceptions import ToolError
    except ImportError:
        raise TutorError(NO_PACKAGE) from None
    for file in files or ():
        load(file)
    server = MCPServer("backprop-tutor", instructions=INSTRUCTIONS, version=__version__, log_level="ERROR")
    for tool in Oracle(tuple(files or ()), lang or spoken(), ToolError).tools:
        server.add_tool(tool)
    server.run("stdio")
