"""The questions of a session: a function of its request and the answers so far, the same on any machine.

Skills take turns, the requested ones in the order given, in which they are due; within a skill the kinds take turns. A
question that is asked again has new numbers. A question that was answered wrongly, or only after its value was shown,
is repeated a little later; one that was skipped is not, since the learner wanted to go on. In place of all this, a unit
of a course has a list of chosen questions; asked anew, they have new numbers as well.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from backprop_tutor.errors import TutorError
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.practice.exercise.draw import drawn, pick, shuffled
from backprop_tutor.practice.exercise.exercise import Exercise, exercise
from backprop_tutor.practice.exercise.skills import SKILLS
from backprop_tutor.practice.exercise.variant import UnfitError, random_network, variant
from backprop_tutor.practice.quiz.kinds import KINDS, Kind, Subject
from backprop_tutor.practice.quiz.question import Question
from backprop_tutor.practice.quiz.records import Answer
from backprop_tutor.practice.quiz.request import Request
from backprop_tutor.scenario.load import load
from backprop_tutor.text import Lang, T

LATER = 2
"""The number of other questions before one that was not answered rightly is repeated."""

MOST_AGAIN = 2


@frozen
class Turn:
    """A place in a session: the question planned there, or, `again` times repeated, the same with new numbers."""

    index: int
    again: int = 0


def queue(request: Request, answers: Sequence[Answer]) -> tuple[Turn, ...]:
    """The remaining turns after these answers, each of which ended a question."""
    waiting = [Turn(index) for index in range(request.count)]
    for answer in answers:
        turn = waiting.pop(0)
        if answer.comes_again and turn.again < MOST_AGAIN and _returns(request, turn):
            waiting.insert(LATER, replace(turn, again=turn.again + 1))
    return tuple(waiting)


def _returns(request: Request, turn: Turn) -> bool:
    """Whether a question that was missed is asked anew: not in an exam, nor within an example that goes on."""
    return request.mode != "exam" and (not request.asks or request.asks[turn.index].fresh)


def level(request: Request, answers: Sequence[Answer]) -> int:
    """The number of lines left to the learner: one more for every solution completed without help."""
    return request.level + sum(answer.kind == "complete" and answer.unaided for answer in answers)


GRAPHS = ("sum-over-paths", "circuits", "circuits-sum-product", "chain-rule-sine")

LIKE_A_SHAPE = re.compile(r"[\d\s.,xX×-]*")
NOTHING = T(
    "there is no such question on this scenario (kinds: {kinds}; skills: {skills})",
    "这个场景没有这样的题目（题型：{kinds}；技能：{skills}）",
)
ANY = T("any", "不限")
DRAWS = 20
"""So many fresh numbers are tried until a chosen question can be asked of them."""

NOT_THERE = T(
    "{scenario} has no question of the kind {kind} about {about}", "{scenario} 没有关于 {about} 的 {kind} 类题目"
)


@frozen
class Item:
    """A planned question: its kind, its subject, and its numbers."""

    kind: str
    subject: Subject
    exercise: Exercise


def question(request: Request, turn: Turn, level: int, lang: Lang) -> Question:
    """The question of a turn. Raises TutorError where nothing can be asked as requested."""
    if request.asks:
        item, level = _chosen(request, turn, lang), request.asks[turn.index].level
        return KINDS[item.kind].ask(item.exercise, item.subject, level)
    item = planned(request, lang)[turn.index]
    if turn.again:
        item = _anew(request, item, turn, lang)
    return KINDS[item.kind].ask(item.exercise, item.subject, level)


@lru_cache(maxsize=8)
def planned(request: Request, lang: Lang) -> tuple[Item, ...]:
    """Every question planned, in order. Raises TutorError where nothing can be asked as requested."""
    if request.asks:
        return tuple(_chosen(request, Turn(index), lang) for index in range(request.count))
    items: list[Item] = []
    for index in range(request.count):
        items.append(_next(request, index, items, lang))
    return tuple(items)


def _chosen(request: Request, turn: Turn, lang: Lang) -> Item:
    """The item of a question chosen beforehand; those of a stage with fresh numbers share them.

    Raises TutorError where the scenario has no such question.
    """
    ask = request.asks[turn.index]
    seed, fresh = drawn(request.seed, ask.stage), ask.fresh or turn.again > 0
    for draw in range(DRAWS if fresh else 1):
        numbers = drawn(seed, "asked", turn.again, draw)
        asked = _numbers(ask.scenario, numbers, fresh, lang, request.notation)
        fitting = [subject for subject in KINDS[ask.kind].subjects(asked) if subject.name in ask.about]
        if fitting:
            return Item(ask.kind, pick(fitting, seed, turn.again, "about"), asked)
    raise TutorError(NOT_THERE.format(scenario=ask.scenario, kind=ask.kind, about=", ".join(ask.about)))


@lru_cache(maxsize=32)
def _numbers(scenario: str, seed: int, fresh: bool, lang: Lang, notation: str | None) -> Exercise:
    """The scenario's own numbers or fresh ones: the questions of a stage share them."""
    own = _loaded(scenario)
    return exercise(variant(own, seed) if fresh else own, lang, notation, seed)


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
    """The skills of the session in turn, as requested or shuffled; on a scenario, those it has questions about."""
    order = request.skills or shuffled(tuple(SKILLS), request.seed, "skills")
    if request.scenario is None:
        return order
    asked = _planned_on(request, "", 0, lang)
    return tuple(skill for skill in order if any(_subjects(kind, asked, skill) for kind in _kinds(request)))


def _of_skill(request: Request, asked: Exercise, skill: str, index: int, before: Sequence[Item]) -> Item | None:
    """A question of a skill: the kind that was asked least, about a new subject if there is one."""
    counts = Counter(item.kind for item in before)
    taken = {(item.kind, item.subject) for item in before} if request.scenario else set()
    for kind in sorted(_kinds(request), key=lambda kind: _turn_of(request, kind, counts, index)):
        subjects = _subjects(kind, asked, skill)
        if subjects:
            free = [subject for subject in subjects if (kind.name, subject) not in taken] or subjects
            return Item(kind.name, pick(free, request.seed, index, "subject"), asked)
    return None


def _turn_of(request: Request, kind: Kind, counts: Counter[str], index: int) -> tuple[int, int]:
    """The sort key: least asked first, early kinds before late ones; in a review the reverse, since late kinds last
    longest.
    """
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
    """The scenario of a planned question: always that of the request, else a new one for every question."""
    if request.scenario is not None:
        return _exercise(request, "", request.seed, 0, lang)
    return _exercise(request, skill, drawn(request.seed, index), 0, lang)


@lru_cache(maxsize=64)
def _exercise(request: Request, skill: str, seed: int, again: int, lang: Lang) -> Exercise:
    """The numbers to ask about: the scenario's own, or random ones that have what the skill needs."""
    scenario = _scenario(request, skill, seed, again)
    fits = request.notation if scenario.graph.layers or request.scenario else None
    return exercise(scenario, lang, fits, seed)


def _scenario(request: Request, skill: str, seed: int, again: int) -> Scenario:
    if request.scenario is not None:
        own = _loaded(request.scenario)
        return variant(own, seed) if again else own
    if request.shape is not None and not LIKE_A_SHAPE.fullmatch(request.shape):
        return variant(_loaded(request.shape), seed)
    if skill == "chain-rule" and request.shape is None and seed % 2:
        return variant(_loaded(pick(GRAPHS, seed, "graph")), seed)
    return random_network(request.shape, seed % 10**6, skill)


_loaded = lru_cache(maxsize=16)(load)
"""A bundled scenario, read once."""
