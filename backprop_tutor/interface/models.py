"""Models of other libraries as scenarios: their layers, weights, loss and examples, as they are before anything is computed.

Nothing here imports a framework that is not there already: a model brings its own. What has no counterpart is named, the
node and why.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from backprop_tutor.errors import TutorError
from backprop_tutor.interface.library import scenario
from backprop_tutor.interface.shown import Net
from backprop_tutor.programs.models.keras_graph import keras_description
from backprop_tutor.programs.models.losses import keras_loss, torch_loss
from backprop_tutor.programs.models.torch_graph import torch_description
from backprop_tutor.registry import unknown
from backprop_tutor.text import T

NOT_A_MODEL = T("'{kind}' is not a model of {library}", "'{kind}' 不是 {library} 的模型")
MASK_OF = T("layer of a mask", "遮罩所属的层")


def from_torch(
    model: Any,
    x: Any,
    y: Any,
    loss: Any = "mse",
    *,
    learning_rate: float = 0.1,
    title: str = "",
    masks: Mapping[str, Any] | None = None,
) -> Net:
    """A PyTorch model with its weights, and the step it would take on `x` and `y`, as a scenario.

    `model` is a Sequential, or a module that torch.fx or torch.export can trace. Linear layers and activations one after
    another are a network, whose ``bt.run(net)["grads.W1"]`` is what ``model[0].weight.grad`` is after ``backward()``. Any
    other model is a graph of arrays, its parameters under their own names (``lstm_weight_ih_l0``): convolutions, pooling,
    norms, embeddings, RNN, LSTM, GRU in one direction or both, MultiheadAttention with or without a causal mask, sums and
    products of them; dropout in training with its `masks` by module. `loss` is a loss module, or its name: mse,
    cross_entropy (of logits, with classes or probabilities), bce, bce_with_logits, l1, huber, smooth_l1, nll.

    Raises TutorError for what has no counterpart: which node, and why.
    """
    torch = sys.modules.get("torch")
    if torch is None or not isinstance(model, torch.nn.Module):
        raise TutorError(NOT_A_MODEL.format(kind=type(model).__name__, library="PyTorch"))
    _check_masks(masks, [name for name, _ in model.named_modules() if name])
    called = title or type(model).__name__
    return scenario(torch_description(torch, model, x, y, torch_loss(loss), learning_rate, called, masks or {}))


def from_keras(
    model: Any,
    x: Any,
    y: Any,
    loss: Any = "mse",
    *,
    learning_rate: float = 0.1,
    title: str = "",
    training: bool = False,
    masks: Mapping[str, Any] | None = None,
) -> Net:
    """A Keras model, Sequential or functional, with its weights, on `x` and `y`, as a scenario.

    Dense layers and activations one after another are a network. Any other model is a graph of arrays: Conv1D, Conv2D,
    pooling, BatchNormalization (its moving averages, or with `training` the batch's), LayerNormalization, Dropout (with
    `training` and its `masks` by layer), Embedding, SimpleRNN, LSTM, GRU, Bidirectional, sums, products and joins of them.
    Gradients in the order and the layout of ``model.trainable_variables`` are understood.
    `loss` is the name of a loss or a loss object: mse, binary_crossentropy, categorical_crossentropy,
    sparse_categorical_crossentropy. The losses are means over the examples, and of mse and bce over the outputs.

    Raises TutorError for what has no counterpart: which layer, and why.
    """
    if not hasattr(model, "layers") or not hasattr(model, "get_weights"):
        raise TutorError(NOT_A_MODEL.format(kind=type(model).__name__, library="Keras"))
    _check_masks(masks, [str(layer.name) for layer in model.layers])
    called = title or str(getattr(model, "name", "Keras"))
    return scenario(keras_description(model, x, y, keras_loss(loss), learning_rate, called, masks or {}, training))


def _check_masks(masks: Mapping[str, Any] | None, names: Sequence[str]) -> None:
    """Raises TutorError for a mask of a layer that the model does not have."""
    for name in masks or ():
        if name not in names:
            raise unknown(name, names, MASK_OF)
