"""Every letter on the screen is understood where a quantity is named: as shown, and as it can be typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import backprop_tutor as bt
from backprop_tutor.errors import TutorError
from backprop_tutor.formula.nodes import Formula, Role
from backprop_tutor.formula.printing.plain import plain
from backprop_tutor.formula.printing.unicode import unicode
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.names import element_of, factor_of, known_names, samples, signals
from backprop_tutor.lesson.teach import choose_notation
from backprop_tutor.notation.table import NOTATIONS
from backprop_tutor.practice.diagnosis.names import Names
from backprop_tutor.scenario.bundled import bundled
from tests.cli.calls import called
from tests.scenarios.of_numbers import BUNDLED

WITHOUT_DERIVATIVE = (Role.TARGET, Role.LOSS)
CASES = [
    (entry.name, notation.name)
    for entry in bundled()
    for notation in NOTATIONS.values()
    if notation.fits(BUNDLED[entry.name].graph)
]


def lesson(name: str, notation: str) -> Lesson:
    """The first step of a bundled scenario."""
    run = bt.run(bt.load(name))
    return Lesson(run.scenario, run.steps[0], NOTATIONS[notation], "en", 6)


@pytest.mark.parametrize(("name", "notation"), CASES)
def test_every_letter_shown_is_a_name(name: str, notation: str) -> None:
    """Values, derivatives and error signals of every element, in Unicode and in plain letters; what an error shows, too."""
    told = lesson(name, notation)
    for sample in samples(told).split(", "):
        element_of(told, sample)
    values, scaled = known_names(told), signals(told)
    nodes = [i for i, n in enumerate(told.graph.nodes) if n.role not in WITHOUT_DERIVATIVE and not n.inner]
    ends = {told.graph.nodes[told.graph.losses].name} if told.graph.dense is None else set()
    for element in (e for i in nodes for e in told.reading.elements(i) if told.graph.nodes[i].name not in ends):
        for written in _both(told.reading.letter(element)):
            assert values[written] == (element, "values")
        for written in _both(told.adjoint_letter(element)):
            assert values[written] == (element, "grads")
        for written in _both(told.signal_letter(element)):
            known = scaled[written].element if written in scaled else values[written][0]
            assert known == element


def _both(formula: Formula) -> tuple[str, str]:
    return unicode(formula), plain(formula)


@pytest.mark.parametrize(
    ("name", "notation", "typed", "factor"),
    [
        ("two-two-one", "pdp", "delta_c", -1),
        ("two-layer-batch", "brackets", "dz^[1]_2@3", 4),
        ("two-layer-batch", "pdp", "δ_4@1", -4),
        ("two-two-one", "nielsen", "delta^2_1", 1),
    ],
)
def test_a_signal_knows_its_size_beside_the_derivative(name: str, notation: str, typed: str, factor: int) -> None:
    """The sign of δ and the m of one example's dz: what the number under the name is to be divided by."""
    told = lesson(name, notation)
    assert element_of(told, typed)[1] == "grads"
    assert factor_of(told, typed) == factor


def test_a_signal_in_focus_is_shown_in_the_books_sign() -> None:
    """In every view: whoever asks for δ is shown δ."""
    run = bt.run(bt.load("two-two-one"))
    for view in ("paths", "graph", "deltas", "matrix"):
        shown = bt.render(bt.teach(run, notation="pdp", view=view, focus="δ_c"))
        assert "δ_c = w_ec·δ_e · f′(net_c)" in shown
        assert "≈ 0.00736034" in shown


def test_a_signal_mistyped_is_suggested() -> None:
    """The nearest name may be that of an error signal."""
    with pytest.raises(TutorError, match="did you mean 'δ_c'"):
        element_of(lesson("two-two-one", "pdp"), "δ_cc")


NAMED = [
    (["x1", "x2"], ["h1", "h2"], ["o1"], "layers"),
    (["a", "b"], ["c", "d"], ["e"], "nodes"),
    (["x1", "x2"], ["c", "d"], ["e"], "nodes"),
    (["a", "b"], ["h", "k"], ["e"], "layers"),
    (["a", "b"], ["c", "d"], ["y"], "layers"),
    (["a", "b"], ["left", "right"], ["out"], "nodes"),
]


@pytest.mark.parametrize(("inputs", "hidden", "outputs", "notation"), NAMED)
def test_units_by_name_are_the_default_where_their_names_read_well(
    inputs: list[str], hidden: list[str], outputs: list[str], notation: str, tmp_path: Path
) -> None:
    """W_ca is read at a glance, W_(h1,x1) and h(h) are not; names by unit are understood all the same."""
    layers = [
        {"units": hidden, "activation": "sigmoid", "weights": [[0.1, 0.2], [0.3, 0.4]]},
        {"units": outputs, "activation": "sigmoid", "weights": [[0.5, 0.6]]},
    ]
    scenario = {"title": "t", "network": {"inputs": inputs, "layers": layers}, "data": [{"x": [1, 2], "y": 1}]}
    file = tmp_path / "named.yaml"
    file.write_text(json.dumps(scenario))
    run = bt.run(bt.load(file))
    told = Lesson(run.scenario, run.steps[0], choose_notation(run.scenario.graph, None), "en", 6)
    assert told.notation.name == notation
    assert told.key(element_of(told, f"h({hidden[1]})")[0]) == "values.z1[2]"
    for output in (f"O({outputs[0]})", f"O_{outputs[0]}"):
        assert told.key(element_of(told, output)[0]) == "values.a2[1]"


TYPED = [
    ("nielsen", "w211", "values.W1[1,1]"),
    ("nielsen", "w2_12", "values.W1[1,2]"),
    ("nielsen", "a3_1", "values.a2[1]"),
    ("nielsen", "delta3", "grads.z2[1]"),
    ("nielsen", "dC/dw2_12", "grads.W1[1,2]"),
    ("layers", "W121", "values.W1[2,1]"),
    ("layers", "w121", "values.W1[2,1]"),
    ("layers", "W1_21", "values.W1[2,1]"),
    ("layers", "W^(1)_21", "values.W1[2,1]"),
    ("layers", "a1_2", "values.a1[2]"),
    ("layers", "delta2", "grads.z2[1]"),
    ("layers", "delta1_2", "grads.z1[2]"),
    ("layers", "dL/dw121", "grads.W1[2,1]"),
    ("layers", "dL/dW1[2,1]", "grads.W1[2,1]"),
    ("brackets", "W1_21", "values.W1[2,1]"),
    ("brackets", "dW1_21", "grads.W1[2,1]"),
    ("nodes", "w_ca", "values.W1[1,1]"),
    ("nodes", "dL/dO_c", "grads.a1[1]"),
]


@pytest.mark.parametrize(("notation", "typed", "key"), TYPED)
def test_names_are_understood_in_plain_ascii(notation: str, typed: str, key: str) -> None:
    """Raised and lowered indices as they come from a keyboard, in a focus and in a claim alike."""
    told = lesson("two-two-one", notation)
    element, section = element_of(told, typed)
    assert told.key(element, section) == key
    claimed = Names(told).find(typed, None)
    assert told.key(*claimed) == key


def test_the_derivative_by_the_only_number_of_an_array_needs_no_index() -> None:
    """dL/dz2 is the name of grads.z2 as people write it."""
    names = [called("run", "two-two-one", "--focus", name).out for name in ("grads.z2", "dL/dz2", "dL/dz2[1]")]
    assert names[0] == names[1] == names[2] != ""
