"""A reader's permanent choices, stored in a small TOML file: the defaults of options in every command.

An option of the call has precedence, then the preference, then the choice of the scenario's author. A preferred
notation or view that does not fit a scenario is ignored there, since that call did not request it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from backprop_tutor.errors import Problem, TutorError, did_you_mean, reason, visible
from backprop_tutor.formula.figures import FEWEST_FIGURES, FLOAT_FIGURES
from backprop_tutor.frozen import frozen
from backprop_tutor.notation.table import NOTATIONS
from backprop_tutor.registry import by_name, wish
from backprop_tutor.scenario.schema.choices import VIEWS
from backprop_tutor.text import LANGUAGES, T

VARIABLE = "TUTOR_CONFIG"

NO_PAIR = T("'{text}' is no NAME=VALUE, such as notation=nielsen", "'{text}' 不是“名字=值”，例如 notation=nielsen")
NO_KEY = T(
    "there is nothing called '{name}' to set; what there is: {allowed}{near}",
    "没有可设置的 '{name}'；可以设置：{allowed}{near}",
)
NO_VALUE = T("{name} is '{value}'; it can be {allowed}{near}", "{name} 是 '{value}'；可以是 {allowed}{near}")
NO_FILE = T(
    "{file} cannot be read ({reason}); mend it, or begin anew with 'tutor config --clear'",
    "{file} 无法读取（{reason}）；请改正它，或用 'tutor config --clear' 重新开始",
)


@frozen
class Preference:
    """A preference: its name, its description, its allowed values, and its conversion to an option."""

    name: str
    text: T
    allowed: tuple[str, ...]
    value: Callable[[str], Any] = wish


PREFERENCES: Mapping[str, Preference] = by_name(
    Preference("notation", T("the notation", "记号"), tuple(NOTATIONS)),
    Preference("view", T("the way to tell a lesson", "讲解方式"), tuple(VIEWS)),
    Preference(
        "digits",
        T("significant figures shown", "显示的有效数字位数"),
        tuple(map(str, range(FEWEST_FIGURES, FLOAT_FIGURES + 1))),
        int,
    ),
    Preference("detail", T("the length of a lesson", "讲解的详略"), ("brief", "normal", "full"), str),
    Preference("lang", T("the language", "语言"), tuple(LANGUAGES), str),
)


def file() -> Path:
    """The file of preferences: the one named by TUTOR_CONFIG, else in the user's own settings folder.

    Every call looks there, so nothing is imported for it.
    """
    named = os.environ.get(VARIABLE)
    settings = os.environ.get("XDG_CONFIG_HOME") or os.environ.get("APPDATA") or Path.home() / ".config"
    return Path(named) if named else Path(settings) / "backprop-tutor" / "config.toml"


def kept() -> dict[str, str]:
    """The stored preferences, checked; none where there is no file. Raises TutorError for an invalid file."""
    path = file()
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise TutorError(
            NO_FILE.format(file=path, reason="UTF-8" if isinstance(error, UnicodeDecodeError) else reason(error))
        ) from None
    import tomllib

    try:
        written = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TutorError(NO_FILE.format(file=path, reason=error)) from None
    return checked((name, str(value)) for name, value in written.items())


def checked(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The same with every name and value known. Raises TutorError with everything unknown."""
    problems: list[Problem] = []
    found: dict[str, str] = {}
    for name, value in pairs:
        preference = PREFERENCES.get(name)
        if preference is None:
            near = did_you_mean(name, PREFERENCES)
            problems.append(Problem(NO_KEY.format(name=visible(name), allowed=", ".join(PREFERENCES), near=near)))
        elif value not in preference.allowed:
            near, allowed = did_you_mean(value, preference.allowed), ", ".join(preference.allowed)
            problems.append(Problem(NO_VALUE.format(name=name, value=visible(value), allowed=allowed, near=near)))
        else:
            found[name] = value
    if problems:
        raise TutorError(problems)
    return found


def pair(text: str) -> tuple[str, str]:
    """``notation=nielsen`` as name and value. Raises TutorError for anything else."""
    name, equals, value = text.partition("=")
    if not equals:
        raise TutorError(NO_PAIR.format(text=visible(text)))
    return name.strip(), value.strip()


def toml(preferences: Mapping[str, str]) -> str:
    """The text of the file; every value is one of its table and needs no escape."""
    return "".join(f'{name} = "{value}"\n' for name, value in preferences.items())


def as_options(preferences: Mapping[str, str]) -> dict[str, Any]:
    """The values as the options of a command take them."""
    return {name: PREFERENCES[name].value(value) for name, value in preferences.items()}
