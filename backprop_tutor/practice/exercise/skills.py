"""The skills of a learner, each with the principle that a hint or a correction states."""

from __future__ import annotations

from collections.abc import Mapping

from backprop_tutor.frozen import frozen
from backprop_tutor.registry import by_name
from backprop_tutor.text import T


@frozen
class Skill:
    """A skill: its name, its title, a shorter one for a table, and its principle."""

    name: str
    text: T
    short: T
    principle: T


PUT_IN = T(
    "A value is made of values before it: put their numbers into its formula.",
    "一个值由前面的值得到：把它们的数代入公式。",
)
"""What a sum is outside a network, where there are no units."""

SKILLS: Mapping[str, Skill] = by_name(
    Skill(
        "forward-sum",
        T("weighted sums and other sums", "加权求和与其他求和"),
        T("weighted sums", "求和"),
        T(
            "A unit adds up what reaches it: each input times the weight of its connection, then the bias.",
            "单元把传到它的各项加起来：每个输入乘以所在连接的权重，再加上偏置。",
        ),
    ),
    Skill(
        "activation",
        T("applying a function", "代入函数"),
        T("functions", "代入函数"),
        T(
            "The value comes from putting the number just computed into the function.",
            "把刚算出的数代入函数，就得到这个值。",
        ),
    ),
    Skill(
        "loss",
        T("the loss", "损失"),
        T("loss", "损失"),
        T(
            "The loss compares each output with its target, and adds up over the outputs.",
            "损失把每个输出与它的目标值比较，再对各个输出求和。",
        ),
    ),
    Skill(
        "output-delta",
        T("the error signal of an output", "输出层的误差项"),
        T("output error signal", "输出层误差项"),
        T(
            "From the loss back to an output's weighted input: the derivative of the loss by the output, times the "
            "derivative of the activation function.",
            "从损失往回，到输出单元的加权输入：损失对输出的导数，乘以激活函数的导数。",
        ),
    ),
    Skill(
        "hidden-delta",
        T("the error signal of a hidden unit", "隐藏层的误差项"),
        T("hidden error signal", "隐藏层误差项"),
        T(
            "A hidden unit sums over every path: each error signal above times the (old) weight that leads to it; then "
            "times the derivative of its own activation function.",
            "隐藏单元要对每条路径求和：后一层的每个误差项乘以通向它的（旧）权重；再乘以自己激活函数的导数。",
        ),
    ),
    Skill(
        "weight-gradient",
        T("the gradient of a weight", "权重的梯度"),
        T("weight gradient", "权重的梯度"),
        T(
            "The gradient of a weight is the error signal of the unit it leads to, times the value that comes in "
            "through it.",
            "权重的梯度等于它所通向的单元的误差项，乘以经由它输入的值。",
        ),
    ),
    Skill(
        "bias-gradient",
        T("the gradient of a bias", "偏置的梯度"),
        T("bias gradient", "偏置的梯度"),
        T(
            "A bias is a weight from a unit that is always 1: its gradient is the error signal itself, summed over the "
            "examples.",
            "偏置就是来自恒为 1 的单元的权重：它的梯度就是误差项本身，对各样本求和。",
        ),
    ),
    Skill(
        "update",
        T("the update", "参数更新"),
        T("update", "参数更新"),
        T(
            "One step downhill: the old value minus the learning rate times the gradient.",
            "沿下坡方向走一步：旧值减去学习率乘以梯度。",
        ),
    ),
    Skill(
        "batch-mean",
        T("several examples", "多个样本"),
        T("several examples", "多个样本"),
        T(
            "Over several examples the contributions add up, and a mean divides by their number, once.",
            "有多个样本时，各样本的贡献相加；若取平均，则除以样本个数，只除一次。",
        ),
    ),
    Skill(
        "softmax-cross-entropy",
        T("softmax and cross-entropy", "softmax 与交叉熵"),
        T("softmax", "softmax"),
        T(
            "Softmax divides each e^z by the sum of all; together with the cross-entropy the derivative by z is the "
            "probability minus the target.",
            "softmax 用每个 e^z 除以全部之和；与交叉熵合在一起，对 z 的导数就是概率减目标值。",
        ),
    ),
    Skill(
        "optimizer",
        T("optimizers with a memory", "带状态的优化器"),
        T("optimizers", "优化器"),
        T(
            "Such an optimizer first renews what it remembers from the gradient, then takes its step with that.",
            "这类优化器先用梯度更新自己的状态量，再用它走一步。",
        ),
    ),
    Skill(
        "shape",
        T("shapes", "形状"),
        T("shapes", "形状"),
        T(
            "The derivative of the loss by a quantity has the shape of that quantity.",
            "损失对一个量的导数，形状与这个量相同。",
        ),
    ),
    Skill(
        "chain-rule",
        T("the chain rule itself", "链式法则本身"),
        T("chain rule", "链式法则"),
        T(
            "Multiply the derivatives along a path; where several paths lead to the result, add them up.",
            "把一条路径上的导数相乘；若有几条路径通向结果，就把它们相加。",
        ),
    ),
)
