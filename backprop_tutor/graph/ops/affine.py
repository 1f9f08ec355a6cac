"""The operations of dense layers: z = W a + b, and the loss over the examples of a batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from backprop_tutor.formula.nodes import Formula, Lit, formula, is_zero, total
from backprop_tutor.graph.array import MATRIX, SMALL, AnyArray, Array, np, product, transposed
from backprop_tutor.graph.graph import Layer, Node
from backprop_tutor.graph.op import Index, Op


def affine(layer: Layer, *, sends_on: bool = True) -> Op:
    """z = W a + b over (W, a[, b]): dL/dW = δ aᵀ, dL/da = Wᵀ δ, dL/db = δ summed over the examples.

    A missing connection has weight 0 and no gradient. A parameter that several places share is read at the first of
    them, and each of them gets the sum of the gradients of all. The contribution to a is left out where it is not needed.
    """
    if layer.same:
        return _sharing(layer)
    present = None if layer.present is None else np.array(layer.present, dtype=float)

    def vjp(g: Array, _: Array, W: Array, a: Array, b: Array | None = None) -> tuple[Array | None, ...]:
        if a.size <= SMALL and g.ndim == a.ndim == W.ndim == MATRIX:
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


def _sharing(layer: Layer) -> Op:
    """z = W a + b where places of W or of b are one parameter."""
    present = None if layer.present is None else np.array(layer.present, dtype=int)
    letters = ("W", "b") if layer.bias else ("W",)
    ties = [layer.same.get(letter, {}) for letter in letters]

    def forward(W: AnyArray, a: AnyArray, b: AnyArray | None = None) -> AnyArray:
        z = product(_read(W, ties[0]), a)
        return z if b is None else z + _read(b, ties[1])

    def vjp(g: AnyArray, _: AnyArray, W: AnyArray, a: AnyArray, b: AnyArray | None = None) -> tuple[AnyArray, ...]:
        to_weights = product(g, transposed(a))
        if present is not None:
            to_weights = to_weights * present
        sent = _summed(to_weights, ties[0]), product(transposed(_read(W, ties[0])), g)
        return sent if b is None else (*sent, _summed(g.sum(axis=-1, keepdims=True), ties[1]))

    return Op("affine", ("W", "a", "b") if layer.bias else ("W", "a"), forward, vjp)


def _read(array: AnyArray, same: Mapping[Index, Index]) -> AnyArray:
    """A parameter with the number of the first place at all places that share it."""
    array = array.copy()
    for place, own in same.items():
        array[_at(place)] = array[_at(own)]
    return array


def _summed(sent: AnyArray, same: Mapping[Index, Index]) -> AnyArray:
    """What is sent to a parameter, with the sum at all places that share it."""
    sums = sent.copy()
    for place, own in same.items():
        sums[_at(own)] = sums[_at(own)] + sent[_at(place)]
    return _read(sums, same)


def owners(shape: Index, same: Mapping[Index, Index]) -> AnyArray:
    """For each place of a parameter the number of the first that is the same, row by row from 0."""
    owners = np.arange(np.prod(shape)).reshape(shape)
    for place, own in same.items():
        owners[place] = owners[own]
    return owners


def _at(place: Index) -> Any:
    """The place of an element in the last two axes of an array."""
    return (..., *(place if len(place) > 1 else (*place, 0)))


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


def reduction(kind: str, l2: float = 0.0, penalised: Sequence[Node] = ()) -> Op:
    """The reported loss over (losses[, W, W, ...]): their mean or sum, plus (l2/2) Σ W²; shape (1, 1).

    `penalised` are the nodes of the weight matrices; a weight that several places share counts once.
    """
    ties = [weight.same for weight in penalised]

    def forward(each: Array, *weights: Array) -> Array:
        data = each if each.shape[-1] == 1 else over(each, axis=(-2, -1), keepdims=True)
        if not weights:
            return data
        counted = map(_counted_once, weights, ties)
        squares: Array = sum((W * W).sum(axis=(-2, -1), keepdims=True) for W in counted)
        return data + 0.5 * l2 * squares

    def vjp(g: Array, _: Array, each: Array, *weights: Array) -> tuple[Array, ...]:
        examples = each.shape[-1]
        data = g if examples == 1 else np.full_like(each, 1 / examples if kind == "mean" else 1.0) * g
        return (data, *(l2 * W * g for W in weights)) if weights else (data,)

    over = np.mean if kind == "mean" else np.sum
    rate = Lit(Fraction(repr(l2)), repr(l2))

    def written(each: AnyArray, *weights: AnyArray) -> AnyArray:
        terms: Formula = each.sum()
        data = formula(Fraction(1, each.size)) * terms if kind == "mean" else terms
        squares = [w**2 for W in map(_counted_once, weights, ties) for w in W.ravel() if not is_zero(formula(w))]
        return np.array([[data + rate / 2 * total(tuple(squares))]], dtype=object)

    def written_vjp(g: AnyArray, _: AnyArray, each: AnyArray, *weights: AnyArray) -> tuple[AnyArray, ...]:
        share = formula(Fraction(1, each.size) if kind == "mean" else 1)
        sent: list[AnyArray] = [rate * W * g for W in weights]  # type: ignore[misc]
        return np.full(each.shape, share, dtype=object) * g, *sent

    arguments = ("losses", *["W"] * len(penalised))
    return Op(kind, arguments, forward, vjp, Op(kind, arguments, written, written_vjp, joint=True), joint=True)


def _counted_once(array: AnyArray, same: Mapping[Index, Index]) -> AnyArray:
    """A parameter with 0 at every place but the first of those that share it."""
    array = array.copy() if same else array
    for place in same:
        array[_at(place)] = 0
    return array
