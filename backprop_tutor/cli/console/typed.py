"""Values as they are typed in a call: ``loss=1e-4``, ``10s``, ``0.01,0.1,1``, ``5000-5002``."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from backprop_tutor.errors import TutorError, did_you_mean, visible
from backprop_tutor.text import NOTHING, T

GOALS = ("loss", "gradient_norm")
MOST_STEPS, MOST_IN_A_ROW = 999_999_999, 100
SECONDS = {"ms": 0.001, "s": 1.0, "sec": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "": 1.0}

NO_GOAL = T(
    "--until takes NAME=VALUE with NAME one of {allowed}; '{typed}' is not that{hint}",
    "--until 的写法是 名字=数值，名字可以是 {allowed}；'{typed}' 不是这样{hint}",
)
NO_TIME = T(
    "--time takes a number and a unit, such as 10s, 500ms, 2m; '{typed}' is not that",
    "--time 的写法是数字加单位，如 10s、500ms、2m；'{typed}' 不是这样",
)
NO_RANGE = T(
    "--at-step takes a step or a range, such as 5000 or 5000-5002; '{typed}' is not that{hint}",
    "--at-step 的写法是一步或一段，如 5000 或 5000-5002；'{typed}' 不是这样{hint}",
)
TOO_LONG = T(
    "--at-step {typed} is more than anyone reads; at most {most} steps in a row",
    "--at-step {typed} 太长，没有人会读完；最多连续 {most} 步",
)
TOO_FAR = T(" (at most 999999999)", "（至多 999999999）")
IN_FULL = T(" (write {number})", "（请写成 {number}）")
NO_NUMBER = T("'{typed}' is not a number above 0{hint}", "'{typed}' 不是大于 0 的数{hint}")
COMMAS = T(
    "; a comma separates two rates, within a number write a point: 0.01,0.1,1",
    "；逗号用来分隔几个学习率，数里的小数点要写成点：0.01,0.1,1",
)
FRAMEWORK = T("the framework", "框架")
OPTIMIZER = T("the optimizer", "优化器")


def goals(typed: Sequence[str]) -> dict[str, float]:
    """``loss=1e-4`` as its name and its value. Raises TutorError for anything else."""
    return dict(_goal(each) for each in typed)


def _goal(typed: str) -> tuple[str, float]:
    name, _, value = (part.strip() for part in typed.partition("="))
    if name in GOALS and (number := _number(value)) is not None and number >= 0:
        return name, number
    hint = hint_at(value) if name in GOALS else did_you_mean(name, GOALS)
    raise TutorError(NO_GOAL.format(allowed=", ".join(GOALS), typed=visible(typed), hint=hint))


def duration(typed: str) -> float:
    """``10s`` in seconds. Raises TutorError for anything else."""
    found = re.fullmatch(r"\s*([\d.]+)\s*([a-z]*)\s*", typed)
    number = _number(found[1]) if found else None
    if found is None or number is None or not number or found[2] not in SECONDS:
        raise TutorError(NO_TIME.format(typed=visible(typed)))
    return number * SECONDS[found[2]]


def steps(typed: str) -> tuple[int, int]:
    """``5000-5002`` as the first and the last step, ``5000`` as both. Raises TutorError for anything else."""
    found = re.fullmatch(r"\s*([1-9]\d{0,8})\s*(?:-\s*([1-9]\d{0,8})\s*)?", typed)
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
    if first > last:
        raise TutorError(NO_RANGE.format(typed=visible(typed), hint=_in_full(typed)))
    if last - first >= MOST_IN_A_ROW:
        raise TutorError(TOO_LONG.format(typed=visible(typed), most=MOST_IN_A_ROW))
    return first, last


def _in_full(typed: str) -> T:
    """The spelling of a step that is typed as 1e6, 1,000 or 1_000."""
    number = _number(re.sub("[,_' ]", "", typed))
    if number is None or number < 1 or number % 1:
        return NOTHING
    return TOO_FAR if number > MOST_STEPS else IN_FULL.format(number=int(number))


def rates(typed: str) -> tuple[float, ...]:
    """``0.01,0.1,1`` as numbers above 0. Raises TutorError for anything else."""
    parts = _listed(typed)
    return tuple(_rate(part, COMMAS if len(parts) > 1 else hint_at(part)) for part in parts)


def _listed(typed: str) -> list[str]:
    """``sgd,adam`` and ``sgd adam`` as their words."""
    return re.split(r"[,;\s]+", typed.strip(" ,;"))


def rate(typed: str | None) -> str | None:
    """``0.1``, a learning rate, as it is typed. Raises TutorError for anything but a number above 0."""
    if typed is not None:
        _rate(typed.strip(), hint_at(typed))
    return None if typed is None else typed.strip()


def optimizers(typed: str) -> tuple[str, ...]:
    """``sgd,adam`` as names of optimizers. Raises TutorError for any other."""
    return tuple(map(_optimizer, _listed(typed)))


def optimizer(typed: str | None) -> str | None:
    """``adam`` as the name of an optimizer. Raises TutorError for any other."""
    return None if typed is None else _optimizer(typed.strip())


def framework(typed: str | None) -> str | None:
    """``keras`` as the name of a framework. Raises TutorError for any other."""
    return None if typed is None else _framework(typed.strip())


def _framework(name: str) -> str:
    from backprop_tutor.registry import find
    from backprop_tutor.verify.frameworks import FRAMEWORKS

    return find(FRAMEWORKS, name, FRAMEWORK).name


def _optimizer(name: str) -> str:
    from backprop_tutor.registry import find
    from backprop_tutor.training.optimizers import OPTIMIZERS

    return find(OPTIMIZERS, name, OPTIMIZER).name


def hint_at(typed: str) -> T:
    """The suggestion for a number that is typed as on paper: ``0,1``, ``1/3``, ``50%``."""
    from backprop_tutor.scenario.yaml.number_spellings import as_yaml

    return as_yaml(typed)


def _rate(typed: str, hint: T) -> float:
    number = _number(typed)
    if number is None or number <= 0:
        raise TutorError(NO_NUMBER.format(typed=visible(typed), hint=hint))
    return number


def _number(typed: str) -> float | None:
    """A finite number, or None."""
    try:
        number = float(typed)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
