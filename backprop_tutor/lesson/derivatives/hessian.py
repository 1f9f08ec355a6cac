"""Second derivatives told: the matrix, then column by column how each line of both passes changes, and a check of all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from backprop_tutor.errors import TutorError
from backprop_tutor.formula.nodes import Formula, Matrix, Partial, Sym
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.derivatives.hessian import Column, Part, columns, differences_of_gradients
from backprop_tutor.graph.graph import Element
from backprop_tutor.lesson.arrays.figures import LEFT_OUT, shown_places
from backprop_tutor.lesson.derivatives.choice import elements_named, not_numbering, sources_named
from backprop_tutor.lesson.document import Block, Document, Equation, Link, Paragraph, Section
from backprop_tutor.lesson.facts import facts
from backprop_tutor.lesson.inline import derivation, listed, math, plain
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.text import T

MOST, MOST_LINES, MOST_NUMBERS = 40, 80, 2_000
"""Numbers by which is differentiated twice, lines that are told, numbers of a run that is differentiated twice."""
TOLERANCE, FLOOR = 1e-6, 1e-8

NO_LOSS = T(
    "there is no number to differentiate here: {outputs}; 'tutor jacobian' has the derivatives of several outputs",
    "这里没有可求导的单个数：{outputs}；多个输出的导数请用 'tutor jacobian'",
)
COMPUTED = T(
    "'{name}' is computed; second derivatives are by what is given: parameters or inputs",
    "'{name}' 是算出来的；二阶导数只对已知量（参数或输入）求",
)
TOO_MANY = T(
    "{count} by {count} second derivatives are more than anyone reads (at most {most} by {most}); name fewer numbers, "
    "such as --wrt {sample}",
    "{count} × {count} 个二阶导数没有人会读完（至多 {most} × {most}）；请指定更少的数，如 --wrt {sample}",
)
TOO_LARGE = T(
    "a run of {count} numbers is too large for second derivatives line by line (at most {most})",
    "这次计算有 {count} 个数，太大，不能逐行求二阶导数（至多 {most} 个）",
)
MATRIX = T("The Hessian", "黑塞矩阵")
READ = T("Rows and columns: {sources}.", "行和列：{sources}。")
ENTRIES = T("Column by column", "逐列")
HOW = T(
    "In each column one number moves: first the values change with it, then the derivatives on the way back.",
    "每一列只变动一个数：先看各个值怎样随它变化，再看往回传的导数怎样变化。",
)
SOME = T(
    "These are the first {shown} of {count} columns. Any other: --wrt {sample}",
    "以上是 {count} 列中的前 {shown} 列。其余可用 --wrt {sample} 查看",
)
STAYS = T("It does not change.", "它不变。")
AGREE = T("✓ all {count} entries agree with differences of gradients", "✓ 全部 {count} 个元素与梯度的差分一致")
AGREES = T("✓ the second derivative agrees with differences of gradients", "✓ 这个二阶导数与梯度的差分一致")
DIFFER = T(
    "{wrong} of {count} entries do not agree with differences of gradients. At a kink, where a definition by cases "
    "changes its case, there is no second derivative.",
    "{count} 个元素中有 {wrong} 个与梯度的差分不一致。在折点处（分段定义换段的地方）二阶导数不存在。",
)


@frozen(eq=False)
class HessianAnalysis:
    """The Hessian of the loss by some given numbers."""

    lesson: Lesson
    sources: tuple[Element, ...]
    columns: tuple[Column, ...]

    @property
    def rows(self) -> tuple[tuple[float, ...], ...]:
        """The entries, row by row."""
        return tuple(tuple(c.rate(Part(source, True)) for c in self.columns) for source in self.sources)

    @property
    def names(self) -> tuple[str, ...]:
        """The contract's names of rows and columns."""
        return tuple(self.lesson.reading.quantity(source).short for source in self.sources)


def asked(lesson: Lesson, wrt: str | None = None) -> HessianAnalysis:
    """The Hessian by what is called `wrt`, else by all parameters (by the inputs where there are none).

    Raises TutorError for what is no given number, for too many, and where there is no loss.
    """
    graph = lesson.graph
    if graph.outputs:
        raise TutorError(NO_LOSS.format(outputs=", ".join(graph.outputs)))
    sources = _sources(lesson, wrt)
    if len(sources) > MOST:
        sample = lesson.reading.quantity(sources[0]).short
        raise TutorError(TOO_MANY.format(count=len(sources), most=MOST, sample=sample))
    size = sum(value.size for value in lesson.step.trace.values)
    if size > MOST_NUMBERS:
        raise TutorError(TOO_LARGE.format(count=size, most=MOST_NUMBERS))
    made = columns(lesson.step.trace, lesson.letters.value, sources, lesson.digits, lesson.spelling)
    return HessianAnalysis(lesson, sources, made)


def _sources(lesson: Lesson, wrt: str | None) -> tuple[Element, ...]:
    graph = lesson.graph
    if wrt is None:
        names = graph.parameters
        found = tuple(e for name in names for e in lesson.formulas.elements(graph.index[name]) if graph.exists(e))
        return found or sources_named(lesson, None, (graph.reported_loss,), None)
    typed = [element for name in _split(wrt) for element in elements_named(lesson, name, None)]
    for element in typed:
        not_numbering(lesson, element)
        if graph.nodes[element.node].op is not None:
            raise TutorError(COMPUTED.format(name=graph.nodes[element.node].name))
    return tuple(dict.fromkeys(typed))


def _split(typed: str) -> Iterator[str]:
    """``w[1],b`` as its names: a comma within brackets separates indices."""
    depth, begun = 0, 0
    for i, sign in enumerate(typed):
        depth += (sign == "[") - (sign == "]")
        if sign == "," and depth == 0:
            yield typed[begun:i].strip()
            begun = i + 1
    yield typed[begun:].strip()


def hessian(analysis: HessianAnalysis) -> Document:
    """The whole lesson."""
    lesson = analysis.lesson
    blocks = (_matrix(analysis), _entries(analysis), _checked(analysis))
    return Document(lesson.lang, plain(lesson.scenario.title[lesson.lang]), facts(lesson), blocks)


def _matrix(analysis: HessianAnalysis) -> Section:
    lesson, places = analysis.lesson, shown_places(len(analysis.sources))
    letters = (lesson.formulas.letter(analysis.sources[i]) if i >= 0 else LEFT_OUT for i in places)
    said = Paragraph(lesson.say(READ, sources=listed(letters, lesson.lang)), "muted")
    rows = tuple(analysis.rows[i] if i >= 0 else None for i in places)
    figures = Matrix(tuple(_row(lesson, row, places) for row in rows))
    return Section(lesson.say(MATRIX), (said, derivation(Sym("H"), figures)), "hessian")


def _row(lesson: Lesson, row: tuple[float, ...] | None, places: Sequence[int]) -> tuple[Formula, ...]:
    return tuple(LEFT_OUT if row is None or i < 0 else lesson.figure(row[i]) for i in places)


def _entries(analysis: HessianAnalysis) -> Section:
    """Every column with what it is made of, as long as these are few enough to be read."""
    lesson, parts = analysis.lesson, [tuple(_lines(analysis, column)) for column in analysis.columns]
    fits = (n for n in range(len(parts)) if sum(map(len, parts[: n + 1])) > MOST_LINES)
    count = max(1, next(fits, len(parts)))
    blocks: list[Block] = [Paragraph(lesson.say(HOW), "muted")]
    for column, lines in zip(analysis.columns[:count], parts, strict=False):
        title = math(lesson.formulas.letter(column.moved))
        blocks.append(Section(title, lines, f"column-{lesson.formulas.key(column.moved)}"))
    if count < len(parts):
        blocks.append(Paragraph(lesson.say(SOME, shown=count, count=len(parts), sample=analysis.names[-1]), "muted"))
    return Section(lesson.say(ENTRIES), tuple(blocks), "entries")


def _lines(analysis: HessianAnalysis, column: Column) -> Iterator[Equation]:
    wanted = [Part(source, True) for source in analysis.sources]
    needed = column.needed(wanted)
    yield from (rate_line(analysis.lesson, column, part) for part in needed)


def rate_line(lesson: Lesson, column: Column, part: Part) -> Equation:
    """How one number changes with the one that moves: formula = numbers ≈ value."""
    written, value = column.formula(part), lesson.figure(column.rate(part))
    figures = {key: lesson.figure(column.rate(inner)) for key, inner in column.rates_in(written)}
    letter: Partial = column.letter(part)
    line = derivation(letter, written, column.numbers_in(written, figures), value)
    return line if line.links else replace(line, links=(Link("=", value),), remark=lesson.say(STAYS))


def _checked(analysis: HessianAnalysis) -> Paragraph:
    """What differences of gradients say to the entries."""
    lesson, rows = analysis.lesson, analysis.rows
    measured = differences_of_gradients(lesson.step.trace, analysis.sources)
    count = len(rows) ** 2
    places = [(i, j) for i in range(len(rows)) for j in range(len(rows))]
    wrong = sum(not _near(rows[i][j], measured[j][i]) for i, j in places)
    if wrong:
        return Paragraph(lesson.say(DIFFER, wrong=wrong, count=count), "bad")
    return Paragraph(lesson.say(AGREES if count == 1 else AGREE, count=count), "good")


def _near(entry: float, other: float) -> bool:
    return abs(entry - other) <= TOLERANCE * abs(entry) + FLOOR
