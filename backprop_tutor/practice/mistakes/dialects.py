"""What libraries compute where the books say otherwise: the conventions of optimizers, penalties and losses.

Who takes which was observed by running them (`verify/frameworks.py` has the rows of the frameworks). With `like:`, or
with the setting named, a scenario is computed so throughout.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isclose

from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.ops.functions import sqrt
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.practice.mistakes import principles
from backprop_tutor.practice.mistakes.batches import penalised, penalty_times
from backprop_tutor.practice.mistakes.conditions import (
    InScenario,
    all_of,
    examples,
    layered,
    learns,
    loss_is,
    loss_line,
    optimizer_is,
    outputs,
)
from backprop_tutor.practice.mistakes.conventions import assignments, scaled_loss
from backprop_tutor.practice.mistakes.mistake import Mistake, Sites
from backprop_tutor.practice.mistakes.optimizers import rule_lines
from backprop_tutor.practice.mistakes.output_delta import scaled_error
from backprop_tutor.practice.mistakes.sites import variants
from backprop_tutor.text import T
from backprop_tutor.training.rule import rule_of
from backprop_tutor.training.train_state import trainable
from backprop_tutor.whatif.intervention import Changes, Line, Wrong, last_line
from backprop_tutor.whatif.step_context import StepContext

AS_GIVEN = T("ε as it is given", "ε 取所给的值")
SEVEN = T("ε = 1e-7, as with 'like: keras'", "ε = 1e-7，与 'like: keras' 相同")
OF_OPTAX = T("ε = 1e-7, as in Keras, TensorFlow.js and optax", "ε = 1e-7，如 Keras、TensorFlow.js、optax")
OF_KERAS = T("ε = 1e-7, as in Keras and TensorFlow", "ε = 1e-7，如 Keras、TensorFlow")
OF_SKLEARN = T("ε as it is given, as in scikit-learn", "ε 取所给的值，如 scikit-learn")
IN_SINGLE = T(
    "ε = 1e-7 and β₂ᵗ in single precision, as Keras, TensorFlow and TensorFlow.js compute it",
    "ε = 1e-7，β₂ᵗ 用单精度，Keras、TensorFlow、TensorFlow.js 就是这样算的",
)
SMALL = 1e-7
TENTH = 0.1
PAIR = 2


def _first_step(k: StepContext) -> Array:
    """1 in the first step of the optimizer's rule, 0 in every other."""
    first: Array = 0.0 ** (k.setting("t") - 1)
    return first


def _step(k: StepContext, by: Array) -> Array:
    """The parameter after a step along this."""
    new: Array = k.setting("p") - k.setting("learning_rate") * by
    return new


def _inside(epsilon: float | None) -> Wrong:
    """Adagrad and RMSprop with ε inside the root; None takes the given one."""
    return lambda k, right: _step(k, k.setting("g") / sqrt(k.setting("s") + (epsilon or k.setting("epsilon"))))


def _uncorrected(scenario: Scenario) -> dict[T, Changes]:
    """Adam with ε added to the root of the average before its correction, β₂ᵗ in the correction double or single."""
    constants = rule_of(scenario.training).constants(scenario.training)
    beta2, given = constants["beta2"], constants["epsilon"]

    def last(epsilon: float, beta2: float) -> Wrong:
        def wrong(k: StepContext, right: Array) -> Array:
            corrected = sqrt(1 - beta2 ** k.setting("t"))
            return _step(k, k.setting("m_hat") * corrected / (sqrt(k.setting("s")) + epsilon))

        return wrong

    ways = {OF_SKLEARN: (given, beta2), SEVEN: (SMALL, beta2), IN_SINGLE: (SMALL, float(np.float32(beta2)))}
    return {where: _last(last(*way))(scenario) for where, way in ways.items()}


def _from_tenth(k: StepContext, right: Array) -> Array:
    begun: Array = right + TENTH * _first_step(k)
    return begun


def _with_rho(rho: float) -> Wrong:
    return lambda k, right: rho * k.setting("s") + (1 - rho) * k.setting("g") ** 2


def _decayed(scenario: Scenario, by: float) -> Changes:
    """The first line of AdamW with another decay."""
    first = [name for name, _ in rule_of(scenario.training).lines].index("p")
    return {Line("update", name, first): _shrunk(by) for name in trainable(scenario)}


def _shrunk(by: float) -> Wrong:
    return lambda k, right: k.setting("p") * (1 - k.setting("learning_rate") * by)


def _coupled(scenario: Scenario) -> Changes:
    """Adam on the gradient of a penalty: its averages take g + λ·p, and the parameter does not shrink by itself."""

    def gradient(k: StepContext) -> Array:
        with_decay: Array = k.setting("g") + k.setting("weight_decay") * k.setting("p")
        return with_decay

    averages = rule_lines(
        m=lambda k, right: k.setting("beta1") * k.setting("m") + (1 - k.setting("beta1")) * gradient(k),
        s=lambda k, right: k.setting("beta2") * k.setting("s") + (1 - k.setting("beta2")) * gradient(k) ** 2,
    )
    return {**_decayed(scenario, 0.0), **averages(scenario)}


def _dampened(k: StepContext, right: Array) -> Array:
    """v = μ·v + (1 − μ)·g, but for the first step, which is whole."""
    averaged: Array = right - k.setting("momentum") * k.setting("g") * (1 - _first_step(k))
    return averaged


def _with_momentum(name: str, momentum: float, nesterov: bool) -> Wrong:
    """Gradient descent with a velocity, in its first two steps: the first gradient follows from what it changed."""
    ahead, kept = (1 + momentum, momentum**2) if nesterov else (1.0, momentum)

    def wrong(k: StepContext, right: Array) -> Array:
        if k.position.updates != 1:
            return _step(k, ahead * k.setting("g"))
        change = k.seen(k.scenario.parameters[name], name) - k.setting("p")
        before: Array = change / (k.setting("learning_rate") * ahead)
        velocity: Array = ahead * k.setting("g") + kept * before
        return _step(k, velocity)

    return wrong


def _unasked(scenario: Scenario) -> dict[T, Changes]:
    last = last_line(scenario)
    return {
        where: {Line("update", name, last): _with_momentum(name, *how) for name in trainable(scenario)}
        for where, how in MOMENTUM.items()
    }


MOMENTUM: Mapping[T, tuple[float, bool]] = {
    T("Nesterov with μ = 0.9, as in scikit-learn", "Nesterov，μ = 0.9，如 scikit-learn"): (0.9, True),
    T("μ = 0.9, as in ConvNetJS", "μ = 0.9，如 ConvNetJS"): (0.9, False),
    T("μ = 0.1, as in brain.js", "μ = 0.1，如 brain.js"): (0.1, False),
}


def _other_rate(scenario: Scenario) -> dict[T, Changes]:
    """The rate that a library takes by default, in place of the stated one; Keras also with the loss of its name.

    Where it is the stated rate squared, that mistake says so itself.
    """
    training = scenario.training
    rates = RATES.get(training.optimizer, {OF_MOST: 0.001})
    alike = training.learning_rate, training.learning_rate**2
    others = {who: rate for who, rate in rates.items() if not any(isclose(rate, each) for each in alike)}
    found = {who: _at_rate(scenario, rate) for who, rate in others.items()}
    squares = training.optimizer == "sgd" and loss_is("half_squared_error")(scenario)
    if squares and (factor := 2 / outputs(scenario)) != 1:
        loss = {**scaled_loss(scenario, factor), **scaled_error(scenario, factor)}
        found[KERAS_COMPILED] = {**loss, **_at_rate(scenario, 0.01)}
    return found


def _at_rate(scenario: Scenario, rate: float) -> Changes:
    """Every line that assigns the new parameter, with another learning rate."""
    wrong = _times(rate / scenario.training.learning_rate)
    return {Line("update", name, i): wrong for name in trainable(scenario) for i in assignments(scenario)}


def _times(factor: float) -> Wrong:
    return lambda k, right: k.setting("p") - (k.setting("p") - right) * factor


OF_MOST = T("0.001, as in Keras and PyTorch", "0.001，如 Keras、PyTorch")
OF_DESCENT: Mapping[T, float] = {
    T("0.01, as SGD of Keras", "0.01，如 Keras 的 SGD"): 0.01,
    T("0.001, as SGD of PyTorch and scikit-learn", "0.001，如 PyTorch、scikit-learn 的 SGD"): 0.001,
}
OF_SCALED: Mapping[T, float] = {
    T("0.01, as in PyTorch", "0.01，如 PyTorch"): 0.01,
    T("0.001, as in Keras", "0.001，如 Keras"): 0.001,
}
RATES: Mapping[str, Mapping[T, float]] = {
    **dict.fromkeys(("sgd", "momentum", "nesterov"), OF_DESCENT),
    **dict.fromkeys(("adagrad", "rmsprop"), OF_SCALED),
    "adam": {T("0.001, as in PyTorch, Keras and scikit-learn", "0.001，如 PyTorch、Keras、scikit-learn"): 0.001},
    "nadam": {T("0.002, as in PyTorch", "0.002，如 PyTorch"): 0.002, T("0.001, as in Keras", "0.001，如 Keras"): 0.001},
    "adadelta": {T("1, as in PyTorch", "1，如 PyTorch"): 1.0, T("0.001, as in Keras", "0.001，如 Keras"): 0.001},
    "lion": {T("0.001, as in Keras", "0.001，如 Keras"): 0.001},
}
"""The default learning rates of libraries, by optimizer, and who takes them."""
KERAS_COMPILED = T(
    "0.01 and the squares without their ½, as compile('sgd', 'mse') of Keras",
    "0.01，且平方误差不带 ½，如 Keras 的 compile('sgd', 'mse')",
)


def _scaled_alone(scenario: Scenario) -> dict[T, Changes]:
    """The loss with another factor, beside the gradients of the stated one."""
    count = outputs(scenario)
    factors = {T("2·Σe², as in ConvNetJS", "2·Σe²，如 ConvNetJS"): 4.0}
    if count > PAIR:
        factors[MEAN_OF_SQUARES] = 2 / count
    return {where: {loss_line(scenario.graph): _of_loss(factor)} for where, factor in factors.items()}


def _of_loss(factor: float) -> Wrong:
    return lambda k, right: factor * right


def _last(wrong: Wrong) -> Callable[[Scenario], Changes]:
    """The line that assigns the new parameter, of every parameter."""
    return rule_lines(p=wrong)


def _ways(ways: Mapping[T, Callable[[Scenario], Changes]], when: InScenario) -> Sites:
    return variants(lambda scenario: {where: changes(scenario) for where, changes in ways.items()}, when)


MEAN_OF_SQUARES = T(
    "the mean of the squares, as in PyTorch, Keras and brain.js", "平方的平均，如 PyTorch、Keras、brain.js"
)

adagrad, rmsprop, adamw = optimizer_is("adagrad"), optimizer_is("rmsprop"), optimizer_is("adamw")

DIALECTS = (
    Mistake(
        "accumulator-from-tenth",
        T("Adagrad's sum starts at 0.1", "Adagrad 的平方和从 0.1 起"),
        T("Adagrad's sum of squares starts at 0.1, not at 0", "Adagrad 的平方和从 0.1 起，而不是从 0"),
        principles.LIBRARIES,
        _ways(
            {AS_GIVEN: rule_lines(s=_from_tenth), OF_OPTAX: rule_lines(s=_from_tenth, p=_inside(SMALL))},
            all_of(adagrad, lambda s: not s.kept),
        ),
        seen=2,
        kind="convention",
    ),
    Mistake(
        "epsilon-inside-root",
        T("ε inside the root", "ε 放进了根号"),
        T("ε is added inside the root: √(s + ε)", "ε 加在了根号里面：√(s + ε)"),
        principles.LIBRARIES,
        _ways({AS_GIVEN: _last(_inside(None)), OF_KERAS: _last(_inside(SMALL))}, optimizer_is("adagrad", "rmsprop")),
        seen=2,
        kind="convention",
    ),
    Mistake(
        "epsilon-beside-uncorrected-root",
        T("ε beside the uncorrected root", "ε 加在未修正的根号旁"),
        T(
            "ε is added to √s before the bias correction, which makes it larger: √s + ε for √ŝ + ε",
            "ε 加在偏差修正之前的 √s 上，因而作用更大：√s + ε 代替 √ŝ + ε",
        ),
        principles.LIBRARIES,
        variants(_uncorrected, optimizer_is("adam", "adamw")),
        seen=2,
        kind="convention",
    ),
    Mistake(
        "adadelta-is-descent",
        T("Adadelta as plain gradient descent", "Adadelta 成了普通的梯度下降"),
        T(
            "Adadelta's factor is 1, so that the step is that of plain gradient descent",
            "Adadelta 的系数成了 1，更新就是普通的梯度下降",
        ),
        principles.LIBRARIES,
        _ways(
            {T("as in TensorFlow.js", "如 TensorFlow.js"): _last(lambda k, right: _step(k, k.setting("g")))},
            optimizer_is("adadelta"),
        ),
        seen=2,
        kind="convention",
    ),
    Mistake(
        "other-rho",
        T("another ρ of RMSprop", "RMSprop 的 ρ 不同"),
        T("RMSprop keeps another share of its mean square", "RMSprop 保留均方的比例不同"),
        principles.LIBRARIES,
        _ways(
            {
                T("ρ = 0.99, as in PyTorch", "ρ = 0.99，如 PyTorch"): rule_lines(s=_with_rho(0.99)),
                T("ρ = 0.95, as in PaddlePaddle", "ρ = 0.95，如 PaddlePaddle"): rule_lines(s=_with_rho(0.95)),
            },
            rmsprop,
        ),
        seen=2,
        kind="convention",
    ),
    Mistake(
        "other-weight-decay",
        T("another weight decay", "权重衰减取值不同"),
        T("the parameters shrink by another weight decay", "参数按另一个权重衰减值缩小"),
        principles.LIBRARIES,
        _ways(
            {
                T("λ = 0.004, as in Keras", "λ = 0.004，如 Keras"): lambda s: _decayed(s, 0.004),
                T("λ = 0.0001, as in optax", "λ = 0.0001，如 optax"): lambda s: _decayed(s, 1e-4),
                T("λ = 0.004 and the rest as in Keras, too", "λ = 0.004，其余也按 Keras"): lambda s: {
                    **_decayed(s, 0.004),
                    **_uncorrected(s)[IN_SINGLE],
                },
            },
            adamw,
        ),
        seen=2,
        kind="convention",
    ),
    Mistake(
        "weight-decay-coupled",
        T("the decay put into the gradient", "衰减并入了梯度"),
        T(
            "the decay is added to the gradient, as a penalty, and runs through Adam's averages: g + λ·p",
            "衰减像惩罚项一样加进了梯度，再经过 Adam 的滑动平均：g + λ·p",
        ),
        principles.LIBRARIES,
        _ways({T("as in Adam(weight_decay=λ) of PyTorch", "如 PyTorch 的 Adam(weight_decay=λ)"): _coupled}, adamw),
        seen=2,
        kind="convention",
    ),
    Mistake(
        "momentum-dampened",
        T("the velocity dampened after the first step", "第一步之后速度取平均"),
        T(
            "the first gradient counts in full and the later ones are averaged in: v = μ·v + (1 − μ)·g",
            "第一个梯度全部计入，之后的按平均计入：v = μ·v + (1 − μ)·g",
        ),
        principles.LIBRARIES,
        _ways(
            {T("as in SGD(dampening=μ) of PyTorch", "如 PyTorch 的 SGD(dampening=μ)"): rule_lines(v=_dampened)},
            optimizer_is("momentum"),
        ),
        seen=1,
        kind="convention",
    ),
    Mistake(
        "momentum-unasked",
        T("momentum that is not stated", "用了题目没有的动量"),
        T("the step has a momentum that is not stated", "更新用了题目没有给出的动量"),
        principles.LIBRARIES,
        variants(_unasked, all_of(layered, optimizer_is("sgd"))),
        seen=2,
        kind="convention",
        lasts=False,
    ),
    Mistake(
        "penalty-over-examples",
        T("the penalty divided by the examples", "惩罚项除以样本数"),
        T("the penalty is divided by the number of examples: λ/m", "惩罚项除以了样本数：λ/m"),
        principles.LIBRARIES,
        variants(lambda s: penalty_times(s, 1 / examples(s)), all_of(penalised, lambda s: examples(s) > 1)),
        seen=2,
        kind="convention",
    ),
    Mistake(
        "other-learning-rate",
        T("the default rate of a library", "用了某个库的默认学习率"),
        T(
            "the step is taken with the default learning rate of a library, not with the stated one",
            "更新用的是某个库的默认学习率，而不是所给的学习率",
        ),
        principles.LIBRARIES,
        variants(_other_rate, learns),
        seen=1,
        kind="convention",
    ),
    Mistake(
        "loss-factor-alone",
        T("another factor of the loss alone", "只有损失的系数不同"),
        T(
            "the loss is reported with another factor, while its gradients are those of the stated one",
            "报告的损失用了另一个系数，梯度却仍是所给损失的",
        ),
        principles.LIBRARIES,
        variants(_scaled_alone, loss_is("half_squared_error")),
        seen=2,
        kind="convention",
    ),
)
