"""What PyTorch's modules with weights or settings come to as formulas: one function a kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import np
from backprop_tutor.programs.models.formulas import (
    Translation,
    Value,
    along,
    attended,
    convolved,
    dropped,
    linear,
    normalised,
    one,
    plain_name,
    pooled,
    recurrent,
    refused,
    same,
    scaled,
    stacked,
)
from backprop_tutor.text import T

MASK = T(
    "it is in training mode, and its mask is not known: give it as masks={{'{node}': mask}}, or call model.eval() first",
    "它处于训练模式，而遮罩未知：请用 masks={{'{node}': mask}} 给出，或先调用 model.eval()",
)
START = T(
    "it starts from a state other than zeros; here the state before the first step is zero",
    "它从非零的状态开始；这里第一步之前的状态是零",
)
OTHER_MASK = T(
    "its mask is another than the causal one, which hides the later positions",
    "它的遮罩不是因果遮罩（只遮住后面的位置）",
)


@frozen(eq=False)
class ModuleCall:
    """A call of a module: its path, the module, the arrays it takes, the masks of dropouts by path.

    `fixed` are arguments that depend on no example, as arrays, by their names or their places.
    """

    t: Translation
    name: str
    module: Any
    given: Sequence[Value]
    masks: Mapping[str, Any]
    fixed: Mapping[str | int, Any]

    @property
    def kind(self) -> str:
        """The class of the module."""
        return type(self.module).__name__

    @property
    def x(self) -> Value:
        """Its first input."""
        return self.given[0]

    def own(self, key: str) -> str | None:
        """The name of a parameter of its; None where it has none."""
        found = getattr(self.module, key, None)
        return None if found is None else self.t.parameter(f"{self.name}.{key}", found, moves=found.requires_grad)

    def plain(self, **settings: Any) -> None:
        """Raises TutorError for a setting that is another one."""
        for key, wanted in settings.items():
            same(self.name, self.kind, key, getattr(self.module, key, wanted), wanted)

    def one(self, key: str, missing: Any = None) -> Any:
        """A setting that is the same along every axis. Raises TutorError where it is not."""
        return one(self.name, self.kind, key, getattr(self.module, key, missing))


def _linear(call: ModuleCall) -> Value:
    return linear(call.t, call.x, str(call.own("weight")), call.own("bias"), call.module.out_features)


def _convolution(call: ModuleCall) -> Value:
    call.plain(groups=1, padding_mode="zeros")
    same(call.name, call.kind, "dilation", call.one("dilation"), 1)
    kernel = tuple(call.module.weight.shape)
    return convolved(
        call.t, call.x, kernel, str(call.own("weight")), call.own("bias"), call.one("stride"), call.one("padding")
    )


def _pooling(call: ModuleCall) -> Value:
    for key, wanted in (("padding", 0), ("ceil_mode", False), ("dilation", 1)):
        same(call.name, call.kind, key, call.one(key, wanted), wanted)
    return pooled(call.t, call.x, call.kind[:3].lower(), call.one("kernel_size"), call.one("stride"))


def _layer_norm(call: ModuleCall) -> Value:
    t, x, eps = call.t, call.x, call.module.eps
    same(call.name, call.kind, "normalized_shape", len(call.module.normalized_shape), 1)
    if call.kind == "RMSNorm":
        square = t.node(f"mean({x.text}^2, axis=-1, keepdim=1)", (*x.shape[:-1], 1))
        hat = f"{x.text} / sqrt({square.text} + {np.finfo(float).eps if eps is None else eps!r})"
    else:
        hat = normalised(t, x, None, eps)
    return scaled(t, x, hat, call.own("weight"), call.own("bias"), len(x.shape) - 1)


def _batch_norm(call: ModuleCall) -> Value:
    t, x, module = call.t, call.x, call.module
    if module.training or module.running_mean is None:
        hat = normalised(t, x, 0, module.eps)
    else:
        mean, var = (
            along(t.parameter(f"{call.name}.{key}", getattr(module, key), moves=False), x, 0)
            for key in ("running_mean", "running_var")
        )
        hat = f"({x.text} - {mean}) / sqrt({var} + {module.eps!r})"
    return scaled(t, x, hat, call.own("weight"), call.own("bias"), 0)


def _dropout(call: ModuleCall) -> Value:
    t, x, module = call.t, call.x, call.module
    if not module.training or not module.p:
        return x
    if call.name not in call.masks:
        raise refused(call.name, call.kind, MASK.format(node=call.name))
    return dropped(t, x, call.name, call.kind, call.masks[call.name], module.p)


def _embedding(call: ModuleCall) -> Value:
    call.plain(padding_idx=None, max_norm=None, scale_grad_by_freq=False)
    return call.t.node(f"embedding({call.own('weight')}, {call.x.text})", (*call.x.shape, call.module.embedding_dim))


def _recurrent(call: ModuleCall) -> tuple[Value, Value]:
    """All layers of a cell, each in one direction or in both, whose states stand beside one another."""
    t, x, module = call.t, call.x, call.module
    call.plain(batch_first=True, proj_size=0)
    if any(np.any(state) for state in call.fixed.values()):
        raise refused(call.name, call.kind, START)
    kind = module.nonlinearity if call.kind == "RNN" else call.kind
    units, ends = module.hidden_size, ("", "_reverse") if module.bidirectional else ("",)
    for layer in range(module.num_layers):
        directions = []
        for end in ends:
            W, U, b, c = (call.own(f"{key}_l{layer}{end}") for key in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
            directions.append(recurrent(t, x, (str(W), str(U), b, c), units, kind, backwards=bool(end)))
        states = directions[0]
        if len(ends) > 1:
            states = [t.node(f"concat({', '.join(pair)})", (2 * units,)).text for pair in zip(*directions, strict=True)]
        x = stacked(t, states, len(ends) * units)
    return x, Value(f"{x.text}[{x.shape[0]}]", x.shape[1:])


def _attention(call: ModuleCall) -> tuple[Value, Value]:
    module, t = call.module, call.t
    same(call.name, call.kind, "dropout", module.dropout if module.training else 0.0, 0.0)
    call.plain(batch_first=True, _qkv_same_embed_dim=True, bias_k=None, add_zero_attn=False)
    same(call.name, call.kind, "key_padding_mask", call.fixed.get("key_padding_mask"), None)
    W, b = f"{call.name}.out_proj.weight", f"{call.name}.out_proj.bias"
    bias = module.out_proj.bias
    out = t.parameter(W, module.out_proj.weight), None if bias is None else t.parameter(b, bias)
    inside = str(call.own("in_proj_weight")), call.own("in_proj_bias")
    found = attended(t, call.given[:3], *inside, out, module.num_heads, _is_causal(call))
    return found, found


def _is_causal(call: ModuleCall) -> bool:
    """Whether later positions are hidden. Raises TutorError where others are."""
    mask = call.fixed.get("attn_mask")
    if mask is None:
        return False
    hidden = mask if mask.dtype == bool else np.isneginf(mask)
    is_plain = mask.dtype == bool or not np.any(mask[~hidden])
    if hidden.ndim != 2 or not is_plain or not np.array_equal(hidden, np.triu(np.ones_like(hidden), 1)):
        raise refused(call.name, call.kind, OTHER_MASK)
    return True


MODULES: Mapping[str, Callable[[ModuleCall], Value | tuple[Value, ...]]] = {
    "Linear": _linear,
    **dict.fromkeys(("Conv1d", "Conv2d"), _convolution),
    **dict.fromkeys(("MaxPool1d", "MaxPool2d", "AvgPool1d", "AvgPool2d"), _pooling),
    **dict.fromkeys(("LayerNorm", "RMSNorm"), _layer_norm),
    **dict.fromkeys(("BatchNorm1d", "BatchNorm2d"), _batch_norm),
    "Dropout": _dropout,
    "Embedding": _embedding,
    **dict.fromkeys(("RNN", "LSTM", "GRU"), _recurrent),
    "MultiheadAttention": _attention,
}
"""The modules that are understood; those of activations and shapes are functions."""


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
