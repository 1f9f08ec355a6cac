"""The names a learner may type in a formula: those of the notation shown, and the contract's; read without executing.

``(O(e) - y)·O(e)(1 - O(e))`` is not the formula language, whose names are plain words. So every known name in the text
is first replaced by a word, the text is parsed, and the words become the letters of their quantities.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from backprop_tutor.errors import did_you_mean
from backprop_tutor.formula.functions import FUNCTIONS
from backprop_tutor.formula.nodes import Formula, Role, substitute
from backprop_tutor.formula.parse import parse
from backprop_tutor.formula.refusal import FormulaError
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.graph import Element
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.names import known_names
from backprop_tutor.practice.exercise.exercise import Exercise
from backprop_tutor.practice.exercise.typed import UnreadableError
from backprop_tutor.text import LANGUAGES, T

WORD = re.compile(r"q(\d+)q")
FACTOR = re.compile(r"(?:\bq\d+q|\))\s*$")
"""A bracket or a name directly after these is a factor, as on the screen and on paper: ``O(e)(1 − O(e))``, ``δ₁ a₂``.
"""

IDENTIFIER = re.compile(r"[^\W\d]\w*(?:\^\w+)?")
SHORTENED = re.compile(r"[^\W\d_]+_\d+")
"""Names that are also typed without the underscore: ``y_1`` as ``y1``."""

MOST_NAMED = 4
UNKNOWN = T(
    "'{name}' is no name here; names are, for instance, {some}{near}", "'{name}' 不是这里的名字；名字例如 {some}{near}"
)

EDGE = re.compile(r"[\w@\[]")
PRINTED = str.maketrans({"−": "-", "–": "-", "·": "*", "×": "*", "⋅": "*", "÷": "/", "（": "(", "）": ")"})
POWERS = {"²": "^2", "³": "^3", "σ(": "sigmoid(", "ln(": "log("}


@frozen
class Names:
    """Every spelling of every letter of an exercise, the longest first."""

    letters: Mapping[str, Formula]

    def read(self, text: str) -> Formula:
        """The formula `text` in the letters of the exercise. Raises UnreadableError for anything that is no formula."""
        words: dict[str, Formula] = {}
        spelt = self._in_words(text.translate(PRINTED), words)
        self._refuse_unknown(spelt)
        try:
            tree = parse(spelt, words)
        except FormulaError as error:
            raise UnreadableError(self._in_names(error.message)) from None
        return substitute(tree, words)

    def _refuse_unknown(self, spelt: str) -> None:
        """Raises UnreadableError for a word that is neither a name nor a function, with a suggestion."""
        for found in IDENTIFIER.finditer(spelt):
            name = found[0]
            base = name.partition("^")[0]
            if not WORD.fullmatch(base) and base not in (*FUNCTIONS, "ln", "e"):
                some = ", ".join(sorted(self.letters, key=lambda known: (len(known), known))[:MOST_NAMED])
                raise UnreadableError(UNKNOWN.format(name=name, near=did_you_mean(name, self.letters), some=some))

    def _in_names(self, message: T) -> T:
        """A message about the rewritten text, as one about the text that was typed."""
        known = sorted(self.letters)
        return T(*(WORD.sub(lambda word: known[int(word[1])], message[lang]) for lang in LANGUAGES))

    def _in_words(self, text: str, words: dict[str, Formula]) -> str:
        """`text` with each known name replaced by a word of its own, collected in `words`, and every product written."""
        out, place = "", 0
        while place < len(text):
            if text[place] == "(" and FACTOR.search(out):
                out += "*"
            name = self._name_at(text, place, out)
            if name:
                if FACTOR.search(out):
                    out += "*"
                word = f"q{sorted(self.letters).index(name)}q"
                words[word] = self.letters[name]
                out, place = f"{out}{word}", place + len(name)
                continue
            written = next((p for p in POWERS if text.startswith(p, place)), text[place])
            out, place = out + POWERS.get(written, written), place + len(written)
        return out

    def _name_at(self, text: str, place: int, before: str) -> str:
        """The longest known name that starts here and is not part of a longer word."""
        if before and EDGE.match(before[-1]):
            return ""
        for name in self.letters:
            end = place + len(name)
            if text.startswith(name, place) and not (end < len(text) and _goes_on(name, text[end])):
                return name
        return ""


def _goes_on(name: str, following: str) -> bool:
    return bool(EDGE.match(following)) if name[-1].isalnum() or name[-1] == "_" else False


def names(exercise: Exercise, without: str) -> Names:
    """The names of an exercise; `without` is the quantity that is asked for.

    Of several examples, a name without one means that of the quantity asked for.
    """
    found: dict[str, Formula] = {}
    example = without.partition("@")[2]
    for name, (element, section) in known_names(exercise.lesson).items():
        letter = _letter(exercise.lesson, element, section)
        if letter is not None and getattr(letter, "key", "") != without and name not in FUNCTIONS:
            found.setdefault(name, letter)
            if example and name.endswith(f"@{example}"):
                found.setdefault(name.rpartition("@")[0], letter)
    for name in [name for name in found if SHORTENED.fullmatch(name)]:
        found.setdefault(name.replace("_", ""), found[name])
    return Names(dict(sorted(found.items(), key=lambda item: -len(item[0]))))


def _letter(lesson: Lesson, element: Element, section: str) -> Formula | None:
    role = lesson.graph.nodes[element.node].role
    if section == "grads":
        return None if role == Role.TARGET else lesson.adjoint_letter(element)
    return lesson.reading.letter(element)
