"""What a tutor that is a language model may ask: four tools over scenarios that the call named, no other file, no network.

Each answers with the page a person would read and with the contract's JSON object.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from backprop_tutor.errors import TutorError, describe, did_you_mean, visible
from backprop_tutor.lesson.detail import Detail
from backprop_tutor.text import Lang, T

MOST_TEXT = 200_000
"""Letters of a scenario that is sent as text."""

UNKNOWN = T(
    "'{name}' is neither a bundled scenario nor one of the files of this oracle ({files}){near}; send the scenario's YAML instead",
    "'{name}' 既不是自带场景，也不是这个服务的文件（{files}）{near}；可以直接发送场景的 YAML",
)
TOO_LONG = T(
    "a scenario of {count} letters is too long; {most} are read", "场景有 {count} 个字符，太长；最多读 {most} 个"
)
NONE = T("none", "无")


class Oracle:
    """The tools, over bundled scenarios, scenarios sent as text, and the named files.

    What cannot be answered is raised as `refusal`, the exception whose words the protocol hands on.
    """

    def __init__(self, files: tuple[str, ...], lang: Lang, refusal: type[Exception] = ValueError) -> None:
        self.files, self.lang, self.refusal = files, lang, refusal

    @property
    def tools(self) -> tuple[Callable[..., dict[str, Any]], ...]:
        """What can be called; the docstring of each is what a model is told of it."""
        return self.run, self.check, self.diagnose, self.quiz

    def run(self, scenario: str, detail: Detail = "brief", notation: str | None = None) -> dict[str, Any]:
        """Work out a network or an expression graph by hand: every value, gradient, update, the loss before and after.

        scenario: the name of a bundled scenario (two-two-one, xor, ...), a file the server was started with, or the whole
        YAML text of a scenario. detail: brief (a table of every result), normal (each kind of line once, as formula =
        numbers = value) or full.
        """
        from backprop_tutor.lesson.teach import teach
        from backprop_tutor.records.trace import record
        from backprop_tutor.training.train_step import run_scenario

        def asked() -> dict[str, Any]:
            done = run_scenario(self._scenario(scenario))
            page = teach(done, self.lang, detail=detail, notation=notation)
            return _answer(page, record(done, self.lang))

        return self._said(asked)

    def check(self, scenario: str, answers: dict[str, str]) -> dict[str, Any]:
        """Grade a learner's numbers, errors carried forward: each is right, rounded, carried or wrong.

        answers: names to numbers as the learner wrote them, such as {"z1[1]": "0.61", "grads.W1[2,1]": "-0.0118",
        "after.loss": "0.0618"}. Names without a section mean values of the forward pass.
        """
        from backprop_tutor.practice.grading.check import graded
        from backprop_tutor.practice.grading.check_page import check_page
        from backprop_tutor.practice.grading.records import check_record
        from backprop_tutor.scenario.answers import Answers

        def asked() -> dict[str, Any]:
            found = graded(self._scenario(scenario), Answers(_entries(answers)), self.lang)
            if found.problems:
                raise TutorError(found.problems)
            return _answer(check_page(found), check_record(found, self.lang))

        return self._said(asked)

    def diagnose(self, scenario: str, figures: dict[str, str]) -> dict[str, Any]:
        """Find which known mistake produces exactly these numbers, such as {"after.loss": "0.061823158"}.

        Give the digits as the learner wrote them: how many there are decides what can be told.
        """
        from backprop_tutor.practice.diagnosis.feedback import feedback
        from backprop_tutor.practice.diagnosis.records import diagnosis_record
        from backprop_tutor.practice.diagnosis.search import diagnose
        from backprop_tutor.practice.diagnosis.submission import case

        def asked() -> dict[str, Any]:
            found = diagnose(case(self._scenario(scenario), _entries(figures), self.lang))
            return _answer(feedback(found), diagnosis_record(found, self.lang))

        return self._said(asked)

    def quiz(self, scenario: str, count: int = 3, seed: int = 0) -> dict[str, Any]:
        """Questions on a bundled scenario or a named file, with answers and hints for the tutor; the same for a seed.

        count: 1 to 20.
        """
        from backprop_tutor.practice.quiz.plan import Turn, planned, question
        from backprop_tutor.practice.quiz.print_record import quiz_record
        from backprop_tutor.practice.quiz.request import Request

        def asked() -> dict[str, Any]:
            request = Request(seed, max(1, min(count, 20)), self._named(scenario))
            turns = range(len(planned(request, self.lang)))
            return dict(quiz_record(seed, [question(request, Turn(i), request.level, self.lang) for i in turns]))

        return self._said(asked)

    def _said(self, asked: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """The answer. Raises `refusal` with every problem in words, which a client shows to its model."""
        try:
            return asked()
        except TutorError as error:
            raise self.refusal("\n".join(describe(problem, self.lang) for problem in error.problems)) from None

    def _named(self, scenario: str) -> str:
        """A bundled name or a file that this oracle was given. Raises TutorError for any other."""
        from backprop_tutor.scenario.bundled import bundled

        if scenario in self.files:
            return scenario
        names = [entry.name for entry in bundled()]
        if scenario in names and not Path(scenario).exists():
            return scenario
        name, files = scenario[:80], ", ".join(self.files) or NONE
        near = did_you_mean(name, (*names, *self.files))
        raise TutorError(UNKNOWN.format(name=visible(name), files=files, near=near))

    def _scenario(self, scenario: str) -> Any:
        from backprop_tutor.scenario.checks.validate import validated
        from backprop_tutor.scenario.load import build, load
        from backprop_tutor.scenario.yaml.source import source_of

        if "\n" not in scenario and ":" not in scenario:
            return load(self._named(scenario))
        if scenario in self.files:
            return load(scenario)
        if len(scenario) > MOST_TEXT:
            raise TutorError(TOO_LONG.format(count=len(scenario), most=MOST_TEXT))
        source = source_of("scenario", scenario.encode(errors="replace"))
        return build(*validated(source))


def _answer(page: Any, record: Mapping[str, Any]) -> dict[str, Any]:
    from backprop_tutor.render import render

    return {"text": render(page, "text", width=100), **record}


def _entries(figures: Mapping[str, str]) -> tuple[Any, ...]:
    from backprop_tutor.scenario.answers import Entry

    return tuple(Entry(name, str(value)) for name, value in figures.items())
