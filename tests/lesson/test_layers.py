"""What a layer is called does not depend on how a notation numbers the layers."""

from __future__ import annotations

import pytest

from backprop_tutor.lesson.views.rules import layer_name, layer_title
from backprop_tutor.scenario.load import load

NAMES = {
    "single-unit": ["the output layer"],
    "two-two-one": ["the hidden layer", "the output layer"],
    "two-two-two-one": ["hidden layer 1", "hidden layer 2", "the output layer"],
}


@pytest.mark.parametrize("scenario", NAMES)
def test_hidden_layers_are_counted_among_themselves(scenario: str) -> None:
    """A hidden layer has a number where there are several, the output layer never has one."""
    graph = load(scenario).graph
    assert [layer_name(graph, layer).en for layer in range(1, len(NAMES[scenario]) + 1)] == NAMES[scenario]


def test_a_title_begins_with_a_capital() -> None:
    """Headings differ from names within a sentence by their first letter alone."""
    graph = load("two-two-two-one").graph
    titles = [layer_title(graph, layer) for layer in (1, 2, 3)]
    assert [title.en for title in titles] == ["Hidden layer 1", "Hidden layer 2", "The output layer"]
    assert [title.zh for title in titles] == ["第 1 个隐藏层", "第 2 个隐藏层", "输出层"]
