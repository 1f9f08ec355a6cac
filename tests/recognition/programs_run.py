"""Programs carried out on numbers, in double and single precision, and what the diagnosis says of their gradients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from backprop_tutor.programs.diagnosis import ArrayDiagnosis, diagnose_arrays
from backprop_tutor.programs.examples import example_network
from backprop_tutor.programs.execution import given_values
from backprop_tutor.programs.layout import LAYOUTS


def network(clean: Any, seed: int = 0) -> Any:
    """The network of a program, as a scenario."""
    return example_network(clean.sizes, clean.activations, clean.loss, seed=seed, l2=clean.l2)


def given(scenario: Any, layout: str, dtype: Any = float) -> tuple[dict[str, Any], Any, Any]:
    """Parameters, inputs and targets as a program in that layout takes them."""
    values = given_values(scenario, LAYOUTS[layout], dtype)
    parameters = {name: np.array(values[name]) for name in scenario.graph.parameters}
    return parameters, values["x"], values["y"]


def gradients_of(text: str, scenario: Any, layout: str, dtype: Any = float) -> Mapping[str, Any] | None:
    """What a program of ours gives, None where it breaks off."""
    known: dict[str, Any] = {"np": np}
    try:
        with np.errstate(all="ignore"):
            exec(text, known)
            found = known["backward"](*given(scenario, layout, dtype))
    except Exception:
        return None
    usable = isinstance(found, dict) and all(
        isinstance(v, np.ndarray | np.floating) and np.isfinite(v).all() for v in found.values()
    )
    return found if usable and len(found) == len(scenario.graph.parameters) else None


def diagnosed(scenario: Any, gradients: Any) -> ArrayDiagnosis:
    """The diagnosis of gradients alone."""
    return diagnose_arrays(scenario, gradients)
