"""The update of whole arrays: the optimizer's rule in letters, every parameter's new figures, one element in full."""

from __future__ import annotations

from backprop_tutor.formula.nodes import Role
from backprop_tutor.graph.graph import Element
from backprop_tutor.lesson import phrases as common
from backprop_tutor.lesson import update as numbers
from backprop_tutor.lesson.arrays import phrases
from backprop_tutor.lesson.arrays.figures import Write, array_lines, first_of_many
from backprop_tutor.lesson.document import Block, Equation, Flow, Link, Paragraph, Section
from backprop_tutor.lesson.inline import listed
from backprop_tutor.lesson.lesson import Lesson

FEW = 12  # parameters that a table holds one by one


def update(lesson: Lesson, *, flat: bool = False, whole: bool = True) -> Section:
    """A table of few parameters, as ever; of many the new arrays, and one element with its whole rule."""
    moving = [i for i in lesson.nodes(Role.WEIGHT) if lesson.graph.nodes[i].name in lesson.step.lines]
    if sum(len(lesson.formulas.elements(i)) for i in moving) <= FEW:
        return numbers.update(lesson)
    blocks: list[Block] = [Flow((lesson.say(phrases.EVERY), *numbers.rule(lesson))), *numbers.remarks(lesson)]
    if lesson.step.before and any(lesson.step.before.values()) and lesson.step.number == 1:
        given = common.STATE_IS_GIVEN if lesson.scenario.kept else common.STATE_STARTS
        blocks.append(Paragraph(lesson.say(given), "muted"))
    blocks += numbers.counted_from(lesson)
    for node in moving:
        blocks += _new(lesson, node, flat=flat, whole=whole)
    blocks += numbers.update_line(lesson, _sample(lesson, moving[0])) if moving else ()
    fixed = [i for i in lesson.nodes(Role.WEIGHT) if lesson.graph.nodes[i].name in lesson.scenario.frozen]
    if fixed:
        names = listed((lesson.formulas.whole(i) for i in fixed), lesson.lang)
        blocks.append(Paragraph((*names, *lesson.say(common.FROZEN)), "muted"))
    return Section(lesson.say(common.UPDATE), tuple(blocks), "update")


def _new(lesson: Lesson, node: int, *, flat: bool, whole: bool) -> tuple[Equation, ...]:
    """The new figures of a parameter: ``k ← [...]``; of several matrices the first alone unless `whole`."""
    around = None if whole or flat else first_of_many(lesson, node, most=1)
    lines = array_lines(lesson, node, lesson.formulas.whole(node), _updated, flat=flat, around=around)
    return tuple(Equation(line.left, (Link("←", line.links[-1].right),), (), line.remark) for line in lines)


def _updated(lesson: Lesson) -> Write:
    return lambda element: lesson.figure(lesson.update_value(element, -1))


def _sample(lesson: Lesson, node: int) -> Element:
    """The element whose update is shown in full."""
    written = all(lesson.formulas.is_written(user) for user, _ in lesson.formulas.users[node])
    return lesson.formulas.sample_adjoint_element(node) if written else lesson.formulas.elements(node)[0]
