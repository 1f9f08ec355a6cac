"""How a corrected line is marked: what has to go, what was missing, and the joints between the pieces."""

from __future__ import annotations

import pytest

import backprop_tutor as bt
from backprop_tutor.formula.nodes import Mul, Neg, Sym
from backprop_tutor.formula.printing.plain import plain
from backprop_tutor.lesson.document import Changed, Math, Paragraph, Rows, Text
from backprop_tutor.practice.diagnosis.claims import entries
from backprop_tutor.practice.diagnosis.feedback import feedback
from backprop_tutor.practice.diagnosis.search import diagnose
from backprop_tutor.practice.diagnosis.submission import case
from backprop_tutor.practice.edits.marked_correction import blocks, correction

a, b, c, d = map(Sym, "abcd")


def spelt(words: tuple[object, ...]) -> str:
    """Words as text, what is struck in [-…-] and what is inserted in [+…+]."""
    out = ""
    for word in words:
        match word:
            case Changed(words=inner, change=change):
                out += f"[{'-' if change == 'struck' else '+'}{spelt(inner)}]"
            case Math(formula=formula):
                out += plain(formula)
            case Text(text=text):
                out += text
    return out


def test_pieces_at_the_head_of_a_line_begin_without_a_joint() -> None:
    """Where nothing is kept ahead, neither what is struck nor what is inserted begins with a multiplication sign."""
    assert spelt(correction(Mul((d, c)), Mul((a, b, c)))).startswith(("[-d][+a", "[-d] [+a"))


def test_pieces_behind_others_are_joined_to_them() -> None:
    """A factor that is missing behind a kept one brings its sign."""
    marked = spelt(correction(Mul((a, c)), Mul((a, b, c))))
    assert marked.startswith("a[+")
    assert marked.index("[+") < marked.index("b")


def test_a_lost_sign_is_marked_alone() -> None:
    """The minus is struck or inserted, the rest of the line stands."""
    line = Mul((a, b))
    assert spelt(correction(Neg(line), line)) == "[-−]a*b"
    assert spelt(correction(line, Neg(line))) == "[+−]a*b"


def best(*claims: str) -> tuple[list[str], str]:
    """The ids of the first explanation of figures of the 2-2-1 network, and the line with its correction marked."""
    found = diagnose(case(bt.load("two-two-one"), entries(claims)))
    if not found.explanations:
        return [], ""
    first = found.explanations[0]
    assert first.solutions, "an edit belongs to a solution"
    assert first.edited, "and is one of its lines"
    (correction,) = blocks(first.solutions, first.edited)
    assert isinstance(correction, Rows)
    (marked,) = correction.rows[-1].blocks
    assert isinstance(marked, Paragraph)
    return list(first.hypothesis.names), spelt(marked.words)


def test_exchanged_digits_are_told_before_a_number_read_wrongly() -> None:
    """L = 0.0623505 is written as 0.0623 or 0.06235; 0.0632 and 0.06325 have the 2 and the 3 exchanged."""
    assert best("L=0.0632") == (["digits-exchanged"], "L = 0.06[-32][+23]")
    assert best("L=0.06325") == (["digits-exchanged"], "L = 0.06[-32][+23]5")


def test_one_lost_sign_is_named_where_the_lines_around_it_are_right() -> None:
    """∂L/∂W_ec = −0.0806653·0.647941 = −0.0522664; the error signal was right, so its sign was not turned."""
    named, marked = best("grads.h(e)=-0.0806653", "grads.W_ec=0.0522664", "grads.W_ed=-0.0465346")
    assert named == ["sign-lost"]
    assert marked.count("[") == 1


def test_a_rounding_gives_every_figure_as_it_is_written() -> None:
    """0.61 and 0.648 are no 0.5 and 0.8 however few figures are kept."""
    assert best("h(c)=0.5", "O(c)=0.8") == ([], "")


def test_two_edits_of_one_factor_are_named() -> None:
    """0.405227·(0.646870 − 1)·0.647941·(1 − 0.647941) = −0.0326425: the new weight, times the error itself."""
    found = diagnose(case(bt.load("two-two-one"), entries(["grads.z1[1]=-0.0326425"])))
    (first, *_) = found.explanations
    assert set(first.hypothesis.names) == {"output-derivative-omitted", "updated-weights-used"}
    assert first.edited, "both are in one line"
    assert len(first.edited.edit.parts) == 2


def test_one_cause_explains_some_figures_and_another_the_rest() -> None:
    """0.4·0.647941 = 0.259176, σ of it 0.564434; (1 − 0.564434)·0.564434·0.435566 = 0.107083 has the other sign."""
    claims = ("z2[1]=0.259176", "a2[1]=0.564434", "grads.z2[1]=0.107083")
    for order in (claims, claims[::-1]):
        found = diagnose(case(bt.load("two-two-one"), entries(order)))
        (first,) = found.shown
        assert first.hypothesis.names == ("term-omitted", "sign-flipped")
        assert [part.edited.name for part in first.parts if part.edited] == ["values.z2[1]", "grads.z2[1]"]


def test_three_causes_are_not_offered_as_two() -> None:
    """A third wrong number that neither gives leaves all of them unexplained."""
    claims = ("z2[1]=0.259176", "a2[1]=0.564434", "grads.z2[1]=0.107083", "grads.W1[1,1]=0.0717233")
    assert not diagnose(case(bt.load("two-two-one"), entries(claims))).explanations


MOMENTUM = {
    "title": "t",
    "network": {
        "inputs": 2,
        "layers": [{"units": 1, "activation": "identity", "weights": [[0.5, -0.5]], "bias": [0.25]}],
    },
    "data": [{"x": [1, 2], "y": [1]}],
    "training": {"optimizer": "momentum", "learning_rate": 0.1},
    "start": {"state": {"v": {"W1": [[0.5, -1]], "b1": [2]}}},
}
"""z = −0.25, dL/dW11 = −1.25, v = 0.9·0.5 − 1.25 = −0.8, W = 0.5 + 0.08 = 0.58."""


@pytest.mark.parametrize(
    ("claims", "named", "verdicts"),
    [
        (["state.v.W1[1,1]=-1.250"], "state-reset", ["wrong"]),
        (["state.v.W1[1,1]=-0.8", "updated.W1[1,1]=0.4500"], "state-stale", ["right", "wrong"]),
        (["state.v.W1[1,1]=-0.8", "updated.W1[1,1]=0.4200"], "ascent", ["right", "wrong"]),
        (["state.v.W1[1,1]=-1.250", "updated.W1[1,1]=0.6250"], "state-reset", ["wrong", "carried"]),
        (["state.v.W1[1,1]=-1.250", "updated.W1[1,1]=0.5900"], None, ["wrong", "wrong"]),
    ],
)
def test_what_an_optimizer_keeps_has_its_lines(claims: list[str], named: str | None, verdicts: list[str]) -> None:
    """v = 0.9·0 − 1.25; W − 0.1·0.5 = 0.45 with the old v; W + 0.1·(−0.8) = 0.42; from −1.25 follows 0.625, not 0.59."""
    found = diagnose(case(bt.scenario(MOMENTUM), entries(claims)))
    assert list(found.verdicts) == verdicts
    assert [each.hypothesis.names for each in found.shown[:1]] == ([(named,)] if named else [])


def test_the_state_of_a_later_step_has_its_line() -> None:
    """s = 0.999·s + 0.001·g² in step 2; 0.001·0.115746² = 0.0000133971 is what comes of a state that is 0 again."""
    found = diagnose(case(bt.load("adam-two-steps"), entries(["step2.state.s.W1[1,1]=1.33971e-5"])))
    assert "state-reset" in {name for each in found.shown for name in each.hypothesis.names}


def test_the_velocity_before_a_step_has_another_letter_than_the_one_after_it() -> None:
    """A step along the stale velocity, the new one being claimed beside it."""
    claims = ("step2.state.v.W1[1,1]=0.191795", "step2.updated.W1[1,1]=0.376262")
    page = bt.render(feedback(diagnose(case(bt.load("momentum-two-steps"), entries(claims)))), "text", width=100)
    assert "[- − η·v_(t−1)-][+ − η·v+]" in page
