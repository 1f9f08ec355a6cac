"""Networks of one kind of layer each, the graph each of them is by hand, and what PyTorch makes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

Given = Mapping[str, Any]


@dataclass(frozen=True)
class Case:
    """Layers (before a flatten and a dense output), their parameters by name, shape and key, and the same twice over.

    `inputs` is the shape of x as the file gives it, `shape` its axes; `hand` are formulas written by hand, of which
    the last gives what `torch` gives, called with torch, the parameters and x of all examples, examples first.
    """

    name: str
    inputs: Any
    shape: tuple[int, ...]
    layers: list[dict[str, Any]]
    parameters: dict[str, tuple[int, ...]]
    keys: dict[str, tuple[Any, ...]]
    hand: dict[str, str]
    torch: Callable[[Any, Given, Any], Any]


def numbers(case: Case) -> dict[str, Any]:
    """Parameters and three examples, always the same."""
    generator = np.random.default_rng(5)
    drawn = {name: generator.normal(size=shape) for name, shape in case.parameters.items()}
    return {**drawn, "x": generator.normal(size=(3, *case.shape))}


def scenario(case: Case, given: Given) -> dict[str, Any]:
    """The file of a case, its output summed against what flows in through a loss of half the square."""
    layers = [dict(layer) for layer in case.layers]
    for name, (number, *keys) in case.keys.items():
        inside = layers[number - 1]
        for key in keys[:-1]:
            inside = inside.setdefault(key, {}) if isinstance(key, str) else inside[key]
        inside[keys[-1]] = np.asarray(given[name]).tolist()
    return {
        "title": case.name,
        "network": {"inputs": case.inputs, "layers": layers},
        "data": [{"x": x.tolist(), "y": given["y"].tolist()} for x in given["x"]],
    }


def by_hand(case: Case, given: Given) -> dict[str, Any]:
    """The file of the graph that was written by hand."""
    last = list(case.hand)[-1]
    return {
        "title": case.name,
        "graph": {
            "inputs": ["x", "y"],
            "parameters": {name: np.asarray(given[name]).tolist() for name in case.parameters},
            "nodes": {**case.hand, "L": f"sum(({last} - y)^2) / 2"},
            "output": "L",
        },
        "data": [{"x": x.tolist(), "y": given["y"].tolist()} for x in given["x"]],
    }


def _pool(case: str, sides: int, how: str) -> Case:
    torch_name = {"max": "max", "avg": "avg"}[how]
    return Case(
        case,
        {"shape": [2, *(4,) * sides]},
        (2, *(4,) * sides),
        [{"kind": case, "size": 2}],
        {},
        {},
        {"a1": f"{how}_pool{sides}d(x, 2)"},
        lambda torch, p, x: getattr(torch.nn.functional, f"{torch_name}_pool{sides}d")(x, 2),
    )


CASES = [
    Case(
        "conv2d",
        {"shape": [2, 5, 4]},
        (2, 5, 4),
        [{"kind": "conv2d", "channels": 3, "kernel": 2, "stride": 2, "padding": 1, "activation": "tanh"}],
        {"W1": (3, 2, 2, 2), "b1": (3,)},
        {"W1": (1, "weights"), "b1": (1, "bias")},
        {"z1": "conv2d(x, W1, 2, 1) + reshape(b1, 3, 1, 1)", "a1": "tanh(z1)"},
        lambda torch, p, x: torch.tanh(torch.nn.functional.conv2d(x, p["W1"], p["b1"], 2, 1)),
    ),
    Case(
        "conv1d",
        {"shape": [2, 6]},
        (2, 6),
        [{"kind": "conv1d", "channels": 3, "kernel": 3, "activation": "sigmoid"}],
        {"W1": (3, 2, 3), "b1": (3,)},
        {"W1": (1, "weights"), "b1": (1, "bias")},
        {"z1": "conv1d(x, W1) + reshape(b1, 3, 1)", "a1": "sigmoid(z1)"},
        lambda torch, p, x: torch.sigmoid(torch.nn.functional.conv1d(x, p["W1"], p["b1"])),
    ),
    *(_pool(f"{how}_pool{sides}d", sides, how) for how in ("max", "avg") for sides in (1, 2)),
    Case(
        "flatten",
        {"shape": [2, 2, 3]},
        (2, 2, 3),
        [{"kind": "flatten"}, {"units": 2, "activation": "tanh"}],
        {"W2": (2, 12), "b2": (2,)},
        {"W2": (2, "weights"), "b2": (2, "bias")},
        {"a1": "flatten(x)", "z2": "W2 @ a1 + b2", "a2": "tanh(z2)"},
        lambda torch, p, x: torch.tanh(torch.nn.functional.linear(x.flatten(1), p["W2"], p["b2"])),
    ),
    Case(
        "dense",
        {"steps": 3, "units": 2},
        (3, 2),
        [{"kind": "dense", "units": 4, "activation": "softmax"}],
        {"W1": (4, 2), "b1": (4,)},
        {"W1": (1, "weights"), "b1": (1, "bias")},
        {"z1": "x @ W1.T + b1", "a1": "softmax(z1)"},
        lambda torch, p, x: torch.softmax(torch.nn.functional.linear(x, p["W1"], p["b1"]), -1),
    ),
    Case(
        "dropout",
        {"shape": [4]},
        (4,),
        [{"units": 4, "activation": "tanh"}, {"kind": "dropout", "mask": [1, 0, 1, 1], "keep": 0.75}],
        {"W1": (4, 4)},
        {"W1": (1, "weights")},
        {"a1": "tanh(W1 @ x)", "a2": "dropout(a1, stack(1, 0, 1, 1), 0.75)"},
        lambda torch, p, x: torch.tanh(x @ p["W1"].T) * torch.tensor([1.0, 0, 1, 1], dtype=x.dtype) / 0.75,
    ),
    Case(
        "layer_norm",
        {"steps": 3, "units": 4},
        (3, 4),
        [{"kind": "layer_norm"}],
        {"gain1": (4,), "shift1": (4,)},
        {"gain1": (1, "gain"), "shift1": (1, "shift")},
        {"a1": "layer_norm(x, gain1, shift1)"},
        lambda torch, p, x: torch.nn.functional.layer_norm(x, (4,), p["gain1"], p["shift1"]),
    ),
    Case(
        "rms_norm",
        {"shape": [4]},
        (4,),
        [{"kind": "rms_norm"}],
        {"gain1": (4,)},
        {"gain1": (1, "gain")},
        {"a1": "rms_norm(x, gain1)"},
        lambda torch, p, x: torch.nn.functional.rms_norm(x, (4,), p["gain1"], 1e-5),
    ),
    Case(
        "batch_norm",
        {"shape": [4]},
        (4,),
        [{"kind": "batch_norm"}],
        {"gain1": (4,), "shift1": (4,)},
        {"gain1": (1, "gain"), "shift1": (1, "shift")},
        {"a1": "batch_norm(x, gain1, shift1)"},
        lambda torch, p, x: torch.nn.functional.batch_norm(x, None, None, p["gain1"], p["shift1"], True),
    ),
    Case(
        "batch_norm of channels",
        {"shape": [2, 3, 3]},
        (2, 3, 3),
        [{"kind": "batch_norm"}],
        {"gain1": (2,), "shift1": (2,)},
        {"gain1": (1, "gain"), "shift1": (1, "shift")},
        {
            "u": "batch_mean(mean(mean(x, axis=2, keepdim=1), axis=3, keepdim=1))",
            "v": "batch_mean(mean(mean((x - u)^2, axis=2, keepdim=1), axis=3, keepdim=1))",
            "a1": "reshape(gain1, 2, 1, 1) * (x - u) / sqrt(v + 1e-5) + reshape(shift1, 2, 1, 1)",
        },
        lambda torch, p, x: torch.nn.functional.batch_norm(x, None, None, p["gain1"], p["shift1"], True),
    ),
]
"""At least one case for each kind."""
