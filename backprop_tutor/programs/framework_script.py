"""The step of a scenario as a program for PyTorch, JAX or Keras, which prints the same figures as `tutor run`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any

from backprop_tutor.errors import TutorError, visible
from backprop_tutor.formula.functions import setting_of
from backprop_tutor.formula.nodes import Sym, formula
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import np
from backprop_tutor.graph.arrays import UPSTREAM
from backprop_tutor.graph.graph import Layer, Network
from backprop_tutor.graph.ops.affine import owners
from backprop_tutor.graph.ops.losses import loss_of
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.lesson.standalone.code import code
from backprop_tutor.programs.execution import given_values
from backprop_tutor.programs.graphs.framework_lines import ARRAY_WORDS, forward_lines, turned
from backprop_tutor.programs.graphs.program import names_of_lines
from backprop_tutor.programs.layout import LAYOUTS
from backprop_tutor.programs.numpy_text import numpy_text
from backprop_tutor.programs.reference import activation_text
from backprop_tutor.programs.script import names_given, program_of_step
from backprop_tutor.registry import by_name, find
from backprop_tutor.text import Lang, T
from backprop_tutor.training.rule import SHARED, is_clipped_by_norm, rule_of
from backprop_tutor.training.train_state import initial_state

ABOUT = T("One step in {framework}: {title}", "用 {framework} 做一步：{title}")
NO_LOSS = T(
    "this scenario has several results or an array and no loss, so that there is no step of it to write",
    "这个场景有多个结果或结果是数组，没有损失，因此没有可写的一步",
)
RUN = T("It prints the same figures as 'tutor run'.", "它打印的数与 'tutor run' 相同。")
WHAT = T("the framework", "框架")


@frozen(slots=True)
class Language:
    """A framework's own words: its module, how activations and losses are called in it, its axis of the units; how it makes
    an array. `constants` are the activations that are called with a constant.
    """

    name: str
    title: str
    module: str
    head: tuple[str, ...]
    activations: Mapping[str, str]
    constants: Mapping[str, str]
    axis: str
    log_softmax: str
    log_sigmoid: str
    array: str


def _functions(prefix: str) -> dict[str, str]:
    """The activations that are called alike."""
    return {name: f"{prefix}.{name}({{z}})" for name in ("sigmoid", "silu", "elu")}


def _constants(prefix: str) -> dict[str, str]:
    """The activations that are called alike with a constant."""
    return {name: f"{prefix}.{name}({{z}}, {{c}})" for name in ("leaky_relu", "elu", "celu")}


LANGUAGES = by_name(
    Language(
        "torch",
        "PyTorch",
        "torch",
        ("import torch", "import torch.nn.functional as F", "", "torch.set_default_dtype(torch.float64)"),
        {
            "sigmoid": "torch.sigmoid({z})", "tanh": "torch.tanh({z})", "relu": "torch.relu({z})", "silu": "F.silu({z})",
            "leaky_relu": "F.leaky_relu({z}, 0.01)", "elu": "F.elu({z})", "softplus": "F.softplus({z}, threshold=1e9)",
            "gelu": "F.gelu({z})", "gelu_tanh": 'F.gelu({z}, approximate="tanh")', "softmax": "torch.softmax({z}, dim=1)", "identity": "{z}",
        },
        {
            "leaky_relu": "F.leaky_relu({z}, {c})", "elu": "F.elu({z}, {c})",
            "softplus": "F.softplus({z}, beta={c}, threshold=1e9)",
        },
        "dim=1",
        "F.log_softmax({z}, dim=1)",
        "F.logsigmoid({z})",
        "torch.tensor",
    ),
    Language(
        "jax",
        "JAX",
        "jnp",
        ("import jax", "import jax.numpy as jnp", "", 'jax.config.update("jax_enable_x64", True)'),
        {
            **_functions("jax.nn"), "tanh": "jnp.tanh({z})", "relu": "jax.nn.relu({z})",
            "leaky_relu": "jax.nn.leaky_relu({z}, 0.01)", "softplus": "jax.nn.softplus({z})",
            "gelu": "jax.nn.gelu({z}, approximate=False)", "gelu_tanh": "jax.nn.gelu({z}, approximate=True)",
            "softmax": "jax.nn.softmax({z}, axis=1)", "identity": "{z}",
        },
        _constants("jax.nn"),
        "axis=1",
        "jax.nn.log_softmax({z}, axis=1)",
        "jax.nn.log_sigmoid({z})",
        "jnp.array",
    ),
    Language(
        "keras",
        "Keras",
        "ops",
        (
            "import os", "", 'os.environ["KERAS_BACKEND"] = "jax"', "import jax", "import keras", "from keras import ops", "",
            'jax.config.update("jax_enable_x64", True)', 'keras.config.set_floatx("float64")',
        ),
        {
            **_functions("ops"), "tanh": "jax.numpy.tanh({z})", "relu": "ops.relu({z})",
            "leaky_relu": "ops.leaky_relu({z}, 0.01)", "softplus": "ops.softplus({z})",
            "gelu": "ops.gelu({z}, approximate=False)", "gelu_tanh": "ops.gelu({z}, approximate=True)",
            "softmax": "ops.softmax({z}, axis=1)", "identity": "{z}",
        },
        _constants("ops"),
        "axis=1",
        "ops.log_softmax({z}, axis=1)",
        "ops.log_sigmoid({z})",
        "ops.array",
    ),
)  # fmt: skip


def framework_script(scenario: Scenario, framework: str, lang: Lang) -> str:
    """The first step of a scenario as a file for a framework.

    Raises TutorError for a graph without a loss or with an operation that has no lines.
    """
    language = find(LANGUAGES, framework, WHAT)
    network = scenario.graph.dense  # the lines are those of z = W a + b, with the framework's own losses
    script = _Graph(scenario, language, lang) if network is None else _Network(scenario, network, language, lang)
    return "\n".join(script.lines()) + "\n"


class _Script(ABC):
    """What the files have in common: the head, the gradients by the framework, the optimizer's lines.

    `letter` is what a file calls the parameters inside its loss; whether it prints the loss, and makes an update, is true of
    every network.
    """

    letter = "p"
    has_loss = has_update = True

    def __init__(self, scenario: Scenario, language: Language, lang: Lang, values: Mapping[str, Any]) -> None:
        self.scenario, self.f, self.lang, self.values = scenario, language, lang, values
        self.parameters = list(scenario.graph.parameters)
        self.moving = [name for name in self.parameters if name not in scenario.frozen]
        self.same: dict[str, Any] = {}
        self.is_torch = language.name == "torch"

    @abstractmethod
    def _data(self) -> Iterator[str]:
        """What is given beside the parameters."""

    @abstractmethod
    def _loss(self) -> Iterator[str]:
        """The lines of the loss, as a function of the parameters p."""

    def lines(self) -> Iterator[str]:
        title = visible(self.scenario.title[self.lang]).replace("\\", "\\\\").replace('"', "'")
        yield f'"""{ABOUT.format(framework=self.f.title, title=title)[self.lang]}'
        yield ""
        yield RUN[self.lang]
        yield '"""'
        yield ""
        if self.scenario.training.schedule != "constant":
            yield "from math import cos, floor, pi"
            yield ""
        yield from self.f.head
        yield ""
        yield from self._given()
        yield ""
        yield ""
        yield f"def loss({self.letter}):"
        yield from (f"    {line}" for line in self._loss())
        yield ""
        yield ""
        yield from self._step()

    def _given(self) -> Iterator[str]:
        yield from self._data()
        yield "p = {"
        for name in self.parameters:
            more = ", requires_grad=True" if self.is_torch else ""
            yield f'    "{name}": {self.f.array}({_number(self.values[name])}{more}),'
        yield "}"

    def _step(self) -> Iterator[str]:
        names = ", ".join(f'"{name}"' for name in self.moving)
        yield f"moving = [{names}]"
        if self.is_torch:
            yield "value = loss(p)"
            yield "value.backward()"
            yield "grads = {name: p[name].grad for name in moving}"
        else:
            yield "value, grads = jax.value_and_grad(loss)(p)"
        for name in self.same:
            if name in self.moving:
                yield f'grads["{name}"] = grads["{name}"].reshape(-1)[same_{name}]'
        if self.has_loss:
            yield 'print("values.loss =", value.item())'
        yield "for name in moving:"
        yield '    print(f"grads.{name} =", grads[name].tolist())'
        if not self.has_update:
            return
        yield ""
        yield from self._update()
        yield "for name in moving:"
        yield '    print(f"updated.{name} =", p[name].tolist())'
        if self.has_loss:
            yield 'print("after.loss =", loss(p).item())'

    def _own(self, text: str) -> str:
        """A line of NumPy in the framework's functions."""
        return turned(text, ARRAY_WORDS[self.f.name])

    def _update(self) -> Iterator[str]:
        """The optimizer's rule, line by line, for each parameter."""
        training = self.scenario.training
        optimizer = rule_of(training)
        constants = optimizer.constants(training)
        for name, value in constants.items():
            yield f"{name} = {value!r}"
        yield f"t = {self.scenario.training.count(1)}"
        given = initial_state(self.scenario).state if self.scenario.kept else {}
        make = self.f.array
        for kept in optimizer.state if given else ():
            arrays = {name: np.reshape(given[name][kept], np.shape(self.values[name])) for name in self.moving}
            rows = ", ".join(f'"{name}": {make}({_number(array)})' for name, array in arrays.items())
            yield f"start_{kept} = {{{rows}}}"
        yield ""
        yield ""
        yield "def root(value):"
        yield "    return value**0.5"
        yield ""
        yield ""
        known = SimpleNamespace(
            **{name: Sym(name) for name in (*constants, *optimizer.state, "g", "t", "norm")}, p=Sym("q")
        )
        if is_clipped_by_norm(training):
            yield "norm = root(sum((grads[name] ** 2).sum() for name in moving)).item()"
        for name, line in (each for each in optimizer.lines if each[0] in SHARED):
            yield f"{name} = {code(formula(line(known)))}"
            setattr(known, name, Sym(name))
        yield "for name in moving:"
        yield "    g = grads[name]"
        yield "    q = p[name].detach()" if self.is_torch else "    q = p[name]"
        for kept in optimizer.state:
            yield f"    {kept} = {f'start_{kept}[name]' if given else repr(optimizer.start)}"
        for name, line in (each for each in optimizer.lines if each[0] not in SHARED):
            clipped = name == "g" and training.clip == "value"
            text = "np.clip(g, -limit, limit)" if clipped else numpy_text(formula(line(known)))
            yield f"    {'q' if name == 'p' else name} = {self._own(text.replace('np.sqrt(', 'root('))}"
            setattr(known, name, Sym("q" if name == "p" else name))
        yield "    p[name] = q"


class _Network(_Script):
    """Dense layers, with the framework's own activations and losses."""

    def __init__(self, scenario: Scenario, network: Network, language: Language, lang: Lang) -> None:
        super().__init__(scenario, language, lang, given_values(scenario, LAYOUTS["torch"]))
        self.network = network
        self.same = {
            f"{letter}{i}": owners(self.values[f"{letter}{i}"].shape, same)
            for i, layer in enumerate(network.layers, 1)
            for letter, same in layer.same.items()
        }

    def _data(self) -> Iterator[str]:
        make = self.f.array
        for name in ("x", "y"):
            yield f"{name} = {make}({_number(self.values[name])})"
        for i, layer in enumerate(self.network.layers, 1):
            if layer.present:
                yield f"present{i} = {make}({_number(self.values[f'present{i}'])})"
        for name, first in self.same.items():
            yield f"same_{name} = {make}({first.tolist()})"
            if self.network.l2:
                yield f"once_{name} = {make}({np.unique(first).tolist()})"

    def _loss(self) -> Iterator[str]:
        below = "x"
        for i, layer in enumerate(self.network.layers, 1):
            weight, bias = (self._read(f"{letter}{i}") for letter in "Wb")
            weight = f"({weight} * present{i})" if layer.present else weight
            yield f"z{i} = {below} @ {weight}.T" + (f" + {bias}" if layer.bias else "")
            yield f"a{i} = {self._activation(layer, i)}"
            below = f"a{i}"
        n = len(self.network.layers)
        yield f"each = {self._each(f'a{n}', f'z{n}', self.network.layers[-1])}"
        data = f"each.{self.network.reduction}()"
        if not self.network.l2:
            yield f"return {data}"
            return
        squares = " + ".join(f'(p["W{i}"]{self._once(f"W{i}")} ** 2).sum()' for i in range(1, n + 1))
        yield f"return {data} + {self.network.l2!r} / 2 * ({squares})"

    def _read(self, name: str) -> str:
        """A parameter; where several of its places are one, each reads the first of them."""
        return f'p["{name}"].reshape(-1)[same_{name}]' if name in self.same else f'p["{name}"]'

    def _once(self, name: str) -> str:
        return f".reshape(-1)[once_{name}]" if name in self.same else ""

    def _activation(self, layer: Layer, i: int) -> str:
        z, known = f"z{i}", layer.activation
        if isinstance(known, str) and known in self.f.activations:
            return self.f.activations[known].format(z=z)
        found = None if isinstance(known, str) else setting_of(known, Sym("z"))
        if found is not None and found[0] in self.f.constants:
            return self.f.constants[found[0]].format(z=z, c=float(found[1].value))
        return self._own(activation_text(layer, z, f"a{i}"))

    def _each(self, a: str, z: str, layer: Layer) -> str:
        """The loss of each example, cross-entropies from z as users of the framework write them."""
        loss, activation = loss_of(self.network.loss), layer.activation
        axis, count = self.f.axis, len(layer.units)
        match loss.name, activation:
            case "cross_entropy", "softmax":
                return f"-(y * {self.f.log_softmax.format(z=z)}).sum({axis})"
            case "cross_entropy" | "binary_cross_entropy", "sigmoid":
                one, other = self.f.log_sigmoid.format(z=z), self.f.log_sigmoid.format(z=f"-{z}")
                both = f"y * {one} + (1 - y) * {other}" if loss.name.startswith("binary") else f"y * {one}"
                return f"-({both}).sum({axis})"
            case "half_squared_error", _:
                return f"(({a} - y) ** 2).sum({axis}) / 2"
            case "squared_error", _:
                return f"(({a} - y) ** 2).sum({axis})"
            case "mean_squared_error", _:
                return f"(({a} - y) ** 2).sum({axis}) / {count}"
            case _:
                return f"({self._own(numpy_text(loss.term, {'a': a, 'y': 'y'}))}).sum({axis})"


class _Graph(_Script):
    """A graph, its nodes line by line in the framework's functions; one without parameters by what is given."""

    letter = "parameters"

    def __init__(self, scenario: Scenario, language: Language, lang: Lang) -> None:
        graph = scenario.graph
        if graph.outputs:
            raise TutorError(NO_LOSS)
        self.program, values, _ = program_of_step(scenario)
        names = names_of_lines(graph, scenario.examples)
        given = [node.name for node in graph.nodes if node.op is None and names[node.name] in names_given(self.program)]
        super().__init__(scenario, language, lang, {name: values[names[name]] for name in given})
        if not self.parameters:
            self.parameters = self.moving = [name for name in given if name not in {*graph.whole_numbers, UPSTREAM}]
        self.called = {name: names[name] for name in given}
        self.forward = forward_lines(self.program, ARRAY_WORDS[language.name])
        self.has_update = bool(graph.parameters)
        self.has_loss = UPSTREAM not in graph.index

    def _data(self) -> Iterator[str]:
        for helper in ARRAY_WORDS[self.f.name].helpers("\n".join(self.forward)):
            yield from ("", helper, "")
        yield "given = {"
        for name in self.called:
            if name not in self.parameters:
                yield f'    "{name}": {self.f.array}({_number(self.values[name])}),'
        yield "}"

    def _loss(self) -> Iterator[str]:
        for name, called in self.called.items():
            yield f'{called} = {self.letter if name in self.parameters else "given"}["{name}"]'
        yield from self.forward
        yield f"return {next(line.name for line in self.program.lines if line.role == 'adjoint').removeprefix('d')}"


def _number(value: Any) -> str:
    return str(np.asarray(value).tolist())
