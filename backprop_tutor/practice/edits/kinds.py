"""The kinds of edits in words: what was done to the line, and the principle that it goes against.

A kind with an id of the catalogue has its page there; the others are told by themselves, by the line before and after.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.practice.mistakes import principles
from backprop_tutor.practice.mistakes.mistake import Mistake, Site
from backprop_tutor.text import T


def _nowhere(scenario: Scenario) -> Iterator[Site]:
    yield from ()


LINE_BY_LINE = T(
    "Write the line down in letters first, then put the numbers in: every factor, every term and every sign once.",
    "先用字母写出这一行，再代入数：每个因子、每一项、每个符号都恰好出现一次。",
)


def _kind(name: str, clause: T, principle: T = LINE_BY_LINE) -> tuple[str, Mistake]:
    return name, Mistake("", clause, clause, principle, _nowhere, pairs=False)


UNNAMED: Mapping[str, Mistake] = dict(
    (
        _kind("", T("the line is computed in another way", "这一行是按另一种算法得到的")),
        _kind("factor-doubled", T("a factor is taken twice", "有一个因子多乘了一次")),
        _kind("twice", T("all of it is taken twice", "整行多乘了 2")),
        _kind("half", T("only half of it is taken", "整行只取了一半")),
        _kind("term-doubled", T("a term is taken twice", "有一项多加了一次")),
        _kind("sign-changed", T("a term has the other sign", "有一项的符号反了")),
        _kind("mean-for-sum", T("the mean of the terms is taken in place of their sum", "本该求和，却取了平均")),
        _kind("constant-doubled", T("a constant factor is taken twice", "常数因子多乘了一次")),
        _kind("constant-inverted", T("a constant factor stands upside down", "常数因子取了倒数")),
        _kind(
            "slope-of-another-function",
            T("the derivative is that of another function", "求导时用了另一个函数的导数"),
            principles.SLOPE,
        ),
        _kind("function-skipped", T("the function is not applied", "没有经过这个函数"), principles.ACTIVATION),
        _kind("other-function", T("another function is applied", "用了另一个函数"), principles.ACTIVATION),
        _kind("other-base", T("the logarithm has another base", "对数的底取错了"), principles.LOSS),
        _kind("wrong-case", T("another case of the function is taken", "取了函数的另一种情形"), principles.SLOPE),
        _kind(
            "new-for-old",
            T("the new value stands in place of the old one", "该用旧值的地方用了新值"),
            principles.OLD_WEIGHTS,
        ),
        _kind("value-for-derivative", T("a value stands in place of its derivative", "该用导数的地方用了值本身")),
        _kind("gradient-for-value", T("a gradient stands in place of the value", "该用值的地方用了它的梯度")),
    )
)
