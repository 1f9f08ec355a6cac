"""Every way a line can go wrong, as data: the name, the words, the edit, how often it is seen.

The names are those of the catalogue of slips where it has one.
"""

from __future__ import annotations

from backprop_tutor.programs.rules import arithmetic, arrays, calculus
from backprop_tutor.programs.rules.spot import Rule
from backprop_tutor.registry import by_name
from backprop_tutor.text import T

SOME = T(
    "only some of the examples are summed ([{part}]), as = in place of += or a loop that starts late or ends early does",
    "只累加了部分样本（[{part}]），例如循环里把 += 写成 =，或循环少跑一次",
)
UNSUMMED = T(
    "the sum over the examples is missing or incomplete ({part})",
    "没有对样本求和，或只对一部分求和（{part}）",
)
CHANGED = T(
    "an earlier line changed the array in place; it now holds {part}",
    "前面某一行就地改写了这个数组，它现在是 {part}",
)

RULES = by_name(
    Rule("factor-omitted", T("the factor {part} is left out", "漏了因子 {part}"), arithmetic.factor_omitted, 9),
    Rule("constant-forgotten", T("the division by {part} is left out", "漏了除以 {part}"), arithmetic.divisor_omitted, 9),
    Rule("sign-lost", T("the sign of {part} is the other one", "{part} 的正负号反了"), arithmetic.sign, 9),
    Rule("term-omitted", T("the term {part} is left out", "漏了 {part} 这一项"), arithmetic.term_omitted, 8),
    Rule("transposed", T("transposed or in the wrong order: {part}", "转置或次序有误：{part}"), arrays.transposed, 8),
    Rule("summed-over-all", T("the sum is over all axes: axis is missing", "对全部轴求和：漏写了 axis"), arrays.all_axes, 8),
    Rule("summed-over-wrong-axis", T("the reduction is along the wrong axis ({part})", "沿错误的轴归约（{part}）"), arrays.axis, 8),
    Rule("sum-and-mean", T("{part} is taken in place of the sum", "该求和处用了 {part}"), arrays.sum_and_mean, 8),
    Rule(
        "comparison",
        T("the comparison is {part}", "比较写成了 {part}"),
        arithmetic.comparison,
        7,
    ),
    Rule("sibling-used", T("{part} stands in its place", "此处误用了 {part}"), arrays.sibling, 7),
    Rule("other-derivative", T("the derivative is taken as {part}", "导数写成了 {part}"), calculus.other_slope, 7),
    Rule("derivative-too-many", T("there is a derivative {part} too many", "多乘了导数 {part}"), calculus.slope_too_many, 9),
    Rule("diagonal-only", T("the derivative of the output is taken as {part}", "输出层的导数写成了 {part}"), calculus.diagonal, 8),
    Rule("other-error", T("the derivative of the loss is taken as {part}", "损失的导数写成了 {part}"), calculus.other_error, 7),
    Rule("other-activation", T("the activation is {part}", "激活值写成了 {part}"), calculus.other_activation, 6),
    Rule("bias-gradient-from-weights", T("it is made of {part}", "它是由 {part} 算出来的"), calculus.from_weights, 7),
    Rule("error-gated", T("{part} itself stands where only its gate belongs", "该用门（0 或 1）处用了 {part} 本身"), calculus.value_for_gate, 8),
    Rule("examples-missed", SOME, arrays.some_examples, 7),
    Rule("not-summed", UNSUMMED, arrays.not_summed, 7),
    Rule("overwritten", CHANGED, arrays.overwritten, 6),
    Rule("kept", T("{part} is that of the call before", "{part} 是上一次调用留下的"), arrays.kept, 9),
    Rule("scaled", T("there is a factor {part} too many", "多乘了 {part}"), arithmetic.scaled, 6),
    Rule("factor-doubled", T("the factor {part} stands twice", "因子 {part} 乘了两次"), arithmetic.factor_doubled, 6),
    Rule("factor-inverted", T("{part} is on the wrong side of the fraction bar", "{part} 该乘的除了，或该除的乘了"), arithmetic.factor_inverted, 5),
    Rule("operator", T("the operator is another one: {part}", "运算符写错：{part}"), arithmetic.operator, 5),
    Rule("constant", T("the constant is {part}", "常数写成了 {part}"), arithmetic.constant, 5),
    Rule("penalty-misplaced", T("there is a penalty {part} that the loss does not have", "多了损失里没有的惩罚项 {part}"), calculus.penalty, 5),
    Rule("index-one-off", T("the rows of {part} are another example's or unit's", "{part} 的行错位，用的是别的样本或单元"), arrays.shifted, 4),
    Rule("flipped", T("{part} is flipped", "{part} 被翻转了"), arrays.flipped, 6),
    Rule("other-array", T("it is {part}", "它其实是 {part}"), arrays.other_array, 6),
    Rule("pasted-line", T("it is the right side of another line: {part}", "等号右边抄成了另一行：{part}"), arrays.pasted, 4),
    Rule("function", T("the function is another one: {part}", "函数用错：{part}"), arithmetic.function, 4),
    Rule("one-sum", T("{part} is sent to every unit", "传给每个单元的都是 {part}"), arrays.one_sum, 6),
    Rule("averaged", T("{part} stands for each one's own number", "各自的数被 {part} 代替"), arrays.averaged, 3),
    Rule("precision-lost", T("digits are lost: {part}", "丢失了精度：{part}"), arithmetic.dtype, 3),
    Rule("term-doubled", T("the term {part} stands twice", "{part} 这一项加了两次"), arithmetic.term_doubled, 3),
    Rule("not-computed", T("the line has no effect: zeros or ones", "这一行没有起作用：全是 0 或 1"), arithmetic.zero, 3),
)  # fmt: skip

"""Every rule, the likelier first."""
