"""Suggestions of what a writer meant: another name of an entry, the place of a key, a sign typed with a Chinese
keyboard.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from unicodedata import normalize

from backprop_tutor.errors import did_you_mean
from backprop_tutor.scenario.schema.locations import homes
from backprop_tutor.scenario.schema.model import Record
from backprop_tutor.text import NOTHING, T

FULL_WIDTH = T("; '{sign}' is a full-width sign, write '{meant}'", "；'{sign}' 是全角符号，请改用半角 '{meant}'")
ELSEWHERE = T("; '{key}' belongs under '{home}:'", "；'{key}' 应写在 '{home}:' 下面")

OTHER_NAMES: Mapping[str, str] = {
    "linear": "identity", "none": "identity", "logistic": "sigmoid", "σ": "sigmoid", "sig": "sigmoid", "logsig": "sigmoid", "tansig": "tanh",
    "swish": "silu", "leakyrelu": "leaky_relu",
    "mse": "mean_squared_error", "sse": "squared_error", "l2_loss": "half_squared_error",
    "bce": "binary_cross_entropy", "log_loss": "binary_cross_entropy", "logloss": "binary_cross_entropy",
    "binary_crossentropy": "binary_cross_entropy", "nll": "cross_entropy", "softmax_cross_entropy": "cross_entropy",
    "categorical_crossentropy": "cross_entropy", "categorical_cross_entropy": "cross_entropy",
    "gd": "sgd", "gradient_descent": "sgd", "nag": "nesterov",
    "glorot": "xavier_uniform", "glorot_uniform": "xavier_uniform", "glorot_normal": "xavier_normal",
    "xavier": "xavier_uniform", "kaiming": "he_uniform", "he": "he_uniform", "kaiming_uniform": "he_uniform",
    "kaiming_normal": "he_normal", "gaussian": "normal", "zero": "zeros", "const": "constant",
    "batch": "full", "all": "full", "stochastic": "online",
}  # fmt: skip
"""The names of an entry of a table in other books and libraries."""

OTHER_KEYS: Mapping[str, tuple[str, ...]] = {
    "title": ("name",), "description": ("about", "text"), "source": ("reference", "url"),
    "network": ("net", "model", "mlp"), "inputs": ("input", "in", "x"), "layers": ("layer", "hidden"),
    "units": ("nodes", "neurons", "size", "n", "width"), "activation": ("act", "function", "func", "f", "transfer"),
    "weights": ("w", "w1", "w2", "kernel", "matrix"), "bias": ("b", "b1", "b2", "intercept", "threshold"),
    "loss": ("cost", "error", "criterion", "objective", "tolerance", "tol"), "data": ("examples", "samples", "dataset"),
    "x": ("input", "inputs", "in", "features"), "y": ("target", "targets", "t", "output", "outputs", "label", "labels"),
    "training": ("train", "learning", "hyperparameters"), "optimizer": ("optim", "optimiser", "solver", "algorithm"),
    "learning_rate": ("lr", "eta", "alpha", "rate", "step_size", "η", "α"), "steps": ("iterations", "updates"),
    "batch": ("batch_size", "minibatch"), "kind": ("name", "type", "optimizer"), "function": ("name", "type", "kind"),
    "init": ("name", "type", "kind", "initializer", "distribution"), "seed": ("random_state", "random_seed"),
    "slope": ("negative_slope", "leak", "leakiness"),
    "momentum": ("mu", "gamma"), "rho": ("decay", "alpha"), "epsilon": ("eps",), "weight_decay": ("decay", "wd"),
    "schedule": ("lr_scheduler", "scheduler", "lr_schedule", "learning_rate_schedule"), "every": ("step_size", "drop_every"),
    "decay": ("gamma", "factor", "decay_rate"), "total": ("t_max", "decay_steps", "total_steps"),
    "lowest": ("eta_min", "min_lr", "minimum"), "warm_up": ("warmup", "warmup_steps", "warm_up_steps"),
    "clip": ("clipping", "gradient_clipping", "clip_grad", "clipnorm", "clipvalue", "max_norm"),
    "limit": ("max_norm", "clip_value", "threshold", "norm", "value"),
    "l1": ("lasso", "l1_penalty"), "label_smoothing": ("smoothing", "label_smooth"),
    "l2": ("weight_decay", "lambda", "regularization", "penalty"), "epochs": ("max_epochs", "iterations"),
    "gradient_norm": ("gradient", "grad"), "std": ("sigma", "stddev", "sd"), "low": ("min",), "high": ("max",),
    "nodes": ("formulas", "equations", "expressions"), "output": ("out", "result", "loss"),
    "parameters": ("weights", "params"), "digits": ("figures", "precision"), "lang": ("language",),
}  # fmt: skip
"""The names of a key in other books and libraries."""

_WIDE = re.compile("[\uff01-\uff5e\u3001\u3010\u3011]")
_MEANT = {"、": ",", "【": "[", "】": "]"}


def meant(word: str, allowed: Iterable[str]) -> T:
    """``; did you mean 'sigmoid'?``: the entry with that name elsewhere, else the one with the most similar spelling."""
    names = tuple(allowed)
    other = OTHER_NAMES.get(word.casefold(), "")
    return did_you_mean(other if other in names else word, names)


def meant_key(word: str, allowed: Iterable[str]) -> T:
    """``; did you mean 'learning_rate'?``: the key with that name elsewhere, else the one with the most similar
    spelling.
    """
    keys = tuple(allowed)
    return did_you_mean(next((key for key in called(word) if key in keys), word), keys)


def called(word: str) -> tuple[str, ...]:
    """The keys that are called `word` elsewhere."""
    return tuple(key for key, others in OTHER_KEYS.items() if word.casefold() in others)


def full_width(text: str) -> T:
    """What to write in place of the first full-width sign of a text, if it has one."""
    found = _WIDE.search(text)
    return (
        FULL_WIDTH.format(sign=found[0], meant=_MEANT.get(found[0]) or normalize("NFKC", found[0]))
        if found
        else NOTHING
    )


def home(kind: type[Record], word: str) -> T:
    """The key under which another key, or the one meant, belongs in a file of that kind, if it is unique."""
    places = ((key, homes(kind, key)) for key in (word, *called(word)))
    return next((ELSEWHERE.format(key=key, home=found[0]) for key, found in places if len(found) == 1), NOTHING)
