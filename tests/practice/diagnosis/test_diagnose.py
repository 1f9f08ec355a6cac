"""A wrong number is named by the mistake that produces it, and by no other; a right one never is."""

from __future__ import annotations

import json
import math
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import backprop_tutor as bt
from backprop_tutor.errors import TutorError
from backprop_tutor.formula.figures import rounded
from backprop_tutor.lesson.document import Document
from backprop_tutor.practice.diagnosis.claims import entries
from backprop_tutor.practice.diagnosis.diagnosis import Diagnosis
from backprop_tutor.practice.diagnosis.feedback import feedback
from backprop_tutor.practice.diagnosis.hypotheses import changes, imagined, pairs, singles
from backprop_tutor.practice.diagnosis.records import diagnosis_record
from backprop_tutor.practice.diagnosis.search import diagnose
from backprop_tutor.practice.diagnosis.submission import case
from backprop_tutor.practice.edits.claimed_solution import ClaimedSolution
from backprop_tutor.practice.edits.edited_solutions import MOST_EDITED, EditedSolutions
from backprop_tutor.practice.exercise.typed import number
from backprop_tutor.text import COMMA, LANGUAGES, Lang
from backprop_tutor.training.address import numbers
from backprop_tutor.whatif.dependence import Dependence
from backprop_tutor.whatif.intervention import Intervention
from backprop_tutor.whatif.predictions import PredictionTable, at_once
from tests.cli.calls import tutor
from tests.practice.learners import Classroom

SOURCE = ("two-two-one", "after.a2=0.648366218", "after.loss=0.061823158")
MAZUR = ("mazur-two-two-two", "after.loss=0.291027924")


def diagnosed(name: str, *texts: str, lang: Lang = "en", where: str | None = None, at_step: int = 1) -> Diagnosis:
    """The diagnosis of claims about a bundled scenario."""
    return diagnose(case(bt.load(name), entries(texts), lang, at_step=at_step), where)


def shown(document: Document) -> str:
    """A document as text on one line."""
    return " ".join(bt.render(document, "text", width=500).split())


@pytest.mark.parametrize(
    ("claims", "mistake", "right"),
    [
        (SOURCE, "derivative-at-preactivation", "after.a2 = 0.648304387"),
        (MAZUR, "updated-weights-used", "after.loss = 0.291027774"),
    ],
)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_published_errors_are_named(claims: tuple[str, ...], mistake: str, right: str, lang: Lang) -> None:
    """The course page's figures and Mazur's: the mistake, the principle, both numbers, what to practise."""
    found = diagnosed(*claims, lang=lang)
    (best,) = found.explanations
    assert (found.verdict, best.hypothesis.names) == ("explained", (mistake,))
    said, (made,) = shown(feedback(found)), best.hypothesis.definition
    for part in (
        right.replace(", ", COMMA[lang]),
        made.mistake.clause[lang],
        made.mistake.principle[lang],
        "tutor quiz",
        f"tutor mistakes {mistake}",
    ):
        assert part in said


def test_a_diagnosis_ends_with_a_fresh_question_that_can_be_answered() -> None:
    """The question printed is the one that its call asks, on numbers of its own; a convention calls for none."""
    said = shown(feedback(diagnosed(*SOURCE)))
    asked, call = re.search(
        r"(Compute \S+ Known: \S+ \S+ \S+).* answer it: tutor (quiz --random 2-2-1 .*)$", said
    ).groups()
    assert "--skill output-delta" in call
    assert asked in " ".join(tutor(*call.split(), "--print").stdout.split())
    convention = diagnosed("two-two-one", "loss=0.1247011", "grads.W2[1,1]=-0.1045327")
    assert "answer it" not in shown(feedback(convention))


@pytest.mark.parametrize(
    ("claims", "mistake"), [(SOURCE, "derivative-at-preactivation"), (MAZUR, "updated-weights-used")]
)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_json_says_the_same(claims: tuple[str, ...], mistake: str, lang: Lang) -> None:
    """One object, as the contract has it; exit status 1."""
    ended = tutor("diagnose", *claims, "--format", "json", "--lang", lang)
    told = json.loads(ended.stdout)
    jsonschema.validate(told, SCHEMA)
    assert ended.returncode == 1
    assert [each["mistakes"] for each in told["explanations"]] == [[mistake]]
    assert [claim["name"] for claim in told["claims"]] == [text.partition("=")[0] for text in claims[1:]]
    assert told["claims"][0]["verdict"] == "wrong"
    assert {claim["verdict"] for claim in told["claims"]} <= {"wrong", "carried"}


def _one_of(*words: str) -> dict[str, object]:
    return {"enum": list(words)}


SIDE = {
    "type": "object",
    "required": ["letters", "numbers", "value"],
    "properties": {"letters": {"type": "string"}, "numbers": {"type": "string"}, "value": {"type": "number"}},
}
EDIT = {
    "type": "object",
    "required": ["line", "letter", "before", "after"],
    "properties": {"line": {"type": "string"}, "letter": {"type": "string"}, "before": SIDE, "after": SIDE},
}
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["format", "version", "verdict", "claims", "explanations"],
    "properties": {
        "format": {"const": "backprop-tutor/diagnosis"},
        "version": {"const": 1},
        "verdict": _one_of("correct", "explained", "unexplained", "undecided"),
        "claims": {
            "items": {
                "additionalProperties": False,
                "required": ["name", "text", "correct", "verdict"],
                "properties": {
                    "name": {"type": "string"},
                    "text": {"type": "string"},
                    "factor": {"type": "number"},
                    "correct": {"type": ["number", "string"]},
                    "verdict": _one_of("right", "rounded", "carried", "wrong", "undecided"),
                },
            }
        },
        "explanations": {
            "maxItems": 3,
            "items": {
                "additionalProperties": False,
                "required": ["mistakes", "kind", "where", "chance", "message", "sure", "edit"],
                "properties": {
                    "mistakes": {"type": "array", "maxItems": 2, "items": {"type": "string"}},
                    "kind": _one_of("mistake", "convention", "slip"),
                    "where": {"type": "string"},
                    "chance": {"type": "number", "minimum": 0, "maximum": 1},
                    "message": {"type": "string"},
                    "sure": {"type": "boolean"},
                    "edit": {"anyOf": [{"type": "null"}, EDIT]},
                },
            },
        },
    },
}


@pytest.mark.parametrize(
    ("claims", "verdict", "status"),
    [
        (("two-two-one", "loss=0.0623505"), "correct", 0),
        (SOURCE, "explained", 1),
        (("two-two-one", "loss=0.0712345"), "unexplained", 1),
    ],
)
def test_the_verdict_is_the_exit_status(claims: tuple[str, ...], verdict: str, status: int) -> None:
    """0 where every claim is right, 1 otherwise."""
    assert diagnosed(*claims).verdict == verdict
    assert tutor("diagnose", *claims).returncode == status


def test_an_unusable_call_ends_with_2() -> None:
    """A name that is not there, on standard error, without a traceback."""
    ended = tutor("diagnose", "two-two-one", "after.los=1")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "did you mean 'loss'" in ended.stderr


def test_what_is_unknown_is_not_guessed() -> None:
    """The first number that differs, in the order of the computation whatever the order typed, with its right line."""
    found = diagnosed("two-two-one", "after.loss=0.0511111", "a2[1]=0.71234", "z1[1]=0.61")
    said = shown(feedback(found))
    assert "Not a known pattern. The first of your numbers that differs is a2[1]: 0.71234; right is 0.646870." in said
    assert found.explanations == ()
    assert "O(e) = σ(h(e))" in said


def test_what_leaves_a_figure_as_it_is_does_not_explain_it() -> None:
    """Right is 0.4052266356; a convention that gives the same number by another way is no reason for the last digit."""
    found = bt.diagnose("two-two-one", {"updated.W2[1,1]": "0.40522665"})
    assert (found["verdict"], found["explanations"]) == ("unexplained", [])
    assert "0.4 − 0.1·(−0.052266356) ≈ 0.40522664" in shown(
        feedback(diagnosed("two-two-one", "updated.W_ec=0.40522665"))
    )


def test_one_explanation_covers_every_claim() -> None:
    """A figure that contradicts it takes an explanation away."""
    assert diagnosed(*SOURCE).explanations
    assert not diagnosed(*SOURCE, "grads.W2[1,1]=-0.0522664").explanations


def test_two_mistakes_at_once_are_found_from_enough_digits() -> None:
    """δ without its f′, and the step uphill: no single mistake gives these, the pair does."""
    e, c, w = -0.3531303673944870, 0.6479408020806502, 0.4
    found = diagnosed("two-two-one", f"grads.W2[1,1]={e * c:.9f}", f"updated.W2[1,1]={w + 0.1 * e * c:.9f}")
    assert found.explanations[0].hypothesis.names == ("output-derivative-omitted", "ascent")
    assert found.explanations[0].chance < 0.005
    assert "The whole solution with it" not in shown(feedback(found))


def test_a_convention_is_said_to_be_one() -> None:
    """The sum of squares in place of half of it: twice the loss, and twice the gradient."""
    found = diagnosed("two-two-one", "loss=0.1247011", "grads.W2[1,1]=-0.1045327")
    (best, *_) = diagnosis_record(found, "en")["explanations"]
    assert (best["kind"], best["mistakes"]) == ("convention", ["other-loss-factor"])
    assert "The principle:" not in shown(feedback(found))
    assert "Note: " in shown(feedback(found))
    chinese = shown(feedback(diagnosed("two-two-one", "loss=0.1247011", "grads.W2[1,1]=-0.1045327", lang="zh")))
    assert "说明：" in chinese
    assert "按这种约定" in chinese


def test_chinese_says_how_the_figures_came_about() -> None:
    """The figures are the subject: a sentence as it is said, not one turned from English."""
    assert "你的数正好是这样算出来的：" in shown(feedback(diagnosed(*MAZUR, lang="zh")))


def test_of_few_digits_the_likeliest_are_named_with_a_caveat() -> None:
    """Two figures fit many patterns: three at most are named, none as sure, and the page says so."""
    found = diagnosed("mazur-two-two-two", "grads.W1[1,1]=0.0018")
    assert found.verdict == "explained"
    assert 0 < len(found.shown) <= 3
    assert not any(each.sure for each in found.explanations)
    assert "too few digits to be sure" in shown(feedback(found))


@pytest.mark.parametrize(
    ("name", "most", "figure"),
    [("h(c)", 70, 1), ("h(c)", 70, 2), ("loss", 120, 2), ("O(e)", 100, 2), ("dL/dW_ec", 30, 2)],
)
def test_what_is_named_gives_about_what_was_written(name: str, most: int, figure: int) -> None:
    """However far a number is off: what is said to give it is off by one in its last digit, or by roundings on the way."""
    values = np.random.default_rng(5).uniform(-most, most, 12)
    for text in (f"{value:.{figure}g}" for value in values):
        typed = number(text)
        for explanation in diagnosed("two-two-one", f"{name}={text}").explanations:
            off = abs(explanation.numbers[0] - typed.value)
            assert off <= 3 * typed.half_unit + 0.1 * abs(typed.value), (text, explanation.numbers)


def test_a_claim_that_could_hardly_disagree_has_too_few_digits() -> None:
    """To one decimal most mistakes leave the new weight the same: right, but it says nothing."""
    found = diagnosed("two-two-one", "updated.W_ca=0.1", "updated.W_cb=0.700589")
    assert found.verdicts == ("undecided", "right")
    assert found.verdict == "correct"


def test_a_place_can_be_asked_for() -> None:
    """With --where, only mistakes made there; a place that is not there is refused with those that are."""
    everywhere = diagnosed("two-two-one", "grads.z1[1]=-0.0322215", "grads.z2=-0.35313")
    output = diagnosed("two-two-one", "grads.z1[1]=-0.0322215", "grads.z2=-0.35313", where="output")
    assert {e.hypothesis.where.en for e in output.explanations} == {"the output layer"}
    assert len(output.explanations) <= len(everywhere.explanations)
    with pytest.raises(TutorError, match=r"places are: .*the hidden layer"):
        diagnosed("two-two-one", "loss=1", where="attic")


def test_a_later_step_of_a_training_is_diagnosed() -> None:
    """The loss after step 3 as its right figure and as the one of somebody who did not compute it again."""
    right = bt.run(bt.load("two-two-one"), 3).steps[-1]
    loss, after = rounded(right.trace.loss, 8), rounded(right.after.loss, 8)
    assert diagnosed("two-two-one", f"after.loss={after}", at_step=3).verdict == "correct"
    assert diagnosed("two-two-one", f"step3.after.loss={after}").verdict == "correct"
    assert diagnosed("two-two-one", f"after.loss={loss}", at_step=3).verdict != "correct"


def _one(value: float) -> float:
    return 1 / (1 + math.exp(-value))


def solution(cut: Callable[[float], float]) -> dict[str, float]:
    """The 2-2-1 network by hand, every result on the way cut."""
    x, W, w, y, rate = (0.5, 0.8), ((0.1, 0.7), (0.3, 0.2)), (0.4, 0.6), 1.0, 0.1

    def hidden(rows: tuple[tuple[float, ...], ...]) -> tuple[list[float], list[float]]:
        z = [cut(sum(cut(a * b) for a, b in zip(row, x, strict=True))) for row in rows]
        return z, [cut(_one(each)) for each in z]

    def output(above: tuple[float, ...], a: list[float]) -> tuple[float, float, float]:
        z = cut(sum(cut(p * q) for p, q in zip(above, a, strict=True)))
        out = cut(_one(z))
        return z, out, cut(0.5 * (out - y) ** 2)

    z1, a1 = hidden(W)
    z2, a2, loss = output(w, a1)
    d2 = cut(cut(a2 - y) * cut(a2 * (1 - a2)))
    d1 = [cut(cut(w[j] * d2) * cut(a1[j] * (1 - a1[j]))) for j in range(2)]
    g2, g1 = [cut(d2 * a) for a in a1], [[cut(d * each) for each in x] for d in d1]
    found = {"z2": z2, "a2": a2, "loss": loss, "grads.z2": d2}
    for j in range(2):
        found |= {
            f"z1[{j + 1}]": z1[j],
            f"a1[{j + 1}]": a1[j],
            f"grads.z1[{j + 1}]": d1[j],
            f"grads.W2[1,{j + 1}]": g2[j],
        }
        found |= {f"grads.W1[{j + 1},{k + 1}]": g1[j][k] for k in range(2)}
    new = tuple(w[j] - rate * g2[j] for j in range(2))
    rows = tuple(tuple(W[j][k] - rate * g1[j][k] for k in range(2)) for j in range(2))
    found["after.loss"] = output(new, hidden(rows)[1])[2]
    return found


def _to_figures(digits: int) -> Callable[[float], float]:
    return lambda value: float(rounded(value, digits))


@settings(max_examples=40, deadline=None)
@given(digits=st.integers(3, 9), carried=st.integers(3, 12), data=st.data())
def test_a_correct_solution_is_never_called_mistaken(digits: int, carried: int, data: st.DataObject) -> None:
    """Whatever numbers are written, to 3 to 9 figures, carried so on the way or further."""
    numbers = solution(_to_figures(max(digits, carried)))
    names = data.draw(st.lists(st.sampled_from(sorted(numbers)), min_size=1, max_size=6, unique=True))
    found = diagnosed("two-two-one", *(f"{name}={rounded(numbers[name], digits)}" for name in names))
    assert all(explanation.is_rounding for explanation in found.explanations)


def test_digits_lost_on_the_way_are_no_mistake() -> None:
    """Everything cut to 4 decimals: the pattern is named, and where the first digits were lost."""
    numbers = solution(lambda value: round(value, 4))
    found = diagnosed(
        "two-two-one", *(f"{name}={numbers[name]:.4f}" for name in ("grads.z1[1]", "grads.W1[1,2]", "a2"))
    )
    assert found.verdict in ("correct", "explained") or found.is_close
    assert all(explanation.is_rounding for explanation in found.explanations)


def test_every_pattern_that_fits_can_be_listed() -> None:
    """--all gives the one mistake at each of its places."""
    listed = tutor("diagnose", "two-two-one", "grads.z2=-0.35313037", "--all", "--width", "200").stdout
    assert listed.count("output-derivative-omitted") >= 2
    assert "every layer" in listed or "the output layer" in listed


def test_rounding_is_not_claimed_where_a_slip_would_do_as_well() -> None:
    """0.6480 for 0.647941 may be rounding; with so few digits no more than that is said, and no chance beside it."""
    found = diagnosed("two-two-one", "O(c)=0.6480")
    text = " ".join(shown(feedback(found)).split())
    assert "This could come from rounding on the way (3 significant figures)" in text
    assert "coincidence" not in text
    assert "are what you get" not in text


def test_a_derivative_with_the_other_sign_is_a_mistake_before_it_is_a_convention() -> None:
    """Of δ books choose the sign, of dL/dW nobody does; its principle speaks of the sign."""
    named = diagnosed("two-two-one", "dL/dW_ca=0.00368017")
    delta = diagnosed("two-two-one", "grads.z1[1]=0.00736034")
    assert named.shown[0].hypothesis.names == ("sign-flipped",)
    assert "output minus target" in named.shown[0].hypothesis.definition[0].mistake.principle.en
    assert delta.shown[0].hypothesis.names == ("delta-with-other-sign",)


def test_a_chance_is_a_sentence_to_be_read_aloud() -> None:
    """In so many of so many cases."""
    text = " ".join(shown(feedback(diagnosed("two-two-one", "dL/dW_ca=0.00368017"))).split())
    assert re.search(
        r"By pure coincidence, a slip of the pen would fit one of the \d+ patterns tried in about 1 of", text
    )


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("two-two-one", ("dL/dW1[1,1]=1", "dL/dz2=1", "a2=1")),
        ("multi-output", ("dL/db1[1]=1", "loss=1")),
        ("weight-penalty", ("dL/dW2[1,2]=1",)),
        ("circuits", ("dL/dw0=1",)),
    ],
)
def test_mistakes_run_in_parts_give_what_they_give_all_at_once(
    name: str, texts: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large scenario is run under a few of its mistakes at a time; the numbers are the same."""
    claimed = case(bt.load(name), entries(texts))
    among = singles(claimed.scenario)
    whole = numbers(imagined(claimed.scenario, 1), claimed.table.seats, len(among))
    monkeypatch.setattr("backprop_tutor.whatif.predictions.NUMBERS_AT_ONCE", 100)
    assert at_once(claimed.scenario) < len(among)
    np.testing.assert_allclose(claimed.rows(among), whole, rtol=1e-11, equal_nan=True)


@pytest.mark.parametrize(
    "name",
    [
        "two-two-one",
        "weight-penalty",
        "clipped-network",
        "momentum-two-steps",
        "circuits",
        "lstm-cell",
        "convolution-relu-pool",
    ],
)
def test_a_hypothesis_that_reaches_no_claim_is_not_computed_and_would_not_move_it(name: str) -> None:
    """Each number alone is what it is when everything is computed together, and of some less has to be computed."""
    room, skipped = Classroom(bt.load(name)), 0
    steps, among = len(room.run.steps), [changes(each) for each in singles(room.scenario)]
    whole = numbers(tuple(Intervention.batched(among).walk(room.scenario, steps)), room.seats, len(among))
    for i, seat in list(enumerate(room.seats))[::3]:
        depends = Dependence(room.scenario, [seat], again=steps > 1)
        skipped += sum(not depends.reaches(each) for each in among)
        (alone,) = PredictionTable(room.scenario, [seat], steps).rows(among).T
        computed = np.isfinite(whole[:, i])
        np.testing.assert_allclose(alone[computed], whole[computed, i], rtol=1e-9, atol=1e-13)
    assert skipped


BIASED = {
    "title": "t",
    "network": {
        "inputs": ["a", "b"],
        "layers": [
            {"units": ["c", "d"], "activation": "sigmoid", "weights": [[0.1, 0.7], [0.3, 0.2]], "bias": [0, 0]},
            {"units": ["e"], "activation": "sigmoid", "weights": [[0.4, 0.6]], "bias": [0]},
        ],
    },
    "loss": "half_squared_error",
    "data": [{"x": [0.5, 0.8], "y": [1]}],
    "training": {"learning_rate": 0.1},
}


def test_what_explains_all_old_values_comes_before_what_explains_one() -> None:
    """0.4, 0.1 and 0 are all old values: nothing was updated, which says more than that the biases were not."""
    scenario = bt.scenario(BIASED)
    old = diagnose(case(scenario, entries(("updated.W2[1,1]=0.4", "updated.W1[1,1]=0.1", "updated.b2[1]=0"))))
    assert old.verdicts == ("undecided", "undecided", "wrong")
    assert old.explanations[0].hypothesis.names == ("one-step-fewer",)
    assert old.explanations[0].hypothesis.where.en == "every parameter"
    assert "nothing changes" in shown(feedback(old))
    bias = diagnose(case(scenario, entries(("updated.W2[1,1]=0.405227", "updated.b2[1]=0"))))
    assert bias.explanations[0].hypothesis.names == ("bias-not-updated",)


def test_two_unrelated_causes_are_not_named_for_one_figure() -> None:
    """Half the loss and the rate squared give 0.4002613, as do other pairs: one figure tells nothing of that."""
    found = diagnosed("two-two-one", "updated.W2[1,1]=0.4002613")
    assert (found.verdict, found.explanations) == ("unexplained", ())


@pytest.mark.parametrize(
    ("loss", "activation", "y", "derivative"),
    [
        ("cross_entropy", "softmax", [1, 0], lambda a: 1 / a),
        ("binary_cross_entropy", "sigmoid", [1, 0], lambda a: 1 / a),
        ("binary_cross_entropy", "sigmoid", [0.8, 0.3], lambda a: 0.8 / a + 0.2 / (1 - a)),
    ],
)
def test_the_lost_minus_of_a_logarithm_is_named(
    loss: str, activation: str, y: list[float], derivative: Callable[[float], float]
) -> None:
    """+y/a for −y/a, of one output alone, is no error written as y − a: a cross-entropy's derivative is no difference."""
    hidden, output = BIASED["network"]["layers"]  # type: ignore[index]
    output = {
        **output,
        "units": ["e", "f"],
        "activation": activation,
        "weights": [[0.4, 0.6], [0.2, -0.3]],
        "bias": [0, 0],
    }
    network = {"inputs": ["a", "b"], "layers": [hidden, output]}
    scenario = bt.scenario({**BIASED, "network": network, "loss": loss, "data": [{"x": [0.5, 0.8], "y": y}]})
    a = float(bt.run(scenario)["values.a2[1]"])
    found = diagnose(case(scenario, entries((f"grads.a2[1]={derivative(a):.6f}",))))
    assert found.explanations[0].hypothesis.names == ("logarithm-sign",)
    told = shown(feedback(found))
    assert "right ∂L/∂O(e) = " in told, "the line that was claimed, and not the derivative by z beside it"


@pytest.mark.parametrize(
    ("name", "quantity"),
    [
        ("two-two-one", "z1[2]"),
        ("two-two-one", "grads.a1[1]"),
        ("two-two-one", "grads.W1[1,2]"),
        ("two-two-one", "updated.W1[1,2]"),
        ("two-two-one", "after.a1[2]"),
        ("attention-head", "grads.Q[1,1]"),
        ("momentum-two-steps", "step2.grads.W1[1,1]"),
        ("adam-two-steps", "step2.state.m.W1[1,1]"),
    ],
)
def test_the_call_for_a_line_shows_its_number(name: str, quantity: str) -> None:
    """Of a value, of a derivative, after the update, of a later step: what the call shows ends in the right number."""
    submitted = case(bt.load(name), entries((f"{quantity}=0.7123",)))
    call = submitted.line_call(0)
    assert call is not None
    done = tutor(*shlex.split(call)[1:])
    assert done.returncode == 0, done.stderr
    assert rounded(submitted.right[0], 6).replace("-", "−") in done.stdout


def test_many_pairs_are_those_of_the_mistakes_at_their_first_places(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each mistake that may be paired is among them once before any is twice, in the order of the catalogue."""
    scenario = bt.load("xor")
    among = singles(scenario)
    monkeypatch.setattr("backprop_tutor.practice.diagnosis.hypotheses.MOST_PAIRS", 200)
    few = {id(made): made for pair in pairs(scenario, among) for made in pair.definition}
    first: dict[str, int] = {}
    for made in (made for each in among for made in each.definition if made.site.broad and made.mistake.pairs):
        first.setdefault(made.mistake.name, id(made))
    assert 15 < len(few) <= 20
    assert set(few) <= set(first.values())


def test_a_long_chain_is_searched_near_the_claim(tmp_path: Path) -> None:
    """Of 400 lines with hundreds of edits each those next to the claim are tried: its own line among them."""
    nodes = "\n".join(f"    n{i}: sin(n{i - 1}) + w" for i in range(1, 400))
    file = tmp_path / "chain.yaml"
    file.write_text(
        f"title: t\ngraph:\n  inputs: [n0]\n  parameters: {{w: 0.5}}\n  nodes:\n{nodes}\n  output: n399\ndata: [{{n0: 1}}]\n",
        encoding="utf-8",
    )
    right = case(bt.load(file), entries(("n399=1",))).right[0]
    claimed = ClaimedSolution(case(bt.load(file), entries((f"n399={right - 1:.9f}",))))
    solutions = EditedSolutions(claimed, own=(0,))
    assert len(solutions.edited) < 2 * MOST_EDITED
    assert "values.n399" in {each.name for each in solutions.edited}
