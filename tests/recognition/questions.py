"""Questions as people ask them: a small network or graph, the figures they got, and what they had done.

The networks and numbers are our own; what went wrong is what is asked about in public. Every figure is worked out here
with NumPy, the mistake included: nothing of the program takes part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

Figures = Mapping[str, float]


@dataclass(frozen=True)
class Question:
    """What somebody asks: the scenario, the figures with so many digits, and the ids that would answer it."""

    name: str
    scenario: str
    figures: Figures
    answers: frozenset[str]
    digits: int = 4

    @property
    def claims(self) -> tuple[str, ...]:
        """The figures as they would be typed."""
        return tuple(f"{name}={written(value, self.digits)}" for name, value in self.figures.items())


def written(value: float, digits: int) -> str:
    """A number with so many significant figures, as people write it."""
    text = f"{value:.{digits}g}"
    if "e" in text:
        return f"{value:.{digits - 1}e}"
    whole = text.lstrip("-").replace(".", "").lstrip("0")
    missing = digits - len(whole)
    if missing > 0 and float(text) != value:
        text += ("" if "." in text else ".") + "0" * missing
    return text


def S(z: Any) -> Any:
    """The logistic function."""
    return 1 / (1 + np.exp(-np.asarray(z, dtype=float)))


def net(layers: str, data: str, loss: str = "half_squared_error", training: str = "{learning_rate: 0.1}") -> str:
    """A scenario file of a network."""
    inputs = data.count(",", 0, data.index("]")) + 1
    return (
        f"title: a question\nnetwork:\n  inputs: {inputs}\n  layers: [{layers}]\n"
        f"loss: {loss}\ndata: [{data}]\ntraining: {training}\n"
    )


def layer(activation: str, weights: Any, bias: Any = None) -> str:
    """One layer of such a file."""
    W = np.asarray(weights).tolist()
    b = "" if bias is None else f", bias: {np.asarray(bias).tolist()}"
    return f"{{units: {len(W)}, activation: {activation}, weights: {W}{b}}}"


def graph(inputs: str, parameters: str, nodes: str, output: str, training: str = "{learning_rate: 0.1}") -> str:
    """A scenario file of an expression graph; nodes as ``p: a + b; q: b*c``."""
    lines = "\n".join(f"    {node.strip()}" for node in nodes.split(";"))
    wanted = f"  parameters: {parameters}\n" if parameters else ""
    return f"title: a question\ngraph:\n  inputs: {inputs}\n{wanted}  nodes:\n{lines}\n  output: {output}\n" + (
        f"training: {training}\n" if parameters else ""
    )


QUESTIONS: list[Question] = []


def asked(
    *answers: str, digits: int = 4
) -> Callable[[Callable[[], tuple[str, Figures]]], Callable[[], tuple[str, Figures]]]:
    """A question, answered by any of these ids."""

    def kept(made: Callable[[], tuple[str, Figures]]) -> Callable[[], tuple[str, Figures]]:
        scenario, figures = made()
        QUESTIONS.append(Question(made.__name__, scenario, figures, frozenset(answers), digits))
        return made

    return kept


W1, b1 = np.array([[0.3, -0.4], [0.5, 0.2]]), np.array([0.1, -0.2])
W2, b2 = np.array([[0.7, -0.6]]), np.array([0.05])
x, y = np.array([0.9, -0.5]), np.array([1.0])
TWO = net(
    f"{layer('sigmoid', W1, b1)}, {layer('sigmoid', W2, b2)}",
    "{x: [0.9, -0.5], y: [1]}",
    training="{learning_rate: 0.5}",
)
z1 = W1 @ x + b1
a1 = S(z1)
z2 = W2 @ a1 + b2
a2 = S(z2)
e = a2 - y
d2 = e * a2 * (1 - a2)
d1 = (W2.T @ d2) * a1 * (1 - a1)


@asked("bias-dropped", "term-omitted")
def the_bias_is_missing_in_z() -> tuple[str, Figures]:
    return TWO, {"z1[1]": (W1 @ x)[0], "z1[2]": (W1 @ x)[1]}


@asked("output-derivative-omitted", "derivative-missing-in-gradient")
def only_error_times_input() -> tuple[str, Figures]:
    return TWO, {"grads.W2[1,1]": (e * a1[0])[0], "grads.W2[1,2]": (e * a1[1])[0]}


@asked("sign-flipped", "sign-lost", "delta-with-other-sign")
def target_minus_output() -> tuple[str, Figures]:
    return TWO, {
        "grads.z2[1]": -d2[0],
        "grads.W2[1,1]": -d2[0] * a1[0],
        "updated.W2[1,1]": W2[0, 0] + 0.5 * d2[0] * a1[0],
    }


@asked("derivative-at-preactivation", digits=5)
def slope_of_the_net_input() -> tuple[str, Figures]:
    d = e * z2 * (1 - z2)
    return TWO, {"grads.z2[1]": d[0], "grads.W2[1,2]": (d * a1[1])[0]}


@asked("derivative-function-of-activation", digits=5)
def sigmoid_prime_called_with_the_output() -> tuple[str, Figures]:
    d = e * S(a2) * (1 - S(a2))
    return TWO, {"grads.z2[1]": d[0], "grads.b2[1]": d[0]}


@asked("hidden-derivative-omitted", "derivative-missing-in-gradient")
def hidden_error_without_slope() -> tuple[str, Figures]:
    d = W2.T @ d2
    return TWO, {"grads.W1[1,1]": d[0] * x[0], "grads.W1[2,2]": d[1] * x[1]}


@asked("raw-error-propagated")
def the_plain_error_goes_back() -> tuple[str, Figures]:
    d = (W2.T @ e) * a1 * (1 - a1)
    return TWO, {"grads.z1[1]": d[0], "grads.z1[2]": d[1]}


@asked("updated-weights-used", digits=6)
def new_weights_for_the_hidden_layer() -> tuple[str, Figures]:
    new = W2 - 0.5 * np.outer(d2, a1)
    d = (new.T @ d2) * a1 * (1 - a1)
    return TWO, {"grads.W1[1,1]": d[0] * x[0], "grads.W1[2,1]": d[1] * x[0]}


@asked("ascent", "sign-lost", digits=5)
def plus_instead_of_minus() -> tuple[str, Figures]:
    return TWO, {"updated.W2[1,1]": W2[0, 0] + 0.5 * d2[0] * a1[0], "updated.b2[1]": b2[0] + 0.5 * d2[0]}


@asked("learning-rate-forgotten", "factor-omitted", digits=5)
def step_without_learning_rate() -> tuple[str, Figures]:
    return TWO, {"updated.W1[1,1]": W1[0, 0] - d1[0] * x[0], "updated.W1[2,2]": W1[1, 1] - d1[1] * x[1]}


@asked("point-moved", "given-miscopied", digits=5)
def learning_rate_0_05_for_0_5() -> tuple[str, Figures]:
    return TWO, {"updated.W2[1,1]": W2[0, 0] - 0.05 * d2[0] * a1[0], "updated.W2[1,2]": W2[0, 1] - 0.05 * d2[0] * a1[1]}


@asked("digits-exchanged")
def two_digits_exchanged() -> tuple[str, Figures]:
    text = written(a1[0], 4)
    return TWO, {"a1[1]": float(text[:2] + text[3] + text[2] + text[4:])}


@asked("value-repeated", "activation-skipped-hidden")
def the_line_before_once_more() -> tuple[str, Figures]:
    return TWO, {"z1[1]": z1[0], "a1[1]": z1[0]}


@asked("preactivation-for-activation", "sibling-used")
def net_instead_of_out() -> tuple[str, Figures]:
    return TWO, {"grads.z2[1]": d2[0], "grads.W2[1,1]": d2[0] * z1[0], "grads.W2[1,2]": d2[0] * z1[1]}


@asked("sibling-used", "weights-transposed-forward")
def rows_for_columns() -> tuple[str, Figures]:
    return TWO, {"z1[1]": (W1.T @ x + b1)[0], "z1[2]": (W1.T @ x + b1)[1]}


@asked("sign-lost", "given-miscopied")
def a_minus_lost_in_the_input() -> tuple[str, Figures]:
    return TWO, {"z1[1]": W1[0, 0] * x[0] + W1[0, 1] * 0.5 + b1[0]}


@asked("half-missing", "constant-forgotten", "other-loss-factor")
def no_half_in_the_loss() -> tuple[str, Figures]:
    return TWO, {"a2[1]": a2[0], "loss": e[0] ** 2}


@asked("factor-two", "other-loss-factor")
def twice_the_error() -> tuple[str, Figures]:
    return TWO, {"loss": e[0] ** 2 / 2, "grads.z2[1]": 2 * d2[0], "grads.W2[1,1]": 2 * d2[0] * a1[0]}


@asked("derivative-is-complement", "term-omitted", "factor-omitted")
def only_one_minus_a() -> tuple[str, Figures]:
    return TWO, {"grads.z2[1]": (e * (1 - a2))[0]}


@asked("derivative-of-error")
def slope_of_the_error() -> tuple[str, Figures]:
    return TWO, {"grads.z2[1]": (e * e * (1 - e))[0], "grads.b2[1]": (e * e * (1 - e))[0]}


@asked("bias-gradient-times-input")
def bias_gradient_with_input() -> tuple[str, Figures]:
    return TWO, {"grads.b1[1]": d1[0] * x[0], "grads.W1[1,1]": d1[0] * x[0]}


@asked("bias-not-updated", digits=6)
def biases_stay() -> tuple[str, Figures]:
    return TWO, {"updated.b2[1]": b2[0], "updated.W2[1,1]": W2[0, 0] - 0.5 * d2[0] * a1[0]}


@asked("upstream-forgotten", "factor-omitted")
def only_the_slope() -> tuple[str, Figures]:
    return TWO, {"grads.z1[1]": (a1 * (1 - a1))[0], "grads.z1[2]": (a1 * (1 - a1))[1]}


@asked("weights-forgotten", "factor-omitted")
def no_weight_on_the_way_back() -> tuple[str, Figures]:
    d = d2[0] * a1 * (1 - a1)
    return TWO, {"grads.z1[1]": d[0], "grads.W1[1,2]": d[0] * x[1]}


@asked("factor-inverted")
def divided_by_the_slope() -> tuple[str, Figures]:
    return TWO, {"grads.z2[1]": (e / (a2 * (1 - a2)))[0]}


V1, V2 = np.array([[0.2, 0.5, -0.3], [-0.4, 0.1, 0.6]]), np.array([[0.4, -0.2], [0.3, 0.8]])
u, t = np.array([0.5, -1.0, 2.0]), np.array([0.0, 1.0])
SOFT = net(f"{layer('tanh', V1)}, {layer('softmax', V2)}", "{x: [0.5, -1.0, 2.0], y: [0, 1]}", "cross_entropy")
h = np.tanh(V1 @ u)
p = np.exp(V2 @ h) / np.exp(V2 @ h).sum()
ds = p - t
dh = (V2.T @ ds) * (1 - h**2)


@asked("derivative-of-other-function", "slope-of-another-function")
def sigmoid_slope_for_tanh() -> tuple[str, Figures]:
    d = (V2.T @ ds) * h * (1 - h)
    return SOFT, {"grads.z1[1]": d[0], "grads.z1[2]": d[1]}


@asked("one-path-only", "term-omitted")
def one_class_only() -> tuple[str, Figures]:
    d = V2[1] * ds[1] * (1 - h**2)
    return SOFT, {"grads.z1[1]": d[0], "grads.z1[2]": d[1]}


@asked("fused-derivative-twice", "softmax-diagonal-only")
def softmax_slope_again() -> tuple[str, Figures]:
    d = ds * p * (1 - p)
    return SOFT, {"grads.z2[1]": d[0], "grads.z2[2]": d[1]}


@asked("softmax-without-exp")
def shares_of_the_scores() -> tuple[str, Figures]:
    q = (V2 @ h) / (V2 @ h).sum()
    return SOFT, {"a2[1]": q[0], "a2[2]": q[1]}


@asked("log-base-10")
def logarithm_to_ten() -> tuple[str, Figures]:
    return SOFT, {"a2[2]": p[1], "loss": -np.log10(p[1])}


@asked("sign-lost", "sign-flipped", "delta-with-other-sign")
def minus_of_the_logarithm_lost() -> tuple[str, Figures]:
    return SOFT, {"a2[2]": p[1], "loss": np.log(p[1])}


@asked("weights-not-transposed", "sibling-used")
def matrix_as_it_stands() -> tuple[str, Figures]:
    d = (V2 @ ds) * (1 - h**2)
    return SOFT, {"grads.z1[1]": d[0], "grads.z1[2]": d[1]}


R1, R2 = np.array([[0.8, -0.5], [-0.6, 0.4]]), np.array([[1.2, -0.7]])
RELU = net(
    f"{layer('relu', R1, [0.1, 0.2])}, {layer('identity', R2, [0.3])}", "{x: [1.5, -2], y: [1.4]}", "squared_error"
)
rx = np.array([1.5, -2.0])
rz = R1 @ rx + [0.1, 0.2]
ra = np.maximum(rz, 0)
ry = R2 @ ra + 0.3
rd = 2 * (ry - 1.4)


@asked("relu-gate-forgotten", "factor-omitted", "wrong-case")
def relu_always_open() -> tuple[str, Figures]:
    d = R2[0] * rd[0]
    return RELU, {"grads.z1[1]": d[0], "grads.z1[2]": d[1]}


@asked("factor-half", "constant-forgotten", "other-loss-factor", "factor-omitted")
def the_two_of_the_square_is_missing() -> tuple[str, Figures]:
    return RELU, {"loss": (ry[0] - 1.4) ** 2, "grads.z2[1]": (ry - 1.4)[0], "grads.W2[1,1]": (ry - 1.4)[0] * ra[0]}


@asked("error-gated", "relu-value-for-gate")
def relu_of_the_error() -> tuple[str, Figures]:
    """Both gates are open; the error that comes back to the second unit is negative."""
    weights = np.array([[0.8, -0.5], [0.6, -0.4]])
    out = R2 @ np.maximum(weights @ rx + [0.1, 0.2], 0) + 0.3
    d = np.maximum(R2[0] * 2 * (out[0] - 0.5), 0)
    layers = f"{layer('relu', weights, [0.1, 0.2])}, {layer('identity', R2, [0.3])}"
    return net(layers, "{x: [1.5, -2], y: [0.5]}", "squared_error"), {"grads.z1[1]": d[0], "grads.z1[2]": d[1]}


X, Y = np.array([[0.5, 1.5, -1.0], [2.0, -0.5, 0.3]]), np.array([[1.0, 0.0, 1.0]])
B1, B2 = np.array([[0.4, -0.3], [0.2, 0.6]]), np.array([[0.5, -0.9]])
rows = ", ".join(f"{{x: {c.tolist()}, y: [{v}]}}" for c, v in zip(X.T, Y[0], strict=True))
BATCH = net(f"{layer('tanh', B1, [0.1, 0.1])}, {layer('sigmoid', B2, [0.2])}", rows, "binary_cross_entropy")
BH = np.tanh(B1 @ X + 0.1)
BA = S(B2 @ BH + 0.2)
BD = (BA - Y) / 3
BH_D = (B2.T @ BD) * (1 - BH**2)


@asked("other-reduction", "batch-sum-for-mean", "constant-forgotten")
def no_division_by_m() -> tuple[str, Figures]:
    return BATCH, {
        "grads.W2[1,1]": (3 * BD @ BH.T)[0, 0],
        "grads.b2[1]": 3 * BD.sum(),
        "grads.W1[1,1]": (3 * BH_D @ X.T)[0, 0],
    }


@asked("part-only", "constant-forgotten", "batch-sum-for-mean", "bias-gradient-not-averaged", digits=5)
def mean_for_weights_sum_for_bias() -> tuple[str, Figures]:
    return BATCH, {"grads.W2[1,1]": (BD @ BH.T)[0, 0], "grads.b2[1]": 3 * BD.sum()}


@asked("bias-gradient-not-summed", "one-example-only", "term-omitted")
def bias_of_the_first_example() -> tuple[str, Figures]:
    return BATCH, {"grads.W2[1,1]": (BD @ BH.T)[0, 0], "grads.b2[1]": BD[0, 0]}


@asked("early-division-by-m", "divided-by-m-twice")
def divided_by_m_again() -> tuple[str, Figures]:
    return BATCH, {
        "grads.W2[1,2]": (BD @ BH.T)[0, 1],
        "grads.W1[1,2]": (BH_D @ X.T)[0, 1] / 3,
        "grads.W1[2,1]": (BH_D @ X.T)[1, 0] / 3,
    }


@asked("bce-half-dropped", "term-omitted")
def only_y_log_a() -> tuple[str, Figures]:
    return BATCH, {"loss": -(Y * np.log(BA)).mean()}


@asked("fused-derivative-twice")
def cross_entropy_with_slope() -> tuple[str, Figures]:
    d = BD * BA * (1 - BA)
    return BATCH, {"grads.W2[1,1]": (d @ BH.T)[0, 0], "grads.b2[1]": d.sum()}


@asked("derivative-at-preactivation", "sibling-used")
def one_minus_z_squared() -> tuple[str, Figures]:
    """As in ``sech`` questions: the slope of tanh is taken of its input."""
    d = (B2.T @ BD) * (1 - (B1 @ X + 0.1) ** 2)
    return BATCH, {"grads.W1[1,1]": (d @ X.T)[0, 0], "grads.W1[2,2]": (d @ X.T)[1, 1]}


TANH = graph("{x: 0.6, t: 0.5}", "{w: 1.5, u: -0.8}", "z: w*x; h: tanh(z); y: u*h; L: (y - t)^2/2", "L")
gh = np.tanh(0.9)
gy = -0.8 * gh


@asked("factor-omitted", "hidden-derivative-omitted", "output-derivative-omitted")
def graph_without_the_slope() -> tuple[str, Figures]:
    return TANH, {"grads.w": (gy - 0.5) * -0.8 * 0.6, "grads.u": (gy - 0.5) * gh}


@asked("sibling-used", "derivative-at-preactivation")
def graph_slope_of_the_argument() -> tuple[str, Figures]:
    return TANH, {"grads.z": (gy - 0.5) * -0.8 * (1 - 0.81)}


@asked("sign-lost", "sign-flipped")
def graph_error_turned_round() -> tuple[str, Figures]:
    return TANH, {"grads.y": 0.5 - gy, "grads.u": (0.5 - gy) * gh}


SUMS = graph("{a: 2.5, b: -1.2, c: 0.7}", "", "p: a + b; q: b*c; f: p*q", "f")


@asked("one-path-only", "term-omitted")
def graph_only_one_of_two_paths() -> tuple[str, Figures]:
    return SUMS, {"grads.a": -0.84, "grads.b": 1.3 * 0.7}


@asked("path-product", "sum-times-sum", "product-for-sum", "")
def graph_paths_multiplied() -> tuple[str, Figures]:
    return SUMS, {"grads.b": -0.84 * (1.3 * 0.7)}


RNN = graph(
    "{x1: 0.5, x2: -0.3, t: 0.4}", "{w: 0.7, u: 1.1}",
    "z1: w*x1; h1: tanh(z1); z2: w*x2 + u*h1; h2: tanh(z2); L: (h2 - t)^2/2", "L",
)  # fmt: skip
k1 = np.tanh(0.35)
k2 = np.tanh(0.7 * -0.3 + 1.1 * k1)
g2 = (k2 - 0.4) * (1 - k2**2)
g1 = g2 * 1.1 * (1 - k1**2)


@asked("recurrent-last-step-only", "one-path-only", "term-omitted")
def only_the_last_time_step() -> tuple[str, Figures]:
    return RNN, {"grads.u": g2 * k1, "grads.w": g2 * -0.3}


@asked("index-one-off", "sibling-used")
def the_state_of_the_wrong_step() -> tuple[str, Figures]:
    return RNN, {"grads.z2": g2, "grads.u": g2 * k2}


ADAM = net(
    layer("identity", [[0.6, -0.4]], [0.2]),
    "{x: [1.5, 0.7], y: [2]}",
    training="{optimizer: adam, learning_rate: 0.01, steps: 2}",
)
ao = 0.6 * 1.5 - 0.28 + 0.2
ag = np.array([(ao - 2) * 1.5, (ao - 2) * 0.7, ao - 2])


@asked("adam-uncorrected")
def adam_without_correction() -> tuple[str, Figures]:
    m, s = 0.1 * ag, 0.001 * ag**2
    p_ = np.array([0.6, -0.4, 0.2]) - 0.01 * m / (np.sqrt(s) + 1e-8)
    return ADAM, {"updated.W1[1,1]": p_[0], "updated.W1[1,2]": p_[1]}


@asked("state-corrected-kept", digits=6)
def adam_carries_the_corrected_moments() -> tuple[str, Figures]:
    w = np.array([0.6, -0.4, 0.2])
    m = v = np.zeros(3)
    for step in (1, 2):
        g = (w @ [1.5, 0.7, 1] - 2) * np.array([1.5, 0.7, 1])
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        m, v = m / (1 - 0.9**step), v / (1 - 0.999**step)
        w = w - 0.01 * m / (np.sqrt(v) + 1e-8)
    return ADAM, {"step2.updated.W1[1,1]": w[0], "step2.updated.b1[1]": w[2]}


MOMENTUM = net(
    layer("identity", [[0.6, -0.4]], [0.2]),
    "{x: [1.5, 0.7], y: [2]}",
    training="{optimizer: {kind: momentum, momentum: 0.8}, learning_rate: 0.05, steps: 2}",
)


def momentum(keep: float = 0.8, first: bool = False) -> np.ndarray:
    """Two steps; the velocity kept by `keep`."""
    w, v = np.array([0.6, -0.4, 0.2]), np.zeros(3)
    for _ in (1, 2):
        g = (w @ [1.5, 0.7, 1] - 2) * np.array([1.5, 0.7, 1])
        v = keep * v + g
        w = w - 0.05 * v
    return w


@asked("state-reset", "term-omitted", "momentum-form", digits=5)
def the_velocity_starts_anew() -> tuple[str, Figures]:
    w = momentum(keep=0.0)
    return MOMENTUM, {"step2.updated.W1[1,1]": w[0], "step2.updated.W1[1,2]": w[1]}


@asked("gradients-not-cleared", digits=5)
def gradients_of_the_step_before_added() -> tuple[str, Figures]:
    w, g = np.array([0.6, -0.4, 0.2]), np.zeros(3)
    for _ in (1, 2):
        g = g + (w @ [1.5, 0.7, 1] - 2) * np.array([1.5, 0.7, 1])
        w = w - 0.05 * g
    sgd = MOMENTUM.replace("{optimizer: {kind: momentum, momentum: 0.8}, ", "{")
    return sgd, {"step2.grads.W1[1,1]": g[0], "step2.updated.W1[1,1]": w[0]}


PENALTY = net(
    layer("sigmoid", [[0.9, -1.1]], [0.3]), "{x: [0.8, 0.5], y: [0]}", "{function: binary_cross_entropy, l2: 0.3}"
)
pa = S(0.72 - 0.55 + 0.3)


@asked("penalty-forgotten", "term-omitted")
def penalty_left_out() -> tuple[str, Figures]:
    return PENALTY, {"grads.W1[1,1]": pa * 0.8, "grads.W1[1,2]": pa * 0.5}


@asked("penalty-sign", "sign-changed", "sign-lost")
def penalty_subtracted() -> tuple[str, Figures]:
    return PENALTY, {"grads.W1[1,1]": pa * 0.8 - 0.27, "grads.W1[1,2]": pa * 0.5 + 0.33}


def by_name() -> Iterator[tuple[str, Question]]:
    """The questions by their names."""
    return ((question.name, question) for question in QUESTIONS)
