"""``python -m tests.recognition programs``: the table of what is recognised in programs."""

from __future__ import annotations

from tests.recognition.programs_table import main

main()
