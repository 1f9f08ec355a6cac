"""The names of the kinds of question, for ``--help``: known without loading what makes the questions."""

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
)
