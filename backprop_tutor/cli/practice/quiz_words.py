"""The texts of a session around its questions."""

from __future__ import annotations

from backprop_tutor.text import T

TITLE = T("Practice", "练习")
SEED = T("seed {seed}", "种子 {seed}")
AGAIN = T("The same questions again: {call}", "再做同样的题：{call}")
HOW = T(
    "Numbers may be rounded on the way, or typed as arithmetic such as 0.35*0.2284.",
    "中间步骤可以舍入；也可以直接输入算式，如 0.35*0.2284。",
)
GOING_ON = T("Going on after {count} answered; --new begins anew.", "接着做：已答 {count} 题；--new 可重新开始。")
PLACE = T("{bar} {at}/{count} · {kind}", "{bar} {at}/{count} · {kind}")
MENU = T(
    "h hint   s skip   w worked solution   ? question again   q save and leave",
    "h 提示   s 跳过   w 完整解答   ? 再看题目   q 保存并退出",
)
EXAM_MENU = T("s skip   ? question again   q save and leave", "s 跳过   ? 再看题目   q 保存并退出")
KEYS = T("A single letter does that:", "这些操作只需按一个字母：")
NO_MORE = T("There are no more hints.", "没有更多提示了。")
NOTED = T("Noted.", "已记录。")
LATER = T("A question like it comes again, with new numbers.", "稍后会用新的数再出一道同类题。")
SAVED = T("Saved. This goes on from here: {call}", "已保存。接着做：{call}")
SUMMARY = T("Summary", "小结")
HINT = T("Hint", "提示")
TURN_PAGE = T("Enter goes on, q leaves >", "按回车继续，按 q 退出 >")
