"""What a notation is: a choice of letters and indices for the quantities of a run, and nothing else.

Numbers never change with the notation, with one declared exception: a notation whose error signal has the other sign
says so in `delta_sign`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from backprop_tutor.engine.graph import Graph
from backprop_tutor.engine.quantity import Quantity
from backprop_tutor.formula.nodes import Formula, Partial, Role, Sym
from backprop_tutor.text import T

Write = Callable[[Graph, Quantity], Sym]


@dataclass(frozen=True)
class Notation:
    """A notation: how it writes each value, its letters for the loss and the learning rate, what a reader must know.

    `error_signal` is the letter for dL/dz (δ), None where that is written as a derivative. `fits` tells the graphs it
    can write.
    """

    name: str
    text: T
    conventions: T
    loss: str
    rate: str
    write: Write
    fits: Callable[[Graph], bool]
    error_signal: str | None = None

    def letters(self, graph: Graph, examples: int) -> Letters:
        """The letters of this notation for the quantities of one graph over so many examples."""
        return Letters(self, graph, examples)


@dataclass(frozen=True)
class Letters:
    """A notation at work on one graph: the symbol of any quantity of it."""

    notation: Notation
    graph: Graph
    examples: int = 1

    def value(self, quantity: Quantity) -> Sym:
        """The symbol of a value, carrying its contract name as key."""
        if quantity.name == "loss":
            written = Sym(self.loss_letter, role=Role.LOSS)
        elif self.graph.network is None:
            written = Sym(quantity.name, role=self._role(quantity))
        else:
            written = self.notation.write(self.graph, quantity)
        key = str(quantity.within("values") if quantity.section == "grads" else quantity)
        return _with(written, quantity.example, key)

    def adjoint(self, quantity: Quantity) -> Formula:
        """The symbol of dLoss/dquantity: δ for a pre-activation where the notation has one, else ∂L/∂quantity."""
        quantity = quantity.within("grads")
        if self.notation.error_signal and self._role(quantity) == Role.PREACTIVATION:
            z = self.value(quantity)
            return Sym(self.notation.error_signal, z.sub, z.sup, z.of, z.example, str(quantity), Role.ADJOINT)
        return Partial(self.loss, self.value(quantity), str(quantity))

    @property
    def loss(self) -> Sym:
        """The symbol of the reported loss: what is differentiated."""
        return self.value(Quantity("loss"))

    @property
    def loss_letter(self) -> str:
        """The letter of the loss: the notation's, or in an expression graph of one example the output's own name."""
        own = self.graph.network is None and self.examples == 1
        return self.graph.nodes[self.graph.losses].name if own else self.notation.loss

    @property
    def rate(self) -> Sym:
        """The symbol of the learning rate."""
        return Sym(self.notation.rate, key="learning_rate", role=Role.SETTING)

    def _role(self, quantity: Quantity) -> Role:
        return self.graph.nodes[self.graph.index[quantity.name]].role


def _with(symbol: Sym, example: int | None, key: str) -> Sym:
    return Sym(symbol.base, symbol.sub, symbol.sup, symbol.of, example, key, symbol.role, symbol.bold)
