"""An edit as a hypothesis: under the name of the catalogue's mistake that does the same to the line, else by its kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from backprop_tutor.formula.nodes import Role
from backprop_tutor.formula.printing.unicode import unicode
from backprop_tutor.graph.array import Array, np
from backprop_tutor.practice.diagnosis.hypotheses import Hypothesis, Made, changes, singles
from backprop_tutor.practice.edits.arithmetic import worth
from backprop_tutor.practice.edits.edited_solutions import Edited, EditedSolutions
from backprop_tutor.practice.edits.kinds import LINE_BY_LINE, UNNAMED
from backprop_tutor.practice.edits.marked_correction import clause
from backprop_tutor.practice.edits.solution import SECTIONS
from backprop_tutor.practice.mistakes import principles
from backprop_tutor.practice.mistakes.catalogue import MISTAKES
from backprop_tutor.practice.mistakes.mistake import Site
from backprop_tutor.text import T, same
from backprop_tutor.training.address import Address, numbers
from backprop_tutor.training.rule import rule_of
from backprop_tutor.whatif.predictions import PredictionTable, at_once

LINE = T("the line of {letter}", "{letter} 这一行")
LINES = T("the lines of {letter} and {count} more", "{letter} 这一行和另外 {count} 行")
IN_STEP = T("step {step}, {where}", "第 {step} 步，{where}")
GIVEN = T("the given {letter}", "已知数 {letter}")
ALIKE = 1e-9
PHASES: Mapping[str, tuple[str, ...]] = {
    "values": ("forward", "given"),
    "grads": ("sent", "gradient"),
    "updated": ("update",),
    "after": ("after", "forward"),
}
"""In which phases of a step the lines of a section are changed: a mistake is named after the line it is made in."""
OF_ANY_LINE = ("sign-lost", "sign-changed", "factor-omitted", "term-omitted", "factor-inverted", "constant-forgotten")
OF_VALUES: Mapping[Role | None, T] = {
    Role.PREACTIVATION: principles.WEIGHTED_SUM,
    Role.ACTIVATION: principles.ACTIVATION,
    Role.LOSS: principles.LOSS,
}
OF_GRADIENTS: Mapping[Role | None, T] = {Role.WEIGHT: principles.WEIGHT_GRADIENT, Role.BIAS: principles.BIAS_GRADIENT}
TOO_GENERAL = ("given-miscopied",)


def hypothesis_of(solutions: EditedSolutions, edited: Edited) -> Hypothesis:
    """What somebody believes who edits a line so."""
    alone = (replace(edited, edit=edit) for edit in edited.edit.parts or (edited.edit,))
    return Hypothesis(tuple(_made(solutions, each) for each in alone))


def _made(solutions: EditedSolutions, edited: Edited) -> Made:
    where, known = _where(solutions, edited), _known(solutions, edited)
    if known is not None:
        return Made(known.mistake, Site(where, known.site.changes, broad=False))
    mistake = MISTAKES.get(edited.edit.kind) or UNNAMED.get(edited.edit.kind) or UNNAMED[""]
    is_misread = edited.edit.place.startswith("#")
    principle = mistake.principle if is_misread else _principle(solutions, edited) or mistake.principle
    return Made(replace(mistake, clause=clause(edited.edit), principle=principle), Site(where, {}, broad=False))


def _principle(solutions: EditedSolutions, edited: Edited) -> T | None:
    """What a line of its kind goes by, where an edit that can be made in any line says nothing more special."""
    step, kind = solutions.solution.step(edited.name), edited.edit.kind
    section, _, short = edited.name.removeprefix(step.prefix).partition(".")
    if kind not in OF_ANY_LINE:
        return None
    if section in ("state", "memory", "updated"):
        has_state = bool(rule_of(solutions.case.scenario.training).state)
        return principles.OPTIMIZER if has_state else principles.DOWNHILL
    element = step.elements.get(short)
    role = step.lesson.graph.nodes[element.node].role if element else None
    if section == "grads":
        return OF_GRADIENTS.get(role) if kind != "constant-forgotten" else None
    return OF_VALUES.get(role, LINE_BY_LINE)


def _where(solutions: EditedSolutions, edited: Edited) -> T:
    line = solutions.solution.line(edited.name)
    if line is None:
        return GIVEN.format(letter=_letter(solutions, edited.name))
    text = LINE if len(edited.lines) == 1 else LINES
    where = text.format(letter=_letter(solutions, edited.name), count=len(edited.lines) - 1)
    if len(solutions.solution.steps) == 1:
        return where
    return IN_STEP.format(step=solutions.solution.step(edited.name).lesson.step.number, where=where)


def _letter(solutions: EditedSolutions, name: str) -> T:
    line = solutions.solution.line(name)
    return same(unicode(line.letter)) if line else same(name.rpartition("values.")[2])


def _known(solutions: EditedSolutions, edited: Edited) -> Made | None:
    """The mistake of the catalogue, at its place, that makes of the line what the edit makes of it where all is right.

    It has no other line in which it makes of a right figure something else. One that is too general says less than the edit.
    """
    line, seat = solutions.solution.line(edited.name), address_of(solutions, edited.name)
    if line is None or seat is None or solutions.case.since is not None or edited.edit.place.startswith("#"):
        return None
    value = worth(edited.edit.written, _Right(solutions))
    if not np.isfinite(value) or abs(value - solutions.solution.right(edited.name)) <= ALIKE * abs(value):
        return None
    among, made_of_it = _of_catalogue(solutions, edited.name, seat)
    with np.errstate(invalid="ignore"):
        same_there = np.flatnonzero(np.abs(made_of_it - value) <= ALIKE * abs(value))
    rows = solutions.case.rows(among) if same_there.size else made_of_it
    found = [
        i for i in same_there if all(solutions.case.agrees(j, float(rows[i, j])) for j in solutions.claimed.agreeing)
    ]
    named = (among[i].definition[0] for i in found if not among[i].is_convention)
    mistakes = [made for made in named if made.mistake.name not in TOO_GENERAL]
    phases = PHASES[seat.section]
    here = [made for made in mistakes if any(changed.phase in phases for changed in made.site.changes)]
    return max(here or mistakes, key=lambda made: made.mistake.seen) if mistakes else None


def _of_catalogue(solutions: EditedSolutions, name: str, seat: Address) -> tuple[tuple[Hypothesis, ...], Array]:
    """The single mistakes, and what each makes of the number of a line."""
    case = solutions.case
    among = singles(case.scenario)
    if len(among) <= at_once(case.scenario):
        return among, numbers(case.imagined, [seat], len(among))[:, 0]
    return among, _of_all_lines(solutions)[name]


@lru_cache(maxsize=2)
def _of_all_lines(solutions: EditedSolutions) -> Mapping[str, Array]:
    """What each single mistake makes of every line that is edited, where they are too many for one run."""
    found = {each.name: address_of(solutions, each.name) for each in solutions.edited}
    seats = {name: seat for name, seat in found.items() if seat is not None}
    table = PredictionTable(solutions.case.scenario, tuple(seats.values()), len(solutions.case.run.steps))
    return dict(zip(seats, table.rows([changes(each) for each in singles(solutions.case.scenario)]).T, strict=True))


def address_of(solutions: EditedSolutions, name: str) -> Address | None:
    """Where the number of a name stands in the run."""
    step = solutions.solution.step(name)
    section, _, short = name[len(step.prefix) :].partition(".")
    element = step.elements.get(short)
    if element is None or section not in SECTIONS:
        return None
    return Address(solutions.solution.steps.index(step), section, element)


def edit_giving(solutions: EditedSolutions, name: str, value: float) -> Edited | None:
    """The least unusual edit of a line that gives a value where all before it is right."""
    line = solutions.solution.line(name)
    if line is None:
        return None
    known = _Right(solutions)
    found = [edit for edit in solutions.edits_of(line) if abs(worth(edit.written, known) - value) <= ALIKE * abs(value)]
    return Edited(min(found, key=lambda edit: edit.cost), (name,), 0.0) if found else None


class _Right(dict[str, float]):
    """The right number of every name."""

    def __init__(self, solutions: EditedSolutions) -> None:
        super().__init__()
        self._solutions = solutions

    def __missing__(self, name: str) -> float:
        return self._solutions.solution.right(name)
