"""The rows and columns of a gradient of a network, the axes of an array or of a derivative by it.

Of an array, slips that give other shapes explain a wrong answer. A shape counts its numbers: so many parameters there are,
and so many derivatives a backward pass gives.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import prod
from typing import Any

from backprop_tutor.formula.nodes import Role
from backprop_tutor.formula.printing.unicode import unicode
from backprop_tutor.graph.derivatives.costs import size
from backprop_tutor.graph.graph import Node
from backprop_tutor.graph.ops.elementwise import stretched
from backprop_tutor.graph.ops.operation import ArrayOp, Shape, ShapeError
from backprop_tutor.graph.ops.shaping import SHAPING
from backprop_tutor.graph.ops.table import OPERATIONS
from backprop_tutor.graph.quantity import Quantity, Section
from backprop_tutor.lesson.document import Paragraph, Words
from backprop_tutor.lesson.inline import joined
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.practice.exercise.exercise import Exercise
from backprop_tutor.practice.exercise.named_arrays import SHAPED, axes, formulas, shapes, sources, users
from backprop_tutor.practice.exercise.page import TYPE_COUNT, definitions
from backprop_tutor.practice.exercise.skills import SKILLS
from backprop_tutor.practice.quiz.kinds import Kind, Subject
from backprop_tutor.practice.quiz.question import Axes, Count, Question, Slip
from backprop_tutor.text import T

LAYERS = T(
    "Units, from the inputs to the outputs: {units}. Examples: {examples}.",
    "从输入到输出的单元数：{units}。样本数：{examples}。",
)
HOW_MANY = T(
    "Type rows x columns, such as {example}. Weights have a row for each unit; vectors of units a column for each example.",
    "请输入“行数 x 列数”，如 {example}。权重矩阵每个单元一行；单元的向量每个样本一列。",
)
ROLES = {
    Role.WEIGHT: T(
        "A weight matrix has a row for each unit of its layer and a column for each unit below.",
        "权重矩阵：本层每个单元一行，前一层每个单元一列。",
    ),
    Role.BIAS: T(
        "A bias vector has a row for each unit of its layer and one column.", "偏置向量：本层每个单元一行，只有一列。"
    ),
}
OF_UNITS = T(
    "It has a row for each unit of its layer and a column for each example.", "本层每个单元一行，每个样本一列。"
)
ROWS_AND_COLUMNS = T("Rows x columns: {rows}x{columns}", "行数 x 列数：{rows}x{columns}")
ASKED = (Role.WEIGHT, Role.BIAS, Role.PREACTIVATION, Role.ACTIVATION)

ASK = {
    "values": T("What is the shape of {array}?", "{array} 是什么形状？"),
    "grads": T("What is the shape of the derivative of the loss by {array}?", "损失对 {array} 的导数是什么形状？"),
}
OF_ONE = T("Of one of the {count} examples.", "只看 {count} 个样本中的一个。")
HOW = T(
    "Type the lengths of the axes with x between them, such as {example}; one length for a list, 1 for a single number.",
    "请输入各轴的长度，用 x 隔开，如 {example}；列表只有一个长度，单个数写 1。",
)
OWN = T(
    "Each number of {array} has a derivative of its own. Where it was used in several places, their contributions are "
    "summed.",
    "{array} 的每个数都有自己的导数；若用在几处，就把各处的贡献相加。",
)
WINDOWS = T(
    "Along a side a window has so many places: (side + 2·padding − window)/stride + 1, rounded down.",
    "窗口在一条边上的位置数：（边长 + 2·填充 − 窗口）/步幅 + 1，向下取整。",
)
PLACES = T(
    "Here: ({side} + 2·{padding} − {window})/{stride} + 1 → {count}.",
    "这里：({side} + 2·{padding} − {window})/{stride} + 1 → {count}。",
)
PRODUCT = T(
    "A matrix product has the rows of the first matrix and the columns of the second.",
    "矩阵乘积的行数同第一个矩阵，列数同第二个矩阵。",
)
ALONG = T(
    "What is taken along an axis has one number in its place: the axis goes.",
    "沿某个轴运算，这个轴上只剩一个数：该轴消去。",
)
MOVED = T(
    "Some numbers are only moved: count how many there are, and along which axes they lie now.",
    "有些数只是换了位置：数一数共有几个，现在沿哪些轴排列。",
)
ELEMENT_BY_ELEMENT = T(
    "Element by element the shape stays; what is smaller is stretched to it.",
    "逐元素运算保持形状；较小的数组扩展到同样的形状。",
)
ANSWER = T("Shape: {axes}", "形状：{axes}")

STRIDE = T(
    "It would be so with a stride of 1; here a window moves by {number}.",
    "步幅为 1 时才是这样；这里窗口每次移动 {number}。",
)
PADDING = T(
    "It would be so without the padding; here {number} more on each side.",
    "不填充时才是这样；这里每边各补 {number} 圈 0。",
)
WITHIN = T(
    "The image has these sides. A window lies within it, so that it has fewer places.",
    "这是图像的边长；窗口只在图像之内移动，位置数更少。",
)
AXIS = T("Axis {number} is the one that goes; the others stay.", "消去的是第 {number} 个轴，其余的轴保留。")
ENTERS = T("{other} has this shape, which enters {array}.", "这是 {other} 的形状，它用来计算 {array}。")
EXCHANGED = T("Rows and columns are exchanged.", "行与列写反了。")
STRETCHED = T(
    "{other} has this shape: {array} is stretched to it, and on the way back the contributions to each of its numbers are "
    "summed.",
    "这是 {other} 的形状：{array} 先扩展到这个形状；反向时，把属于同一个数的贡献相加。",
)
COMPUTED_FROM_IT = T(
    "{other} has this shape, which is computed from {array}. The derivative has the shape of {array} itself.",
    "这是由 {array} 算出的 {other} 的形状；导数的形状与 {array} 自己相同。",
)
BY_EXAMPLE = T(
    "All examples share {array}: their contributions are summed, and no axis of examples is left.",
    "各样本共用 {array}：它们的贡献相加，不再有样本轴。",
)
ONE_NUMBER = T(
    "The loss is one number, but it has a derivative by each number of {array}.",
    "损失是一个数，但它对 {array} 的每个数都有导数。",
)

RULES = {
    PRODUCT: ("matmul", "outer"),
    ELEMENT_BY_ELEMENT: ("softmax", "log_softmax", "causal", "batch_mean"),
    MOVED: tuple(operation.name for operation in SHAPING),
}


def subjects(exercise: Exercise) -> tuple[Subject, ...]:
    """Weights, biases, weighted inputs and activations of every layer of a network; of a graph of arrays every array, and
    the derivative by it, where some slip gives another shape.
    """
    graph = exercise.lesson.graph
    if graph.shapes is not None:
        return tuple(Subject("shape", name) for name in _asked(exercise.lesson))
    asked = (node.name for node in graph.nodes if node.role in ASKED) if graph.layers else ()
    return tuple(Subject("shape", f"grads.{name}") for name in asked)


def _asked(lesson: Lesson) -> Mapping[str, tuple[int, bool]]:
    """By name the node of a question, and whether its derivative is asked for."""
    found = {}
    for i, node in enumerate(lesson.graph.nodes):
        is_result = node.role in (Role.TARGET, Role.LOSS) or i == lesson.graph.losses
        if node.inner or is_result or node.name in lesson.graph.whole_numbers:
            continue
        for backward in (False, True):
            suits = bool(lesson.formulas.users[i]) if backward else node.op is not None
            if suits and _slips(lesson, i, backward=backward):
                section: Section = "grads" if backward else "values"
                found[str(Quantity(*lesson.graph.name_of(i), section=section))] = i, backward
    return found


def ask(exercise: Exercise, subject: Subject, level: int) -> Question:
    """Rows and columns, or the lengths of the axes of an array."""
    return (_rows_and_columns if exercise.lesson.graph.shapes is None else _axes_of_array)(exercise, subject)


def _rows_and_columns(exercise: Exercise, subject: Subject) -> Question:
    """The shape of a derivative in a network, from the sizes of its layers."""
    lesson, name = exercise.lesson, subject.name.removeprefix("grads.")
    rows, columns = lesson.reading.trace.adjoint(name).shape
    role = lesson.graph.nodes[lesson.graph.index[name]].role
    principle = lesson.sentence(SKILLS["shape"].principle)
    answer = lesson.sentence(ROWS_AND_COLUMNS, rows=rows, columns=columns)
    key = Axes((rows, columns), rank=2)
    return Question(
        exercise,
        "shape",
        subject.skill,
        subject.name,
        (lesson.sentence(ASK["grads"], array=lesson.letters.value(Quantity(name))), sizes(lesson)),
        lesson.say(HOW_MANY, example=key.example),
        key,
        ((principle,), (lesson.sentence(ROLES.get(role, OF_UNITS)),), (answer,)),
        (principle, answer),
    )


def sizes(lesson: Lesson) -> Paragraph:
    """The output of each layer with its number of units, ``x: 2 → a²: 3``, and the number of examples."""
    outputs = (lesson.letters.value(Quantity(lesson.graph.part_name(i, "a"))) for i in range(len(lesson.graph.groups)))
    units = (f"{unicode(letter)}: {len(g.units)}" for letter, g in zip(outputs, lesson.graph.groups, strict=True))
    return lesson.sentence(LAYERS, units=" → ".join(units), examples=lesson.examples)


def _axes_of_array(exercise: Exercise, subject: Subject) -> Question:
    """The lengths of the axes, from the formulas next to the array."""
    lesson = exercise.lesson
    node, backward = _asked(lesson)[subject.name]
    array, shape = lesson.formulas.whole(node), lesson.formulas.shape(node)
    near = users(lesson)[node] if lesson.graph.nodes[node].op is None else (node,)  # what uses a given array
    around = dict.fromkeys(j for i in near for j in (*sources(lesson, i), i) if i != node or j != node)
    several = lesson.examples > 1 and not lesson.graph.nodes[node].shared
    rules = (lesson.say(SKILLS["shape"].principle), lesson.say(OWN, array=array)) if backward else _rules(lesson, node)
    steps = tuple(map(Paragraph, (*rules, lesson.say(ANSWER, axes=axes(shape)))))
    return Question(
        exercise,
        "shape",
        subject.skill,
        subject.name,
        (
            lesson.sentence(ASK["grads" if backward else "values"], array=array),
            *((lesson.sentence(OF_ONE, count=lesson.examples),) if several else ()),
            formulas(lesson, near),
            shapes(lesson, around),
        ),
        lesson.say(HOW, example=Axes(shape).example),
        Axes(shape),
        tuple((step,) for step in steps),
        steps,
        slips=_slips(lesson, node, backward=backward),
    )


def _rules(lesson: Lesson, node: int) -> tuple[Words, ...]:
    """How the operations of a formula make shapes, without repetition."""
    found: dict[Words, None] = {}
    for op in (lesson.graph.nodes[i].op for i in reversed(tuple(_parts(lesson, node)))):
        assert isinstance(op, ArrayOp), "an op on arrays"
        text = WINDOWS if op.slides else next((text for text, ops in RULES.items() if op.name in ops), ALONG)
        if op.use is None:
            text = ELEMENT_BY_ELEMENT
        found[lesson.say(text)] = None
        found |= {lesson.say(PLACES, **numbers): None for numbers in _places(op)}
    return tuple(found)


def _places(op: ArrayOp) -> Iterator[Mapping[str, int]]:
    """How many places a window has along each side."""
    if not op.slides or op.use is None:
        return
    sides, (image, *kernel), options = op.slides, op.use.shapes, op.use.options
    size = int(options.get("size", 1))
    windows = kernel[0][-sides:] if kernel else (size,) * sides
    rest = {"padding": int(options.get("padding", 0)), "stride": int(options.get("stride", size))}
    for side, window, count in zip(image[-sides:], windows, op.shape[-sides:], strict=True):
        yield {"side": side, "window": window, "count": count, **rest}


def _slips(lesson: Lesson, node: int, *, backward: bool) -> tuple[Slip, ...]:
    """The slips that give another shape, the first of those that give the same one."""
    right, found = lesson.formulas.shape(node), dict[Shape, Words]()
    every = (*(_backward(lesson, node) if backward else ()), *_forward(lesson, node))
    for shape, said in every:
        if (shape or (1,)) != (right or (1,)):
            found.setdefault(shape or (1,), said)
    return tuple(Slip(shape, said) for shape, said in found.items())


def _forward(lesson: Lesson, node: int) -> Iterator[tuple[Shape, Words]]:
    """Shapes that slips give the array itself."""
    array, shape = lesson.formulas.whole(node), lesson.formulas.shape(node)
    for part in _parts(lesson, node):
        for other, text, number in _rebound(lesson.graph.nodes[part]):
            yield _where(lesson, node, part, other), lesson.say(text, number=number)
    if len(shape) > 1:
        yield (*shape[:-2], shape[-1], shape[-2]), lesson.say(EXCHANGED)
    for source in sources(lesson, node):
        yield lesson.formulas.shape(source), lesson.say(ENTERS, other=lesson.formulas.whole(source), array=array)


def _backward(lesson: Lesson, node: int) -> Iterator[tuple[Shape, Words]]:
    """Shapes that slips give the derivative by an array."""
    array, shape = lesson.formulas.whole(node), lesson.formulas.shape(node)
    for user in users(lesson)[node]:
        text = STRETCHED if _is_stretched(lesson, node) else COMPUTED_FROM_IT
        yield lesson.formulas.shape(user), lesson.say(text, other=lesson.formulas.whole(user), array=array)
    if lesson.graph.nodes[node].shared and lesson.examples > 1:
        yield (*shape, lesson.examples), lesson.say(BY_EXAMPLE, array=array)
    yield (), lesson.say(ONE_NUMBER, array=array)


def _is_stretched(lesson: Lesson, node: int) -> bool:
    """Whether a node is used element by element with a larger array, as it is or with axes put in."""
    for user, _ in lesson.formulas.users[node]:
        own = lesson.graph.nodes[user]
        if isinstance(own.op, ArrayOp) and own.op.formula is not None:
            return lesson.formulas.shape(user) != lesson.formulas.shape(node)
        if isinstance(own.op, ArrayOp) and own.inner and own.op.kind == "selection":
            return _is_stretched(lesson, user)
    return False


def _parts(lesson: Lesson, node: int) -> Iterator[int]:
    """A computed node and the inner steps of its formula."""
    if lesson.graph.nodes[node].op is not None:
        yield node
        for i in lesson.graph.nodes[node].inputs:
            if lesson.graph.nodes[i].inner:
                yield from _parts(lesson, i)


def _rebound(node: Node) -> Iterator[tuple[Shape, T, int]]:
    """The shapes an operation gives with other options, each with what is forgotten then, and the right option."""
    op = node.op
    if not isinstance(op, ArrayOp) or op.use is None:
        return
    options = op.use.options
    if op.slides:
        stride, sides = options.get("stride", options.get("size", 1)), op.slides
        yield _bound(op, options={**options, "stride": 1}), STRIDE, int(stride)
        yield _bound(op, options={**options, "padding": 0}), PADDING, int(options.get("padding", 0))
        yield (*op.shape[: len(op.shape) - sides], *op.use.shapes[0][-sides:]), WITHIN, 0
    elif "axis" in options:
        rank = len(op.use.shapes[0])
        right = int(options["axis"]) % (rank + 1)
        others = (axis for axis in range(1, rank + 1) if axis != right)
        yield from ((_bound(op, options={**options, "axis": axis}), AXIS, right) for axis in others)


def _bound(op: ArrayOp, **changed: Any) -> Shape:
    """The shape of the same use with other options or shapes; that of the op itself where those are not possible."""
    assert op.use is not None, "an op of the table"
    try:
        return OPERATIONS[op.name].bound(replace(op.use, **changed)).shape
    except ShapeError:
        return op.shape


def _where(lesson: Lesson, node: int, part: int, shape: Shape) -> Shape:
    """The shape of a node where an inner step of its formula has another one."""
    if node == part:
        return shape
    own = lesson.graph.nodes[node]
    if not isinstance(own.op, ArrayOp) or part not in _parts(lesson, node):
        return lesson.formulas.shape(node)
    shapes = tuple(_where(lesson, i, part, shape) for i in own.inputs)
    if own.op.use is not None:
        return _bound(own.op, shapes=shapes)
    try:
        return stretched({str(i): each for i, each in enumerate(shapes)})
    except ShapeError:
        return own.op.shape


SHAPE = Kind("shape", T("the shape of a gradient or an array", "梯度或数组的形状"), subjects, ask)


ASK_COUNT = T(
    "How many parameters are there? A backward pass gives so many derivatives.",
    "一共有多少个参数？一次反向传播就给出这么多个导数。",
)
ALL_THAT_MOVES = T("All that an update changes counts: {arrays}.", "更新会改变的都算：{arrays}。")
PRODUCT_OF_AXES = T(
    "An array has as many numbers as the product of its axes: n units on m inputs have n·m weights, and n biases.",
    "一个数组的元素个数等于各轴长度之积：n 个单元、m 个输入，就有 n·m 个权重和 n 个偏置。",
)
BARE = T("{array}", "{array}")
OF_ARRAY = T("{letter}: {product}", "{letter}：{product}")
TOGETHER = T("Together: {total}", "合计：{total}")


def _countable(exercise: Exercise) -> tuple[Subject, ...]:
    """All parameters together, where there are any."""
    return (Subject("shape", "parameters"),) if exercise.lesson.step.lines else ()


def _ask_count(exercise: Exercise, subject: Subject, level: int) -> Question:
    """The number of all parameters: of the nodes that an update changes, in the order of the computation."""
    lesson, graph = exercise.lesson, exercise.lesson.graph
    moved = (i for i, node in enumerate(graph.nodes) if node.name in lesson.step.lines)
    counts = {lesson.letters.value(Quantity(graph.nodes[i].name)): size(lesson.reading.trace, i) for i in moved}
    # of a network the sizes of the layers show the shapes, of scalars there are none
    shown = SHAPED if graph.shapes is not None and not graph.layers else BARE
    arrays = joined((lesson.say(shown, array=n, axes=axes(shape)) for n, (shape, _) in counts.items()), lesson.lang)
    total = sum(count for _, count in counts.values())
    counted = tuple(lesson.sentence(OF_ARRAY, letter=n, product=_product(*each)) for n, each in counts.items())
    rule, answer = lesson.sentence(PRODUCT_OF_AXES), lesson.sentence(TOGETHER, total=total)
    return Question(
        exercise,
        "parameters",
        subject.skill,
        None,
        (
            lesson.sentence(ASK_COUNT),
            *((sizes(lesson),) if graph.layers else definitions(exercise)),
            lesson.sentence(ALL_THAT_MOVES, arrays=arrays),
        ),
        lesson.say(TYPE_COUNT),
        Count(total),
        ((rule,), counted, (answer,)),
        (rule, *counted, answer),
    )


def _product(shape: tuple[int, ...], count: int) -> str:
    """``2·3 = 6``, ``2·3 − 1 = 5`` where a connection is missing; of a single axis the count alone."""
    missing = prod(shape) - count
    written = "·".join(map(str, shape)) + (f" − {missing}" if missing else "")
    return f"{written} = {count}" if len(shape) > 1 else str(count)


PARAMETERS = Kind("parameters", T("count the parameters", "数参数"), _countable, _ask_count, stage=1)
