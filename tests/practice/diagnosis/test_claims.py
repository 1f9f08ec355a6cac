"""What somebody writes down is understood as they meant it, or refused in words that help."""

from __future__ import annotations

import re

import pytest

import backprop_tutor as bt
from backprop_tutor.errors import TutorError
from backprop_tutor.graph.quantity import parse
from backprop_tutor.practice.diagnosis.agreement import agrees, figures, precise
from backprop_tutor.practice.diagnosis.claims import entries, entry
from backprop_tutor.practice.diagnosis.explanation_text import share
from backprop_tutor.practice.diagnosis.submission import Submission, case
from backprop_tutor.practice.exercise.typed import UnreadableError
from tests.cli.calls import tutor


def claimed(name: str, *texts: str, at_step: int = 1) -> Submission:
    """What these texts claim about a bundled scenario."""
    return case(bt.load(name), entries(texts), at_step=at_step)


@pytest.mark.parametrize(
    ("text", "value", "half_unit", "digits"),
    [
        ("0.0618", 0.0618, 0.00005, 3),
        ("0.06180", 0.0618, 0.000005, 4),
        ("-.5", -0.5, 0.05, 1),
        ("1e-3", 0.001, 0.0005, 1),
        ("6.18E-2", 0.0618, 0.00005, 3),
        ("−0.0522664", -0.0522664, 5e-8, 6),
        ("6.18%", 0.0618, 0.00005, 3),
        ("6.18 ％", 0.0618, 0.00005, 3),
        ("０．６１", 0.61, 0.005, 2),
        ("1/3", 1 / 3, 0.0, 15),
        ("-1/16", -0.0625, 0.0, 15),
        ("120", 120.0, 0.5, 3),
        ("≈ 0.4312", 0.4312, 0.00005, 4),
        ("L = ~0.13", 0.13, 0.005, 2),
        ("- 0.27", -0.27, 0.005, 2),
        ("2.70×10^-2", 0.027, 0.00005, 3),
        ("−2.7 × 10⁻²", -0.027, 0.0005, 2),
        (r"-5.185 \times 10^{-3}", -0.005185, 5e-7, 4),
        ("5·10**3", 5000.0, 500.0, 1),
    ],
)
def test_a_number_says_how_exactly_it_is_meant(text: str, value: float, half_unit: float, digits: int) -> None:
    """Decimals, exponents, fractions, per cent, a printed minus sign, full-width digits, powers of ten as on paper."""
    read = precise(text)
    assert read.value == pytest.approx(value, rel=1e-15)
    assert read.half_unit == pytest.approx(half_unit, rel=1e-12)
    assert figures(read) == digits


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "nothing was typed"),
        ("≈", "nothing was typed"),
        ("big", "'big' is not a number"),
        ("1/0", "no finite value"),
        ("1e999", "no finite value"),
        ("__import__('os')", "unknown function"),
    ],
)
def test_what_is_no_number_is_refused_kindly(text: str, said: str) -> None:
    """In words that say what came; nothing is ever executed."""
    with pytest.raises(UnreadableError) as refused:
        precise(text)
    assert said in refused.value.why.en or said in str(refused.value.why.zh) or said in _all(refused.value)


def _all(error: UnreadableError) -> str:
    return error.why.en + error.why.zh


@pytest.mark.parametrize(("value", "agreed"), [(0.06175, True), (0.06185, True), (0.0617499, False), (0.061851, False)])
def test_a_claim_agrees_within_half_a_unit_of_its_last_digit(value: float, agreed: bool) -> None:
    """0.0618 stands for 0.06175 to 0.06185, ends included."""
    assert agrees(precise("0.0618"), value) is agreed


@pytest.mark.parametrize(
    ("name", "quantity", "value"),
    [
        ("z1[1]", "values.z1[1]", 0.61),
        ("after.a2", "after.a2[1]", 0.648304387),
        ("after.loss", "after.loss", 0.061844902),
        ("O(e)", "values.a2[1]", 0.646869633),
        ("O_e", "values.a2[1]", 0.646869633),
        ("after.O(e)", "after.a2[1]", 0.648304387),
        ("h(c)", "values.z1[1]", 0.61),
        ("dL/dW_ec", "grads.W2[1,1]", -0.0522663564),
        ("∂L/∂W_ec", "grads.W2[1,1]", -0.0522663564),
        ("updated.W_ec", "updated.W2[1,1]", 0.405226636),
        ("grads.W2[1, 2]", "grads.W2[1,2]", -0.0465346370),
        ("step1.values.loss", "values.loss", 0.0623505282),
        ("step2.values.z1[1]", "step2.values.z1[1]", 0.61065507),
    ],
)
def test_a_name_may_be_the_contracts_or_the_notations(name: str, quantity: str, value: float) -> None:
    """Section and step may stand before either; an array of one number needs no index."""
    found = claimed("two-two-one", f"{name} = 0.5")
    (claim,) = found.claims
    assert claim.quantity == parse(quantity)
    assert found.right == pytest.approx((value,), rel=1e-6)


@pytest.mark.parametrize(
    ("name", "notation", "said", "quantity", "factor"),
    [
        ("two-two-one", "pdp", "δ_c=0.00736034", "grads.z1[1]", -1),
        ("two-two-one", "pdp", "delta_c=0.00736034", "grads.z1[1]", -1),
        ("two-two-one", "nodes", "dL/dh(c)=-0.00736034", "grads.z1[1]", 1),
        ("two-layer-batch", "brackets", "dz^[2]_1@1=0.752546", "grads.z2[1]@1", 4),
        ("two-layer-batch", "theta", "delta^(3)_1@1=0.752546", "grads.z2[1]@1", 4),
        ("two-layer-batch", "nielsen", "delta^3_1@1=0.188137", "grads.z2[1]@1", 1),
        ("two-layer-batch", "theta", "Theta^(2)_10=0.2", "values.b2[1]", 1),
    ],
)
def test_an_error_signal_is_meant_in_the_sign_and_scale_of_its_book(
    name: str, notation: str, said: str, quantity: str, factor: float
) -> None:
    """δ = −∂E/∂net, and the dz of one example of four, are right as their book has them, and said so again."""
    found = case(bt.load(name), entries([said]), notation=notation)
    (claim,), (right,) = found.claims, found.right
    assert claim.quantity == parse(quantity)
    assert claim.agrees(right)
    assert claim.named(right) == pytest.approx(factor * right)


def test_a_name_without_a_step_means_the_step_that_is_looked_at() -> None:
    """With --at-step 3, z1[1] is that of step 3, and so is step3.z1[1]."""
    third = claimed("two-two-one", "step3.z1[1]=0.6113").right
    assert claimed("two-two-one", "z1[1]=0.6113", at_step=3).right == pytest.approx(third, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "after.los=0.1",
            "W1[1,1], updated.W_ca, after.loss; did you mean 'loss'?",
        ),
        ("a1=0.6", "'a1' holds 2 numbers; name one of them, such as 'a1[1]'"),
        ("updated.z1[1]=0.6", "'z1[1]' is no weight or bias"),
        ("z1[3]=0.6", "there is no quantity 'z1[3]'"),
        ("z1[1]=0.6.1", "z1[1]: "),
        ("state.m.W1[1,1]=0.1", "sgd keeps nothing from step to step"),
    ],
)
def test_a_claim_that_cannot_be_understood_says_why(text: str, said: str) -> None:
    """The nearest name, an example of the right form, or what is wrong with the number."""
    with pytest.raises(TutorError) as refused:
        claimed("two-two-one", text)
    assert said in str(refused.value)


def test_every_claim_that_cannot_be_understood_is_named_at_once() -> None:
    """Two wrong entries are two problems; a number claimed twice is none."""
    with pytest.raises(TutorError) as refused:
        claimed("two-two-one", "q=1", "z1[1]=x", "loss=0.06", "L=0.06")
    assert len(refused.value.problems) == 2


def test_a_claim_is_a_name_and_a_value() -> None:
    """The value stands behind the last equals sign; without one it is no claim."""
    assert (entry("dL/dW_ec = -0.05").name, entry("z1[1]≈0.61").text) == ("dL/dW_ec", "0.61")
    with pytest.raises(TutorError, match="NAME=VALUE") as refused:
        claimed("two-two-one", "0.61", "=3", "after.los=1", "z1[1]=0;61")
    assert len(refused.value.problems) == 4


@pytest.mark.parametrize("name", ["O（c）", "Ｏ(c)", "O_{c}", "$O_c$", "O (c)", "ａ1［1］"])
def test_a_name_may_come_from_a_chinese_keyboard_or_from_latex(name: str) -> None:
    """Full-width brackets and letters, braces and dollar signs stand for what they mean."""
    assert claimed("two-two-one", f"{name}=0.6479").right == pytest.approx((0.6479408,), rel=1e-6)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("aftr.loss=0.06", "did you mean 'after.loss'?"),
        ("updat.W_ca=0.1", "did you mean 'updated.W_ca'?"),
        ("grad.W1[1,1]=0.1", "did you mean 'grads.W1[1,1]'?"),
        ("dW_ca=-0.0037", "did you mean 'dL/dW_ca'?"),
        ("delta2=-0.08", "did you mean 'dL/dh_e'?"),
        ("δ_c=-0.007", "did you mean 'dL/dh_c'?"),
        ("z1_2=0.31", "did you mean 'h_d'?"),
        ("a2=0.6 a1[1]=0.5", "'a2=0.6 a1[1]=0.5' has more than one '='"),
        ("h(c)=0.05+0.56=0.61", "has more than one '='"),
    ],
)
def test_a_slip_in_the_writing_is_named(text: str, said: str) -> None:
    """A section that is misspelt, and two claims, or a chain of them, in one word."""
    with pytest.raises(TutorError, match=re.escape(said)):
        claimed("two-two-one", text)


@pytest.mark.parametrize(
    ("chance", "said"), [(0.9963, "99.6 %"), (1.0, "100 %"), (0.27, "27 %"), (0.001, "1 in 1,000")]
)
def test_a_chance_is_told_in_plain_figures(chance: float, said: str) -> None:
    """Nearly all is neither all nor 1.0e2."""
    assert share(chance)["en"] == said


def test_no_digits_are_asked_for_beside_a_number_that_has_none() -> None:
    """More digits would not tell anything of an infinite number."""
    assert "more digits would tell" not in str(bt.diagnose(bt.load("two-two-one"), {"z1[1]": "inf"}))


def test_an_array_in_brackets_is_each_of_its_numbers() -> None:
    """As in a file of answers; what is no whole list is not taken apart."""
    found = entries(["a1=[0.65, 0.58]", "grads.W1=[[1, 2], [3, -4e-2]]", "h(c)=[0.61]", "W1=[[1, 2], [3"])
    assert [(each.name, each.text) for each in found] == [
        ("a1[1]", "0.65"), ("a1[2]", "0.58"), ("grads.W1[1,1]", "1"), ("grads.W1[1,2]", "2"), ("grads.W1[2,1]", "3"),
        ("grads.W1[2,2]", "-4e-2"), ("h(c)", "[0.61]"), ("W1", "[[1, 2], [3"),
    ]  # fmt: skip
    assert all(each.place is None for each in found)


def test_the_command_takes_an_array() -> None:
    """Its elements are graded one by one."""
    told = tutor("diagnose", "two-two-one", "a1=[0.648, 0.577]").stdout
    assert "This is what the network gives" in told
    assert ("a1[1]" in told, "a1[2]" in told) == (True, True)
