"""How a corrected line is marked: what has to go, what was missing, and the joints between the pieces."""

from __future__ import annotations

from backprop_tutor.formula.nodes import Mul, Sym
from backprop_tutor.formula.printing.plain import plain
from backprop_tutor.lesson.document import Changed, Math, Text
from backprop_tutor.practice.edits.told import correction

a, b, c, d = map(Sym, "abcd")


def spelt(words: tuple[object, ...]) -> str:
    """Words as text, what is struck in [-…-] and what is inserted in [+…+]."""
    out = ""
    for word in words:
        match word:
            case Changed(words=inner, change=change):
                out += f"[{'-' if change == 'struck' else '+'}{spelt(inner)}]"
            case Math(formula=formula):
                out += plain(formula)
            case Text(text=text):
                out += text
    return out


def test_pieces_at_the_head_of_a_line_begin_without_a_joint() -> None:
    """Where nothing is kept ahead, neither what is struck nor what is inserted begins with a multiplication sign."""
    assert spelt(correction(Mul((d, c)), Mul((a, b, c)))).startswith(("[-d][+a", "[-d] [+a"))


def test_pieces_behind_others_are_joined_to_them() -> None:
    """A factor that is missing behind a kept one brings its sign."""
    marked = spelt(correction(Mul((a, c)), Mul((a, b, c))))
    assert marked.startswith("a[+")
    assert marked.index("[+") < marked.index("b")
