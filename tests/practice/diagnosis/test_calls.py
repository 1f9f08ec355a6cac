"""Every command that a page suggests can be run as it stands."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

import backprop_tutor as bt
from backprop_tutor.lesson.document import Code
from backprop_tutor.practice.diagnosis.claims import entries
from backprop_tutor.practice.diagnosis.feedback import feedback
from backprop_tutor.practice.diagnosis.search import diagnose
from backprop_tutor.practice.diagnosis.submission import case
from backprop_tutor.practice.grading.check import Graded, check
from backprop_tutor.practice.grading.check_page import check_page
from tests.cli.calls import tutor
from tests.recognition.questions import TANH

CLAIMS = (
    ("two-two-one", "h(c)=0.61", "O(c)=0.8"),
    ("two-two-one", "dL/dW_ca=-0.0161331"),
    ("two-two-one", "O(c)=0.6497"),
    ("two-two-one", "z1[1]=0.7123", "z1[2]=0.9371"),
    ("two-two-one", "after.a2=0.648366218", "after.loss=0.061823158"),
    ("mazur-two-two-two", "after.loss=0.291027924"),
    ("softmax-classifier", "grads.z1[1]=0.1"),
    ("sum-over-paths", "grads.b=9.00"),
    ("adam-two-steps", "updated.W1[1,1]=0.2683772"),
    ("attention-one-unit", "grads.wq=-0.7338", "a[1]=0.3775"),
)


def calls(found: Any) -> Iterator[str]:
    """The commands in a document."""
    if isinstance(found, Code) and found.text.startswith("tutor "):
        yield found.text
    elif isinstance(found, tuple):
        for each in found:
            yield from calls(each)
    elif is_dataclass(found):
        for field in fields(found):
            yield from calls(getattr(found, field.name))


def works(call: str) -> bool:
    """Whether a command is understood; a quiz is left before it is answered."""
    return tutor(*shlex.split(call)[1:]).returncode in (0, 1)


@pytest.mark.parametrize("claims", CLAIMS, ids=lambda claims: claims[0])
def test_every_suggested_command_runs(claims: tuple[str, ...]) -> None:
    """Of a diagnosis and of a check of the same figures; there is always something that helps next."""
    asked = case(bt.load(claims[0]), entries(claims[1:]))
    suggested = [*calls(feedback(diagnose(asked))), *calls(check_page(Graded((check(asked),))))]
    assert [call for call in suggested if not works(call)] == []
    assert suggested
    assert not any("tutor diagnose" in call for call in suggested)


def test_a_file_of_ones_own_is_called_by_its_path(tmp_path: Path) -> None:
    """What helps next is about the learner's own file."""
    file = tmp_path / "my own graph.yaml"
    file.write_text(TANH, encoding="utf-8")
    asked = case(bt.load(file), entries(["grads.z=0.8584"]))
    suggested = list(calls(feedback(diagnose(asked))))
    assert suggested
    assert all(str(file) in shlex.split(call) for call in suggested)
    assert all(map(works, suggested))
