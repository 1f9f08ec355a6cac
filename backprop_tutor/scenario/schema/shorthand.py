"""Values that may be written in more than one form, distinguished by their shape before they are validated.

So a wrong value gives one message, which names all the forms it can have, instead of one complaint per form.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, Discriminator, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from backprop_tutor.frozen import frozen
from backprop_tutor.text import NOTHING, T

Shape: TypeAlias = Literal["text", "number", "list", "mapping", "other"]

LONGEST_NAME = 40
_NAME = re.compile(r"[^\W\d]\w*")


FORMS: Mapping[str, T] = {
    "words": T("a text, or {en: ..., zh: ...}", "一段文字，或 {en: ..., zh: ...}"),
    "units": T("unit names in a list, or how many units", "单元名的列表，或单元个数"),
    "weights": T(
        "a list of rows, one per unit, or {init: NAME, seed: N}",
        "由行组成的列表（每个单元一行），或 {init: 名字, seed: N}",
    ),
    "bias": T(
        "a list of numbers, one per unit, a number for every unit, or {init: NAME, seed: N}",
        "数的列表（每个单元一个）、一个供所有单元共用的数，或 {init: 名字, seed: N}",
    ),
    "loss": T("a name, a formula in a and y, or {function: ...}", "名字、用 a 和 y 写的公式，或 {function: ...}"),
    "optimizer": T("a name, or {kind: NAME, ...}", "名字，或 {kind: 名字, ...}"),
    "schedule": T("a name, or {kind: NAME, ...}", "名字，或 {kind: 名字, ...}"),
    "clip": T("a name, or {kind: NAME, limit: ...}", "名字，或 {kind: 名字, limit: ...}"),
    "batch": T("full, online, or how many examples", "full、online，或样本个数"),
    "numbers": T("a number or a list of numbers", "一个数，或数的列表"),
    "array": T("a number, or lists of numbers", "一个数，或数的列表"),
    "start": T(
        "a number, lists of numbers, or {init: NAME, shape: [...], seed: N}",
        "一个数、数的列表，或 {init: 名字, shape: [...], seed: N}",
    ),
    "layer_array": T(
        "a number, lists of numbers, or {init: NAME, seed: N}", "一个数、数的列表，或 {init: 名字, seed: N}"
    ),
    "gate_array": T(
        "a number, lists of numbers, {init: NAME, seed: N}, or one of these for each gate",
        "一个数、数的列表、{init: 名字, seed: N}，或每个门各写一项",
    ),
    "any_inputs": T(
        "names in a list, how many, {shape: [...]}, {steps: N, units: N} or {tokens: N, vocabulary: N}",
        "名字的列表、个数、{shape: [...]}、{steps: N, units: N} 或 {tokens: N, vocabulary: N}",
    ),
    "own_names": T("a name, or lists of names (null for none)", "一个名字，或名字的列表（没有名字写 null）"),
    "outputs": T("a node, or a list of nodes", "一个节点，或节点的列表"),
    "graph_inputs": T(
        "names with their values, or a list of names whose values stand in data",
        "名字及其值，或名字的列表（值写在 data 里）",
    ),
}
"""The forms of a value, by the type its error has."""


def shape(value: object) -> Shape:
    """The shape of a value of a file; true, false and null are valid in no form."""
    match value:
        case bool():
            return "other"
        case str():
            return "text"
        case int() | float():
            return "number"
        case list() | tuple():
            return "list"
        case dict() | BaseModel():
            return "mapping"
        case _:
            return "other"


def start_shape(value: object) -> Shape:
    """The shape of starting values; a mapping without `init` is not one."""
    return "other" if isinstance(value, dict) and "init" not in value else shape(value)


def array_shape(value: object) -> Shape:
    """The shape of an array: a list, or else a number."""
    return "list" if isinstance(value, list | tuple) else "number"


def names_shape(value: object) -> Shape:
    """The shape of names: a list, or else a text."""
    return "list" if isinstance(value, list | tuple) else "text"


def start_array_shape(value: object) -> Shape:
    """The shape of a starting array: a list, a mapping with `init`, or else a number."""
    return (
        "mapping"
        if isinstance(value, BaseModel) or (isinstance(value, dict) and "init" in value)
        else array_shape(value)
    )


def layer_array_shape(value: object) -> Shape:
    """The shape of what a layer starts from, of which a mapping without `init` or a text is none."""
    found = start_shape(value)
    return found if found in ("number", "list", "mapping") else "other"


def rows_shape(value: object) -> Shape:
    """The shape of starting weights; a list of bare numbers is not one."""
    flat = isinstance(value, list) and bool(value) and shape(value[0]) == "number"
    return "other" if flat else start_shape(value)


def one_of(form: str, told_by: Callable[[object], Shape] = shape) -> Discriminator:
    """A union distinguished by shape; its members have shapes as tags."""
    return Discriminator(told_by, custom_error_type=form, custom_error_message=form)


@frozen
class Short:
    """A short form for a longer one: a value of shape `short` becomes ``expand(value)``, of shape `full`."""

    form: str
    short: Shape
    full: Shape
    expand: Callable[[Any], Any]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._whole, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        whole = handler(schema)
        parts = handler.resolve_ref_schema(whole)
        short = parts["items"] if self.full == "list" else next(iter(parts["properties"].values()))
        return {"anyOf": [{key: part for key, part in short.items() if key not in ("title", "description")}, whole]}

    def _whole(self, value: object) -> object:
        found = shape(value)
        if found not in (self.short, self.full):
            raise PydanticCustomError(self.form, self.form)
        return self.expand(value) if found == self.short else value


@frozen
class NameFrom:
    """A name from a table that is read when a file is read, or, where `letters` are given, a formula in them.

    `other` describes what else the value can be.
    """

    names: Callable[[], Iterable[str]]
    other: T = NOTHING
    letters: tuple[str, ...] = ()

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._known, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        names = {**handler(schema), "enum": list(self.names())}
        formula = {"type": "string", "description": f"{self.other.en}."}
        return {"anyOf": [names, formula]} if self.letters else names

    def _known(self, value: str) -> str:
        names = tuple(self.names())
        formula = self.letters and (value in self.letters or not value.isidentifier())
        if value not in names and not formula:
            raise PydanticCustomError("unknown_name", "unknown name", {"allowed": names, "other": self.other})
        return value


_UNIT = re.compile(r"[^\s,，、;；]+")


def unit_name(value: object) -> str:
    """`value` as the name of a unit: any text without control codes, such as the numbers that books give their units.

    A blank or a comma is taken as a separator of two names.

    Raises PydanticCustomError for any other value.
    """
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if isinstance(text, str) and len(text) <= LONGEST_NAME and text.isprintable() and _UNIT.fullmatch(text):
        return text
    raise PydanticCustomError("bad_unit_name", "bad unit name")


def name(value: object) -> str:
    """`value` as the name of a unit or a quantity: a letter followed by letters, digits and _.

    Raises PydanticCustomError for any other value.
    """
    if isinstance(value, str) and len(value) <= LONGEST_NAME and _NAME.fullmatch(value) and value.isidentifier():
        return value
    raise PydanticCustomError("bad_name", "bad name")
