"""Addresses of numbers in recorded steps, so that they can be read again under many interventions."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from typing import NamedTuple

from backprop_tutor.formula.nodes import Role
from backprop_tutor.graph.array import Array, at, np
from backprop_tutor.graph.graph import Element
from backprop_tutor.graph.quantity import Section
from backprop_tutor.graph.symbolic_trace import SymbolicTrace
from backprop_tutor.training.train_step import Step

ORDER: tuple[Section, ...] = ("values", "grads", "state", "updated", "after")
"""The order in which the sections of a step are computed."""


class Address(NamedTuple):
    """One number of recorded steps: the step (from 0), the section, the element, and the name of an optimizer's state."""

    step: int
    section: Section
    element: Element
    state: str = ""

    @property
    def order(self) -> tuple[int, ...]:
        """Its order in the computation: gradients are computed from the last node to the first."""
        node = self.element.node
        return (self.step, ORDER.index(self.section), -node if self.section == "grads" else node, *self.element.place)


def numbers(steps: Sequence[Step], addresses: Sequence[Address], rows: int = 1) -> Array:
    """The numbers at some addresses, (interventions, addresses), of steps under so many interventions side by side.

    nan where an intervention has no such number.
    """
    found = np.empty((rows, len(addresses)))
    for i, address in enumerate(addresses):
        array = array_at(steps[address.step], address)
        place = address.element.place
        there = all(n < size for n, size in zip(place, array.shape[-len(place) :], strict=True))
        found[:, i] = array[at(place)] if there else np.nan
    return found


def array_at(step: Step, address: Address) -> Array:
    """The array that contains an address; for the state of a parameter that never changes, nan."""
    name = step.trace.graph.nodes[address.element.node].name
    match address.section:
        case "values":
            return step.trace.values[address.element.node]
        case "grads":
            adjoint = step.trace.adjoints[address.element.node]
            return np.zeros_like(step.trace.values[address.element.node]) if adjoint is None else adjoint
        case "state":
            absent = np.full_like(step.updated[name], np.nan)
            return next((value for line, value in step.lines.get(name, ()) if line == address.state), absent)
        case "updated":
            return step.updated[name]
        case "after":
            return step.after.values[address.element.node]


def addresses(reading: SymbolicTrace, step: int = 0, nodes: Container[int] | None = None) -> Iterator[Address]:
    """Every number of a step that is computed, or those of some `nodes`, in the order of the computation."""
    graph, among = reading.graph, range(len(reading.graph.nodes)) if nodes is None else nodes
    found = [Address(step, section, e) for section in ORDER for e in _elements(reading, section, among)]
    hidden = graph.losses if reading.examples == 1 and graph.losses != len(graph.nodes) - 1 else None
    yield from sorted(
        (address for address in found if address.element.node != hidden), key=lambda address: address.order
    )


def _elements(reading: SymbolicTrace, section: Section, among: Container[int]) -> Iterator[Element]:
    nodes, parameters = reading.graph.nodes, reading.graph.parameters
    for i, node in enumerate(nodes):
        computed = node.op is not None
        match section:
            case "values":
                shown = computed
            case "state":
                shown = False  # the optimizer's state is no line of its own in a lesson
            case "grads":
                shown = node.role not in (Role.TARGET, Role.LOSS)
            case "updated":
                shown = node.name in parameters
            case "after":
                shown = computed and bool(parameters)
        if shown and i in among:
            yield from reading.elements(i)
