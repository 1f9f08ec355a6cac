"""A time limit for work of unforeseeable length: SymPy's, which may take a second or a day.

Another thread waits and raises an exception in the working one, at its next Python instruction. That works on every
system, and SymPy is Python throughout. A single multiplication of enormous numbers is not interrupted, so sizes are
bounded beforehand.
"""

from __future__ import annotations

from collections.abc import Callable
from ctypes import c_ulong, py_object, pythonapi
from sys import _current_frames
from threading import Event, Lock, Thread, get_ident
from typing import TypeVar

SECONDS = 2.0
"""The time limit of a search for a closed form."""

AGAIN = 0.05
"""The interval at which the exception is raised again: some code swallows exceptions it does not know."""

INSTRUCTIONS = 100
"""More than enough instructions for a pending exception to be raised."""

T = TypeVar("T")


class _TimeIsUp(BaseException):
    """Raised in the working thread; no `except Exception` catches it."""


def within(seconds: float, compute: Callable[[], T]) -> T:
    """The result of `compute`. Raises TimeoutError where it takes longer than so many seconds."""
    worker, over, lock = get_ident(), Event(), Lock()
    watch = Thread(target=_interrupt, args=(worker, over, lock, seconds), daemon=True)
    try:
        watch.start()
        try:
            return compute()
        finally:
            _end(over, lock)
    except _TimeIsUp:
        _end(over, lock)
        raise TimeoutError from None


def _end(over: Event, lock: Lock) -> None:
    """Stops raising exceptions, and takes one that is still pending.

    It is awaited, not withdrawn: CPython 3.11 goes on looking for an exception that was withdrawn, in every instruction
    from then on.
    """
    while True:
        try:
            with lock:
                over.set()
            for _ in range(INSTRUCTIONS):
                pass
        except _TimeIsUp:
            continue
        return


def _interrupt(worker: int, over: Event, lock: Lock, seconds: float) -> None:
    wait = seconds
    while not over.wait(wait):
        wait = AGAIN
        with lock:
            if not over.is_set() and not _is_importing(worker):
                pythonapi.PyThreadState_SetAsyncExc(c_ulong(worker), py_object(_TimeIsUp))


def _is_importing(worker: int) -> bool:
    """Whether a thread is importing a module, which must not stay half loaded."""
    frame = _current_frames().get(worker)
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False
