"""A model of Keras as a scenario: its layers as formulas, one function a kind.

Images have their channels in front here, in Keras behind; sequences are steps by units in both. All weights but the kernels
of convolutions keep Keras's order of axes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import Array, np
from backprop_tutor.programs.models.chain import (
    ACTIVATIONS,
    CONSTANTS,
    SKIPPED,
    Part,
    activation_keys,
    called,
    is_network,
    network_description,
)
from backprop_tutor.programs.models.formulas import (
    SETTING,
    Translation,
    Value,
    along,
    convolved,
    dropped,
    normalised,
    numbers,
    one,
    pooled,
    recurrent,
    refused,
    same,
    scaled,
    stacked,
)
from backprop_tutor.programs.models.losses import LossOf, graph_description
from backprop_tutor.text import T

KNOWN = T("understood are {names}", "能识别 {names}")
MASK = T(
    "it drops units in training, and its mask is not known: give it as masks={{'{node}': mask}}, or leave training=True out",
    "它在训练时会丢弃单元，而遮罩未知：请用 masks={{'{node}': mask}} 给出，或不写 training=True",
)
UNEVEN = T("its padding 'same' is not the same at both ends here", "它的 'same' 填充在两端不一样多")
IMAGES = T("it is along the channels of an image", "它沿图像的通道方向")
NESTED = T("it is a model of its own; use its layers directly", "它本身是一个模型；请直接使用其中的各层")
LETTERS = {
    "kernel": "W", "bias": "b", "recurrent_kernel": "U", "embeddings": "W", "gamma": "gain", "beta": "shift",
    "moving_mean": "mean", "moving_variance": "var",
}  # fmt: skip
LEAKY = 0.2
"""The slope below 0 of Keras's function; that of its layer is 0.3 unless said otherwise."""


def keras_description(
    model: Any, x: Any, y: Any, loss: LossOf, rate: float, title: str, masks: Mapping[str, Any], training: bool
) -> dict[str, Any]:
    """The scenario of a model on these examples: a network where it is a chain of Dense layers, else a graph of arrays.

    Raises TutorError for what has no counterpart: which layer, and why.
    """
    inputs = numbers(x)
    if not model.built:
        model(inputs)
    parts = [part for layer in model.layers for part in _parts(layer, training)]
    chain = [part for part in parts if part is not None]
    if len(chain) == len(parts) and loss.of_networks and is_network(chain) and _is_sequential(model):
        return network_description(chain, x, y, loss, rate, title)
    walk = _Walk(Translation(_names(model), len(inputs)), masks, training)
    out = walk.value(getattr(model, "_functional", model).outputs[0])
    if walk.has_ids:
        inputs = np.asarray(x).astype(int)
    elif inputs.ndim == 4:
        inputs = np.moveaxis(inputs, -1, 1)
    return graph_description(walk.t, out, inputs, y, loss, rate, title)


def _is_sequential(model: Any) -> bool:
    """Whether each layer takes what the one before it gives."""
    return all(len(node.input_tensors) <= 1 for layer in model.layers for node in layer._inbound_nodes) and all(
        len(layer._outbound_nodes) <= 1 for layer in model.layers
    )


def _parts(layer: Any, training: bool) -> Iterator[Part | None]:
    """A layer as steps of a chain; None for one that is none of it."""
    kind, name = type(layer).__name__, str(layer.name)
    plain = _activation_name(layer) if kind in ("Dense", "Activation") else kind.lower()
    if kind.lower() in SKIPPED:
        yield from [None] * (training and kind not in ("Flatten", "InputLayer"))
        return
    if plain not in ACTIVATIONS or (kind == "Softmax" and layer.axis != -1):
        yield None
        return
    if kind == "Dense":
        weights = [numbers(each) for each in layer.get_weights()]
        yield Part(name, weights[0].T, weights[1] if len(weights) > 1 else None)
    if kind != "Dense" or ACTIVATIONS[plain] != "identity":
        yield Part(name, keys=activation_keys(plain, _setting(layer)))


def _setting(layer: Any) -> Callable[[str, Any], Any]:
    """Reads a setting of an activation, of a layer that has one of its own."""
    return lambda key, default: getattr(layer, key, LEAKY if key == CONSTANTS["leaky_relu"] else default)


def _activation_name(layer: Any, key: str = "activation") -> str:
    """The activation of a layer, without capitals and underlines."""
    called = getattr(layer, key, None)
    return str(getattr(called, "__name__", "linear")).replace("_", "").lower()


def _names(model: Any) -> dict[str, str]:
    """The names of a model's weights, in their order: W1, b1 of the first layer that has some."""
    found: dict[str, str] = {}
    count = 0
    for layer in model.layers:
        count += bool(layer.weights)
        for weight in layer.weights:
            part = weight.path.rsplit("/", 1)[-1]
            end = "r" if "/backward_" in weight.path else ""
            found[weight.path] = f"{LETTERS.get(part, part)}{count}{end}"
    return found


@frozen(eq=False)
class LayerCall:
    """A call of a layer: the layer, the values it takes, and the arguments that are numbers."""

    walk: _Walk
    layer: Any
    given: Sequence[Value]
    constants: Sequence[float]

    @property
    def t(self) -> Translation:
        """The graph on its way."""
        return self.walk.t

    @property
    def x(self) -> Value:
        """Its first input."""
        return self.given[0]

    @property
    def name(self) -> str:
        """The name of the layer."""
        return str(self.layer.name)

    @property
    def kind(self) -> str:
        """The class of the layer."""
        return type(self.layer).__name__

    def own(self, weight: Any, array: Array | None = None, *, moves: bool = True) -> str | None:
        """The name of a weight; None where there is none. `array` are its numbers in another order."""
        if weight is None:
            return None
        moves = moves and bool(weight.trainable)
        return self.t.parameter(weight.path, numbers(weight.numpy()) if array is None else array, moves=moves)

    def one(self, key: str) -> Any:
        """A setting that is the same along every axis. Raises TutorError where it is not."""
        return one(self.name, self.kind, key, getattr(self.layer, key))

    def plain(self, of: Any = None, **settings: Any) -> None:
        """Raises TutorError for a setting that is another one."""
        for key, wanted in settings.items():
            same(self.name, self.kind, key, getattr(of or self.layer, key, wanted), wanted)

    def activated(self, z: Value) -> Value:
        """The activation of the layer, of z."""
        return self.applied(_activation_name(self.layer), z)

    def applied(self, plain: str, z: Value) -> Value:
        """An activation by its name. Raises TutorError for one that is not known."""
        if plain not in ACTIVATIONS:
            raise refused(self.name, plain, KNOWN.format(names=", ".join(sorted({*ACTIVATIONS.values(), *LAYERS}))))
        name = ACTIVATIONS[plain]
        if name == "identity":
            return z
        if name == "softmax" and len(z.shape) == 3:
            raise refused(self.name, "softmax", IMAGES)
        return self.t.node(called(activation_keys(plain, _setting(self.layer)), z.text), z.shape)


class _Walk:
    """What each layer of a model gives, from its outputs back to its input."""

    def __init__(self, t: Translation, masks: Mapping[str, Any], training: bool) -> None:
        self.t, self.masks, self.training = t, masks, training
        self.made: dict[tuple[int, int], Value] = {}
        self.has_ids = False

    def value(self, tensor: Any) -> Value:
        """A tensor of the model. Raises TutorError for what has no counterpart."""
        layer, place, _ = tensor._keras_history
        key = id(layer), place
        if key not in self.made:
            self.made[key] = self._made(layer, layer._inbound_nodes[place])
        return self.made[key]

    def _made(self, layer: Any, node: Any) -> Value:
        kind, plain = type(layer).__name__, type(layer).__name__.lower()
        if kind == "InputLayer":
            *shape, last = layer.output.shape[1:]
            return Value("x", (last, *shape) if len(shape) == 2 else (*shape, last))
        if hasattr(layer, "layers"):
            raise refused(str(layer.name), kind, NESTED)
        given = [self.value(each) for each in node.input_tensors]
        if kind == "Embedding":
            self.has_ids = True
        call = LayerCall(self, layer, given, [each for each in node.arguments.args if isinstance(each, int | float)])
        if kind in LAYERS:
            return LAYERS[kind](call)
        return call.applied(plain, call.x)


def _dense(call: LayerCall) -> Value:
    x, layer = call.x, call.layer
    if len(x.shape) == 3:
        raise refused(call.name, call.kind, IMAGES)
    W, b = call.own(layer.kernel), call.own(layer.bias)
    z = call.t.node(f"{x.text} @ {W}" + (f" + {b}" if b else ""), (*x.shape[:-1], layer.units))
    return call.activated(z)


def _convolution(call: LayerCall) -> Value:
    t, x, layer = call.t, call.x, call.layer
    call.plain(groups=1, data_format="channels_last")
    same(call.name, call.kind, "dilation_rate", call.one("dilation_rate"), 1)
    stride, sizes = call.one("strides"), layer.kernel_size
    if layer.padding not in ("valid", "same") or (
        layer.padding == "same" and (stride > 1 or any(n % 2 == 0 for n in sizes))
    ):
        raise refused(call.name, call.kind, UNEVEN)
    padding = 0 if layer.padding == "valid" else one(call.name, call.kind, "kernel_size", sizes) // 2
    turned = np.moveaxis(numbers(layer.kernel.numpy()), (-1, -2), (0, 1))
    kernel, bias = call.own(layer.kernel, turned), call.own(layer.bias)
    first = Value(f"({x.text}).T", x.shape[::-1]) if len(sizes) == 1 else x
    z = convolved(t, first, turned.shape, str(kernel), bias, stride, padding)
    return call.activated(_turned(call, z) if len(sizes) == 1 else z)


def _turned(call: LayerCall, x: Value) -> Value:
    """Steps by channels for channels by steps."""
    return call.t.node(f"{x.text}.T", x.shape[::-1])


def _pooling(call: LayerCall) -> Value:
    x, layer = call.x, call.layer
    call.plain(data_format="channels_last")
    size, stride = call.one("pool_size"), call.one("strides")
    sides = x.shape[1:] if len(x.shape) == 3 else x.shape[:1]
    if layer.padding != "valid" and any(n % stride or size != stride for n in sides):
        raise refused(call.name, call.kind, UNEVEN)
    first = x if len(x.shape) == 3 else Value(f"({x.text}).T", x.shape[::-1])
    found = pooled(call.t, first, "max" if call.kind.startswith("Max") else "avg", size, stride)
    return found if len(x.shape) == 3 else _turned(call, found)


def _global_mean(call: LayerCall) -> Value:
    x = call.x
    call.plain(keepdims=False)
    if len(x.shape) == 2:
        return call.t.node(f"mean({x.text}, axis=1)", x.shape[1:])
    return call.t.node(f"mean(reshape({x.text}, {x.shape[0]}, {x.shape[1] * x.shape[2]}), axis=2)", x.shape[:1])


def _flattened(call: LayerCall) -> Value:
    """In Keras's order: the channels of a place beside one another."""
    x, count = call.x, int(np.prod(call.x.shape))
    inner = f"(reshape({x.text}, {x.shape[0]}, {count // x.shape[0]})).T" if len(x.shape) == 3 else x.text
    return call.t.node(f"reshape({inner}, {count})", (count,))


def _normalisation(call: LayerCall) -> Value:
    t, x, layer = call.t, call.x, call.layer
    is_batch, is_image = call.kind == "BatchNormalization", len(x.shape) == 3
    axis = layer.axis if isinstance(layer.axis, int) else one(call.name, call.kind, "axis", list(layer.axis))
    same(call.name, call.kind, "axis", axis, -1 if axis == -1 else len(x.shape))
    units = 0 if is_image else len(x.shape) - 1
    if not is_batch and is_image:
        raise refused(call.name, call.kind, IMAGES)
    if is_batch and not call.walk.training:
        mean, var = (
            along(str(call.own(each, moves=False)), x, units) for each in (layer.moving_mean, layer.moving_variance)
        )
        hat = f"({x.text} - {mean}) / sqrt({var} + {layer.epsilon!r})"
    else:
        hat = normalised(t, x, units if is_batch else None, layer.epsilon)
    return scaled(t, x, hat, call.own(layer.gamma), call.own(layer.beta), units)


def _dropout(call: LayerCall) -> Value:
    x, rate = call.x, call.layer.rate
    if not call.walk.training or not rate:
        return x
    if call.name not in call.walk.masks:
        raise refused(call.name, call.kind, MASK.format(node=call.name))
    return dropped(call.t, x, call.name, call.kind, call.walk.masks[call.name], rate, channels_last=True)


def _embedding(call: LayerCall) -> Value:
    call.plain(mask_zero=False)
    return call.t.node(
        f"embedding({call.own(call.layer.embeddings)}, {call.x.text})", (*call.x.shape, call.layer.output_dim)
    )


def _recurrent(call: LayerCall) -> Value:
    return _handed_on(call, call.layer, _states(call, call.layer))


def _bidirectional(call: LayerCall) -> Value:
    """The states of both directions beside one another."""
    layer = call.layer
    same(call.name, call.kind, "merge_mode", layer.merge_mode, "concat")
    one_way, other = (_states(call, each) for each in (layer.forward_layer, layer.backward_layer))
    units = 2 * layer.forward_layer.units
    if not layer.return_sequences:
        return call.t.node(f"concat({one_way[-1]}, {other[0]})", (units,))
    pairs = [call.t.node(f"concat({a}, {b})", (units,)).text for a, b in zip(one_way, other, strict=True)]
    return stacked(call.t, pairs, units)


def _states(call: LayerCall, layer: Any) -> list[str]:
    kind, cell = type(layer).__name__, layer.cell
    if kind not in CELLS or len(call.given) > 1:
        raise refused(call.name, kind, SETTING.format(name="initial_state", value="?", wanted="0"))
    activation = _activation_name(layer)
    if kind != "SimpleRNN":
        same(call.name, kind, "activation", activation, "tanh")
        same(call.name, kind, "recurrent_activation", _activation_name(layer, "recurrent_activation"), "sigmoid")
    call.plain(layer, return_state=False, stateful=False, dropout=0.0, recurrent_dropout=0.0)
    W, U, b = call.own(cell.kernel), call.own(cell.recurrent_kernel), call.own(cell.bias)
    first, second = b, None
    if kind == "GRU":
        call.plain(layer, reset_after=True)
        first, second = (f"{b}[1]", f"{b}[2]") if b else (None, None)
    called = {"SimpleRNN": ACTIVATIONS.get(activation, activation), "GRU": "GRU, update first"}.get(kind, kind)
    return recurrent(call.t, call.x, (f"{W}.T", f"{U}.T", first, second), layer.units, called, bool(layer.go_backwards))


CELLS = frozenset({"SimpleRNN", "LSTM", "GRU"})


def _handed_on(call: LayerCall, layer: Any, states: Sequence[str]) -> Value:
    """All states, or the one that was made last; backwards they come in the order in which they were made."""
    made = states[::-1] if layer.go_backwards else states
    return stacked(call.t, made, layer.units) if layer.return_sequences else Value(made[-1], (layer.units,))


def _between(sign: str) -> Callable[[LayerCall], Value]:
    def made(call: LayerCall) -> Value:
        sides = [each.text for each in call.given] + [repr(each) for each in call.constants]
        return call.t.node(f" {sign} ".join(sides), call.x.shape)

    return made


def _joined(call: LayerCall) -> Value:
    rank = len(call.x.shape)
    axis = getattr(call.layer, "axis", -1)
    own = axis if axis > 0 else rank + 1 + axis
    own = 1 if rank == 3 and own == 3 else own + (rank == 3)
    shape = [*call.x.shape]
    shape[own - 1] = sum(each.shape[own - 1] for each in call.given)
    return call.t.node(f"concat({', '.join(each.text for each in call.given)}, axis={own})", tuple(shape))


LAYERS: Mapping[str, Callable[[LayerCall], Value]] = {
    "Dense": _dense,
    "Activation": lambda call: call.activated(call.x),
    **dict.fromkeys(("Conv1D", "Conv2D"), _convolution),
    **dict.fromkeys(("MaxPooling1D", "MaxPooling2D", "AveragePooling1D", "AveragePooling2D"), _pooling),
    **dict.fromkeys(("GlobalAveragePooling1D", "GlobalAveragePooling2D"), _global_mean),
    "Flatten": _flattened,
    **dict.fromkeys(("BatchNormalization", "LayerNormalization"), _normalisation),
    "Dropout": _dropout,
    "Embedding": _embedding,
    **dict.fromkeys(CELLS, _recurrent),
    "Bidirectional": _bidirectional,
    "Add": _between("+"),
    "Subtract": _between("-"),
    "Multiply": _between("*"),
    "Concatenate": _joined,
}
"""The layers that are understood, beside those that are an activation."""
