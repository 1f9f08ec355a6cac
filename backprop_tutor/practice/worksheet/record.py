"""A worksheet and its key as data for other programs, with floats that are the same on every machine."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from backprop_tutor.formula.printing.plain import plain
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.practice.worksheet.blanks import remembered
from backprop_tutor.practice.worksheet.moodle import stable
from backprop_tutor.practice.worksheet.numerical import Numerical
from backprop_tutor.practice.worksheet.sheet import Sheet
from backprop_tutor.practice.worksheet.windows import PlacedMistake, Window
from backprop_tutor.training.rule import rule_of

VERSION = 1


def worksheet_record(sheet: Sheet) -> dict[str, Any]:
    """The worksheet of a learner: every given number by name, and the quantities to compute, with their letters."""
    exercise = sheet.exercise
    given = {name.replace("values.", "", 1): stable(exercise.values[name]) for name in exercise.given}
    questions = [
        {
            "name": sheet.name(line),
            "written": plain(line.letter),
            **({"formula": plain(line.written)} if sheet.assignment.formulas else {}),
        }
        for line in sheet.lines
    ]
    known = {"training": _training(exercise.scenario), "given": given, "remembered": _remembered(sheet)}
    return {**_head(sheet, "worksheet"), **known, "questions": questions}


def key_record(sheet: Sheet, questions: Iterable[Numerical]) -> dict[str, Any]:
    """Every answer with its tolerance, and the numbers of known mistakes in its place."""
    answers = [
        {
            "name": question.name,
            **_window(question.right),
            "wrong": [
                {**_window(window), "mistakes": list(dict.fromkeys(cause.mistake.name for cause in window.causes))}
                for window in question.wrong
            ],
        }
        for question in questions
    ]
    return {**_head(sheet, "worksheet-key"), "answers": answers}


def _head(sheet: Sheet, kind: str) -> dict[str, Any]:
    return {
        "format": f"backprop-tutor/{kind}",
        "version": VERSION,
        "title": sheet.label[sheet.assignment.lang],
        "scenario": sheet.scenario_name,
        "seed": sheet.assignment.seed,
        "variant": sheet.number,
        "person": sheet.person,
    }


def _remembered(sheet: Sheet) -> dict[str, dict[str, float]]:
    """The optimizer's state of each parameter, by the parameter's name."""
    lesson = sheet.exercise.lesson
    return {
        lesson.key(parameter).replace("values.", "", 1): {name: stable(number) for name, number in kept.items()}
        for parameter, kept in remembered(lesson)
    }


def _training(scenario: Scenario) -> dict[str, Any]:
    """The optimizer and its settings; empty where nothing is trained."""
    training = scenario.training
    constants = rule_of(training).constants(training)
    return {"optimizer": training.optimizer, **constants} if scenario.parameters else {}


def _window(window: Window[PlacedMistake]) -> dict[str, float]:
    return {"value": stable(window.value), "tolerance": stable(window.tolerance)}
