"""From a call to a session: the one that was left unfinished, else a new one, with a seed and what is due."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, replace
from datetime import datetime
from json import dumps
from pathlib import Path

from backprop_tutor.frozen import frozen
from backprop_tutor.practice.quiz.claim import claimed
from backprop_tutor.practice.quiz.plan import planned
from backprop_tutor.practice.quiz.records import Records
from backprop_tutor.practice.quiz.request import Request
from backprop_tutor.practice.quiz.schedule import due, standings, unaided
from backprop_tutor.practice.quiz.session import Session
from backprop_tutor.text import Lang

SEEDS = 1_000_000
MOST_LINES = 4


@frozen
class Call:
    """What was asked for: the request, its seed where one was given, whether to begin anew, the folder of the records."""

    request: Request
    seed: int | None
    new: bool
    folder: Path

    @property
    def text(self) -> str:
        """What makes two calls the same."""
        return dumps({**asdict(self.request), "seed": self.seed}, ensure_ascii=False, sort_keys=True)


def start(
    call: Call, records: Records, lang: Lang, clock: Callable[[], datetime], held: ExitStack
) -> tuple[Session, bool]:
    """The session of a call, claimed until `held` is closed, and whether it goes on from an earlier time.

    Raises TutorError where nothing can be asked as requested.
    """
    for number, kept in () if call.new else records.unfinished(call.text):
        if held.enter_context(claimed(call.folder, number)):
            return Session(records, number, Request.of(kept), lang, clock), True
    request = _decided(call, records, clock())
    planned(request, lang)
    number = records.begin(call.text, request.text(), clock())
    held.enter_context(claimed(call.folder, number))
    return Session(records, number, request, lang, clock), False


def _decided(call: Call, records: Records, now: datetime) -> Request:
    """The request with what the call left open: a seed; and, where the seed was, the skills due and a level.

    With a seed of its own a call asks the same questions of everybody, whatever they have answered before.
    """
    if call.seed is not None:
        return replace(call.request, seed=call.seed)
    request = replace(call.request, seed=secrets.randbelow(SEEDS), level=_level(records))
    open_choice = not request.skills and (request.mode == "review" or not (request.scenario or request.shape))
    if not open_choice:
        return request
    return replace(request, skills=due(standings(records.answers(), records.resets()), now))


def _level(records: Records) -> int:
    """A line more for each of the last solutions completed without help."""
    recent = [answer for answer in records.answers() if answer.kind == "complete"][-(MOST_LINES - 1) :]
    return 1 + sum(map(unaided, recent))
