"""Every text of the program stands in both languages, and says the same holes in both."""

from __future__ import annotations

import gc
import pkgutil
import re
from importlib import import_module

import pytest

import backprop_tutor
from backprop_tutor.text import LANGUAGES, T

CHINESE = re.compile(r"[\u4e00-\u9fff]")
WORDS = re.compile(r"[a-z]{4,}(?: [a-z]{2,}){3,}")


def texts() -> list[T]:
    """Every text made when all modules are loaded, once each."""
    for module in pkgutil.walk_packages(backprop_tutor.__path__, "backprop_tutor."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    return sorted({each for each in gc.get_objects() if isinstance(each, T)}, key=lambda text: text.en)


TEXTS = texts()


def test_there_are_texts_to_look_at() -> None:
    """The walk over the modules finds the hundreds of texts there are."""
    assert len(TEXTS) > 500


def test_the_holes_are_the_same_in_both_languages() -> None:
    """What one language is told, the other is told too."""
    holes = {text: [{name for _, name in text.pieces(lang) if name} for lang in LANGUAGES] for text in TEXTS}
    assert [text for text, (en, zh) in holes.items() if en != zh] == []


def test_english_is_english() -> None:
    """No Chinese character stands in an English text."""
    assert [text for text in TEXTS if CHINESE.search(text.en)] == []


def test_sentences_are_translated() -> None:
    """A text with a run of English words has a Chinese text that is not that run."""
    untranslated = [text for text in TEXTS if WORDS.search(text.en) and not CHINESE.search(text.zh)]
    assert untranslated == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_text_is_empty_by_accident(lang: str) -> None:
    """Where one language says something, so does the other."""
    other = {"en": "zh", "zh": "en"}[lang]
    assert [text for text in TEXTS if text[lang] and not text[other]] == []  # type: ignore[index]
