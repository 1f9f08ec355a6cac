"""The worked solution as lines, in the order a learner would compute them.

Nothing here knows a derivative: each formula is read from the lesson, in the letters of its notation. The update
computes each parameter from its old value, its gradient and the optimizer's state; state and settings are given like
the weights, each with its letter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, cached_property, partial
from types import SimpleNamespace
from typing import TypeAlias, cast

from backprop_tutor.formula.evaluate import evaluate
from backprop_tutor.formula.figures import figure
from backprop_tutor.formula.nodes import Call, Formula, Num, Partial, Role, Sym, chain, children, substitute, total
from backprop_tutor.frozen import Hashed, frozen
from backprop_tutor.graph.graph import Element
from backprop_tutor.graph.quantity import Quantity
from backprop_tutor.graph.quantity import Section as Part
from backprop_tutor.lesson.document import Block, Equation, Link, Rows, Section
from backprop_tutor.lesson.forward import COMPUTED, in_column, made
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.update import given, norm, step_count, update_line, whole_gradient
from backprop_tutor.lesson.views.chain import error_signal, factors, gradient, gradient_terms
from backprop_tutor.lesson.views.graph import contribution, first, focus, reports, shown_elements, users
from backprop_tutor.lesson.views.unit_paths import activation_of, is_output
from backprop_tutor.training.optimizers import LETTERS, OPTIMIZERS
from backprop_tutor.training.rule import is_clipped_by_norm, rule_of

FIGURES = 6
"""Significant figures of the numbers a question states: two more than it asks for."""
SMALLEST = 1e-7
MOST_LETTERS = 40
OF_DATA = (Role.INPUT, Role.TARGET)
"""What no update changes."""


Write: TypeAlias = Callable[[], Formula]
Derive: TypeAlias = Callable[[], tuple[Equation, ...]]


@frozen
class Form(Hashed):
    """What a line is in letters, ``letter = written``, practising `skill`: the same in every variant of a scenario.

    `element` is what it computes, `quantity` the name of its result. Every letter of `written` has the name of its
    quantity as key, so the line can be computed again from other numbers. `decides` names what decides on its formula
    without being in it: the numbers among which a maximum was chosen.
    """

    element: Element
    quantity: Quantity
    skill: str
    letter: Formula
    written: Formula
    decides: tuple[str, ...] = ()

    @cached_property
    def key(self) -> str:
        """The contract's name of the line's result."""
        return str(self.quantity)

    @cached_property
    def needs(self) -> tuple[str, ...]:
        """The names of the line's inputs, in the order written."""
        return tuple(dict.fromkeys((*(key for leaf in leaves(self.written) if (key := leaf.key)), *self.decides)))


@frozen
class Line:
    """A line ``letter = written = numbers ≈ value`` of a form.

    `scale` is the size that an error is measured by: for a new weight the size of its change. `in_numbers` and `derived`
    write `numbers` and `equations`, which many exercises never show.
    """

    form: Form
    value: float
    scale: float
    in_numbers: Write
    derived: Derive

    @property
    def quantity(self) -> Quantity:
        """The name of its result in parts."""
        return self.form.quantity

    @property
    def key(self) -> str:
        """The contract's name of its result."""
        return self.form.key

    @property
    def before(self) -> str | None:
        """The name of the number that an update changes into its result; None where it is no changed one."""
        return str(self.quantity.within("values")) if self.quantity.section in ("updated", "after") else None

    @property
    def skill(self) -> str:
        """What it practises."""
        return self.form.skill

    @property
    def letter(self) -> Formula:
        """The letter of its result."""
        return self.form.letter

    @property
    def written(self) -> Formula:
        """The right side in letters."""
        return self.form.written

    @property
    def needs(self) -> tuple[str, ...]:
        """The names of its inputs, in the order written."""
        return self.form.needs

    @cached_property
    def numbers(self) -> Formula:
        """The right side with its numbers."""
        return self.in_numbers()

    @cached_property
    def equations(self) -> tuple[Equation, ...]:
        """The line as the lesson derives it."""
        return self.derived()

    @cached_property
    def shown(self) -> Num:
        """The value to 6 figures, or to as many as show its change to 4."""
        if self.scale >= abs(self.value):
            return figure(self.value, FIGURES)
        return next(
            num
            for digits in range(FIGURES, 18)
            if self._distinguishes(num := figure(self.value, digits)) or digits == 17
        )

    def _distinguishes(self, number: Num) -> bool:
        return abs(float(number.text) - self.value) <= 1e-4 * self.scale

    @property
    def worth_asking(self) -> bool:
        """Whether it is worth computing: not almost 0, and with a visible change."""
        return abs(self.value) > SMALLEST and self.scale > SMALLEST * max(1.0, abs(self.value))

    def from_values(self, values: Mapping[str, float]) -> float:
        """The result of the line from these values of its inputs."""
        return cast(float, evaluate(self.written, values))


def _line(
    lesson: Lesson,
    element: Element,
    section: Part,
    skill: str,
    written: Formula,
    numbers: Write,
    derived: Derive,
    decides: tuple[str, ...] = (),
) -> Line:
    """The line of an element, with its letter and its name."""
    letter = lesson.adjoint_letter(element) if section == "grads" else lesson.reading.letter(element)
    form = Form(element, lesson.reading.quantity(element, section), skill, letter, written, decides)
    return _of_form(lesson, form, numbers, derived)


def _of_form(lesson: Lesson, form: Form, numbers: Write, derived: Derive) -> Line:
    element, reading, before = form.element, lesson.reading, 0.0
    match form.quantity.section:
        case "values":
            value = reading.value(element)
        case "grads":
            value = reading.adjoint(element)
        case "updated":
            value, before = float(lesson.step.updated[_name(lesson, element)][element.place]), reading.value(element)
        case _:
            value, before = lesson.reading_after.value(element), reading.value(element)
    return Line(form, value, abs(value - before), numbers, derived)


def is_readable(written: Formula) -> bool:
    """Whether a formula has few enough letters to be read as one line of a solution."""
    return len(tuple(leaves(written))) <= MOST_LETTERS


def leaves(node: Formula) -> Iterator[Sym | Partial]:
    """The letters of a formula, with derivatives that have a name counting as one."""
    if isinstance(node, Sym) or (isinstance(node, Partial) and node.key):
        yield node
        return
    for part in children(node):
        yield from leaves(part)


def memory(lesson: Lesson) -> Mapping[Sym, float]:
    """The numbers the step starts from, by letter, for every trainable parameter."""
    kept = (remembered(lesson, parameter) for parameter in lesson.elements(Role.WEIGHT, Role.BIAS))
    return {letter: value for of_one in kept for letter, value in of_one.values()}


def remembered(lesson: Lesson, parameter: Element) -> dict[str, tuple[Sym, float]]:
    """The letter and the number of each state of a parameter, by its name in the optimizer's rule."""
    state = lesson.step.before.get(lesson.graph.nodes[parameter.node].name, {})
    of = lesson.reading.quantity(parameter).short
    return {
        name: (replace(LETTERS[name], key=f"memory.{name}.{of}"), float(array[parameter.place]))
        for name, array in state.items()
    }


def settings(lesson: Lesson) -> dict[str, tuple[Sym, float]]:
    """The letter and the number of each setting of the optimizer except the learning rate, by its name: μ of momentum."""
    values = lesson.settings
    return {name: (replace(LETTERS[name], key=f"setting.{name}"), values[name]) for name in values if name in LETTERS}


Planned: TypeAlias = tuple[Quantity, Callable[[], Line]]
"""The result of a line, and what writes the line: of thousands, only those that are shown are written."""


def moves(lesson: Lesson, among: Iterable[Element] | None = None) -> Iterator[Planned]:
    """The new value of every trainable parameter, or of those `among` some elements."""
    for parameter in lesson.elements(Role.WEIGHT, Role.BIAS) if among is None else among:
        if _name(lesson, parameter) in lesson.step.lines:
            yield lesson.reading.quantity(parameter, "updated"), partial(_moved, lesson, parameter)


def _moved(lesson: Lesson, parameter: Element) -> Line:
    """The new value p ← p − α·g, or the optimizer's, its lines substituted into one another."""
    kept = remembered(lesson, parameter) | settings(lesson)
    letters: dict[str, Formula] = {name: symbol for name, (symbol, _) in kept.items()}
    letters["learning_rate"] = lesson.letters.rate
    if is_clipped_by_norm(lesson.scenario.training):
        letters["norm"] = norm(map(lesson.adjoint_letter, whole_gradient(lesson)))
    written = _composed(lesson, letters, lesson.reading.letter(parameter), lesson.adjoint_letter(parameter))
    skill = "optimizer" if OPTIMIZERS[lesson.scenario.training.optimizer].state else "update"
    numbers, derived = partial(_moved_numbers, lesson, parameter), partial(update_line, lesson, parameter)
    return _line(lesson, parameter, "updated", skill, written, numbers, derived)


def _moved_numbers(lesson: Lesson, parameter: Element) -> Formula:
    figures: dict[str, Formula] = {name: given(lesson, name, value) for name, value in lesson.settings.items()}
    figures |= {name: lesson.figure(number) for name, (_, number) in remembered(lesson, parameter).items()}
    if is_clipped_by_norm(lesson.scenario.training):
        figures["norm"] = norm(map(lesson.adjoint_number, whole_gradient(lesson)))
    return _composed(lesson, figures, lesson.reading.number(parameter), lesson.adjoint_number(parameter))


def _composed(lesson: Lesson, stated: Mapping[str, Formula], p: Formula, g: Formula) -> Formula:
    """The optimizer's last line with every earlier line substituted; `stated` are its settings and its state."""
    known = SimpleNamespace(**stated, p=p, g=g, t=step_count(lesson))
    for name, line in rule_of(lesson.scenario.training).lines:
        setattr(known, name, line(known))
    composed: Formula = known.p
    return composed


def _name(lesson: Lesson, parameter: Element) -> str:
    return lesson.graph.nodes[parameter.node].name


def lines(lesson: Lesson) -> Iterator[Line]:
    """Forward, loss, backward, update, and the loss after it, where it has one."""
    return (write() for _, write in planned(lesson))


def planned(lesson: Lesson) -> Iterator[Planned]:
    """The lines in the same order, each to be written when it is asked for."""
    if lesson.graph.shapes is not None:
        yield from _of_arrays(lesson)
        return
    yield from _values(lesson)
    yield from _signals(lesson) if lesson.graph.layers else _adjoints(lesson)
    if lesson.graph.layers:
        yield from _gradients(lesson)
    yield from moves(lesson)
    if lesson.step.lines and not reports(lesson):
        yield lesson.reading.quantity(lesson.graph.example_loss(), "after"), partial(_loss_after, lesson)


def fixed_forms(lesson: Lesson) -> tuple[Form, ...] | None:
    """The forms of the lines, where those of every variant are the same; None where a formula depends on the numbers."""
    layout, graph = lesson.reading.layout, lesson.graph
    if graph.shapes is not None or not all(map(layout.is_fixed, graph.computed)):
        return None
    return tuple(line.form for line in lines(lesson))


def numbered(forms: Sequence[Form], lesson: Lesson) -> Iterator[Line]:
    """The lines of a lesson whose forms are known from another variant of its scenario.

    What a line shows beside its letters and its value is written when it is asked for.
    """
    every = cache(lambda: tuple(planned(lesson)))
    line = cache(lambda place: every()[place][1]())

    def lazily(form: Form, place: int) -> Line:
        return _of_form(lesson, form, lambda: line(place).numbers, lambda: line(place).equations)

    return (lazily(form, place) for place, form in enumerate(forms))


def _of_arrays(lesson: Lesson) -> Iterator[Planned]:
    """The lines of every element of the named arrays, forward and backward, and of every new value."""
    from backprop_tutor.practice.exercise.named_arrays import derivatives, values

    for element, written in values(lesson):
        yield lesson.reading.quantity(element), partial(_array_value, lesson, element, written)
    if lesson.graph.outputs:
        return
    known: list[Element] = []
    for element, written in derivatives(lesson):
        yield lesson.reading.quantity(element, "grads"), partial(_array_derivative, lesson, element, written)
        known.append(element)
    yield from moves(lesson, sorted(e for e in known if lesson.graph.nodes[e.node].role in (Role.WEIGHT, Role.BIAS)))


def _array_value(lesson: Lesson, element: Element, written: Formula) -> Line:
    from backprop_tutor.lesson.arrays.forward import element_line
    from backprop_tutor.practice.exercise.named_arrays import written_through

    skill = "activation" if isinstance(written, Call) else "forward-sum"
    numbers = partial(written_through(lesson).numbers_in, written)
    return _line(lesson, element, "values", skill, written, numbers, lambda: (element_line(lesson, element),))


def _array_derivative(lesson: Lesson, element: Element, written: Formula) -> Line:
    from backprop_tutor.lesson.arrays.backward import element_blocks
    from backprop_tutor.practice.exercise.named_arrays import compared, written_through

    numbers = partial(written_through(lesson).numbers_in, written)

    def shown() -> tuple[Equation, ...]:
        """As in the lesson; where that names the derivative of an inner step, which no question states, written through."""
        found, known = tuple(_equations(element_blocks(lesson, element))), {leaf.key for leaf in leaves(written)}
        named = all(leaf.key in known for equation in found for link in equation.links for leaf in leaves(link.right))
        if named or not is_readable(written):
            return found
        return (Equation(lesson.adjoint_letter(element), (Link("=", written), Link("=", numbers()))),)

    return _line(lesson, element, "grads", "chain-rule", written, numbers, shown, compared(lesson, element))


def _values(lesson: Lesson) -> Iterator[Planned]:
    def value(element: Element, skill: Callable[[Lesson, Element], str]) -> Planned:
        return lesson.reading.quantity(element), lambda: _value(lesson, element, skill(lesson, element))

    for column in range(lesson.examples):
        for element in in_column(lesson, column, *COMPUTED):
            yield value(element, _skill)
        if lesson.graph.nodes[lesson.graph.losses].role == Role.LOSS:
            yield value(lesson.graph.example_loss(column), _loss_skill)
    if reports(lesson):
        yield value(lesson.graph.reported_loss, lambda *_: "batch-mean")


def _value(lesson: Lesson, element: Element, skill: str) -> Line:
    reading = lesson.reading
    written, numbers = reading.definition(element, reading.letter), partial(reading.definition, element, reading.number)
    return _line(lesson, element, "values", skill, written, numbers, lambda: (made(lesson, element),))


def _skill(lesson: Lesson, element: Element) -> str:
    is_function = lesson.graph.nodes[element.node].role == Role.ACTIVATION
    if is_function and not lesson.graph.by_unit(element.node):
        return "softmax-cross-entropy"
    if not lesson.graph.layers:
        is_function = isinstance(lesson.reading.definition(element, lesson.reading.letter), Call)
    return "activation" if is_function else "forward-sum"


def _loss_skill(lesson: Lesson, _: Element) -> str:
    return "softmax-cross-entropy" if lesson.graph.loss == "cross_entropy" else "loss"


def _signals(lesson: Lesson) -> Iterator[Planned]:
    """The error signal of every unit, from the output layer down."""
    for node in reversed(lesson.nodes(Role.PREACTIVATION)):
        for z in lesson.reading.elements(node):
            yield lesson.reading.quantity(z, "grads"), partial(_signal, lesson, z)


def _signal(lesson: Lesson, z: Element) -> Line:
    parts, a = factors(lesson, z), activation_of(lesson, z)
    alone = "output-delta" if is_output(lesson, a) else "hidden-delta"
    skill = alone if lesson.graph.by_unit(a.node) else "softmax-cross-entropy"
    written, numbers = chain(*(part.written for part in parts)), lambda: chain(*(part.numbers for part in parts))
    return _line(lesson, z, "grads", skill, written, numbers, lambda: (error_signal(lesson, z),))


def _gradients(lesson: Lesson) -> Iterator[Planned]:
    """The gradient of every parameter, from the output layer down."""
    for node in reversed(lesson.nodes(Role.WEIGHT, Role.BIAS)):
        for parameter in lesson.reading.elements(node):
            yield lesson.reading.quantity(parameter, "grads"), partial(_gradient, lesson, parameter)


def _gradient(lesson: Lesson, parameter: Element) -> Line:
    weight = lesson.graph.nodes[parameter.node].role == Role.WEIGHT
    skill = "bias-gradient" if not weight else "batch-mean" if lesson.examples > 1 else "weight-gradient"
    terms = partial(gradient_terms, lesson, parameter)
    written = total(terms(lesson.reading.letter, lesson.adjoint_letter))

    def numbers() -> Formula:
        return total(terms(lesson.reading.number, lesson.adjoint_number))

    return _line(lesson, parameter, "grads", skill, written, numbers, lambda: (gradient(lesson, parameter),))


def _adjoints(lesson: Lesson) -> Iterator[Planned]:
    """The derivative by every node of an expression graph that the result depends on, from the result back."""
    uses, start = users(lesson), first(lesson)
    asked = (Role.WEIGHT, Role.NODE, Role.LOSS) if lesson.graph.parameters else tuple(Role)
    for element in reversed(shown_elements(lesson)):
        role = lesson.graph.nodes[element.node].role
        if element != start and element in uses and role in asked:
            yield lesson.reading.quantity(element, "grads"), partial(_adjoint, lesson, element, uses[element])


def _adjoint(lesson: Lesson, element: Element, using: tuple[Element, ...]) -> Line:
    terms = [contribution(lesson, user, element) for user in using]
    written, numbers = total(tuple(t.written for t in terms)), lambda: total(tuple(t.numbers for t in terms))

    def derived() -> tuple[Equation, ...]:
        return tuple(_equations(focus(lesson, element)))

    return _line(lesson, element, "grads", "chain-rule", written, numbers, derived)


def _equations(blocks: tuple[Block, ...]) -> Iterator[Equation]:
    for block in blocks:
        match block:
            case Equation():
                yield block
            case Section(blocks=inner):
                yield from _equations(inner)
            case Rows(rows=rows):
                yield from (equation for row in rows for equation in _equations(row.blocks))
            case _:
                continue


def _loss_after(lesson: Lesson) -> Line:
    """The loss of the second forward pass, from its outputs."""
    reading, after, loss = lesson.reading, lesson.reading_after, lesson.graph.example_loss()
    written = _again(lesson, reading.definition(loss, reading.letter))
    skill = "loss" if lesson.graph.layers else _skill(lesson, loss)

    def number(element: Element) -> Formula:
        return (reading if lesson.graph.nodes[element.node].role in OF_DATA else after).number(element)

    def derived() -> tuple[Equation, ...]:
        return (Equation(reading.letter(loss), (*made(lesson, loss).links[:1], Link("=", numbers()))),)

    numbers = partial(after.definition, loss, number)
    return _line(lesson, loss, "after", skill, written, numbers, derived)


def _again(lesson: Lesson, written: Formula) -> Formula:
    """`written` for the second forward pass: what is computed has its value there, a parameter its new one, data stay."""
    letters = (leaf for leaf in leaves(written) if isinstance(leaf, Sym) and leaf.role not in OF_DATA)
    later = {s: "updated." if s.role in (Role.WEIGHT, Role.BIAS) else "after." for s in letters}
    return substitute(written, {s.key: replace(s, key=s.key.replace("values.", to, 1)) for s, to in later.items()})
