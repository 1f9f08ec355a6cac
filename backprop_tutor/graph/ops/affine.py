"""The operations of dense layers: z = W a + b, and the loss over the examples of a batch."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from backprop_tutor.formula.nodes import Formula, Lit, formula, is_zero, total
from backprop_tutor.graph.array import MATRIX, SMALL, AnyArray, Array, np, product, transposed
from backprop_tutor.graph.graph import Layer
from backprop_tutor.graph.op import Index, Op


def affine(layer: Layer, *, sends_on: bool = True) -> Op:
    """z = W a + b over (W, a[, b]): dL/dW = δ aᵀ, dL/da = Wᵀ δ, dL/db = δ summed over the examples.

    A missing connection has weight 0 and no gradient. The contribution to a is left out where it is not needed.
    """
    present = None if layer.present is None else np.array(layer.present, dtype=float)

    def vjp(g: Array, _: Array, W: Array, a: Array, b: Array | None = None) -> tuple[Array | None, ...]:
        if g.ndim == a.ndim == W.ndim == MATRIX and a.size <= SMALL and g.size <= SMALL:
            to_weights, to_inputs = g.dot(a.T), W.T.dot(g) if sends_on else None
        else:
            to_weights, to_inputs = product(g, transposed(a)), product(transposed(W), g) if sends_on else None
        if present is not None:
            to_weights = to_weights * present
        if b is None:
            return to_weights, to_inputs
        return to_weights, to_inputs, g if g.shape[-1] == 1 else g.sum(axis=-1, keepdims=True)

    arguments = ("W", "a", "b") if layer.bias else ("W", "a")
    taught = Op("affine", arguments, _affine, _affine_vjp, window=_row)
    return Op("affine", arguments, _affine, vjp, taught, None if layer.present else _row)


def _row(index: Index, shapes: Sequence[Index]) -> tuple[tuple[range, ...], ...]:
    """z of one unit: its row of W, all of a, its b."""
    here = (range(index[0], index[0] + 1),)
    return (here, (), here)[: len(shapes)]


def _affine(W: AnyArray, a: AnyArray, b: AnyArray | None = None) -> AnyArray:
    z = W.dot(a) if a.size <= SMALL and W.ndim == a.ndim == MATRIX else product(W, a)
    return z if b is None else z + b


def _affine_vjp(g: AnyArray, _: AnyArray, W: AnyArray, a: AnyArray, b: AnyArray | None = None) -> tuple[AnyArray, ...]:
    sent = (g @ a.T, W.T @ g)
    return sent if b is None else (*sent, g.sum(axis=1, keepdims=True))


def reduction(kind: str, l2: float = 0.0, penalised: int = 0) -> Op:
    """The reported loss over (losses[, W, W, ...]): their mean or sum, plus (l2/2) Σ W²; shape (1, 1).

    `penalised` is the number of weight matrices.
    """

    def forward(each: Array, *weights: Array) -> Array:
        data = each if each.shape[-1] == 1 else over(each, axis=(-2, -1), keepdims=True)
        if not weights:
            return data
        squares: Array = sum((W * W).sum(axis=(-2, -1), keepdims=True) for W in weights)
        return data + 0.5 * l2 * squares

    def vjp(g: Array, _: Array, each: Array, *weights: Array) -> tuple[Array, ...]:
        examples = each.shape[-1]
        share = 1 / examples if kind == "mean" else 1.0
        data = g if examples == 1 else np.full_like(each, share) * g
        return (data, *(l2 * W * g for W in weights)) if weights else (data,)

    over = np.mean if kind == "mean" else np.sum
    rate = Lit(Fraction(repr(l2)), repr(l2))

    def written(each: AnyArray, *weights: AnyArray) -> AnyArray:
        terms: Formula = each.sum()
        data = formula(Fraction(1, each.size)) * terms if kind == "mean" else terms
        squares = [w**2 for W in weights for w in W.ravel() if not is_zero(w)]
        return np.array([[data + rate / 2 * total(tuple(squares))]], dtype=object)

    def written_vjp(g: AnyArray, _: AnyArray, each: AnyArray, *weights: AnyArray) -> tuple[AnyArray, ...]:
        share = formula(Fraction(1, each.size) if kind == "mean" else 1)
        sent: list[AnyArray] = [rate * W * g for W in weights]  # type: ignore[misc]
        return np.full(each.shape, share, dtype=object) * g, *sent

    arguments = ("losses", *["W"] * penalised)
    return Op(kind, arguments, forward, vjp, Op(kind, arguments, written, written_vjp, joint=True), joint=True)
