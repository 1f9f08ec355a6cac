"""The bundled scenarios with arrays give the figures of course exercises, and those of PyTorch where it is installed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from backprop_tutor.records.trace import record
from backprop_tutor.scenario.load import load
from backprop_tutor.training.train_step import run_scenario
from backprop_tutor.verify.differences import verify
from tests.scenarios.of_numbers import BUNDLED

FIGURES: Mapping[str, Mapping[str, Any]] = {
    "convolution-backward": {
        "values.y": [[3, 7], [0, 2]],
        "grads.k": [[4, -1], [1, 6]],
        "grads.x": [[1, 2, 0], [-1, -1, 4], [0, 1, -2]],
    },
    "max-pooling": {
        "values.y": [[4, 2], [2, 5]],
        "grads.x": [[0, 0, -1, 0], [0.5, 0, 0, 0], [0, 2, 3, 0], [0, 0, 0, 0]],
    },
    "average-pooling": {
        "values.y": [[3, 4], [6, 7.25]],
        "grads.x": [[0.25, 0.75, 0.5], [0, 1.5, 1.5], [-0.25, 0.75, 1]],
    },
    "batch-norm-backward": {
        "values.y": [-0.8887, -0.1944, 2.5831],
        "grads.gain": [-3.7033],
        "grads.shift": [-1],
        "grads.x": [0.1323, -0.1653, 0.0331],
    },
    "layer-norm-backward": {"grads.x": [0.0882, -0.1102, 0.0220]},
    "attention-one-unit": {
        "values.a": [0.3775, 0.6225],
        "values.o": [-1.6225],
        "grads.wq": [0.7338],
        "grads.wk": [0.3669],
        "grads.wv": [-5.0661],
    },
    "skip-gram": {
        "values.loss": 1.4474,
        "grads.v": [0.1060, -0.0463],
        "grads.o": [-0.2537, 0.1015],
        "grads.n": [0.2612, -0.1045],
    },
    "residual-blocks": {
        "values.h1": [1.4621],
        "values.h2": [1.6073],
        "grads.w": [-1.2025, -1.9934],
        "grads.x": [-2.1303],
    },
    "softmax-at-the-logits": {
        "values.p": [0.2312, 0.6285, 0.1402],
        "values.loss": 1.4644,
        "grads.z": [-0.7688, 0.6285, 0.1402],
    },
}
"""Results of standard exercises, rounded to four decimals; worked out independently and checked by finite differences."""

OF_ARRAYS = [name for name, scenario in BUNDLED.items() if scenario.graph.shapes is not None]


def _step(name: str) -> Any:
    return record(run_scenario(load(name)))["steps"][0]


@pytest.mark.parametrize(
    ("scenario", "name"), [(scenario, name) for scenario, known in FIGURES.items() for name in known]
)
def test_the_figures_of_course_exercises_come_out(scenario: str, name: str) -> None:
    """Each figure agrees to the four decimals it is known to."""
    section, _, quantity = name.partition(".")
    found = np.asarray(_step(scenario)[section][quantity], dtype=float)
    wanted = np.asarray(FIGURES[scenario][name], dtype=float)
    np.testing.assert_allclose(found.reshape(wanted.shape), wanted, atol=5.1e-5)


@pytest.mark.parametrize("name", OF_ARRAYS)
def test_every_derivative_is_verified(name: str) -> None:
    """Differences by Richardson's extrapolation and, where it knows the formulas, SymPy agree with every derivative."""
    for step in run_scenario(load(name)).steps:
        found = verify(step.trace, most=40)
        assert found.passed


def test_the_shares_of_a_normalisation_cancel() -> None:
    """To shift all inputs of a norm alike changes nothing: the derivatives add up to 0."""
    for name in ("batch-norm-backward", "layer-norm-backward"):
        assert np.sum(_step(name)["grads"]["x"]) == pytest.approx(0, abs=1e-12)
