"""A step as a Python script for people: plain floats, the letters of the notation, a comment for every formula.

Every line is the taught formula. Where its floats would print other figures than the lesson, since a unit is saturated,
it is replaced by the stable form by which small networks are trained: the straight-line code of that element.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, groupby

from backprop_tutor.errors import TutorError, visible
from backprop_tutor.fast.program import places, program
from backprop_tutor.formula.nodes import Formula, Role, Sym, formula, is_zero, substitute, total
from backprop_tutor.formula.printing.unicode import unicode
from backprop_tutor.graph.array import AnyArray
from backprop_tutor.graph.graph import Element
from backprop_tutor.graph.symbolic_trace import SymbolicTrace, Writer
from backprop_tutor.lesson import phrases
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.standalone.code import Bench, Identifiers, definitions, imports, number, typed
from backprop_tutor.lesson.teach import DIGITS, choose_notation
from backprop_tutor.lesson.update import norm, norm_value
from backprop_tutor.lesson.views.graph import first, shown_elements, users
from backprop_tutor.text import Lang, T
from backprop_tutor.training.batches import data_of
from backprop_tutor.training.rule import SHARED, is_clipped_by_norm, rule_of
from backprop_tutor.training.train_state import initial_state
from backprop_tutor.training.train_step import Run


class StableForms:
    """The stable formula of every element and of every derivative, in the names of the script."""

    def __init__(self, lesson: Lesson, names: Identifiers) -> None:
        over = replace(lesson.scenario, data=data_of(lesson.scenario, lesson.step.number))
        self.program = program(over, lesson.examples)
        self._lines = {line.name: line.formula for line in self.program.lines[: self.program.passes]}
        self._names: dict[str, Formula] = {}
        nodes = range(len(self.program.values))
        for node in nodes:
            self._name(self.program.values[node], node, names.value)
        for node in reversed(nodes):
            self._name(self.program.adjoints[node], node, names.derivative)

    def value(self, element: Element) -> Formula:
        """An element, computed from earlier ones."""
        return self._of(self.program.values[element.node], element)

    def derivative(self, element: Element) -> Formula:
        """∂L/∂element, computed from earlier ones."""
        return self._of(self.program.adjoints[element.node], element)

    def _name(self, found: AnyArray | None, node: int, letter: Writer) -> None:
        """The names of the variables of a node; one that several elements share is that of the first computed."""
        if found is None:
            return
        for place in places(found):
            if isinstance(found[place], Sym):
                self._names.setdefault(found[place].base, letter(self.program.scenario.graph.element(node, place)))

    def _of(self, found: AnyArray | None, element: Element) -> Formula:
        variable: Formula = formula(0) if found is None else found.item(element.place)
        written = self._lines.get(variable.base, variable) if isinstance(variable, Sym) else variable
        return substitute(written, self._names)


ABOUT = T(
    "One step of backpropagation, number by number: {title}",
    "一步反向传播，逐个数计算：{title}",
)
RULE = T("Update: {optimizer}", "更新：{optimizer}")
STABLE = T("in a form that loses no figures where a unit is saturated", "单元饱和时不丢失有效数字的写法")

BEYOND = T(
    "too large for plain floats on the way: the value of the lesson", "中间的数超出浮点数的范围：直接取题解中的值"
)


NO_SCRIPT = T(
    "a script of single numbers does not fit a graph of arrays; 'tutor export FILE -o backward.py' writes it in NumPy",
    "逐个数计算的脚本不适用于数组的图；'tutor export 文件 -o backward.py' 用 NumPy 写出",
)


def script(run: Run, lang: Lang = "en", *, notation: str | None = None, digits: int | None = None) -> str:
    """The first step of a run as a script that prints every number of it."""
    scenario = run.scenario
    chosen = choose_notation(scenario.graph, notation or scenario.presentation.notation)
    if scenario.graph.shapes is not None:
        raise TutorError(NO_SCRIPT)
    lesson = Lesson(scenario, run.steps[0], chosen, lang, digits or scenario.presentation.digits or DIGITS)
    return _Script(lesson).text


class _Script:
    """The lines of the script, section by section; `bench` computes every line as the script will."""

    def __init__(self, lesson: Lesson) -> None:
        self.lesson = lesson
        self.names = Identifiers(lesson)
        self.bench = Bench(lesson.digits)
        self.stable = StableForms(lesson, self.names)
        self.users, self.first = users(lesson), first(lesson)
        self.forward = tuple(e for e in shown_elements(lesson) if lesson.graph.nodes[e.node].op is not None)
        self.moving = tuple(
            e
            for e in lesson.elements(Role.WEIGHT, Role.BIAS)
            if lesson.graph.nodes[e.node].name in lesson.step.lines and lesson.reading.exists(e)
        )

    @property
    def text(self) -> str:
        """The whole script."""
        title = visible(self.lesson.scenario.title[self.lesson.lang]).replace("\\", "/").replace('"', "'")
        parts = (self._given(), self._forward(), self._backward(), self._update(), self._after())
        body = [line for part in parts for line in part]
        head = (f'"""{ABOUT[self.lesson.lang].format(title=title)}"""', "", *imports(self.bench.called))
        defined = tuple(definitions(self.bench.called))
        return "\n".join((*head, *defined, *("",) * bool(defined), *body)) + "\n"

    def _given(self) -> Iterator[str]:
        yield f"# {phrases.GIVEN[self.lesson.lang]}"
        reading, graph = self.lesson.reading, self.lesson.graph
        for i, node in enumerate(graph.nodes):
            for element in reading.elements(i) if node.op is None else ():
                shown = typed(reading.value(element), reading.spelling.get(reading.quantity(element).short, ""))
                yield self._given_as(self.names.value(element), shown)
        if self.moving:
            yield from self._settings()

    def _settings(self) -> Iterator[str]:
        training = self.lesson.scenario.training
        optimizer = rule_of(training)
        for name, value in optimizer.constants(training).items():
            yield self._given_as(self.names.setting(name), typed(value))
        if optimizer.state or training.schedule != "constant" or training.schedule_settings:
            yield self._given_as(self.names.setting("t"), str(training.count(1)))
        for element in self.moving:
            for kept in optimizer.state:
                begun = initial_state(self.lesson.scenario).state[self.lesson.graph.nodes[element.node].name][kept]
                yield self._given_as(self.names.kept(kept, element), typed(float(begun[element.place])))

    def _given_as(self, name: Formula, number: str) -> str:
        return self.bench.given(_base(name), number)

    def _line(self, name: Formula, taught: Formula, stable: Formula, exact: float) -> Iterator[str]:
        """A name and its formula, the taught one if that prints the figures of the value; then its print."""
        written, remark = self._chosen(taught, stable, exact)
        if remark is not None:
            yield f"# {remark[self.lesson.lang]}"
        yield self.bench.assign(_base(name), written)
        yield f'print(f"{_base(name)} = {{{_base(name)}:.{self.lesson.digits}g}}")'

    def _chosen(self, taught: Formula, stable: Formula, exact: float) -> tuple[Formula, T | None]:
        """The formula to write for a value, and a remark where it is not the taught one."""
        if self.bench.agrees(taught, exact):
            return taught, None
        if self.bench.agrees(stable, exact):
            return stable, STABLE
        return (taught, None) if self.bench.computes(taught) else (number(exact), BEYOND)

    def _forward(self) -> Iterator[str]:
        yield f"\n# {phrases.FORWARD[self.lesson.lang]}"
        lesson = self.lesson
        for element in self.forward:
            yield f"# {unicode(lesson.reading.letter(element))} = {unicode(lesson.definition(element, lesson.reading.letter))}"
            yield from self._value(element, lesson.reading)

    def _value(self, element: Element, reading: SymbolicTrace) -> Iterator[str]:
        made = reading.definition(element, self.names.value)
        yield from self._line(self.names.value(element), made, self.stable.value(element), reading.value(element))

    def _backward(self) -> Iterator[str]:
        yield f"\n# {phrases.BACKWARD[self.lesson.lang]}"
        lesson = self.lesson
        by_node = groupby(shown_elements(lesson), key=lambda element: element.node)
        for element in chain.from_iterable(reversed([tuple(elements) for _, elements in by_node])):
            if element == self.first:
                continue
            letters = self._sent_back(element, lesson.reading.letter, lesson.adjoint_letter)
            yield f"# {unicode(lesson.adjoint_letter(element))} = {unicode(letters)}"
            taught = self._sent_back(element, self.names.value, self.names.derivative)
            exact = lesson.reading.adjoint(element)
            yield from self._line(self.names.derivative(element), taught, self.stable.derivative(element), exact)

    def _sent_back(self, element: Element, value: Writer, derivative: Writer) -> Formula:
        """Σ ∂L/∂user · ∂user/∂element over every user of an element; where two steps are fused, both at once."""
        reading = self.lesson.reading
        folded = self._folded(element)
        terms = []
        for user in (folded,) if folded else self.users.get(element, ()):
            local = reading.local_derivatives(user, value).get(element, formula(0))
            terms.append(local if user == self.first else derivative(user) * local)
        return total(tuple(term for term in terms if not is_zero(term)))

    def _folded(self, element: Element) -> Element | None:
        """The loss that sends its fused derivative straight to an output's pre-activation, if there is one."""
        graph = self.lesson.graph
        after = graph.nodes[element.node + 1] if graph.nodes[element.node].role == Role.PREACTIVATION else None
        return graph.example_loss(element.example) if after is not None and after.fused else None

    def _update(self) -> Iterator[str]:
        if not self.moving:
            return
        optimizer = rule_of(self.lesson.scenario.training)
        yield f"\n# {RULE[self.lesson.lang].format(optimizer=optimizer.text[self.lesson.lang])}"
        if is_clipped_by_norm(self.lesson.scenario.training):
            whole = norm(map(self.names.derivative, self.moving))
            yield from self._line(self.names.setting("norm"), whole, whole, norm_value(self.lesson))
        for element in self.moving:
            known = self.names.known(element)
            lines = self.lesson.step.lines[self.lesson.graph.nodes[element.node].name]
            for (name, rule), (_, found) in zip(optimizer.lines, lines, strict=True):
                if name in SHARED and element != self.moving[0]:
                    continue
                variable: Sym = getattr(known, name)
                yield from self._line(variable, written := formula(rule(known)), written, float(found[element.place]))

    def _after(self) -> Iterator[str]:
        """The loss after the update; its intermediate values are computed, but not printed again."""
        if not self.moving:
            return
        yield f"\n# {phrases.AFTER[self.lesson.lang]}"
        graph = self.lesson.graph
        losses = [e for e in self.forward if e.node == graph.losses or graph.nodes[e.node].role == Role.LOSS]
        for element in self.forward:
            *_, computed, printed = self._value(element, self.lesson.reading_after)
            yield computed
            if element == losses[-1]:
                yield printed


def _base(name: Formula) -> str:
    assert isinstance(name, Sym), "what is assigned has a name"
    return name.base
