"""The losses of one example, as ops on the outputs a and targets y of shape (outputs, examples), giving (1, examples).

Each computes from the output layer's z as well, through the facets of its activation, so that a saturated output still
has an accurate loss and residual a − y. Where a cross-entropy follows the activation it is made for, dL/da and da/dz
fuse into one simple dL/dz (`FUSED_GRADIENTS`); the loss then sends that straight to z, since dL/da alone may be too
large for a float.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any, TypeAlias, cast

from backprop_tutor.formula.nodes import Call, Cases, Compare, Div, Formula, Neg, Sym, formula, substitute, total
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import MATRIX, UNIT, AnyArray, Array, each, is_written, np, remembered
from backprop_tutor.graph.expression import NO_LOGARITHM, Computation, DomainError
from backprop_tutor.graph.op import Op
from backprop_tutor.graph.ops.activations import ACTIVATIONS, Activation
from backprop_tutor.graph.ops.functions import on_arrays
from backprop_tutor.graph.ops.operation import ArrayOp
from backprop_tutor.graph.stable_forms import stable
from backprop_tutor.registry import by_name
from backprop_tutor.text import T

A, Y, R = Sym("a"), Sym("y"), Sym("r")
OF_OUTPUTS = ("a", "y", "z")
HALF = Fraction(1, 2)

Compute: TypeAlias = Callable[[Activation, Array, Array, Array], Array]


@frozen
class Loss:
    """A loss, `taught` as `factor` · Σ_k term(a_k, y_k) and the derivative of that by a_k, factor included.

    `computed` is the same as functions of (activation, a, y, z): the term (without factor) and the slope. `sentence`
    describes the loss of an example in a lesson. `probabilities` means that targets must lie between 0 and 1. `mean`
    divides by the number of outputs.
    """

    name: str
    text: T
    sentence: T
    taught: tuple[Formula, Formula]
    computed: tuple[Compute, Compute]
    factor: Fraction = Fraction(1)
    mean: bool = False
    probabilities: bool = False

    @property
    def term(self) -> Formula:
        """The term of one output, without the factor, as a formula in a and y."""
        return self.taught[0]

    @property
    def slope(self) -> Formula:
        """dL/da of one output as a formula in a and y."""
        return self.taught[1]

    def op(self, activation: Activation, number: Callable[[Fraction], Any] = float) -> Op:
        """The op over (a, y, z) after an output layer of that activation; it sends nothing to y.

        `number` converts an exact constant used with the elements of the arrays: to a float, or to itself.
        """
        (value, gradient), mean = self.computed, self.mean
        fold = FUSED_GRADIENTS.get((activation.name, self.name))
        factor = None if self.factor == 1 else np.array(number(self.factor))

        def forward(a: Array, y: Array, z: Array) -> Array:
            terms = value(activation, a, y, z)
            found = terms if terms.shape[-2] == 1 else terms.sum(axis=-2, keepdims=True)
            weighed = found if factor is None else found * factor
            return weighed / a.shape[-2] if mean else weighed

        def vjp(g: Array, _: Array, a: Array, y: Array, z: Array) -> tuple[Array | None, ...]:
            slope = gradient(activation, a, y, z)
            sent = slope / a.shape[-2] if mean else slope
            sent = sent if g is UNIT else g * sent
            return sent, None, g * fold.gradient(activation, a, y, z) if fold else None

        return Op(self.name, OF_OUTPUTS, forward, vjp, self._taught(fold))

    def _taught(self, fold: FusedGradient | None) -> Op:
        def forward(a: AnyArray, y: AnyArray, z: AnyArray) -> AnyArray:
            return _row([self.written(tuple(column), tuple(targets)) for column, targets in zip(a.T, y.T, strict=True)])

        def vjp(g: AnyArray, _: AnyArray, a: AnyArray, y: AnyArray, z: AnyArray) -> tuple[AnyArray | None, ...]:
            slopes = each(lambda unit, target: self.written_slope(unit, target, len(a)), (a, y))
            return g * slopes, None, g * fold.written(a, y) if fold else None

        return Op(self.name, OF_OUTPUTS, forward, vjp)

    def written(self, a: tuple[Formula, ...], y: tuple[Formula, ...]) -> Formula:
        """The loss of one example as a formula, term by term in the order of the outputs."""
        terms = tuple(substitute(self.term, {"a": unit, "y": target}) for unit, target in zip(a, y, strict=True))
        if self.mean:
            return formula(Fraction(1, len(a))) * total(terms)
        return total(tuple(formula(self.factor) * term for term in terms))

    def written_slope(self, a: Formula, y: Formula, outputs: int) -> Formula:
        """dL/da of one output as a formula."""
        slope = substitute(self.slope, {"a": a, "y": y})
        return formula(1 / Fraction(outputs)) * slope if self.mean and outputs > 1 else slope


@frozen
class FusedGradient:
    """dL/dz of a loss and the activation before it, where the two derivatives fuse into one; computed and as taught.

    `written` takes the formulas of the outputs a and targets y, (outputs, examples).
    """

    gradient: Compute
    written: Callable[[AnyArray, AnyArray], AnyArray]


@remembered
def _rest(y: Array) -> Array:
    """1 − y, cached while the same examples are used."""
    return 1 - y


@remembered
def residual(f: Activation, a: Array, y: Array, z: Array) -> Array:
    """The residual a − y, accurate even where a rounds to its target.

    For probabilities it is a(1 − y) − y(1 − a). Between −1 and 1 it is (1 − y) − (1 − a) where y is at least ½, and (1
    + a) − (1 + y) where y is at most −½: 1 ± a is computed straight from z, and 1 ± y is exact there.
    """
    if f.gives_probabilities:
        return a * _rest(y) - y * f.complement(z, a)  # type: ignore[no-any-return]
    if not f.symmetric:
        return a - y
    choose = _written_choice if is_written(a) else _choice
    return choose(y, _rest(y) - f.complement(z, a), f.complement(-z, -a) - (1 + y), a - y)


def _choice(y: Array, above: Array, below: Array, between: Array) -> Array:
    return np.where(y >= 0.5, above, np.where(y <= -0.5, below, between))


def _written_choice(y: AnyArray, *choices: AnyArray) -> AnyArray:
    def written(y: Formula, above: Formula, below: Formula, between: Formula) -> Formula:
        branches = (above, Compare(y, ">=", formula(HALF))), (below, Compare(y, "<=", formula(-HALF)))
        return Cases(branches, between)

    return each(written, (y, *choices))


def _squares(f: Activation, a: Array, y: Array, z: Array) -> Array:
    r = residual(f, a, y, z)
    return r * r  # type: ignore[no-any-return]


def _counting(weight: Array, value: Array) -> Array:
    """The value, 0 where its weight is 0: an output that does not count cannot spoil the sum."""
    if is_written(value):
        return each(lambda w, v: Cases(((formula(0), Compare(w, "=", formula(0))),), v), (weight, value))
    return np.where(weight == 0, 0.0, value)


def _log_likelihood(f: Activation, a: Array, y: Array, z: Array) -> Array:
    _needs_positive(f, a, y, A)
    return -_counting(y, y * f.log(z, a))


def _needs_positive(f: Activation, argument: Array, weight: Array, written: Formula) -> None:
    """Raises DomainError where an output that is no probability gives the loss a logarithm without a value.

    Among hypotheses side by side, those that do so become nan instead.
    """
    if f.gives_probabilities or f.on_paper or is_written(argument):
        return
    bad = (argument <= 0) & (weight != 0)
    if bad.ndim <= MATRIX and bad.any():
        row, example = (int(i) for i in np.argwhere(bad)[0])
        raise DomainError(NO_LOGARITHM, _log(written), {written: float(argument[row, example])}, row, example)


def _log_likelihood_slope(f: Activation, a: Array, y: Array, z: Array) -> Array:
    return _counting(y, -y / a)


def _both_log_likelihoods(f: Activation, a: Array, y: Array, z: Array) -> Array:
    if not f.symmetric:  # a tanh rounds to 1, but never is 1
        _needs_positive(f, 1 - a, 1 - y, 1 - A)
    return _log_likelihood(f, a, y, z) - _counting(1 - y, (1 - y) * f.log_complement(z, a))


def _both_slopes(f: Activation, a: Array, y: Array, z: Array) -> Array:
    return _log_likelihood_slope(f, a, y, z) + _counting(1 - y, (1 - y) / f.complement(z, a))


def _softmax_fold(f: Activation, a: Array, y: Array, z: Array) -> Array:
    """dL/dz_j = a_j Σ_k y_k − y_j = a_j Σ_(k≠j) y_k − y_j (1 − a_j), for targets that sum to anything."""
    others: Array = y.sum(axis=-2, keepdims=True) - y
    return a * others - y * f.complement(z, a)


def _softmax_binary_fold(f: Activation, a: Array, y: Array, z: Array) -> Array:
    """dL/dz_j = Σ_(k≠j) (F_jk − F_kj), F_jk = (1 − y_j) a_j a_k/(1 − a_j) + y_k a_j: outputs that are alike cancel.

    a_j a_k/(1 − a_j) is e^(ln a_j − ln(1 − a_j) + ln a_k): at most 1, where 1 − a_j alone may be no float any more.
    """
    logs = f.log(z, a)
    odds, same_output = logs - f.log_complement(z, a), np.eye(a.shape[-2], dtype=bool)[..., None]
    exponents = np.where(same_output, 0, odds[..., :, None, :] + logs[..., None, :, :])
    powers = each(lambda x: Call("exp", (formula(x),)), (exponents,)) if is_written(a) else np.exp(exponents)
    flow = _rest(y)[..., :, None, :] * powers + a[..., :, None, :] * y[..., None, :, :]
    return (flow - flow.swapaxes(-2, -3)).sum(axis=-2)  # type: ignore[no-any-return]


def _written_softmax_binary(a: AnyArray, y: AnyArray) -> AnyArray:
    """The same as taught: −y_j(1 − a_j) + (1 − y_j)a_j + Σ_(k≠j) (y_k − (1 − y_k)a_k/(1 − a_k))a_j."""
    sent = np.empty_like(a)
    for j, i in np.ndindex(*a.shape):
        own = Neg(y[j, i] * (1 - a[j, i])) + (1 - y[j, i]) * a[j, i]
        others = ((y[k, i] - (1 - y[k, i]) * a[k, i] / (1 - a[k, i])) * a[j, i] for k in range(len(a)) if k != j)
        sent[j, i] = sum(others, own)
    return sent


def _row(formulas: list[Formula]) -> AnyArray:
    row = np.empty((1, len(formulas)), dtype=object)
    row[0, :] = formulas
    return row


def _log(x: Formula) -> Formula:
    return Call("log", (x,))


def of_residual(value: Formula, slope: Formula) -> tuple[Compute, Compute]:
    """How a loss of the residual r = a − y alone is computed: its term and its slope, as formulas in r."""
    return _of_residual(stable(value)), _of_residual(stable(slope))


def _of_residual(written: Formula) -> Compute:
    numbers = on_arrays(written)

    def computed(*given: Any) -> Array:
        r = residual(*given)
        if is_written(r):
            return each(lambda unit: substitute(written, {"r": unit}), (r,))
        with np.errstate(all="ignore"):
            return numbers({"r": r})  # type: ignore[no-any-return]

    return computed


_HALF, _ONE = formula(Fraction(1, 2)), formula(1)
_DIFFERENCE, _DISTANCE = A - Y, Call("abs", (A - Y,))
_FAR = Call("abs", (R,))
LOGARITHMIC = T(
    "The loss of an example is a cross-entropy with the natural logarithm, summed over its outputs.",
    "单个样本的损失是交叉熵，取自然对数，对各输出求和。",
)
OWN = T(
    "The loss of an example is the author's formula, summed over its outputs.",
    "单个样本的损失是作者给出的公式，对各输出求和。",
)


def _near(size: Formula, near: Formula, far: Formula) -> Formula:
    """One formula where a residual of that size is at most 1, another beyond."""
    return Cases(((near, Compare(size, "<=", _ONE)),), far)


def _signed(near: Formula, size: Formula, number: Formula) -> Formula:
    return Cases(((near, Compare(size, "<=", _ONE)), (_ONE, Compare(number, ">", formula(0)))), Neg(_ONE))


LOSSES: Mapping[str, Loss] = by_name(
    Loss(
        "half_squared_error",
        T("½ squared error", "½ 平方误差"),
        T(
            "The loss of an example is ½ Σ (output − target)²; the ½ cancels the 2 of the derivative.",
            "单个样本的损失是 ½ Σ(输出 − 目标值)²；½ 与求导得到的 2 相消。",
        ),
        taught=((A - Y) ** 2, A - Y),
        computed=(_squares, residual),
        factor=Fraction(1, 2),
    ),
    Loss(
        "squared_error",
        T("squared error", "平方误差"),
        T(
            "The loss of an example is Σ (output − target)², without a factor ½, so its derivative has a factor 2.",
            "单个样本的损失是 Σ(输出 − 目标值)²，没有因子 ½，所以导数里有因子 2。",
        ),
        taught=((A - Y) ** 2, 2 * (A - Y)),
        computed=(_squares, lambda *given: 2 * residual(*given)),
    ),
    Loss(
        "mean_squared_error",
        T("mean squared error", "均方误差"),
        T(
            "The loss of an example is the mean of (output − target)² over its outputs; the derivative has a factor 2/K "
            "for K outputs.",
            "单个样本的损失是各个输出的 (输出 − 目标值)² 的平均；若有 K 个输出，导数里有因子 2/K。",
        ),
        taught=((A - Y) ** 2, 2 * (A - Y)),
        computed=(_squares, lambda *given: 2 * residual(*given)),
        mean=True,
    ),
    Loss(
        "binary_cross_entropy",
        T("binary cross-entropy", "二元交叉熵"),
        LOGARITHMIC,
        taught=(Neg(Y * _log(A) + (1 - Y) * _log(1 - A)), Neg(Div(Y, A)) + Div(1 - Y, 1 - A)),
        computed=(_both_log_likelihoods, _both_slopes),
        probabilities=True,
    ),
    Loss(
        "cross_entropy",
        T("cross-entropy", "交叉熵"),
        LOGARITHMIC,
        taught=(Neg(Y * _log(A)), Neg(Div(Y, A))),
        computed=(_log_likelihood, _log_likelihood_slope),
        probabilities=True,
    ),
    Loss(
        "huber",
        T("Huber loss", "Huber 损失"),
        T(
            "The loss of an example is the Huber loss with δ = 1, summed over its outputs: ½(output − target)² up to a "
            "distance of 1, distance − ½ beyond.",
            "单个样本的损失是 δ = 1 的 Huber 损失，对各输出求和：距离不超过 1 时为 ½(输出 − 目标值)²，超过 1 时为距离 − ½。",
        ),
        taught=(
            _near(_DISTANCE, _HALF * _DIFFERENCE**2, _DISTANCE - _HALF),
            _signed(_DIFFERENCE, _DISTANCE, _DIFFERENCE),
        ),
        computed=of_residual(_near(_FAR, _HALF * R * R, _FAR - _HALF), _signed(R, _FAR, R)),
    ),
    Loss(
        "log_cosh",
        T("log-cosh loss", "对数双曲余弦损失"),
        T(
            "The loss of an example is ln cosh(output − target), summed over its outputs: like ½ of the square near the "
            "target, like the distance far from it.",
            "单个样本的损失是 ln cosh(输出 − 目标值)，对各输出求和：靠近目标值时像平方的一半，远离时像距离本身。",
        ),
        taught=(_log(Call("cosh", (_DIFFERENCE,))), Call("tanh", (_DIFFERENCE,))),
        computed=of_residual(
            _near(
                _FAR,
                Call("log1p", (2 * Call("sinh", (R / 2,)) ** 2,)),
                _FAR + Call("log1p", (Call("exp", (-2 * _FAR,)),)) - _log(formula(2)),
            ),
            Call("tanh", (R,)),
        ),
    ),
)

TO_OUTPUT: Mapping[str, tuple[T, ...]] = {
    "cross_entropy": (
        T(
            "the softmax of {array1}, less {array2}: the derivative by {array3} and that of the softmax in one",
            "{array1} 的 softmax 减去 {array2}：对 {array3} 的导数与 softmax 的导数合在一起",
        ),
        T("minus the logarithm of the softmax of {array1}", "{array1} 的 softmax 的对数，取负"),
        T("minus {array2} over {array3}, element by element", "负的 {array2} 除以 {array3}，逐元素"),
    ),
    "log_softmax": (
        T("{g} less the softmax times the sum of {g}", "{g} 减去 softmax 乘以 {g} 之和"),
        T("{g} over {array2}, element by element", "{g} 除以 {array2}，逐元素"),
    ),
}
"""What a loss that takes the output, too, sends back to each of its inputs; a formula has no words of its own."""

FUSED_GRADIENTS: Mapping[tuple[str, str], FusedGradient] = {
    ("sigmoid", "binary_cross_entropy"): FusedGradient(residual, lambda a, y: a - y),
    ("sigmoid", "cross_entropy"): FusedGradient(
        lambda f, a, y, z: -y * f.complement(z, a), lambda a, y: -(y * (1 - a))
    ),
    ("softmax", "cross_entropy"): FusedGradient(_softmax_fold, lambda a, y: a - y),
    ("softmax", "binary_cross_entropy"): FusedGradient(_softmax_binary_fold, _written_softmax_binary),
}


def to_output(op: ArrayOp, activation: str, loss: str, target: int) -> ArrayOp:
    """An op of a loss that is computed from z, which takes the output a = f(z), too, to send it dL/da.

    `target` is the number of its input y. The op is a whole cross-entropy, the loss of each output, or, where there is no
    such input, the logarithm of a.
    """
    f, entry = ACTIVATIONS[activation], LOSSES[loss]

    def slope(a: AnyArray, given: tuple[AnyArray, ...]) -> AnyArray:
        if target >= len(given):
            return 1 / a
        y = given[target]
        if is_written(a):
            return each(lambda unit, share: entry.written_slope(unit, share, 1), (a, y))
        return entry.computed[1](f, a, y, given[1 - target])

    def extended(op: Op) -> Op:
        def vjp(g: AnyArray, out: AnyArray, *given: AnyArray) -> tuple[AnyArray | None, ...]:
            *before, a = given
            return *op.vjp(g, out, *before), g * slope(a, tuple(before))

        return replace(op, arguments=(*op.arguments, "a"), forward=lambda *given: op.forward(*given[:-1]), vjp=vjp)

    def by_output(*given: Array) -> Array:
        a = given[-1]
        if target >= len(given) - 1:
            return np.log(a)
        terms = entry.computed[0](ACTIVATIONS["identity"], a, given[target], a)
        return terms if op.shape else terms.sum(axis=-2, keepdims=True)

    taught_by = op.taught_by
    return replace(
        cast(ArrayOp, extended(op)),
        taught=extended(op.taught) if op.taught else None,
        taught_by=(lambda values: extended(taught_by(values[:-1]))) if taught_by else None,
        rules=TO_OUTPUT.get(op.name, ()),
        by_output=by_output,
    )


def from_formula(written: Formula) -> Loss:
    """The loss an author wrote as a formula in a and y, summed over the outputs."""
    from backprop_tutor.formula.derivative import derivative
    from backprop_tutor.graph.well_conditioned import well_conditioned

    computed = well_conditioned(written)

    def value(_: Activation, a: Array, y: Array, z: Array) -> Array:
        return np.broadcast_to(Computation(computed, {"a": a, "y": y}).value, np.broadcast_shapes(a.shape, y.shape))

    def gradient(_: Activation, a: Array, y: Array, z: Array) -> Array:
        seed = np.ones(np.broadcast_shapes(a.shape, y.shape))
        found = Computation(computed, {"a": a, "y": y}).gradients(seed)
        return np.broadcast_to(found.get("a", np.zeros_like(seed)), seed.shape)

    taught = (written, derivative(written, "a"))
    return Loss("formula", T("own formula", "自定义公式"), OWN, taught, (value, gradient))


def loss_of(loss: str | Formula | None) -> Loss:
    """The loss of one example: the entry of the table, or one made of the author's formula."""
    assert loss is not None, "a node that the author made the loss is no entry of the table"
    return LOSSES[loss] if isinstance(loss, str) else from_formula(loss)
