"""Checks a whole written solution: every line against the right one and against what follows from the lines before it.

A line that is not right but follows from the learner's own earlier numbers is right from there on. The other lines are
wrong in themselves. Their causes are as few as possible, each giving as many lines as possible: of the explanations of
the first wrong line, the one that gives most lines is named, and the search continues with the remaining lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path as FilePath

from backprop_tutor.errors import Problem, TutorError, visible
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.practice.diagnosis.diagnosis import Explanation
from backprop_tutor.practice.diagnosis.line_grading import Judge, LineVerdict, Verdict, overall
from backprop_tutor.practice.diagnosis.search import causes
from backprop_tutor.practice.diagnosis.submission import Submission, stretches
from backprop_tutor.practice.diagnosis.submission import case as submitted
from backprop_tutor.practice.diagnosis.submitted_value import SubmittedValue
from backprop_tutor.scenario.answers import Answers
from backprop_tutor.text import LANGUAGES, Lang, T


@frozen(eq=False)
class CheckedLine:
    """A line: the submitted value, the right one, the one that follows from the lines before, the verdict, any known
    cause.
    """

    claim: SubmittedValue
    right: float
    follows: float
    verdict: LineVerdict
    cause: Explanation | None = None


@frozen(eq=False)
class Check:
    """The lines in the order of the computation, the causes, and the names left blank."""

    case: Submission
    lines: tuple[CheckedLine, ...]
    causes: tuple[Explanation, ...]
    blanks: tuple[str, ...]

    def follow_from(self, cause: Explanation | None) -> int:
        """The number of lines after the first one of a cause that it gives, or that follow from it: wrong by it, or
        carried.
        """
        after = self.lines[next((i for i, line in enumerate(self.lines) if line.cause is cause), 0) + 1 :]
        return sum(line.verdict == "carried" or (line.cause is cause is not None) for line in after)

    @property
    def first_wrong(self) -> CheckedLine | None:
        """The first line that is wrong in itself, or comes from another convention than the stated one."""
        return next((line for line in self.lines if line.verdict == "wrong"), None)

    @property
    def verdict(self) -> Verdict:
        """The verdict on the whole solution."""
        explained = all(line.cause is not None for line in self.lines if line.verdict == "wrong")
        return overall([line.verdict for line in self.lines], explained=explained)


def check(case: Submission, blanks: tuple[str, ...] = ()) -> Check:
    """Grades every line of the solution in `case`; `blanks` are the names that were left empty."""
    judge = Judge(case)
    found = tuple(causes(case, judge.verdicts))
    named = {i: explanation for explanation, explained in found for i in explained}
    lines = tuple(_line(judge, i, named.get(i)) for i in judge.order)
    return Check(case, lines, tuple(explanation for explanation, _ in found), blanks)


def _line(judge: Judge, i: int, cause: Explanation | None) -> CheckedLine:
    return CheckedLine(judge.case.claims[i], judge.case.right[i], judge.follows[i], judge.verdicts[i], cause)


@frozen
class Graded:
    """A graded file of figures: a check for each range of steps it covers, and its unreadable parts."""

    checks: tuple[Check, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The verdict on the whole file."""
        lines = [line for each in self.checks for line in each.lines]
        explained = all(line.cause is not None for line in lines if line.verdict == "wrong")
        return overall([line.verdict for line in lines], explained=explained)


OTHER_SCENARIO = T(
    "these figures say that they belong to '{said}'; they are held against '{name}'",
    "这些数写明属于 '{said}'，现在却是与 '{name}' 对照",
)
NOTHING = T("nothing is filled in yet", "还没有填任何答案")


def graded(
    scenario: Scenario,
    answers: Answers,
    lang: Lang = "en",
    notation: str | None = None,
    at_step: int = 1,
    by_contract: bool = True,
) -> Graded:
    """Grades the figures of a file; an unreadable part does not affect the others.

    Raises TutorError where nothing can be read, or is filled in.
    """
    filled = [entry for entry in answers.entries if entry.text]
    if not filled:
        raise TutorError(answers.problems or (Problem(NOTHING),))
    blanks = tuple(entry.name for entry in answers.entries if not entry.text)
    checks: list[Check] = []
    problems = [*answers.problems, *_of_another(scenario, answers)]
    for part in stretches(filled, at_step):
        try:
            sure = submitted(scenario, part, lang, notation, at_step, by_contract, lenient=True)
        except TutorError as error:
            problems += error.problems
            continue
        problems += sure.problems
        checks.append(check(sure, () if checks else blanks))
    if not checks:
        raise TutorError(problems)
    return Graded(tuple(checks), tuple(sorted(problems, key=_place)))


def _of_another(scenario: Scenario, answers: Answers) -> Iterator[Problem]:
    """The remark that a file names another scenario as its own."""
    names = (scenario.name, FilePath(scenario.name).stem, *(scenario.title[lang] for lang in LANGUAGES))
    if answers.scenario and scenario.name and answers.scenario[0] not in names:
        said, place = answers.scenario
        yield Problem(OTHER_SCENARIO.format(said=visible(said), name=visible(scenario.name)), place)


def _place(problem: Problem) -> int:
    return problem.place.line if problem.place else 0
