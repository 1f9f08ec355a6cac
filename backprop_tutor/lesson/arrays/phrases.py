"""The sentences of lessons on arrays, in both languages."""

from __future__ import annotations

from backprop_tutor.text import T

SHAPE = T("{shape}", "{shape}")
EXAMPLES_LAST = T("{shape}, for each of {count} examples", "{shape}，{count} 个样本各一份")
SHARED = T("{shape}, the same for all examples", "{shape}，所有样本共用")
FORWARD = T("Forward: every array, step by step", "前向传播：逐步求出每个数组")
BACKWARD = T("Backward: array by array", "反向传播：逐个数组")
ONE_IN_FULL = T(
    "Each array in one line, then one of its elements in full. '--detail full' has every element, '--focus NAME' any one.",
    "每个数组先用一行写出，再详细写出它的一个元素。'--detail full' 写出全部元素，'--focus 名字' 写出任意一个。",
)
BACK_IN_FULL = T(
    "What comes back to an array is of its shape. An element adds up what every place sends back where it was used.",
    "传回一个数组的导数与它形状相同。每个元素把它被用到的各处传回的量相加。",
)
FROM = T("from {node}: {rule}", "来自 {node}：{rule}")
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
TAKES_PLACE = T(
    "of {count} equal numbers in this window the first passes the gradient on, as PyTorch, JAX and TensorFlow do",
    "这个窗口中有 {count} 个相等的数，由第一个传递梯度，PyTorch、JAX 和 TensorFlow 也是如此",
)
