"""Differences of the frameworks from this program and from one another: derivatives at kinks, optimizers, losses,
norms.

Each row was observed by running the frameworks on ordinary input, at the versions named; a test runs the framework
again where it is installed. A behaviour that is missing in a framework's entry was not observed there.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

from backprop_tutor.formula.evaluate import exact
from backprop_tutor.formula.nodes import Call, Formula, Sym, children, rebuild, substitute, symbols
from backprop_tutor.formula.parse import parse
from backprop_tutor.frozen import frozen
from backprop_tutor.registry import by_name
from backprop_tutor.text import T, same


@frozen(slots=True)
class Framework:
    """A framework: its name here, its own name, the version whose behaviour was observed."""

    name: str
    title: str
    version: str


FRAMEWORKS = by_name(
    Framework("torch", "PyTorch", "2.15.0"),
    Framework("keras", "Keras", "3.15.1"),
    Framework("jax", "JAX, optax, flax", "0.12.0"),
    Framework("tensorflow", "TensorFlow", "2.21.0"),
    Framework("tinygrad", "tinygrad", "0.14.0"),
    Framework("sklearn", "scikit-learn", "1.9.1"),
)


@frozen(slots=True)
class Difference:
    """One difference: the topic, the function or optimizer, the behaviour here, and in each framework.

    `apart` says what of it ``like:`` does not follow, and why.
    """

    name: str
    of: str
    what: T
    here: T
    seen: Mapping[str, T]
    apart: T | None = None


def _row(name: str, of: str, what: T, here: T | str, *, apart: T | None = None, **seen: T | str) -> Difference:
    libraries = {key: same(value) if isinstance(value, str) else value for key, value in seen.items()}
    return Difference(name, of, what, same(here) if isinstance(here, str) else here, libraries, apart)


SHARED = T("shared equally", "平均分配")
FIRST_ALL = T("all to the first argument", "全部归第一个参数")
FIRST_PLACE = T("all to the first place", "全部归第一个位置")
BESIDE = T("ε beside the corrected root", "ε 加在校正后的根号旁")
UNCORRECTED = T("ε 1e-7 beside the uncorrected root", "ε 1e-7 加在未校正的根号旁")
INSIDE_7, INSIDE_8 = T("1e-7 inside the root", "1e-7，加在根号里"), T("1e-8 inside the root", "1e-8，加在根号里")
BESIDE_8 = T("1e-8 beside the root", "1e-8，加在根号旁")
BY_TANH = T("tanh form: 0.841192", "tanh 近似：0.841192")
OVER_N = T("over n", "除以 n")
UNCHANGED = T("the same formula", "公式不变")
SMOOTH = T("there is a derivative, and it is this one", "那里导数存在，就是这个值")
EXACT = T("the exact number is kept", "保留精确值")

DIFFERENCES: Mapping[str, Difference] = by_name(
    _row(
        "relu-at-zero",
        "relu",
        T("relu′(0)", "relu′(0)"),
        "0",
        torch="0",
        keras="0",
        jax="0",
        tensorflow="0",
        tinygrad="0",
        sklearn="0",
    ),
    _row(
        "maximum-at-zero",
        "max",
        T("slope of maximum(x, 0) by x at 0", "maximum(x, 0) 在 0 处对 x 的斜率"),
        "0.5",
        torch="0.5",
        jax="0.5",
        tensorflow=T("1; of maximum(0, x) 0", "1；maximum(0, x) 为 0"),
        tinygrad="0.5",
    ),
    _row(
        "clamp-at-edge",
        "max",
        T("slope of clamp(x, min=0) at 0", "clamp(x, min=0) 在 0 处的斜率"),
        "0.5",
        torch=T("0 (1 up to version 2.13)", "0（2.13 及以前为 1）"),
        jax="0.5",
        tensorflow="1",
        apart=T("clamp is no function here; max(x, 0) is maximum", "本程序没有 clamp 函数；max(x, 0) 就是 maximum"),
    ),
    _row(
        "abs-at-zero",
        "abs",
        T("slope of |x| at 0", "|x| 在 0 处的斜率"),
        "0",
        torch="0",
        jax="1",
        tensorflow="0",
        tinygrad="0",
    ),
    _row(
        "abs-of-scalar",
        "abs",
        T("slope of |x| at −1, x a number without axes", "|x| 在 −1 处的斜率，x 为无轴的数"),
        "-1",
        torch="-1",
        jax="-1",
        tensorflow="-1",
        tinygrad=T(
            "−2: equal numbers are one variable; −1 of Tensor([−1.0])",
            "−2：相等的数是同一个变量；Tensor([−1.0]) 为 −1",
        ),
        apart=T("two inputs stay two, whatever their values are", "两个输入无论取值都各自独立"),
    ),
    _row(
        "max-tie",
        "max",
        T("a tie of the maximum of an array", "数组最大值并列时"),
        SHARED,
        torch=T(
            "shared by max(x) and amax; max(x, dim) gives one place all",
            "max(x) 与 amax 平均分配；max(x, dim) 全部归一个位置",
        ),
        jax=SHARED,
        tensorflow=SHARED,
        tinygrad=SHARED,
        apart=T("the maximum of an array is amax, not max(x, dim)", "数组的最大值按 amax 计算，而非 max(x, dim)"),
    ),
    _row(
        "maximum-tie",
        "max",
        T("a tie of maximum(a, b)", "maximum(a, b) 并列时"),
        SHARED,
        torch=SHARED,
        jax=SHARED,
        tensorflow=FIRST_ALL,
        tinygrad=SHARED,
    ),
    _row(
        "max-pool-tie",
        "max_pool2d",
        T("a tie inside a pooling window", "池化窗口内并列时"),
        FIRST_PLACE,
        torch=FIRST_PLACE,
        jax=FIRST_PLACE,
        tensorflow=FIRST_PLACE,
        tinygrad=SHARED,
        apart=T(
            "one place of a window is the winner, in the lesson and in its picture",
            "课文和图中，每个窗口只有一个最大位置",
        ),
    ),
    _row(
        "leaky-slope",
        "leaky_relu",
        T("the slope below 0", "负半轴的斜率"),
        "0.01",
        torch="0.01",
        jax="0.01",
        tensorflow="0.2",
        keras=T("function 0.2, layer 0.3", "函数 0.2，层 0.3"),
        tinygrad="0.01",
    ),
    _row(
        "leaky-at-zero",
        "leaky_relu",
        T("the slope at 0", "在 0 处的斜率"),
        "0.01",
        torch="0.01",
        jax="1",
        tensorflow="0.2",
    ),
    _row(
        "leaky-slope-float64",
        "leaky_relu",
        T("the slope for alpha = 0.01 in float64", "float64 下 alpha = 0.01 时的斜率"),
        "0.01",
        torch="0.01",
        jax="0.01",
        tensorflow=T("0.00999999978: alpha is a float32", "0.00999999978：alpha 是 float32"),
        apart=EXACT,
    ),
    _row(
        "hardsigmoid-slope-float64",
        "hardsigmoid",
        T("the slope in float64", "float64 下的斜率"),
        "1/6",
        torch=T("0.16666667163 (2.13): 1/6 as a float32", "0.16666667163（2.13）：单精度的 1/6"),
        jax="1/6",
        tinygrad="1/6",
        apart=EXACT,
    ),
    _row(
        "celu-slope-float64",
        "celu",
        T("the slope with α = 0.5 at −1 in float64", "float64 下 α = 0.5 在 −1 处的斜率"),
        "e^(−2)",
        torch=T("right where α is a float32, else to 7 digits (2.13)", "α 是单精度数时正确，否则只有 7 位（2.13）"),
        jax="e^(−2)",
        apart=EXACT,
    ),
    _row(
        "elu-far",
        "elu",
        T("the slope at 100 in float32", "float32 下在 100 处的斜率"),
        "1",
        torch="1",
        jax="1",
        tensorflow="1",
        tinygrad=T("nan, of selu and celu too", "nan，selu 与 celu 也是"),
        apart=T("nan would be every number that follows", "nan 会传到之后的每一个数"),
    ),
    _row(
        "elu-at-zero",
        "elu",
        T("elu′(0) for α = 0.5", "α = 0.5 时的 elu′(0)"),
        "0.5",
        torch="0.5",
        jax="0.5",
        keras="0.5",
    ),
    _row(
        "elu-tinygrad",
        "elu",
        T("elu′(0) for α = 1, where both sides have the slope 1", "α = 1 时的 elu′(0)，两侧斜率都是 1"),
        "1",
        torch="1",
        jax="1",
        keras="1",
        tinygrad="0",
        apart=SMOOTH,
    ),
    _row(
        "celu-at-zero",
        "celu",
        T("celu′(0), where both sides have the slope 1", "celu′(0)，两侧斜率都是 1"),
        "1",
        keras=T("2 on TensorFlow", "后端是 TensorFlow 时为 2"),
        apart=SMOOTH,
    ),
    _row(
        "hardtanh-at-edge",
        "hardtanh",
        T("the slope at −1 and at 1", "在 −1 和 1 处的斜率"),
        "0",
        torch="0",
        jax="1",
        keras="1",
        apart=T("the formula of hardtanh has the slope 0 there", "hardtanh 的公式在那里斜率为 0"),
    ),
    _row(
        "relu6-at-edge",
        "relu6",
        T("the slope at 0 and at 6", "在 0 和 6 处的斜率"),
        "0",
        torch="0",
        jax="0",
        tensorflow="0",
    ),
    _row(
        "hardsigmoid-at-edge",
        "hardsigmoid",
        T("the slope at −3 and at 3", "在 −3 和 3 处的斜率"),
        "0",
        torch="0",
        jax="0",
        keras="0",
    ),
    _row(
        "hardswish-at-edge",
        "hardswish",
        T("the slope at −3, at 3", "在 −3、3 处的斜率"),
        "0, 1",
        torch="0, 1",
        jax="0, 1",
        keras="0, 1",
    ),
    _row(
        "sqrt-at-zero",
        "sqrt",
        T("slope of √x at 0", "√x 在 0 处的斜率"),
        "inf",
        torch="inf",
        jax="inf",
        tensorflow="inf",
    ),
    _row(
        "norm-at-zero",
        "norm",
        T("slope of the 2-norm at the zero vector", "2 范数在零向量处的斜率"),
        "0",
        torch="0",
        jax="nan",
        tensorflow="nan",
        apart=T("nan would be every number that follows", "nan 会传到之后的每一个数"),
    ),
    _row(
        "power-zero-zero",
        "pow",
        T("slope of x⁰ at 0", "x⁰ 在 0 处的斜率"),
        "0",
        torch="0",
        jax=T("0 for the integer 0, nan for 0.0", "整数 0 为 0，0.0 为 nan"),
        tensorflow="nan",
        apart=T("nan would be every number that follows", "nan 会传到之后的每一个数"),
    ),
    _row(
        "gelu-form",
        "gelu",
        T("the form of gelu, at 1", "gelu 的形式，在 1 处"),
        T("erf: 0.841345", "erf：0.841345"),
        torch=T("erf", "erf"),
        keras=T("erf", "erf"),
        tensorflow=T("erf", "erf"),
        jax=BY_TANH,
        tinygrad=BY_TANH,
    ),
    _row(
        "softplus-threshold",
        "softplus",
        T("above 20", "大于 20 时"),
        UNCHANGED,
        torch=T("exactly z", "恰为 z"),
        jax=UNCHANGED,
        apart=T("the exact value is kept, 2.1e-9 away at most", "保留精确值，最多相差 2.1e-9"),
    ),
    _row(
        "bce-saturated",
        "binary_cross_entropy",
        T("of an output of 1 with target 0, logit 40", "输出 1、目标 0、logit 40 时"),
        "40",
        torch=T("BCELoss 100; with logits 40", "BCELoss 为 100；用 logits 为 40"),
        tensorflow=T("with logits 40", "用 logits 为 40"),
        keras=T("15.9424 of a bare 1.0", "直接给 1.0 时为 15.9424"),
        sklearn=T("36.0437 (float64)", "36.0437（float64）"),
        apart=T("the loss is computed from the logit, without a limit", "损失由 logit 直接计算，不设上限"),
    ),
    _row(
        "bce-saturated-slope",
        "binary_cross_entropy",
        T("dL/dz of a sigmoid for target 1, logit −30", "sigmoid 输出、目标 1、logit −30 时的 dL/dz"),
        "−1",
        torch=T(
            "BCELoss −0.0936 in float64 (2.13); with logits −1",
            "float64 下 BCELoss 为 −0.0936（2.13）；用 logits 为 −1",
        ),
        keras=T("−1 on TensorFlow, 0 on JAX", "后端是 TensorFlow 时为 −1，是 JAX 时为 0"),
        tensorflow=T("with logits −1", "用 logits 为 −1"),
        apart=EXACT,
    ),
    _row(
        "cross-entropy-unnormalised",
        "cross_entropy",
        T("of outputs that do not sum to 1", "输出之和不为 1 时"),
        T("as they are", "按原样"),
        keras=T("divided by their sum first", "先除以总和"),
        apart=T(
            "a loss is a sum with one term for each output; outputs of softmax sum to 1 anyway",
            "损失是各输出的项之和；softmax 的输出之和本来就是 1",
        ),
    ),
    _row(
        "squared-error-form",
        "mean_squared_error",
        T("the loss called mean squared error", "名为均方误差的损失"),
        T("(1/K) Σ (a − y)²", "(1/K) Σ (a − y)²"),
        torch="(1/mK) Σ",
        keras="(1/mK) Σ",
        jax=T("elementwise; l2_loss has ½", "逐元素；l2_loss 有 ½"),
        sklearn=T("half of the mean", "平均值的一半"),
        apart=T("JAX has no loss of this name that is one number", "JAX 没有以此为名、结果为一个数的损失"),
    ),
    _row(
        "squared-error-outputs",
        "mean_squared_error",
        T("the gradient with K outputs", "有 K 个输出时的梯度"),
        T("that of the loss", "损失本身的梯度"),
        torch=T("that of the loss", "损失本身的梯度"),
        keras=T("that of the loss", "损失本身的梯度"),
        sklearn=T("K times that of its loss_, the penalty once", "loss_ 的梯度的 K 倍，惩罚项不变"),
        apart=T("a gradient is the derivative of the reported loss", "梯度就是所报告的损失的导数"),
    ),
    _row(
        "momentum-default",
        "momentum",
        T("momentum unless told", "不写明时的动量"),
        T("none with sgd", "sgd 没有"),
        torch="0",
        keras="0",
        jax="0",
        sklearn=T("0.9, Nesterov", "0.9，Nesterov"),
    ),
    _row(
        "adagrad-start",
        "adagrad",
        T("the accumulator starts at", "累加器的初值"),
        "0",
        torch="0",
        keras="0.1",
        jax="0.1",
        tensorflow="0.1",
    ),
    _row(
        "adagrad-epsilon",
        "adagrad",
        T("ε", "ε"),
        BESIDE_8,
        torch=T("1e-10 beside the root", "1e-10，加在根号旁"),
        keras=INSIDE_7,
        jax=INSIDE_7,
        tensorflow=INSIDE_7,
    ),
    _row("rmsprop-rho", "rmsprop", T("ρ", "ρ"), "0.9", torch="0.99", keras="0.9", jax="0.9", tensorflow="0.9"),
    _row(
        "rmsprop-epsilon",
        "rmsprop",
        T("ε", "ε"),
        BESIDE_8,
        torch=BESIDE_8,
        keras=INSIDE_7,
        jax=INSIDE_8,
        tensorflow=INSIDE_7,
    ),
    _row(
        "adam-epsilon",
        "adam",
        T("ε", "ε"),
        BESIDE,
        torch=BESIDE,
        jax=BESIDE,
        tinygrad=BESIDE,
        keras=UNCORRECTED,
        tensorflow=UNCORRECTED,
        sklearn=T("ε 1e-8 beside the uncorrected root", "ε 1e-8 加在未校正的根号旁"),
    ),
    _row(
        "adamw-decay",
        "adamw",
        T("the decay unless told", "不写明时的衰减"),
        T("0.01, of every parameter", "0.01，对所有参数"),
        torch="0.01",
        keras="0.004",
        jax="1e-4",
        tinygrad="0.01",
        tensorflow="0.004",
    ),
    _row(
        "nadam-step",
        "nadam",
        T("from 1, one step of η = 0.1 with g = 0.5", "从 1 出发，η = 0.1、g = 0.5 的一步"),
        "0.81",
        torch="0.8943548",
        keras="0.8937212",
        jax="0.8526316",
        apart=T(
            "only the rule given here is computed; PyTorch and Keras change β₁ from step to step",
            "只按本程序的规则计算；PyTorch 和 Keras 的 β₁ 逐步变化",
        ),
    ),
    _row(
        "clip-norm",
        "clip",
        T("the factor of a gradient of norm 10, limit 5", "范数为 10、上限为 5 时的因子"),
        "0.5",
        torch=T("0.49999995: 1e-6 is added to the norm", "0.49999995：范数加上了 1e-6"),
        keras=T(
            "0.5 with global_clipnorm; clipnorm clips each array", "用 global_clipnorm 是 0.5；clipnorm 逐个数组裁剪"
        ),
        jax="0.5",
    ),
    _row(
        "weight-decay",
        "l2",
        T("an L2 penalty λ", "L2 惩罚 λ"),
        T("(λ/2) Σ W², weights only", "(λ/2) Σ W²，只对权重"),
        torch=T("of every parameter, biases too", "对所有参数，偏置也算"),
        sklearn=T("(λ/2) Σ W² divided by the examples", "(λ/2) Σ W² 再除以样本数"),
        apart=T(
            "PyTorch's weight_decay is added to the gradient by its optimizer and is no part of the loss",
            "PyTorch 的 weight_decay 由优化器加到梯度上，不属于损失",
        ),
    ),
    _row(
        "layer-norm-epsilon",
        "layer_norm",
        T("ε of a layer norm, inside the root", "层归一化的 ε（在根号里）"),
        "1e-5",
        torch="1e-5",
        keras="1e-3",
        jax="1e-6",
        tensorflow="1e-3",
    ),
    _row(
        "layer-norm-far",
        "layer_norm",
        T("of (1, 2, 3, 4) + 3000 in float32, the last", "float32 下 (1, 2, 3, 4) + 3000 的最后一个值"),
        "1.3416",
        torch="1.3416",
        keras="1.3416",
        jax=T("flax 0.12.8 gives 1.5: E[x²] − E[x]²", "flax 0.12.8 为 1.5：方差按 E[x²] − E[x]² 计算"),
        apart=EXACT,
    ),
    _row(
        "batch-norm-epsilon",
        "batch_norm",
        T("ε of a batch norm, inside the root", "批归一化的 ε（在根号里）"),
        "1e-5",
        torch="1e-5",
        keras="1e-3",
        jax="1e-5",
        tensorflow="1e-3",
    ),
    _row(
        "batch-norm-variance",
        "batch_norm",
        T("the variance", "方差"),
        OVER_N,
        torch=T("over n in the batch, over n − 1 in running_var", "批内除以 n，running_var 除以 n − 1"),
        keras=OVER_N,
        jax=OVER_N,
        apart=T("no running average is kept here", "本程序不保存滑动平均"),
    ),
    _row(
        "gru-reset",
        "gru",
        T("the reset gate acts on", "重置门作用于"),
        T("the product U h", "乘积 U h"),
        torch=T("the product U h", "乘积 U h"),
    ),
)
"""Every difference, by topic."""


@frozen(slots=True)
class FormLike:
    """What frameworks compute under the name of a function: the formula in its arguments, and the sentence of a lesson.

    A derivative at a kink or a tie is written with relu, whose own is 0 there; `only_at_kink` is true where nothing else
    differs.
    """

    name: str
    frameworks: tuple[str, ...]
    formula: Formula
    said: T
    only_at_kink: bool = False


def _form(name: str, frameworks: str, text: str, said: T, *, only_at_kink: bool = False) -> FormLike:
    return FormLike(name, tuple(frameworks.split()), parse(text, ("z", "x", "y")), said, only_at_kink)


FIRST_TAKES_ALL = T(
    "As in {framework}, the first argument gets the whole derivative where {name}(a, b) is tied; elsewhere both get half.",
    "与 {framework} 相同，{name}(a, b) 并列时导数全部归第一个参数；别处两者各得一半。",
)
FORMS_LIKE = (
    _form(
        "gelu",
        "jax tinygrad",
        "gelu_tanh(z)",
        T(
            "As in {framework}, gelu is its form with tanh; with erf it would be another number.",
            "与 {framework} 相同，gelu 用 tanh 近似；用 erf 的值会不同。",
        ),
    ),
    _form(
        "leaky_relu",
        "keras tensorflow",
        "leaky_relu(z, slope=0.2)",
        T(
            "As in {framework}, leaky_relu has the slope 0.2 below 0; elsewhere it is 0.01.",
            "与 {framework} 相同，leaky_relu 在负半轴的斜率是 0.2；别处是 0.01。",
        ),
    ),
    _form(
        "leaky_relu",
        "jax",
        "z + 0.99*relu(-z)",
        T(
            "As in {framework}, leaky_relu has the slope 1 at 0; elsewhere it is 0.01 there.",
            "与 {framework} 相同，leaky_relu 在 0 处的斜率是 1；别处是 0.01。",
        ),
        only_at_kink=True,
    ),
    _form(
        "abs",
        "jax",
        "x + 2*relu(-x)",
        T(
            "As in {framework}, |x| has the slope 1 at 0; elsewhere it is 0.",
            "与 {framework} 相同，|x| 在 0 处的斜率是 1；别处是 0。",
        ),
        only_at_kink=True,
    ),
    _form("max", "tensorflow", "x + relu(y - x)", FIRST_TAKES_ALL, only_at_kink=True),
    _form("min", "tensorflow", "x - relu(x - y)", FIRST_TAKES_ALL, only_at_kink=True),
)
"""The functions that a framework computes otherwise, which ``like:`` follows."""

EPSILON_SAID = T(
    "As in {framework}, ε of {name} is {value}; here it is 1e-5.",
    "与 {framework} 相同，{name} 的 ε 是 {value}；本程序是 1e-5。",
)
NORMS = ("layer_norm", "batch_norm")
PENALTY_SAID = T(
    "As in {framework}, the penalty is divided by the number of examples, {count}.",
    "与 {framework} 相同，惩罚项除以样本数 {count}。",
)
LOSS_SAID = T(
    "As in {framework}, the mean squared error has a factor ½.",
    "与 {framework} 相同，均方误差带因子 ½。",
)
OUTPUTS_SAID = T(
    "The gradients here are those of this loss; {framework} takes {count} times as much, one time for each output.",
    "这里的梯度就是该损失的梯度；{framework} 取它的 {count} 倍，每个输出一份。",
)


def form_like(name: str, framework: str | None) -> FormLike | None:
    """What a framework computes under the name of a function; None where it is the same as here."""
    return next((each for each in FORMS_LIKE if each.name == name and framework in each.frameworks), None)


def epsilon_like(name: str, framework: str | None) -> str | None:
    """The ε of a norm in a framework; None where it is the same as here, or not known."""
    row = DIFFERENCES[f"{name.replace('_', '-')}-epsilon"] if name in NORMS and framework else None
    found = row.seen.get(str(framework)) if row else None
    return None if row is None or found is None or found == row.here else found.en


def formula_like(node: Formula, framework: str | None) -> Formula:
    """A formula with every function as the framework computes it."""
    if framework is None:
        return node
    parts = children(node)
    whole = rebuild(node, tuple(formula_like(part, framework) for part in parts)) if parts else node
    if not isinstance(whole, Call):
        return whole
    form, epsilon = form_like(whole.function, framework), epsilon_like(whole.function, framework)
    if form is not None:
        return substitute(form.formula, dict(zip(_letters(form), whole.arguments, strict=True)))
    if epsilon is not None and "eps" not in dict(whole.options):
        return replace(whole, options=(*whole.options, ("eps", parse(epsilon, ()))))
    return whole


def formula_unlike(node: Formula, framework: str) -> Formula:
    """A formula of `formula_like` with the functions by their names again."""
    for form in FORMS_LIKE:
        found: dict[str, Formula] = {}
        if framework in form.frameworks and _fits(form.formula, node, found):
            return Call(form.name, tuple(formula_unlike(found[letter], framework) for letter in _letters(form)))
    parts = children(node)
    return rebuild(node, tuple(formula_unlike(part, framework) for part in parts)) if parts else node


def _letters(form: FormLike) -> tuple[str, ...]:
    """The letters of a formula, in the order of the arguments."""
    return tuple(sorted({each.base for each in symbols(form.formula)}))


def penalty_like(l2: float, examples: int, framework: str | None) -> float:
    """The factor of the squares in the reported loss: scikit-learn divides it by the number of examples."""
    return l2 / examples if framework == "sklearn" else l2


def loss_like(name: str, outputs: int, framework: str | None) -> str:
    """A loss by its name, or as the formula of a framework that computes another one."""
    return f"(a - y)^2/{2 * outputs}" if (name, framework) == ("mean_squared_error", "sklearn") else name


def said_like(
    formulas: Iterable[Formula], layers: Mapping[str, Formula], framework: str, at_kink: Container[str]
) -> Iterator[T]:
    """The sentences of a lesson on formulas that are as in the framework; `at_kink` are the functions at a kink or a tie.

    `layers` are the formulas by node that layers of a network were written out to: a norm is several of them.
    """
    title, used = FRAMEWORKS[framework].title, list(formulas)
    for form in FORMS_LIKE:
        is_seen = not form.only_at_kink or form.name in at_kink
        if framework in form.frameworks and is_seen and any(_has_form(form.formula, each) for each in used):
            yield form.said.format(framework=title, name=form.name)
    for name in NORMS:
        epsilon = epsilon_like(name, framework)
        if epsilon and (any(_has_epsilon(name, epsilon, each) for each in used) or _is_layer(name, epsilon, layers)):
            yield EPSILON_SAID.format(framework=title, name=name, value=epsilon)


def _has_epsilon(name: str, epsilon: str, node: Formula) -> bool:
    """Whether a formula, or a part of it, is the norm with this ε."""
    is_it = isinstance(node, Call) and node.function == name and dict(node.options).get("eps") == parse(epsilon, ())
    return is_it or any(_has_epsilon(name, epsilon, part) for part in children(node))


def _is_layer(name: str, epsilon: str, layers: Mapping[str, Formula]) -> bool:
    """Whether one of the formulas is x̂ = (x − mean)/√(var + ε), its mean that of this norm."""
    form = parse("(x - m) / sqrt(v + e)", ("x", "m", "v", "e"))
    for each in layers.values():
        found: dict[str, Formula] = {}
        if _fits(form, each, found) and isinstance(found["m"], Sym) and exact(found["e"]) == Fraction(epsilon):
            mean = layers.get(found["m"].base)
            if isinstance(mean, Call) and (mean.function == "batch_mean") == (name == "batch_norm"):
                return True
    return False


def _has_form(form: Formula, node: Formula) -> bool:
    """Whether a formula, or a part of it, has this form, of whatever arguments."""
    return _fits(form, node, {}) or any(_has_form(form, part) for part in children(node))


def _fits(form: Formula, node: Formula, known: dict[str, Formula]) -> bool:
    if isinstance(form, Sym):
        return known.setdefault(form.base, node) == node
    parts, others = children(form), children(node)
    if type(form) is not type(node) or len(parts) != len(others):
        return False
    return (
        rebuild(form, others) == node and all(_fits(a, b, known) for a, b in zip(parts, others, strict=True))
        if parts
        else form == node
    )


TOPICS = tuple(dict.fromkeys(row.of for row in DIFFERENCES.values()))
