"""A picture that moves: all of the last picture is there, what comes later appears later, and nothing is a script."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

import backprop_tutor as bt
from backprop_tutor.lesson.picture import Shown, lesson_of, picture
from backprop_tutor.render.animation import animation
from backprop_tutor.render.svg import svg

SVG = "{http://www.w3.org/2000/svg}"
STILL = "prefers-reduced-motion: reduce"


def letters(text: str) -> list[str]:
    """Every text of a picture."""
    return ["".join(each.itertext()) for each in ElementTree.fromstring(text).iter(f"{SVG}text")]


@pytest.mark.parametrize("name", ["two-two-one", "circuits", "mazur-with-biases", "softmax-classifier"])
def test_values_come_forward_and_derivatives_back(name: str) -> None:
    """Figures are those of the picture after both passes; values appear before the loss, derivatives after it."""
    lesson = lesson_of(bt.run(bt.load(name)), "en")
    start, forward, backward = (picture(lesson, Shown(stage)) for stage in ("start", "forward", "backward"))
    moving = animation(start, forward, backward)
    assert letters(moving) == letters(svg(backward))
    root = ElementTree.fromstring(moving)
    times: dict[bool, list[float]] = {True: [], False: []}
    for part in root.iter(f"{SVG}text"):
        shown = "".join(part.itertext())
        late = [float(found[1]) for each in part if (found := re.search(r"delay:([\d.]+)s", each.get("style", "")))]
        if late and part.get("class") == "ink":
            times["∂" in shown or "δ" in shown].append(max(late))
    assert max(times[False]) < min(times[True])
    assert STILL in moving
    assert "<script" not in moving
