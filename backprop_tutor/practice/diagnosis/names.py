"""The names that the numbers of a step may have: by the contract, by the notation shown, and with a mark for new
values.

A name such as ``W_ca_new``, ``new W_ca``, ``W_ca'``, or just ``W_ca``, may mean the old weight or the new one. By the
contract a bare name means the value before the update. But a learner does not submit a number that is given: where that
does not fit, the new one is assumed, and the feedback says so. Other programs get the contract's reading.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import get_args

from backprop_tutor.errors import TutorError, closest, did_you_mean, visible
from backprop_tutor.formula.printing.unicode import unicode
from backprop_tutor.graph.graph import Element
from backprop_tutor.graph.quantity import Section
from backprop_tutor.lesson import phrases
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.names import (
    Signal,
    found_by_number,
    is_large,
    kept_name,
    known_names,
    nearest_name,
    samples,
    signals,
)
from backprop_tutor.practice.diagnosis.agreement import agrees, divided
from backprop_tutor.practice.diagnosis.submitted_value import SubmittedValue
from backprop_tutor.text import T
from backprop_tutor.training.address import Address, numbers
from backprop_tutor.training.train_state import trainable

AHEAD = re.compile(r"(?:new|neu|更新后的?|新的?)[._]?(?P<name>.+)", re.IGNORECASE)
BEHIND = re.compile(r"(?P<name>.+?)[_^.]?\(?(?:new|neu|更新后|新)\)?", re.IGNORECASE)
PRIMED = re.compile(r"(?P<name>.+?)\^?['′’+⁺]")
"""A mark after a name; only of a parameter, since a prime after a function is its derivative."""


def unmarked(name: str) -> tuple[str, bool] | None:
    """``W_ca_new`` as ``W_ca``, and whether only a mark said that it is new; None where the name does not say so."""
    found = AHEAD.fullmatch(name) or BEHIND.fullmatch(name)
    primed = PRIMED.fullmatch(name)
    return (found["name"], False) if found else (primed["name"], True) if primed else None


def read_as_new(lessons: Sequence[Lesson], claims: Iterable[SubmittedValue]) -> tuple[SubmittedValue, ...]:
    """The submitted values, those under a parameter's bare name as its new value where the old one does not fit.

    In a later step the old value had to be computed, too: there the new one has to fit.
    """
    found = tuple(claims)
    taken = {claim.seat for claim in found}
    return tuple(_read(lessons[claim.seat.step], claim, taken) for claim in found)


def read_as_of_one_example(lessons: Sequence[Lesson], claims: Iterable[SubmittedValue]) -> tuple[SubmittedValue, ...]:
    """The submitted values, every δ as one of its own example's loss where all of them are m times those of the mean of
    m, and most of what follows from them is right.

    Most courses write δ so, and take the mean with the gradients; that is no mistake.
    """
    found = tuple(claims)
    signals = [c for c in found if c.seat.section == "grads" and c.quantity.example is not None and c.factor == 1]
    later = [c for c in found if c not in signals and c.seat.section != "values"]
    examples = lessons[0].reading.examples
    if examples == 1 or not signals:
        return found
    right = numbers([lesson.step for lesson in lessons], [claim.seat for claim in (*signals, *later)])[0].tolist()
    own = list(zip(signals, right, strict=False))
    is_so = all(claim.agrees(examples * value) for claim, value in own)
    agreeing = sum(claim.agrees(value) for claim, value in zip(later, right[len(signals) :], strict=True))
    if not is_so or 2 * agreeing < len(later) or all(claim.agrees(value) for claim, value in own):
        return found
    return tuple(
        replace(c, typed=divided(c.typed, examples), factor=float(examples), of_one_example=True) if c in signals else c
        for c in found
    )


def _read(lesson: Lesson, claim: SubmittedValue, taken: set[Address]) -> SubmittedValue:
    seat = claim.seat._replace(section="updated")
    name = lesson.graph.nodes[seat.element.node].name
    if not claim.is_bare or seat in taken or name not in trainable(lesson.scenario):
        return claim
    before, new = _values(lesson, claim.seat, seat)
    if agrees(claim.typed, before) or not (lesson.step.number == 1 or agrees(claim.typed, new)):
        return claim
    return replace(claim, seat=seat, quantity=claim.quantity.within("updated"), instead_of=before)


def _values(lesson: Lesson, *seats: Address) -> Iterator[float]:
    yield from numbers([lesson.step], [seat._replace(step=0) for seat in seats])[0].tolist()


SEVERAL = T(
    "'{name}' holds {count} numbers; name one of them, such as '{first}'",
    "'{name}' 有 {count} 个数；请指明其中一个，如 '{first}'",
)
NOT_UPDATED = T("'{name}' is no weight or bias, so no update changes it", "'{name}' 不是权重或偏置，更新不会改变它")

PLACE = re.compile(r"(?P<array>[^\[\]@]+)(?:\[(?P<place>\d+(?:,\d+)*)\])?", re.ASCII)
GRADIENT = re.compile(r"^(?:[d∂](?:L|E|C|J|loss)/)?[d∂](?=\w)|^grad_|\.grad$")
"""The marks of an array of gradients in its name."""


class Names:
    """The names that the numbers of a step may have."""

    def __init__(self, lesson: Lesson) -> None:
        self.lesson = lesson

    def find(self, name: str, section: str | None) -> tuple[Element, Section]:
        """The element `name` means, and in which section. Raises TutorError, with the nearest name, where there is none."""
        known = self._at_once(name, section) or self._numbers.get(name) or self._numbers.get(f"{section}.{name}")
        known = known or self._in_array(name)
        element, own = known or self._new(name, section) or (self._only(name), "values")
        asked: Section = section or own  # type: ignore[assignment]
        if asked == "updated" and not self._is_parameter(element):
            raise TutorError(NOT_UPDATED.format(name=visible(name)))
        return element, asked

    def _at_once(self, name: str, section: str | None) -> tuple[Element, Section] | None:
        """The element of a name of the contract, or at a place in a list, where there are too many names to list them."""
        if not is_large(self.lesson):
            return None
        return found_by_number(self.lesson, f"{section}.{name}" if section else name) or self._in_array(name)

    def _in_array(self, name: str) -> tuple[Element, Section] | None:
        """The element at a place in a list, as `run` writes arrays, and in an array of gradients: ``z1[2,1]``,
        ``dW1[1,2]``.
        """
        found = PLACE.fullmatch(name)
        if found is None:
            return None
        array, place = found["array"], tuple(int(n) for n in (found["place"] or "").split(",") if n)
        for called, section in ((array, "values"), (GRADIENT.sub("", array), "grads")):
            is_meant = called in self._arrays and (called != array or section == "values")
            element = self._placed(self._arrays[called], place) if is_meant else None
            if element is not None:
                return element, section  # type: ignore[return-value]
        return None

    def _placed(self, node: int, place: tuple[int, ...]) -> Element | None:
        """The element of an array at a place in lists: on every axis; without examples where there is one; examples
        alone, of a single number; without a place where there is only one.
        """
        graph, shape = self.lesson.graph, self.lesson.step.trace.values[node].shape
        if not place:
            return self._first(node) if self._count(node) == 1 else None
        without_last = (*place, 1) if shape[-1] == 1 else ()
        last = (*(1,) * (len(shape) - 1), *place) if all(size == 1 for size in shape[:-1]) else ()
        for axes in (place, without_last, last):
            if len(axes) == len(shape) and all(1 <= i <= size for i, size in zip(axes, shape, strict=True)):
                element = graph.element(node, tuple(i - 1 for i in axes))
                if graph.exists(element):
                    return element
        return None

    def _count(self, node: int) -> int:
        return self.lesson.reading.count(node)

    def _first(self, node: int) -> Element:
        return next(self.lesson.reading.each_element(node))

    def _new(self, name: str, section: str | None) -> tuple[Element, Section] | None:
        """The element of a name that says itself that the new value is meant: ``W_ca_new``, ``newloss``."""
        plain, by_a_sign = unmarked(name) or ("", False)
        is_number = plain in self._numbers or (plain in self._arrays and self._count(self._arrays[plain]) == 1)
        if section or name in self._arrays or not is_number:
            return None
        element, own = self.find(plain, None)
        if own != "values" or (by_a_sign and not self._is_parameter(element)):
            return None
        return element, "updated" if self._is_parameter(element) else "after"

    def of_state(self, name: str, state: str) -> tuple[Element, str]:
        """The parameter `name` means, and the optimizer's state of it with the name `state`.

        Raises TutorError where the optimizer has no state, none of that name, or none of such a parameter.
        """
        kept = kept_name(self.lesson, state)
        element, _ = self.find(name, "values")
        if self.lesson.graph.nodes[element.node].name not in trainable(self.lesson.scenario):
            raise TutorError(NOT_UPDATED.format(name=visible(name)))
        return element, kept

    def _is_parameter(self, element: Element) -> bool:
        return self.lesson.graph.nodes[element.node].name in self.lesson.graph.parameters

    def factor(self, name: str) -> Fraction:
        """The factor of the number called `name` against the element it means."""
        return self._signals[name].factor if name in self._signals else Fraction(1)

    def _only(self, name: str) -> Element:
        """The only element of an array."""
        if name not in self._arrays:
            raise self.unknown(name)
        first, count = self._first(self._arrays[name]), self._count(self._arrays[name])
        if count > 1:
            shown = self.lesson.reading.quantity(first).short
            raise TutorError(SEVERAL.format(name=visible(name), count=count, first=shown))
        return first

    def unknown(self, name: str) -> TutorError:
        """The error for an unknown name, with examples of names and the nearest one."""
        in_section = self._in_section(name)
        near = did_you_mean(name, in_section) if in_section else nearest_name(self.lesson, name)
        return TutorError(phrases.NOT_FOUND.format(name=visible(name), samples=self._samples, near=near))

    def _in_section(self, name: str) -> tuple[str, ...]:
        """The name with the nearest section before it, where only the section is misspelt: after.loss for aftr.loss."""
        misspelt, _, plain = name.partition(".")
        is_known = plain in self._numbers or plain in self._arrays
        return tuple(f"{section}.{plain}" for section in closest(misspelt, get_args(Section)) if is_known)

    @property
    def _samples(self) -> str:
        """A name of each kind, including new values where there is an update."""
        graph, letter = self.lesson.graph, self.lesson.reading.letter
        firsts = [self._first(graph.index[name]) for name in graph.parameters[:1]]
        after = [name for e in firsts for name in (f"updated.{unicode(letter(e))}", "after.loss")]
        return ", ".join((samples(self.lesson), *after))

    @cached_property
    def _numbers(self) -> Mapping[str, tuple[Element, Section]]:
        return dict(self._spelled())

    def _spelled(self) -> Iterator[tuple[str, tuple[Element, Section]]]:
        yield from known_names(self.lesson).items()
        for name, signal in self._signals.items():
            yield name, (signal.element, "grads")

    @cached_property
    def _signals(self) -> Mapping[str, Signal]:
        return signals(self.lesson)

    @cached_property
    def _arrays(self) -> Mapping[str, int]:
        return {node.name: i for i, node in enumerate(self.lesson.graph.nodes)}


@lru_cache(maxsize=8)
def names_of(lesson: Lesson) -> Names:
    """The names of a step, written down once for all answers about it."""
    return Names(lesson)
