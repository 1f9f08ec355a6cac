"""Every sentence about a learner's figures, in both languages: about the numbers, never about what the learner did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backprop_tutor.lesson.document import Tone
from backprop_tutor.text import T

if TYPE_CHECKING:
    from backprop_tutor.practice.diagnosis.line_grading import LineVerdict

CORRECT = T("✓ This is what the network gives.", "✓ 与网络给出的结果一致。")
ALL_FEW = T(
    "Not wrong as far as it goes, but with so few digits it could hardly be: write more of them.",
    "就写出的位数而言没有错；但位数太少，错了也看不出来：请多写几位。",
)
NOT_THIS = T("Not what this network gives: ", "这不是该网络给出的结果。正确的是：")
YOURS_ARE = T("Your figures are what you get when {what}.", "你的数正好是这样算出来的：{what}。")
OR_WHEN = T("They are also what you get when {what}.", "这样算也会得到同样的数：{what}。")
AT = T("{clause} ({where})", "{clause}（{where}）")
AND = T("{first}, and {second}", "{first}；同时{second}")
BY_CHANCE = T(
    "By pure coincidence, a slip of the pen would fit one of the {tried} patterns tried in about {cases}.",
    "随便写错一个数，碰巧符合所试 {tried} 种情形之一的概率约为 {cases}。",
)
POSSIBLE = T(
    "This could come from rounding on the way ({where}), but there are too few digits to tell.",
    "这可能只是中途舍入造成的（{where}），但位数太少，无法断定。",
)
PERCENT, ONE_IN = T("{percent} %", "{percent} %"), T("1 in {count}", "{count} 分之一")
PERCENT_OF, ONE_OF = T("{percent} % of cases", "{percent} %"), T("1 of {count} cases", "{count} 分之一")
LIKELIEST = T(
    "There are too few digits to be sure. The likeliest of what would give your figures ({count}):",
    "位数太少，无法断定。最可能得到这些数的情形（{count} 种）：",
)
LIKELIEST_ONE = T("There are too few digits to be sure; the likeliest:", "位数太少，无法断定；最可能的是：")
IN_PLACE = T("The line in its place: {call}", "在整个解答中看这一步：{call}")
PRINCIPLE, NOTE = T("The principle: {principle}", "原理：{principle}"), T("Note: {principle}", "说明：{principle}")
FIRST_SHOWS = T(
    "It first shows in {letter}: {instead} in place of {right}. The right line:",
    "最先显出差别的是 {letter}：{instead}，而正确的是 {right}。正确的一步：",
)
FIRST_SHOWS_IN = T(
    "It first shows in step {step}, in {letter}: {instead} in place of {right}. The right line:",
    "最先显出差别的是第 {step} 步的 {letter}：{instead}，而正确的是 {right}。正确的一步：",
)
DIGITS_LOST = T(
    "The first digits are lost in {letter}: {instead} for {right}.",
    "最先丢失位数的是 {letter}：{right} 写成了 {instead}。",
)
UNKNOWN = T(
    "Not a known pattern. The first of your numbers that differs is {name}: {typed}; right is {right}.",
    "不属于已知的错误类型。你的数中最先不同的是 {name}：你写的是 {typed}，正确的是 {right}。",
)
DOUBTFUL = T(
    "{count} of the {tried} patterns tried would fit, but they would also fit about {share} of all slips of the pen: more digits "
    "would tell.",
    "所试 {tried} 种情形中有 {count} 种符合，但随便写错一个数也有约 {share} 的概率符合：多写几位才能判断。",
)
RIGHT_LINE = T("The right line:", "正确的一步：")
NEXT = T("next: ", "接下来：")
SIDE_BY_SIDE = T("The whole solution with it, beside the right one: ", "按此计算的完整解答与正确解答对照：")
FRESH = T("A fresh question on this point: {title}", "就这一点再出一题：{title}")
ANSWER_IT = T("answer it: ", "作答：")

QUANTITY, YOURS, RIGHT = T("quantity", "量"), T("yours", "你的"), T("right", "正确")
WITH_MISTAKE, VERDICT = T("with this mistake", "按这个错误"), T("", "")
WITH_CONVENTION = T("with this convention", "按这种约定")
MISTAKE, WHERE, CHANCE = T("mistake", "错误"), T("where", "位置"), T("chance", "偶然概率")
ALL = T("Every pattern that gives these figures:", "能得到这些数的全部情形：")
VERDICTS: dict[LineVerdict, tuple[T, Tone]] = {
    "right": (T("✓ right", "✓ 正确"), "good"),
    "rounded": (T("≈ right, rounded on the way", "≈ 正确，中途有舍入"), "muted"),
    "carried": (T("→ right from your own numbers", "→ 按你的数算对了"), "good"),
    "undecided": (T("≈ too few digits to tell", "≈ 位数太少，无法判断"), "muted"),
    "wrong": (T("✗ wrong", "✗ 错误"), "bad"),
}
ALSO_OLD: tuple[T, Tone] = (
    T("≈ also the old value: too few digits", "≈ 也是旧值：位数太少"),
    "muted",
)
OTHER: tuple[T, Tone] = (T("≠ another convention", "≠ 约定不同"), "muted")
"""The words and the tone of each verdict on a line."""
