"""Models that are no chain of dense layers as graphs of arrays: each step of theirs as formulas of ours.

A step gets the names and shapes of what it takes, and adds nodes and parameters; examples are not in the shapes. PyTorch's
modules and functions, and the operators of ONNX, are tables over the same few formulas.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from backprop_tutor.errors import TutorError, visible
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import AnyArray, Array, np
from backprop_tutor.text import T

Shape: TypeAlias = tuple[int, ...]

NO_COUNTERPART = T(
    "'{node}' ({kind}) has no counterpart here: {why}",
    "'{node}'（{kind}）在这里没有对应：{why}",
)
SETTING = T("{name} is {value}, here it is {wanted}", "{name} 是 {value}，这里是 {wanted}")
ONE_SIDE = T("{name} is {value}; here it is the same along every axis", "{name} 是 {value}；这里各轴相同")
SHAPES = T("it takes {came}", "它的输入形状是 {came}")
MASK = T(
    "it is in training mode, and its mask is not known: give it as masks={{'{node}': mask}}, or call model.eval() first",
    "它处于训练模式，而遮罩未知：请用 masks={{'{node}': mask}} 给出，或先调用 model.eval()",
)


@frozen(slots=True)
class Value:
    """A value of the model: the name of our node, or a formula of it, and its shape without the examples."""

    text: str
    shape: Shape


class Translation:
    """The graph on its way: nodes, parameters in the order they are met, arrays beside each example."""

    def __init__(self, names: Mapping[str, str] | None = None) -> None:
        self.names = dict(names or {})
        self.nodes: dict[str, str] = {}
        self.parameters: dict[str, Array] = {}
        self.frozen: list[str] = []
        self.beside: dict[str, AnyArray] = {}

    def node(self, text: str, shape: Shape) -> Value:
        """A new node."""
        name = f"h{len(self.nodes) + 1}"
        self.nodes[name] = text
        return Value(name, shape)

    def parameter(self, path: str, value: Any, *, moves: bool = True) -> str:
        """A parameter by its name here; one that does not move is frozen."""
        name = self.names.setdefault(path, plain_name(path))
        if name not in self.parameters:
            self.parameters[name] = numbers(value)
            if not moves:
                self.frozen.append(name)
        return name

    def graph(self, inputs: Sequence[str]) -> dict[str, Any]:
        """The graph of a scenario, its parameters in the order of the names."""
        order = [name for name in self.names.values() if name in self.parameters]
        found = {"inputs": list(inputs), "nodes": self.nodes, "output": "L"}
        found["parameters"] = {name: self.parameters[name].tolist() for name in dict.fromkeys(order)}
        return {**found, **({"frozen": self.frozen} if self.frozen else {})}


def plain_name(path: str) -> str:
    """A path of a model as a name of ours: letters, digits and underscores."""
    name = "".join(c if c.isalnum() else "_" for c in path).strip("_")
    return name if name[:1].isalpha() else f"p{name}"


def torch_names(model: Any) -> dict[str, str]:
    """The names of a model's parameters: W1 and b1 for the weight and bias of its first module with parameters."""
    found, count = {}, 0
    for path, module in model.named_modules():
        own = [name for name, _ in module.named_parameters(recurse=False)]
        count += bool(own)
        for name in own:
            whole = f"{path}.{name}" if path else name
            found[whole] = {"weight": f"W{count}", "bias": f"b{count}"}.get(name, plain_name(whole))
    return found


def numbers(value: Any) -> Array:
    """An array of a framework as floats."""
    if hasattr(value, "detach"):
        value = value.detach().cpu()
    return np.asarray(value, dtype=float)


def refused(node: str, kind: str, why: T) -> TutorError:
    """The error of a step that has no counterpart."""
    return TutorError(NO_COUNTERPART.format(node=visible(node), kind=visible(kind), why=why))


def same(node: str, kind: str, key: str, value: Any, wanted: Any) -> None:
    """Raises TutorError where a setting has a value that has no counterpart."""
    if value != wanted:
        raise refused(node, kind, SETTING.format(name=key, value=visible(str(value)), wanted=wanted))


def one(node: str, kind: str, key: str, value: Any) -> Any:
    """A setting that is the same along every axis. Raises TutorError where it is not."""
    if not isinstance(value, tuple | list):
        return value
    if len(set(value)) > 1:
        raise refused(node, kind, ONE_SIDE.format(name=key, value=visible(str(value))))
    return value[0]


# formulas


def linear(t: Translation, x: Value, W: str, b: str | None, units: int) -> Value:
    """W x + b; of a sequence at every step alike."""
    product = f"{W} @ {x.text}" if len(x.shape) == 1 else f"{x.text} @ {W}.T"
    return t.node(product + (f" + {b}" if b else ""), (*x.shape[:-1], units))


def normalised(t: Translation, x: Value, kept: int | None, eps: float) -> str:
    """(x − mean)/√(var + ε), along the last axis or, for a batch, over examples and all axes but one."""

    def mean(text: str) -> str:
        if kept is None:
            return f"mean({text}, axis=-1, keepdim=1)"
        for axis in range(len(x.shape)):
            if axis != kept:
                text = f"mean({text}, axis={axis + 1}, keepdim=1)"
        return f"batch_mean({text})"

    shape = tuple(1 if (i == len(x.shape) - 1) == (kept is None) and i != kept else n for i, n in enumerate(x.shape))
    centre = t.node(mean(x.text), shape)
    away = f"({x.text} - {centre.text})"
    spread = t.node(mean(f"{away}^2"), shape)
    return f"{away} / sqrt({spread.text} + {eps!r})"


def along(name: str, x: Value, axis: int) -> str:
    """A parameter of one number a unit or channel, so that it meets them along their axis."""
    sides = len(x.shape) - axis - 1
    return f"reshape({name}, {x.shape[axis]}{', 1' * sides})" if sides else name


def scaled(t: Translation, x: Value, hat: str, gain: str | None, shift: str | None, axis: int) -> Value:
    """gain · x̂ + shift."""
    xhat = t.node(hat, x.shape)
    text = f"{along(gain, x, axis)} * {xhat.text}" if gain else xhat.text
    return t.node(text + (f" + {along(shift, x, axis)}" if shift else ""), x.shape)


def convolved(t: Translation, x: Value, out: Shape, kernel: str, bias: str | None, stride: int, padding: int) -> Value:
    """A convolution with its bias for each channel."""
    axes = len(x.shape) - 1
    beside = f" + reshape({bias}, {out[0]}{', 1' * axes})" if bias else ""
    return t.node(f"conv{axes}d({x.text}, {kernel}, stride={stride}, padding={padding}){beside}", out)


def recurrent(
    t: Translation,
    x: Value,
    weights: tuple[str, str, str | None, str | None],
    units: int,
    kind: str,
) -> Value:
    """All steps of a cell over a sequence, its gates in one matrix as the frameworks keep them."""
    W, U, b, c = weights
    h, memory, states = "", "", list[str]()
    gates = {"LSTM": 4, "GRU": 3}.get(kind, 1)
    for step in range(1, x.shape[0] + 1):
        below = t.node(f"{W} @ {x.text}[{step}]" + (f" + {b}" if b else ""), (gates * units,)).text
        before = [part for part in (f"{U} @ {h}" if h else "", c or "") if part]
        state = t.node(" + ".join(before), (gates * units,)).text if before else ""

        def part(k: int, f: str, below: str = below, state: str = state) -> str:
            places = f"[{k * units + 1}:{(k + 1) * units}]"
            inside = f"{below}{places}" + (f" + {state}{places}" if state else "")
            return t.node(f"{f}({inside})", (units,)).text

        match kind:
            case "LSTM":
                i, f, g, o = (part(k, "tanh" if k == 2 else "sigmoid") for k in range(4))
                memory = t.node((f"{f} * {memory} + " if memory else "") + f"{i} * {g}", (units,)).text
                h = t.node(f"{o} * tanh({memory})", (units,)).text
            case "GRU":
                r, z = part(0, "sigmoid"), part(1, "sigmoid")
                last = f"[{2 * units + 1}:{3 * units}]"
                inside = f"{below}{last}" + (f" + {r} * {state}{last}" if state else "")
                n = t.node(f"tanh({inside})", (units,)).text
                h = t.node(f"(1 - {z}) * {n}" + (f" + {z} * {h}" if h else ""), (units,)).text
            case _:
                h = part(0, kind)
        states.append(h)
    return t.node(f"stack({', '.join(states)})", (x.shape[0], units))


def attended(
    t: Translation, given: Sequence[Value], W: str, b: str | None, out: tuple[str, str | None], heads: int, causal: bool
) -> Value:
    """Attention of several heads, the projections of queries, keys and values in one matrix."""
    units = given[0].shape[-1]
    each = [
        t.node(
            f"{x.text} @ {W}[{k * units + 1}:{(k + 1) * units}].T"
            + (f" + {b}[{k * units + 1}:{(k + 1) * units}]" if b else ""),
            x.shape,
        )
        for k, x in enumerate(given)
    ]
    size, outputs = units // heads, list[str]()
    for head in range(heads):
        columns = f"[:, {head * size + 1}:{(head + 1) * size}]"
        q, k, v = (f"{part.text}{columns}" for part in each)
        scores = f"{q} @ ({k}).T / sqrt({size})"
        s = t.node(f"causal({scores})" if causal else scores, (given[0].shape[0], given[1].shape[0]))
        p = t.node(f"softmax({s.text})", s.shape)
        outputs.append(t.node(f"{p.text} @ {v}", (given[0].shape[0], size)).text)
    joined = (
        t.node(f"concat({', '.join(outputs)}, axis=2)", given[0].shape)
        if heads > 1
        else Value(outputs[0], given[0].shape)
    )
    return linear(t, joined, *out, units)


# PyTorch


def _plain(name: str, module: Any, **settings: Any) -> None:
    """Raises TutorError for a setting of a module that is another one."""
    for key, wanted in settings.items():
        same(name, type(module).__name__, key, getattr(module, key, wanted), wanted)


def torch_module(
    t: Translation, name: str, module: Any, given: Sequence[Value], masks: Mapping[str, Any], **options: Any
) -> Value | tuple[Value, ...] | None:
    """A module of PyTorch that has weights or settings; None for one that has neither."""
    kind, x = type(module).__name__, given[0]

    def own(key: str) -> str | None:
        found = getattr(module, key, None)
        return None if found is None else t.parameter(f"{name}.{key}", found, moves=found.requires_grad)

    match kind:
        case "Linear":
            return linear(t, x, str(own("weight")), own("bias"), module.out_features)
        case "Conv1d" | "Conv2d":
            _plain(name, module, groups=1, padding_mode="zeros")
            same(name, kind, "dilation", one(name, kind, "dilation", module.dilation), 1)
            stride, padding = (one(name, kind, key, getattr(module, key)) for key in ("stride", "padding"))
            size = module.kernel_size
            sides = tuple((n + 2 * padding - k) // stride + 1 for n, k in zip(x.shape[1:], size, strict=True))
            return convolved(t, x, (module.out_channels, *sides), str(own("weight")), own("bias"), stride, padding)
        case "MaxPool1d" | "MaxPool2d" | "AvgPool1d" | "AvgPool2d":
            for key, wanted in (("padding", 0), ("ceil_mode", False), ("dilation", 1)):
                same(name, kind, key, one(name, kind, key, getattr(module, key, wanted)), wanted)
            size, stride = (one(name, kind, key, getattr(module, key)) for key in ("kernel_size", "stride"))
            sides = tuple((n - size) // stride + 1 for n in x.shape[1:])
            return t.node(
                f"{kind[:3].lower()}_pool{kind[-2:]}({x.text}, {size}, stride={stride})", (x.shape[0], *sides)
            )
        case "LayerNorm" | "RMSNorm":
            same(name, kind, "normalized_shape", len(module.normalized_shape), 1)
            eps = module.eps if module.eps is not None else 2.0**-52
            if kind == "RMSNorm":
                square = t.node(f"mean({x.text}^2, axis=-1, keepdim=1)", (*x.shape[:-1], 1))
                hat = f"{x.text} / sqrt({square.text} + {eps!r})"
            else:
                hat = normalised(t, x, None, eps)
            return scaled(t, x, hat, own("weight"), own("bias"), len(x.shape) - 1)
        case "BatchNorm1d" | "BatchNorm2d":
            axis = 0
            if module.training or module.running_mean is None:
                hat = normalised(t, x, axis, module.eps)
            else:
                mean, var = (
                    t.parameter(f"{name}.{key}", getattr(module, key), moves=False)
                    for key in ("running_mean", "running_var")
                )
                hat = f"({x.text} - {along(mean, x, axis)}) / sqrt({along(var, x, axis)} + {module.eps!r})"
            return scaled(t, x, hat, own("weight"), own("bias"), axis)
        case "Dropout":
            if not module.training or not module.p:
                return x
            if name not in masks:
                raise refused(name, kind, MASK.format(node=name))
            mask = f"mask{len(t.beside) + 1}"
            t.beside[mask] = (numbers(masks[name]) != 0).astype(float)
            return t.node(f"{x.text} * {mask} / {1 - module.p!r}", x.shape)
        case "Embedding":
            _plain(name, module, padding_idx=None, max_norm=None, scale_grad_by_freq=False)
            return t.node(f"embedding({own('weight')}, {x.text})", (*x.shape, module.embedding_dim))
        case "RNN" | "LSTM" | "GRU":
            _plain(name, module, batch_first=True, bidirectional=False, proj_size=0)
            if len(given) > 1:
                raise refused(name, kind, SETTING.format(name="h0", value="?", wanted="0"))
            used = module.nonlinearity if kind == "RNN" else kind
            for layer in range(module.num_layers):
                weights = [own(f"{key}_l{layer}") for key in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
                x = recurrent(
                    t, x, (str(weights[0]), str(weights[1]), weights[2], weights[3]), module.hidden_size, used
                )
            last = Value(f"{x.text}[{x.shape[0]}]", x.shape[1:])
            return x, last
        case "MultiheadAttention":
            same(name, kind, "dropout", module.dropout if module.training else 0.0, 0.0)
            _plain(name, module, batch_first=True, _qkv_same_embed_dim=True, bias_k=None, add_zero_attn=False)
            for key in ("attn_mask", "key_padding_mask"):
                if options.get(key) is not None and not (key == "attn_mask" and options.get("is_causal")):
                    raise refused(name, kind, SETTING.format(name=key, value="?", wanted=None))
            bias = module.out_proj.bias
            out = (
                t.parameter(f"{name}.out_proj.weight", module.out_proj.weight),
                None if bias is None else t.parameter(f"{name}.out_proj.bias", bias),
            )
            found = attended(
                t,
                given,
                str(own("in_proj_weight")),
                own("in_proj_bias"),
                out,
                module.num_heads,
                bool(options.get("is_causal")),
            )
            return found, found
        case _:
            return None


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


def torch_call(
    t: Translation, plain: str, given: Sequence[Any], options: Mapping[str, Any], shape: Shape, module: Any
) -> Any:
    """A function or method of PyTorch, its name without underlines; None for one that has no counterpart."""
    x = given[0] if given else None
    if plain in BETWEEN and len(given) == 2:
        left, right = (each.text if isinstance(each, Value) else repr(each) for each in given)
        return t.node(f"{left} {BETWEEN[plain]} {right}", shape)
    if plain == "getitem" and isinstance(x, tuple):
        return x[given[1]]
    if plain == "getitem" and isinstance(x, Value):
        return _picked(t, x, given[1], shape)
    if plain in ("size", "dim") or not isinstance(x, Value):
        return _joined(t, plain, given, options, shape)
    if plain in ALONE:
        return t.node(ALONE[plain].format(x=x.text), shape)
    if plain in ("flatten", "view", "reshape", "squeeze", "unsqueeze"):
        sizes = ", ".join(map(str, shape))
        return t.node(f"reshape({x.text}, {sizes})" if shape else f"sum({x.text})", shape)
    if plain in ("mean", "sum"):
        axis = options.get("dim", given[1] if len(given) > 1 else None)
        kept = ", keepdim=1" if options.get("keepdim") else ""
        return t.node(f"{plain}({x.text}, axis={axis}{kept})", shape) if isinstance(axis, int) and axis else None
    if plain in ("transpose", "permute") and len(x.shape) == 2:
        return t.node(f"{x.text}.T", shape)
    return x if plain in ("contiguous", "float", "double", "dropout", "detach", "to") else None


def _joined(t: Translation, plain: str, given: Sequence[Any], options: Mapping[str, Any], shape: Shape) -> Any:
    """Arrays put together; a number of the shape, such as the count of the examples, is no array."""
    if plain in ("size", "dim"):
        return given[0].shape
    if plain in ("cat", "concat", "stack") and given and isinstance(given[0], list | tuple):
        axis = options.get("dim", given[1] if len(given) > 1 else 0)
        name = "stack" if plain == "stack" else "concat"
        parts = ", ".join(each.text for each in given[0])
        return t.node(f"{name}({parts}, axis={axis})", shape) if axis else None
    return None


def _picked(t: Translation, x: Value, index: Any, shape: Shape) -> Any:
    """``h[:, -1]`` and the like: everything of the examples, elements or ranges of the other axes."""
    places = index if isinstance(index, tuple) else (index,)
    if not places or places[0] != slice(None):
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
    return t.node(f"{x.text}[{', '.join(written)}]", shape) if written else x
