"""The pages of the bundled scenarios, and what Python makes of the numbers that a page is given."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from backprop_tutor.cli.commands.page import page_text
from backprop_tutor.fast.staged_run import staged_run
from backprop_tutor.formula.nodes import Sym
from backprop_tutor.graph.quantity import Quantity, Section
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.graph.symbolic_trace import SymbolicTrace
from backprop_tutor.scenario.load import load
from backprop_tutor.training.train_step import run_scenario


@cache
def page(name: str) -> str:
    """The live page of a scenario."""
    return page_text(name, "en")


def changed(scenario: Scenario, seed: int) -> dict[str, float]:
    """Another number for each that is given, by the contract's name: of the same sign, near enough to be computed with."""
    chance = random.Random(seed)
    found = {}
    for given in staged_run(scenario).given:
        scale = given.value or 0.25
        found[given.name] = round(scale * chance.uniform(0.6, 0.99), 4) or given.value
    return found


def with_numbers(scenario: Scenario, numbers: Mapping[str, float]) -> Scenario:
    """The scenario with other given numbers."""
    arrays = {name: np.array(array) for name, array in (*scenario.data.items(), *scenario.parameters.items())}
    settings = dict(numbers)
    for name, array in arrays.items():
        node, several = scenario.graph.index[name], scenario.examples > 1
        for place in np.ndindex(*array.shape):
            element = scenario.graph.own(scenario.graph.element(node, place))
            example = element.example + 1 if several and element.example is not None else None
            called = Quantity(name, tuple(index + 1 for index in element.indices), example).short
            array[place] = numbers.get(called, array[place])
            settings.pop(called, None)
    rate = settings.pop("learning_rate", scenario.training.learning_rate)
    training = replace(scenario.training, learning_rate=rate, settings={**scenario.training.settings, **settings})
    data, parameters = ({name: arrays[name] for name in group} for group in (scenario.data, scenario.parameters))
    return replace(scenario, data=data, parameters=parameters, training=training, spelling={})


def numbers_of(scenario: Scenario) -> Iterator[tuple[str, float]]:
    """Every number of a run and of its derivatives, under the variable that a page has for it."""
    staged, run = staged_run(scenario), run_scenario(scenario)
    for names, step in zip(staged.steps, run.steps, strict=True):
        pairs = [
            *zip(names.trace.values, step.trace.values, strict=True),
            *zip(names.trace.adjoints, step.trace.adjoints, strict=True),
            *zip(names.after.values, step.after.values, strict=True),
            *(
                (mine, its)
                for p in step.lines
                for (_, mine), (_, its) in zip(names.lines[p], step.lines[p], strict=True)
            ),
        ]
        for written, array in pairs:
            if written is not None and array is not None:
                for variable, value in zip(np.broadcast_to(written, array.shape).flat, array.flat, strict=True):
                    if isinstance(variable, Sym):
                        yield variable.base, float(value)


def contract_names(scenario: Scenario) -> dict[str, str]:
    """The contract's name of every number of the first step, by the variable of a page."""
    staged, graph = staged_run(scenario).steps[0], scenario.graph
    reading = SymbolicTrace(run_scenario(scenario).steps[0].trace, lambda quantity: Sym(str(quantity)), 6)
    updated = [staged.updated.get(node.name) for node in graph.nodes]
    sections: dict[Section, Any] = {
        "values": staged.trace.values,
        "grads": staged.trace.adjoints,
        "updated": updated,
        "after": staged.after.values,
    }
    found: dict[str, str] = {}
    for section, arrays in sections.items():
        for node, names in enumerate(arrays):
            for place, name in np.ndenumerate(names) if names is not None else ():
                if isinstance(name, Sym):
                    found.setdefault(name.base, str(reading.quantity(graph.element(node, place), section)))
    return found


def loaded(name: str) -> Scenario:
    """A bundled scenario."""
    return load(name)
