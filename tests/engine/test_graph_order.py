"""Long graphs: put in order in time that grows with their length, and carried out without recursion."""

from __future__ import annotations

import time
from random import Random

import numpy as np
import pytest

from backprop_tutor.formula.nodes import Formula, Sym
from backprop_tutor.graph.array import each
from backprop_tutor.graph.expressions import in_order, names_in


def test_each_node_comes_after_those_it_uses() -> None:
    """Ten thousand formulas in any order are put in order within a second."""
    draw = Random(1)
    formulas: dict[str, Formula] = {
        f"n{i}": Sym(f"n{draw.randrange(i)}") * Sym(f"n{i - 1}") if i else Sym("x") * 2 for i in range(10_000)
    }
    shuffled = dict(draw.sample(sorted(formulas.items()), len(formulas)))
    began = time.process_time()
    ordered = in_order(shuffled)
    assert time.process_time() - began < 2
    at = {name: i for i, name in enumerate(ordered)}
    assert all(at[used] < at[name] for name, f in formulas.items() for used in names_in(f) if used in at)


def test_a_circle_is_refused() -> None:
    """Formulas that refer to each other have no order."""
    with pytest.raises(ValueError, match="circle"):
        in_order({"a": Sym("b") + 1, "b": Sym("a") + 1, "c": Sym("x") + 1})


def test_a_formula_takes_any_number_of_names() -> None:
    """NumPy takes 63 arrays in a call; a sum of 200 names is written all the same."""
    arrays = [np.array([[Sym(f"p{i}"), Sym(f"q{i}")]], dtype=object) for i in range(200)]
    written = each(lambda *names: len(names), arrays)
    assert written.tolist() == [[200, 200]]
