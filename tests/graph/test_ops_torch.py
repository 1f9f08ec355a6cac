"""The operations on arrays beside PyTorch's, where it is installed: values and gradients to the last digits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.graph.arrays import grad, shared, traced, value

torch: Any = pytest.importorskip("torch")
F = torch.nn.functional

X, K = (2, 5, 4), (3, 2, 3, 2)
SAME: list[tuple[str, dict[str, tuple[int, ...]], Callable[..., Any]]] = [
    ("conv2d(x, k, 2, 1)", {"x": X, "k": K}, lambda x, k: F.conv2d(x[None], k, stride=2, padding=1)[0]),
    ("conv1d(x, k)", {"x": (2, 5), "k": (3, 2, 3)}, lambda x, k: F.conv1d(x[None], k)[0]),
    ("max_pool2d(x, 2)", {"x": X}, lambda x: F.max_pool2d(x[None], 2)[0]),
    ("avg_pool2d(x, 2, stride=1)", {"x": X}, lambda x: F.avg_pool2d(x[None], 2, 1)[0]),
    ("softmax(x)", {"x": (2, 3)}, lambda x: torch.softmax(x, -1)),
    ("log_softmax(x, axis=1)", {"x": (2, 3)}, lambda x: torch.log_softmax(x, 0)),
    ("logsumexp(x, axis=2)", {"x": (2, 3)}, lambda x: torch.logsumexp(x, 1)),
    ("layer_norm(x, g, s)", {"x": (2, 3), "g": (3,), "s": (3,)}, lambda x, g, s: F.layer_norm(x, (3,), g, s)),
    ("rms_norm(x, g, eps=1e-5)", {"x": (2, 3), "g": (3,)}, lambda x, g: F.rms_norm(x, (3,), g, 1e-5)),
    ("A @ B @ v", {"A": (2, 3), "B": (3, 4), "v": (4,)}, lambda A, B, v: A @ B @ v),
    ("var(x, axis=1)", {"x": (2, 3)}, lambda x: torch.var(x, 0, unbiased=False)),
    ("norm(x, axis=1)", {"x": (2, 3)}, lambda x: torch.linalg.vector_norm(x, dim=0)),
    ("prod(x)", {"x": (4,)}, torch.prod),
    ("max(x, axis=2)", {"x": (2, 3)}, lambda x: torch.amax(x, 1)),
    ("softmax(causal(q @ k.T)) @ v", {"q": (3, 2), "k": (3, 2), "v": (3, 2)}, lambda q, k, v: _causal(q @ k.T) @ v),
]


def _causal(scores: Any) -> Any:
    return torch.softmax(scores.masked_fill(torch.triu(torch.ones(3, 3), 1).bool(), -torch.inf), -1)


@pytest.mark.parametrize(("text", "shapes", "theirs"), SAME, ids=[text for text, *_ in SAME])
def test_pytorch_finds_the_same(text: str, shapes: dict[str, tuple[int, ...]], theirs: Callable[..., Any]) -> None:
    """Value and gradients agree to 1e-12."""
    generator = np.random.default_rng(1)
    given = {name: generator.normal(size=shape) for name, shape in shapes.items()}
    tensors = {name: torch.tensor(values, requires_grad=True) for name, values in given.items()}
    out = theirs(*tensors.values())
    upstream = generator.normal(size=tuple(out.shape))
    (out * torch.tensor(upstream)).sum().backward()
    trace = traced({"y": text}, {name: shared(values) for name, values in {**given, "upstream": upstream}.items()}, "y")
    np.testing.assert_allclose(value(trace, "y")[..., 0], out.detach().numpy(), rtol=1e-12, atol=1e-14)
    for name, tensor in tensors.items():
        np.testing.assert_allclose(grad(trace, name)[..., 0], tensor.grad.numpy(), rtol=1e-12, atol=1e-14)
