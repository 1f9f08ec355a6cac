"""A new weight is understood under the names that people give it, and its bare name where the given number does not fit."""

from __future__ import annotations

import json

import pytest

import backprop_tutor as bt
from backprop_tutor.errors import TutorError
from backprop_tutor.graph.quantity import parse
from backprop_tutor.practice.diagnosis.claims import entries
from backprop_tutor.practice.diagnosis.feedback import feedback
from backprop_tutor.practice.diagnosis.search import diagnose
from backprop_tutor.practice.diagnosis.submission import Submission, case
from tests.cli.calls import tutor
from tests.practice.diagnosis.test_diagnose import shown


def read(*texts: str, by_contract: bool = False, at_step: int = 1) -> Submission:
    """What these texts claim of the 2-2-1 network."""
    return case(bt.load("two-two-one"), entries(texts), at_step=at_step, by_contract=by_contract)


SAYS_NEW = "W_ca_new|W_ca+|W_ca'|W_ca^+|new W_ca|new.W_ca|W_ca (new)|W_ca^{new}|W_ca neu|W1[1,1]_new|new W1[1,1]"
SAYS_NEW_TOO = "新 W_ca|新的W_ca|更新后的 W_ca|W_ca（新）"


@pytest.mark.parametrize("name", [*SAYS_NEW.split("|"), *SAYS_NEW_TOO.split("|")])
def test_a_new_weight_may_say_so_in_its_name(name: str) -> None:
    """Words and signs before or behind the name, in the notation shown or the contract's."""
    (claim,) = read(f"{name} = 0.100368", by_contract=True).claims
    assert claim.quantity == parse("updated.W1[1,1]")


@pytest.mark.parametrize(("name", "meant"), [("new loss", "after.loss"), ("O(c)_new", "after.a1[1]")])
def test_what_is_no_parameter_is_new_in_the_second_forward_pass(name: str, meant: str) -> None:
    """The new loss is the one after the update."""
    (claim,) = read(f"{name} = 0.6").claims
    assert claim.quantity == parse(meant)


def test_a_prime_behind_a_function_is_not_its_new_value() -> None:
    """O(c)' would be a derivative; the refusal names the sections that there are."""
    with pytest.raises(TutorError, match=r"updated\.W_ca, after\.loss"):
        read("O(c)' = 0.6")


def test_a_bare_name_is_the_new_weight_where_the_given_number_does_not_fit() -> None:
    """Nobody claims a number that is given; that it is read so is said, with the name that says it."""
    found = diagnose(read("W_ca=0.100368"))
    assert found.verdict == "correct"
    text = shown(feedback(found))
    assert "W_ca is given as 0.1; your number is taken for the new one" in " ".join(text.split())
    assert "updated.W_ca" in text


def test_a_mistake_in_a_new_weight_is_named_under_its_bare_name_too() -> None:
    """0.099632 is a step uphill."""
    found = diagnose(read("W_ca=0.09963198"))
    assert found.shown[0].hypothesis.names in (("sign-flipped",), ("ascent",))


@pytest.mark.parametrize(
    ("texts", "at_step"),
    [(("W_ca=0.1",), 1), (("values.W_ca=0.100368",), 1), (("W_ca=0.2", "updated.W_ca=0.100368"), 1), (("W_ca=5",), 3)],
)
def test_elsewhere_a_bare_name_keeps_its_meaning(texts: tuple[str, ...], at_step: int) -> None:
    """Where the given number fits, the section is written, the new one stands there already, or nothing was given."""
    claim = read(*texts, at_step=at_step).claims[0]
    assert claim.seat.section == "values"
    assert claim.name == claim.entry.name


def test_other_programs_get_the_contracts_reading() -> None:
    """In JSON a bare name means the value before the update, whatever the number."""
    call = ("two-two-one", "W_ca=0.100368")
    assert tutor("diagnose", *call).returncode == 0
    told = tutor("diagnose", *call, "--format", "json")
    assert told.returncode == 1
    (claim,) = json.loads(told.stdout)["claims"]
    assert (claim["name"], claim["correct"], claim["verdict"]) == ("W_ca", 0.1, "wrong")
