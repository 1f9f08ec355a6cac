"""A notation: letters and indices for the quantities of a run, with the sign and scale of its error signals.

Values never change with the notation. The error signal of a unit does: each notation declares which loss it is the
derivative of (the reported loss, or that of the example alone) and with which sign. It may also contain a book's own
equations in general form, which are only read, never computed. The indices that notations share are the layer in a
contract name, the name of a unit, and two indices side by side.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import cached_property, lru_cache, partial
from typing import Literal

from backprop_tutor.formula.functions import KNOWN
from backprop_tutor.formula.nodes import Add, Call, Formula, Lit, Mul, Partial, Role, Sym
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.graph import Graph
from backprop_tutor.graph.quantity import Quantity
from backprop_tutor.text import T

BELOW = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def role_of(graph: Graph, quantity: Quantity) -> Role:
    """The role of a quantity."""
    return graph.nodes[graph.located(quantity.name, quantity.indices)[0]].role


def layer_of(graph: Graph, quantity: Quantity) -> int:
    """The layer a quantity belongs to: 0 for inputs, the last one for targets."""
    return graph.layer_of(graph.located(quantity.name, quantity.indices)[0])


def layered(graph: Graph) -> bool:
    """Whether a graph is a network of dense layers, for notations and views that support nothing else."""
    return bool(graph.layers) and all(layer.kind == "dense" for layer in graph.layers)


def index(places: tuple[int, ...]) -> str:
    """The indices of an element side by side; empty for a whole array."""
    return joined(*map(str, places))


def output_index(graph: Graph, places: tuple[int, ...]) -> str:
    """An output's index, left out where there is one output."""
    return index(places) if len(graph.layers[-1].units) > 1 else ""


def joined(*indices: str) -> str:
    """Indices side by side, with commas where their digits would merge."""
    together = "".join(indices)
    return together if len(together) == len(indices) else ",".join(indices)


Kind = Literal["output", "hidden", "bias", "weight"]
Outputs = Literal["any", "apart", "joint"]


@frozen
class Rule:
    """An equation ``left = right`` of a book: its step of the backward pass, its name in the book, its meaning in
    words.

    `outputs` says which outputs it applies to: those made of their own z alone (apart), those made of every z of the
    layer as in a softmax (joint), or any.
    """

    kind: Kind
    name: str
    left: Formula
    right: Formula
    meaning: T
    outputs: Outputs = "any"

    def holds(self, *, joint: bool) -> bool:
        """Whether it applies to outputs that are `joint`."""
        return self.outputs in ("any", "joint" if joint else "apart")


JOINT = T(
    "a softmax makes every output out of every weighted input: sum over all outputs k",
    "softmax 的每个输出都由全部加权输入得出：要对所有输出 k 求和",
)

Write = Callable[[Graph, Quantity], Sym]

GREEK: Mapping[str, str] = {
    name: unicodedata.lookup(f"GREEK {'SMALL' if name.islower() else 'CAPITAL'} LETTER {name.upper()}")
    for name in (
        *(
            "alpha",
            "beta",
            "gamma",
            "delta",
            "epsilon",
            "eta",
            "theta",
            "kappa",
            "mu",
            "nu",
            "xi",
            "rho",
            "sigma",
            "tau",
        ),
        *("phi", "chi", "psi", "omega", "Gamma", "Delta", "Theta", "Sigma", "Phi", "Psi", "Omega"),
    )
}
"""The names of Greek letters, and the letters."""

MOST_LETTERS = 5000
"""The symbols of a graph that are kept, so that the variants of a class share them."""

OF_UNITS = (Role.INPUT, Role.PREACTIVATION, Role.ACTIVATION)
WITH_SIGNALS = (*OF_UNITS, Role.WEIGHT, Role.BIAS)


@frozen
class Notation:
    """A notation: how it writes each value, the loss, the learning rate, and the derivatives that have a letter.

    `samples` are the formulas in the holes of its `conventions`. `loss` is the letter for one example, `cost` for
    several. `error` is the letter for the error signal of a unit (δ), `prefix` the letter before a quantity that makes
    its derivative (dW); without either, derivatives are fractions. Where `per_example`, the derivatives of units are
    those of the example's own loss; `sign` is −1 where the error signal is the negative of the derivative. `bias_unit`
    means that a bias is the weight from a unit that is always 1, `capitals` that several examples, as columns, get
    capital letters: Z, A, X, Y. `function` is the book's letter for the activation function of a layer. `rules` are the
    book's own equations. `view` is the book's own view, for a reader who chooses none. `legend` gives its letters for
    z, a, δ and η, which the texts of every notation use; None where they are the same.
    """

    name: str
    text: T
    conventions: T
    samples: Mapping[str, Formula]
    loss: Sym
    cost: Sym
    rate: str
    write: Write
    fits: Callable[[Graph], bool]
    error: str = ""
    prefix: str = ""
    per_example: bool = False
    sign: int = 1
    bias_unit: bool = False
    capitals: bool = False
    function: Callable[[int], Sym] | None = None
    rules: tuple[Rule, ...] = ()
    legend: T | None = None
    view: str = "paths"

    def rule_name(self, kind: Kind) -> str:
        """The book's name of its equation for a step of the backward pass; empty where it has none."""
        return next((rule.name for rule in self.rules if rule.kind == kind), "")

    def letters(self, graph: Graph, examples: int) -> Letters:
        """The letters of this notation for the quantities of one graph over so many examples; the same for its variants."""
        return self._letters(graph, examples)

    @cached_property
    def _letters(self) -> Callable[[Graph, int], Letters]:
        return lru_cache(maxsize=8)(partial(Letters, self))


@frozen
class Letters:
    """A notation applied to one graph: the symbol of any quantity of it."""

    notation: Notation
    graph: Graph
    examples: int = 1

    def value(self, quantity: Quantity) -> Sym:
        """The symbol of a value, with its contract name as key; without a row, of the whole vector or matrix."""
        return self._value(quantity)

    @cached_property
    def _value(self) -> Callable[[Quantity], Sym]:
        return lru_cache(maxsize=MOST_LETTERS)(self._symbol)

    def _symbol(self, quantity: Quantity) -> Sym:
        key = str(quantity.within("values") if quantity.section == "grads" else quantity)
        own = self.graph.names.get(quantity.short) if self.graph.names else None
        of = self._written(quantity) if own is None else self._named(own, quantity)
        return Sym(of.base, of.sub, of.sup, of.of, quantity.example, key, of.role, of.bold)

    def _written(self, quantity: Quantity) -> Sym:
        if quantity.name == "loss":
            return self._loss(quantity)
        if self.graph.shapes is not None:
            return self._of_array(quantity)
        if not self.graph.layers:
            return Sym(quantity.name, role=self._role(quantity))
        return self.notation.write(self.graph, quantity)

    def _named(self, own: str, quantity: Quantity) -> Sym:
        """The author's own name of a parameter, the digits at its end below, Greek where it names a Greek letter."""
        base = own.rstrip("0123456789")
        letter = base.removesuffix("_")
        return Sym(GREEK.get(letter, letter), own.removeprefix(base), role=self._role(quantity))

    def _of_array(self, quantity: Quantity) -> Sym:
        """A name of the file, Greek where it names a Greek letter, or the formula of an inner step; with indices below."""
        node = self.graph.nodes[self.graph.located(quantity.name, quantity.indices)[0]]
        index = [str(i) for i in quantity.indices]
        sub = "".join(index) if all(len(i) == 1 for i in index) else ",".join(index)
        base = self._in_steps(node.inner) or GREEK.get(quantity.name, quantity.name)
        return Sym(base, sub, role=Role.LOSS if self.graph.losses == self.graph.index[node.name] else node.role)

    def _in_steps(self, inner: str) -> str:
        """The text of an inner step with the steps of a sequence below their letters: Wh1 h1₂ for Wh1 h1_2."""
        known = {name: f"{of}{str(step).translate(BELOW)}" for name, (of, step) in (self.graph.steps or {}).items()}
        return re.sub(r"\w+", lambda word: known.get(word[0], word[0]), inner) if known else inner

    def _loss(self, quantity: Quantity) -> Sym:
        """The notation's letter, or in an expression graph of one example the output's own name."""
        if self.graph.loss is None and self.examples == 1 and not self.graph.is_given_upstream:
            return Sym(self.graph.nodes[self.graph.losses].name, role=Role.LOSS)
        return self.notation.loss if self.examples == 1 or quantity.example else self.notation.cost

    def adjoint(self, quantity: Quantity) -> Formula:
        """The symbol of dLoss/dquantity: the notation's own letter where that has exactly this meaning, else
        ∂L/∂quantity.
        """
        return self._adjoint(quantity)

    @cached_property
    def _adjoint(self) -> Callable[[Quantity], Formula]:
        return lru_cache(maxsize=MOST_LETTERS)(
            lambda quantity: self.signal(quantity) if self.factor(quantity) == 1 else self._fraction(quantity)
        )

    def signal(self, quantity: Quantity) -> Formula:
        """The symbol of the derivative as in the book, in its sign and scale: δ, dZ, or ∂L/∂quantity."""
        return self._signal(quantity)

    @cached_property
    def _signal(self) -> Callable[[Quantity], Formula]:
        return lru_cache(maxsize=MOST_LETTERS)(self._in_the_book)

    def _in_the_book(self, quantity: Quantity) -> Formula:
        quantity = quantity.within("grads")
        role, base = self._role(quantity), self.value(quantity)
        key = str(quantity) if self.factor(quantity) == 1 else f"signals.{quantity.short}"
        if self.notation.error and role == Role.PREACTIVATION:
            return replace(base, base=self.notation.error, key=key, role=Role.ADJOINT)
        if self.notation.prefix and role in WITH_SIGNALS and self.graph.layers:
            return replace(base, base=f"{self.notation.prefix}{base.base}", key=key, role=Role.ADJOINT)
        return self._fraction(quantity)

    def factor(self, quantity: Quantity) -> Fraction:
        """The factor from dLoss/dquantity to the signal: a sign, and m where the mean over m is taken later."""
        if not self._has_own_scale(self._role(quantity)):
            return Fraction(1)
        return self.notation.sign / self.share if self.notation.per_example else Fraction(self.notation.sign)

    def _has_own_scale(self, role: Role) -> bool:
        own = OF_UNITS if self.notation.prefix else (Role.PREACTIVATION,)
        return bool(self.graph.layers) and role in own

    @property
    def share(self) -> Fraction:
        """The weight of one example in the reported loss: 1/m for a mean over m examples, 1 for a sum."""
        return Fraction(1, 1 if self.graph.reduction == "sum" else self.examples)

    @cached_property
    def loss(self) -> Sym:
        """The symbol of the reported loss: what is differentiated."""
        return self.value(Quantity("loss"))

    @property
    def rate(self) -> Sym:
        """The symbol of the learning rate."""
        return Sym(self.notation.rate, key="learning_rate", role=Role.SETTING)

    def rewritten(self, quantity: Quantity, made: Formula) -> Formula:
        """The formula of a quantity as the book writes it: Θ₁₀·1 first in its sums, g(z) for its functions."""
        match made:
            case Add(terms=(*weighted, bias)) if self.notation.bias_unit and self._has_bias(quantity):
                return Add((Mul((bias, Lit(Fraction(1)))), *weighted))
            case Call(function=name, arguments=arguments) if self._role(quantity) == Role.ACTIVATION:
                return self.applied(layer_of(self.graph, quantity), name, arguments[0])
            case _:
                return made

    def applied(self, layer: int, function: str, argument: Formula, primes: int = 0) -> Formula:
        """An activation function of a layer at `argument`, or its derivative, with the book's letter for it."""
        letter = self.notation.function
        return Call(function, (argument,), primes, letter(layer) if letter and function in KNOWN else None)

    def _has_bias(self, quantity: Quantity) -> bool:
        node = self.graph.nodes[self.graph.index[quantity.name]]
        return node.role == Role.PREACTIVATION and any(self.graph.nodes[i].role == Role.BIAS for i in node.inputs)

    def _fraction(self, quantity: Quantity) -> Partial:
        quantity = quantity.within("grads")
        return Partial(self.loss, self.value(quantity), str(quantity))

    def _role(self, quantity: Quantity) -> Role:
        return role_of(self.graph, quantity)
