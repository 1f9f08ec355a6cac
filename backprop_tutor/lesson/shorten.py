"""Shortens a lesson to normal detail: each kind of line once in full, the others in short.

A kind is what the lines of one array have in common: the z of a layer, the gradients of its weights. The error signals of
the layer that the loss reaches first are of one kind, those of the layers below, which come from the layer above, of another.
It works on the document, so that every view is shortened alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from typing import assert_never

from backprop_tutor.formula.nodes import Sym
from backprop_tutor.formula.printing.unicode import unicode
from backprop_tutor.lesson import phrases
from backprop_tutor.lesson.document import (
    Block,
    Drawing,
    Equation,
    Flow,
    Link,
    Paragraph,
    Row,
    Rows,
    Section,
    Sign,
    Table,
    Text,
    Words,
)
from backprop_tutor.lesson.inline import has_letters, say, sign
from backprop_tutor.text import Lang, T

MOST_ITEMS, MOST_LINES, MOST_EXAMPLES, MOST_ROWS, MOST_WORDS = 16, 16, 2, 16, 8
"""The maximum number of results in sequence, short lines, examples, rows of a table and words of a remark that are
shown.
"""
LONGEST, SHORT, LONG = 48, 38, 200
"""The maximum number of characters of figures in a short line, in lines side by side, and in a sum over many examples.
"""
MOST_LABELLED = 6
"""The maximum number of labelled lines of a derivation, such as the paths back through each unit above."""

MORE_EXAMPLES = T("… and the same for {count} more examples", "…… 其余 {count} 个样本与此相同")

_PLAIN_COLUMNS = 5  # parameter, old, gradient, change, new
_INDEX = re.compile(r"\[.*|@.*")
_OF_ANY_LAYER = re.compile(r"\bz(\d+)$")  # a weighted sum is of one kind, whatever its layer
_EXAMPLE_MARK = re.compile(r"@(?:[3-9]|\d\d)")
_EXAMPLE = re.compile(r"example(\d+)")


class Shortener:
    """Records what has been shown in full, step after step; in a later example only results are left."""

    def __init__(self, lang: Lang) -> None:
        self.lang = lang
        self.seen: set[str] = set()
        self.first: dict[str, str] = {}
        self.results_alone = False
        self.sums_shown = False
        self.said: set[Paragraph] = set()

    def blocks(self, blocks: Iterable[Block]) -> tuple[Block, ...]:
        """These blocks, each kind of line once in full."""
        kept = [inner for block in _without_examples(tuple(blocks), self.lang) for inner in self._kept(block)]
        return tuple(_gathered(_capped(kept, self.lang)))

    def _kept(self, block: Block) -> Iterator[Block]:
        match block:
            case Section(key="given"):
                yield few_given(block, self.lang)
            case Section(key="results"):
                yield block
            case Section(key="update"):
                yield _rule_alone(block)
            case Section(key="after"):
                pass
            case Section(key=key) if "." in key and not self._is_new(key):
                yield from self._summary(block)
            case Section():
                yield from self._section(block)
            case Equation(keys=(key, *_)):
                yield self._line(block, key)
            case Rows(rows=rows):
                yield Rows(tuple(row for each in _few_labelled(rows) for row in self._row(each)))
            case Flow():
                yield _few_items(block, self.lang)
            case Drawing():
                pass
            case Paragraph(tone="plain" | "muted") if block in self.said:
                pass
            case Paragraph():
                self.said.add(block)
                yield block
            case Table():
                yield _few_rows(block)
            case _:
                yield block

    def _section(self, section: Section) -> Iterator[Section]:
        before, example = self.results_alone, _EXAMPLE.fullmatch(section.key)
        self.results_alone = before or (example is not None and example[1] != "1")
        inside = self.blocks(section.blocks)
        self.results_alone = before
        if inside:
            yield replace(section, blocks=inside)

    def _line(self, equation: Equation, key: str) -> Equation:
        again = (
            self.sums_shown and key.startswith("grads.") and any(len(unicode(e.right)) > LONG for e in equation.links)
        )
        if self._is_new(f"line {key}") and not self.results_alone and not again:
            return equation if len(equation.remark) <= MOST_WORDS else replace(equation, remark=())
        return _result(equation) if self.results_alone else _short(equation)

    def _is_new(self, key: str) -> bool:
        kind = _INDEX.sub("", key)
        if "[" in key and (layer := _OF_ANY_LAYER.search(kind)):
            kind = kind[: layer.start(1)]
            if kind.endswith("grads.z") and self.first.setdefault(kind, layer[1]) != layer[1]:
                kind += " below"
        new = kind not in self.seen
        self.seen.add(kind)
        return new

    def _row(self, row: Row) -> Iterator[Row]:
        """A labelled line; formulas that were shown in the forward pass and shared factors are shortened."""
        if row.label == say(phrases.FUNCTIONS, self.lang):
            return
        if row.label == say(phrases.UPDATE_ROW, self.lang) and not self._is_new("update"):
            return
        kept = [block for block in row.blocks if isinstance(block, Equation) and block.keys]
        if row.label == say(phrases.KEPT, self.lang) and kept:
            yield replace(row, blocks=self._signals(kept, [b for b in row.blocks if b not in kept]))
        else:
            yield row

    def _signals(self, signals: list[Equation], others: list[Block]) -> tuple[Block, ...]:
        """For one example only the figures, since the chain rule above has the letters; for several the first in full."""
        first, *later = signals
        if not later:
            return (_short(first),)
        self.sums_shown = True
        return (first, *_capped(map(_short, later), self.lang), *others)

    def _summary(self, section: Section) -> Iterator[Block]:
        """Of a derivation like one before: its results with their figures, a line each."""
        found = (e for e in _equations(section.blocks) if e.keys and e.keys[0].startswith(("grads.", "signals.")))
        yield from map(_short, sorted(found, key=lambda equation: section.key in equation.keys))


def few_given(section: Section, lang: Lang) -> Section:
    """The given numbers, a few of each kind where they are many; the picture stays."""
    flows = [block for block in section.blocks if isinstance(block, Flow)]
    dropped = set(map(id, flows[MOST_EXAMPLES:-MOST_EXAMPLES])) if len(flows) > MOST_LINES else set()
    blocks = (block for block in section.blocks if id(block) not in dropped)
    return replace(section, blocks=tuple(_few_items(b, lang) if isinstance(b, Flow) else b for b in blocks))


def _few_items(flow: Flow, lang: Lang) -> Flow:
    return replace(flow, items=_few(flow.items, MOST_ITEMS, lang))


def _rule_alone(section: Section) -> Section:
    """The rule of the update without the table of results, unless that shows an optimizer's state."""
    tables = [block for block in section.blocks if isinstance(block, Table)]
    if any(len(table.header) > _PLAIN_COLUMNS for table in tables):
        return replace(section, blocks=tuple(_few_rows(b) if isinstance(b, Table) else b for b in section.blocks))
    return replace(section, blocks=tuple(block for block in section.blocks if not isinstance(block, Table)))


def _equations(blocks: Iterable[Block]) -> Iterator[Equation]:
    for block in blocks:
        match block:
            case Equation():
                yield block
            case Rows():
                yield from _equations(inner for row in block.rows for inner in row.blocks)
            case Section():
                yield from _equations(block.blocks)
            case Paragraph() | Flow() | Table() | Drawing():
                continue
            case _:
                assert_never(block)


def _short(equation: Equation) -> Equation:
    """The first figures that fit in a short line, and their value; for a long sum its value alone."""
    last = equation.links[-1] if equation.links else None
    if last is None or last.sign in ("→", "←"):
        return equation
    members = [link for link in equation.links[:-1] if len(unicode(link.right)) <= LONGEST]
    figures = next((link for link in members if not has_letters(link.right)), None)
    if figures is None:
        alone = Link(sign(equation.left, last.right), last.right)
        return (
            equation if len(members) == 1 == len(equation.links) - 1 else replace(equation, links=(alone,), remark=())
        )
    before = equation.links[: equation.links.index(figures) + 1]
    mark: Sign = "≈" if any(link.sign == "≈" for link in before) else "="
    end: Sign = "≈" if sign(figures.right, last.right) == "≈" else last.sign
    return replace(equation, links=(Link(mark, figures.right), Link(end, last.right)), remark=())


def _result(equation: Equation) -> Equation:
    """The value alone."""
    last = equation.links[-1]
    return replace(equation, links=(Link(sign(equation.left, last.right), last.right),), remark=())


def _gathered(blocks: Iterable[Block]) -> Iterator[Block]:
    """Separate results joined in sequence, like words."""
    waiting: list[Equation | Words] = []
    for block in blocks:
        if isinstance(block, Equation) and block.keys and not block.remark and _is_short(block):
            waiting.append(block)
            continue
        if waiting:
            yield Flow(tuple(waiting)) if len(waiting) > 1 else waiting[0]  # type: ignore[misc]
        waiting = []
        yield block
    if waiting:
        yield Flow(tuple(waiting)) if len(waiting) > 1 else waiting[0]  # type: ignore[misc]


def _has_figures_alone(block: Block) -> bool:
    """Whether a block is a shortened line, or one that is always as short: δ for the gradient of a bias."""
    if not isinstance(block, Equation) or not block.keys:
        return False
    first, *_ = block.links
    return not has_letters(first.right) or isinstance(first.right, Sym)


def _is_short(equation: Equation) -> bool:
    """Whether it has figures alone and two of them fit side by side into 80 columns."""
    if any(has_letters(link.right) for link in equation.links):
        return False
    return sum(len(unicode(link.right)) + 3 for link in equation.links) + len(unicode(equation.left)) <= SHORT


def _capped(blocks: Iterable[Block], lang: Lang) -> Iterator[Block]:
    """At most so many lines side by side, of few examples; the number of omitted ones is shown."""
    for of_lines, group in groupby(blocks, key=_has_figures_alone):
        found = list(group)
        if not of_lines or len(found) <= MOST_LINES:
            yield from found
            continue
        shown = [block for block in found if not _EXAMPLE_MARK.search(str(block.keys))][:MOST_LINES]  # type: ignore[union-attr]
        yield from shown
        yield Paragraph(say(phrases.MORE, lang, count=len(found) - len(shown)), "muted")


def _few(items: tuple[Equation | Words, ...], most: int, lang: Lang) -> tuple[Equation | Words, ...]:
    if len(items) <= most or items[-1] == _more(items, most, lang):
        return items
    return (*items[: most // 2], _more(items, most, lang))


def _more(items: tuple[Equation | Words, ...], most: int, lang: Lang) -> Words:
    return say(phrases.MORE, lang, count=len(items) - most // 2)


def _few_labelled(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """Of many labelled lines the first and the last, with a line of dots between them."""
    if len(rows) <= MOST_LABELLED:
        return rows
    return (*rows[:MOST_EXAMPLES], Row((Text("⋮"),), (Paragraph((Text("⋮"),), "muted"),)), rows[-1])


def _few_rows(table: Table) -> Table:
    if len(table.rows) <= MOST_ROWS:
        return table
    gap: tuple[Words, ...] = tuple((Text("⋯"),) if column == 0 else () for column in range(len(table.header)))
    return replace(table, rows=(*table.rows[: MOST_ROWS // 2], gap))


def _without_examples(blocks: tuple[Block, ...], lang: Lang) -> tuple[Block, ...]:
    """Sections of single examples: the first ones, and the number of the others."""
    numbers = [int(found[1]) for b in blocks if isinstance(b, Section) and (found := _EXAMPLE.fullmatch(b.key))]
    if len(numbers) <= 2 * MOST_EXAMPLES:
        return blocks
    later = {f"example{number}" for number in numbers[MOST_EXAMPLES:]}
    kept = [b for b in blocks if not (isinstance(b, Section) and b.key in later)]
    place = next(i for i, b in enumerate(kept) if isinstance(b, Section) and b.key == f"example{MOST_EXAMPLES}")
    said = Paragraph(say(MORE_EXAMPLES, lang, count=len(later)), "muted")
    return (*kept[: place + 1], said, *kept[place + 1 :])
