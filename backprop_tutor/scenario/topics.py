"""The topics of scenarios, in the order of learning, by which the list of the bundled ones is grouped."""

from __future__ import annotations

from collections.abc import Mapping

from backprop_tutor.frozen import frozen
from backprop_tutor.registry import by_name
from backprop_tutor.text import T


@frozen
class Topic:
    """A topic: its name in files, and its title."""

    name: str
    text: T


TOPICS: Mapping[str, Topic] = by_name(
    Topic("chain-rule", T("the chain rule, node by node", "链式法则，逐个节点")),
    Topic("unit", T("one unit", "一个单元")),
    Topic("layers", T("layers by hand", "手算多层网络")),
    Topic("classification", T("cross-entropy and softmax", "交叉熵与 softmax")),
    Topic("batches", T("several examples", "多个样本")),
    Topic("training", T("optimizers and training", "优化器与训练")),
    Topic("trouble", T("what goes wrong", "会出什么问题")),
    Topic("recurrent", T("recurrent networks", "循环网络")),
    Topic("convolution", T("convolution and pooling", "卷积与池化")),
    Topic("normalisation", T("normalisation", "归一化")),
    Topic("attention", T("attention and transformers", "注意力与 transformer")),
    Topic("other", T("other", "其他")),
)

LEVELS = (1, 2, 3)
"""The topics, from the first steps to the hard ones."""
