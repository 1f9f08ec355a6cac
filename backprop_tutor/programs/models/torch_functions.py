"""What functions and methods of PyTorch come to as formulas: one function a kind, by their names without underlines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from backprop_tutor.frozen import frozen
from backprop_tutor.programs.models.chain import ACTIVATIONS, activation_keys, called
from backprop_tutor.programs.models.formulas import (
    Shape,
    Translation,
    Value,
    convolved,
    linear,
    normalised,
    one,
    pooled,
    same,
    scaled,
)

BETWEEN = {
    "add": "+", "iadd": "+", "sub": "-", "isub": "-", "mul": "*", "imul": "*", "truediv": "/", "div": "/", "pow": "^",
    "matmul": "@",
}  # fmt: skip
"""The operators of Python and PyTorch as those of formulas."""

ALONE = {
    "exp": "exp({x})", "log": "log({x})", "sqrt": "sqrt({x})", "abs": "abs({x})", "neg": "-{x}", "square": "{x}^2",
    "sin": "sin({x})", "cos": "cos({x})", "logsoftmax": "log_softmax({x})",
}  # fmt: skip
"""Functions of one array."""


MAKERS = frozenset({"zeros", "ones", "full", "zeroslike", "oneslike", "newzeros", "newones"})
"""Functions that make an array of no other."""

UNCHANGED = frozenset({"contiguous", "float", "double", "dropout", "detach", "to", "clone", "alias"})


@frozen(eq=False)
class FunctionCall:
    """A call of a function or method, its name without underlines; `shape` is that of its result without the examples."""

    t: Translation
    name: str
    plain: str
    given: Sequence[Any]
    options: Mapping[str, Any]
    shape: Shape
    module: Any = None

    def argument(self, place: int, key: str, default: Any = None) -> Any:
        """An argument by its place or its name."""
        return self.given[place] if len(self.given) > place else self.options.get(key, default)

    def activated(self) -> Value:
        """An activation; a softmax along its axis."""
        name, x = ACTIVATIONS[self.plain], self.given[0]
        if name not in ("softmax", "identity"):
            keys = activation_keys(self.plain, setting(self.module, self.given, self.options))
            return self.t.node(called(keys, x.text), x.shape)
        axis = self.argument(1, "dim", getattr(self.module, "dim", None)) if name == "softmax" else None
        if name == "identity":
            return x  # type: ignore[no-any-return]
        along = f", axis={axis}" if axis is not None and axis not in (-1, len(x.shape)) else ""
        return self.t.node(f"{name}({x.text}{along})", x.shape)

    def written(self) -> Any:
        """The formula of a function; None for one that has no counterpart."""
        x, plain, t = self.argument(0, "input"), self.plain, self.t
        if plain in BETWEEN and len(self.given) == 2:
            sides = [each.text if isinstance(each, Value) else repr(each) for each in self.given]
            return t.node(f"{sides[0]} {BETWEEN[plain]} {sides[1]}", self.shape)
        if plain == "getitem" and isinstance(x, tuple):
            return x[self.given[1]]
        if plain in ("size", "dim") or not isinstance(x, Value):
            return self._joined()
        if plain in FUNCTIONS:
            return FUNCTIONS[plain](self, x)
        if plain in ALONE:
            return t.node(ALONE[plain].format(x=x.text), self.shape)
        if plain == "dropout" and self.argument(2, "training", True) and self.argument(1, "p", 0.5):
            return None
        return x if plain in UNCHANGED else None

    def _joined(self) -> Any:
        """Arrays put together; a number of the shape, such as the count of the examples, is no array."""
        x = self.argument(0, "input")
        if self.plain in ("size", "dim"):
            return x.shape
        if self.plain in ("cat", "concat", "stack") and isinstance(x, list | tuple):
            axis = self.argument(1, "dim", 0)
            name = "stack" if self.plain == "stack" else "concat"
            parts = ", ".join(each.text for each in x)
            return self.t.node(f"{name}({parts}, axis={axis})", self.shape) if axis else None
        return None


def _product(call: FunctionCall, x: Value) -> Value | None:
    W, b = call.argument(1, "weight"), call.argument(2, "bias")
    if not isinstance(W, Value):
        return None
    return linear(call.t, x, W.text, b.text if b is not None else None, W.shape[0])


def _convolution(call: FunctionCall, x: Value) -> Value | None:
    k, b, stride, padding = (
        call.argument(i, key, default)
        for i, (key, default) in enumerate((("weight", None), ("bias", None), ("stride", 1), ("padding", 0)), 1)
    )
    same(call.name, call.plain, "groups", call.argument(6, "groups", 1), 1)
    same(call.name, call.plain, "dilation", one(call.name, call.plain, "dilation", call.argument(5, "dilation", 1)), 1)
    sides = [one(call.name, call.plain, key, each) for key, each in (("stride", stride), ("padding", padding))]
    return convolved(call.t, x, k.shape, k.text, b.text if b is not None else None, *sides)


def _pooling(call: FunctionCall, x: Value) -> Value:
    size, stride, padding = (call.argument(i, key) for i, key in enumerate(("kernel_size", "stride", "padding"), 1))
    size = one(call.name, call.plain, "kernel_size", size)
    same(call.name, call.plain, "padding", one(call.name, call.plain, "padding", padding or 0), 0)
    return pooled(call.t, x, call.plain[:3], size, one(call.name, call.plain, "stride", stride or size))


def _layer_norm(call: FunctionCall, x: Value) -> Value:
    gain, shift = (
        None if each is None else each.text for each in (call.argument(2, "weight"), call.argument(3, "bias"))
    )
    hat = normalised(call.t, x, None, call.argument(4, "eps", 1e-5))
    return scaled(call.t, x, hat, gain, shift, len(x.shape) - 1)


def _looked_up(call: FunctionCall, x: Value) -> Value:
    """F.embedding(ids, weight), or aten.embedding(weight, ids)."""
    table, ids = (call.given[1], x) if x.text == "x" else (x, call.given[1])
    return call.t.node(f"embedding({table.text}, {ids.text})", call.shape)


def _reduced(call: FunctionCall, x: Value) -> Value | None:
    axis = call.argument(1, "dim")
    axis = axis[0] if isinstance(axis, list | tuple) and len(axis) == 1 else axis
    kept = ", keepdim=1" if call.argument(2, "keepdim") else ""
    return (
        call.t.node(f"{call.plain}({x.text}, axis={axis}{kept})", call.shape)
        if isinstance(axis, int) and axis
        else None
    )


def _reshaped(call: FunctionCall, x: Value) -> Value:
    sizes = ", ".join(map(str, call.shape))
    return call.t.node(f"reshape({x.text}, {sizes})" if sizes else f"sum({x.text})", call.shape)


def _turned(call: FunctionCall, x: Value) -> Value | None:
    return call.t.node(f"{x.text}.T", call.shape) if len(x.shape) == 2 else None


def _picked(call: FunctionCall, x: Value) -> Value | None:
    """``h[:, -1]`` and the like: everything of the examples, elements or ranges of the other axes."""
    match call.plain:
        case "select":
            places: tuple[Any, ...] = (slice(None),) * call.given[1] + (call.given[2],)
        case "slice":
            start, end = call.argument(2, "start"), call.argument(3, "end")
            places = (slice(None),) * call.argument(1, "dim", 0) + (slice(start, end),)
        case _:
            places = call.given[1] if isinstance(call.given[1], tuple) else (call.given[1],)
    if not places or places[0] not in (slice(None), slice(0, None), slice(0, 2**63 - 1)):
        return None
    written = []
    for place, n in zip(places[1:], x.shape, strict=False):
        if isinstance(place, int):
            written.append(str(place % n + 1))
        elif isinstance(place, slice) and place.step in (None, 1):
            start, end, _ = place.indices(n)
            written.append(":" if (start, end) == (0, n) else f"{start + 1}:{end}")
        else:
            return None
    return call.t.node(f"{x.text}[{', '.join(written)}]", call.shape) if any(w != ":" for w in written) else x


FUNCTIONS: Mapping[str, Callable[[FunctionCall, Value], Value | None]] = {
    "linear": _product,
    **dict.fromkeys(("conv1d", "conv2d"), _convolution),
    **dict.fromkeys(("maxpool1d", "maxpool2d", "avgpool1d", "avgpool2d"), _pooling),
    "layernorm": _layer_norm,
    "embedding": _looked_up,
    **dict.fromkeys(("mean", "sum"), _reduced),
    **dict.fromkeys(("flatten", "view", "reshape", "squeeze", "unsqueeze"), _reshaped),
    **dict.fromkeys(("transpose", "permute"), _turned),
    **dict.fromkeys(("getitem", "select", "slice"), _picked),
}
"""The functions of arrays and settings, as torch.nn.functional and torch.export call them, without underlines."""


def setting(module: Any, given: Sequence[Any], options: Mapping[str, Any]) -> Callable[[str, Any], Any]:
    """Reads a setting of an activation: of a module by its name, of a function by its name or as its second argument."""

    def read(key: str, default: Any) -> Any:
        if module is not None:
            return getattr(module, key, default)
        return options.get(key, given[1] if len(given) > 1 else default)

    return read


def is_activation(plain: str) -> bool:
    """Whether a name is that of an activation; the function called linear is a product."""
    return plain in ACTIVATIONS and plain not in FUNCTIONS
