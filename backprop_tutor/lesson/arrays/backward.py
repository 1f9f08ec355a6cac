"""What comes back to every array: the rule for the whole of it, its figures, and one element with every term named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backprop_tutor.formula.nodes import Add, Formula, Matrix, Num, Role, total
from backprop_tutor.graph.array_formulas import Term
from backprop_tutor.graph.graph import Element
from backprop_tutor.graph.ops.operation import ArrayOp
from backprop_tutor.graph.quantity import Quantity
from backprop_tutor.lesson import phrases as common
from backprop_tutor.lesson.arrays import phrases
from backprop_tutor.lesson.arrays.figures import adjoints, array_lines
from backprop_tutor.lesson.arrays.forward import MOST_TERMS, Shown, in_numbers, pools
from backprop_tutor.lesson.document import Block, Equation, Link, Paragraph, Row, Rows, Section, Words
from backprop_tutor.lesson.inline import derivation, has_letters, listed, math
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.text import T

LONG = 8
"""The terms of a sum from which those that are 0 are counted only."""


def backward(lesson: Lesson, elements: Shown) -> Section:
    """∂L/∂array for every array that the loss depends on, from the loss back."""
    left_out = frozenset() if elements == "all" else lesson.graph.constants
    if elements == "flat":
        left_out |= {i for i, node in enumerate(lesson.graph.nodes) if node.inner}
    nodes = [i for i in reversed(range(lesson.formulas.last)) if i not in left_out and _is_shown(lesson, i)]
    blocks: list[Block] = [Paragraph(lesson.say(phrases.BACK_IN_FULL), "muted")]
    blocks += [block for i in nodes for block in _of_node(lesson, i, elements)]
    return Section(lesson.say(phrases.BACKWARD), tuple(blocks), "backward")


def _is_shown(lesson: Lesson, node: int) -> bool:
    """Whether a node has a derivative that is told: not what is written through, whole numbers, the loss itself."""
    formulas, own = lesson.formulas, lesson.graph.nodes[node]
    upstream = own.role == Role.TARGET and lesson.graph.is_given_upstream
    if upstream or formulas.through(node) or (own.inner and node == lesson.graph.losses):
        return False
    return formulas.trace.adjoints[node] is not None


def _of_node(lesson: Lesson, node: int, elements: Shown) -> Iterator[Block]:
    formulas = lesson.formulas
    if formulas.single(node):
        for element in formulas.elements(node):
            blocks = element_blocks(lesson, element, whole=elements == "all")
            headed = any(isinstance(block, Rows) for block in blocks)
            letter = formulas.adjoint_letter(element)
            yield from (Section(math(letter), blocks, formulas.key(element, "grads")),) if headed else blocks
        return
    left, key = formulas.whole_adjoint(node), str(Quantity(*lesson.graph.name_of(node), section="grads"))
    shown = _shown(lesson, node, elements)
    around = shown[0] if shown and elements == "one" else None
    lines = tuple(array_lines(lesson, node, left, adjoints, flat=elements == "flat", around=around))
    if elements == "flat":
        yield from _rules(lesson, node, inner=False)
        yield from lines
        return
    if around and lesson.graph.nodes[node].op is not None:
        lines = tuple(_unless_again(lesson, line, around) for line in lines)
    title, rules = math(left), tuple(_rules(lesson, node))
    if elements == "one" and len(rules) == 1:  # a rule alone stands in the title
        title, rules = (*title, *lesson.say(phrases.BY_RULE, rule=rules[0].words)), ()
    derived = [b for e in shown for b in element_blocks(lesson, e, whole=elements == "all")]
    if elements == "one" and len(title) == 1 and len(lines) == len(derived) == 1 and isinstance(derived[0], Equation):
        yield from (*lines, *derived)
        return
    yield Section(title, (*rules, *lines, *derived), key)


def _unless_again(lesson: Lesson, line: Equation, shown: Element) -> Equation:
    """The line of the matrix around an element; where its only user sends the same numbers back as they are, their name."""
    formulas, users = lesson.formulas, [user for user, _ in lesson.formulas.users[shown.node]]
    around = shown._replace(node=users[0]) if len(users) == 1 else shown
    node = around.node
    if around == shown or formulas.through(node) or around not in formulas.elements(node):
        return line
    matrix = line.links[-1].right
    for again in array_lines(lesson, node, formulas.whole_adjoint(node), adjoints, around=around):
        if isinstance(matrix, Matrix) and len(matrix.rows) > 1 and again.links[-1].right == matrix:
            same = Link("=", again.left)
            return Equation(line.left, (same,), line.keys, lesson.say(phrases.SAME_NUMBERS))
    return line


def _shown(lesson: Lesson, node: int, elements: Shown) -> Sequence[Element]:
    formulas = lesson.formulas
    written = all(formulas.is_written(user) for user, _ in formulas.users[node])
    if elements in ("none", "flat") or not written:
        return ()
    return formulas.elements(node) if elements == "all" else (formulas.sample_adjoint_element(node),)


def _rules(lesson: Lesson, node: int, *, inner: bool = True) -> Iterator[Paragraph]:
    """What each operation that used the array sends back to it, in words; a rule that comes again by its name alone.

    Those of `inner` steps are left out where these have no lines.
    """
    formulas, alike = lesson.formulas, dict[T, list[int]]()
    for user, argument in (_past_selections(lesson, *use) for use in formulas.users[node]):
        own = lesson.graph.nodes[user]
        if isinstance(own.op, ArrayOp) and own.op.rules and (inner or not own.inner):
            rule = own.op.rules[min(argument, len(own.op.rules) - 1)]
            alike.setdefault(rule, []).append(user)
    for rule, (first, *others) in alike.items():
        inputs = list(enumerate(lesson.graph.nodes[first].inputs, start=1))
        arrays = {f"array{i}": formulas.whole(j) for i, j in inputs}
        transposes = {f"transpose{i}": _transpose(lesson, j) for i, j in inputs}
        said = lesson.say(rule, g=formulas.whole_adjoint(formulas.seen_as(first)), **arrays, **transposes)
        words = lesson.say(phrases.FROM, node=formulas.whole(formulas.seen_as(first)), rule=said)
        names = listed((formulas.whole(formulas.seen_as(user)) for user in others), lesson.lang)
        yield Paragraph((*words, *(lesson.say(phrases.LIKEWISE, nodes=names) if others else ())))


def _transpose(lesson: Lesson, node: int) -> Words:
    """An array turned over, in words; of one that a formula turns over already the array itself."""
    own, whole = lesson.graph.nodes[node], lesson.formulas.whole
    if own.inner and own.op is not None and own.op.name == "transpose":
        return lesson.say(phrases.ITSELF, array=whole(own.inputs[0]))
    return lesson.say(phrases.TRANSPOSE, array=whole(node))


def _past_selections(lesson: Lesson, user: int, argument: int) -> tuple[int, int]:
    """The step that computes with an array which is only moved about on the way to it."""
    formulas, op = lesson.formulas, lesson.graph.nodes[user].op
    while formulas.through(user) and isinstance(op, ArrayOp) and op.kind == "selection":
        ((user, argument),) = formulas.users[user]
        op = lesson.graph.nodes[user].op
    return user, argument


def element_blocks(lesson: Lesson, element: Element, *, whole: bool = True) -> tuple[Block, ...]:
    """∂L/∂element: what it gets from every place that used it, each way by itself where there are several.

    A sum is shortened by what sent back 0 unless the `whole` of it is to be shown.
    """
    formulas, terms = lesson.formulas, lesson.formulas.terms(element)
    letter, value = formulas.adjoint_letter(element), formulas.adjoint_number(element)
    key = (formulas.key(element, "grads"),)
    if element.node == formulas.last or (element.node == lesson.graph.losses and lesson.examples == 1):
        return (Equation(letter, (Link("=", value),), (), lesson.say(common.SEED)),)
    if not terms:
        return (Equation(letter, (Link("=", value),), key, lesson.say(_why(lesson, element, value))),)
    if len(terms) == 1 and isinstance(terms[0].written, Num) and not formulas.is_written(terms[0].user):
        line = Equation(letter, (Link("=", value),), key, lesson.say(phrases.TOO_LARGE))
        return (line, *_rules(lesson, element.node))
    if len(terms) == 1:
        return (_equation(lesson, letter, terms[0].written, value, key, whole),)
    rows = [Row(lesson.say(common.THROUGH, node=_user(lesson, term)), (_term(lesson, term),)) for term in terms]
    added = derivation(letter, total(tuple(_worth(lesson, term) for term in terms)), value, keys=key)
    return (Rows((*rows, Row(lesson.say(common.SUM), (added,)))),)


def _why(lesson: Lesson, element: Element, value: Num) -> T:
    """Why no term is shown: the derivative is given, nobody used the element, or a maximum passed it over."""
    if value.value != 0:
        return phrases.GIVEN_UPSTREAM
    users = lesson.formulas.users[element.node]
    return phrases.LOST if users and all(pools(lesson, user) for user, _ in users) else common.NOT_USED


def _user(lesson: Lesson, term: Term) -> Formula:
    return lesson.formulas.whole(lesson.formulas.written_example(term.user))


def _equation(
    lesson: Lesson, letter: Formula, written: Formula, value: Num, keys: tuple[str, ...], whole: bool
) -> Equation:
    shown = written if whole else _without_zeros(lesson, written)
    if not whole and _count(shown) > MOST_TERMS:
        return Equation(letter, (Link("=", value),), keys, lesson.say(phrases.TOO_LARGE))
    left_out = _count(written) - _count(shown)
    remark = lesson.say(phrases.ZEROS, count=left_out) if left_out else ()
    return derivation(letter, shown, *in_numbers(lesson.formulas, shown), value, keys=keys, remark=remark)


def _without_zeros(lesson: Lesson, written: Formula) -> Formula:
    """A long sum without the terms to which nothing came back."""
    if not isinstance(written, Add) or len(written.terms) < LONG:
        return written
    kept = tuple(term for term in written.terms if lesson.formulas.worth(term) != 0)
    return total(kept) if len(kept) > 1 else written


def _count(written: Formula) -> int:
    return len(written.terms) if isinstance(written, Add) else 1


def _term(lesson: Lesson, term: Term) -> Block:
    if not has_letters(term.written):
        return Paragraph(math(term.written))
    return derivation(term.written, *in_numbers(lesson.formulas, term.written), _worth(lesson, term))


def _worth(lesson: Lesson, term: Term) -> Num:
    return lesson.figure(lesson.formulas.worth(term.written))
