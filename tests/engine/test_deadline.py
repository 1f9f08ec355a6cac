"""Work with a time limit: it ends in time, and what is in time is as without one."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
from sympy.core.cache import clear_cache

import backprop_tutor as bt
from backprop_tutor.cli.app import start
from backprop_tutor.verify import closed_form
from backprop_tutor.verify.deadline import within


def endless() -> None:
    """Work that swallows every error and never ends."""
    while True:
        with suppress(Exception):
            sum(range(1000))


def test_endless_work_ends() -> None:
    """After the limit a TimeoutError is raised where the work was asked for, and nothing comes after it."""
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        within(0.05, endless)
    assert time.monotonic() - began < 5
    time.sleep(0.15)  # a second exception on its way would arrive here


def test_work_in_time_is_as_without_a_limit() -> None:
    """What is computed, or raised, comes through; the thread that watches ends."""
    before = threading.active_count()
    assert within(60, lambda: 6 * 7) == 42
    with pytest.raises(ZeroDivisionError):
        within(60, lambda: 1 / 0)
    time.sleep(0.05)
    assert threading.active_count() == before


@pytest.mark.parametrize("limit", [0.0, 0.01])
def test_a_closed_form_is_given_up_in_words(
    limit: float, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where SymPy finds nothing in time the lesson says so, and everything else of it is there.

    A form that takes SymPy seconds, and nothing of it remembered from tests before.
    """
    monkeypatch.setattr(closed_form, "SECONDS", limit)
    clear_cache()
    assert start(["run", "mazur-two-two-two", "--derive"]) == 0
    said = capsys.readouterr().out
    assert "SymPy was given 2 seconds" in " ".join(said.split())
    assert "One gradient in closed form" in said


def test_a_loss_that_is_long_is_not_even_written(tmp_path: Path) -> None:
    """A sum over 2^40 paths is refused by its length, at once."""
    nodes = {f"n{i}": f"n{i - 1}*n{i - 1} + n{i - 1}" if i else "x*w" for i in range(40)}
    written = ", ".join(f"{name}: {made}" for name, made in nodes.items())
    graph = f"{{inputs: {{x: 0.1}}, parameters: {{w: 0.2}}, nodes: {{{written}}}, output: n39}}"
    (tmp_path / "long.yaml").write_text(f"title: long\ngraph: {graph}\n")
    trace = bt.run(bt.load(str(tmp_path / "long.yaml")), 1).steps[0].trace
    assert closed_form.shortest_gradient(trace, ()) is None
