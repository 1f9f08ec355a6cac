"""What keeping values saves: multiplications along every single path, against one backward pass.

By the chain rule a derivative is a sum over paths, each a product of local derivatives: a path of k steps costs k − 1
multiplications. The number of paths multiplies from layer to layer. A backward pass meets every connection once.
"""

from __future__ import annotations

from backprop_tutor.engine.reading import Element
from backprop_tutor.formula.nodes import Role
from backprop_tutor.frozen import frozen
from backprop_tutor.lesson.document import Paragraph, Section, Table
from backprop_tutor.lesson.lesson import Lesson
from backprop_tutor.lesson.routes import onward, summed
from backprop_tutor.lesson.words import plain
from backprop_tutor.text import T

TITLE = T("Multiplications that keeping the values saves", "保留中间结果省下的乘法次数")
HERE = T(
    "For one example, all gradients of this network's weights take {paths} multiplications if every path from every "
    "weight to the loss is worked out by itself, and {kept} if each derivative is kept and used again: one backward pass.",
    "对一个样本求这个网络全部权重的梯度：若把每个权重到损失的每条路径都单独算一遍，需要 {paths} 次乘法；"
    "若把每个导数都保留下来重复使用，也就是做一次反向传播，只需 {kept} 次。",
)
GROWTH = T(
    "If every layer has the width {width}, this is how the two grow with the number of layers:",
    "若每层的宽度都是 {width}，两者随层数这样增长：",
)
LAYERS, PATHS, KEPT = T("layers", "层数"), T("path by path", "逐条路径"), T("values kept", "保留中间结果")
DEEPEST = 6


@frozen
class Cost:
    """Multiplications for the gradients of all weights, for one example: path by path, and with values kept."""

    paths: int
    kept: int


def cost(lesson: Lesson) -> Section:
    """The note of cost for a network, and a table of its growth with depth."""
    here, width = counted(lesson), _width(lesson)
    words = lesson.say(HERE, paths=here.paths, kept=here.kept)
    header = tuple(lesson.say(title) for title in (LAYERS, PATHS, KEPT))
    grown = ((depth, of_depth(width, depth)) for depth in range(1, DEEPEST + 1))
    rows = tuple(tuple(plain(str(n)) for n in (depth, found.paths, found.kept)) for depth, found in grown)
    table = Table(header, rows, ("right", "right", "right"))
    return Section(lesson.say(TITLE), (Paragraph(words), Paragraph(lesson.say(GROWTH, width=width)), table), "cost")


def counted(lesson: Lesson) -> Cost:
    """The two counts for the network at hand, connection by connection."""
    loss = Element(lesson.graph.losses, 0, 0)
    ways, steps, kept = {loss: 1}, {loss: 0}, 0
    for node in reversed(lesson.nodes(Role.PREACTIVATION, Role.ACTIVATION)):
        for element in lesson.reading.column(node, 0):
            ahead = onward(lesson, element)
            ways[element] = sum(ways[next_] for next_ in ahead)
            steps[element] = sum(steps[next_] + ways[next_] for next_ in ahead)
            kept += sum(next_ != loss for next_ in ahead)
    into = [summed(lesson, weight, 0) for weight in lesson.elements(Role.WEIGHT)]
    return Cost(sum(steps[z] for z in into), kept + len(into))


def of_depth(width: int, depth: int) -> Cost:
    """The same for so many full layers of `width` units on as many inputs, each activation applied unit by unit.

    From a unit of layer l there are width^(depth − l) paths, each of 2(depth − l) + 2 steps after its weight.
    """
    beyond = range(depth)
    paths = sum(width**2 * width**above * (2 * above + 2) for above in beyond)
    return Cost(paths, depth * width**2 + depth * width + (depth - 1) * width**2)


def _width(lesson: Lesson) -> int:
    network = lesson.graph.network
    assert network is not None, "only networks have layers"
    return max(len(layer.units) for layer in network.layers)
