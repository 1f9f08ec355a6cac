"""Backpropagation by hand: every number of it shown, explained and checked.

>>> import backprop_tutor as bt
>>> run = bt.run(bt.load("two-two-one"))
>>> print(bt.render(bt.teach(run, lang="zh"), "markdown"))
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from backprop_tutor.errors import TutorError
from backprop_tutor.render import render  # at once: the name is that of a room as well, and the function has it

if TYPE_CHECKING:
    from backprop_tutor.lesson.teach import teach
    from backprop_tutor.scenario.load import load
    from backprop_tutor.training.train_step import run_scenario as run

__version__ = "0.1.0"
__all__ = ["TutorError", "__version__", "load", "render", "run", "teach"]

_HOMES = {
    "load": ("backprop_tutor.scenario.load", "load"),
    "run": ("backprop_tutor.training.train_step", "run_scenario"),
    "teach": ("backprop_tutor.lesson.teach", "teach"),
}


def __getattr__(name: str) -> Any:
    """The names of the library whose homes are heavy, each loaded when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module 'backprop_tutor' has no attribute '{name}'")
    module, attribute = _HOMES[name]
    return getattr(import_module(module), attribute)
