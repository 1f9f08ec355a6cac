"""Every text of the program stands in both languages, and says the same holes in both."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from backprop_tutor.scenario.bundled import bundled
from backprop_tutor.scenario.load import load
from backprop_tutor.text import LANGUAGES, T

CHINESE = re.compile(r"[\u4e00-\u9fff]")
UNWANTED = re.compile("上一层|下一层|上层|下层|名称|记忆量|前向计算|反向计算|反传|误差信号|隐含层|学习速率|结点")
UNSPACED = re.compile(r"[\u4e00-\u9fff][A-Za-z0-9]|[A-Za-z0-9][\u4e00-\u9fff]")
PARTED = re.compile("[\u3001-\u303f\uff01-\uff5e\u4e00-\u9fff] +[\u3001-\u303f\uff01-\uff5e\u4e00-\u9fff]")
"""A space within Chinese, as a folded line of YAML leaves it."""
WORDS = re.compile(r"[a-z]{4,}(?: [a-z]{2,}){3,}")


MAKE_ALL = """
import gc, json, pkgutil
from importlib import import_module
import backprop_tutor
from backprop_tutor.text import T
for module in pkgutil.walk_packages(backprop_tutor.__path__, "backprop_tutor."):
    if not module.name.endswith("__main__"):
        import_module(module.name)
print(json.dumps(sorted({(each.en, each.zh) for each in gc.get_objects() if isinstance(each, T)})))
"""
"""In a process of its own, where no test has loaded a scenario, whose texts are its author's."""


@pytest.fixture(scope="module")
def texts() -> list[T]:
    """Every text made when all modules are loaded, once each."""
    made = subprocess.run([sys.executable, "-c", MAKE_ALL], capture_output=True, text=True, check=True).stdout
    return [T(*pair) for pair in json.loads(made)]


def test_there_are_texts_to_look_at(texts: list[T]) -> None:
    """The walk over the modules finds the hundreds of texts there are."""
    assert len(texts) > 500


def test_the_holes_are_the_same_in_both_languages(texts: list[T]) -> None:
    """What one language is told, the other is told too."""
    holes = {text: [{name for _, name in text.pieces(lang) if name} for lang in LANGUAGES] for text in texts}
    assert [text for text, (en, zh) in holes.items() if en != zh] == []


def test_english_is_english(texts: list[T]) -> None:
    """No Chinese character stands in an English text."""
    assert [text for text in texts if CHINESE.search(text.en)] == []


def test_chinese_has_one_term_for_each_thing(texts: list[T]) -> None:
    """Towards the inputs is 前一层, towards the loss 后一层: 上 and 下 can be read either way. No second word for a term."""
    assert [text.zh for text in texts if UNWANTED.search(text.zh)] == []


def test_a_space_stands_between_chinese_and_latin(texts: list[T]) -> None:
    """Letters and digits stand apart from the Chinese around them."""
    assert [text.zh for text in texts if UNSPACED.search(text.zh)] == []


def test_sentences_are_translated(texts: list[T]) -> None:
    """A text with a run of English words has a Chinese text that is not that run."""
    untranslated = [text for text in texts if WORDS.search(text.en) and not CHINESE.search(text.zh)]
    assert untranslated == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_text_is_empty_by_accident(texts: list[T], lang: str) -> None:
    """Where one language says something, so does the other."""
    other = {"en": "zh", "zh": "en"}[lang]
    assert [text for text in texts if text[lang] and not text[other]] == []  # type: ignore[index]


@pytest.mark.parametrize("path", [entry.path for entry in bundled()], ids=lambda path: path.stem)
def test_bundled_scenarios_are_written_in_the_same_chinese(path: Path) -> None:
    """The words and the spaces of a scenario's file are those of the program."""
    lines = path.read_text("utf-8").splitlines()
    assert [line for line in lines if UNWANTED.search(line) or UNSPACED.search(line)] == []
    scenario = load(path)
    texts = [text.zh for text in (scenario.title, scenario.description, scenario.source) if text]
    assert [text for text in texts if PARTED.search(text)] == []
