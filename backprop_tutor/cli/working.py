"""A sign of life on a terminal while something takes longer than a moment; nothing where nobody watches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import Timer

from backprop_tutor.cli.output import watched
from backprop_tutor.text import Lang, T

A_MOMENT = 0.7  # seconds
SEARCHING = T("searching: every known mistake is carried out …", "正在查找：逐一演算各种已知的错误……")


@contextmanager
def working(lang: Lang, said: T = SEARCHING) -> Iterator[None]:
    """`said`, with a spinner, on standard error while what is inside goes on; rich is loaded only where it is shown."""
    if not watched():
        yield
        return
    with ExitStack() as shown:
        later = Timer(A_MOMENT, lambda: shown.enter_context(_spinner(said[lang])))
        later.daemon = True
        later.start()
        try:
            yield
        finally:
            later.cancel()
            later.join()


@contextmanager
def _spinner(said: str) -> Iterator[None]:
    from rich.console import Console

    with Console(stderr=True).status(said):
        yield
