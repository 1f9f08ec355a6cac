"""The page of a question: the known numbers, the formulas, what to type; and the ladder of hints of a line.

The hints are shown one at a time, without the number of those that are left: knowing it tempts learners to go straight
to the last.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import floor, log10

from backprop_tutor.formula.figures import figure
from backprop_tutor.formula.nodes import Formula, Lit, Neg, Num, Role, symbols
from backprop_tutor.graph.quantity import parse
from backprop_tutor.lesson.document import Block, Equation, Flow, Link, Paragraph, Row, Rows, Words
from backprop_tutor.lesson.inline import derivation, listed, plain, sign
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.update import rule, step_count
from backprop_tutor.practice.exercise.exercise import Exercise
from backprop_tutor.practice.exercise.lines import FIGURES, Line
from backprop_tutor.text import T
from backprop_tutor.training.optimizers import LETTERS, OPTIMIZERS
from backprop_tutor.training.rule import rule_of

ASKED_FIGURES = 4

KNOWN = T("Known:", "已知：")
FUNCTION = T("activation function: {written}", "激活函数：{written}")
KNOWN_AFTER = T("Known after the update:", "更新后已知：")
TYPE_COUNT = T("Type a whole number.", "请输入一个整数。")
CHOOSE = T("Type 1 to {count}.", "请输入 1 到 {count}。")
SHARE = T(
    "{cost} is the mean over {count} examples: every derivative here already holds the 1/{count}.",
    "{cost} 是 {count} 个样本的平均：这里的每个导数都已含有 1/{count}。",
)
STEP = T("Step {number} of {optimizer}, with ", "{optimizer}，第 {number} 步，其中 ")
FROM_BEFORE = T(" from the step before:", " 来自上一步：")
OWN_SCALE = T("4 significant figures, please, or the exact value.", "请给出 4 位有效数字，或精确值。")
CHANGE_SCALE = T(
    "{decimals} decimals, please, so that the change has 4 significant figures.",
    "请写到小数点后 {decimals} 位，使变化量有 4 位有效数字。",
)


def known(exercise: Exercise, keys: Iterable[str]) -> tuple[Block, ...]:
    """The numbers of these names, those after the update under a heading of their own."""
    names = tuple(dict.fromkeys(keys))
    before = tuple(stated(exercise, key) for key in names if not key.startswith("after."))
    later = tuple(stated(exercise, key) for key in names if key.startswith("after."))
    blocks: list[Block] = []
    for heading, flow in ((KNOWN, before), (KNOWN_AFTER, later)):
        if flow:
            blocks += [Paragraph(exercise.lesson.say(heading)), Flow(flow)]
    return tuple(blocks)


def known_before(exercise: Exercise, lines: Sequence[Line]) -> tuple[Block, ...]:
    """The numbers that some lines in a row need and that are none of theirs."""
    own = {line.key for line in lines}
    return known(exercise, (key for line in lines for key in line.needs if key not in own))


def stated_before(exercise: Exercise, lines: Sequence[Line]) -> tuple[Block, ...]:
    """The conventions of some lines in a row, and the numbers that they need."""
    return (*setting(exercise, lines), *known_before(exercise, lines))


def without_given(blocks: Sequence[Block], exercise: Exercise) -> tuple[Block, ...]:
    """Blocks without the given numbers among those known; a heading that has nothing left goes, too."""
    kept: list[Block] = []
    heading = Paragraph(exercise.lesson.say(KNOWN))
    for block in blocks:
        if isinstance(block, Flow) and kept[-1:] == [heading]:
            items = tuple(item for item in block.items if not set(getattr(item, "keys", ())) & set(exercise.given))
            kept = [*kept, replace(block, items=items)] if items else kept[:-1]
        else:
            kept.append(block)
    return tuple(kept)


def stated(exercise: Exercise, key: str) -> Equation:
    """``O(c) ≈ 0.647941``."""
    return derivation(exercise.letter(key), exercise.number(key), keys=(key,))


def around(exercise: Exercise, line: Line) -> tuple[str, ...]:
    """The inputs of a line, and beside each activation its pre-activation: the known numbers do not reveal which are
    needed.
    """
    needed = [key for need in line.needs for key in (*_beside(exercise, need), need)]
    return tuple(key for key in dict.fromkeys(needed) if key in exercise.values and key != line.key)


def _beside(exercise: Exercise, key: str) -> tuple[str, ...]:
    quantity = parse(key)
    graph = exercise.lesson.graph
    if quantity is None or not graph.positions(quantity.name):
        return ()
    node = graph.nodes[graph.located(quantity.name, quantity.indices)[0]]
    if quantity.section != "values" or node.role != Role.ACTIVATION:
        return ()
    below = str(quantity._replace(name=graph.nodes[node.inputs[0]].name))
    return (below,) if below in exercise.values else ()


def definitions(exercise: Exercise) -> tuple[Block, ...]:
    """The author's own formulas: every node of an expression graph, or activation functions that have no name."""
    lesson = exercise.lesson
    if lesson.graph.shapes is not None:
        from backprop_tutor.practice.exercise.named_arrays import formulas

        return (formulas(lesson, lesson.graph.computed),)
    if lesson.graph.layers:
        own = dict.fromkeys(a for layer in lesson.graph.layers if not isinstance(a := layer.activation, str))
        return tuple(lesson.sentence(FUNCTION, written=formula) for formula in own)
    nodes, letters, written = lesson.graph.nodes, lesson.reading.letter, lesson.graph.formulas or {}
    elements = (e for e in lesson.elements(Role.NODE, Role.LOSS) if nodes[e.node].name in written and not e.example)
    return (Flow(tuple(derivation(letters(e), lesson.reading.definition(e, letters)) for e in elements)),)


def setting(exercise: Exercise, asked: Iterable[Line]) -> tuple[Block, ...]:
    """The conventions of these lines: definitions, what is a mean, how a step is made."""
    sections = {line.quantity.section for line in asked}
    shared = _share(exercise.lesson) if "grads" in sections else ()
    stepped = _step(exercise.lesson) if "updated" in sections else ()
    return (*definitions(exercise), *shared, *stepped)


def _share(lesson: Lesson) -> tuple[Block, ...]:
    """The place of the 1/m of a mean, which some books write into the last line and others into the first."""
    if lesson.examples == 1 or lesson.graph.reduction == "sum":
        return ()
    return (lesson.sentence(SHARE, cost=lesson.letters.loss, count=lesson.examples),)


def _step(lesson: Lesson) -> tuple[Block, ...]:
    """The rule of a step that has several lines, and the step the state of its optimizer is from."""
    optimizer = OPTIMIZERS[lesson.scenario.training.optimizer]
    if not optimizer.state:
        return (Flow(_counted(lesson, rule(lesson))),) if len(rule_of(lesson.scenario.training).lines) > 1 else ()
    kept = listed((LETTERS[name] for name in optimizer.state), lesson.lang)
    said = (*lesson.say(STEP, number=lesson.step.number, optimizer=optimizer.text), *kept, *lesson.say(FROM_BEFORE))
    return (Paragraph(said), Flow(rule(lesson)))


def _counted(lesson: Lesson, lines: tuple[Equation, ...]) -> tuple[Equation, ...]:
    """The lines of a rule, with the number of the step before them where it occurs in one."""
    used = {letter for line in lines for link in line.links for letter in symbols(link.right)}
    return (derivation(LETTERS["t"], step_count(lesson)), *lines) if LETTERS["t"] in used else lines


def how_many_figures(lesson: Lesson, line: Line) -> Words:
    """The precision that is asked for, in plain words."""
    if line.scale == abs(line.value):
        return lesson.say(OWN_SCALE)
    return lesson.say(CHANGE_SCALE, decimals=max(0, ASKED_FIGURES - 1 - floor(log10(line.scale))))


def whole(line: Line, digits: int = FIGURES) -> tuple[Block, ...]:
    """The worked line, as in the lesson, with its value to the figures of a question, or to so many more."""
    *before, last = line.equations
    return (*before, to_its_value(last, line.shown if digits == FIGURES else figure(line.value, digits)))


def to_its_value(equation: Equation, value: Num) -> Equation:
    """An equation with its value to these figures at the end, in place of any other number alone."""
    steps = tuple(link for link in equation.links if not _is_number(link.right))
    before = steps[-1].right if steps else equation.left
    return replace(equation, links=(*steps, Link(sign(before, value), value)))


def _is_number(formula: Formula) -> bool:
    return isinstance(formula.operand if isinstance(formula, Neg) else formula, (Lit, Num))


def choose(lesson: Lesson, count: int) -> Words:
    """The instruction how to choose."""
    return lesson.say(CHOOSE, count=count)


def choices(equations: tuple[Words, ...]) -> tuple[Block, ...]:
    """The choices, numbered from 1."""
    return (numbered(map(Paragraph, equations)),) if equations else ()


def numbered(blocks: Iterable[Block]) -> Rows:
    """Blocks in rows, numbered from 1."""
    return Rows(tuple(Row(plain(str(i)), (block,)) for i, block in enumerate(blocks, start=1)))


Hint = tuple[Block, ...]

OF_SECTION = {
    "grads": T(
        "{letter} is asked for: how much {result} grows for each unit by which that quantity grows.",
        "要求的是 {letter}：那个量每增大一个单位，{result} 增大多少。",
    ),
    "updated": T("The new value of {letter} is asked for, after one update.", "要求的是更新一步之后 {letter} 的新值。"),
    "after": T(
        "{letter} is asked for once more, after the update: the forward pass again, with the new weights.",
        "要求的是更新之后的 {letter}：用新权重再做一次前向传播。",
    ),
}
"""What is asked for, by the section of a quantity; of a value by the role of its node."""
OF_ROLE = {
    Role.PREACTIVATION: T(
        "{letter} is what reaches the unit, before its activation function.",
        "{letter} 是到达单元的输入，还没有经过激活函数。",
    ),
    Role.ACTIVATION: T(
        "{letter} is what the unit hands on, after its activation function.", "{letter} 是单元经过激活函数之后的输出。"
    ),
    Role.LOSS: T("{letter} measures how far the outputs are from their targets.", "{letter} 衡量输出离目标值有多远。"),
}
VALUE = T("{letter} is one step of the forward computation.", "{letter} 是前向传播中的一步。")


def ladder(exercise: Exercise, line: Line) -> tuple[Hint, ...]:
    """The hints of a line, the value last."""
    principle = exercise.lesson.sentence(exercise.principle(line.skill))
    numbers = () if isinstance(line.numbers, Num) else ((in_numbers(line),),)
    value = derivation(line.letter, line.shown)
    return ((goal(exercise, line),), (principle,), (in_letters(line),), *numbers, (value,))


def in_letters(line: Line) -> Equation:
    """The formula of a line; a new value replaces the old one."""
    return Equation(line.letter, (Link("←" if line.quantity.section == "updated" else "=", line.written),))


def in_numbers(line: Line) -> Equation:
    """The formula of a line, then the same with its numbers."""
    return Equation(line.letter, (*in_letters(line).links, Link("=", line.numbers)))


def goal(exercise: Exercise, line: Line) -> Paragraph:
    """The goal, in words."""
    lesson, quantity = exercise.lesson, line.quantity
    text = OF_SECTION.get(quantity.section)
    if text is None:
        node, _ = lesson.graph.located(quantity.name, quantity.indices)
        text = OF_ROLE.get(lesson.graph.nodes[node].role, VALUE)
    return lesson.sentence(text, letter=line.letter, result=lesson.letters.loss)
