"""The catalogue: every mistake, by topic, in the order of the computation."""

from __future__ import annotations

from collections.abc import Mapping

from backprop_tutor.practice.mistakes.arrays.attention import ATTENTION
from backprop_tutor.practice.mistakes.arrays.normalization import NORMALIZATION
from backprop_tutor.practice.mistakes.arrays.recurrence import RECURRENCE
from backprop_tutor.practice.mistakes.arrays.windows import WINDOWS
from backprop_tutor.practice.mistakes.batches import BATCHES
from backprop_tutor.practice.mistakes.conventions import CONVENTIONS
from backprop_tutor.practice.mistakes.dialects import DIALECTS
from backprop_tutor.practice.mistakes.forward import FORWARD
from backprop_tutor.practice.mistakes.gradients import GRADIENTS
from backprop_tutor.practice.mistakes.hidden_delta import HIDDEN_DELTA
from backprop_tutor.practice.mistakes.library_functions import FUNCTIONS_OF_LIBRARIES
from backprop_tutor.practice.mistakes.loss import AFTER, LOSS
from backprop_tutor.practice.mistakes.mistake import Mistake
from backprop_tutor.practice.mistakes.optimizers import OPTIMIZER
from backprop_tutor.practice.mistakes.output_delta import OUTPUT_DELTA
from backprop_tutor.practice.mistakes.slips import SLIPS
from backprop_tutor.practice.mistakes.slopes import SLOPES
from backprop_tutor.practice.mistakes.updates import STATES, UPDATES
from backprop_tutor.registry import by_name
from backprop_tutor.text import T

ARRAYS = (*WINDOWS, *NORMALIZATION)
SEQUENCES = (*RECURRENCE, *ATTENTION)

TOPICS: tuple[tuple[T, tuple[Mistake, ...]], ...] = (
    (T("Conventions", "约定"), CONVENTIONS),
    (T("Conventions of libraries", "各个库的约定"), (*DIALECTS, *FUNCTIONS_OF_LIBRARIES)),
    (T("Forward pass", "前向传播"), FORWARD),
    (T("Loss", "损失"), LOSS),
    (T("Error signal of the output", "输出层误差项"), OUTPUT_DELTA),
    (T("Derivative of the activation function", "激活函数的导数"), SLOPES),
    (T("Error signals of hidden units", "隐藏层误差项"), HIDDEN_DELTA),
    (T("Gradients of weights and biases", "权重与偏置的梯度"), GRADIENTS),
    (T("Convolution, pooling, normalisation, dropout", "卷积、池化、归一化、dropout"), ARRAYS),
    (T("Sequences, attention, shared weights", "序列、注意力、共享权重"), SEQUENCES),
    (T("Update", "更新"), UPDATES),
    (T("Batch and penalty", "批量与惩罚项"), BATCHES),
    (T("Optimizer", "优化器"), OPTIMIZER),
    (T("Second forward pass", "第二次前向传播"), AFTER),
    (T("From step to step", "从一步到下一步"), STATES),
    (T("Slips in any line", "哪一行都可能出的小错"), SLIPS),
)

MISTAKES: Mapping[str, Mistake] = by_name(*(mistake for _, mistakes in TOPICS for mistake in mistakes))
