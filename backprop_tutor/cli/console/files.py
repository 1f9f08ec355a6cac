"""Writes files whole or not at all, and never overwrites one unless requested."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from backprop_tutor.errors import TutorError, reason
from backprop_tutor.scenario.beside import beside
from backprop_tutor.text import T

EXISTS = T("'{file}' is there already; --force overwrites it", "'{file}' 已存在；加 --force 可覆盖")
A_FOLDER = T("'{file}' is a folder; give the name of a file in it", "'{file}' 是目录；请写出其中的文件名")
NO_FILE = T("'{file}' is a device, not a file; give another name", "'{file}' 是设备，不是文件；请另起一个名字")
NO_FOLDER = T("there is no folder '{folder}' to write '{file}' to", "没有目录 '{folder}'，无法写入 '{file}'")
WRITTEN = T("wrote {file}", "已写入 {file}")
UNKNOWN_ENDING = T(
    "'{file}' ends in '{ending}'; what can be written: {allowed}{near}",
    "'{file}' 的后缀是 '{ending}'；可以写成：{allowed}{near}",
)
FAILED = T("'{file}' cannot be written ({reason})", "'{file}' 无法写入（{reason}）")


def write(path: Path, content: str | bytes, *, force: bool = False) -> None:
    """Writes `content` to `path`, text as UTF-8. Raises TutorError where it exists (without `force`) or cannot be
    written.
    """
    with whole(path, force=force) as file:
        file.write(content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content)


@contextmanager
def whole(path: Path, *, force: bool = False) -> Iterator[IO[bytes]]:
    """A file to be written piece by piece, which is at `path` once all of it is written. Raises TutorError as `write`."""
    claim_room(path, force=force)
    try:
        with beside(path) as file:
            yield file
    except OSError as error:
        raise TutorError(FAILED.format(file=path, reason=reason(error))) from error


def claim(path: Path, *, force: bool = False) -> None:
    """Checks, before long work begins, that `path` is free. Raises TutorError where it is not (without `force`).

    A device is never free.
    """
    if path.is_dir():
        raise TutorError(A_FOLDER.format(file=path))
    if path.exists() and not path.is_file():
        raise TutorError(NO_FILE.format(file=path))
    if path.exists() and not force:
        raise TutorError(EXISTS.format(file=path))


def claim_room(path: Path, *, force: bool = False) -> None:
    """Checks as `claim` does, and that the folder of `path` exists. Raises TutorError where it does not."""
    claim(path, force=force)
    if not path.parent.is_dir():
        raise TutorError(NO_FOLDER.format(file=path, folder=path.parent))


def make_folder(path: Path) -> None:
    """Makes the folder if it does not exist. Raises TutorError where that fails."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TutorError(FAILED.format(file=path, reason=reason(error))) from error
