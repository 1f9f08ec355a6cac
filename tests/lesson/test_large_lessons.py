"""Beyond a size a lesson has the results only, says so, and still tells any one number in full."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from tests.cli.calls import called

SIZES = [((784, 30, 10), 1), ((8, 16, 4), 16), ((2, 2, 1), 700)]


def large(folder: Path, sizes: tuple[int, ...], examples: int) -> str:
    """A file with a network of these sizes."""
    layers = [
        f"{{units: {units}, activation: tanh, weights: {{init: xavier_normal, seed: {i}}}, bias: 0.1}}"
        for i, units in enumerate(sizes[1:])
    ]
    draw = np.random.default_rng(1)
    data = [
        f"  - {{x: {draw.uniform(0, 1, sizes[0]).round(2).tolist()}, y: {draw.uniform(0, 1, sizes[-1]).round(2).tolist()}}}"
        for _ in range(examples)
    ]
    text = f"title: large\nnetwork: {{inputs: {sizes[0]}, layers: [{', '.join(layers)}]}}\nloss: half_squared_error\ndata:\n"
    path = folder / "large.yaml"
    path.write_text(text + "\n".join(data) + "\n", encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(("sizes", "examples"), SIZES)
@pytest.mark.parametrize("options", ["", "--format html"])
def test_a_large_lesson_is_short_and_says_so(
    tmp_path: Path, sizes: tuple[int, ...], examples: int, options: str
) -> None:
    """Within seconds, at most 5 MB, with a sentence on what is left out and how any number is had."""
    file, began = large(tmp_path, sizes, examples), time.process_time()
    found = called("run", file, *options.split())
    assert time.process_time() - began < 6
    assert found.status == 0
    assert len(found.out) < 5_000_000
    assert "more than anyone reads" in " ".join(found.out.split())


def test_one_number_of_a_large_network_is_told_in_full(tmp_path: Path) -> None:
    """--focus finds a name of the contract without writing down 24,000 others."""
    file, began = large(tmp_path, (784, 30, 10), 1), time.process_time()
    found = called("run", file, "--focus", "W1[3,5]")
    assert time.process_time() - began < 6
    assert found.status == 0
    assert "more than anyone reads" not in found.out


def test_small_lessons_are_whole() -> None:
    """A network of a book has every line."""
    assert "more than anyone reads" not in called("run", "two-two-one", "--detail", "full").out
