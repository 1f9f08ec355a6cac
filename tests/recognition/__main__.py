"""``python -m tests.recognition answers|programs``: the table of what is recognised, in figures and in programs."""

from __future__ import annotations

import sys

from tests.recognition import answers_table, programs_table

if "programs" in sys.argv:
    programs_table.main()
else:
    answers_table.main()
