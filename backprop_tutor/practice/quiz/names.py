"""The names of the kinds of question, for ``--help``, without loading the code that makes the questions."""

from __future__ import annotations

KIND_NAMES = (
    "value",
    "complete",
    "find-error",
    "formula",
    "path",
    "sign",
    "shape",
    "choice",
    "explain",
    "which-mistake",
    "wrong-line",
    "parameters",
)
