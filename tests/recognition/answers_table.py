"""``python -m tests.recognition answers [COUNT]``: questions, written solutions, errata, random numbers; -v lists all."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from decimal import Decimal
from functools import cache

import numpy as np

from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.practice.diagnosis.claims import entries
from backprop_tutor.practice.diagnosis.diagnosis import Diagnosis, Explanation
from backprop_tutor.practice.diagnosis.line_grading import Judge
from backprop_tutor.practice.diagnosis.search import diagnose
from backprop_tutor.practice.diagnosis.submission import Submission, case, worked
from backprop_tutor.practice.grading.check import check
from backprop_tutor.practice.grading.check import graded as published
from backprop_tutor.scenario.answers import answers
from backprop_tutor.scenario.bundled import folder
from backprop_tutor.scenario.checks.validate import validated
from backprop_tutor.scenario.load import build, load
from backprop_tutor.scenario.yaml.source import source_of
from backprop_tutor.training.address import addresses, numbers
from tests.recognition.errata import PUBLISHED, UNKNOWN, Published, Row
from tests.recognition.questions import QUESTIONS, Question
from tests.recognition.slips import graphs, networks, random_wrong, scenario_of
from tests.recognition.solutions import SOLUTIONS, Solution

MANY = 1000
FIGURES, FEW = (3, 4, 5, 6), 3


def answered(question: Question) -> Diagnosis:
    """What the diagnosis says to a question."""
    source = source_of("question.yaml", question.scenario.encode())
    return diagnose(case(build(*validated(source)), entries(question.claims)))


def named_by(explanation: Explanation) -> tuple[str, ...]:
    """The ids of an explanation, or the kind of its edit."""
    return explanation.hypothesis.names or (explanation.edited.edit.kind if explanation.edited else "",)


def ids(found: Diagnosis) -> list[str]:
    """What a diagnosis names."""
    return [name for each in found.shown for name in named_by(each)]


def graded(solution: Solution) -> tuple[bool, str]:
    """Whether a solution is graded as a teacher would, and what is said of it where it is not."""
    source = source_of("solution.yaml", solution.scenario.encode())
    claims = entries([f"{name}={text}" for name, text in solution.lines.items()])
    found = check(case(build(*validated(source)), claims))
    verdicts = {line.claim.entry.name: line.verdict for line in found.lines}
    off = {name: verdict for name, verdict in verdicts.items() if verdict not in solution.verdicts[name]}
    named = {name for cause in found.causes for name in named_by(cause)}
    fits = bool(solution.causes & named) if solution.causes else not named
    return not off and fits, f"{solution.name}: {off} {sorted(named)} {sorted(solution.causes)}"


def named_figures(example: Published) -> Iterator[tuple[Row, str, frozenset[str]]]:
    """Each figure of an example, what is said of it, and what its cause is called."""
    found = check(submitted(example))
    rows = {row.name: row for row in example.rows}
    for line in found.lines:
        yield rows[line.claim.entry.name], line.verdict, frozenset(named_by(line.cause) if line.cause else ())


def alone(example: Published, row: Row) -> frozenset[str]:
    """What the cause of a figure is called where nothing else of its page is looked at."""
    entry = entries([f"{row.name}={row.figure}"])
    return frozenset(ids(diagnose(case(scenario_of(example.scenario), entry, by_contract=False))))


def submitted(example: Published) -> Submission:
    """The figures of an example, about its network."""
    return case(
        scenario_of(example.scenario), entries([f"{row.name}={row.figure}" for row in example.rows]), by_contract=False
    )


def misjudged(example: Published) -> list[str]:
    """The figures of an example that are not judged as they come out of a recomputation."""
    verdicts, numbers, off = Judge(submitted(example)).verdicts, example.recomputed(), []
    for i, row in enumerate(example.rows):
        places = -int(Decimal(row.figure).as_tuple().exponent)
        agrees = abs(float(row.figure) - numbers[row.name]) <= 0.5 * 10.0**-places
        allowed = ("right", "undecided") if agrees else ("wrong",) if row.causes else ("rounded", "carried")
        off += [] if verdicts[i] in allowed else [f"{row.name} {row.figure} {verdicts[i]}"]
    return off


def errata() -> tuple[int, int, list[str]]:
    """How many of the wrong figures of published examples are given their cause, of how many, and those without it.

    Beside the others of its page, or, where those are right in spite of it, alone.
    """
    explained, missed = 0, []
    for path in sorted((folder() / "published").glob("*.yaml")):
        for each in published(load(path.stem), answers(path.stem)).checks:
            for line in each.lines:
                if line.verdict == "wrong":
                    entry = line.claim.entry
                    named = line.cause or diagnose(case(load(path.stem), [entry])).shown
                    explained += bool(named)
                    missed += [] if named else [f"{path.stem} {entry.name} {entry.text}"]
    for example in PUBLISHED:
        for row, _, named in named_figures(example):
            if row.causes - {UNKNOWN}:
                hit = bool(row.causes & (named or alone(example, row)))
                explained += hit
                missed += [] if hit else [f"{example.source}: {row.name} {row.figure} {sorted(named)}"]
    return explained, explained + len(missed), missed


def random_numbers(count: int, digits: int) -> tuple[int, list[str]]:
    """How many of so many random wrong numbers were given a cause; of three figures only where that is sure."""
    rng, named = np.random.default_rng(digits), []
    everything = (*networks(20), *graphs(10))
    drawn = [list(random_wrong(rng, numbers_of(everything[i % len(everything)]), digits)) for i in range(count)]
    for i in sorted(range(count), key=lambda i: i % len(everything)):
        scenario = everything[i % len(everything)]
        claims = [f"{name}={text}" for name, text in drawn[i]]
        found = diagnose(case(scenario, entries(claims)))
        if any(each.sure or digits > FEW for each in found.explanations):
            named.append(f"{scenario.title} {claims} {ids(found)} {[round(e.chance, 5) for e in found.explanations]}")
    return len(named), named


@cache
def numbers_of(scenario: Scenario) -> dict[str, float]:
    """The computed numbers of a scenario by name, none of them 0."""
    lesson = worked(scenario, "en", steps=1).lessons[0]
    found = {}
    for seat in addresses(lesson.reading):
        value = float(numbers([lesson.step], [seat])[0, 0])
        if value:
            found[str(lesson.reading.quantity(seat.element, seat.section))] = value
    return found


def main() -> None:
    """The table."""
    good = 0
    for question in QUESTIONS:
        found = answered(question)
        names = ids(found)
        hit = bool(question.answers & set(names))
        good += hit
        if not hit or "-v" in sys.argv:
            print(
                "   " if hit else "MISS",
                question.name,
                *question.claims,
                found.verdict,
                names,
                sorted(question.answers),
            )
    told = [graded(solution) for solution in SOLUTIONS]
    print("\n".join(f"MISS {said}" for fits, said in told if not fits))
    print(f"solutions {sum(fits for fits, _ in told)} of {len(told)}")
    print(f"questions {good} of {len(QUESTIONS)}")
    count = next((int(text) for text in sys.argv[1:] if text.isdigit()), MANY)
    right, wrong, missed = errata()
    print(f"errata {right} of {wrong}", *missed, sep="\n   ")
    off = [f"{example.source}: {each}" for example in PUBLISHED for each in misjudged(example)]
    print(f"published figures misjudged: {len(off)} of {sum(len(list(e.rows)) for e in PUBLISHED)}", *off, sep="\n   ")
    for digits in FIGURES:
        named, told = random_numbers(count, digits)
        print(f"random wrong numbers given a cause, {digits} figures: {named} of {count}")
        print("\n".join(told) if "-v" in sys.argv else "")
