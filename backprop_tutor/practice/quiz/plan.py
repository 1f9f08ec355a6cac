"""The questions of a session: a function of its request alone, the same on any machine.

Skills take turns, those asked for in the order given, which is that in which they are due; within a skill the kinds
do. Asked again, a question has new numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

from backprop_tutor.engine.scenario import Scenario
from backprop_tutor.errors import TutorError
from backprop_tutor.frozen import frozen
from backprop_tutor.practice.quiz.draw import drawn, pick, shuffled
from backprop_tutor.practice.quiz.exercise import Exercise, exercise
from backprop_tutor.practice.quiz.generate import UnfitError, random_network
from backprop_tutor.practice.quiz.kinds.kind import Kind, Subject
from backprop_tutor.practice.quiz.kinds.table import KINDS
from backprop_tutor.practice.quiz.question import Question
from backprop_tutor.practice.quiz.request import Request
from backprop_tutor.practice.quiz.skills import SKILLS
from backprop_tutor.practice.quiz.turns import Turn
from backprop_tutor.practice.quiz.variant import variant
from backprop_tutor.scenario.load import load
from backprop_tutor.text import Lang, T

GRAPHS = ("sum-over-paths", "circuits", "circuits-sum-product", "chain-rule-sine")

NOTHING = T(
    "there is no such question on this scenario (kinds: {kinds}; skills: {skills})",
    "这个场景没有这样的题目（题型：{kinds}；技能：{skills}）",
)
ANY = T("any", "不限")


@frozen
class Item:
    """A planned question: its kind, what it is about, and on which numbers."""

    kind: str
    subject: Subject
    exercise: Exercise


def question(request: Request, turn: Turn, level: int, lang: Lang) -> Question:
    """The question of a turn. Raises TutorError where nothing can be asked as requested."""
    item = planned(request, lang)[turn.index]
    if turn.again:
        item = _anew(request, item, turn, lang)
    return KINDS[item.kind].ask(item.exercise, item.subject, level)


@lru_cache(maxsize=8)
def planned(request: Request, lang: Lang) -> tuple[Item, ...]:
    """Every question planned, in order. Raises TutorError where nothing can be asked as requested."""
    items: list[Item] = []
    for index in range(request.count):
        items.append(_next(request, index, items, lang))
    return tuple(items)


def _next(request: Request, index: int, before: Sequence[Item], lang: Lang) -> Item:
    order, unfit = _skills(request, lang), None
    for turn in range(len(order)):
        skill = order[(index + turn) % len(order)]
        try:
            asked = _planned_on(request, skill, index, lang)
        except UnfitError as error:  # another skill may ask for less
            unfit = error
            continue
        item = _of_skill(request, asked, skill, index, before)
        if item is not None:
            return item
    if unfit:
        raise unfit
    either = ", ".join
    raise TutorError(NOTHING.format(kinds=either(request.kinds) or ANY, skills=either(request.skills) or ANY))


@lru_cache(maxsize=16)
def _skills(request: Request, lang: Lang) -> tuple[str, ...]:
    """The skills of the session in their turns, as asked for or shuffled; on a scenario, those it has questions about."""
    order = request.skills or shuffled(tuple(SKILLS), request.seed, "skills")
    if request.scenario is None:
        return order
    asked = _planned_on(request, "", 0, lang)
    return tuple(skill for skill in order if any(_subjects(kind, asked, skill) for kind in _kinds(request)))


def _of_skill(request: Request, asked: Exercise, skill: str, index: int, before: Sequence[Item]) -> Item | None:
    """A question of a skill: the kind that was asked least, about something not asked before where there is that."""
    counts = Counter(item.kind for item in before)
    taken = {(item.kind, item.subject) for item in before} if request.scenario else set()
    for kind in sorted(_kinds(request), key=lambda kind: _turn_of(request, kind, counts, index)):
        subjects = _subjects(kind, asked, skill)
        if subjects:
            free = [subject for subject in subjects if (kind.name, subject) not in taken] or subjects
            return Item(kind.name, pick(free, request.seed, index, "subject"), asked)
    return None


def _turn_of(request: Request, kind: Kind, counts: Counter[str], index: int) -> tuple[int, int]:
    """Least asked first, early kinds before late ones; a review turns that round, for late kinds last longest."""
    stage = -kind.stage if request.mode == "review" else kind.stage
    return counts[kind.name] + stage, drawn(request.seed, index, kind.name)


def _kinds(request: Request) -> Iterator[Kind]:
    return (kind for kind in KINDS.values() if kind.name in (request.kinds or KINDS))


def _subjects(kind: Kind, asked: Exercise, skill: str) -> list[Subject]:
    return [subject for subject in _offered(kind.name, asked) if subject.skill == skill]


@lru_cache(maxsize=256)
def _offered(kind: str, asked: Exercise) -> tuple[Subject, ...]:
    return KINDS[kind].subjects(asked)


def _anew(request: Request, item: Item, turn: Turn, lang: Lang) -> Item:
    """The same kind of question of the same skill with new numbers; where those do not allow it, with the old ones."""
    seed = drawn(request.seed, turn.index, "again", turn.again)
    fresh = _exercise(request, item.subject.skill, seed, turn.again, lang)
    subjects = _subjects(KINDS[item.kind], fresh, item.subject.skill)
    return Item(item.kind, pick(subjects, seed, "subject"), fresh) if subjects else item


def _planned_on(request: Request, skill: str, index: int, lang: Lang) -> Exercise:
    """What a planned question is about: always the scenario of the request, else a new one for every question."""
    if request.scenario is not None:
        return _exercise(request, "", request.seed, 0, lang)
    return _exercise(request, skill, drawn(request.seed, index), 0, lang)


@lru_cache(maxsize=64)
def _exercise(request: Request, skill: str, seed: int, again: int, lang: Lang) -> Exercise:
    """The numbers to ask about: the scenario's own, or random ones that have what the skill needs."""
    scenario = _scenario(request, skill, seed, again)
    fits = request.notation if scenario.graph.network or request.scenario else None
    return exercise(scenario, lang, fits, seed)


def _scenario(request: Request, skill: str, seed: int, again: int) -> Scenario:
    if request.scenario is not None:
        own = _loaded(request.scenario)
        return variant(own, seed) if again else own
    if skill == "chain-rule" and request.shape is None and seed % 2:
        return variant(_loaded(pick(GRAPHS, seed, "graph")), seed)
    return random_network(request.shape, seed % 10**6, skill)


@lru_cache(maxsize=16)
def _loaded(name: str) -> Scenario:
    return load(name)
