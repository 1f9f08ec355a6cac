"""The verdicts on an answer."""

from __future__ import annotations

from enum import StrEnum

from backprop_tutor.text import T


class Verdict(StrEnum):
    """A verdict, by the name it has in the records: the judge's of a line, or what else became of the question."""

    RIGHT = "right"
    ROUNDED = "rounded"
    CARRIED = "carried"
    UNDECIDED = "undecided"
    WRONG = "wrong"
    ONCE = "wrong-once"
    INVALID = "invalid"
    SHOWN = "shown"
    SKIPPED = "skipped"

    @property
    def right(self) -> bool:
        """Whether the answer counts as right."""
        return self in (Verdict.RIGHT, Verdict.ROUNDED, Verdict.CARRIED)

    @property
    def free(self) -> bool:
        """Whether it costs nothing and the question stays open."""
        return self in (Verdict.UNDECIDED, Verdict.INVALID, Verdict.ONCE)


WORDS = {
    Verdict.RIGHT: T("✓ Right.", "✓ 正确。"),
    Verdict.CARRIED: T(
        "✓ Right from your earlier value: the slip before is not counted again.",
        "✓ 按你前面的值算，这一步是对的：前面的失误不重复扣分。",
    ),
    Verdict.ROUNDED: T(
        "✓ Right, but something was rounded too early on the way: carry at least 4 significant figures.",
        "✓ 正确，但中间某一步舍入得太早：计算过程中至少保留 4 位有效数字。",
    ),
    Verdict.UNDECIDED: T(
        "Right so far, but that is too few digits to tell: please give 4 significant figures. Nothing is counted.",
        "就写出的几位来看没错，但位数太少，无法判断：请给出 4 位有效数字。这次不计入成绩。",
    ),
    Verdict.WRONG: T("✗ Not right.", "✗ 不对。"),
    Verdict.ONCE: T(
        "✗ Not right yet. Look at it once more and type another answer; w shows the worked solution.",
        "✗ 还不对。再看一遍，再答一次；按 w 可看完整解答。",
    ),
    Verdict.INVALID: T(
        "That cannot be read as an answer here: {why} Nothing is counted.", "这个答案读不出来：{why}这次不计入成绩。"
    ),
    Verdict.SHOWN: T("The worked solution:", "完整解答："),
    Verdict.SKIPPED: T("Skipped. It goes like this:", "已跳过。解答如下："),
}
