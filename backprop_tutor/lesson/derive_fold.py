"""Why ∂L/∂a and ∂a/∂z fold into one simple ∂L/∂z where a cross-entropy meets the activation it is made for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from backprop_tutor.formula.nodes import Formula, Neg, chain, total
from backprop_tutor.text import T

Units = tuple[Formula, ...]
Fold = tuple[str, str]


def _sigmoid_binary(a: Units, y: Units) -> tuple[Formula, ...]:
    """(−y/a + (1 − y)/(1 − a)) · a(1 − a) = (a − y)/(a(1 − a)) · a(1 − a) = −y(1 − a) + (1 − y)a."""
    (p, *_), (t, *_) = a, y
    slope = p * (1 - p)
    apart = Neg(t / p) + (1 - t) / (1 - p)
    return (chain(apart, slope), chain((p - t) / slope, slope))


def _sigmoid_single(a: Units, y: Units) -> tuple[Formula, ...]:
    """−y/a · a(1 − a)."""
    return (chain(Neg(y[0] / a[0]), a[0] * (1 - a[0])),)


def _softmax(a: Units, y: Units) -> tuple[Formula, ...]:
    """Σ_k −y_k/a_k · ∂a_k/∂z_1 = −y_1(1 − a_1) + y_2 a_1 + … = a_1(y_1 + y_2 + …) − y_1."""
    own = chain(Neg(y[0] / a[0]), a[0] * (1 - a[0]))
    others = tuple(chain(Neg(t / p), Neg(p * a[0])) for p, t in zip(a[1:], y[1:], strict=True))
    cancelled = (Neg(y[0] * (1 - a[0])), *(t * a[0] for t in y[1:]))
    return (total((own, *others)), total(cancelled), a[0] * total(y) - y[0])


FOLD_STEPS: Mapping[Fold, Callable[[Units, Units], tuple[Formula, ...]]] = {
    ("sigmoid", "binary_cross_entropy"): _sigmoid_binary,
    ("sigmoid", "cross_entropy"): _sigmoid_single,
    ("softmax", "cross_entropy"): _softmax,
}

BY_ONE_UNIT = T(
    "Multiplied by the slope of the activation, the denominators cancel:",
    "乘上激活函数的导数，分母就约掉了：",
)
FOLDED: Mapping[Fold, T] = {
    ("sigmoid", "binary_cross_entropy"): BY_ONE_UNIT,
    ("sigmoid", "cross_entropy"): BY_ONE_UNIT,
    ("softmax", "cross_entropy"): T(
        "z reaches the loss through every output; summed over them the denominators cancel, and targets that add up to 1 "
        "leave the difference of output and target:",
        "z 经过每个输出影响损失；对各输出求和后分母约掉，而目标值之和为 1，于是只剩输出与目标值之差：",
    ),
}
