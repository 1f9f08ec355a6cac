"""Reads a file from a stranger: no further than the maximum length of a scenario, and only if it is text.

``-`` is standard input. Every way in which a file cannot be read has a message of its own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from errno import errorcode
from pathlib import Path

from backprop_tutor.errors import Place, Problem, TutorError, visible
from backprop_tutor.scenario.bundled import STANDARD_INPUT, locate
from backprop_tutor.scenario.suggestions import nearby
from backprop_tutor.text import NOTHING, T

LIMIT = 2_000_000
STANDARD_INPUT_NAME = "<stdin>"

MISSING = T("there is no file '{file}'{near}", "没有文件 '{file}'{near}")
DIRECTORY = T("'{file}' is a directory, not a file", "'{file}' 是目录，不是文件")
FORBIDDEN = T("'{file}' may not be read: permission denied", "'{file}' 不可读：没有权限")
FAILED = T("'{file}' cannot be read ({reason})", "'{file}' 无法读取（{reason}）")
CLOSED = T("standard input is closed", "标准输入已关闭")
LARGE = T("the file is larger than 2 MB; a scenario is not", "文件超过 2 MB；场景文件不会这么大")
EMPTY = T(
    "the file is empty; a scenario begins with 'title:' ('tutor new NAME' writes a first one)",
    "文件是空的；场景以 'title:' 开头（'tutor new 名字' 可以写出第一个）",
)
BINARY = T("this is a binary file, not text", "这是二进制文件，不是文本")
SIXTEEN_BIT = T("the text is UTF-16; save it as UTF-8", "文本是 UTF-16 编码；请存成 UTF-8")
NOT_UTF_8 = T(
    "the text is not UTF-8 (byte {byte}); save it as UTF-8", "文本不是 UTF-8 编码（第 {byte} 字节）；请存成 UTF-8"
)


def read_bytes(source: str | Path) -> tuple[str, bytes]:
    """The name and the bytes of a path, of a bundled scenario or of standard input (``-``).

    Raises TutorError where the file does not exist, cannot be read, or is too large.
    """
    if source == STANDARD_INPUT:
        name, data = STANDARD_INPUT_NAME, _standard_input()
    else:
        path = locate(source)
        name, data = str(path), file_bytes(path, nearby)
    if len(data) > LIMIT:
        raise _error(LARGE, name)
    return name, data


def read_text(source: str | Path) -> tuple[str, str]:
    """The name and the text of what `read_bytes` reads; an empty file has none. Raises TutorError as these two do."""
    name, data = read_bytes(source)
    return name, decode(name, data) if data.strip() else ""


def decode(name: str, data: bytes) -> str:
    """The text of `data`, without a byte order mark. Raises TutorError where it is no UTF-8 text, or none at all."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _error(SIXTEEN_BIT, name)
    if b"\0" in data:
        raise _error(BINARY, name)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _error(NOT_UTF_8.format(byte=error.start + 1), name, data[: error.start].count(b"\n") + 1) from None
    if not text.strip():
        raise _error(EMPTY, name)
    return text


def _standard_input() -> bytes:
    if sys.stdin is None or sys.stdin.closed:
        raise TutorError(CLOSED)
    return sys.stdin.buffer.read(LIMIT + 1)


def file_bytes(path: Path, near: Callable[[str], T] = lambda _: NOTHING) -> bytes:
    """The first bytes of a file, up to one more than a scenario can have. Raises TutorError where it cannot be read.

    Where the file does not exist, `near` suggests which one may be meant.
    """
    try:
        with path.open("rb") as file:
            return file.read(LIMIT + 1)
    except (OSError, ValueError) as error:
        reason = errorcode.get(getattr(error, "errno", None) or 0, "")
        sentence = _sentence(error, path)
        meant = near(str(path)) if sentence is MISSING else NOTHING
        raise TutorError(sentence.format(file=visible(str(path)), reason=reason, near=meant)) from None


def _sentence(error: OSError | ValueError, path: Path) -> T:
    match error:
        case FileNotFoundError() | NotADirectoryError() | ValueError():
            return MISSING
        case IsADirectoryError():
            return DIRECTORY
        case PermissionError():
            return DIRECTORY if path.is_dir() else FORBIDDEN  # Windows denies to open a directory
        case _:
            return FAILED


def _error(message: T, name: str, line: int = 1) -> TutorError:
    return TutorError(Problem(message, Place(name, line, 1)))
