"""Finds the element meant by a name a reader types: a contract name, or the name in the notation shown.

Where a book's error signal is a multiple of the derivative of the reported loss, its name still means the derivative;
`signals` gives the factor between the two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from itertools import chain
from typing import NamedTuple, TypeAlias
from unicodedata import normalize

from backprop_tutor.errors import TutorError, did_you_mean
from backprop_tutor.formula.nodes import Formula, Role
from backprop_tutor.formula.printing.plain import plain
from backprop_tutor.formula.printing.unicode import unicode
from backprop_tutor.graph.graph import Element, Elements
from backprop_tutor.graph.quantity import Quantity, Section, parse
from backprop_tutor.lesson import phrases
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.notation.table import NOTATIONS
from backprop_tutor.text import T
from backprop_tutor.training.optimizers import OPTIMIZERS

_OF = re.compile(r"\((\w+)\)")
_UPPER = re.compile(r"\^[(\[]?(\w+?)[)\]]?(?=_|\b|$)")
_TOGETHER = re.compile(r"(?<=[^\W\d_])(\d)_(\d\d?)(?=@|$)")
_WEIGHT = re.compile(r"(?:(?<=/d)|(?<![^\W\d_]))[Ww](?=[\d_])")
_CONTRACT = re.compile(r"[A-Za-z]\w*\[\d+(?:,\d+)*\](?:@\d+)?", re.ASCII)
Found: TypeAlias = "tuple[Element, Section]"
SAMPLED = (Role.WEIGHT, Role.INPUT, Role.PREACTIVATION, Role.ACTIVATION, Role.NODE, Role.LOSS)
GREEK = {"Θ": "Theta", "δ": "delta", "Δ": "Delta", "α": "alpha", "η": "eta"}  # as one types them


NOT_KEPT = T(
    "the optimizer keeps nothing called '{state}'; names are {known}",
    "优化器没有叫 '{state}' 的状态；可用的名字有 {known}",
)
NOTHING_KEPT = T(
    "{optimizer} keeps nothing from step to step, so there is no state to name",
    "{optimizer} 不在各步之间保留任何量，所以没有状态可写",
)
ALSO_KEPT = {("adam", "v"): "s", ("adamw", "v"): "s"}
"""Other names in some books: Adam's second moment v."""
NOT_MOVED = T("'{name}' is no weight or bias that an update changes", "'{name}' 不是更新会改变的权重或偏置")
_STATE = re.compile(r"(?:step[1-9]\d*\.)?state\.(?P<state>[a-z]+)\.(?P<name>.+)")


class Signal(NamedTuple):
    """An error signal of a book: its element, and its factor against the derivative of the reported loss."""

    element: Element
    factor: Fraction


def element_of(lesson: Lesson, name: str) -> tuple[Element, Section]:
    """The element `name` means, and the section it was requested in.

    Raises TutorError, with the nearest name, where there is none.
    """
    direct = found_by_number(lesson, name) if is_large(lesson) else None
    if direct is not None:
        return direct
    names = known_names(lesson)
    found = names.get(_squeezed(name))
    if found is None:
        quantity = parse(name)
        found = names.get(_squeezed(str(quantity.within("values")))) if quantity else None
        if found is not None and quantity is not None:
            found = found[0], quantity.section
    if found is None and (signal := signals(lesson).get(_squeezed(name))):
        found = signal.element, "grads"
    if found is None:
        near = nearest_name(lesson, name)
        raise TutorError(phrases.NOT_FOUND.format(name=name, samples=samples(lesson), near=near))
    return found


def nearest_name(lesson: Lesson, name: str) -> T:
    """``; did you mean 'dL/dW_ca'?`` for dW_ca: a derivative without its ``dL/``, what other books call so, or the nearest."""
    asked, known = _squeezed(name), {**shown_names(lesson), **signals(lesson)}
    if (short := f"dL/{asked}") in known:
        return did_you_mean(short, [short])
    books = (each for each in NOTATIONS.values() if lesson.graph.layers and each.fits(lesson.graph))
    for other in (replace(lesson, notation=book) for book in books if not is_large(lesson)):
        names: dict[str, Found] = {**known_names(other)}
        for signal_name, signal in signals(other).items():
            names.setdefault(signal_name, (signal.element, "grads"))
        if found := names.get(asked) or names.get(f"{asked}@1"):
            element, section = found
            letter = lesson.reading.letter(element) if section == "values" else lesson.adjoint_letter(element)
            called = in_a_row(_squeezed(plain(letter)))
            return did_you_mean(called, [called])
    return did_you_mean(name, known)


def state_of(lesson: Lesson, name: str) -> tuple[Element, str] | None:
    """The parameter in ``state.m.W1[1,1]``, and the name of its state; None for any other name.

    Raises TutorError where the optimizer has no such state, or none of this parameter.
    """
    found = _STATE.fullmatch(_squeezed(name))
    if found is None:
        return None
    kept, (element, _) = kept_name(lesson, found["state"]), element_of(lesson, found["name"])
    if lesson.graph.nodes[element.node].name not in lesson.step.lines:
        raise TutorError(NOT_MOVED.format(name=found["name"]))
    return element, kept


def kept_name(lesson: Lesson, state: str) -> str:
    """The optimizer's state with the name `state`. Raises TutorError where it has none."""
    optimizer = OPTIMIZERS[lesson.scenario.training.optimizer]
    kept = ALSO_KEPT.get((optimizer.name, state), state)
    if kept in optimizer.state:
        return kept
    known = ", ".join(f"state.{each}" for each in optimizer.state)
    raise TutorError(
        NOT_KEPT.format(state=state, known=known) if known else NOTHING_KEPT.format(optimizer=optimizer.name)
    )


_NUMBER = re.compile(r"\d+")
FEW = 200
"""The elements of an array in a large step up to which every name of each is written down."""
LARGE = 2000
"""The size of a trace from which it takes long to write down every name of each number."""


def is_large(lesson: Lesson) -> bool:
    """Whether a step has so many numbers that not all their names are written down to find one."""
    return size(lesson) > LARGE


def size(lesson: Lesson) -> int:
    """How many numbers the forward pass of a step has."""
    return sum(value.size for value in lesson.step.trace.values)


def by_contract(lesson: Lesson, name: str) -> Found | None:
    """The element of a full name of the contract, such as ``grads.W1[2,1]``, found without listing all names."""
    quantity, reading = parse(_squeezed(name)), lesson.reading
    if quantity is None or not quantity.indices or not lesson.graph.positions(quantity.name):
        return None
    i, indices = lesson.graph.located(quantity.name, quantity.indices)
    example = None if lesson.graph.nodes[i].shared else (quantity.example or 1) - 1
    element = Element(i, tuple(n - 1 for n in indices), example)
    place, shape = element.place, lesson.step.trace.values[i].shape
    inside = len(indices) == lesson.graph.nodes[i].axes and all(
        0 <= n < size for n, size in zip(place, shape, strict=True)
    )
    is_meant = inside and reading.exists(element) and reading.quantity(element).short == quantity.short
    return (element, quantity.section) if is_meant else None


def found_by_number(lesson: Lesson, name: str) -> Found | None:
    """The element of any name with its indices in it, found without listing all names: ``grads.W[2,1]``, ``∂L/∂W₂₁``."""
    direct = by_contract(lesson, name)
    if direct is not None:
        return direct
    typed, numbers = _squeezed(name), [*map(int, _NUMBER.findall(normalize("NFKC", name))), 1]
    for node in _named(lesson):
        elements = lesson.formulas.elements(node) if lesson.graph.shapes is not None else None
        if elements is not None and len(elements) > FEW:
            for element in _with_numbers(elements, numbers):
                names = dict(_of_element(lesson, element))
                if found := names.get(typed) or _as_typed(names).get(typed):
                    return found
    return None


def _with_numbers(elements: Elements, numbers: Sequence[int]) -> Iterator[Element]:
    """The elements whose indices and example follow one another in a name, or are the digits of a number in it."""
    runs = [*(numbers[i:] for i in range(len(numbers))), *([*map(int, str(n)), *numbers[-2:]] for n in numbers)]
    rank = len(elements.own)
    for run in runs:
        example = run[rank] - 1 if elements.examples is not None and len(run) > rank else None
        for e in (example, 0) if example else (example,):
            element = Element(elements.node, tuple(n - 1 for n in run[:rank]), e)
            if element in elements:
                yield element


@lru_cache(maxsize=8)
def known_names(lesson: Lesson) -> Mapping[str, Found]:
    """Every name of a number of this step, without blanks: as shown, and as one types it in plain ASCII."""
    names = shown_names(lesson)
    return {**_as_typed(names), **names}


@lru_cache(maxsize=8)
def shown_names(lesson: Lesson) -> Mapping[str, Found]:
    """Every name of a number of this step, without blanks: contract names and those of the notation shown.

    Where the author named the units, so are names by unit, unless the notation shown gives them another meaning; the
    same is true of ``O_c`` in place of ``O(c)``.
    """
    by_unit = NOTATIONS["nodes"]
    own = dict(_own_names(lesson))
    named = bool(lesson.graph.layers) and by_unit.fits(lesson.graph) and lesson.notation.name != by_unit.name
    others = _names(replace(lesson, notation=by_unit)) if named else iter(())
    return {_squeezed(name): found for name, found in chain(others, _names(lesson))} | own


def _as_typed(names: Mapping[str, Found]) -> dict[str, Found]:
    """The same names in plain ASCII, without the marks of a raised index; the more literal spelling has precedence."""
    typed: dict[str, Found] = {}
    for spell in (in_a_row, _lowered_mark, _run_together, _other_case):
        for name, found in {**typed, **names}.items():
            typed.setdefault(spell(name), found)
    return typed


def forms(letter: Formula) -> tuple[str, ...]:
    """Every way to type one letter: as shown, in plain ASCII, without the marks of its indices."""
    found = dict.fromkeys(map(_squeezed, _spellings(letter)))
    for spell in (in_a_row, _lowered_mark, _run_together, _other_case):
        found |= dict.fromkeys(map(spell, found))
    return tuple(found)


def _lowered_mark(name: str) -> str:
    """``W^(1)_21`` and ``W^[1]_21`` as ``W1_21``, ``δ^2`` as ``δ2``."""
    return _UPPER.sub(r"\1", name)


def _run_together(name: str) -> str:
    """``W1_21`` as ``W121``, where no index has two digits."""
    return _TOGETHER.sub(r"\1\2", name)


def _other_case(name: str) -> str:
    """``w1_21`` for ``W1_21`` and the other way round, alone or in a derivative."""
    return _WEIGHT.sub(lambda found: found[0].swapcase(), name)


def in_a_row(name: str) -> str:
    """``O(c)`` as ``O_c``."""
    return _OF.sub(r"_\1", name)


def with_letters(lesson: Lesson, text: str) -> str:
    """A text with the contract's names of elements in the letters of the lesson: ``b1[1]`` as ``b_k``."""

    def letter(name: re.Match[str]) -> str:
        found = by_contract(lesson, name[0])
        return unicode(lesson.reading.letter(found[0])) if found and found[1] == "values" else name[0]

    return _CONTRACT.sub(letter, text)


def signals(lesson: Lesson) -> dict[str, Signal]:
    """The names of error signals that are a multiple of the derivative: δ = −∂E/∂net, dz of one example of several."""
    names = {_squeezed(name): found for name, found in _signals(lesson)}
    for spell in (in_a_row, _lowered_mark, _run_together):
        names = {spell(name): found for name, found in names.items()} | names
    return names


def factor_of(lesson: Lesson, name: str) -> Fraction:
    """The factor of the number called `name` against the one of the contract."""
    signal = signals(lesson).get(_squeezed(name))
    return signal.factor if signal else Fraction(1)


def _signals(lesson: Lesson) -> Iterator[tuple[str, Signal]]:
    for node in _named(lesson):
        first = next(lesson.reading.each_element(node), None) if lesson.graph.layers else None
        factor = lesson.letters.factor(lesson.reading.quantity(first)) if first else 1
        for element in lesson.reading.elements(node) if factor != 1 else ():
            for written in _spellings(lesson.signal_letter(element)):
                yield written, Signal(element, Fraction(factor))


def _names(lesson: Lesson) -> Iterator[tuple[str, Found]]:
    """Every name, but those of the elements of large arrays, which `found_by_number` reads."""
    reading = lesson.reading
    for node in _named(lesson):
        yield from _of_the_only_one(lesson, node)
    for node in _named(lesson):
        if lesson.graph.shapes is None or reading.count(node) <= FEW or not is_large(lesson):
            for element in reading.elements(node):
                yield from _of_element(lesson, element)


def _of_element(lesson: Lesson, element: Element) -> Iterator[tuple[str, Found]]:
    """Every name of one number, as the contract and the notation write it."""
    quantity, letter = lesson.reading.quantity(element), lesson.reading.letter(element)
    yield str(quantity), (element, "values")
    yield quantity.short, (element, "values")
    yield str(quantity.within("grads")), (element, "grads")
    yield f"dL/d{quantity.short}", (element, "grads")
    for written in _spellings(letter):
        yield _squeezed(written), (element, "values")
    if lesson.graph.nodes[element.node].role != Role.TARGET:
        for written in _spellings(lesson.adjoint_letter(element)):
            yield _squeezed(written), (element, "grads")


def _own_names(lesson: Lesson) -> Iterator[tuple[str, Found]]:
    """The author's own names of parameters as written in the file, and the contract's names of each place they have."""
    for quantity, name in lesson.graph.names.items():
        known = parse(quantity)
        assert known is not None, "the names of a graph are those of elements"
        node = lesson.graph.index[known.name]
        element = lesson.graph.own(Element(node, tuple(i - 1 for i in known.indices)))
        for written in (name, quantity):
            yield written, (element, "values")
            yield f"values.{written}", (element, "values")
            for derivative in (f"grads.{written}", f"dL/d{written}", f"∂L/∂{written}"):
                yield derivative, (element, "grads")


def _named(lesson: Lesson) -> tuple[int, ...]:
    """The positions of the nodes that have a name of their own: all except the inner steps of formulas."""
    return tuple(i for i, node in enumerate(lesson.graph.nodes) if not node.inner)


def _of_the_only_one(lesson: Lesson, node: int) -> Iterator[tuple[str, Found]]:
    """The name of an array of one number as that of the number: ``a2`` for ``a2[1]``, ``δ²`` for ``δ²₁``."""
    name = lesson.graph.nodes[node].name
    if lesson.reading.count(node) == 1:
        elements = lesson.reading.elements(node)
        yield name, (elements[0], "values")
        yield f"values.{name}", (elements[0], "values")
        yield f"grads.{name}", (elements[0], "grads")
        yield f"dL/d{name}", (elements[0], "grads")
        layered = lesson.graph.nodes[node].layer
        whole = lesson.letters.value(Quantity(name)) if layered else None
        if whole is not None and (whole.sub or whole.sup):
            for written in _spellings(lesson.letters.adjoint(Quantity(name))):
                yield written, (elements[0], "grads")


def _spellings(formula: Formula) -> Iterator[str]:
    """A letter as shown, with ``d`` for ``∂``, in plain letters, and with Greek letters spelled out."""
    shown, typed = unicode(formula), plain(formula)
    yield shown
    yield shown.replace("∂", "d")
    yield typed
    yield without_greek(typed)


def without_greek(name: str) -> str:
    """`name` with Greek letters spelled out."""
    return "".join(GREEK.get(character, character) for character in name)


def typeable(letter: Formula) -> str:
    """A letter as it is most easily typed: ``O_c``, ``W_ec``, ``dL/dh_e``, ``w2_11``, ``delta3_1``."""
    return in_a_row(_lowered_mark(without_greek(plain(letter))))


def samples(lesson: Lesson) -> str:
    """A name of each kind of quantity, as the notation writes it, and one of the contract's."""
    nodes = lesson.graph.nodes
    named = ([i for i in lesson.nodes(role) if not nodes[i].inner] for role in SAMPLED)
    firsts = [next(lesson.reading.each_element(found[0])) for found in named if found]
    letters = [lesson.reading.letter(element) for element in firsts]
    written = [unicode(letter) for letter in (*letters, lesson.adjoint_letter(firsts[0]))]
    return ", ".join(dict.fromkeys((*written, lesson.reading.quantity(firsts[0]).short)))


def _squeezed(name: str) -> str:
    return "".join(name.split())
