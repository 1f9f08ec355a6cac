"""A scenario file as it was written: the place of each value, and its author's spelling of each number."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from itertools import islice
from pathlib import Path as FilePath

from backprop_tutor.errors import Place, Problem, TutorError
from backprop_tutor.frozen import frozen
from backprop_tutor.scenario.yaml.spans import Path, Span, UnreadableError
from backprop_tutor.scenario.yaml.textfile import decode, read_bytes
from backprop_tutor.scenario.yaml.tree import Tree, parse
from backprop_tutor.text import T

MOST = 100  # problems worth listing at once

MORE = T("there are more problems; mend these first", "还有更多问题；请先改好这些")


@frozen(slots=True)
class Fault:
    """An error in the value at `path`, or in its key where `key` is set.

    `part` narrows it to a part of a text: its first column, from 1, and its length. `wanted` is the correct number of
    entries of a list that has another number.
    """

    path: Path
    message: T
    key: bool = False
    part: tuple[int, int] | None = None
    wanted: int = 0


@frozen
class Source:
    """A file that was read: its name, the SHA-256 of its bytes, its lines and its tree."""

    file: str
    digest: str
    lines: tuple[str, ...]
    tree: Tree

    def place(self, path: Path, key: bool = False) -> Place:
        """The place of the value at `path`, or of its key.

        A value that is not in the file has the place of its parent's key, or of the short form it was expanded from.
        """
        if key and path in self.tree.keys:
            return self._at(self.tree.keys[path])
        if path in self.tree.values:
            return self._at(self.tree.values[path])
        return self.place(path[:-1], key=not self.tree.is_scalar(path[:-1])) if path else Place(self.file, 1, 1)

    def spelling(self, path: Path) -> str | None:
        """A number as its author wrote it; one number given for a whole list is the spelling of each element."""
        return self.tree.spellings.get(path) or self.tree.spellings.get(path[:-1])

    def problems(self, faults: Iterable[Fault]) -> tuple[Problem, ...]:
        """The error with the faults found, and those of the text itself, each once, in the order of the lines; at most
        `MOST`.
        """
        found = [Problem(message, self._at(span)) for span, message in self.tree.faults]
        found += [Problem(self._said(fault), self._place_of(fault)) for fault in islice(faults, MOST + 1)]
        ordered = sorted(dict.fromkeys(found), key=_position)
        return (*ordered[:MOST], Problem(MORE)) if len(ordered) > MOST else tuple(ordered)

    def _said(self, fault: Fault) -> T:
        if not fault.wanted:
            return fault.message
        from backprop_tutor.scenario.yaml.number_spellings import split_by_commas

        hint = split_by_commas(self.tree, fault.path, fault.wanted)
        return T("{said}{hint}", "{said}{hint}").format(said=fault.message, hint=hint)

    def _place_of(self, fault: Fault) -> Place:
        place = self.place(fault.path, fault.key)
        return place if fault.part is None else _within(place, *fault.part)

    def _at(self, span: Span) -> Place:
        return _placed(self.file, self.lines, span)


def read_source(source: str | FilePath) -> Source:
    """The file meant by a path, the name of a bundled scenario or ``-``. Raises TutorError where it is not YAML."""
    return source_of(*read_bytes(source))


def source_of(file: str, data: bytes) -> Source:
    """The bytes of a file as they were read. Raises TutorError where they are not YAML."""
    text = decode(file, data)
    lines = tuple(text.splitlines())
    try:
        return Source(file, sha256(data).hexdigest(), lines, parse(text))
    except UnreadableError as error:
        raise TutorError(Problem(error.message, _placed(file, lines, error.span))) from None


def _placed(file: str, lines: tuple[str, ...], span: Span) -> Place:
    line = lines[span.line - 1] if span.line <= len(lines) else ""
    rest = max(1, len(line.rstrip()) - span.column + 1)
    return Place(file, span.line, span.column, line, rest if span.length is None else max(1, min(span.length, rest)))


def _within(place: Place, column: int, length: int) -> Place:
    """A part of the one-line text at `place`, after its opening quote; a text of several lines is marked as a whole."""
    opening = place.source[place.column - 1 : place.column]
    start = place.column + column - 1 + (opening in ("'", '"'))
    if opening in ("|", ">") or start > len(place.source):
        return place
    return Place(place.file, place.line, start, place.source, length)


def _position(problem: Problem) -> tuple[int, int]:
    return (problem.place.line, problem.place.column) if problem.place else (0, 0)
