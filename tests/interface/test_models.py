"""Models of PyTorch and Keras: the same gradients, and what has no counterpart is named."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import backprop_tutor as bt
from backprop_tutor.errors import TutorError

pytestmark = pytest.mark.torch


@pytest.fixture
def torch() -> Any:
    """PyTorch, where it is installed."""
    return pytest.importorskip("torch")


def data(torch: Any, outputs: int, kind: str) -> tuple[Any, Any]:
    """Five examples of three inputs, with targets of a kind."""
    torch.manual_seed(1)
    x = torch.randn(5, 3, dtype=torch.float64)
    match kind:
        case "classes":
            return x, torch.tensor([0, 1, 1, 0, 1]) % outputs
        case "zero-one":
            return x, torch.randint(0, 2, (5, outputs)).double()
        case _:
            return x, torch.randn(5, outputs, dtype=torch.float64)


CASES = (
    ("mse", "numbers", 2, lambda n: [n.Tanh(), n.Linear(4, 2)]),
    ("mse", "numbers", 1, lambda n: [n.ReLU(), n.Linear(4, 1)]),
    ("cross_entropy", "classes", 2, lambda n: [n.SiLU(), n.Linear(4, 2)]),
    ("bce", "zero-one", 2, lambda n: [n.GELU(), n.Linear(4, 2, bias=False), n.Sigmoid()]),
    ("bce_with_logits", "zero-one", 1, lambda n: [n.LeakyReLU(), n.Linear(4, 4), n.ELU(), n.Linear(4, 1)]),
    ("mse", "numbers", 2, lambda n: [n.Softplus(), n.Flatten(), n.Dropout(0.0), n.Linear(4, 2), n.Softmax(dim=1)]),
)


def loss_of(torch: Any, name: str, **options: Any) -> Any:
    """The loss module of a name."""
    kinds = {
        "mse": "MSELoss",
        "cross_entropy": "CrossEntropyLoss",
        "bce": "BCELoss",
        "bce_with_logits": "BCEWithLogitsLoss",
    }
    return getattr(torch.nn, kinds[name])(**options)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize(("loss", "kind", "outputs", "layers"), CASES)
def test_the_gradients_are_torchs(torch: Any, loss: str, kind: str, outputs: int, layers: Any, reduction: str) -> None:
    """Every parameter's, of each loss and activation; and the model itself, handed to `diagnose`, is right."""
    model = torch.nn.Sequential(torch.nn.Linear(3, 4), *layers(torch.nn)).double()
    x, y = data(torch, outputs, kind)
    criterion = loss_of(torch, loss, reduction=reduction)
    net = bt.from_torch(model, x, y, criterion)
    value = criterion(model(x), y)
    value.backward()
    run = bt.run(net)
    assert run["loss"] == pytest.approx(value.item(), rel=1e-12)
    linear = [module for module in model if isinstance(module, torch.nn.Linear)]
    for i, module in enumerate(linear, 1):
        np.testing.assert_allclose(run[f"grads.W{i}"], module.weight.grad.numpy(), rtol=1e-9, atol=1e-14)
    assert bt.diagnose(net, model).verdict == "correct"


def test_a_module_of_ones_own(torch: Any) -> None:
    """Functions and methods in `forward`; single precision; a name for the loss; the class's name as the title."""

    class Mine(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = torch.nn.Linear(3, 4), torch.nn.Linear(4, 2)

        def forward(self, x: Any) -> Any:
            return self.second(torch.tanh(self.first(x)).sigmoid() if False else torch.relu(self.first(x)))

    model = Mine()
    x, y = data(torch, 2, "classes")
    net = bt.from_torch(model, x, y, "cross_entropy")
    torch.nn.functional.cross_entropy(model(x.float()), y).backward()
    assert net.title.en == "Mine"
    assert bt.diagnose(net, model).verdict == "correct"
    model.first.weight.grad *= -1
    found = bt.diagnose(net, model)
    assert found.explanations[0]["mistakes"] == ["sign-lost"]
    assert found.explanations[0]["edit"][0]["right"] == "dW1 = dz1.T @ x"


def test_what_has_no_counterpart_is_named(torch: Any) -> None:
    """The node and why."""
    x, y = data(torch, 2, "numbers")
    n = torch.nn

    class Branch(n.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b = n.Linear(3, 3), n.Linear(3, 2)

        def forward(self, x: Any) -> Any:
            h = self.a(x)
            return self.b(h + torch.tanh(h))

    class Untraceable(n.Module):  # type: ignore[misc]
        def forward(self, x: Any) -> Any:
            return x if x.sum() > 0 else -x

    for model, loss, said in (
        (n.Sequential(n.Linear(3, 2), n.Hardswish()), "mse", "'1' \\(Hardswish\\)"),
        (n.Sequential(n.Linear(3, 2), n.LeakyReLU(0.2)), "mse", "negative_slope is 0.2"),
        (n.Sequential(n.Linear(3, 2), n.Dropout(0.5)), "mse", "eval"),
        (n.Sequential(n.ReLU(), n.Linear(3, 2)), "mse", "before the first layer"),
        (n.Sequential(n.Linear(3, 2), n.ReLU(), n.Tanh()), "mse", "after another"),
        (n.Sequential(n.Linear(3, 2), n.Softmax(dim=1)), "cross_entropy", "logits"),
        (Branch(), "mse", "goes to 2 places"),
        (Untraceable(), "mse", "traced"),
        (n.Sequential(n.Linear(3, 2)), "mze", "did you mean 'mse'"),
        (n.Sequential(n.Linear(3, 2)), n.L1Loss(), "L1Loss"),
        (n.Sequential(n.Linear(3, 2)), n.CrossEntropyLoss(label_smoothing=0.1), "label_smoothing"),
        ("no model", "mse", "not a model of PyTorch"),
    ):
        with pytest.raises(TutorError, match=said):
            bt.from_torch(model, x, y, loss)
    with pytest.raises(TutorError, match="5 examples"):
        bt.from_torch(n.Sequential(n.Linear(3, 2)), x, y[:3])


def test_keras() -> None:
    """Dense layers and activations of Keras on PyTorch, the losses by their names, and what has no counterpart."""
    import os

    os.environ["KERAS_BACKEND"] = "torch"
    torch = pytest.importorskip("torch")
    keras = pytest.importorskip("keras")
    keras.utils.set_random_seed(3)
    layers = keras.layers
    model = keras.Sequential([keras.Input((3,)), layers.Dense(4, activation="tanh"), layers.Dense(2), layers.Softmax()])
    x, y = np.random.default_rng(0).normal(size=(5, 3)), np.array([0, 1, 1, 0, 1])
    net = bt.from_keras(model, x, y, keras.losses.SparseCategoricalCrossentropy())
    value = keras.losses.SparseCategoricalCrossentropy()(y, model(torch.tensor(x, dtype=torch.float32)))
    value.backward()
    gradients = [variable.value.grad for variable in model.trainable_variables]
    assert bt.run(net)["loss"] == pytest.approx(float(value), rel=1e-5)
    assert bt.diagnose(net, gradients).verdict == "correct"
    odd = keras.Sequential([keras.Input((3,)), layers.Dense(2), layers.LayerNormalization()])
    with pytest.raises(TutorError, match="LayerNormalization"):
        bt.from_keras(odd, x, y)


def test_without_the_framework_it_is_said() -> None:
    """Not an ImportError."""
    with pytest.raises(TutorError, match="not a model of"):
        bt.from_torch(object(), [[1.0]], [[1.0]])
    with pytest.raises(TutorError, match="not a model of"):
        bt.from_keras(object(), [[1.0]], [[1.0]])


def test_convolution_pooling_and_norms_become_a_graph_of_arrays(torch: Any) -> None:
    """The gradients are PyTorch's; the model itself is told right, and a bug in one of its gradients named."""
    torch.manual_seed(5)
    n = torch.nn
    model = n.Sequential(
        n.Conv2d(1, 2, 2, stride=1, padding=1), n.Tanh(), n.MaxPool2d(2), n.Flatten(), n.Linear(8, 3), n.LayerNorm(3),
        n.ReLU(), n.Linear(3, 2),
    ).double()  # fmt: skip
    x, y = torch.randn(3, 1, 4, 4, dtype=torch.float64), torch.tensor([0, 1, 1])
    net = bt.from_torch(model, x, y, n.CrossEntropyLoss())
    value = n.CrossEntropyLoss()(model(x), y)
    value.backward()
    run = bt.run(net)
    assert run["loss"] == pytest.approx(value.item(), rel=1e-12)
    np.testing.assert_allclose(run["grads.W1"], model[0].weight.grad.numpy(), rtol=1e-9, atol=1e-14)
    np.testing.assert_allclose(run["grads.W2"], model[4].weight.grad.numpy(), rtol=1e-9, atol=1e-14)
    assert bt.diagnose(net, model).verdict == "correct"
    model[0].weight.grad *= -1
    assert bt.diagnose(net, model).verdict == "explained"
    with pytest.raises(TutorError, match="groups"):
        bt.from_torch(n.Sequential(n.Conv2d(2, 2, 2, groups=2), n.Flatten(), n.Linear(18, 1)), x, y)
