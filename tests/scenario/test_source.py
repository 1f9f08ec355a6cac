"""A source tells where each value stands and how its author wrote it."""

import pytest

from backprop_tutor.scenario.load import read

TEXT = """\
title: t
network:
  inputs: 2
  layers:
    - units: 2
      activation: sigmoid
      weights: [[0.10, 0.7],
                [3e-1, null]]
      bias: 0.350
    - units: 1
      activation: sigmoid
      weights: {init: zeros}
data: [{x: [.5, 1.0], y: 1.00}]
training: {optimizer: adam}
"""


@pytest.fixture
def source(tmp_path):
    """The file above, read."""
    path = tmp_path / "f.yaml"
    path.write_text(TEXT)
    return read(path)[1]


@pytest.mark.parametrize(
    ("path", "spelling"),
    [
        (("network", "layers", 0, "weights", 0, 0), "0.10"),
        (("network", "layers", 0, "weights", 1, 0), "3e-1"),
        (("network", "layers", 0, "weights", 1, 1), None),
        (("network", "layers", 0, "bias", 0), "0.350"),
        (("network", "layers", 0, "bias", 1), "0.350"),
        (("network", "layers", 1, "weights", 0, 0), None),
        (("data", 0, "x", 0), ".5"),
        (("data", 0, "y", 0), "1.00"),
        (("training", "learning_rate"), None),
    ],
)
def test_the_spelling_of_a_number(source, path, spelling):
    """A number is spelt as in the file, also where one number stands for a whole list; a default has no spelling."""
    assert source.spelling(path) == spelling


@pytest.mark.parametrize(
    ("path", "key", "line", "column", "marked"),
    [
        (("title",), False, 1, 8, "t"),
        (("title",), True, 1, 1, "title"),
        (("network",), True, 2, 1, "network"),
        (("network", "layers", 0, "weights"), False, 7, 16, "[[0.10, 0.7],"),
        (("network", "layers", 0, "weights", 1, 0), False, 8, 18, "3e-1"),
        (("network", "layers", 0, "bias", 1), False, 9, 13, "0.350"),
        (("network", "layers", 1, "bias"), False, 10, 7, "units: 1"),
        (("data", 0, "y", 0), False, 13, 26, "1.00"),
        (("training", "optimizer", "kind"), False, 14, 23, "adam"),
        (("training", "stop", "loss"), False, 14, 1, "training"),
        (("loss", "function"), False, 1, 1, "title: t"),
    ],
)
def test_the_place_of_a_value(source, path, key, line, column, marked):
    """A value stands where it is written; what is not written stands at what it would belong to."""
    place = source.place(path, key)

    assert (place.line, place.column) == (line, column)
    assert place.source[column - 1 : column - 1 + place.length] == marked
