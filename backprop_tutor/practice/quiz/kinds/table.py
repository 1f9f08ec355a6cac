"""The kinds of question, one file and one entry each; a question needs one of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from backprop_tutor.registry import OnUse

if TYPE_CHECKING:
    from backprop_tutor.practice.quiz.kinds.kind import Kind

KINDS: Mapping[str, Kind] = OnUse(
    "backprop_tutor.practice.quiz.kinds",
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
