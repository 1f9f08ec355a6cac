"""What the schema finds wrong, said by us: one fault each, at its place, in both languages.

pydantic names the kind of every error; its English sentences are not used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from backprop_tutor.errors import did_you_mean
from backprop_tutor.scenario.descriptions import cropped, described, label
from backprop_tutor.scenario.sayings import (
    BAD_NAME,
    FORMULA_TOO,
    LOSS_OF_GRAPH,
    MISSING_KEY,
    NO_HINT,
    NO_KIND,
    NO_SPACE,
    NO_VALUE,
    NOT_ALLOWED,
    QUOTED,
    QUOTES,
    THE_FILE,
    TWO_KINDS,
    UNKNOWN_KEY,
    WANTED,
    WRONG_NAME,
    WRONG_TYPE,
)
from backprop_tutor.scenario.scalars import is_decimal
from backprop_tutor.scenario.schema import GraphScenarioFile, NetworkScenarioFile, Record
from backprop_tutor.scenario.source import Fault
from backprop_tutor.scenario.spans import Path
from backprop_tutor.scenario.yaml_tree import Tree, Value
from backprop_tutor.text import T

ELSEWHERE: Mapping[tuple[type[Record], Path], T] = {
    (NetworkScenarioFile, ("graph",)): TWO_KINDS,
    (GraphScenarioFile, ("loss",)): LOSS_OF_GRAPH,
}


def faults(error: ValidationError, kind: type[Record], tree: Tree) -> tuple[Fault, ...]:
    """The faults of a file that was read as `kind`."""
    details = error.errors(include_url=False)
    unknown = [path_in(tree.value, e["loc"]) for e in details if e["type"] == "extra_forbidden"]
    return tuple(_Finding(e, kind, tree).fault for e in details if not _is_misspelt(e, tree.value, unknown))


def path_in(value: Value, loc: tuple[int | str, ...]) -> Path:
    """The path in the file that pydantic's location means: without its tags of unions and of short forms."""
    path: Path = ()
    for part in loc:
        if _has(value, part):
            path, value = (*path, part), value[part]  # type: ignore[index]
    return path


def _has(value: Value, part: int | str) -> bool:
    if isinstance(value, dict):
        return part in value
    return isinstance(value, list) and isinstance(part, int) and part < len(value)


def _is_misspelt(error: ErrorDetails, value: Value, unknown: list[Path]) -> bool:
    """Whether a key is missing because an unknown key beside it is that key, misspelt."""
    if error["type"] != "missing":
        return False
    parent, key = path_in(value, error["loc"][:-1]), str(error["loc"][-1])
    return any(path[:-1] == parent and did_you_mean(str(path[-1]), [key]).en for path in unknown)


@dataclass(frozen=True)
class _Finding:
    """One error of pydantic's, in a file read as `kind`."""

    error: ErrorDetails
    kind: type[Record]
    tree: Tree

    @property
    def fault(self) -> Fault:
        loc, value = self.error["loc"], self.tree.value
        match self.error["type"]:
            case "extra_forbidden":
                return Fault(self.path, self._unknown_key(), key=True)
            case "missing" if len(path_in(value, loc)) > len(path_in(value, loc[:-1])):
                return Fault(self.path, NO_VALUE.format(key=loc[-1]), key=True)
            case "missing":
                said = NO_KIND if loc == ("network",) else MISSING_KEY.format(key=loc[-1])
                return Fault(path_in(value, loc[:-1]), said, key=True)
            case "bad_name":
                said = BAD_NAME.format(came=cropped(self.error["input"]))
                return Fault(self.path, said, key=loc[-1] == "[key]")
            case "unknown_name" | "literal_error":
                return Fault(self.path, self._unknown_name())
            case _:
                return Fault(self.path, self._wrong_type())

    @property
    def path(self) -> Path:
        return path_in(self.tree.value, self.error["loc"])

    def _unknown_key(self) -> T:
        key, path = str(self.path[-1]), self.path
        if (self.kind, path) in ELSEWHERE:
            return ELSEWHERE[self.kind, path]
        if ":" in key:
            return NO_SPACE.format(key=cropped(key))
        allowed = tuple(record_at(self.kind, path[:-1]).model_fields)
        return UNKNOWN_KEY.format(key=cropped(key), near=did_you_mean(key, allowed), allowed=", ".join(allowed))

    def _unknown_name(self) -> T:
        context = self.error["ctx"]
        allowed = context.get("allowed") or re.findall(r"'(\w+)'", context["expected"])
        letters = context.get("letters", ())
        others = T(*(FORMULA_TOO.format(letters=_joined(letters))[lang] if letters else "" for lang in ("en", "zh")))
        return WRONG_NAME.format(
            label=label(self.path),
            came=self._came(),
            allowed=", ".join(allowed),
            others=others,
            near=did_you_mean(came, allowed) if isinstance(came := self.error["input"], str) else NO_HINT,
        )

    def _wrong_type(self) -> T:
        wanted = WANTED.get(self.error["type"])
        saying = NOT_ALLOWED if wanted is None else WRONG_TYPE
        return saying.format(
            label=label(self.path) or THE_FILE,
            came=self._came(),
            wanted=(wanted or NO_HINT).format(**self.error.get("ctx", {})),
            hint=self._hint(),
        )

    def _hint(self) -> T:
        type_, came = self.error["type"], self.error["input"]
        if isinstance(came, str) and is_decimal(came) and type_ != "string_type":
            return QUOTED
        return QUOTES if type_ in ("string_type", "words") and isinstance(came, int | float) else NO_HINT

    def _came(self) -> T:
        """What came; a number as its author wrote it."""
        return described(self.error["input"], self.tree.spellings.get(self.path))


def record_at(kind: type[Record], path: Path) -> type[Record]:
    """The record that stands at `path` of a file of that kind."""
    for key in path:
        if isinstance(key, str) and key in kind.model_fields:
            kind = next(_records(kind.model_fields[key].annotation), kind)
    return kind


def _records(annotation: Any) -> Iterator[type[Record]]:
    if isinstance(annotation, type) and issubclass(annotation, Record):
        yield annotation
    for part in get_args(annotation):
        yield from _records(part)


def _joined(letters: tuple[str, ...]) -> T:
    return T(" and ".join(letters), "、".join(letters))
