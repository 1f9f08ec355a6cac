"""Written solutions as learners hand them in: every line rounded and gone on with, one slip at most in one of them.

The arithmetic is done here, line by line, from the rounded figures of the lines before: nothing of the program takes
part. What a teacher would say of each line is known from how it was made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from tests.recognition.questions import RNN, TANH, TWO, W1, W2, S, b1, b2, written, x

Known = Mapping[str, float]
Rule = Callable[[Known], float]
GOOD = frozenset({"right", "rounded"})


@dataclass(frozen=True)
class Solution:
    """A solution: its scenario, its lines as they were written, what a teacher would say of each, what explains it."""

    name: str
    scenario: str
    lines: Mapping[str, str]
    verdicts: Mapping[str, frozenset[str]]
    causes: frozenset[str]


def two() -> dict[str, Rule]:
    """The lines of the network of two inputs, two hidden units and one output."""
    lines: dict[str, Rule] = {}
    for j in range(2):
        lines[f"z1[{j + 1}]"] = lambda k, j=j: W1[j, 0] * x[0] + W1[j, 1] * x[1] + b1[j]
    for j in range(2):
        lines[f"a1[{j + 1}]"] = lambda k, j=j: float(S(k[f"z1[{j + 1}]"]))
    lines["z2[1]"] = lambda k: W2[0, 0] * k["a1[1]"] + W2[0, 1] * k["a1[2]"] + b2[0]
    lines["a2[1]"] = lambda k: float(S(k["z2[1]"]))
    lines["loss"] = lambda k: 0.5 * (k["a2[1]"] - 1) ** 2
    lines["grads.z2[1]"] = lambda k: (k["a2[1]"] - 1) * k["a2[1]"] * (1 - k["a2[1]"])
    for j in range(2):
        lines[f"grads.W2[1,{j + 1}]"] = lambda k, j=j: k["grads.z2[1]"] * k[f"a1[{j + 1}]"]
    for j in range(2):
        lines[f"grads.z1[{j + 1}]"] = lambda k, j=j: hidden(k, j)
    for j in range(2):
        for i in range(2):
            lines[f"grads.W1[{j + 1},{i + 1}]"] = lambda k, j=j, i=i: k[f"grads.z1[{j + 1}]"] * x[i]
    lines["updated.W2[1,1]"] = lambda k: W2[0, 0] - 0.5 * k["grads.W2[1,1]"]
    lines["updated.W1[1,1]"] = lambda k: W1[0, 0] - 0.5 * k["grads.W1[1,1]"]
    return lines


def hidden(k: Known, j: int) -> float:
    """The error signal of a hidden unit."""
    a = k[f"a1[{j + 1}]"]
    return float(k["grads.z2[1]"] * W2[0, j] * a * (1 - a))


def tanh() -> dict[str, Rule]:
    """The lines of the graph z = w·x, h = tanh z, y = u·h, L = (y − t)²/2."""
    return {
        "z": lambda k: 0.9,
        "h": lambda k: float(np.tanh(k["z"])),
        "y": lambda k: -0.8 * k["h"],
        "L": lambda k: (k["y"] - 0.5) ** 2 / 2,
        "grads.y": lambda k: k["y"] - 0.5,
        "grads.u": lambda k: k["grads.y"] * k["h"],
        "grads.h": lambda k: k["grads.y"] * -0.8,
        "grads.z": lambda k: k["grads.h"] * (1 - k["h"] ** 2),
        "grads.w": lambda k: k["grads.z"] * 0.6,
        "updated.w": lambda k: 1.5 - 0.1 * k["grads.w"],
    }


def rnn() -> dict[str, Rule]:
    """The lines of two steps of a recurrent unit."""
    return {
        "z1": lambda k: 0.35,
        "h1": lambda k: float(np.tanh(k["z1"])),
        "z2": lambda k: -0.21 + 1.1 * k["h1"],
        "h2": lambda k: float(np.tanh(k["z2"])),
        "L": lambda k: (k["h2"] - 0.4) ** 2 / 2,
        "grads.h2": lambda k: k["h2"] - 0.4,
        "grads.z2": lambda k: k["grads.h2"] * (1 - k["h2"] ** 2),
        "grads.h1": lambda k: k["grads.z2"] * 1.1,
        "grads.z1": lambda k: k["grads.h1"] * (1 - k["h1"] ** 2),
        "grads.u": lambda k: k["grads.z2"] * k["h1"],
        "grads.w": lambda k: k["grads.z1"] * 0.5 + k["grads.z2"] * -0.3,
    }


def solved(
    name: str, lines: Mapping[str, Rule], scenario: str, digits: int, slips: Mapping[str, Rule], *ids: str
) -> Solution:
    """A solution with so many figures, some lines made by a wrong rule."""
    known, texts, off = {}, {}, set()
    verdicts = {}
    for line, rule in lines.items():
        seen: set[str] = set()
        made = slips.get(line, rule)
        value = made(_Watched(known, seen))
        texts[line] = written(value, digits)
        known[line] = float(texts[line])
        if line in slips:
            verdicts[line] = frozenset({"wrong"})
            off.add(line)
        elif seen & off:
            verdicts[line] = GOOD | {"carried"}
            off.add(line)
        else:
            verdicts[line] = GOOD
    return Solution(name, scenario, texts, verdicts, frozenset(ids))


class _Watched(dict[str, float]):
    """Numbers that note which of them were used."""

    def __init__(self, known: Mapping[str, float], seen: set[str]) -> None:
        super().__init__(known)
        self._seen = seen

    def __getitem__(self, name: str) -> float:
        self._seen.add(name)
        return super().__getitem__(name)


def error(k: Known) -> float:
    """What the output is off."""
    return k["a2[1]"] - 1


def turned(k: Known) -> float:
    """The error signal of the output with the other sign."""
    return -error(k) * k["a2[1]"] * (1 - k["a2[1]"])


def with_minus(k: Known) -> float:
    """The sum of the output with one sign turned."""
    return float(W2[0, 0] * k["a1[1]"] - W2[0, 1] * k["a1[2]"] + b2[0])


def other_slope(k: Known) -> float:
    """The error signal of the graph with the slope of a sigmoid."""
    return k["grads.h"] * k["h"] * (1 - k["h"])


_TWO: tuple[tuple[str, int, dict[str, Rule], tuple[str, ...]], ...] = (
    ("all right, three figures", 3, {}, ()),
    ("all right, four figures", 4, {}, ()),
    ("all right, six figures", 6, {}, ()),
    ("bias left out", 4, {"z1[1]": lambda k: W1[0] @ x}, ("bias-dropped", "term-omitted")),
    ("sigmoid left out", 4, {"a1[2]": lambda k: k["z1[2]"]}, ("activation-skipped-hidden", "value-repeated")),
    ("no half", 4, {"loss": lambda k: error(k) ** 2}, ("half-missing", "constant-forgotten")),
    ("no slope at the output", 4, {"grads.z2[1]": error}, ("output-derivative-omitted", "factor-omitted")),
    ("sign at the output", 4, {"grads.z2[1]": turned}, ("sign-flipped", "sign-lost", "delta-with-other-sign")),
    ("slope of z", 5, {"grads.z2[1]": lambda k: error(k) * k["z2[1]"] * (1 - k["z2[1]"])}, ("derivative-at-preactivation",)),
    ("only 1 − a", 4, {"grads.z2[1]": lambda k: error(k) * (1 - k["a2[1]"])}, ("derivative-is-complement", "factor-omitted")),
    ("no slope in a hidden unit", 4, {"grads.z1[1]": lambda k: k["grads.z2[1]"] * W2[0, 0]}, ("hidden-derivative-omitted", "factor-omitted")),
    ("weight left out", 4, {"grads.z1[2]": lambda k: k["grads.z2[1]"] * k["a1[2]"] * (1 - k["a1[2]"])}, ("weights-forgotten", "factor-omitted")),
    ("plain error sent back", 5, {"grads.z1[1]": lambda k: error(k) * W2[0, 0] * k["a1[1]"] * (1 - k["a1[1]"])}, ("raw-error-propagated",)),
    ("other weight", 4, {"grads.z1[1]": lambda k: hidden({**k, "grads.z2[1]": k["grads.z2[1]"] * W2[0, 1] / W2[0, 0]}, 0)}, ("sibling-used",)),
    ("z for a in a gradient", 4, {"grads.W2[1,1]": lambda k: k["grads.z2[1]"] * k["z1[1]"]}, ("preactivation-for-activation", "sibling-used")),
    ("other input", 4, {"grads.W1[1,1]": lambda k: k["grads.z1[1]"] * x[1]}, ("sibling-used",)),
    ("input left out", 4, {"grads.W1[2,1]": lambda k: k["grads.z1[2]"]}, ("input-forgotten", "factor-omitted")),
    ("plus in the update", 5, {"updated.W2[1,1]": lambda k: W2[0, 0] + 0.5 * k["grads.W2[1,1]"]}, ("ascent", "sign-lost")),
    ("no learning rate", 5, {"updated.W1[1,1]": lambda k: W1[0, 0] - k["grads.W1[1,1]"]}, ("learning-rate-forgotten", "factor-omitted")),
    ("minus lost in a sum", 4, {"z2[1]": with_minus}, ("sign-lost", "sign-changed", "given-miscopied")),
)  # fmt: skip
_TANH: tuple[tuple[str, int, dict[str, Rule], tuple[str, ...]], ...] = (
    ("graph, all right", 4, {}, ()),
    ("graph, no slope", 4, {"grads.z": lambda k: k["grads.h"]}, ("factor-omitted", "hidden-derivative-omitted")),
    ("graph, slope of z", 5, {"grads.z": lambda k: k["grads.h"] * (1 - k["z"] ** 2)}, ("sibling-used", "derivative-at-preactivation")),
    ("graph, slope of a sigmoid", 5, {"grads.z": other_slope}, ("derivative-of-other-function", "slope-of-another-function")),
    ("graph, no half", 4, {"L": lambda k: (k["y"] - 0.5) ** 2}, ("constant-forgotten",)),
    ("graph, error turned round", 4, {"grads.y": lambda k: 0.5 - k["y"]}, ("delta-with-other-sign", "sign-lost", "sign-flipped")),
)  # fmt: skip
_RNN: tuple[tuple[str, int, dict[str, Rule], tuple[str, ...]], ...] = (
    ("two steps, all right", 4, {}, ()),
    (
        "two steps, the last only",
        4,
        {"grads.w": lambda k: k["grads.z2"] * -0.3},
        ("one-path-only", "term-omitted", "recurrent-last-step-only"),
    ),
    (
        "two steps, the wrong state",
        4,
        {"grads.u": lambda k: k["grads.z2"] * k["h2"]},
        ("index-one-off", "sibling-used"),
    ),
)

SOLUTIONS = (
    *(solved(name, two(), TWO, digits, slips, *ids) for name, digits, slips, ids in _TWO),
    *(solved(name, tanh(), TANH, digits, slips, *ids) for name, digits, slips, ids in _TANH),
    *(solved(name, rnn(), RNN, digits, slips, *ids) for name, digits, slips, ids in _RNN),
)
