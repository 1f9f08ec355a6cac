"""What a learner has reached in a course, for a teacher's table or program: a row a unit."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from io import StringIO
from typing import Any

from backprop_tutor.practice.course.contrast import Contrast
from backprop_tutor.practice.course.progress import Progress
from backprop_tutor.practice.course.unit import Course
from backprop_tutor.text import Lang, spreadsheet_cell

VERSION = 1


def course_record(
    course: Course, known: Mapping[str, Progress], met: Mapping[str, Contrast], lang: Lang
) -> dict[str, Any]:
    """The results as the JSON object other programs read."""
    return {
        "format": "backprop-tutor/course",
        "version": VERSION,
        "title": course.title[lang],
        "units": [_row(part.number, known[unit.name], lang) for part in course.parts for unit in part.units],
        "mistakes": [
            {"mistake": name, "made": one.made, "in_a_row": one.standing.streak, "overcome": one.overcome}
            for name, one in met.items()
        ],
    }


def _row(part: int, one: Progress, lang: Lang) -> dict[str, Any]:
    """A unit: the questions that count, and what was reached with them."""
    reached = one.standing
    return {
        "part": part,
        "unit": one.unit.name,
        "title": one.unit.title[lang],
        "sessions": one.sessions,
        "answered": reached.answered,
        "right": reached.right,
        "in_a_row": reached.streak,
        "mastered": reached.mastered,
        "due": reached.due.isoformat() if reached.due else None,
    }


def course_csv(record: Mapping[str, Any]) -> str:
    """The units of such an object as a CSV file."""
    out = StringIO()
    rows = record["units"]
    writer = csv.DictWriter(out, tuple(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(
        {key: spreadsheet_cell(cell) if isinstance(cell, str) else cell for key, cell in row.items()} for row in rows
    )
    return out.getvalue()
