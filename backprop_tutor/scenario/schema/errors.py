"""The errors of the schema in our own words: one fault each, at its place, in both languages.

pydantic gives the type of every error; its English sentences are not used. Where the form of a wrong value shows what
was meant, a message suggests what to write.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from backprop_tutor.frozen import frozen
from backprop_tutor.scenario.schema.hints import full_width, home, meant, meant_key
from backprop_tutor.scenario.schema.locations import path_in, record_at
from backprop_tutor.scenario.schema.model import GraphScenarioFile, NetworkScenarioFile, Record
from backprop_tutor.scenario.schema.type_names import (
    BAD_NAME,
    BAD_UNIT_NAME,
    BRACKETS,
    COUNT,
    DECIMAL,
    ENTRIES,
    IN_LIST,
    LISTED,
    LISTS,
    LOSS_OF_GRAPH,
    MISSING_KEY,
    NO_KIND,
    NO_MAPPING,
    NO_VALUE,
    NOT_ALLOWED,
    NUMBERS,
    OR_ELSE,
    QUOTED,
    QUOTES,
    SPACE,
    TWO_KINDS,
    UNKNOWN_KEY,
    WANTED,
    WRONG_NAME,
    WRONG_SIZE,
    WRONG_TYPE,
)
from backprop_tutor.scenario.yaml.descriptions import cropped, described, label, quoted
from backprop_tutor.scenario.yaml.errors import KEY_WITHOUT_SPACE, NO_SPACE
from backprop_tutor.scenario.yaml.number_spellings import as_list, as_yaml
from backprop_tutor.scenario.yaml.source import Fault
from backprop_tutor.scenario.yaml.spans import Path, is_decimal
from backprop_tutor.scenario.yaml.tree import Tree, Value
from backprop_tutor.text import NOTHING, T


def what_to_write(came: object, wanted: str) -> T:
    """The suggestion for a value of the wrong type, by the type of pydantic's error; empty where there is none."""
    match came:
        case str() if wanted == "string_type":
            return NOTHING
        case str():
            return _for_text(came, wanted)
        case dict() if wanted == "tuple_type":
            return ENTRIES
        case int() | float() if wanted in ("string_type", "words"):
            return QUOTES
        case _:
            return NOTHING


def _for_text(came: str, wanted: str) -> T:
    listed = as_list(came)
    if is_decimal(came):
        return QUOTED
    if (hint := as_yaml(came)).en or (hint := full_width(came)).en:
        return hint
    if wanted == "model_type" and KEY_WITHOUT_SPACE.fullmatch(came):
        return SPACE
    if listed and wanted in LISTS:
        return IN_LIST.format(came=cropped(listed))
    if wanted in NUMBERS and (listed or any(map(str.isdigit, came))):
        return LISTED.format(came=cropped(listed)) if listed else DECIMAL
    if wanted == "tuple_type" or (wanted == "units" and came.isidentifier()):
        return IN_LIST.format(came=cropped(came))
    return NOTHING


def what_to_name(came: object, listed: bool) -> T:
    """The suggestion for a value that is no name; `listed` is true in a list, where several names may have become one."""
    match came:
        case str() if listed and as_list(came):
            return LISTED.format(came=cropped(as_list(came)))
        case str():
            return full_width(came)
        case int() | float():
            return COUNT
        case _:
            return NOTHING


ELSEWHERE: Mapping[tuple[type[Record], Path], T] = {
    (NetworkScenarioFile, ("graph",)): TWO_KINDS,
    (GraphScenarioFile, ("loss",)): LOSS_OF_GRAPH,
}


def faults(error: ValidationError, kind: type[Record], tree: Tree) -> Iterator[Fault]:
    """The faults of a file that was read as `kind`."""
    details = error.errors(include_url=False)
    unknown = [path_in(tree.value, e["loc"]) for e in details if e["type"] == "extra_forbidden"]
    yield from (_Finding(e, kind, tree).fault for e in details if not _follows(e, tree.value, unknown))


def _follows(error: ErrorDetails, value: Value, unknown: list[Path]) -> bool:
    """Whether an error only follows from another.

    A list with faults in it counts as too short; a key may be missing because the unknown key beside it is the same
    key, misspelt.
    """
    if error["type"] == "too_short":
        return bool(error["input"])
    if error["type"] != "missing":
        return False
    return _misspelt(error, value, unknown) is not None


def _misspelt(error: ErrorDetails, value: Value, unknown: Iterable[Path]) -> Path | None:
    """The unknown key beside a missing one that is the same key, misspelt."""
    *parent, key = error["loc"]
    beside = (path for path in unknown if path[:-1] == path_in(value, parent))
    return next((path for path in beside if meant_key(str(path[-1]).partition(":")[0], [str(key)]).en), None)


def misspelt(details: Sequence[ErrorDetails], value: Value) -> dict[Path, str]:
    """The unknown keys that are a missing one, misspelt, with the key that is meant."""
    unknown = [path_in(value, e["loc"]) for e in details if e["type"] == "extra_forbidden"]
    missing = ((e["loc"][-1], _misspelt(e, value, unknown)) for e in details if e["type"] == "missing")
    return {path: str(key) for key, path in missing if path is not None}


@frozen
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
            case "bad_unit_name":
                return Fault(self.path, self._bad_name(BAD_UNIT_NAME))
            case "bad_name":
                return Fault(self.path, self._bad_name(), key=loc[-1] == "[key]")
            case "unknown_name" | "literal_error":
                return Fault(self.path, self._unknown_name())
            case "model_type" if not loc:
                return Fault((), NO_MAPPING.format(came=described(value)))
            case "too_short" | "string_too_short" | "too_long" as type_:
                return Fault(self.path, WRONG_SIZE[type_].format(label=label(self.path), **self.error["ctx"]))
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
        allowed = tuple(info.alias or name for name, info in record_at(self.kind, path[:-1]).model_fields.items())
        near = BRACKETS if is_decimal(key) else meant_key(key, allowed)
        hint = near if near.en else home(self.kind, key)
        return UNKNOWN_KEY.format(key=cropped(key), near=hint, allowed=", ".join(allowed))

    def _bad_name(self, said: T = BAD_NAME) -> T:
        came = self.error["input"]
        hint = NOTHING if self.path[0] == "names" else what_to_name(came, listed=isinstance(self.path[-1], int))
        return said.format(came=quoted(came, self.spelling), hint=hint)

    def _unknown_name(self) -> T:
        context, came = self.error["ctx"], self.error["input"]
        allowed = context.get("allowed") or re.findall(r"'(\w+)'", context["expected"])
        other = context.get("other", NOTHING)
        return WRONG_NAME.format(
            label=label(self.path),
            came=quoted(self.error["input"], self.spelling),
            allowed=", ".join(allowed),
            others=OR_ELSE.format(other=other) if other.en else NOTHING,
            near=meant(came, allowed) if isinstance(came, str) else NOTHING,
        )

    def _wrong_type(self) -> T:
        wanted = WANTED.get(self.error["type"])
        saying = NOT_ALLOWED if wanted is None else WRONG_TYPE
        return saying.format(
            label=label(self.path),
            came=described(self.error["input"], self.spelling),
            wanted=(wanted or NOTHING).format(**_figures(self.error.get("ctx", {}))),
            hint=what_to_write(self.error["input"], self.error["type"]),
        )

    @property
    def spelling(self) -> str | None:
        return self.tree.spellings.get(self.path)


def _figures(context: Mapping[str, Any]) -> dict[str, Any]:
    return {key: f"{part:.12g}" if isinstance(part, int | float) else part for key, part in context.items()}
