"""The mistakes in an optimizer's rule, over two steps, against the rule written out by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from backprop_tutor.practice.mistakes.catalogue import MISTAKES
from backprop_tutor.whatif.intervention import Intervention
from tests.practice.hand import scenario

RATE, B1, B2, EPS = 0.1, 0.7, 0.9, 1e-3


def momentum(
    p: Any, g: Any, h: Any, first: Callable[..., Any], then: Callable[..., Any], use: Callable[..., Any]
) -> Any:
    """The parameter after two steps: a velocity from the first gradient, then from both."""
    v = first(g)
    p = p - RATE * use(v, g)
    return p - RATE * use(then(v, h), h)


def adam(p: Any, g: Any, h: Any, b: tuple[float, float] = (B1, B2), square=np.square, correct=None, step=None) -> Any:
    """The parameter after two steps of Adam with some of it taken otherwise."""
    correct = correct or (lambda beta, t: 1 / (1 - beta**t))
    step = step or (lambda m, s: m / (np.sqrt(s) + EPS))
    m = s = 0
    for t, slope in ((1, g), (2, h)):
        m, s = b[0] * m + (1 - b[0]) * slope, b[1] * s + (1 - b[1]) * square(slope)
        p = p - RATE * step(m * correct(b[0], t), s * correct(b[1], t))
    return p


LIMIT = 0.01


def shortened(g: Any) -> Any:
    """One array of a gradient, no longer than the limit."""
    return g * min(1, LIMIT / np.sqrt((g * g).sum()))


CASES = (
    (
        "momentum-form",
        "momentum",
        lambda p, g, h: momentum(p, g, h, lambda g: 0.4 * g, lambda v, h: 0.6 * v + 0.4 * h, lambda v, g: v),
    ),
    (
        "momentum-sign",
        "momentum",
        lambda p, g, h: momentum(p, g, h, lambda g: g, lambda v, h: h - 0.6 * v, lambda v, g: v),
    ),
    (
        "nesterov-as-momentum",
        "nesterov",
        lambda p, g, h: momentum(p, g, h, lambda g: g, lambda v, h: 0.6 * v + h, lambda v, g: v),
    ),
    (
        "nesterov-as-momentum",
        "momentum",
        lambda p, g, h: momentum(p, g, h, lambda g: g, lambda v, h: 0.6 * v + h, lambda v, g: g + 0.6 * v),
    ),
    ("adam-uncorrected", "adam", lambda p, g, h: adam(p, g, h, correct=lambda beta, t: 1)),
    ("adam-correction-constant", "adam", lambda p, g, h: adam(p, g, h, correct=lambda beta, t: 1 / (1 - beta))),
    ("adam-correction-multiplied", "adam", lambda p, g, h: adam(p, g, h, correct=lambda beta, t: 1 - beta**t)),
    ("adam-epsilon-inside-root", "adam", lambda p, g, h: adam(p, g, h, step=lambda m, s: m / np.sqrt(s + EPS))),
    ("adam-step-off-by-one", "adam", lambda p, g, h: adam(p, g, h, correct=lambda beta, t: 1 / (1 - beta ** (t + 1)))),
    ("adam-betas-swapped", "adam", lambda p, g, h: adam(p, g, h, b=(B2, B1))),
    ("adam-gradient-not-squared", "adam", lambda p, g, h: adam(p, g, h, square=lambda g: g)),
    ("schedule-forgotten", "decaying", lambda p, g, h: p - 0.1 * g - 0.1 * h),
    ("schedule-step-off-by-one", "decaying", lambda p, g, h: p - 0.05 * g - 0.025 * h),
    ("schedule-forgotten", "warming", lambda p, g, h: p - 0.1 * g - 0.1 * h),
    ("warm-up-from-zero", "warming", lambda p, g, h: p - 0.05 * h),
    ("clip-forgotten", "clipped", lambda p, g, h: p - 0.1 * g - 0.1 * h),
    ("clip-by-value", "clipped", lambda p, g, h: p - 0.1 * np.clip(g, -LIMIT, LIMIT) - 0.1 * np.clip(h, -LIMIT, LIMIT)),
    ("clip-each-array", "clipped", lambda p, g, h: p - 0.1 * shortened(g) - 0.1 * shortened(h)),
)

TESTED = {name for name, *_ in CASES} | {"clip-after-rate"}
"""The mistakes that have a rule written out by hand in this file."""


@pytest.mark.parametrize(("name", "optimizer", "rule"), CASES, ids=lambda c: c if isinstance(c, str) else "")
@pytest.mark.parametrize("parameter", ["W1", "b2"])
def test_an_optimizer_mistake_follows_its_rule(name: str, optimizer: str, rule: Callable[..., Any], parameter: str):
    """Two steps of a mistaken optimizer lead where the mistaken rule leads by hand, from the gradients met on the way."""
    given = scenario(optimizer)
    site = next(MISTAKES[name].sites(given))

    first, second = Intervention.single(site.changes).walk(given, 2)
    with np.errstate(invalid="ignore"):
        expected = rule(given.parameters[parameter], first.trace.adjoint(parameter), second.trace.adjoint(parameter))

    np.testing.assert_allclose(second.updated[parameter], expected, rtol=1e-12)


def test_the_step_clipped_for_the_gradient() -> None:
    """The limit is held against the length of the step, all parameters together; here the step is short enough."""
    given = scenario("clipped")
    (site,) = MISTAKES["clip-after-rate"].sites(given)
    first, _ = Intervention.single(site.changes).walk(given, 2)
    norm = np.sqrt(sum((first.trace.adjoint(name) ** 2).sum() for name in given.parameters))
    factor = LIMIT / max(LIMIT, 0.1 * norm)
    for name, p in given.parameters.items():
        np.testing.assert_allclose(first.updated[name], p - 0.1 * factor * first.trace.adjoint(name), rtol=1e-12)
