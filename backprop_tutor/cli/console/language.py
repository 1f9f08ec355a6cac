"""The language of a call: the one on the command line, else the preference, else the environment's, else English."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from functools import cache

from backprop_tutor.errors import TutorError
from backprop_tutor.text import LANGUAGES, Lang, T

VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


@cache
def spoken() -> Lang:
    """The language of this call's help and errors."""
    return asked_for(sys.argv[1:]) or preferred() or from_environment(os.environ)


def preferred() -> Lang | None:
    """The language set by ``tutor config``; errors in that file are reported where it is read for a call."""
    from backprop_tutor.cli.console.preferences import kept

    try:
        wanted = kept().get("lang")
    except TutorError:
        return None
    return next((lang for lang in LANGUAGES if lang == wanted), None)


def asked_for(arguments: Sequence[str]) -> Lang | None:
    """The language after ``--lang``, if the call has it; help texts are made before options are parsed."""
    for argument, following in zip(arguments, (*arguments[1:], ""), strict=False):
        name, equals, value = argument.partition("=")
        if name == "--lang":
            wanted = value if equals else following
            return next((lang for lang in LANGUAGES if lang == wanted), None)
    return None


def from_environment(environment: Mapping[str, str]) -> Lang:
    """Chinese where the first locale variable that is set is Chinese (``zh_CN.UTF-8``)."""
    locale = next((environment[name] for name in VARIABLES if environment.get(name)), "")
    return "zh" if locale.lower().startswith("zh") else "en"


def here(text: T) -> str:
    """`text` in the language of this call."""
    return text[spoken()]
