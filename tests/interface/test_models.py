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
    (
        "mse",
        "numbers",
        2,
        lambda n: [n.LeakyReLU(0.3), n.Linear(4, 4), n.ELU(0.3), n.Linear(4, 4), n.Softplus(2), n.Linear(4, 2)],
    ),
    (
        "mse",
        "numbers",
        1,
        lambda n: [n.CELU(0.5), n.Linear(4, 4), n.GELU("tanh"), n.Linear(4, 4), n.Mish(), n.Linear(4, 1)],
    ),
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


def test_a_constant_of_a_function_by_place_or_name(torch: Any) -> None:
    """In a chain of layers and where a model branches."""
    f, x = torch.nn.functional, data(torch, 2, "numbers")[0]
    functions = {
        "softplus": lambda z: f.softplus(z, 2),
        "leaky": lambda z: f.leaky_relu(z, negative_slope=0.2),
        "elu": lambda z: f.elu(z, 0.3),
        "gelu": lambda z: f.gelu(z, approximate="tanh"),
        "branches": lambda z: f.leaky_relu(z, 0.2) + f.gelu(z, approximate="tanh"),
    }

    class Mine(torch.nn.Module):  # type: ignore[misc]
        def __init__(self, function: Any) -> None:
            super().__init__()
            self.layer, self.function = torch.nn.Linear(3, 2), function

        def forward(self, x: Any) -> Any:
            return self.function(self.layer(x))

    for name, function in functions.items():
        model = Mine(function).double()
        loss = (model(x) ** 2).mean().item()
        assert bt.run(bt.from_torch(model, x, 0 * x[:, :2]))["loss"] == pytest.approx(loss, rel=1e-12), name


def test_what_has_no_counterpart_is_named(torch: Any) -> None:
    """The node and why."""
    x, y = data(torch, 2, "numbers")
    n = torch.nn

    class Untraceable(n.Module):  # type: ignore[misc]
        def forward(self, x: Any) -> Any:
            return x if x.sum() > 0 else -x

    for model, loss, said in (
        (n.Sequential(n.Linear(3, 2), n.Hardtanh()), "mse", "'1' \\(Hardtanh\\)"),
        (n.Sequential(n.Linear(3, 2), n.Dropout(0.5)), "mse", "eval"),
        (n.Sequential(n.Linear(3, 2), n.Softmax(dim=1)), "cross_entropy", "logits"),
        (Untraceable(), "mse", r"depends on a number that is computed .* near .*x.sum\(\) > 0"),
        (n.Sequential(n.Linear(3, 2)), "mze", "did you mean 'mse'"),
        (n.Sequential(n.Linear(3, 2)), n.KLDivLoss(), "KLDivLoss"),
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
    odd = keras.Sequential([keras.Input((3,)), layers.Dense(2), layers.UnitNormalization()])
    with pytest.raises(TutorError, match="unitnormalization"):
        bt.from_keras(odd, x, y)


KERAS: dict[str, Any] = {
    "conv": ((5, 5, 2), lambda n, x: n.Flatten()(n.MaxPooling2D(2)(n.Conv2D(3, 2, activation="relu")(x)))),
    "channels": (
        (3, 3, 2),
        lambda n, x: n.GlobalAveragePooling2D()(n.Concatenate()([n.Conv2D(2, 3, padding="same")(x), x])),
    ),
    "conv of steps": ((6, 2), lambda n, x: n.Flatten()(n.AveragePooling1D(2)(n.Conv1D(3, 2, activation="tanh")(x)))),
    "norms": ((3,), lambda n, x: n.LayerNormalization()(n.ReLU()(n.BatchNormalization()(n.Dense(4)(x))))),
    "leaky": ((3,), lambda n, x: n.Dense(4, activation="leaky_relu")(x)),
    "constants": ((3,), lambda n, x: n.ELU(alpha=0.5)(n.LeakyReLU(negative_slope=0.4)(n.Dense(4)(x)))),
    "lstm": ((3, 2), lambda n, x: n.Bidirectional(n.LSTM(2))(x)),
    "gru, residual": (
        (3, 4),
        lambda n, x: n.GlobalAveragePooling1D()(n.Add()([n.GRU(4, return_sequences=True)(x), x])),
    ),
    "backwards": ((3, 2), lambda n, x: n.Flatten()(n.LSTM(2, go_backwards=True, return_sequences=True)(x))),
}


@pytest.mark.parametrize("name", KERAS)
def test_other_models_of_keras_are_graphs(name: str) -> None:
    """Loss and gradients are those of Keras on JAX; in its order and layout they are told right, a bug is named."""
    import os

    os.environ["KERAS_BACKEND"] = "jax"
    jax = pytest.importorskip("jax")
    keras = pytest.importorskip("keras")
    if keras.backend.backend() != "jax":
        pytest.skip("Keras has another backend in this process")
    shape, build = KERAS[name]
    given = keras.Input(shape)
    model = keras.Model(given, keras.layers.Dense(2)(build(keras.layers, given)))
    random = np.random.default_rng(7)
    for weight in model.trainable_weights:
        weight.assign(random.normal(0, 0.6, weight.shape))
    x, y = random.normal(size=(3, *shape)).astype("float32"), random.normal(size=(3, 2)).astype("float32")
    fixed = [each.value for each in model.non_trainable_variables]

    def loss(weights: Any) -> Any:
        return keras.losses.MeanSquaredError()(y, model.stateless_call(weights, fixed, x)[0])

    value, gradients = jax.value_and_grad(loss)([each.value for each in model.trainable_variables])
    net = bt.from_keras(model, x, y)
    assert bt.run(net)["loss"] == pytest.approx(float(value), rel=1e-5)
    assert bt.diagnose(net, [np.asarray(each) for each in gradients]).verdict == "correct"
    paths = [each.path for each in model.trainable_variables]
    wrong = {path: np.asarray(each) for path, each in zip(paths, gradients, strict=True)}
    assert bt.diagnose(net, {**wrong, paths[-1]: -wrong[paths[-1]]}).verdict == "explained"


def test_ids_and_masks_of_keras() -> None:
    """An embedding whose rows are met twice; a dropout of images, by a mask in the order of its axes."""
    import os

    os.environ["KERAS_BACKEND"] = "jax"
    jax = pytest.importorskip("jax")
    n = pytest.importorskip("keras").layers
    keras = pytest.importorskip("keras")
    random = np.random.default_rng(5)
    mask = random.random((2, 2, 3, 2)) > 0.4

    def image(drop: Any) -> Any:
        given = keras.Input((3, 4, 1))
        return keras.Model(given, n.Dense(1)(n.Flatten()(drop(n.Conv2D(2, 2)(given)))))

    ids = keras.Sequential([keras.Input((3,), dtype="int32"), n.Embedding(4, 2), n.Flatten(), n.Dense(1)])
    masked = image(n.Lambda(lambda t: t * mask / 0.75, output_shape=mask.shape[1:]))
    dropping = image(n.Dropout(0.25, name="d"))
    dropping.set_weights(masked.get_weights())
    images, y = random.normal(size=(2, 3, 4, 1)).astype("float32"), np.array([[1.0], [0.5]], "float32")
    for model, x, net in (
        (ids, np.array([[0, 2, 0], [3, 1, 3]]), bt.from_keras(ids, [[0, 2, 0], [3, 1, 3]], y)),
        (masked, images, bt.from_keras(dropping, images, y, training=True, masks={"d": mask})),
    ):

        def loss(weights: Any, model: Any = model, x: Any = x) -> Any:
            return keras.losses.MeanSquaredError()(y, model.stateless_call(weights, [], x)[0])

        value, gradients = jax.value_and_grad(loss)([each.value for each in model.trainable_variables])
        assert bt.run(net)["loss"] == pytest.approx(float(value), rel=1e-5)
        assert bt.diagnose(net, [np.asarray(each) for each in gradients]).verdict == "correct"
    with pytest.raises(TutorError, match=r"of its outputs, \(2, 2, 3, 2\)"):
        bt.from_keras(dropping, images, y, training=True, masks={"d": np.moveaxis(mask, -1, 1)})


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


def made(torch: Any, build: Any) -> Any:
    """A module of its parts and the calls of them."""
    nn = torch.nn

    class Net(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            parts, self.call = build(nn)
            for name, part in parts.items():
                self.add_module(name, part)

        def forward(self, x: Any) -> Any:
            return self.call(self, x)

    torch.manual_seed(3)
    return Net().double()


def looped(m: Any, x: Any) -> Any:
    """A cell written by hand, whose first state has as many rows as there are examples."""
    h = x.new_zeros(x.shape[0], 3)
    for step in range(x.shape[1]):
        h = (m.a(x[:, step]) + m.b(h)).tanh()
    return h


GRAPHS: dict[str, Any] = {
    "conv": (
        (2, 5, 5),
        lambda n: ({"c": n.Conv2d(2, 3, 2, stride=1, padding=1), "p": n.MaxPool2d(2), "l": n.Linear(27, 2)},
                   lambda m, x: m.l(m.p(m.c(x).relu()).flatten(1))),
    ),
    "conv1d": (
        (2, 6),
        lambda n: ({"c": n.Conv1d(2, 3, 3, bias=False), "p": n.AvgPool1d(2), "l": n.Linear(6, 2)},
                   lambda m, x: m.l(m.p(m.c(x).tanh()).view(x.size(0), -1))),
    ),
    "batch norm": ((3,), lambda n: ({"a": n.Linear(3, 4), "b": n.BatchNorm1d(4), "l": n.Linear(4, 2)}, lambda m, x: m.l(m.b(m.a(x)).relu()))),
    "batch norm of channels": (
        (2, 4, 4),
        lambda n: ({"c": n.Conv2d(2, 3, 3), "b": n.BatchNorm2d(3), "l": n.Linear(12, 2)}, lambda m, x: m.l(m.b(m.c(x)).flatten(1))),
    ),
    "batch norm at rest": ((3,), lambda n: ({"b": n.BatchNorm1d(3).eval(), "l": n.Linear(3, 2)}, lambda m, x: m.l(m.b(x)))),
    "layer norm, residual": (
        (4,),
        lambda n: ({"a": n.Linear(4, 4), "n": n.LayerNorm(4), "l": n.Linear(4, 2)}, lambda m, x: m.l(x + 0.5 * m.n(m.a(x)).sigmoid())),
    ),
    "rnn": ((3, 2), lambda n: ({"r": n.RNN(2, 3, batch_first=True), "l": n.Linear(3, 2)}, lambda m, x: m.l(m.r(x)[0][:, -1]))),
    "lstm": ((3, 2), lambda n: ({"r": n.LSTM(2, 2, num_layers=2, batch_first=True), "l": n.Linear(2, 2)}, lambda m, x: m.l(m.r(x)[0][:, -1]))),
    "gru": ((3, 2), lambda n: ({"r": n.GRU(2, 2, batch_first=True), "l": n.Linear(2, 2)}, lambda m, x: m.l(m.r(x)[0].mean(dim=1)))),
    "attention": (
        (3, 4),
        lambda n: ({"a": n.MultiheadAttention(4, 2, batch_first=True), "l": n.Linear(4, 2)},
                   lambda m, x: m.l((x + m.a(x, x, x, need_weights=False)[0]).mean(1))),
    ),
    "activations alone": ((3,), lambda n: ({"l": n.Linear(3, 2)}, lambda m, x: m.l(x.relu()).tanh().sigmoid())),
    "branch": ((3,), lambda n: ({"a": n.Linear(3, 3), "b": n.Linear(3, 2)}, lambda m, x: m.b((h := m.a(x)) + h.tanh()))),
    "both directions": (
        (3, 2),
        lambda n: ({"r": n.GRU(2, 2, num_layers=2, batch_first=True, bidirectional=True), "l": n.Linear(4, 2)},
                   lambda m, x: m.l(m.r(x)[0][:, 0])),
    ),
    "causal attention": (
        (3, 4),
        lambda n: ({"a": n.MultiheadAttention(4, 2, batch_first=True), "l": n.Linear(4, 2)},
                   lambda m, x: m.l(m.a(x, x, x, attn_mask=n.Transformer.generate_square_subsequent_mask(3).double())[0].mean(1))),
    ),
    "a loop over the steps, from zeros": (
        (3, 2),
        lambda n: ({"a": n.Linear(2, 3), "b": n.Linear(3, 3), "l": n.Linear(3, 2)}, lambda m, x: m.l(looped(m, x))),
    ),
    "functions": (
        (1, 4, 4),
        lambda n: ({"c": n.Conv2d(1, 2, 3), "l": n.Linear(8, 2)},
                   lambda m, x: n.functional.linear(
                       n.functional.conv2d(x, m.c.weight, m.c.bias).tanh().flatten(1), m.l.weight, m.l.bias)),
    ),
    "tied": ((4,), lambda n: ({"a": n.Linear(4, 4), "l": n.Linear(4, 2)}, lambda m, x: m.l(m.a(m.a(x).tanh())))),
}  # fmt: skip


@pytest.mark.parametrize("loss", ["mse", "cross_entropy", "l1", "huber", "smooth_l1"])
@pytest.mark.parametrize("name", GRAPHS)
def test_other_models_are_graphs(torch: Any, name: str, loss: str) -> None:
    """Loss and every gradient are PyTorch's, and the model itself, handed to `diagnose`, is right."""
    shape, build = GRAPHS[name]
    if loss not in ("mse", "cross_entropy") and name != "tied":
        return
    model = made(torch, build)
    x = torch.randn(3, *shape, dtype=torch.float64)
    y = torch.tensor([0, 1, 1]) if loss == "cross_entropy" else torch.randn(3, 2, dtype=torch.float64)
    kinds = {
        "l1": "L1Loss",
        "huber": "HuberLoss",
        "smooth_l1": "SmoothL1Loss",
        "mse": "MSELoss",
        "cross_entropy": "CrossEntropyLoss",
    }
    criterion = getattr(torch.nn, kinds[loss])(reduction="sum" if name == "tied" else "mean")
    agrees(torch, model, x, y, criterion)


def agrees(torch: Any, model: Any, x: Any, y: Any, criterion: Any, **options: Any) -> None:
    """The scenario of a model gives its loss and its gradients."""
    net = bt.from_torch(model, x, y, criterion, **options)
    if not options:
        value = criterion(model(x), y)
        value.backward()
        assert bt.run(net)["loss"] == pytest.approx(value.item(), rel=1e-12)
    right = [p.grad.numpy() for p in model.parameters() if p.grad is not None]
    run = bt.run(net)
    for called, array in zip(net.graph.parameters, right, strict=False):
        np.testing.assert_allclose(run[f"grads.{called}"].reshape(array.shape), array, rtol=1e-9, atol=1e-13)
    assert bt.diagnose(net, {name: p.grad for name, p in model.named_parameters()}).verdict == "correct"


def test_an_embedding_and_a_dropout(torch: Any) -> None:
    """Ids as inputs; a mask that is given by the name of its module, and asked for where it is not."""
    n = torch.nn
    torch.manual_seed(4)
    ids, c = torch.tensor([[0, 2, 0], [3, 1, 3]]), torch.tensor([1, 0])
    words = made(torch, lambda n: ({"e": n.Embedding(4, 3), "l": n.Linear(3, 2)}, lambda m, x: m.l(m.e(x).mean(dim=1))))
    agrees(torch, words, ids, c, n.CrossEntropyLoss())
    model = n.Sequential(n.Linear(3, 4), n.ReLU(), n.Dropout(0.5), n.Linear(4, 2)).double()
    x, y = data(torch, 2, "numbers")
    with pytest.raises(TutorError, match=r"masks=\{'2': mask\}"):
        bt.from_torch(model, x, y)
    for mask, says in (
        ({"2": np.ones(4)}, r"of its outputs, \(5, 4\)"),
        ({"2": "a"}, "of its outputs"),
        ({"3.0": 1}, "'3.0'"),
    ):
        with pytest.raises(TutorError, match=says):
            bt.from_torch(model, x, y, masks=mask)
    kept: list[Any] = []
    model[2].register_forward_hook(lambda module, given, out: kept.append(out != 0))
    value = n.MSELoss()(model(x), y)
    value.backward()
    hidden = model[:2](x) > 0
    agrees(torch, model, x, y, n.MSELoss(), masks={"2": kept[0] | ~hidden})


def made_of_state(n: Any) -> Any:
    """A recurrent net that starts from ones."""

    class Started(n.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.r = n.RNN(12, 2, batch_first=True)

        def forward(self, x: Any) -> Any:
            return self.r(x.flatten(2), x.new_ones(1, 2, 2))[0][:, -1]

    return Started()


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda n: n.Sequential(n.Conv2d(2, 2, 1, groups=2)), "groups is 2"),
        (lambda n: n.Sequential(n.Conv2d(2, 2, (1, 2), stride=(1, 2))), "the same along every axis"),
        (lambda n: made_of_state(n), "'r' \\(RNN\\).* starts from a state other than zeros"),
        (lambda n: n.Sequential(n.PReLU()), "PReLU"),
        (lambda n: n.Sequential(n.GroupNorm(1, 2)), "GroupNorm"),
    ],
)
def test_a_module_without_a_counterpart_is_named(torch: Any, build: Any, said: str) -> None:
    """The node, and why."""
    with pytest.raises(TutorError, match=said):
        bt.from_torch(build(torch.nn).double(), torch.randn(2, 2, 3, 4).double(), torch.randn(2, 2))
