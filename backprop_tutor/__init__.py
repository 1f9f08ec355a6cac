"""Backpropagation by hand: every number of it shown, explained and checked.

>>> import backprop_tutor as bt
>>> run = bt.run("two-two-one")
>>> run["grads.W1"]
array([[-0.00368017, -0.00588827],
       [-0.00590685, -0.00945096]])
>>> bt.diagnose("two-two-one", {"after.loss": 0.061823158}).verdict
'explained'
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from backprop_tutor.interface.rooms import LIBRARY, Library

if TYPE_CHECKING:
    from backprop_tutor.errors import TutorError
    from backprop_tutor.interface.library import (
        assert_gradients,
        check,
        compare,
        diagnose,
        graph,
        load,
        page,
        quiz_questions,
        run,
        scenario,
        teach,
        train,
        verify,
        worksheet,
    )
    from backprop_tutor.interface.models import from_keras, from_torch
    from backprop_tutor.render import render

__version__ = "0.1.0"
__all__ = [
    "TutorError",
    "__version__",
    "assert_gradients",
    "check",
    "compare",
    "diagnose",
    "from_keras",
    "from_torch",
    "graph",
    "load",
    "page",
    "quiz_questions",
    "render",
    "run",
    "scenario",
    "teach",
    "train",
    "verify",
    "worksheet",
]

_HOMES = {
    "TutorError": "backprop_tutor.errors",
    "from_torch": "backprop_tutor.interface.models",
    "from_keras": "backprop_tutor.interface.models",
}
"""The functions that are not of the library's main module."""

sys.modules[__name__].__class__ = Library


def __getattr__(name: str) -> Any:
    """The functions of the library, loaded when the first of them is used."""
    if name not in __all__:
        raise AttributeError(f"module 'backprop_tutor' has no attribute '{name}'")
    return getattr(import_module(_HOMES.get(name, LIBRARY)), name)


def __dir__() -> list[str]:
    """The names of the library, and no others."""
    return sorted(__all__)


def load_ipython_extension(shell: Any) -> None:
    """``%load_ext backprop_tutor``: the magics ``%%scenario`` and ``%tutor``."""
    import_module("backprop_tutor.interface.magics").register(shell)
