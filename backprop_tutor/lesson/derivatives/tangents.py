"""Forward mode: one number moves at a rate of 1, and every value after it at a rate of its own, its tangent.

A sweep gives the derivatives of everything by one number; a backward pass those of one number by everything. So forward
mode takes a sweep for each number to differentiate by, reverse mode one for each output.
"""

from __future__ import annotations

from collections.abc import Iterator

from backprop_tutor.errors import TutorError
from backprop_tutor.formula.nodes import Partial
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.derivatives.hessian import Column, Part, tangents_of
from backprop_tutor.graph.graph import Element
from backprop_tutor.lesson.derivatives.choice import loss_or_outputs, sources_named
from backprop_tutor.lesson.derivatives.hessian import rate_line
from backprop_tutor.lesson.document import Block, Document, Equation, Paragraph, Section, Table
from backprop_tutor.lesson.facts import facts
from backprop_tutor.lesson.inline import math, plain
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.text import T

MOST, MOST_LINES, MOST_NUMBERS, CLOSE = 40, 120, 2_000, 1e-9
"""Sweeps that are made, lines that are told, numbers of a run that is told so, how near the two modes must be."""

TOO_LARGE = T(
    "forward mode would take {count} sweeps over {numbers} numbers, more than anyone reads (at most {most} over {largest}); "
    "reverse mode is the default",
    "前向模式需要对 {numbers} 个数扫 {count} 遍，没有人会读完（至多 {most} 遍、{largest} 个数）；默认的反向模式可以用",
)
SWEEP = T("Sweep {number}: {source} moves at a rate of 1", "第 {number} 遍：{source} 以速率 1 变动")
RESULT = T("What the sweeps give", "各遍的结果")
DERIVATIVE, TANGENT, BACK = T("derivative", "导数"), T("forward", "前向"), T("backward", "反向")
COUNT = T(
    "Sweeps: forward mode {forward}, one for each number to differentiate by; reverse mode {reverse}, one for each output.",
    "扫的遍数：前向模式 {forward} 遍，每个自变量一遍；反向模式 {reverse} 遍，每个输出一遍。",
)
SOME = T(
    "The first {shown} of {count} sweeps are written out; the others go the same way.",
    "{count} 遍中只写出前 {shown} 遍，其余各遍做法相同。",
)
AGREE = T("✓ both modes give the same derivatives", "✓ 两种模式得到的导数相同")
DIFFER = T("✗ the two modes differ", "✗ 两种模式结果不同")


@frozen(eq=False)
class TangentsAnalysis:
    """The sweeps of a step: the outputs, the numbers that move, and everything that changes with each."""

    lesson: Lesson
    outputs: tuple[Element, ...]
    sweeps: tuple[Column, ...]
    reverse: tuple[tuple[float, ...], ...]

    @property
    def rows(self) -> tuple[tuple[float, ...], ...]:
        """∂output/∂source as the sweeps give it, a row for each output."""
        return tuple(tuple(sweep.rate(Part(output, False)) for sweep in self.sweeps) for output in self.outputs)

    def names(self, elements: tuple[Element, ...]) -> tuple[str, ...]:
        """The contract's names of some numbers."""
        return tuple(self.lesson.reading.quantity(element).short for element in elements)

    @property
    def moved(self) -> tuple[Element, ...]:
        """The numbers that move, in order."""
        return tuple(sweep.moved for sweep in self.sweeps)


def asked(lesson: Lesson) -> TangentsAnalysis:
    """The sweeps by all parameters, or by the inputs where there are none. Raises TutorError where they are too many."""
    from backprop_tutor.graph.derivatives.jacobian import jacobian

    graph, outputs = lesson.graph, loss_or_outputs(lesson)
    given = tuple(
        e for name in graph.parameters for e in lesson.formulas.elements(graph.index[name]) if graph.exists(e)
    )
    moved = given or sources_named(lesson, None, outputs, None)
    numbers = sum(value.size for value in lesson.step.trace.values)
    if len(moved) > MOST or numbers > MOST_NUMBERS:
        holes = {"count": len(moved), "numbers": numbers, "most": MOST, "largest": MOST_NUMBERS}
        raise TutorError(TOO_LARGE.format(**holes))
    sweeps = tangents_of(lesson.step.trace, lesson.letters.value, moved, lesson.digits, lesson.spelling)
    return TangentsAnalysis(lesson, outputs, sweeps, jacobian(lesson.step.trace, outputs, moved).rows)


def tangents(analysis: TangentsAnalysis) -> Document:
    """The whole lesson."""
    lesson = analysis.lesson
    blocks = (*_sweeps(analysis), _result(analysis))
    return Document(lesson.lang, plain(lesson.scenario.title[lesson.lang]), facts(lesson), blocks)


def _sweeps(analysis: TangentsAnalysis) -> Iterator[Block]:
    """The sweeps written out, as long as they are few enough to be read."""
    lesson, lines = analysis.lesson, 0
    for number, sweep in enumerate(analysis.sweeps, start=1):
        told_lines = tuple(_lines(analysis, sweep))
        lines += len(told_lines)
        if number > 1 and lines > MOST_LINES:
            yield Paragraph(lesson.say(SOME, shown=number - 1, count=len(analysis.sweeps)), "muted")
            return
        title = lesson.say(SWEEP, number=number, source=lesson.formulas.letter(sweep.moved))
        yield Section(title, told_lines, f"sweep{number}")


def _lines(analysis: TangentsAnalysis, sweep: Column) -> Iterator[Equation]:
    for part in sweep.needed([Part(output, False) for output in analysis.outputs]):
        yield rate_line(analysis.lesson, sweep, part)


def _result(analysis: TangentsAnalysis) -> Section:
    """Each derivative by both modes, and how many sweeps either takes."""
    lesson = analysis.lesson
    rows = []
    for output, forward, back in zip(analysis.outputs, analysis.rows, analysis.reverse, strict=True):
        for source, one, other in zip(analysis.moved, forward, back, strict=True):
            letter = Partial(analysis.sweeps[0].formulas.letter(output), lesson.formulas.letter(source))
            rows.append((math(letter), math(lesson.figure(one)), math(lesson.figure(other))))
    table = Table(tuple(map(lesson.say, (DERIVATIVE, TANGENT, BACK))), tuple(rows), ("left", "right", "right"))
    count = Paragraph(lesson.say(COUNT, forward=len(analysis.sweeps), reverse=len(analysis.outputs)))
    pairs = [p for f, b in zip(analysis.rows, analysis.reverse, strict=True) for p in zip(f, b, strict=True)]
    good = all(abs(one - other) <= CLOSE * max(1.0, abs(other)) for one, other in pairs)
    verdict = Paragraph(lesson.say(AGREE if good else DIFFER), "good" if good else "bad")
    return Section(lesson.say(RESULT), (table, count, verdict), "result")
