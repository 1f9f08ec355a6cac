"""Words and formulas in Markdown, so that GitHub and Jupyter show them as they are meant.

GitHub reads Markdown before mathematics: inside formulas too it takes a backslash before a sign as an escape and an
underscore between signs as emphasis, and a formula opens only behind a space and closes only before what is no letter.
So formulas are written without any of these, and have the spaces they need.
"""

from __future__ import annotations

import re
from typing import assert_never

from backprop_tutor.errors import visible
from backprop_tutor.formula.latex import latex
from backprop_tutor.formula.nodes import Formula
from backprop_tutor.lesson.document import Code, Inline, Math, Text, Words

_APART = "\u200b"  # an invisible space: no formula opens at a dollar sign or bracket behind it
_ESCAPES = str.maketrans(
    {sign: "\\" + sign for sign in "`*_[]|~#"}
    | {"<": "&lt;", ">": "&gt;", "&": "&amp;", "$": f"{_APART}\\$", "\\": f"\\\\{_APART}"}
)
_OPENING = re.compile(r"(?:\d+(?=[.)])|(?=[-+=]))")  # before what would open a list or underline a heading
_BARE_BAR = re.compile(r"(?<!\\)\|")

# LaTeX's commands of one sign, by commands of letters; a rule looks like an underscore.
_COMMANDS = {
    r"\\": r"\cr ", r"\,": r"\mkern3mu ", r"\:": r"\mkern4mu ", r"\;": r"\mkern5mu ", r"\!": r"\mkern-3mu ",
    r"\{": r"\lbrace ", r"\}": r"\rbrace ", r"\|": r"\Vert ", r"\_": r"\rule{0.4em}{0.05em}",
    r"\$": r"\text{＄}", r"\%": r"\text{％}", r"\#": r"\text{＃}", r"\&": r"\text{＆}",
}  # fmt: skip
_COMMAND = re.compile(r"(\\[!-/:-@[-`{-~]) ?")
_EMPHASIS = re.compile(r"(?<=[^\w\s])_")
_LINK = re.compile(r"\](?=[(\[:])")


def inline(words: Words) -> str:
    """`words` within a line."""
    text = ""
    for part in filter(None, map(_part, words)):
        text += f" {part}" if text and _needs_space(text, part) else part
    return text


def opening(line: str) -> str:
    """A line of words where a paragraph begins: no list, heading or block of code begins with it."""
    text = line.lstrip()
    match = _OPENING.match(text)
    return f"{text[: match.end()]}\\{text[match.end() :]}" if match else text


def cell(words: Words) -> str:
    """`words` in a table, whose cells end at a bar, even one in code."""
    return _BARE_BAR.sub(r"\\|", inline(words).strip())


def math(formula: Formula) -> str:
    """`formula` in LaTeX that Markdown leaves alone, without dollar signs."""
    written = _COMMAND.sub(lambda command: _COMMANDS.get(command[1], command[0]), latex(formula))
    return _LINK.sub("] ", _EMPHASIS.sub("_ ", written)).strip()


def escaped(text: str) -> str:
    """`text` with every sign of it shown as itself."""
    return visible(text).translate(_ESCAPES)


def _part(inline: Inline) -> str:
    match inline:
        case Text(text=text, tone="strong") if text.strip():
            return _bold(text)
        case Text(text=text):
            return escaped(text)
        case Math(formula=formula):
            return f"${math(formula)}$"
        case Code(text=text):
            return _code(visible(text))
        case _:
            assert_never(inline)


def _needs_space(left: str, right: str) -> bool:
    """Whether a formula, code or a bold word would not be recognised beside what it touches."""
    formula = right[0] == "$" and left[-1] != " "
    behind = left[-1] == "$" and (right[0].isalnum() or right[0] in "*`")
    code = left[-1] == right[0] == "`"
    opened = right.startswith("**") and left[-1].isalnum() and not right[2].isalnum()
    closed = left.endswith("**") and right[0].isalnum() and not left[-3].isalnum()
    return formula or behind or code or opened or closed


def _bold(text: str) -> str:
    """Bold, the spaces at its ends outside, where Markdown wants them."""
    bare = text.strip()
    before, after = text[: text.index(bare)], text[text.index(bare) + len(bare) :]
    return f"{before}**{escaped(bare)}**{after}"


def _code(text: str) -> str:
    """`text` between more backquotes than it has in a row."""
    if not text:
        return ""
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence} {text} {fence}" if "`" in text else f"{fence}{text}{fence}"
