"""Every way in which a file cannot be read has a sentence of its own, in both languages."""

import io
import os
import sys
import time
from hashlib import sha256
from pathlib import Path

import pytest

from backprop_tutor.errors import TutorError, describe
from backprop_tutor.scenario.load import read
from backprop_tutor.scenario.yaml.source import read_source
from backprop_tutor.scenario.yaml.textfile import LIMIT

from .files import NETWORK


def refusal(source: str | Path) -> tuple[str, str]:
    """What is printed in both languages when `source` is read: one line each."""
    with pytest.raises(TutorError) as caught:
        read(source)
    (problem,) = caught.value.problems
    return describe(problem, "en"), describe(problem, "zh")


class Stdin:
    """A standard input with some bytes in it."""

    def __init__(self, data: bytes) -> None:
        self.buffer, self.closed = io.BytesIO(data), False


@pytest.mark.parametrize(
    ("data", "place", "en", "zh"),
    [
        (b"", "1:1", "the file is empty; a scenario begins with 'title:'", "文件是空的；场景以 'title:' 开头"),
        (b" \n\n", "1:1", "the file is empty;", "文件是空的；"),
        (b"\xef\xbb\xbf", "1:1", "the file is empty;", "文件是空的；"),
        (b"\x89PNG\r\n\0\0\0", "1:1", "this is a binary file, not text", "这是二进制文件，不是文本"),
        (
            "title: t".encode("utf-16"),
            "1:1",
            "the text is UTF-16; save it as UTF-8",
            "文本是 UTF-16 编码；请存成 UTF-8",
        ),
        (
            "title: 手算\n".encode("gb18030"),
            "1:1",
            "the text is not UTF-8 (byte 8); save it as UTF-8",
            "文本不是 UTF-8 编码（第 8 字节）；请存成 UTF-8",
        ),
        (b"a: 1\nb: \xff\n", "2:1", "the text is not UTF-8 (byte 9)", "文本不是 UTF-8 编码（第 9 字节）"),
        (
            b"x" * (LIMIT + 1),
            "1:1",
            "the file is larger than 2 MB; a scenario is not",
            "文件超过 2 MB；场景文件不会这么大",
        ),
    ],
    ids=["empty", "blank", "only a mark", "binary", "UTF-16", "GB 18030", "a bad byte", "too large"],
)
def test_what_is_no_text_is_refused(data, place, en, zh, tmp_path):
    """A file that is not UTF-8 text of a sensible size is refused with one line that says what it is."""
    path = tmp_path / "f.yaml"
    path.write_bytes(data)

    for said, expected in zip(refusal(path), (en, zh), strict=True):
        assert said.startswith(f"{path}:{place}: error: {expected}")
        assert "\n" not in said


@pytest.mark.parametrize("name", ["missing.yaml", "missing/f.yaml", "x" * 300 + ".yaml", "a\0b.yaml"])
def test_a_file_that_is_not_there(name, tmp_path):
    """A path that leads nowhere is named."""
    en, zh = refusal(tmp_path / name)

    assert en.startswith(("error: there is no file '", "error: '"))
    assert zh.startswith(("error: 没有文件 '", "error: '"))
    assert (en + zh).isprintable()


def test_a_directory(tmp_path):
    """A directory is called one."""
    assert refusal(tmp_path) == (
        f"error: '{tmp_path}' is a directory, not a file",
        f"error: '{tmp_path}' 是目录，不是文件",
    )


def test_a_file_that_may_not_be_read(tmp_path, monkeypatch):
    """A file without permission to read is called that."""
    path = tmp_path / "f.yaml"
    path.write_text(NETWORK)
    path.chmod(0)
    if os.access(path, os.R_OK):  # the superuser may read everything

        def forbidden(*_: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Path, "open", forbidden)

    assert refusal(path) == (
        f"error: '{path}' may not be read: permission denied",
        f"error: '{path}' 不可读：没有权限",
    )


def test_a_large_file_is_not_read_to_its_end(tmp_path):
    """Of a file of 10 MB, or without an end, no more than the limit is read."""
    path = tmp_path / "large.yaml"
    path.write_bytes(b"a" * 10_000_000)
    started = time.perf_counter()

    assert "larger than 2 MB" in refusal(path)[0]
    if Path("/dev/zero").exists():
        assert "larger than 2 MB" in refusal(Path("/dev/zero"))[0]
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_standard_input_is_a_file_called_stdin(mark, monkeypatch):
    """``-`` reads standard input, with or without a byte order mark, and its errors name <stdin>."""
    monkeypatch.setattr(sys, "stdin", Stdin(mark + NETWORK.encode()))

    file, source = read("-")

    assert file.title.text.en == "A network"
    assert source.place(("title",)).file == "<stdin>"
    assert source.place(("title",)).column == 8


@pytest.mark.parametrize(("stdin", "said"), [(None, "standard input is closed"), (Stdin(b""), "the file is empty")])
def test_nothing_on_standard_input(stdin, said, monkeypatch):
    """A closed or empty standard input is refused."""
    monkeypatch.setattr(sys, "stdin", stdin)

    assert said in refusal("-")[0]


def test_a_source_knows_the_digest_of_its_bytes(tmp_path):
    """The digest is the SHA-256 of the bytes of the file, byte order mark included."""
    data = b"\xef\xbb\xbf" + NETWORK.encode()
    (tmp_path / "f.yaml").write_bytes(data)

    assert read_source(tmp_path / "f.yaml").digest == sha256(data).hexdigest()
