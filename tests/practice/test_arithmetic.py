"""Formulas of an answer, computed for many wrong turns side by side."""

import numpy as np
import pytest

from backprop_tutor.formula.nodes import Call, Sym
from backprop_tutor.practice.edits.arithmetic import worth


@pytest.mark.parametrize(("function", "wanted"), [("max", [4.0, 7.0]), ("min", [-1.0, -1.0])])
def test_the_extreme_of_a_window_has_as_many_arguments_as_the_window(function: str, wanted: list[float]) -> None:
    """max and min of four numbers, of which one differs from world to world."""
    window = Call(function, tuple(Sym(name, key=name) for name in "abcd"))
    found = worth(window, {"a": np.array([3.0, 7.0]), "b": 4.0, "c": -1.0, "d": 2.0})
    np.testing.assert_array_equal(found, wanted)
