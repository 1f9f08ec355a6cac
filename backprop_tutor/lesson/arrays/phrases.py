"""The sentences of lessons on arrays, in both languages."""

from __future__ import annotations

from backprop_tutor.text import T

SHAPE = T("{shape}", "{shape}")
EXAMPLES_LAST = T("{shape}, for each of {count} examples", "{shape}，{count} 个样本各一份")
SHARED = T("{shape}, the same for all examples", "{shape}，所有样本共用")
FORWARD = T("Forward: every array, step by step", "前向传播：逐步求出每个数组")
BACKWARD = T("Backward: array by array", "反向传播：逐个数组")
ONE_IN_FULL = T(
    "Each array in one line, then one of its elements in full. '--detail full' has every element.",
    "每个数组先用一行写出，再详细写出它的一个元素。'--detail full' 写出全部元素。",
)
ONE_LINE_EACH = T(
    "There are many arrays, so each has one line, its rows one after another. '--focus NAME' derives any element of them, "
    "'--detail full' all.",
    "数组很多，所以每个只写一行，各行依次排开。'--focus 名字' 推导其中任意一个元素，'--detail full' 推导全部。",
)
REST = T(
    "The stride leaves a rest at the end of {image}: {rest} in no window, so that nothing comes back to there from here.",
    "步幅除不尽：{image} 末尾的 {rest}不在任何窗口里，从这里也没有导数传回给它们。",
)
REST_AND = T("{rows} and {columns}", "{rows}和 {columns}")
ONE_LEFT = (T("1 place", "1 个位置"), T("1 row", "1 行"), T("1 column", "1 列"))
MORE_LEFT = (T("{count} places", "{count} 个位置"), T("{count} rows", "{count} 行"), T("{count} columns", "{count} 列"))
"""What is left of a list; of the rows and columns of an image."""
BESIDE = T(", ", "，")
BACK_IN_FULL = T(
    "What comes back to an array is of its shape. An element adds up what each use sends back.",
    "传回一个数组的导数与它形状相同。每个元素把它被用到的各处传回的量相加。",
)
FROM = T("from {node}: {rule}", "来自 {node}：{rule}")
OTHERS = T("{count} more with '--detail full'", "另有 {count} 个，见 '--detail full'")
DRAWN = T("drawn below", "见下图")
SAME_NUMBERS = T("the same numbers, written out with '--detail full'", "数值相同，'--detail full' 会写出")
TRANSPOSE = T("the transpose of {array}", "{array} 的转置")
ITSELF = T("{array}", "{array} ")
BY_RULE = T(", {rule}", "，{rule}")
LIKEWISE = T("; likewise from {nodes}", "；来自 {nodes} 的同理")
ZEROS = T("and {count} terms that are 0", "另有 {count} 项为 0")
GIVEN_UPSTREAM = T("as given", "题目给定")
NOWHERE = T("it does not reach the output, so nothing comes back", "它到达不了输出，所以没有导数传回")
NOWHERE_FORWARD = T("{node} does not reach the output.", "{node} 到达不了输出。")
NOTHING_DIFFERENTIATED = T(
    "There is no number to differentiate here: {outputs}. Give 'upstream:', dL/d(output), beside one output, or ask "
    "for the whole Jacobian.",
    "这里没有可求导的数：{outputs}。请在某个输出旁用 'upstream:' 给出 dL/d(output)，或求整个雅可比矩阵。",
)
TOO_LARGE = T("too large to be written out element by element", "太大，不逐个元素写出")
EVERY = T("for every parameter p:", "对每个参数 p：")
WON = {
    "max": T("the largest is {place}: it alone passes on what comes back", "最大的是 {place}：传回的导数只经过它"),
    "min": T("the smallest is {place}: it alone passes on what comes back", "最小的是 {place}：传回的导数只经过它"),
}
FIRST_OF_EQUAL = T(
    "{count} numbers of this window are equally large: the first of them, {place}, passes on what comes back, as in "
    "PyTorch, JAX and TensorFlow",
    "这个窗口里有 {count} 个数同为最大：传回的导数只经过第一个，即 {place}，PyTorch、JAX 和 TensorFlow 也是如此",
)
SHARED_BY_EQUAL = T(
    "{count} of these numbers are equal: they share what comes back, as in PyTorch and JAX",
    "其中 {count} 个数相等：它们平分传回的导数，PyTorch 和 JAX 也是如此",
)
LOST = T("it was the largest number of no window", "它在哪个窗口里都不是最大的")
