"""Every LaTeX formula of every Markdown export, once each, as a JSON list: ``python -m tests.katex.formulas``.

`check.mjs` parses them with KaTeX, which GitHub and Jupyter are close to.
"""

from __future__ import annotations

import json
import re
import sys

import backprop_tutor as bt
from backprop_tutor.lesson.views import VIEWS
from backprop_tutor.notation.table import NOTATIONS
from backprop_tutor.scenario.bundled import bundled

MATHEMATICS = re.compile(r"\$\$\n(.*?)\n\$\$|\$`?([^$\n]+?)`?\$", re.DOTALL)


def formulas() -> set[str]:
    """What stands between dollar signs in the exports of all scenarios, views, notations and languages."""
    found: set[str] = set()
    for entry in bundled():
        run = bt.run(bt.load(entry.path))
        graph = run.scenario.graph
        for notation in (each.name for each in NOTATIONS.values() if each.fits(graph)):
            for view in (each.name for each in VIEWS.values() if each.fits(graph)):
                for lang in ("en", "zh"):
                    text = bt.render(bt.teach(run, lang, notation=notation, view=view), "markdown")
                    found |= {block or inline for block, inline in MATHEMATICS.findall(text)}
    return found


if __name__ == "__main__":
    json.dump(sorted(formulas()), sys.stdout, ensure_ascii=False)
