"""The verdicts: what is right, right from an earlier slip, rounded early, too short, wrong, or no answer at all."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from backprop_tutor.formula.nodes import symbols
from backprop_tutor.formula.printing.unicode import unicode
from backprop_tutor.lesson.document import Block, Document, Paragraph
from backprop_tutor.practice.exercise.exercise import exercise
from backprop_tutor.practice.exercise.skills import SKILLS
from backprop_tutor.practice.exercise.typed import UnreadableError, names, typed_formula
from backprop_tutor.practice.exercise.variant import random_network
from backprop_tutor.practice.quiz.feedback import explained, feedback
from backprop_tutor.practice.quiz.grading import grade, same
from backprop_tutor.practice.quiz.kinds import KINDS, Subject
from backprop_tutor.practice.quiz.question import Question, Ways
from backprop_tutor.practice.quiz.records import Verdict
from backprop_tutor.practice.quiz.self_check import samples
from backprop_tutor.render import render
from backprop_tutor.scenario.load import load
from tests.practice.quiz.exercises import ask, bundled_exercise

CONTRACT = Path(__file__).parents[3] / "docs/contract.md"
SUBJECT = Subject("chain-rule", "values.W1[1,1]")


def verdict(kind: str, quantity: str, text: str, name: str = "two-two-one", level: int = 1) -> str:
    """The verdict on an answer to a question about a bundled scenario."""
    return grade(ask(kind, quantity, name, level), text).verdict.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-0.01181", "right"),
        ("-0.0118137*1.0099", "wrong"),
        ("-0.0118137*1.011", "wrong"),
        ("-0.0807*0.6*0.2441", "right"),
        ("-0.01", "undecided"),
        ("0", "wrong"),
        ("0.01181", "wrong"),
        ("-0,0118", "right"),
        ("dunno", "invalid"),
    ],
)
def test_a_gradient_is_right_as_far_as_it_is_written(text: str, expected: str) -> None:
    """Within half a unit of the last figure; a number too short to tell is no mistake, and 1 % off is not right."""
    assert verdict("value", "grads.z1[2]", text) == expected


def test_a_new_weight_is_told_from_the_old_one() -> None:
    """The old weight 0.1, 0.4 % away from the new one, is not the new one; 0.1004 and 0.10037 are; 0.1 could be either."""
    assert verdict("value", "updated.W1[1,1]", "0.1000") == "wrong"
    assert verdict("value", "updated.W1[1,1]", "0.10037") == "right"
    assert verdict("value", "updated.W1[1,1]", "0.1004") == "right"
    assert verdict("value", "updated.W1[1,1]", "0.10") == "undecided"
    assert verdict("value", "updated.W1[1,1]", "0.1003722") == "wrong"


def test_what_follows_from_the_numbers_stated_is_right() -> None:
    """The question states O(c) = 0.647941 and O(d) = 0.576885: what they give to ten figures is right, a slip is not."""
    exactly = 0.4 * 0.647941 + 0.6 * 0.576885
    texts = (f"{exactly:.10f}", "0.605307", "0.61", "0.6056", "0.6063")
    assert [verdict("value", "values.z2[1]", text) for text in texts] == ["right"] * 3 + ["wrong"] * 2


def test_a_true_zero_is_exactly_zero() -> None:
    """Where the first layer of zero weights gets no error, 0 is right and 0.001 is not."""
    from backprop_tutor.practice.exercise.typed import number
    from backprop_tutor.practice.quiz.grading import judge
    from tests.practice.quiz.exercises import bundled_exercise

    asked = bundled_exercise("zero-weights")
    line = next(line for line in asked.lines if line.value == 0 and line.quantity.section == "grads")
    assert [judge(asked, [(line, number(text))]).value for text in ("0", "0.000", "0.001")] == [
        "right",
        "right",
        "wrong",
    ]


def test_rounding_on_the_way_is_seen() -> None:
    """Every number cut to 2 decimals, and said to be rounded early; of three figures that is too much."""
    assert verdict("value", "grads.z1[2]", "-0.0117") == "wrong"
    assert verdict("value", "grads.z1[1]", "-0.08*0.4*0.65*0.35") == "rounded"


def test_figures_typed_in_full_are_not_a_rounded_result() -> None:
    """tanh 0.22 = 0.2165: 0.22 is that to 2 decimals, 0.2200000 is z itself."""
    question = ask("value", "values.a1[2]@2", "weight-penalty")
    assert grade(question, "0.22").verdict == "right"
    assert explained(question, grade(question, "0.2200000")).mistakes == ("activation-skipped-hidden",)


def test_an_error_is_carried_forward() -> None:
    """The second of two blanks, worked rightly from a wrong first one, is right; worked wrongly it is not."""
    gradient, rate, old = -0.005, 0.1, 0.7
    wrong_first = f"{gradient}; {old - rate * gradient}"
    graded = grade(ask("complete", "updated.W1[1,2]", level=2), wrong_first)
    assert [part.verdict.value for part in graded.parts] == ["wrong", "carried"]
    assert graded.verdict == "wrong"
    both_wrong = grade(ask("complete", "updated.W1[1,2]", level=2), f"{gradient}; 0.7123")
    assert [part.verdict.value for part in both_wrong.parts] == ["wrong", "wrong"]


@pytest.mark.parametrize("trick", ["0; 0.7", "1; 0.6", "1e9; -1e8"])
def test_a_nonsense_first_value_is_wrong_whatever_follows(trick: str) -> None:
    """What follows from it is carried forward, and the answer is wrong all the same."""
    graded = grade(ask("complete", "updated.W1[1,2]", level=2), trick)
    assert (graded.verdict, graded.parts[0].verdict) == ("wrong", "wrong")


def test_with_right_earlier_values_carrying_forward_changes_nothing() -> None:
    """Marking from one's own values is plain marking where those are right."""
    for second, expected in (("0.7005888", "right"), ("0.71", "wrong")):
        graded = grade(ask("complete", "updated.W1[1,2]", level=2), f"-0.00588827; {second}")
        assert graded.parts[1].verdict == expected


def test_several_answers_need_as_many_semicolons() -> None:
    """One number for two blanks is no answer; full-width semicolons are semicolons."""
    assert verdict("complete", "updated.W1[1,2]", "0.7005888", level=2) == "invalid"
    assert verdict("complete", "updated.W1[1,2]", "-0.00588827；0.7005888", level=2) == "right"
    assert "只要一个答案；这里有 2 个。" in told(ask("value", "grads.W1[1,2]", lang="zh"), "0.1; 0.2")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(O(e)-y)*O(e)*(1-O(e))*O(c)", "right"),
        ("(O_e - y)·O_e·(1 − O_e)·O_c", "right"),
        ("(O(e) - y)O(e)O(c)(1 − O(e))", "right"),
        ("dL/dh(e) * O(c)", "right"),
        ("∂L/∂h(e)·O(c)", "right"),
        ("O(c)*(a2[1]-1*y)*(a2[1]-a2[1]^2)", "right"),
        ("(O_e-y)*sigmoid(h_e)*(1-sigmoid(h_e))*O_c", "right"),
        ("(σ(W_ec*O_c+W_ed*O_d)-y)*O_e*(1-O_e)/(1+exp(-h_c))", "right"),
        ("(y-O_e)*O_e*(1-O_e)*O_c", "wrong"),
        ("(O_e-y)*h_e*(1-h_e)*O_c", "wrong"),
        ("-0.0522664", "wrong"),
        ("dL/dL", "wrong"),
        ("dL/dL * dL/dh(e) * O(c)", "right"),
        ("dL/dW_ec", "invalid"),
        ("(O_e-y", "invalid"),
        ("O_x * 2", "invalid"),
        ("", "invalid"),
        ("__import__('os').system('true')", "invalid"),
    ],
)
def test_a_formula_is_right_however_it_is_written(text: str, expected: str) -> None:
    """Equal for all numbers is right; the numbers of this exercise alone are not enough."""
    assert verdict("formula", "grads.W2[1,1]", text) == expected


def test_a_refused_formula_is_spoken_of_in_its_own_words() -> None:
    """The words that names are exchanged for while reading do not show."""
    graded = grade(ask("formula", "grads.W2[1,1]"), "O(e) 0.5")
    assert graded.why is not None
    assert "O(e)" in graded.why.en
    assert "q" not in graded.why.en.replace("required", "")


@pytest.mark.parametrize("notation", ["nodes", "layers", "nielsen", "brackets", "theta", "pdp"])
def test_formulas_may_be_typed_as_they_are_shown(notation: str) -> None:
    """Every derivative, in the letters of the screen and in those that are easily typed, in every notation."""
    asked = bundled_exercise(notation=notation)
    for line in (line for line in asked.lines if line.quantity.section == "grads"):
        for text in (unicode(line.written), typed_formula(line.written)):
            assert text.isascii() or text == unicode(line.written)
            assert same(names(asked, line.key).read(text), line, asked), text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a⁽¹⁾₁-a⁽²⁾₁; a⁽¹⁾₁ → a⁽²⁾₂", "right"),
        ("a1_1-a2_2; u1_1, a2[1]", "right"),
        ("W⁽¹⁾₁₁-a⁽¹⁾₁-a⁽²⁾₁-L; w1_11-a1_1-a2_2-L", "right"),
        ("a⁽¹⁾₁-a⁽²⁾₁", "wrong"),
        ("a⁽¹⁾₂-a⁽²⁾₁; a⁽¹⁾₁-a⁽²⁾₂", "wrong"),
        ("2", "invalid"),
    ],
)
def test_paths_through_units_without_a_name(text: str, expected: str) -> None:
    """Units are called what they give; contract names, and both ends of the path, may be typed as well."""
    network = random_network("2-2-2", 3)
    asked = next(
        question
        for seed in range(20)
        if isinstance((question := KINDS["path"].ask(exercise(network, "en", None, seed), SUBJECT, 1)).key, Ways)
    )
    assert grade(asked, text).verdict == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("2x2", "right"), ("(2, 2)", "right"), ("2×3", "wrong"), ("4", "invalid")]
)
def test_shapes(text: str, expected: str) -> None:
    """Rows and columns, in any of the usual ways to write them."""
    assert verdict("shape", "grads.W1", text) == expected


def test_a_wrong_number_is_traced_to_the_mistake_that_gives_it() -> None:
    """The hidden delta without its derivative of the activation: −0.0806653·0.6."""
    question = ask("value", "grads.z1[2]")
    graded = explained(question, grade(question, "-0.04839918"))
    assert (graded.verdict.value, graded.mistakes) == ("wrong", ("hidden-derivative-omitted",))
    assert len(graded.explained) == 1


def test_the_number_of_a_mistake_is_wrong_even_near_the_right_one() -> None:
    """The hidden delta with the updated weight 0.604653 is 0.8 % off, and the mistake is named."""
    question = ask("value", "grads.z1[2]")
    with_new_weight = -0.0806653 * 0.6046535 * 0.576885 * (1 - 0.576885)
    for text in (f"{with_new_weight:.5g}", f"{with_new_weight:.7g}", "-0.0806653*0.6046535*0.576885*(1-0.576885)"):
        assert grade(question, text).verdict == "wrong"
        graded = explained(question, grade(question, text))
        assert (graded.verdict.value, graded.mistakes) == ("wrong", ("updated-weights-used",))
        assert graded.parts[0].verdict == "wrong"


def test_a_wrong_formula_is_traced_by_the_number_it_gives() -> None:
    """(O(e) − y)·O(c) for ∂L/∂W_ec: the derivative of the output's sigmoid is missing; a constant says nothing."""
    question = ask("formula", "grads.W2[1,1]")
    assert "output-derivative-omitted" in explained(question, grade(question, "(O_e - y)*O_c")).mistakes
    assert explained(question, grade(question, "0.3")).mistakes == ()


def test_what_follows_from_an_earlier_slip_is_said_to_follow() -> None:
    """Of two blanks the first is wrong, the second right from it; both numbers are told, and that it follows."""
    question = ask("complete", "updated.W1[1,2]", level=2)
    graded = explained(question, grade(question, "-0.005; 0.7005"))
    said = render(Document("en", (), (), feedback(question, graded)), "text", width=200)
    assert "you have −0.005, right is −0.00588827" in said
    assert "you have 0.7005, which is right from your earlier value; without the slip it is 0.7005888" in said


def test_the_principle_is_that_of_the_wrong_line() -> None:
    """With a right new weight and a wrong gradient the principle is the gradient's, and the other way round."""
    question = ask("complete", "updated.W1[1,2]", level=2)
    for text, skill in (("-0.009; 0.7005888", "weight-gradient"), ("-0.00588827; 0.9", "update")):
        assert SKILLS[skill].principle.en in told(question, text)


def test_a_slip_is_not_blamed_on_a_mistake() -> None:
    """A number that no known mistake gives is wrong, and nothing is said about how it came."""
    question = ask("value", "grads.z1[2]")
    graded = explained(question, grade(question, "-0.01934567"))
    assert (graded.verdict.value, graded.explained) == ("wrong", ())


def test_a_wrong_choice_names_its_mistake() -> None:
    """Every distractor is the number of a mistake of the catalogue."""
    question = ask("choice", "grads.z1[2]")
    for choice, mistake in enumerate(question.key.mistakes, start=1):  # type: ignore[union-attr]
        graded = explained(question, grade(question, str(choice)))
        assert graded.mistakes == ((mistake,) if mistake else ())
        assert (graded.verdict, bool(graded.mistakes)) == (("wrong", True) if mistake else ("right", False))


def test_no_hint_but_the_last_is_the_right_choice() -> None:
    """Of a principle: first the goal, then what it is not, one answer at a time; at the end two were left."""
    question = ask("explain", "values.loss")
    right = Paragraph(question.choices[question.key.right - 1])  # type: ignore[union-attr]
    assert [right in hint for hint in question.hints] == [False] * (len(question.hints) - 1) + [True]
    assert len(question.hints) == len(question.choices)


@pytest.mark.parametrize(
    ("scenario", "notation", "asked", "typed"),
    [
        ("multi-output", "nielsen", "grads.z2[1]@1", "a3_1-y1"),
        ("multi-output", "nielsen", "grads.W2[2,2]", "delta3_2@1 a2_2@1 + delta3_2@2 a2_2@2"),
        ("two-two-one", "nodes", "grads.W1[1,1]", "(O(e)-y)O(e)(1-O(e)) W_ec O(c)(1-O(c)) x_a"),
    ],
)
def test_formulas_are_read_as_people_type_them(scenario: str, notation: str, asked: str, typed: str) -> None:
    """Products without a sign, indices without an underscore, the example of the question left out."""
    read = names(exercise(load(scenario), "en", notation, 1), asked).read(typed)
    assert symbols(read)


def test_a_word_that_is_no_name_is_told_what_names_there_are() -> None:
    """With the nearest one, not with what happened to be read before it."""
    with pytest.raises(UnreadableError) as raised:
        names(exercise(load("multi-output"), "en", "nielsen", 1), "grads.z2[1]@1").read("a3_1 - a3_9")
    assert "'a3_9' is no name here" in raised.value.why.en
    assert "did you mean 'a3_" in raised.value.why.en


def test_every_verdict_is_a_word_of_the_contract() -> None:
    """The two tables of the section on judging: no verdict of the records is missing there, and no other stands there."""
    _, _, judging = CONTRACT.read_text("utf-8").partition("\n## 4. Judging\n")
    rows = re.findall(r"^\| `([a-z-]+)` \|", judging.partition("\n## ")[0], re.MULTILINE)
    assert sorted(rows) == sorted(Verdict)


def read(blocks: tuple[Block, ...]) -> str:
    """Blocks as they are shown, on long lines."""
    return render(Document("en", (), (), blocks), "text", width=200)


def test_the_second_try_is_told_what_is_right_already() -> None:
    """Of several numbers which are right; of a number with the other sign, where no mistake gives it, that it has it."""
    several = ask("complete", "updated.W2[1,1]", level=2)
    first, second = (part.line for part in several.key.parts)
    once = replace(grade(several, f"{first.value:.6g}; {second.value + 3:.6g}"), verdict=Verdict.ONCE)
    assert "Right: ∂L/∂W_ec. Not right: W_ec." in read(feedback(several, once))
    one = ask("value", "values.z1[1]")
    turned = replace(explained(one, grade(one, "-0.61")), verdict=Verdict.ONCE)
    assert "The size of h(c) is right, its sign is not." in read(feedback(one, turned))


def told(question: Question, text: str) -> str:
    """The feedback on an answer."""
    return read(feedback(question, explained(question, grade(question, text))))


def test_an_explanation_is_in_the_letters_of_the_question() -> None:
    """A bias read as 0 is named as the book names it; a whole formula with the other sign is not written out twice."""
    question = ask("value", "updated.W1[1,1]", "single-unit", lang="zh")
    assert "把 b_k 看成 0" in told(question, "0.545794")
    assert "（s₂ 这一行和另外 1 行）" in told(ask("value", "values.H12", "logistic-curvature", lang="zh"), "0.441263")
    assert "the result has the other sign (the line of ∂f/∂x1)" in told(
        ask("value", "grads.x1", "two-modes"), "-2.58385"
    )


def test_a_question_in_a_reason_keeps_its_mark_alone() -> None:
    """An unreadable answer with a near name asks back, without a full stop behind the question."""
    assert "'sin'？这次不计入成绩。" in told(ask("value", "updated.W1[1,1]", lang="zh"), "sig(1)")
    assert "'sin'? Nothing is counted." in told(ask("value", "updated.W1[1,1]"), "sig(1)")


def test_a_line_that_is_a_constant_is_written_once() -> None:
    """The derivative of a sum by one of its terms is 1, in an example too."""
    assert "∂f/∂s = 1\n" in read(ask("complete", "grads.x1", "two-modes").prompt)


def test_answers_of_a_chinese_keyboard_are_read() -> None:
    """Full-width digits, letters and marks, in every kind of answer, are those of ASCII."""
    assert verdict("value", "grads.z1[2]", "－０．０１１８１") == "right"
    assert verdict("value", "grads.z1[2]", "-0。01181") == "right"
    key = ask("complete", "updated.W2[1,1]", level=2).key
    full = {code - 0xFEE0: code for code in range(0xFF01, 0xFF5F)}
    assert verdict("complete", "updated.W2[1,1]", samples(key).right.translate(full), level=2) == "right"
    for kind in ("shape", "sign", "path", "find-error", "formula"):
        question = KINDS[kind].ask(bundled_exercise(), KINDS[kind].subjects(bundled_exercise())[0], 1)
        assert grade(question, samples(question.key).right.translate(full)).verdict == Verdict.RIGHT, kind


def test_a_choice_is_read_by_its_words() -> None:
    """Whole, within more words, or in part, as far as only one choice has them; what fits several is asked for again."""
    up_or_down, principle = ask("sign", "updated.W1[1,1]"), ask("explain", "grads.W2[1,1]")
    assert grade(up_or_down, "It goes up!").verdict == grade(up_or_down, "up").verdict == Verdict.RIGHT
    assert grade(principle, "the gradient of a weight is").verdict == Verdict.RIGHT
    loss = ask("choice", "values.loss")
    assert all(
        grade(loss, text).verdict == Verdict.RIGHT for text in ("0.0623505", ".06235", "0,0623505", "6.23505e-2")
    )
    assert grade(loss, "0.1").verdict == grade(loss, "0.07").verdict == Verdict.INVALID  # two choices, and none
    for text in ("the", "up or down", "it"):
        assert grade(up_or_down if "up" in text else principle, text).verdict == Verdict.INVALID
