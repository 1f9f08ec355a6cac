"""Without arithmetic: will a parameter go up or down, and will the loss fall?"""

from __future__ import annotations

from backprop_tutor.lesson.document import Block, Flow, Paragraph, Words
from backprop_tutor.practice.exercise.exercise import Exercise
from backprop_tutor.practice.exercise.lines import Line
from backprop_tutor.practice.exercise.page import choose, known, stated, whole
from backprop_tutor.practice.exercise.skills import SKILLS
from backprop_tutor.practice.quiz.hints import Hint
from backprop_tutor.practice.quiz.kinds.kind import Kind, Subject
from backprop_tutor.practice.quiz.question import Pick, Question
from backprop_tutor.text import T

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
MOST_SHOWN = 12


def subjects(exercise: Exercise) -> tuple[Subject, ...]:
    """Every parameter that plain gradient descent changes, and the loss after it."""
    if exercise.scenario.training.optimizer != "sgd":
        return ()
    return tuple(
        Subject(line.skill, line.key)
        for line in exercise.lines
        if line.quantity.section == "updated" or line.key == "after.loss"
    )


def ask(exercise: Exercise, subject: Subject, level: int) -> Question:
    """Up, down, or neither."""
    del level
    line, lesson = exercise.by_key[subject.name], exercise.lesson
    after = line.quantity.section == "after"
    before = exercise.values[str(line.quantity.within("values"))]
    right = 1 if line.value > before else 2 if line.value < before else 3
    keys = _gradients(exercise) if after else (str(line.quantity.within("grads")),)
    return Question(
        exercise,
        SIGN.name,
        line.skill,
        line.key,
        (
            Paragraph(lesson.say(LOSS if after else PARAMETER, letter=line.letter)),
            *known(exercise, _shown(exercise, keys)),
        ),
        choose(lesson, len(WAYS)),
        Pick(right, len(WAYS)),
        _hints(exercise, line, keys),
        (*_solution(exercise, line), Paragraph(lesson.say(WAYS[right - 1]))),
        tuple(_choice(exercise, way) for way in WAYS),
    )


def _choice(exercise: Exercise, way: T) -> Words:
    return exercise.lesson.say(way)


def _gradients(exercise: Exercise) -> tuple[str, ...]:
    moved = (line for line in exercise.lines if line.quantity.section == "updated")
    return tuple(str(line.quantity.within("grads")) for line in moved)


def _shown(exercise: Exercise, gradients: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(key for key in ("learning_rate", *gradients[:MOST_SHOWN]) if key in exercise.values)


def _hints(exercise: Exercise, line: Line, keys: tuple[str, ...]) -> tuple[Hint, ...]:
    say = exercise.lesson.say
    if line.quantity.section == "after":
        return (
            (Paragraph(say(SKILLS["update"].principle)),),
            (Paragraph(say(SMALL_STEP)),),
            _solution(exercise, line),
        )
    return (
        (Paragraph(say(SKILLS["update"].principle)),),
        (Paragraph(say(AGAINST)),),
        (Paragraph(say(SIGN_OF, letter=exercise.letter(keys[0]))),),
        _solution(exercise, line),
    )


def _solution(exercise: Exercise, line: Line) -> tuple[Block, ...]:
    if line.quantity.section != "after":
        return whole(line)
    say, before = exercise.lesson.say, str(line.quantity.within("values"))
    return (
        Flow((say(BEFORE), stated(exercise, before))),
        Flow((say(AFTER), stated(exercise, line.key))),
    )


SIGN = Kind("sign", T("up or down?", "变大还是变小"), subjects, ask)
