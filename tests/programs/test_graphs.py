"""Wrong backward passes of convolution, pooling, norms, attention, embedding, cells: named; right ones left alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import backprop_tutor as bt
from backprop_tutor.cli.app import start
from backprop_tutor.errors import TutorError
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.graph.tape import Trace, run
from backprop_tutor.practice.mistakes.catalogue import ARRAYS, MISTAKES, SEQUENCES
from backprop_tutor.practice.mistakes.mistake import Mistake
from backprop_tutor.programs.graphs.diagnosis import diagnose_graph
from backprop_tutor.programs.graphs.page import graph_record
from backprop_tutor.programs.graphs.program import examples_of, held
from backprop_tutor.scenario.load import load
from backprop_tutor.training.batches import data_of
from backprop_tutor.whatif.intervention import Intervention
from tests.scenarios.of_numbers import BUNDLED


def graph(inputs: Any, parameters: Any, nodes: Mapping[str, str], output: str = "L") -> Scenario:
    """A graph of arrays."""
    described = {"inputs": inputs, "parameters": parameters, "nodes": dict(nodes), "output": output}
    return bt.scenario({"title": "t", "graph": described})


def gradients(net: Scenario) -> dict[str, Any]:
    """The right ones of all parameters."""
    trace = run(net.graph, {**data_of(net, 1), **net.parameters})
    return {name: np.array(shown(trace, name)) for name in net.graph.parameters}


RANDOM = np.random.default_rng(4)
X = RANDOM.normal(size=(4, 4)).round(2)
K = RANDOM.normal(size=(2, 2)).round(2)
CONV = graph(
    {"x": X}, {"k": K, "b": 0.3, "c": 0.5}, {"y": "x * c", "z": "conv2d(y, k) + b", "a": "tanh(z)", "L": "sum(a^2)/2"}
)
POOL = graph({"x": X}, {"c": 0.7}, {"y": "x * c + x^2", "p": "max_pool2d(y, 2)", "L": "sum(p^3)"})
S = RANDOM.normal(size=(3, 2)).round(2)
NORM = graph(
    {"x": S},
    {"w": [0.5, -1.2], "gain": [1.1, 0.4], "shift": [0.1, 0.2]},
    {"h": "x * w + x^2", "y": "layer_norm(h, gain, shift)", "L": "sum(y^3)"},
)
SQUARES = {name: RANDOM.normal(size=(2, 2)).round(2) for name in ("Wq", "Wk", "Wv")}
ATTENTION = graph(
    {"x": S},
    SQUARES,
    {
        "Q": "x @ Wq",
        "K": "x @ Wk",
        "V": "x @ Wv",
        "A": "Q @ K.T / sqrt(2)",
        "P": "softmax(A)",
        "O": "P @ V",
        "L": "sum((O - 1)^2)",
    },
)
WORDS = graph({"ids": [2, 1, 2]}, {"E": S, "w": [1, -1]}, {"h": "embedding(E, ids)", "s": "h @ w", "L": "sum(s^3)"})
TIED = graph({"x": [1.0, 2.0]}, {"W": SQUARES["Wq"]}, {"h": "tanh(W @ x)", "o": "W.T @ h", "L": "sum((o - 1)^2)"})
CELL = graph(
    {"x": 0.7},
    {"wf": 0.3, "wi": -0.4, "wo": 0.8, "c0": 0.5},
    {
        "f": "sigmoid(wf*x)",
        "i": "sigmoid(wi*x)",
        "o": "sigmoid(wo*x)",
        "c": "f*c0 + i*tanh(x)",
        "h": "o*tanh(c)",
        "L": "(h - 1)^2/2",
    },
)
DROP = graph(
    {"x": S, "m": [[1, 0], [0, 1], [1, 1]]},
    {"w": [0.5, -1.2]},
    {"h": "tanh(x * w)", "d": "dropout(h, m, 0.5)", "L": "sum((d - 1)^2)"},
)
STEPS = graph(
    {"x": 0.5},
    {"w": 0.6, "u": 0.9},
    {"h1": "tanh(w*x + u*0.1)", "h2": "tanh(w*x + u*h1)", "h3": "tanh(w*x + u*h2)", "L": "(h3 - 1)^2/2"},
)
NETS = {
    "conv": CONV,
    "pool": POOL,
    "norm": NORM,
    "attention": ATTENTION,
    "words": WORDS,
    "tied": TIED,
    "cell": CELL,
    "drop": DROP,
    "steps": STEPS,
}


def shown(trace: Trace, name: str) -> Any:
    """The gradient of a node as a program holds it."""
    return held(trace.graph, trace.graph.index[name], trace.adjoint(name), examples_of(trace))


def values(net: Scenario) -> Callable[[str], Any]:
    """Values and gradients by name, without the axis of the one example."""
    trace = run(net.graph, {**data_of(net, 1), **net.parameters})

    def of(name: str) -> Any:
        if name.startswith("d/"):
            return np.array(shown(trace, name[2:]))
        node = net.graph.nodes[net.graph.index[name]]
        value = trace.value(name)
        return (
            value.reshape(value.shape[: node.axes]) if node.shared else value[..., 0].reshape(value.shape[: node.axes])
        )

    return of


def conv_one_window() -> tuple[Scenario, dict[str, Any]]:
    """The kernel's gradient of the first window alone."""
    v = values(CONV)
    return CONV, {**gradients(CONV), "k": v("d/z")[0, 0] * v("y")[:2, :2]}


def conv_bias_not_summed() -> tuple[Scenario, dict[str, Any]]:
    """The bias's gradient of the first place alone."""
    return CONV, {**gradients(CONV), "b": values(CONV)("d/z")[0, 0]}


def conv_not_flipped() -> tuple[Scenario, dict[str, Any]]:
    """What goes back to the input without the flip."""
    v = values(CONV)
    dz, k, dy = v("d/z"), v("k")[::-1, ::-1], np.zeros((4, 4))
    for i, j in np.ndindex(3, 3):
        dy[i : i + 2, j : j + 2] += dz[i, j] * k
    return CONV, {**gradients(CONV), "c": (dy * X).sum()}


def pool_to_all() -> tuple[Scenario, dict[str, Any]]:
    """A maximum's gradient given to the whole window."""
    return POOL, {"c": (np.kron(values(POOL)("d/p"), np.ones((2, 2))) * X).sum()}


def pool_shared() -> tuple[Scenario, dict[str, Any]]:
    """A maximum's gradient divided among the window."""
    return POOL, {"c": (np.kron(values(POOL)("d/p"), np.ones((2, 2))) * X).sum() / 4}


def norm_by_hand(mean: bool, variance: bool) -> tuple[Scenario, dict[str, Any]]:
    """A layer norm backward by hand, with or without two of its three paths."""
    v = values(NORM)
    h, dx = v("h"), v("d/y") * v("gain")
    sigma = np.sqrt(h.var(axis=1, keepdims=True) + 1e-5)
    xhat = (h - h.mean(axis=1, keepdims=True)) / sigma
    dh = (
        dx
        - (dx.mean(axis=1, keepdims=True) if mean else 0)
        - (xhat * (dx * xhat).mean(axis=1, keepdims=True) if variance else 0)
    )
    return NORM, {**gradients(NORM), "w": (dh / sigma * S).sum(axis=0)}


def attention_diagonal() -> tuple[Scenario, dict[str, Any]]:
    """The softmax's diagonal alone."""
    v = values(ATTENTION)
    P, dP = v("P"), v("d/P")
    dA = dP * P * (1 - P) / np.sqrt(2)
    return ATTENTION, {**gradients(ATTENTION), "Wq": S.T @ (dA @ v("K")), "Wk": S.T @ (dA.T @ v("Q"))}


def attention_scale() -> tuple[Scenario, dict[str, Any]]:
    """The scale left out backward."""
    g = gradients(ATTENTION)
    return ATTENTION, {**g, "Wq": g["Wq"] * np.sqrt(2), "Wk": g["Wk"] * np.sqrt(2)}


def embedding_overwritten() -> tuple[Scenario, dict[str, Any]]:
    """Rows assigned, not added."""
    v = values(WORDS)
    dE = np.zeros((3, 2))
    for row, id_ in enumerate((2, 1, 2)):
        dE[id_ - 1] = v("d/h")[row]
    return WORDS, {**gradients(WORDS), "E": dE}


def tied_forgotten() -> tuple[Scenario, dict[str, Any]]:
    """One of two uses of a shared matrix."""
    v = values(TIED)
    return TIED, {"W": np.outer(v("h"), v("d/o"))}


def cell_squashed_twice() -> tuple[Scenario, dict[str, Any]]:
    """The derivative of tanh(c) left out."""
    v = values(CELL)
    dc = v("d/h") * v("o") * 1.0
    df = dc * 0.5
    f, i = v("f"), v("i")
    return CELL, {
        **gradients(CELL),
        "c0": dc * f,
        "wf": df * f * (1 - f) * 0.7,
        "wi": dc * np.tanh(0.7) * i * (1 - i) * 0.7,
    }


def dropout_not_backward() -> tuple[Scenario, dict[str, Any]]:
    """The mask left out backward."""
    v = values(DROP)
    return DROP, {"w": (v("d/d") / 0.5 * (1 - v("h") ** 2) * S).sum(axis=0)}


def recurrent_derivative_omitted() -> tuple[Scenario, dict[str, Any]]:
    """The derivative of tanh left out at every step."""
    v = values(STEPS)
    d3 = v("d/h3")
    d2, d1 = d3 * 0.9, d3 * 0.81
    return STEPS, {"w": (d1 + d2 + d3) * 0.5, "u": d3 * v("h2") + d2 * v("h1") + d1 * 0.1}


WRONG = (
    (conv_one_window, "kernel-one-window"),
    (conv_bias_not_summed, "conv-bias-not-summed"),
    (conv_not_flipped, "kernel-not-flipped-back"),
    (pool_to_all, "pool-gradient-to-all"),
    (pool_shared, "pool-gradient-shared"),
    (lambda: norm_by_hand(mean=False, variance=True), "norm-mean-path-missing"),
    (lambda: norm_by_hand(mean=True, variance=False), "norm-variance-path-missing"),
    (lambda: norm_by_hand(mean=False, variance=False), "norm-constant-statistics"),
    (attention_diagonal, "attention-softmax-diagonal"),
    (attention_scale, "attention-scale-forgotten"),
    (embedding_overwritten, "embedding-overwritten"),
    (tied_forgotten, "tied-use-forgotten"),
    (cell_squashed_twice, "output-derivative-omitted"),
    (dropout_not_backward, "dropout-mask-not-backward"),
    (recurrent_derivative_omitted, "factor-omitted"),
)


@pytest.mark.parametrize(("make", "name"), WRONG, ids=[str(name) + str(i) for i, (_, name) in enumerate(WRONG)])
def test_a_wrong_pass_is_named(make: Callable[[], tuple[Scenario, dict[str, Any]]], name: str) -> None:
    """By its usual name, among the first explanations."""
    net, wrong = make()
    found = diagnose_graph(net, wrong)
    assert found.verdict == "explained"
    assert name in [name for each in graph_record(found, "en")["explanations"] for name in each["mistakes"]]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", NETS)
def test_right_ones_are_right(name: str, dtype: Any) -> None:
    """In both precisions."""
    given = {key: np.asarray(array, dtype=dtype) for key, array in gradients(NETS[name]).items()}
    assert diagnose_graph(NETS[name], given).verdict == "correct"


@pytest.mark.parametrize("name", NETS)
def test_noise_has_no_cause(name: str) -> None:
    """Where there are numbers enough to tell."""
    given = {key: array * RANDOM.uniform(0.5, 1.5, np.shape(array)) for key, array in gradients(NETS[name]).items()}
    assert diagnose_graph(NETS[name], given).verdict == "unexplained"


def test_expression_graphs_too() -> None:
    """A scalar graph of a bundled scenario."""
    net = load("recurrent-three-steps")
    right = gradients(net)
    assert diagnose_graph(net, {f"d{name}": array for name, array in right.items()}).verdict == "correct"
    some = next(iter(right))
    assert diagnose_graph(net, {some: -right[some]}).verdict == "explained"


def test_names_and_shapes() -> None:
    """Unknown names and other shapes are answered; usual spellings are understood."""
    right = gradients(CONV)
    assert diagnose_graph(CONV, {"dk": right["k"], "b.grad": right["b"]}).verdict == "correct"
    with pytest.raises(TutorError, match="did you mean"):
        diagnose_graph(CONV, {"kk": right["k"]})
    with pytest.raises(TutorError, match="another graph"):
        diagnose_graph(CONV, {"k": np.ones((3, 3))})


def test_from_python_and_from_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``bt.diagnose`` and ``tutor diagnose --gradients`` take graphs as they take networks."""
    net, wrong = conv_one_window()
    found = bt.diagnose(net, wrong)
    assert found.explanations[0]["mistakes"] == ["kernel-one-window"]
    assert "one window" in str(found)
    assert "窗口" in str(bt.diagnose(net, wrong, lang="zh"))
    (tmp_path / "net.yaml").write_text("\n".join(net.origin[1].lines), encoding="utf-8")  # type: ignore[attr-defined]
    np.savez(tmp_path / "g.npz", **wrong)
    call = ["diagnose", str(tmp_path / "net.yaml"), "--gradients", str(tmp_path / "g.npz")]
    assert start([*call, "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out)["verdict"] == "explained"
    assert start(call) == 1


RELU = graph(
    {"x": X, "y": [1.0, 0.0]},
    {"k": K, "V": RANDOM.normal(size=(2, 9)).round(2)},
    {"c": "conv2d(x, k)", "r": "relu(c)", "p": "softmax(V @ reshape(r, 9))", "L": "-sum(y * log(p))"},
)


def test_the_likeliest_change_of_a_line_comes_first() -> None:
    """A mistake with a name, and the line it was made in, before other edits that do the same."""
    trace = run(RELU.graph, {**data_of(RELU, 1), **RELU.parameters})
    came = shown(trace, "r")
    kernel = np.array([[(came * X[i : i + 3, j : j + 3]).sum() for j in range(2)] for i in range(2)])
    page = str(bt.diagnose(RELU, {**gradients(RELU), "k": kernel}))
    assert "get when the derivative of ReLU is taken as 1 although z is not positive (r)." in " ".join(page.split())
    assert "wrong  dc = dr\n right  dc = dr * (c > 0)\n" in page


@pytest.mark.parametrize("name", ["k", "V"])
def test_a_transposed_gradient_is_said_to_be_one(name: str) -> None:
    """Square ones, whose shape is right, and others."""
    right = gradients(RELU)
    found = bt.diagnose(RELU, {**right, name: right[name].T})
    assert found.verdict == "explained"
    assert f"sends back to {name} is transposed" in " ".join(str(found).split())


def attention_pass(mean: bool = True, crossed: bool = False) -> dict[str, Any]:
    """The gradients of one head, by hand; `crossed` sends dA to K as it is, not transposed."""
    net = ONE_HEAD
    q, k, v, p, o = map(values(net), ("Q", "K", "V", "P", "O"))
    do = 2 * (o - 1) / (o.size if mean else 1)
    dp = do @ v.T
    da = p * (dp - (dp * p).sum(axis=1, keepdims=True)) / np.sqrt(2)
    return {"Wq": S.T @ (da @ k), "Wk": S.T @ ((da if crossed else da.T) @ q), "Wv": S.T @ (p.T @ do)}


ONE_HEAD = graph(
    {"x": S},
    SQUARES,
    {
        "Q": "x @ Wq",
        "K": "x @ Wk",
        "V": "x @ Wv",
        "A": "Q @ K.T / sqrt(2)",
        "P": "softmax(A)",
        "O": "P @ V",
        "L": "mean((O - 1)^2)",
    },
)


def test_what_goes_wrong_in_a_head_is_said_where_it_does() -> None:
    """The keys sent dA for its transpose; a sum for the mean of the loss; letters of the lines are told."""
    assert bt.diagnose(ONE_HEAD, attention_pass()).verdict == "correct"
    crossed = " ".join(str(bt.diagnose(ONE_HEAD, attention_pass(crossed=True))).split())
    assert "is transposed where it is sent back to" in crossed
    summed = " ".join(str(bt.diagnose(ONE_HEAD, attention_pass(mean=False))).split())
    assert "get when a sum over the places of L is taken in place of the mean" in summed
    scale = {**attention_pass(), "Wq": attention_pass()["Wq"] * 2**0.5, "Wk": attention_pass()["Wk"] * 2**0.5}
    assert "wrong dt_A = dA right dt_A = dA * (1 / np.sqrt(2))" in " ".join(str(bt.diagnose(ONE_HEAD, scale)).split())


def test_values_on_the_way_show_the_first_wrong_line() -> None:
    """A bug of the forward pass, by its line; what follows from it is not blamed."""
    net, g, v = ONE_HEAD, gradients(ONE_HEAD), values(ONE_HEAD)
    q, k, x = v("Q"), v("K"), S
    a = q @ k.T
    e = np.exp(a - a.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    o = p @ v("V")
    do = 2 * (o - 1) / o.size
    dp = do @ v("V").T
    da = p * (dp - (dp * p).sum(axis=1, keepdims=True)) / np.sqrt(2)
    wrong = {"Wq": x.T @ (da @ k), "Wk": x.T @ (da.T @ q), "Wv": x.T @ (p.T @ do)}
    found = bt.diagnose(net, wrong, values={"Q": q, "K": k, "A": a, "P": p, "O": o})
    assert found.verdict == "explained"
    assert found.explanations[0]["edit"][0]["wrong"] == "A = t_A"
    assert len(found.explanations) == 1
    assert bt.diagnose(net, values={"Q": q, "values.P": v("P")}).verdict == "correct"
    assert bt.diagnose(net, g, values={"dP": v("d/P")}).verdict == "correct"


def test_two_bugs_and_the_gradient_of_an_input() -> None:
    """Each at its own line; dx as any other gradient."""
    v, g = values(ATTENTION), gradients(ATTENTION)
    found = bt.diagnose(ATTENTION, {**g, "Wq": g["Wq"] / 2, "Wv": -g["Wv"]})
    assert {edit["line"].replace("W", "").lower() for edit in found.explanations[0]["edit"]} == {"dq", "dv"}
    assert bt.diagnose(ATTENTION, {**g, "dx": v("d/x")}).verdict == "correct"
    part = bt.diagnose(ATTENTION, {**g, "dx": v("d/V") @ v("Wv").T})
    assert part.explanations[0]["edit"][0]["wrong"] == "dx = dV @ Wv.T"


def test_examples_in_front_or_behind() -> None:
    """A program may hold the examples first or last; either is understood."""
    rows = [{"x": S[i : i + 2]} for i in range(2)]
    written = {"inputs": ["x"], "parameters": {"W": SQUARES["Wq"]}, "nodes": {"h": "tanh(x @ W)", "L": "sum(h^2)"}}
    net = bt.scenario({"title": "t", "graph": {**written, "output": "L"}, "data": rows})
    h = np.stack([np.tanh(row["x"] @ SQUARES["Wq"]) for row in rows])
    for array in (h, np.moveaxis(h, 0, -1)):
        assert bt.diagnose(net, values={"h": array}).verdict == "correct"


@cache
def mistaken(mistake: str) -> tuple[Scenario, str, dict[str, Any]] | None:
    """A bundled scenario, a place, and all gradients under a mistake; None where it changes no gradient anywhere."""
    for net in BUNDLED.values():
        if net.graph.layers or not (sites := list(MISTAKES[mistake].sites(net))):
            continue
        right = next(Intervention.single().walk(net, 1)).trace
        given = [n.name for n in net.graph.nodes if n.op is None and n.name not in net.graph.whole_numbers]
        for site in sites:
            trace = next(Intervention.single(site.changes).walk(net, 1)).trace
            arrays = {name: np.array(shown(trace, name)) for name in given if name != "upstream"}
            if any(not np.allclose(arrays[name], shown(right, name), rtol=1e-6, atol=1e-9) for name in arrays):
                return net, site.where.en, arrays
    return None


OF_THE_SECOND_PASS = {"stale-activations"}


@pytest.mark.parametrize("mistake", [*ARRAYS, *SEQUENCES], ids=lambda each: each.name)
def test_every_mistake_of_arrays_is_named_from_its_gradients(mistake: Mistake) -> None:
    """The gradients that follow from it lead back to it, and the page says where it was made."""
    found = mistaken(mistake.name)
    if mistake.name in OF_THE_SECOND_PASS:
        assert found is None
        return
    assert found is not None
    net, where, arrays = found
    diagnosis = diagnose_graph(net, arrays)
    assert mistake.name in [edits[0].name for edits in diagnosis.explanations[:3]]
    assert any(where in edits[0].text.en for edits in diagnosis.explanations[:3])


def test_ones_are_no_gradient_of_the_loss() -> None:
    """They are a line without effect; a number of the backward pass that happens to be 1 explains no array."""
    found = bt.diagnose(ATTENTION, {"Wq": np.ones((2, 2))})
    assert {edit["rule"] for each in found.explanations for edit in each["edit"]} == {"not-computed"}


def test_the_gradient_of_the_loss_may_be_among_those_given() -> None:
    """It is that of the reported loss, though a node is called d; the line of dw is the first wrong one."""
    net = load("dropout-mask")
    found = diagnose_graph(net, {"dloss": np.array(1.0), "dw": gradients(net)["w"] / 2})
    assert [(array.called, array.is_right) for array in found.arrays] == [("dloss", True), ("dw", False)]
    assert [name for name, _ in found.lines] == ["dw"]


def own_arrays(net: Scenario, names: str) -> list[Any]:
    """The given arrays of these names, in their own axes."""
    given = {**net.data, **net.parameters}
    return [held(net.graph, net.graph.index[name], given[name], 1) for name in names]


def recursion() -> Scenario:
    """Three steps of tanh(U x + V h), the state before the first of which is zero and left out."""
    inside = {1: "U @ x[1]", 2: "U @ x[2] + V @ h1", 3: "U @ x[3] + V @ h2"}
    return bt.scenario(
        {
            "title": "recursion",
            "graph": {
                "inputs": {"x": [[0.4, -0.9], [0.7, 0.2], [-0.3, 0.8]]},
                "parameters": {"U": [[0.3, -0.5], [0.9, 0.2]], "V": [[0.7, 0.1], [-0.4, 0.6]], "w": [0.8, -0.7]},
                "nodes": {**{f"h{t}": f"tanh({z})" for t, z in inside.items()}, "L": "(w @ h3 - 0.5)^2 / 2"},
                "output": "L",
            },
        }
    )


SLOPE, V_SHARE = "1 - hs[t + 1] ** 2", "np.outer(dz, hs[t])"


@pytest.mark.parametrize(
    ("right", "wrong", "first"),
    [
        (SLOPE, SLOPE, None),
        (SLOPE, "1 - hs[t] ** 2", ("dz_h1", "dh1 * (1 - h0 ** 2)")),
        (V_SHARE, "np.outer(dz, hs[t + 1])", ("dV", "np.outer(dz_h3, h3) + np.outer(dz_h2, h2) + np.outer(dz_h1, h1)")),
    ],
)
def test_a_loop_over_the_steps_starts_with_the_state_that_the_scenario_leaves_out(
    right: str, wrong: str, first: tuple[str, str] | None
) -> None:
    """A slip in the loop is one in every step, the first among them, whose state is an array of zeros."""
    net = recursion()
    x, U, V, w = own_arrays(net, "xUVw")
    hs = [np.zeros(2)]
    for t in range(3):
        hs.append(np.tanh(U @ x[t] + V @ hs[-1]))
    do = w @ hs[-1] - 0.5
    dh, dU, dV = do * w, 0.0, 0.0
    here = {SLOPE: SLOPE, V_SHARE: V_SHARE, right: wrong}
    for t in reversed(range(3)):
        known = {"hs": hs, "t": t, "np": np}
        dz = dh * eval(here[SLOPE], known)
        dU = dU + np.outer(dz, x[t])
        dV = dV + eval(here[V_SHARE], {**known, "dz": dz})
        dh = V.T @ dz
    found = diagnose_graph(net, {"U": dU, "V": dV, "w": do * hs[-1]})
    if first is None:
        assert found.verdict == "correct"
        return
    (slip,) = found.found[0].slips
    lines = found.found[0].bench.program.lines
    assert first in {(lines[edit.line].name, edit.text) for edit in slip.edits}


def test_two_results_that_are_exchanged_are_one_slip() -> None:
    """dp = do * r and dr = do * p written the other way round."""
    nodes = {"p": "tanh(u * x)", "r": "sigmoid(v * x)", "o": "sum(p * r)", "L": "(o - 1)^2 / 2"}
    graph = {"inputs": {"x": [0.4, -0.9]}, "parameters": {"u": [0.3, 0.8], "v": [0.5, -0.7]}, "nodes": nodes}
    net = bt.scenario({"title": "two factors", "graph": {**graph, "output": "L"}})
    x, u, v = own_arrays(net, "xuv")
    p, r = np.tanh(u * x), 1 / (1 + np.exp(-v * x))
    do = p @ r - 1
    wrong = {"u": do * p * (1 - p**2) * x, "v": do * r * r * (1 - r) * x}
    (best, *_) = diagnose_graph(net, wrong).found
    (slip,) = best.slips
    lines = best.bench.program.lines
    assert {lines[edit.line].name for edit in slip.edits} == {"dp", "dr"}


@pytest.mark.parametrize("examples", [1, 2])
def test_a_convolution_of_a_transposed_array_has_lines(examples: int) -> None:
    """Steps by channels, turned inside the formula; the program's gradients are the engine's, and a lost sign is named."""
    nodes = {"z": "(conv1d(h.T, k)).T", "h": "x * w", "L": "sum(z * z)"}
    rows = [{"x": [[1.0, 2.0], [0.5, -1.0], [2.0, 0.3 * (i + 1)]]} for i in range(examples)]
    parameters = {"k": [[[0.4, -0.3], [0.2, 0.7]]], "w": [0.6, -0.8]}
    graph = {"inputs": ["x"], "parameters": parameters, "nodes": nodes, "output": "L"}
    net = bt.scenario({"title": "turned", "graph": graph, "data": rows})
    right = gradients(net)
    assert diagnose_graph(net, right).verdict == "correct"
    assert diagnose_graph(net, {**right, "k": -right["k"]}).verdict == "explained"
