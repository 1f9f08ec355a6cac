"""Files written whole or not at all, and never over another one without being asked."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from backprop_tutor.errors import TutorError
from backprop_tutor.text import T

EXISTS = T("'{file}' is there already; --force overwrites it", "'{file}' 已存在；加 --force 可覆盖")
FAILED = T("'{file}' cannot be written ({reason})", "'{file}' 无法写入（{reason}）")


def write(path: Path, content: str | bytes, *, force: bool = False) -> None:
    """Write `content` to `path`, text as UTF-8. Raises TutorError where it is there already (without `force`) or cannot be."""
    claim(path, force=force)
    try:
        _replace(path, content.encode() if isinstance(content, str) else content)
    except OSError as error:
        raise TutorError(FAILED.format(file=path, reason=error.strerror or error)) from error


def claim(path: Path, *, force: bool = False) -> None:
    """Make sure, before long work begins, that `path` is free. Raises TutorError where it is not (without `force`)."""
    if path.exists() and not force:
        raise TutorError(EXISTS.format(file=path))


def _replace(path: Path, content: bytes) -> None:
    """Write beside the target and move it there in one step."""
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(beside).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
