"""The backward pass of a network as 10 to 30 lines of NumPy, in the layout of whoever wrote another one.

Each line is ``name = expression``, every name is assigned once, and the lines are run as they are printed. The same
pass is written in a few forms (`FORMS`): 1/m taken into the error signal or left for each gradient, the output's
derivative fused with the loss or not; a slip in one form need not be a single slip in another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import product

from backprop_tutor.formula.functions import FUNCTIONS
from backprop_tutor.formula.nodes import Call, Formula, Sym, substitute, symbols
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.graph import Layer, Network
from backprop_tutor.graph.ops.activations import ACTIVATIONS, activation_of
from backprop_tutor.graph.ops.losses import loss_of
from backprop_tutor.programs.layout import Layout
from backprop_tutor.programs.numpy_text import numpy_text

Z, A = Sym("z"), Sym("a")
USUAL = {
    "identity": ("{z}", ""),
    "sigmoid": ("1 / (1 + np.exp(-{z}))", "{a} * (1 - {a})"),
    "tanh": ("np.tanh({z})", "1 - {a}**2"),
    "relu": ("np.maximum({z}, 0)", "{z} > 0"),
}
"""An activation and its slope as everybody writes them; the others are written by their formulas."""


@frozen(slots=True)
class Line:
    """``name = text``: what the line computes, and of which layer."""

    name: str
    text: str
    role: str
    layer: int = 0

    def __str__(self) -> str:
        return f"{self.name} = {self.text}"


@frozen(slots=True)
class Form:
    """A way to write the pass: where 1/m stands, if anywhere, and whether loss and last activation are one derivative."""

    divides: str
    fused: bool


FORMS = tuple(Form(divides, fused) for fused, divides in product((True, False), ("error", "gradients", "nowhere")))


@frozen(eq=False)
class Program:
    """The lines of one form in one layout; `given` are the names that are there before the first of them.

    `is_stated` tells that it has the mean or the sum over the examples that the loss states.
    """

    layout: Layout
    form: Form
    lines: tuple[Line, ...]
    given: tuple[str, ...]
    is_stated: bool = True

    @cached_property
    def place(self) -> Mapping[str, int]:
        """The line that assigns a name."""
        return {line.name: i for i, line in enumerate(self.lines)}

    @property
    def below_output(self) -> frozenset[tuple[str, str]]:
        """The lines of the backward pass after the error signal of the output, which loss and its slope have no part in."""
        roles = ("slope", "sent back", "weight gradient", "bias gradient")
        return frozenset((line.name, line.text) for line in self.lines if line.role in roles)

    @property
    def gradients(self) -> tuple[str, ...]:
        """The names of the gradients of parameters, in the order they are computed."""
        return tuple(line.name for line in self.lines if line.role.endswith("gradient"))


def programs(network: Network, layout: Layout, *, inputs: bool = False) -> Iterator[Program]:
    """The pass in each of its forms, those that differ; first those with the mean or the sum that is stated.

    With `inputs` it ends in the gradient of the inputs, dx.
    """
    seen = set()
    is_sum = network.reduction == "sum"
    for form in sorted(FORMS, key=lambda form: (form.divides == "nowhere") != is_sum):
        program = network_program(network, layout, form, inputs=inputs)
        text = tuple(map(str, program.lines))
        if text not in seen:
            seen.add(text)
            yield program


def network_program(network: Network, layout: Layout, form: Form, *, inputs: bool = False) -> Program:
    """The pass of a layered network."""
    writer = _Writer(network, layout, form)
    count = (Line("m", f"x.shape[{layout.axis}]", "count"),) if form.divides != "nowhere" else ()
    dx = (Line("dx", layout.sent_back("dz1", "W1"), "sent back"),) if inputs else ()
    lines = (*count, *writer.forward(), *writer.backward(), *dx)
    biases = [f"b{i}" for i, layer in enumerate(network.layers, 1) if layer.bias]
    weights = [f"W{i}" for i in range(1, len(network.layers) + 1)]
    masks = [f"present{i}" for i, layer in enumerate(network.layers, 1) if layer.present]
    masks += [f"same_{letter}{i}" for i, layer in enumerate(network.layers, 1) for letter in layer.same]
    constants = [*([] if count else ["m"]), *(["l2"] if network.l2 else []), "learning_rate"]
    is_stated = (form.divides == "nowhere") == (network.reduction == "sum")
    return Program(layout, form, lines, ("x", "y", *weights, *biases, *masks, *constants), is_stated)


class _Writer:
    def __init__(self, network: Network, layout: Layout, form: Form) -> None:
        self.network, self.layout, self.form = network, layout, form
        self.last = len(network.layers)

    def forward(self) -> Iterator[Line]:
        """Z = W a + b and a = f(z), layer by layer."""
        below = "x"
        for i, layer in enumerate(self.network.layers, 1):
            yield Line(f"z{i}", self.layout.affine(below, f"W{i}", f"b{i}" if layer.bias else None), "preactivation", i)
            if _name(layer) == "softmax":
                shifted = f"z{i} - {self.layout.over_units(f'z{i}', 'max')}"
                yield Line(f"e{i}", f"np.exp({shifted})", "activation", i)
                yield Line(f"a{i}", f"e{i} / {self.layout.over_units(f'e{i}', 'sum')}", "activation", i)
            else:
                yield Line(f"a{i}", activation_text(layer, f"z{i}", f"a{i}"), "activation", i)
            below = f"a{i}"

    def backward(self) -> Iterator[Line]:
        """From the last layer to the first: δ, its gradients, what is sent back."""
        yield from self._output()
        for i in range(self.last, 0, -1):
            yield from self._gradients(i)
            if i > 1:
                yield Line(f"da{i - 1}", self.layout.sent_back(f"dz{i}", f"W{i}"), "sent back", i - 1)
                yield from self._through(i - 1)

    def _output(self) -> Iterator[Line]:
        n, layer = self.last, self.network.layers[-1]
        fused = FUSED.get((_name(layer), str(self.network.loss)))
        if fused and self.form.fused:
            yield Line(f"dz{n}", self._shared(fused, n), "output delta", n)
            return
        yield Line(f"da{n}", self._shared(self._error(), n), "output error", n)
        yield from self._through(n)

    def _shared(self, text: str, n: int) -> str:
        """The text of an error, divided by the number of examples where the form does that here."""
        text = text.format(a=f"a{n}", y="y")
        if self.form.divides != "error":
            return text
        return f"{text} / m" if _is_product(text) else f"({text}) / m"

    def _error(self) -> str:
        """The derivative of the loss by the outputs."""
        loss = loss_of(self.network.loss)
        known = {"half_squared_error": "{a} - {y}", "squared_error": "2 * ({a} - {y})", "cross_entropy": "-{y} / {a}"}
        known |= {
            "mean_squared_error": "2 * ({a} - {y}) / n",
            "binary_cross_entropy": "({a} - {y}) / ({a} * (1 - {a}))",
        }
        if loss.name in known:
            return known[loss.name].replace("n", str(len(self.network.layers[-1].units)))
        return _array_text(loss.slope, {"a": "{a}", "y": "{y}"}, "{a}")

    def _through(self, i: int) -> Iterator[Line]:
        """Through the activation of layer i."""
        layer = self.network.layers[i - 1]
        role = "output slope" if i == self.last else "slope"
        if _name(layer) == "softmax":
            inside = self.layout.over_units(f"(da{i} * a{i})", "sum")
            yield Line(f"dz{i}", f"a{i} * (da{i} - {inside})", role, i)
            return
        slope = slope_text(layer, f"z{i}", f"a{i}")
        text = f"da{i}" if not slope else f"da{i} * {slope}" if _is_product(slope) else f"da{i} * ({slope})"
        yield Line(f"dz{i}", text, role, i)

    def _gradients(self, i: int) -> Iterator[Line]:
        layer, below = self.network.layers[i - 1], "x" if i == 1 else f"a{i - 1}"
        share = " / m" if self.form.divides == "gradients" else ""
        text = self.layout.weight_gradient(f"dz{i}", below) + share
        if layer.present:
            text = f"({text}) * present{i}"
        if "W" in layer.same:
            text = self._over_same(text, f"W{i}")
        penalty = f" + l2 * W{i}" if self.network.l2 else ""
        yield Line(f"dW{i}", text + penalty, "weight gradient", i)
        if layer.bias:
            text = self.layout.bias_gradient(f"dz{i}") + share
            yield Line(f"db{i}", self._over_same(text, f"b{i}") if "b" in layer.same else text, "bias gradient", i)

    def _over_same(self, text: str, name: str) -> str:
        """A gradient summed over the places that are one parameter: `same` has a 1 where two places are."""
        return f"(same_{name} @ np.ravel({text})).reshape({name}.shape)"


FUSED = {
    ("sigmoid", "binary_cross_entropy"): "{a} - {y}",
    ("softmax", "cross_entropy"): "{a} - {y}",
    ("sigmoid", "cross_entropy"): "-{y} * (1 - {a})",
}
"""dL/dz of a loss and the activation before it in one line, where programs write one; the targets of a softmax sum to 1."""


def _name(layer: Layer) -> str:
    return layer.activation if isinstance(layer.activation, str) else "formula"


def _is_product(text: str) -> bool:
    """Whether a text may stand beside a factor or divisor without brackets: no sum, no comparison outside brackets."""
    depth = 0
    for c in text[1:]:
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(c, 0)
        if depth == 0 and c in "+-<>=":
            return False
    return True


def activation_text(layer: Layer, z: str, a: str) -> str:
    """The text of a = f(z)."""
    name = _name(layer)
    if name in USUAL:
        return USUAL[name][0].format(z=z, a=a)
    written = substitute(_taught(name), {"x": Z}) if name in ACTIVATIONS else layer.activation
    assert not isinstance(written, str)
    return _array_text(written, {"z": z, "a": a}, z)


def _array_text(node: Formula, names: Mapping[str, str], like: str) -> str:
    """`node` as an expression, of the shape of `like` also where it is a constant."""
    text = numpy_text(node, names)
    return text if symbols(node) else f"np.full_like({like}, {text})"


def slope_text(layer: Layer, z: str, a: str) -> str:
    """The text of f′, in z and a; empty where it is 1 throughout."""
    name = _name(layer)
    if name in USUAL:
        return USUAL[name][1].format(z=z, a=a)
    slope = activation_of(layer.activation).slope
    assert slope is not None
    return numpy_text(slope, {"z": z, "a": a})


def _taught(name: str) -> Formula:
    taught = FUNCTIONS[name].taught
    return Call(name, (Sym("x"),)) if taught is None else taught
