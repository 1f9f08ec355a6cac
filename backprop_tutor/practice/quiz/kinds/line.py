"""Questions about a line of the worked solution: its number, the last lines of a solution, a derivative as a formula, the
principle that justifies it, and, without arithmetic, whether a parameter or the loss goes up or down.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from backprop_tutor.formula.nodes import Cases, Formula, Num, Sym, children
from backprop_tutor.formula.printing.plain import plain
from backprop_tutor.lesson.document import Block, Code, Equation, Flow, Inline, Link, Section, Text, Words
from backprop_tutor.lesson.inline import derivation
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.names import typeable
from backprop_tutor.practice.exercise.draw import shuffled
from backprop_tutor.practice.exercise.exercise import Exercise
from backprop_tutor.practice.exercise.lines import Line, is_readable
from backprop_tutor.practice.exercise.page import (
    Hint,
    around,
    choose,
    definitions,
    goal,
    how_many_figures,
    in_letters,
    in_numbers,
    known,
    known_before,
    ladder,
    setting,
    stated,
    to_its_value,
    whole,
)
from backprop_tutor.practice.exercise.skills import SKILLS
from backprop_tutor.practice.quiz.kinds import Kind, Subject
from backprop_tutor.practice.quiz.question import Expression, Number, Parts, Pick, Question
from backprop_tutor.text import T

COMPUTE = {
    "values": T("Compute {letter}.", "计算 {letter}。"),
    "grads": T("Compute {letter}.", "计算 {letter}。"),
    "updated": T("Compute the new {letter}, after the update.", "计算更新之后的 {letter}。"),
    "after": T("Compute {letter} after the update.", "计算更新之后的 {letter}。"),
}


def about(lines: Iterable[Line]) -> tuple[Subject, ...]:
    """A subject for each of some lines."""
    return tuple(Subject(line.skill, line.key) for line in lines)


def _numbers(exercise: Exercise) -> tuple[Subject, ...]:
    """Every line that is worth computing."""
    return about(line for line in exercise.lines if line.worth_asking)


def asked_for(exercise: Exercise, line: Line, asked: Mapping[str, T]) -> tuple[Block, ...]:
    """What is asked of a line, by its section, its conventions, and the numbers around it."""
    return (
        exercise.lesson.sentence(asked[line.quantity.section], letter=line.letter),
        *setting(exercise, (line,)),
        *known(exercise, around(exercise, line)),
    )


def _ask_number(exercise: Exercise, subject: Subject, level: int) -> Question:
    """The number of a line, given the numbers around it."""
    line, lesson = exercise.by_key[subject.name], exercise.lesson
    return Question(
        exercise,
        "value",
        line.skill,
        line.key,
        asked_for(exercise, line, COMPUTE),
        how_many_figures(lesson, line),
        Number(line),
        ladder(exercise, line),
        whole(line),
    )


VALUE = Kind("value", T("compute one number", "计算一个数"), _numbers, _ask_number)


MOST_OPERANDS = 8
"""A line of more operands is not written out: what is known would fill the screen."""

MOST_SHOWN = 2
"""So many lines are written out before the blanks, for a screen; of what is before them the numbers are given."""

FILL = T("Complete the solution: the last line is missing.", "补全解答：缺最后一行。")
FILL_SOME = T("Complete the solution: the last {count} lines are missing.", "补全解答：缺最后 {count} 行。")
TOGETHER = T(
    "Type the {count} numbers in this order, with semicolons between them. ",
    "按这个顺序输入 {count} 个数，用分号隔开。",
)
THE_LAST = T("Before the last: 4 significant figures. The last: ", "最后一个之前的数：4 位有效数字。最后一个：")
SOLUTION = T("Solution", "解答")


def _completable(exercise: Exercise) -> tuple[Subject, ...]:
    """The targets whose solution has several lines."""
    return about(line for line in exercise.targets if _is_completable(exercise, line))


def _is_completable(exercise: Exercise, line: Line) -> bool:
    steps = solution(exercise, line)
    return steps[-1:] == (line,) and len(steps) > 1 and line.worth_asking and steps[-2].worth_asking


def solution(exercise: Exercise, line: Line) -> tuple[Line, ...]:
    """The lines that lead to a line, and itself; the results of lines with very many operands are among what is known."""
    return tuple(step for step in exercise.closure(line) if len(step.needs) <= MOST_OPERANDS)


def _ask_rest(exercise: Exercise, subject: Subject, level: int) -> Question:
    """The solution of a line with its last `level` lines blank, as far as they are worth asking for."""
    line, lesson = exercise.by_key[subject.name], exercise.lesson
    steps = solution(exercise, line)
    blanks = _last(steps, level)
    shown = steps[: len(steps) - len(blanks)][-MOST_SHOWN:]
    return Question(
        exercise,
        "complete",
        line.skill,
        line.key,
        (
            lesson.sentence(FILL if len(blanks) == 1 else FILL_SOME, count=len(blanks)),
            *setting(exercise, steps),
            *known_before(exercise, (*shown, *blanks)),
            Section(lesson.say(SOLUTION), (*map(in_short, shown), *map(_blank, blanks)), "solution"),
        ),
        _how_many(lesson, blanks),
        Number(line) if len(blanks) == 1 else Parts(tuple(map(Number, blanks))),
        _rest_hints(exercise, blanks),
        tuple(block for step in blanks for block in whole(step)),
    )


def _how_many(lesson: Lesson, blanks: tuple[Line, ...]) -> Words:
    """How the numbers are typed; a new value at the end has a scale of its own."""
    exactly = how_many_figures(lesson, blanks[-1])
    if len(blanks) == 1:
        return exactly
    apart = blanks[-1].quantity.section == "updated"
    figures = (*lesson.say(THE_LAST), *exactly) if apart else exactly
    return (*lesson.say(TOGETHER, count=len(blanks)), *figures)


def _last(steps: tuple[Line, ...], level: int) -> tuple[Line, ...]:
    """The last lines, at most `level` of them and never all; a line not worth asking for ends the row."""
    count = 1
    while count < min(level, len(steps) - 1) and steps[-count - 1].worth_asking:
        count += 1
    return steps[-count:]


def in_short(line: Line) -> Equation:
    """``z = w·x + b = 0.1·0.5 + 0.3 = 0.35``: a line without the steps between, which a screen has no room for; of one
    with very many letters its number.
    """
    if not is_readable(line.written):
        return derivation(line.letter, line.shown, keys=(line.key,))
    equation = in_letters(line) if isinstance(line.numbers, Num) else in_numbers(line)
    return replace(to_its_value(equation, line.shown), keys=(line.key,))


def _blank(line: Line) -> Block:
    return Equation(line.letter, (Link("=", Sym("?")),), (line.key,))


def _rest_hints(exercise: Exercise, blanks: tuple[Line, ...]) -> tuple[Hint, ...]:
    """The hints of every blank side by side, all values last; no numbers of a line that needs another blank."""
    ladders = [ladder(exercise, line) for line in blanks]
    words = [_unique([ladder[rung] for ladder in ladders]) for rung in (0, 1, 2)]
    missing = {line.key for line in blanks}
    free = [line for line in blanks if not missing.intersection(line.needs) and not isinstance(line.numbers, Num)]
    numbers = (tuple(map(in_numbers, free)),) if free else ()
    return (*words, *numbers, _unique([ladder[-1] for ladder in ladders]))


def _unique(hints: list[Hint]) -> Hint:
    return tuple(dict.fromkeys(block for hint in hints for block in hint))


COMPLETE = Kind("complete", T("complete the worked solution", "补全解答"), _completable, _ask_rest, stage=1)


WRITE = T("Write {letter} as a formula.", "把 {letter} 写成公式。")
HOW_TYPED = T(
    "Type it with * + - / ^ and parentheses; whatever is worth the same counts. Letters are typed like this: ",
    "用 * + - / ^ 和括号输入；与之相等的写法都算对。字母这样输入：",
)
MOST_LETTERS, MOST_SPELLED = 12, 24


LONGEST = 400  # characters of a formula that can be typed


def _derivatives(exercise: Exercise) -> tuple[Subject, ...]:
    """The derivatives, over one example, that consist of some letters and can be typed in one formula."""
    if exercise.lesson.examples > 1:
        return ()
    asked = (line for line in exercise.lines if line.quantity.section == "grads")
    return tuple(Subject("chain-rule", line.key) for line in asked if _is_typeable(line))


def _is_typeable(line: Line) -> bool:
    short = len(plain(line.written)) <= LONGEST
    return short and line.value != 0 and 2 <= len(line.needs) <= MOST_LETTERS and not _by_cases(line.written)


def _by_cases(formula: Formula) -> bool:
    return isinstance(formula, Cases) or any(map(_by_cases, children(formula)))


def _ask_formula(exercise: Exercise, subject: Subject, level: int) -> Question:
    """The derivative in letters; those above it may be used."""
    line, lesson = exercise.by_key[subject.name], exercise.lesson
    answer = Equation(line.letter, (Link("=", line.written),), (line.key,))
    return Question(
        exercise,
        "formula",
        subject.skill,
        line.key,
        (lesson.sentence(WRITE, letter=line.letter), *definitions(exercise)),
        (*lesson.say(HOW_TYPED), *_letters(exercise, line)),
        Expression(line),
        _formula_hints(exercise, line, answer),
        (answer,),
    )


def _letters(exercise: Exercise, line: Line) -> Words:
    """How to type the letters, in an order that reveals nothing; for a large network those around it."""
    keys = {key for step in exercise.closure(line) for key in step.needs}
    near = keys if len(keys) <= MOST_SPELLED else set(around(exercise, line))
    shown = sorted(typeable(exercise.letter(key)) for key in near)
    words: list[Inline] = []
    for name in shown:
        words += [Text("  "), Code(name)] if words else [Code(name)]
    return tuple(words)


def _formula_hints(exercise: Exercise, line: Line, answer: Equation) -> tuple[Hint, ...]:
    """The goal, the chain rule, the principle of this step, and its factors or terms as derivatives; the formula."""
    lesson = exercise.lesson
    principles = dict.fromkeys((exercise.principle("chain-rule"), exercise.principle(line.skill)))
    return ((goal(exercise, line),), *((lesson.sentence(text),) for text in principles), (answer,))


FORMULA = Kind("formula", T("write a derivative as a formula", "把导数写成公式"), _derivatives, _ask_formula, stage=1)


WHICH_PRINCIPLE = T("Which principle justifies this line?", "这一行的依据是哪条原理？")
NOT = T("It is not answer {number}: look at what stands on the right.", "不是第 {number} 项：看看等号右边是什么。")
NOR = T("Nor is it answer {number}.", "也不是第 {number} 项。")
PRINCIPLES = 4
OTHERS = (
    "forward-sum",
    "activation",
    "loss",
    "output-delta",
    "hidden-delta",
    "weight-gradient",
    "bias-gradient",
    "update",
)
IN_A_GRAPH = ("forward-sum", "activation", "chain-rule", "update")
ALSO_TRUE = {
    "softmax-cross-entropy": ("activation", "loss", "output-delta"),
    "optimizer": ("update",),
    "batch-mean": ("weight-gradient", "loss"),
    "forward-sum": ("activation",),
    "activation": ("forward-sum",),
}
"""Principles that are not wrong about a line of another skill, and so cannot be offered beside its own."""


def _explainable(exercise: Exercise) -> tuple[Subject, ...]:
    """The lines with enough other principles."""
    return about(line for line in exercise.lines if _other_principles(exercise, line.skill))


def _other_principles(exercise: Exercise, skill: str) -> tuple[str, ...]:
    pool = OTHERS if exercise.lesson.graph.layers else IN_A_GRAPH
    return tuple(name for name in pool if name != skill and name not in ALSO_TRUE.get(skill, ()))


def _ask_principle(exercise: Exercise, subject: Subject, level: int) -> Question:
    """The line in full, and a few principles to choose from."""
    line, lesson = exercise.by_key[subject.name], exercise.lesson
    others = shuffled(_other_principles(exercise, line.skill), exercise.seed, "explain", line.key)[: PRINCIPLES - 1]
    choices = shuffled((line.skill, *others), exercise.seed, "order", line.key)
    principle = lesson.sentence(exercise.principle(line.skill))
    said = {name: lesson.say(SKILLS[name].principle) for name in others} | {line.skill: principle.words}
    excluded = (
        (lesson.sentence(told, number=choices.index(name) + 1),)
        for told, name in zip((NOT, *[NOR] * len(others)), others[:-1], strict=False)
    )
    return Question(
        exercise,
        "explain",
        line.skill,
        line.key,
        (lesson.sentence(WHICH_PRINCIPLE), *setting(exercise, (line,)), *whole(line)),
        choose(lesson, len(choices)),
        Pick(choices.index(line.skill) + 1, len(choices)),
        ((goal(exercise, line),), *excluded, (principle,)),
        (principle,),
        tuple(said[name] for name in choices),
    )


EXPLAIN = Kind("explain", T("which principle is at work?", "依据哪条原理"), _explainable, _ask_principle)


PARAMETER = T("Will {letter} go up or down in this update?", "这次更新会使 {letter} 变大还是变小？")
LOSS = T(
    "One step is taken with this learning rate, against every gradient. Will the loss go up or down?",
    "用这个学习率沿所有梯度的反方向走一步。之后损失会变大还是变小？",
)
WAYS = (T("up", "变大"), T("down", "变小"), T("it stays", "不变"))
AGAINST = T(
    "A step goes against the gradient: where the derivative is positive, the parameter goes down.",
    "更新是逆着梯度走的：导数为正，参数就变小。",
)
SMALL_STEP = T(
    "For a small step the loss changes by −(learning rate) · Σ (gradient)², which is never positive; a step that is too "
    "long can overshoot.",
    "步子小时，损失约变化 −（学习率）·Σ（梯度）²，绝不会为正；步子太大则可能越过最低点。",
)
SIGN_OF = T("Look at the sign of {letter}.", "看 {letter} 的符号。")
BEFORE, AFTER = T("before:", "更新前："), T("after:", "更新后：")
MOST_GRADIENTS = 12


def _changes(exercise: Exercise) -> tuple[Subject, ...]:
    """Every parameter that plain gradient descent changes, and the loss after it."""
    if exercise.scenario.training.optimizer != "sgd":
        return ()
    return about(line for line in exercise.lines if line.quantity.section == "updated" or line.key == "after.loss")


def _ask_sign(exercise: Exercise, subject: Subject, level: int) -> Question:
    """Up, down, or neither."""
    line, lesson, say = exercise.by_key[subject.name], exercise.lesson, exercise.lesson.say
    before = line.before or line.key
    right = 1 if line.value > exercise.values[before] else 2 if line.value < exercise.values[before] else 3
    if line.quantity.section == "after":
        moved = tuple(each for each in exercise.lines if each.quantity.section == "updated")
        asked, reasons = LOSS, [lesson.sentence(SMALL_STEP)]
        shown: tuple[Block, ...] = (
            Flow((say(BEFORE), stated(exercise, before))),
            Flow((say(AFTER), stated(exercise, line.key))),
        )
    else:
        moved, asked, shown = (line,), PARAMETER, whole(line)
        letter = exercise.letter(str(line.quantity.within("grads")))
        reasons = [lesson.sentence(AGAINST), lesson.sentence(SIGN_OF, letter=letter)]
    gradients = [str(each.quantity.within("grads")) for each in moved][:MOST_GRADIENTS]
    keys = (key for key in ("learning_rate", *gradients) if key in exercise.values)
    hints = (lesson.sentence(SKILLS["update"].principle), *reasons)
    return Question(
        exercise,
        "sign",
        line.skill,
        line.key,
        (lesson.sentence(asked, letter=line.letter), *known(exercise, keys)),
        choose(lesson, len(WAYS)),
        Pick(right, len(WAYS)),
        (*((hint,) for hint in hints), shown),
        (*shown, lesson.sentence(WAYS[right - 1])),
        tuple(map(say, WAYS)),
    )


SIGN = Kind("sign", T("up or down?", "变大还是变小"), _changes, _ask_sign)
