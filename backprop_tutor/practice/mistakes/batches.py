"""Mistakes over several examples, and of the penalty on the weights."""

from __future__ import annotations

from backprop_tutor.formula.nodes import Role
from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.graph.tracer import to_tracers
from backprop_tutor.practice.mistakes import principles
from backprop_tutor.practice.mistakes.conditions import activation, all_of, examples, has, layered, reduces_by, units
from backprop_tutor.practice.mistakes.mistake import Mistake
from backprop_tutor.practice.mistakes.sites import in_layers, output, variants, whole
from backprop_tutor.text import T
from backprop_tutor.training.train_state import trainable
from backprop_tutor.training.train_step import update
from backprop_tutor.whatif.intervention import Changes, Line, Wrong, last_line
from backprop_tutor.whatif.step_context import StepContext, row_of

FIRST = T("the first example", "第一个样本")
LAST = T("the last example", "最后一个样本")
DOUBLED = T("2λ", "2λ")
HALVED = T("λ/2", "λ/2")

averages = all_of(reduces_by("mean"), lambda s: not s.graph.is_given_upstream)

IN_BOTH, IN_GRADIENTS = T("the loss and the gradients", "损失和梯度"), T("the gradients only", "只有梯度")
IN_LOSS = T("the loss only", "只有损失")


def _every_gradient(scenario: Scenario, factor: float) -> Changes:
    return {Line("gradient", name): lambda k, right: factor * right for name in scenario.graph.parameters}


def _wrong_count(scenario: Scenario) -> Changes:
    """The number of inputs used as the number of examples."""
    factor = examples(scenario) / units(scenario.graph, 0)
    return {
        Line("forward", "loss"): lambda k, right: factor * right,
        Line("sent", "loss"): lambda k, right: factor * right,
    }


def _only_example(scenario: Scenario) -> dict[T, Changes]:
    return {FIRST: {Line("sent", "loss"): _picked(0)}, LAST: {Line("sent", "loss"): _picked(-1)}}


def _picked(example: int) -> Wrong:
    """What the loss sends to one example of the batch, however many that has, and nothing to the others."""

    def wrong(k: StepContext, right: Array) -> Array:
        count = right.shape[-1]
        chosen = row_of([float(i == range(count)[example]) for i in range(count)])
        sent: Array = k.adjoint("loss") * chosen + 0 * right
        return sent

    return wrong


def _averaged(scenario: Scenario) -> Changes:
    """One pass on the mean of the examples, in place of each of them."""
    return {
        Line("given", name): lambda k, right: right.mean(axis=-1, keepdims=True) + 0 * right for name in scenario.data
    }


def _one_by_one(scenario: Scenario) -> Changes:
    """An update after every example of the batch."""
    line = last_line(scenario)
    return {Line("update", name, line): _after_all(name) for name in trainable(scenario)}


def _after_all(name: str) -> Wrong:
    """A parameter after as many updates as there are examples, each from one of them."""

    def wrong(k: StepContext, right: Array) -> Array:
        given = {each: k.seen(array, each) for each, array in k.given.items()}
        state = {each: {s: k.seen(array, each) for s, array in kept.items()} for each, kept in k.position.state.items()}
        count = given[next(iter(k.scenario.data))].shape[-1]
        for example in range(count):
            number = k.position.updates * count + example + 1
            one = {each: given[each][..., example : example + 1] for each in k.scenario.data}
            trace = k.another({**given, **one})
            for each, kept in state.items():
                p, g = given[each], to_tracers(trace.adjoint(each))
                lines = update(k.scenario.training, number, p, g, kept)
                given[each], state[each] = lines[-1][1], {s: value for s, value in lines if s in kept}
        return given[name]

    return wrong


def penalised(scenario: Scenario) -> bool:
    """Whether the squares of the weights are penalised."""
    return scenario.graph.penalised


def _on_biases(scenario: Scenario) -> Changes:
    strength = scenario.graph.l2
    biases = [node.name for node in scenario.graph.nodes if node.role == Role.BIAS]
    return {Line("gradient", name): _with_penalty(name, strength) for name in biases}


def _with_penalty(name: str, strength: float) -> Wrong:
    return lambda k, right: right + strength * k.value(name)


def _other_strength(scenario: Scenario) -> dict[T, Changes]:
    factors = {DOUBLED: 2.0, HALVED: 0.5}
    weights = range(1, len(scenario.graph.nodes[-1].inputs))
    return {where: {Line("sent", "loss", i): _scaled(f) for i in weights} for where, f in factors.items()}


def penalty_times(scenario: Scenario, factor: float) -> dict[T, Changes]:
    """The penalty times a factor: in the gradients, in the loss, in both."""
    weights = range(1, len(scenario.graph.nodes[-1].inputs))
    gradients: Changes = {Line("sent", "loss", i): _scaled(factor) for i in weights}
    loss: Changes = {Line("forward", "loss"): _with_penalty_times(factor)}
    return {IN_BOTH: {**loss, **gradients}, IN_GRADIENTS: gradients, IN_LOSS: loss}


def _with_penalty_times(factor: float) -> Wrong:
    def wrong(k: StepContext, right: Array) -> Array:
        squares = sum(
            (k.W(layer) ** 2).sum(axis=(-2, -1), keepdims=True) for layer in range(1, len(k.graph.layers) + 1)
        )
        changed: Array = right + (factor - 1) * 0.5 * k.graph.l2 * squares
        return changed

    return wrong


def _over_batch(k: StepContext, layer: int, right: Array) -> Array:
    """A softmax whose sum runs over all examples as well."""
    shares = np.exp(k.z(layer))
    shared: Array = shares / shares.sum(axis=(-2, -1), keepdims=True)
    return shared


def _scaled(factor: float) -> Wrong:
    return lambda k, right: factor * right


def _counts_differ(scenario: Scenario) -> bool:
    return examples(scenario) != units(scenario.graph, 0)


def _whole_batch(scenario: Scenario) -> bool:
    return examples(scenario) == scenario.examples


def _several(scenario: Scenario) -> bool:
    return examples(scenario) > 1 and not scenario.graph.is_given_upstream


BATCHES = (
    Mistake(
        "divided-by-m-twice",
        T("divided by m twice", "两次除以 m"),
        T("the gradients are divided by the number of examples twice", "梯度两次除以样本数 m"),
        principles.BATCH,
        whole(lambda s: _every_gradient(s, 1 / examples(s)), averages),
        seen=2,
    ),
    Mistake(
        "wrong-m",
        T("number of inputs for number of examples", "用输入个数代替样本数"),
        T("the number of inputs is taken for the number of examples m", "把输入的个数当成了样本数 m"),
        principles.BATCH,
        whole(_wrong_count, all_of(layered, averages, _counts_differ)),
        seen=2,
    ),
    Mistake(
        "one-example-only",
        T("one example only", "只用了一个样本"),
        T("the gradient is that of one example of the batch only", "梯度只用了这一批中的一个样本"),
        principles.BATCH,
        variants(_only_example, _several),
        seen=2,
    ),
    Mistake(
        "inputs-averaged",
        T("one pass on the mean example", "对平均后的样本只算一遍"),
        T(
            "the examples are averaged first, and the network is run once on the mean",
            "先对样本取平均，再用这个平均样本只算一遍",
        ),
        principles.EXAMPLES,
        whole(_averaged, all_of(averages, lambda s: not s.graph.whole_numbers)),
    ),
    Mistake(
        "online-in-batch",
        T("updates inside the batch", "批内逐个更新"),
        T("the parameters are updated after every example of the batch", "这一批里每算完一个样本就更新了一次参数"),
        principles.EXAMPLES,
        whole(_one_by_one, all_of(_several, _whole_batch)),
        seen=2,
        pairs=False,
    ),
    Mistake(
        "l2-on-biases",
        T("penalty on the biases", "对偏置也加了惩罚"),
        T("the biases are penalised like the weights", "偏置也像权重一样加了惩罚"),
        principles.PENALTY,
        whole(_on_biases, penalised),
        seen=2,
    ),
    Mistake(
        "l2-factor",
        T("another factor of the penalty", "惩罚项的系数不对"),
        T("the penalty enters the gradients with another factor than λ", "惩罚项进入梯度时用的系数不是 λ"),
        principles.PENALTY,
        variants(_other_strength, penalised),
        seen=2,
    ),
    Mistake(
        "penalty-forgotten",
        T("the penalty left out", "漏掉惩罚项"),
        T("the penalty is left out", "漏掉了惩罚项"),
        principles.PENALTY,
        variants(lambda s: penalty_times(s, 0.0), penalised),
        seen=2,
    ),
    Mistake(
        "penalty-sign",
        T("the penalty with the other sign", "惩罚项的符号反了"),
        T("the penalty is subtracted where it is to be added", "惩罚项本该加，却减了"),
        principles.PENALTY,
        variants(lambda s: penalty_times(s, -1.0), penalised),
    ),
    Mistake(
        "softmax-over-batch",
        T("softmax over the whole batch", "对整批样本做 softmax"),
        T("the softmax is normalised over all examples of the batch together", "softmax 把整批样本放在一起归一化"),
        principles.EXAMPLES,
        lambda s: in_layers(activation, _over_batch, output, has("softmax"))(s) if examples(s) > 1 else iter(()),
        lasts=False,
    ),
)
