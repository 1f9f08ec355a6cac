"""The course at the command line: which unit comes, a session on it, the map, the results, the check of all questions."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from backprop_tutor.cli.console.files import UNKNOWN_ENDING, WRITTEN, claim, make_folder, write
from backprop_tutor.cli.console.output import json_text, say, show
from backprop_tutor.cli.console.typed_lines import interactive, typed_lines
from backprop_tutor.cli.practice.practice_state import folder, opened
from backprop_tutor.cli.practice.quiz_session import Frame, Sitting
from backprop_tutor.cli.practice.quiz_turn import write as write_blocks
from backprop_tutor.errors import TutorError, visible
from backprop_tutor.frozen import frozen
from backprop_tutor.lesson.document import Block
from backprop_tutor.practice.course import page
from backprop_tutor.practice.course.course import BUNDLED, UNIT, Course, chosen_units, read_course
from backprop_tutor.practice.course.progress import Contrast, Progress, contrasts, next_unit, progress
from backprop_tutor.practice.quiz.plan import planned
from backprop_tutor.practice.quiz.records import Records
from backprop_tutor.practice.quiz.schedule import Standing
from backprop_tutor.practice.quiz.session import Call, Session, start
from backprop_tutor.registry import find
from backprop_tutor.text import Lang, T

THE_MISTAKE = T("the mistake", "错误")
REMEDY = T("A mistake to get rid of", "改掉一个错误")
NOWHERE = T(
    "no bundled scenario shows the mistake '{mistake}' in its solution", "没有哪个自带场景的解答能显示错误 '{mistake}'"
)


@frozen
class Wanted:
    """What was asked for: a unit, a mistake, or whichever comes next; its seed, only what counts or all of it, begun
    anew or not.
    """

    unit: str | None
    seed: int | None
    test: bool
    new: bool
    mistake: str | None = None


def course_of(file: Path | None, only: list[str] | None) -> Course:
    """The course asked for: the bundled one or a class's own, all of it or some units. Raises TutorError for faults."""
    course = read_course(file or BUNDLED)
    names = [name.strip() for each in only or () for name in each.split(",") if name.strip()]
    return chosen_units(course, names) if names else course


def learn(
    course: Course, wanted: Wanted, state: Path | None, answers: Path | None, lang: Lang, width: int | None
) -> int:
    """A session on a unit, and its exit status: 1 where an answer was wrong, 130 where it was interrupted."""
    lines = typed_lines(answers)
    if wanted.unit is not None:
        find(course.units, wanted.unit, UNIT)
    with ExitStack() as held:
        kept = opened(state, _now(), lang)
        known, met = progress(course, kept), contrasts(kept)
        one = _wanted(wanted, known, met)
        if one is None:
            show(page.map_document(course, known, met, _now(), lang), width, paged=False)
            return 0
        call = _call(course, one, wanted, folder(state))
        if isinstance(one, Progress) and one.unit.name not in read_course().units:
            planned(call.request, lang)  # a class's own unit may ask what its scenario does not have
        session, going_on = start(call, kept, lang, _now, held)
        if isinstance(one, Progress) and wanted.unit and not going_on and (said := page.lacking(one.unit, known, lang)):
            write_blocks(lang, said, width)
        again, frame = answers is None and interactive(), _frame(course, one, kept)
        return Sitting(session, lines, width, again, frame).through(going_on=going_on)


def _wanted(wanted: Wanted, known: Mapping[str, Progress], met: Mapping[str, Contrast]) -> Progress | Contrast | None:
    if wanted.mistake is not None:
        from backprop_tutor.practice.mistakes.catalogue import MISTAKES

        mistake = find(MISTAKES, wanted.mistake, THE_MISTAKE)
        return met.get(mistake.name) or Contrast(mistake, 0, Standing(mistake.name))
    return known[wanted.unit] if wanted.unit else next_unit(known, _now(), met)


def _call(course: Course, one: Progress | Contrast, wanted: Wanted, records: Path) -> Call:
    """The session meant: a unit that was worked through has shown its example, and only what counts comes again.

    One that is asked for by its name comes whole. A class's seed gives all the same numbers, others for every session.
    """
    if isinstance(one, Contrast):
        from backprop_tutor.practice.course import beside

        request = beside.request(one.mistake, one.scenario)
        if request is None:
            raise TutorError(NOWHERE.format(mistake=one.mistake.name))
        return Call(request, wanted.seed, wanted.new, records)
    shorter = one.questions < len(one.unit.asks) if one.left else one.worked
    test = wanted.test or (wanted.unit is None and shorter)
    seed = (
        course.seed + one.sessions if course.seed is not None and wanted.seed is None and not one.left else wanted.seed
    )
    return Call(one.unit.request(test=test), seed, wanted.new, records)


def _frame(course: Course, one: Progress | Contrast, kept: Records) -> Frame:
    """What surrounds the questions of a unit; of a mistake both solutions are shown before the first of them."""

    def after(session: Session) -> tuple[Block, ...]:
        known, met = progress(course, kept), contrasts(kept)
        reached = known[one.unit.name] if isinstance(one, Progress) else met.get(one.mistake.name)
        onward = page.onward(course, known, met, session.clock(), session.lang)
        return (*((page.closing(reached, session.lang),) if reached else ()), *onward)

    if isinstance(one, Progress):
        unit = one.unit
        return Frame(unit.title, lambda session: page.before_question(unit, session), after, course.call)
    from backprop_tutor.practice.course.beside import side_by_side

    def before(session: Session) -> tuple[tuple[Block, ...], ...]:
        return () if session.answers else (side_by_side(session.request, session.lang), ())

    return Frame(REMEDY, before, after, course.call)


def show_map(course: Course, state: Path | None, lang: Lang, width: int | None) -> None:
    """Print the map of the course."""
    kept = opened(state, _now(), lang)
    show(page.map_document(course, progress(course, kept), contrasts(kept), _now(), lang), width)


def write_results(course: Course, file: Path, state: Path | None, lang: Lang, *, force: bool) -> None:
    """Write what was reached in the course to a file, CSV or JSON by its ending."""
    if file.suffix.lower() not in RESULTS:
        allowed = ", ".join(RESULTS)
        raise TutorError(UNKNOWN_ENDING.format(file=visible(str(file)), ending=file.suffix, allowed=allowed, near=""))
    from backprop_tutor.practice.course.progress import course_record
    from backprop_tutor.practice.quiz.history import csv_text

    kept = opened(state, _now(), lang)
    record = course_record(course, progress(course, kept), contrasts(kept), lang)
    units = record["units"]
    table = file.suffix.lower() == ".csv"
    text = csv_text(tuple(units[0]), (row.values() for row in units)) if table else json_text(record) + "\n"
    write(file, text, force=force)
    say(WRITTEN.format(file=file)[lang])


def write_book(course: Course, folder: Path, seed: int, lang: Lang, *, force: bool) -> None:
    """Write a course as a book to a folder. Raises TutorError where a file is there already (without `force`), or cannot
    be written.
    """
    from backprop_tutor.practice.course.book import INDEX, book

    claim(folder / f"{INDEX}.html", force=force)
    for name, text in book(course, seed, lang):
        path = folder / name
        make_folder(path.parent)
        write(path, text, force=force)
    say(WRITTEN.format(file=folder / f"{INDEX}.html")[lang])


RESULTS = (".csv", ".json")


def check(course: Course, name: str | None, seeds: range, lang: Lang, width: int | None) -> int:
    """Check the questions of a unit, or of all, and give the exit status: 1 where there is a fault."""
    from backprop_tutor.practice.course.self_check import check_document, check_unit

    units = course.units
    checked = (find(units, name, UNIT),) if name else tuple(units.values())
    reports = tuple(check_unit(unit, seeds, lang) for unit in checked)
    show(check_document(reports, len(seeds), lang), width, paged=False)
    return int(any(report.faults for report in reports))


def _now() -> datetime:
    return datetime.now(UTC)
