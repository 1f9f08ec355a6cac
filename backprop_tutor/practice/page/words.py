"""The texts of a live page, in both languages; their holes are filled by its script."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from backprop_tutor.text import T

SAYS: Mapping[str, T] = MappingProxyType(
    {
        "skip": T("Skip to the lesson", "跳到正文"),
        "read": T("Read", "阅读"),
        "step": T("Step", "逐步"),
        "predict": T("Predict", "预测"),
        "modes": T("How to go through the lesson", "学习方式"),
        "every": T("Every element", "每个元素"),
        "notation": T("Notation", "记号"),
        "language": T("{name}: this page in the other language", "{name}：用另一种语言显示本页"),
        "map": T("The network, with what the line uses", "网络图，标出这一行用到的数"),
        "back": T("Back", "上一步"),
        "next": T("Next", "下一步"),
        "place": T("line {step} of {count}", "第 {step} / {count} 行"),
        "line": T("Line {number}: {figures}", "第 {number} 行：{figures}"),
        "field": T("the given number {name}", "已知数 {name}"),
        "reset": T("Reset", "还原"),
        "link": T("Copy link", "复制链接"),
        "yaml": T("Copy as YAML", "复制为 YAML"),
        "changed": T("{count} numbers changed", "改动了 {count} 个数"),
        "one_changed": T("1 number changed", "改动了 1 个数"),
        "was_reset": T("The numbers are the given ones again.", "已恢复为题目给出的数。"),
        "link_copied": T("The link is copied; it carries your numbers.", "链接已复制，其中带有你改动的数。"),
        "yaml_copied": T("The scenario is copied as YAML, with your numbers.", "已复制为 YAML 场景，用的是你的数。"),
        "copy_yourself": T("Copy the marked text with Ctrl+C.", "请按 Ctrl+C 复制选中的文字。"),
        "anew": T(
            "With your numbers another place is the largest. Every figure is right; lines that name the old place are not: "
            "copy the YAML to see them anew.",
            "换成你的数后，最大值换了位置。各个数都是对的，但写着原来位置的算式不再成立；可复制 YAML 重新生成。",
        ),
        "as_given": T("About the numbers as they were given:", "以下说的是原来给出的数："),
        "no_number": T("'{text}' is not a number that fits here.", "“{text}” 不是这里可用的数。"),
        "ask": T("Your number for line {number}", "你算出的第 {number} 行的数"),
        "your_number": T("your number", "你的答案"),
        "check": T("Check", "检查"),
        "show": T("Show it", "看答案"),
        "shown": T("Here it is. Follow how it comes about, then go on.", "答案在这里。看清它是怎么来的，再继续。"),
        "right": T("Right.", "正确。"),
        "rounded": T("Right: the last figures differ by rounding on the way.", "正确：末几位的差别来自中间的舍入。"),
        "carried": T(
            "Rightly computed from your own earlier number. With the right one it is {right}.",
            "用你自己前面的数来算，这一步是对的；用正确的数算是 {right}。",
        ),
        "undecided": T(
            "Too few figures to tell. Write one or two more.",
            "位数太少，还看不出对错，请再多写一两位。",
        ),
        "wrong": T(
            "Not yet. Look at what the line is made of, and try again.",
            "还不对。看看这一行由哪些数组成，再试一次。",
        ),
        "mistake": T(
            "Not yet: this is what comes out when {clause} ({where}).",
            "还不对：{clause}，就会得到这个数（{where}）。",
        ),
    }
)

QUANTITY, BEFORE, AFTER = T("quantity", "量"), T("before", "更新前"), T("after", "更新后")
