"""A Jacobian told: the matrix, then entry by entry, formula = numbers ≈ value, and an independent check of all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from backprop_tutor.errors import TutorError
from backprop_tutor.formula.nodes import Formula, Matrix, Partial, Sym, is_zero
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.derivatives.jacobian import Jacobian, OutputFormulas
from backprop_tutor.graph.derivatives.jacobian import jacobian as computed
from backprop_tutor.graph.graph import Element
from backprop_tutor.lesson.arrays.figures import LEFT_OUT, shown_places
from backprop_tutor.lesson.derivatives.choice import chosen_example, outputs_named, sources_named
from backprop_tutor.lesson.document import Block, Document, Equation, Link, Paragraph, Section, Words
from backprop_tutor.lesson.facts import facts
from backprop_tutor.lesson.inline import derivation, listed, math, plain
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.text import T
from backprop_tutor.verify.numerical_derivative import disagreeing

MOST_ENTRIES, MOST_LINES, MOST_NUMBERS, FEW = 4_000, 80, 5_000, 5
"""Entries that are computed at all, lines that are told, numbers of a run that is written out, entries named as wrong."""

TOO_MANY = T(
    "{rows} by {columns} is {count} entries, more than anyone reads (at most {most}); name fewer numbers with --of and "
    "--wrt, such as --of {output} --wrt {source}",
    "{rows} × {columns} 共 {count} 个元素，没有人会读完（至多 {most} 个）；请用 --of 和 --wrt 指定更少的数，"
    "如 --of {output} --wrt {source}",
)
TOO_LARGE = T(
    "A run of more than {most} numbers is not written out entry by entry.",
    "超过 {most} 个数的计算不逐个元素写出。",
)
MATRIX = T("The Jacobian", "雅可比矩阵")
READ = T(
    "A row for each output: {outputs}. A column for each number to differentiate by: {sources}.",
    "每行对应一个输出：{outputs}；每列对应一个自变量：{sources}。",
)
SIZE = T("{rows} by {columns}", "{rows} × {columns}")
ENTRIES = T("Entry by entry", "逐个元素")
BACK = T(
    "Each row is a backward pass that begins with 1 at its output.",
    "每一行都是一次反向传播，从该行的输出处以 1 开始。",
)
NO_WAY = T("{output} does not depend on {source}.", "{output} 不依赖于 {source}。")
SOME = T(
    "These are the entries of {shown} of {count} rows. Any other: --of {output} --wrt {source}",
    "以上是 {count} 行中 {shown} 行的元素。其余可用 --of {output} --wrt {source} 查看",
)
AGREE = T("✓ all {count} entries agree with differences of the outputs", "✓ 全部 {count} 个元素与输出的差分一致")
AGREES = T("✓ the entry agrees with differences of the output", "✓ 这个元素与输出的差分一致")
DIFFER = T(
    "{wrong} of {count} entries do not agree with differences: {entries}. At a kink, where a definition by cases "
    "changes its case, there is no derivative.",
    "{count} 个元素中有 {wrong} 个与差分不一致：{entries}。在折点处（分段定义换段的地方）导数不存在。",
)


@frozen(eq=False)
class JacobianAnalysis:
    """A Jacobian asked for by a lesson: its numbers, and the formulas of each row."""

    lesson: Lesson
    jacobian: Jacobian
    formulas: tuple[OutputFormulas, ...]

    def letter(self, element: Element) -> Sym:
        """The symbol of an element."""
        return self.lesson.formulas.letter(element)

    def name(self, element: Element) -> str:
        """The contract's name of an element."""
        return self.lesson.reading.quantity(element).short


def asked(lesson: Lesson, of: str | None = None, wrt: str | None = None, example: int = 1) -> JacobianAnalysis:
    """The Jacobian of what is called `of` by what is called `wrt`, for one example (from 1).

    Raises TutorError for names that mean nothing here, and for more entries than can be read.
    """
    at = chosen_example(lesson, example)
    outputs = outputs_named(lesson, of, at)
    sources = sources_named(lesson, wrt, outputs, at)
    if len(outputs) * len(sources) > MOST_ENTRIES:
        first = (lesson.reading.quantity(each[0]).short for each in (outputs, sources))
        holes = dict(zip(("output", "source"), first, strict=True))
        count = {"rows": len(outputs), "columns": len(sources), "count": len(outputs) * len(sources)}
        raise TutorError(TOO_MANY.format(**holes, **count, most=MOST_ENTRIES))
    found = computed(lesson.step.trace, outputs, sources)
    return JacobianAnalysis(lesson, found, tuple(_formulas(lesson, found, row) for row in range(len(outputs))))


def _formulas(lesson: Lesson, found: Jacobian, row: int) -> OutputFormulas:
    return OutputFormulas(found.passes[row], lesson.letters.value, found.outputs[row], lesson.digits, lesson.spelling)


def jacobian(analysis: JacobianAnalysis) -> Document:
    """The whole lesson."""
    lesson = analysis.lesson
    blocks = (_matrix(analysis), _entries(analysis), _checked(analysis))
    return Document(lesson.lang, plain(lesson.scenario.title[lesson.lang]), facts(lesson), blocks)


def _matrix(analysis: JacobianAnalysis) -> Section:
    """The matrix as a whole, and what its rows and columns are."""
    lesson, found = analysis.lesson, analysis.jacobian
    blocks: list[Block] = []
    if len(found.sources) > 1 or len(found.outputs) > 1:
        holes = {"outputs": _some(analysis, found.outputs), "sources": _some(analysis, found.sources)}
        blocks.append(Paragraph(lesson.say(READ, **holes), "muted"))
    rows = tuple(found.rows[i] if i >= 0 else None for i in shown_places(len(found.rows)))
    figures = Matrix(tuple(_row(lesson, row, len(found.sources)) for row in rows))
    size = lesson.say(SIZE, rows=len(found.outputs), columns=len(found.sources))
    blocks.append(replace(derivation(_left(analysis), figures), remark=size))
    return Section(lesson.say(MATRIX), tuple(blocks), "jacobian")


def _row(lesson: Lesson, row: tuple[float, ...] | None, columns: int) -> tuple[Formula, ...]:
    """The figures of a row; of a long one the first and the last, of one left out nothing."""
    places = shown_places(columns)
    return tuple(LEFT_OUT if row is None or i < 0 else lesson.figure(row[i]) for i in places)


def _left(analysis: JacobianAnalysis) -> Formula:
    """∂y/∂x of whole arrays or single numbers; J where rows or columns are of several arrays."""
    of, wrt = (_whole(analysis, elements) for elements in (analysis.jacobian.outputs, analysis.jacobian.sources))
    return Sym("J") if of is None or wrt is None else Partial(of, wrt)


def _whole(analysis: JacobianAnalysis, elements: Sequence[Element]) -> Sym | None:
    if len(elements) == 1:
        return analysis.letter(elements[0])
    if len({element.node for element in elements}) > 1:
        return None
    quantity = analysis.lesson.formulas.quantity(elements[0])
    return replace(analysis.lesson.letters.value(quantity._replace(indices=())), bold=True)


def _some(analysis: JacobianAnalysis, elements: Sequence[Element]) -> Words:
    """The letters of some numbers; of many the first and the last."""
    places = shown_places(len(elements))
    return listed((analysis.letter(elements[i]) if i >= 0 else LEFT_OUT for i in places), analysis.lesson.lang)


def _entries(analysis: JacobianAnalysis) -> Section:
    """Every entry with what it is made of, as long as these are few enough to be read; else those of the first rows."""
    if sum(value.size for value in analysis.lesson.step.trace.values) > MOST_NUMBERS:
        said = Paragraph(analysis.lesson.say(TOO_LARGE, most=MOST_NUMBERS), "muted")
        return Section(analysis.lesson.say(ENTRIES), (said,), "entries")
    lesson, rows = analysis.lesson, [tuple(_lines(analysis, row)) for row in range(len(analysis.jacobian.outputs))]
    count = max(1, next((n for n in range(len(rows)) if sum(map(len, rows[: n + 1])) > MOST_LINES), len(rows)))
    blocks: list[Block] = [Paragraph(lesson.say(BACK), "muted")] if len(rows) > 1 else []
    for row, lines in enumerate(rows[:count]):
        title = math(analysis.letter(analysis.jacobian.outputs[row]))
        blocks += [Section(title, lines[:MOST_LINES], f"row{row + 1}")] if len(rows) > 1 else lines[:MOST_LINES]
    if count < len(rows) or len(rows[0]) > MOST_LINES:
        holes = {
            "output": analysis.name(analysis.jacobian.outputs[-1]),
            "source": analysis.name(analysis.jacobian.sources[-1]),
        }
        blocks.append(Paragraph(lesson.say(SOME, shown=count, count=len(rows), **holes), "muted"))
    return Section(lesson.say(ENTRIES), tuple(blocks), "entries")


def _lines(analysis: JacobianAnalysis, row: int) -> Iterator[Equation]:
    """The derivatives of one output, from it back to the sources."""
    formulas = analysis.formulas[row]
    wanted = dict.fromkeys((*formulas.needed(analysis.jacobian.sources), *analysis.jacobian.sources))
    yield from (_line(formulas, element, analysis.lesson) for element in wanted)


def _line(formulas: OutputFormulas, element: Element, lesson: Lesson) -> Equation:
    written = formulas.derivative(element)
    letter, value = formulas.adjoint_letter(element), lesson.figure(formulas.adjoint(element))
    if is_zero(written):
        return Equation(letter, (Link("=", value),), (), lesson.say(NO_WAY, output=formulas.loss, source=letter.wrt))
    return derivation(letter, written, formulas.numbers_in(written), value)


def _checked(analysis: JacobianAnalysis) -> Paragraph:
    """What differences of the outputs say to the entries."""
    lesson, found = analysis.lesson, analysis.jacobian
    wrong = disagreeing(lesson.step.trace, found.outputs, found.sources, found.rows)
    count = len(found.outputs) * len(found.sources)
    if not wrong:
        return Paragraph(lesson.say(AGREES if count == 1 else AGREE, count=count), "good")
    letters = [Partial(analysis.letter(output), analysis.letter(source)) for output, source in wrong]
    named = listed(letters[:FEW], lesson.lang)
    return Paragraph(lesson.say(DIFFER, wrong=len(wrong), count=count, entries=named), "bad")
