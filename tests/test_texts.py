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
UNWANTED = re.compile("上一层|下一层|上层|下层|名称|记忆量|前向计算|反向计算|反传|误差信号|隐含层|学习速率|结点")
UNSPACED = re.compile(r"[\u4e00-\u9fff][A-Za-z0-9]|[A-Za-z0-9][\u4e00-\u9fff]")
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


def test_chinese_has_one_term_for_each_thing() -> None:
    """Towards the inputs is 前一层, towards the loss 后一层: 上 and 下 can be read either way. No second word for a term."""
    assert [text.zh for text in TEXTS if UNWANTED.search(text.zh)] == []


def test_a_space_stands_between_chinese_and_latin() -> None:
    """Letters and digits stand apart from the Chinese around them."""
    assert [text.zh for text in TEXTS if UNSPACED.search(text.zh)] == []


def test_sentences_are_translated() -> None:
    """A text with a run of English words has a Chinese text that is not that run."""
    untranslated = [text for text in TEXTS if WORDS.search(text.en) and not CHINESE.search(text.zh)]
    assert untranslated == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_text_is_empty_by_accident(lang: str) -> None:
    """Where one language says something, so does the other."""
    other = {"en": "zh", "zh": "en"}[lang]
    assert [text for text in TEXTS if text[lang] and not text[other]] == []  # type: ignore[index]
