"""Which numbers a reader asks to differentiate, and by which: whole arrays by their names, single numbers by theirs."""

from __future__ import annotations

from collections.abc import Sequence

from backprop_tutor.errors import TutorError, did_you_mean
from backprop_tutor.graph.derivatives.jacobian import loss_in, pull_back
from backprop_tutor.graph.graph import Element
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.names import element_of
from backprop_tutor.records.trace import forth
from backprop_tutor.text import T

NO_EXAMPLE = T(
    "there is no example {number}: the step has {count}", "没有第 {number} 个样本：这一步共有 {count} 个样本"
)
NO_QUANTITY = T(
    "nothing is called '{name}'; arrays are {known}, one number of them is {sample}{near}",
    "没有叫 '{name}' 的量；数组有 {known}，其中一个数写作 {sample}{near}",
)
GIVEN = T(
    "'{name}' is given, not computed: it depends on nothing; --of takes one of {known}",
    "'{name}' 是已知量，不是算出来的，不依赖任何量；--of 可以写 {known}",
)
NUMBERS_ROWS = T(
    "'{name}' numbers rows or classes: nothing is differentiated by it; --wrt takes one of {known}",
    "'{name}' 是行或类别的编号，不能对它求导；--wrt 可以写 {known}",
)
NO_GRADIENT = T(
    "'{name}' is a derivative; name the quantity itself, such as {sample}",
    "'{name}' 是导数；请写量本身，如 {sample}",
)
NOT_REACHED = T("nothing in this scenario can be differentiated", "这个场景中没有可以求导的量")


def elements_named(lesson: Lesson, name: str, example: int | None) -> tuple[Element, ...]:
    """The numbers that `name` means, an array's or one alone; of one example (from 0), or of all,
    with what all examples share.

    Raises TutorError, with the nearest name, where nothing is called so.
    """
    graph, squeezed = lesson.graph, "".join(name.split())
    node = graph.index.get(squeezed)
    if squeezed == "loss" and not graph.outputs:
        return (loss_in(lesson.step.trace),)
    if node is not None and not graph.nodes[node].inner:
        found = filter(graph.exists, lesson.formulas.elements(node, example))
        return tuple(found)
    try:
        element, section = element_of(lesson, name)
    except TutorError as error:
        known = named(lesson)
        holes = {"known": ", ".join(known), "sample": _sample(lesson), "near": did_you_mean(squeezed, known)}
        raise TutorError(NO_QUANTITY.format(name=name, **holes)) from error
    if section != "values":
        raise TutorError(NO_GRADIENT.format(name=name, sample=_sample(lesson)))
    return (element,)


def outputs_named(lesson: Lesson, name: str | None, example: int) -> tuple[Element, ...]:
    """The numbers to be differentiated: those named, else the outputs. Raises TutorError for what is given."""
    if name is None:
        return tuple(e for i in _outputs(lesson) for e in lesson.formulas.elements(i, example))
    found = elements_named(lesson, name, example)
    if lesson.graph.nodes[found[0].node].op is None:
        computed = ", ".join(lesson.graph.nodes[i].name for i in _node_choices(lesson))
        raise TutorError(GIVEN.format(name=name, known=computed))
    return found


def loss_or_outputs(lesson: Lesson) -> tuple[Element, ...]:
    """What reverse mode starts from: the reported loss, or each number of the outputs where there is none."""
    graph = lesson.graph
    if not graph.outputs:
        return (loss_in(lesson.step.trace),)
    return tuple(e for name in graph.outputs for e in lesson.formulas.elements(graph.index[name]))


def sources_named(
    lesson: Lesson, name: str | None, outputs: Sequence[Element], example: int | None
) -> tuple[Element, ...]:
    """The numbers to differentiate by: those named, else the inputs that the outputs depend on, else the parameters.

    Raises TutorError for numbers of rows and classes, and where there is nothing to differentiate by.
    """
    if name is None:
        return _given(lesson, outputs, example)
    found = elements_named(lesson, name, example)
    not_numbering(lesson, found[0])
    return found


def not_numbering(lesson: Lesson, element: Element) -> None:
    """Raises TutorError for a number of rows or classes, by which nothing is differentiated."""
    graph = lesson.graph
    name = graph.nodes[element.node].name
    if name in graph.whole_numbers:
        known = (n for n in named(lesson) if n not in graph.whole_numbers)
        raise TutorError(NUMBERS_ROWS.format(name=name, known=", ".join(known)))


def _given(lesson: Lesson, outputs: Sequence[Element], example: int | None) -> tuple[Element, ...]:
    graph = lesson.graph
    adjoints = [pull_back(lesson.step.trace, output).adjoints for output in outputs]
    for names in (graph.inputs, graph.parameters):
        nodes = [graph.index[name] for name in names if name not in graph.whole_numbers]
        reached = [i for i in nodes if any(one[i] is not None for one in adjoints)]
        if reached:
            return tuple(e for i in reached for e in filter(graph.exists, lesson.formulas.elements(i, example)))
    raise TutorError(NOT_REACHED)


def _outputs(lesson: Lesson) -> tuple[int, ...]:
    """What a scenario computes: the outputs it names, of a network those of the last layer, else its last quantity."""
    graph = lesson.graph
    if graph.outputs:
        return tuple(graph.index[name] for name in graph.outputs)
    if graph.layers:
        return (graph.layers[-1].output,)
    return _node_choices(lesson)[-1:]


def _node_choices(lesson: Lesson) -> tuple[int, ...]:
    """The computed nodes that have a name of their own."""
    graph = lesson.graph
    return tuple(i for i in map(graph.index.__getitem__, named(lesson)) if graph.nodes[i].op is not None)


def named(lesson: Lesson) -> tuple[str, ...]:
    """The names of all arrays and numbers of a scenario, in the order of the computation."""
    shown = (node.name for node in forth(lesson.graph))
    return tuple(dict.fromkeys(name for name in shown if not (lesson.graph.outputs and name == "loss")))


def _sample(lesson: Lesson) -> str:
    return lesson.reading.quantity(lesson.reading.elements(0)[0]).short


def chosen_example(lesson: Lesson, number: int) -> int:
    """An example counted from 1 as its position. Raises TutorError where there is none."""
    if number > lesson.examples:
        raise TutorError(NO_EXAMPLE.format(number=number, count=lesson.examples))
    return number - 1
