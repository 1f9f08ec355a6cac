"""Random scenarios for work by hand, written as scenario files and read like any other.

Each number has two decimals and is drawn by a hash of its name, so adding one changes no other. Whole draws that are
not suitable for work by hand are drawn again.
"""

from __future__ import annotations

import re
from hashlib import sha256
from itertools import pairwise

from backprop_tutor.errors import TutorError, visible
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.practice.exercise.draw import GENERATOR, drawn, pick
from backprop_tutor.practice.exercise.variant import fit
from backprop_tutor.scenario.load import build
from backprop_tutor.text import T

SHAPES = ("2-2-1", "2-2-2", "2-3-1", "3-2-2", "2-2-3")
SHAPE = re.compile(r"[1-9](?:-[1-9]){1,4}", re.ASCII)
ATTEMPTS = {1e-3: 300, 1e-4: 100, 1e-5: 100}
"""The number of draws tried for gradients that are nowhere below 0.001; then, for deep networks, for smaller ones."""

RATES = (0.1, 0.2, 0.3, 0.4, 0.5)

NO_SHAPE = T(
    "--random takes the sizes of the layers, such as 2-3-2 (2 to 5 layers of at most 9 units); '{typed}' is not that",
    "--random 的写法是各层的单元数，如 2-3-2（2 至 5 层，每层至多 9 个单元）；'{typed}' 不是这样",
)
UNFIT = T(
    "no numbers fit for hand work were found for {shape}; fewer units will do",
    "没有为 {shape} 找到适合手算的数；请减少单元数",
)
TITLE = T("A random {shape} network", "随机 {shape} 网络")


class UnfitError(TutorError):
    """Raised where no draw of a network is suitable for work by hand."""


@frozen
class Features:
    """Features of a random network besides its shape: an entry for every skill that requires one."""

    output: str = "sigmoid"
    loss: str = "half_squared_error"
    optimizer: str = "sgd"
    examples: int = 1


FEATURES = {
    "softmax-cross-entropy": Features(output="softmax", loss="cross_entropy"),
    "optimizer": Features(optimizer="momentum"),
    "batch-mean": Features(examples=2),
}


def random_network(shape: str | None, seed: int, skill: str | None = None) -> Scenario:
    """A network of a shape such as ``2-3-2``, or of a drawn one, with what `skill` needs, as far as the shape allows.

    Raises TutorError for an invalid shape, UnfitError where no draw is suitable.
    """
    features = FEATURES.get(skill or "", Features())
    sizes = _sizes(shape or _suitable(seed, features))
    if features.output == "softmax" and sizes[-1] == 1:  # whose only output would always be 1
        features = Features()
    thresholds = (smallest for smallest, count in ATTEMPTS.items() for _ in range(count))
    for attempt, smallest in enumerate(thresholds):
        scenario = _read(_Draw(sizes, features, seed, attempt).text())
        if fit(scenario, smallest):
            return scenario
    raise UnfitError(UNFIT.format(shape="-".join(map(str, sizes))))


def _suitable(seed: int, features: Features) -> str:
    wanted = 3 if features.output == "softmax" else 1
    return pick([shape for shape in SHAPES if int(shape[-1]) >= wanted], seed, "shape")


def _sizes(shape: str) -> tuple[int, ...]:
    if not SHAPE.fullmatch(shape):
        raise TutorError(NO_SHAPE.format(typed=visible(shape)))
    return tuple(int(size) for size in shape.split("-"))


def _read(text: str) -> Scenario:
    from backprop_tutor.scenario.checks.validate import validated
    from backprop_tutor.scenario.yaml.source import Source
    from backprop_tutor.scenario.yaml.tree import parse

    digest = sha256(text.encode()).hexdigest()
    source = Source(f"random:{GENERATOR}", digest, tuple(text.splitlines()), parse(text))
    return build(*validated(source))


@frozen
class _Draw:
    """One draw of all the numbers of a network."""

    sizes: tuple[int, ...]
    features: Features
    seed: int
    attempt: int

    def text(self) -> str:
        """The scenario file."""
        title = TITLE.format(shape="-".join(map(str, self.sizes)))
        layers = "".join(self._layer(number, pair) for number, pair in enumerate(pairwise(self.sizes), start=1))
        rows = "".join(self._row(number) for number in range(1, self.features.examples + 1))
        rate = pick(RATES, self.seed, self.attempt, "learning_rate")
        return (
            f"title: {{en: '{title.en}', zh: '{title.zh}'}}\n"
            f"network:\n  inputs: {self.sizes[0]}\n  layers:\n{layers}"
            f"loss: {self.features.loss}\ndata:\n{rows}"
            f"training: {{optimizer: {self.features.optimizer}, learning_rate: {rate}}}\n"
        )

    def _layer(self, number: int, sizes: tuple[int, int]) -> str:
        below, units = sizes
        last = number == len(self.sizes) - 1
        hidden = pick(("sigmoid", "tanh"), self.seed, "hidden")
        rows = ", ".join(self._list(f"W{number}[{j}]", below, signed=True) for j in range(1, units + 1))
        return (
            f"    - units: {units}\n      activation: {self.features.output if last else hidden}\n"
            f"      weights: [{rows}]\n      bias: {self._list(f'b{number}', units, signed=True)}\n"
        )

    def _row(self, example: int) -> str:
        inputs = self._list(f"x@{example}", self.sizes[0])
        return f"  - {{x: {inputs}, y: {self._targets(example)}}}\n"

    def _targets(self, example: int) -> str:
        outputs = self.sizes[-1]
        if self.features.output != "softmax":
            return self._list(f"y@{example}", outputs)
        right = drawn(self.seed, self.attempt, f"y@{example}") % outputs
        return str([int(k == right) for k in range(outputs)])

    def _list(self, name: str, count: int, *, signed: bool = False) -> str:
        return f"[{', '.join(self._number(f'{name}[{i}]', signed) for i in range(1, count + 1))}]"

    def _number(self, name: str, signed: bool) -> str:
        """A number with two decimals between 0.10 and 0.95, negative in about a third of the signed ones."""
        hundredths = 10 + drawn(self.seed, self.attempt, name) % 86
        negative = signed and drawn(self.seed, self.attempt, "sign", name) % 3 == 0
        return f"{'-' if negative else ''}{hundredths / 100:.2f}"
