"""Every LaTeX formula of every Markdown export and worksheet, once each, as a JSON list: ``python -m tests.katex.formulas``.

`check.mjs` parses them with KaTeX, which GitHub and Jupyter are close to.
"""

from __future__ import annotations

import json
import re
import sys

import backprop_tutor as bt
from backprop_tutor.lesson.views.table import VIEWS
from backprop_tutor.notation.table import NOTATIONS
from backprop_tutor.practice.worksheet.blanks import BOX, worksheet
from backprop_tutor.practice.worksheet.sheet import Assignment, sheet
from backprop_tutor.scenario.bundled import bundled
from backprop_tutor.text import LANGUAGES
from tests.conftest import side_by_side

MATHEMATICS = re.compile(r"\$\$\n(.*?)\n\$\$|\$`?([^$\n]+?)`?\$", re.DOTALL)


def formulas() -> set[str]:
    """What stands between dollar signs in exports and worksheets of all scenarios, in every view, notation and language
    taken side by side.
    """
    found: set[str] = set()
    for turn, entry in enumerate(bundled()):
        run = bt.run(bt.load(entry.path))
        graph = run.scenario.graph
        notations = [each.name for each in NOTATIONS.values() if each.fits(graph)]
        views = [each.name for each in VIEWS.values() if each.fits(graph)]
        for lang, notation in side_by_side(turn, LANGUAGES, notations):
            one = sheet(Assignment(1, lang, notation), run.scenario, 1)
            found |= _in(bt.render(worksheet(one, BOX), "markdown"))
        for notation, view, lang in side_by_side(turn, notations, views, LANGUAGES):
            found |= _in(bt.render(bt.teach(run, lang, notation=notation, view=view), "markdown"))
    return found


def _in(text: str) -> set[str]:
    return {block or inline for block, inline in MATHEMATICS.findall(text)}


if __name__ == "__main__":
    json.dump(sorted(formulas()), sys.stdout, ensure_ascii=False)
