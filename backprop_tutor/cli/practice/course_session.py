"""The course at the command line: which unit comes, a session on it, the map, the check of all questions."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from backprop_tutor.cli.console.output import show
from backprop_tutor.cli.console.typed_lines import interactive, typed_lines
from backprop_tutor.cli.practice.practice_state import folder, opened
from backprop_tutor.cli.practice.quiz_session import Frame, Sitting
from backprop_tutor.cli.practice.quiz_turn import write
from backprop_tutor.frozen import frozen
from backprop_tutor.lesson.document import Block
from backprop_tutor.practice.course import page
from backprop_tutor.practice.course.course import read_course
from backprop_tutor.practice.course.progress import Progress, next_unit, progress
from backprop_tutor.practice.course.self_check import check_unit
from backprop_tutor.practice.course.unit import Course, Unit
from backprop_tutor.practice.quiz.records import Records
from backprop_tutor.practice.quiz.session import Call, Session, start
from backprop_tutor.registry import find
from backprop_tutor.text import Lang, T

THE_UNIT = T("the unit", "单元")


@frozen
class Wanted:
    """What was asked for: a unit or whichever comes next, its seed, only what counts or all of it, begun anew or not."""

    unit: str | None
    seed: int | None
    test: bool
    new: bool


def learn(wanted: Wanted, state: Path | None, answers: Path | None, lang: Lang, width: int | None) -> int:
    """A session on a unit, and its exit status: 1 where an answer was wrong, 130 where it was interrupted."""
    course, lines = read_course(), typed_lines(answers)
    if wanted.unit is not None:
        find(course.units, wanted.unit, THE_UNIT)
    with ExitStack() as held:
        kept = opened(state, _now(), lang)
        known = progress(course, kept)
        one = known[wanted.unit] if wanted.unit else next_unit(known, _now())
        if one is None:
            show(page.map_document(course, known, _now(), lang), width, paged=False)
            return 0
        session, going_on = start(_call(one, wanted, folder(state)), kept, lang, _now, held)
        if wanted.unit and not going_on and (said := page.lacking(one.unit, known, lang)):
            write(lang, said, width)
        frame = _frame(course, one.unit, kept)
        return Sitting(session, lines, width, answers is None and interactive(), frame).through(going_on=going_on)


def _call(one: Progress, wanted: Wanted, records: Path) -> Call:
    """The session meant: a unit that was worked through has shown its example, and only what counts comes again.

    One that is asked for by its name comes whole.
    """
    shorter = one.questions < len(one.unit.asks) if one.left else one.worked
    test = wanted.test or (wanted.unit is None and shorter)
    return Call(one.unit.request(test=test), wanted.seed, wanted.new, records)


def _frame(course: Course, unit: Unit, kept: Records) -> Frame:
    """What surrounds the questions of a unit."""

    def after(session: Session) -> tuple[Block, ...]:
        known = progress(course, kept)
        return (page.closing(known[unit.name], session.lang), *page.onward(known, session.clock(), session.lang))

    return Frame(unit.title, lambda session: page.before_question(unit, session), after)


def show_map(state: Path | None, lang: Lang, width: int | None) -> None:
    """Print the map of the course."""
    course = read_course()
    known = progress(course, opened(state, _now(), lang))
    show(page.map_document(course, known, _now(), lang), width)


def check(name: str | None, seeds: range, lang: Lang, width: int | None) -> int:
    """Check the questions of a unit, or of all, and give the exit status: 1 where there is a fault."""
    units = read_course().units
    checked = (find(units, name, THE_UNIT),) if name else tuple(units.values())
    reports = tuple(check_unit(unit, seeds, lang) for unit in checked)
    show(page.check_document(reports, len(seeds), lang), width, paged=False)
    return int(any(report.faults for report in reports))


def _now() -> datetime:
    return datetime.now(UTC)
