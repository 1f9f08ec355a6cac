"""Layers over sequences: embedding, recurrent cells, attention, and what leads on to a layer of units.

A sequence is (steps, units). A recurrent layer writes a node for each step, so that every step has its figures and its
derivative. In the contract's names they are one array with the steps as its first axis: h2[step,unit].
"""

from __future__ import annotations

from backprop_tutor.graph.ops.operation import words
from backprop_tutor.layers.kind import UNITS, Emission, Flow, Kind, LayerError
from backprop_tutor.layers.units import WEIGHTS, count
from backprop_tutor.text import T

OTHER_SHAPE = T(
    "the layers inside give {came}, but their input is {wanted}, to which it is added",
    "内部各层给出{came}，而要与之相加的输入是{wanted}",
)
SEQUENCE = T("steps of units", "由单元组成的各步")
IDS = T("ids, which {tokens: N, vocabulary: N} as inputs gives", "编号，由 inputs: {tokens: N, vocabulary: N} 给出")
RECURRENT = T("units, units", "单元数、单元数")
ROWS = T("ids, units", "编号数、单元数")
HEADS = T("{units} units cannot be shared by {heads} heads alike", "{units} 个单元无法平均分给 {heads} 个头")


def _sequence(layer: Emission) -> Flow:
    """What comes from below, where it is a sequence. Raises LayerError where not."""
    if not layer.below.steps:
        raise layer.refuse_input(SEQUENCE)
    return layer.below


def _embedding(layer: Emission) -> Flow:
    if not layer.below.vocabulary:
        raise layer.refuse_input(IDS)
    rows = layer.weights((layer.below.vocabulary, count(layer.get("units"))), ROWS)
    return layer.flow(layer.node("a", f"embedding({rows}, {layer.below.text})"), steps=True)


def _mean_over_steps(layer: Emission) -> Flow:
    return layer.flow(layer.node("a", f"mean({_sequence(layer).text}, axis=1)"))


def _last_step(layer: Emission) -> Flow:
    below = _sequence(layer)
    return layer.flow(layer.node("a", below.step(below.shape[0])))


def _handed_on(layer: Emission, names: list[str]) -> Flow:
    """All steps as one array, or the last alone, as `return:` says."""
    shape = layer.builder.shapes[names[-1]]
    if layer.get("return", "all") == "all":
        return Flow(f"stack({', '.join(names)})", (len(names), *shape), steps=True, each=tuple(names))
    return Flow(names[-1], shape)


def _start(layer: Emission, letter: str = "h", key: str = "start") -> str:
    """The state before the first step, a constant; empty where nothing is said, which is zero.

    With a single step the zeros are written: without them nothing would use the weights of the state.
    """
    if layer.get(key) is None and layer.below.shape[0] > 1:
        return ""
    return layer.constant(letter, (count(layer.get("units")),), key, "0")


def _rnn(layer: Emission) -> Flow:
    below, units = _sequence(layer), count(layer.get("units"))
    wx = layer.parameter("Wx", (units, below.units), WEIGHTS, "weights")
    wh = layer.parameter("Wh", (units, units), RECURRENT, "recurrent")
    bias, earlier = layer.bias(units), _start(layer)
    names: list[str] = []
    for step in range(1, below.shape[0] + 1):
        recurrent = f" + {wh} @ {earlier}" if earlier else ""
        z = layer.node("z", f"{wx} @ {below.step(step)}{recurrent}{bias}", step)
        earlier = layer.activated(z, "h", "tanh", step)
        names.append(earlier)
    return _handed_on(layer, names)


def _gate(layer: Emission, gate: str) -> tuple[str, str, str]:
    """The weights of a gate from below and from the state before, and its bias or nothing."""
    units = count(layer.get("units"))
    wx = layer.parameter(f"Wx{gate}", (units, layer.below.units), WEIGHTS, "weights", gate)
    wh = layer.parameter(f"Wh{gate}", (units, units), RECURRENT, "recurrent", gate)
    bias = "" if layer.get("bias") is None else " + " + layer.parameter(f"b{gate}", (units,), UNITS, "bias", gate)
    return wx, wh, bias


def _lstm(layer: Emission) -> Flow:
    """i, f, o = σ(...), g = tanh(...), c = f c' + i g, h = o tanh(c)."""
    below, gates = _sequence(layer), {gate: _gate(layer, gate) for gate in "ifgo"}
    h, c = _start(layer), _start(layer, "c", "start_cell")
    names: list[str] = []
    for step in range(1, below.shape[0] + 1):
        made: dict[str, str] = {}
        for gate, (wx, wh, bias) in gates.items():
            recurrent = f" + {wh} @ {h}" if h else ""
            function = "tanh" if gate == "g" else "sigmoid"
            made[gate] = layer.node(gate, f"{function}({wx} @ {below.step(step)}{recurrent}{bias})", step)
        kept = f"{made['f']} * {c} + " if c else ""
        c = layer.node("c", f"{kept}{made['i']} * {made['g']}", step)
        h = layer.node("h", f"{made['o']} * tanh({c})", step)
        names.append(h)
    return _handed_on(layer, names)


def _gru(layer: Emission) -> Flow:
    """r, u = σ(...), n = tanh(Wx x + b + r (Wh h')), h = (1 − u) n + u h'; the reset on the product, as PyTorch does."""
    below, gates = _sequence(layer), {gate: _gate(layer, gate) for gate in "run"}
    h = _start(layer)
    names: list[str] = []
    for step in range(1, below.shape[0] + 1):
        made: dict[str, str] = {}
        for gate, (wx, wh, bias) in gates.items():
            recurrent = f"({wh} @ {h})" if h else ""
            reset = f"{made['r']} * " if gate == "n" else ""
            inside = f"{wx} @ {below.step(step)}{f' + {reset}{recurrent}' if h else ''}{bias}"
            made[gate] = layer.node(gate, f"{'tanh' if gate == 'n' else 'sigmoid'}({inside})", step)
        kept = f" + {made['u']} * {h}" if h else ""
        h = layer.node("h", f"(1 - {made['u']}) * {made['n']}{kept}", step)
        names.append(h)
    return _handed_on(layer, names)


def _attention(layer: Emission) -> Flow:
    """Q = x Wqᵀ, K = x Wkᵀ, V = x Wvᵀ; S = Q Kᵀ/√d, P = softmax of each row, O = P V; head by head."""
    below, units, heads = _sequence(layer), count(layer.get("units")), layer.get("heads", 1)
    if units % heads:
        raise LayerError(HEADS.format(units=units, heads=heads), "heads")
    each = {
        letter: layer.node(letter, f"{below.text} @ {_projection(layer, letter, key, units)}.T")
        for letter, key in (("Q", "query"), ("K", "key"), ("V", "value"))
    }
    outputs = [_head(layer, each, head, units // heads, heads) for head in range(1, heads + 1)]
    output = outputs[0] if heads == 1 else f"concat({', '.join(outputs)}, axis=2)"
    if layer.get("out") is None:
        return layer.flow(output if heads == 1 else layer.node("a", output), steps=True)
    out = layer.parameter("Wo", (below.units, units), WEIGHTS, "out")
    return layer.flow(layer.node("a", f"{output} @ {out}.T"), steps=True)


def _projection(layer: Emission, letter: str, key: str, units: int) -> str:
    return layer.parameter(f"W{letter.lower()}", (units, layer.below.units), WEIGHTS, key)


def _head(layer: Emission, each: dict[str, str], head: int, size: int, heads: int) -> str:
    step = head if heads > 1 else 0
    columns = f"[:, {(head - 1) * size + 1}:{head * size}]" if heads > 1 else ""
    q, k, v = (f"{each[letter]}{columns}" for letter in "QKV")
    scores = f"{q} @ ({k}).T / sqrt({size})" if columns else f"{q} @ {k}.T / sqrt({size})"
    s = layer.node("S", f"causal({scores})" if layer.get("causal") else scores, step)
    p = layer.node("P", f"softmax({s})", step)
    return layer.node("O", f"{p} @ {v}", step)


CELL = ("units", "weights", "recurrent")


def _residual(layer: Emission) -> Flow | None:
    """a = x + what the inner layers give."""
    below, inner = layer.below, layer.inside()
    if inner is None:
        return None
    if inner.shape != below.shape:
        raise LayerError(OTHER_SHAPE.format(came=words(inner.shape), wanted=words(below.shape)), "layers")
    return layer.flow(layer.node("a", f"{below.text} + {inner.text}"), steps=below.steps)


RESIDUAL = Kind(
    "residual",
    T("its input added to what its layers give", "输入加上其内部各层的结果"),
    ("layers",),
    (),
    "a",
    _residual,
)

SEQUENCES = (
    Kind(
        "embedding",
        T("the row of each id", "每个编号所对应的行"),
        ("units", "weights"),
        ("tie", "transposed"),
        "W a",
        _embedding,
    ),
    Kind("mean_over_steps", T("the mean over the steps", "对各步取平均"), (), (), "a", _mean_over_steps),
    Kind("last_step", T("the last step alone", "只取最后一步"), (), (), "a", _last_step),
    Kind(
        "rnn",
        T(
            "z = Wx x + Wh h + b and h = f(z) at every step, tanh where nothing is said",
            "每一步 z = Wx x + Wh h + b，h = f(z)；默认 tanh",
        ),
        CELL,
        ("bias", "activation", "start", "return"),
        "Wx Wh b z h",
        _rnn,
    ),
    Kind(
        "lstm",
        T(
            "gates i, f, g, o, a memory c and an output h; weights, recurrent and bias have one entry a gate",
            "门 i、f、g、o，记忆 c，输出 h；weights、recurrent 和 bias 每个门一项",
        ),
        CELL,
        ("bias", "start", "start_cell", "return"),
        "Wx Wh b (with the gate: Wxi) i f g o c h",
        _lstm,
        gates="ifgo",
    ),
    Kind(
        "gru",
        T(
            "gates r, u, n and an output h, reset on the product; weights, recurrent and bias have one entry a gate",
            "门 r、u、n，输出 h，重置门作用在乘积上；weights、recurrent 和 bias 每个门一项",
        ),
        CELL,
        ("bias", "start", "return"),
        "Wx Wh b (with the gate: Wxr) r u n h",
        _gru,
        gates="run",
    ),
    Kind(
        "attention",
        T(
            "every step looks at every step, or with causal: true at those up to itself",
            "每一步看所有步；causal: true 时只看到自己为止",
        ),
        ("units", "query", "key", "value"),
        ("heads", "causal", "out"),
        "Wq Wk Wv Wo Q K V S P O a",
        _attention,
    ),
)
"""The kinds of layers over sequences."""
