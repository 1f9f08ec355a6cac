"""What to write in place of a value of the wrong type, where its form tells what was meant."""

from __future__ import annotations

from backprop_tutor.scenario.descriptions import cropped
from backprop_tutor.scenario.hints import full_width
from backprop_tutor.scenario.on_paper import as_list, as_yaml
from backprop_tutor.scenario.sayings import (
    COUNT,
    DECIMAL,
    ENTRIES,
    IN_LIST,
    LISTED,
    LISTS,
    NUMBERS,
    QUOTED,
    QUOTES,
    SPACE,
)
from backprop_tutor.scenario.scalars import is_decimal
from backprop_tutor.scenario.yaml_errors import KEY_WITHOUT_SPACE
from backprop_tutor.text import NOTHING, T


def what_to_write(came: object, wanted: str) -> T:
    """For a value where pydantic wanted another, by the type of its error; nothing where there is nothing to say."""
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
    """For a value that is no name; `listed` tells whether it stands in a list, where several may have become one."""
    match came:
        case str() if listed and as_list(came):
            return LISTED.format(came=cropped(as_list(came)))
        case str():
            return full_width(came)
        case int() | float():
            return COUNT.format()
        case _:
            return NOTHING
