"""The format of a scenario file, field by field, as in the contract.

Conditions on one value are checked here; those between values (shapes, names, targets) in `checks`. The descriptions
are what an editor shows for a key. pydantic reads the annotations at once, so they are not deferred.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, Tag, model_validator

from backprop_tutor.formula.figures import FEWEST_FIGURES, FLOAT_FIGURES
from backprop_tutor.scenario.schema import choices
from backprop_tutor.scenario.schema.shorthand import (
    NameFrom,
    Short,
    array_shape,
    layer_array_shape,
    name,
    names_shape,
    one_of,
    rows_shape,
    start_array_shape,
    start_shape,
    unit_name,
)
from backprop_tutor.text import T

MOST_PARAMETERS = 1_000_000
MOST_STEPS = 10_000
MOST_NAMES = 10_000
MOST_PADDING = 1_000

FORMULA_IN_Z = T("a formula in z", "用 z 写的公式")
FORMULA_IN_A_AND_Y = T("a formula in a and y", "用 a 和 y 写的公式")
HOW_MANY = T("how many examples", "样本个数")


Number: TypeAlias = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Positive: TypeAlias = Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0)]
NotNegative: TypeAlias = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0)]
Share: TypeAlias = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, le=1)]
Decay: TypeAlias = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, lt=1)]
Count: TypeAlias = Annotated[int, Field(strict=True, ge=1, le=MOST_PARAMETERS)]
Seed: TypeAlias = Annotated[int, Field(strict=True, ge=0, lt=2**63)]
Text: TypeAlias = Annotated[str, Field(min_length=1)]
Name: TypeAlias = Annotated[str, BeforeValidator(name)]
UnitName: TypeAlias = Annotated[str, BeforeValidator(unit_name)]


def _written(value: object) -> object:
    """A constant node as its formula."""
    return repr(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Formula: TypeAlias = Annotated[str, BeforeValidator(_written, json_schema_input_type=str | float), Field(min_length=1)]


class Record(BaseModel):
    """A mapping with fixed keys; a key with nothing after it counts as not given."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        defer_build=True,
        field_title_generator=lambda field, _: field,
        model_title_generator=lambda record: record.__name__.removesuffix("File"),
    )

    @model_validator(mode="before")
    @classmethod
    def _given(cls, value: Any) -> Any:
        if not isinstance(value, dict) or None not in value.values():
            return value
        return {key: part for key, part in value.items() if part is not None or key not in cls.model_fields}


class WordsFile(Record):
    """A text in both languages."""

    en: Text = Field(description="In English.")
    zh: Text = Field(description="In Chinese.")

    @property
    def text(self) -> T:
        """The two as one text."""
        return T(self.en, self.zh)


Words: TypeAlias = Annotated[WordsFile, Short("words", "text", "mapping", lambda text: {"en": text, "zh": text})]


class InitFile(Record):
    """Starting values given by an initialiser; drawn ones are always the same for the same seed."""

    init: Annotated[str, NameFrom(choices.initialisers)] = Field(description="How to begin.")
    seed: Seed | None = Field(None, description="The seed of what is drawn: a whole number.")
    value: Number | None = Field(None, description="constant: the number.")
    low: Number | None = Field(None, description="uniform: the lower end.")
    high: Number | None = Field(None, description="uniform: the upper end.")
    std: NotNegative | None = Field(None, description="normal: the standard deviation.")


class ShapedInitFile(InitFile):
    """Starting values of an array, which need its shape."""

    shape: tuple[Count, ...] = Field(description="The lengths of its axes: [2, 3].")


Names: TypeAlias = Annotated[tuple[UnitName, ...], Field(min_length=1)]
Matrix: TypeAlias = Annotated[tuple[tuple[Number | None, ...], ...], Field(min_length=1)]
Vector: TypeAlias = Annotated[tuple[Number, ...], Field(min_length=1)]

Units: TypeAlias = Annotated[Annotated[Names, Tag("list")] | Annotated[Count, Tag("number")], one_of("units")]
Weights: TypeAlias = Annotated[
    Annotated[Matrix, Tag("list")] | Annotated[InitFile, Tag("mapping")], one_of("weights", rows_shape)
]
Bias: TypeAlias = Annotated[
    Annotated[Vector, Tag("list")] | Annotated[Number, Tag("number")] | Annotated[InitFile, Tag("mapping")],
    one_of("bias", start_shape),
]


Slope: TypeAlias = Annotated[
    Positive | None, Field(description="leaky_relu: its slope below 0; 0.01 if not said, 0.2 or 0.3 in Keras.")
]
Alpha: TypeAlias = Annotated[Positive | None, Field(description="elu, celu: how far below 0 they come; 1 if not said.")]
Beta: TypeAlias = Annotated[
    Positive | None, Field(description="softplus, silu: what z is multiplied by; 1 if not said.")
]


class LayerFile(Record):
    """A layer: its units, their activation, and the weights into them."""

    kind: Literal["dense"] = Field("dense", description="What the layer is: dense, where nothing else is said.")
    units: Units = Field(description="Names of the units, or how many.")
    activation: Annotated[str, NameFrom(choices.activations, FORMULA_IN_Z, ("z",))] = Field(
        description="The activation function: a name, or a formula in z."
    )
    slope: Slope = None
    alpha: Alpha = None
    beta: Beta = None
    weights: Weights = Field(
        description="One row per unit, one column per unit of the layer below: weights[j][k] leads from unit k to "
        "unit j; null is a missing connection."
    )
    bias: Bias | None = Field(None, description="One per unit, or a number for every unit; absent = no bias.")
    frozen: tuple[Literal["weights", "bias"], ...] = Field((), description="What no update changes.")


class NetworkFile(Record):
    """A layered network."""

    inputs: Units = Field(description="Names of the inputs, or how many (2 means x1, x2).")
    layers: tuple[LayerFile, ...] = Field(
        min_length=1, description="The layers, from the first hidden one to the output."
    )


_Fifth: TypeAlias = Annotated[
    Annotated[Number, Tag("number")] | Annotated[tuple[Any, ...], Tag("list")], one_of("array", array_shape)
]
_Deepest: TypeAlias = Annotated[
    Annotated[Number, Tag("number")] | Annotated[tuple[_Fifth, ...], Tag("list")], one_of("array", array_shape)
]
_Deep: TypeAlias = Annotated[
    Annotated[Number, Tag("number")] | Annotated[tuple[_Deepest, ...], Tag("list")], one_of("array", array_shape)
]
_Nested: TypeAlias = Annotated[
    Annotated[Number, Tag("number")] | Annotated[tuple[_Deep, ...], Tag("list")], one_of("array", array_shape)
]
_List: TypeAlias = Annotated[tuple[_Nested, ...], Tag("list")]
Array: TypeAlias = Annotated[Annotated[Number, Tag("number")] | _List, one_of("array", array_shape)]
"""A number, or nested lists of equal lengths, up to four axes (and a fifth, which is refused by its name)."""
Start: TypeAlias = Annotated[
    Annotated[Number, Tag("number")] | _List | Annotated[ShapedInitFile, Tag("mapping")],
    one_of("start", start_array_shape),
]
Values: TypeAlias = Annotated[dict[Name, Array], Field(max_length=MOST_NAMES)]
Outputs: TypeAlias = Annotated[
    Annotated[Text, Tag("text")] | Annotated[tuple[Text, ...], Tag("list")], one_of("outputs")
]


class GraphFile(Record):
    """A graph of named formulas."""

    inputs: Annotated[
        Annotated[Values, Tag("mapping")] | Annotated[tuple[Name, ...], Tag("list")], one_of("graph_inputs")
    ] = Field({}, description="Names with their values, or a list of names whose values stand in data.")
    parameters: dict[Name, Start] = Field(
        {}, max_length=MOST_NAMES, description="What updates change, with the starting values."
    )
    nodes: dict[Name, Formula] = Field(min_length=1, max_length=MOST_NAMES, description="Name: formula, in any order.")
    frozen: tuple[Name, ...] = Field((), description="Parameters that no update changes.")
    output: Outputs = Field(description="The node that is differentiated; with parameters, the loss. Or several nodes.")
    upstream: Array | None = Field(
        None,
        description="dL/d(output) where the output is no loss: an array of its shape, for all examples or with them last.",
    )
    _steps: Mapping[str, tuple[str, int]] | None = PrivateAttr(None)

    @property
    def steps(self) -> Mapping[str, tuple[str, int]] | None:
        """Of a network written as this graph: the quantity and the step that a node is; None for any other graph."""
        return self._steps

    def keep_layers(self, steps: Mapping[str, tuple[str, int]]) -> None:
        """Keeps that it was a network of layers, and which nodes are steps of one quantity."""
        self._steps = steps


LayerArray: TypeAlias = Annotated[
    Annotated[Number, Tag("number")] | _List | Annotated[InitFile, Tag("mapping")],
    one_of("layer_array", layer_array_shape),
]
GateArray: TypeAlias = Annotated[
    Annotated[Number, Tag("number")]
    | _List
    | Annotated[InitFile, Tag("mapping")]
    | Annotated[dict[Name, LayerArray], Tag("other")],
    one_of("gate_array", layer_array_shape),
]


class InnerLayerFile(Record):
    """A layer of any kind within a residual one."""

    kind: Annotated[str, NameFrom(choices.kinds)] = Field("dense", description="What the layer is.")
    units: Units | None = Field(None, description="How many units, or a list of names of which only the count matters.")
    activation: Annotated[str, NameFrom(choices.activations, FORMULA_IN_Z, ("z",))] | None = Field(
        None, description="The activation function: a name, or a formula in z; of a convolution identity if not said."
    )
    slope: Slope = None
    alpha: Alpha = None
    beta: Beta = None
    channels: Count | None = Field(None, description="convolution: how many channels it gives.")
    kernel: Count | None = Field(None, description="convolution: how long, or how high and wide, a kernel is.")
    stride: Count | None = Field(None, description="convolution, pooling: from one window to the next.")
    padding: Annotated[int, Field(strict=True, ge=0, le=MOST_PADDING)] | None = Field(
        None, description="convolution: zeros around the input."
    )
    size: Count | None = Field(None, description="pooling: how long, or how high and wide, a window is.")
    weights: GateArray | None = Field(
        None,
        description="(units, units below); a convolution's (channels, channels below, height, width); of gates one entry each.",
    )
    recurrent: GateArray | None = Field(
        None, description="rnn, lstm, gru: from the state before, (units, units); of gates one entry each."
    )
    query: LayerArray | None = Field(None, description="attention: Wq, (units, units below).")
    key: LayerArray | None = Field(None, description="attention: Wk, (units, units below).")
    value: LayerArray | None = Field(None, description="attention: Wv, (units, units below).")
    out: LayerArray | None = Field(None, description="attention: Wo, (units below, units); absent = none.")
    heads: Count | None = Field(None, description="attention: how many heads share the units; 1 if not said.")
    causal: Annotated[bool, Field(strict=True)] | None = Field(
        None, description="attention: whether a step looks at no later one."
    )
    start: Array | None = Field(None, description="rnn, lstm, gru: the state before the first step; zeros if not said.")
    start_cell: Array | None = Field(None, description="lstm: the memory before the first step; zeros if not said.")
    return_: Literal["last", "all"] | None = Field(
        None, alias="return", description="rnn, lstm, gru: all steps, or the last alone; all if not said."
    )
    tie: Count | None = Field(None, description="The number of the layer whose weights are used here too.")
    transposed: Annotated[bool, Field(strict=True)] | None = Field(
        None, description="With tie: whether they are turned over."
    )
    bias: GateArray | None = Field(None, description="One per unit or channel, or a number for all; absent = no bias.")
    gain: LayerArray | None = Field(None, description="norms: what the normalised is multiplied by, one per unit.")
    shift: LayerArray | None = Field(None, description="norms: what is added, one per unit.")
    epsilon: NotNegative | None = Field(None, description="norms: what is added to the variance; 1e-5 if not said.")
    mask: Array | None = Field(
        None, description="dropout: 1 for what passes and 0 for what does not, for all examples."
    )
    rate: Decay | None = Field(None, description="dropout: how likely a number is left out, where the mask is drawn.")
    seed: Seed | None = Field(None, description="dropout: the seed of its mask.")
    keep: Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0, le=1)] | None = Field(
        None, description="dropout: what passes is divided by this; 1 - rate if not said."
    )
    frozen: tuple[Text, ...] = Field((), description="Which of its parameters no update changes, by their keys.")

    @property
    def given(self) -> dict[str, Any]:
        """What the file gives, by key."""
        found = {key: value for key, value in self if key in self.model_fields_set and value is not None}
        return {type(self).model_fields[key].alias or key: value for key, value in found.items()}


class KindLayerFile(InnerLayerFile):
    """A layer of any kind; which keys it takes follows from its kind."""

    layers: tuple[InnerLayerFile, ...] | None = Field(
        None, description="residual: the layers whose result is added to their input."
    )


def activation_of(layer: LayerFile | InnerLayerFile) -> str | None:
    """The activation of a layer, with its constant where it has one: a name, or a formula in z."""
    for key in choices.constants():
        if (value := getattr(layer, key)) is not None:
            return f"{layer.activation}(z, {key}={repr(value).removesuffix('.0')})"
    return layer.activation


class ShapeFile(Record):
    """What goes into a network: an image or a row of numbers, or a sequence."""

    shape: Annotated[tuple[Count, ...], Field(min_length=1, max_length=3)] | None = Field(
        None, description="[units], [channels, length] or [channels, height, width]."
    )
    steps: Count | None = Field(None, description="A sequence: how many steps.")
    units: Count | None = Field(None, description="A sequence: how many units a step has.")
    tokens: Count | None = Field(None, description="Ids: how many.")
    vocabulary: Count | None = Field(None, description="Ids: they are whole numbers from 1 to this.")


AnyInputs: TypeAlias = Annotated[
    Annotated[Names, Tag("list")] | Annotated[Count, Tag("number")] | Annotated[ShapeFile, Tag("mapping")],
    one_of("any_inputs"),
]


class LayersFile(Record):
    """A network of layers of any kind."""

    inputs: AnyInputs = Field(
        description="Names, how many, {shape: [...]}, {steps: N, units: N}, {tokens: N, vocabulary: N}."
    )
    layers: tuple[KindLayerFile, ...] = Field(min_length=1, description="The layers, from the input to the output.")


class LossFile(Record):
    """The loss that is minimised."""

    function: Annotated[str, NameFrom(choices.losses, FORMULA_IN_A_AND_Y, ("a", "y"))] = Field(
        description="The loss of one example: a name, or a formula in a and y, summed over the outputs."
    )
    reduction: Literal["mean", "sum"] = Field("mean", description="Over the examples of a batch.")
    l2: NotNegative = Field(0.0, description="Adds l2/2 times the sum of all squared weights (no biases).")
    l1: NotNegative = Field(0.0, description="Adds l1 times the sum of the sizes of all weights (no biases).")
    label_smoothing: Annotated[float, Field(ge=0, lt=1)] = Field(
        0.0, description="cross_entropy: this share of each target is spread over all classes evenly."
    )


Numbers: TypeAlias = Annotated[Vector, Short("numbers", "number", "list", lambda number: [number])]


class ExampleFile(Record):
    """One example."""

    x: Numbers = Field(description="The inputs.")
    y: Numbers = Field(description="The targets; a number where there is one output.")


class OptimizerFile(Record):
    """How parameters change, with settings that differ from their defaults."""

    kind: Annotated[str, NameFrom(choices.optimizers)] = Field(description="The optimizer.")
    momentum: Share | None = Field(None, description="momentum, nesterov: how much of the velocity is kept.")
    rho: Share | None = Field(None, description="rmsprop: how much of the mean square is kept.")
    beta1: Decay | None = Field(None, description="adam, adamw: how much of the first moment is kept.")
    beta2: Decay | None = Field(None, description="adam, adamw: how much of the second moment is kept.")
    epsilon: NotNegative | None = Field(None, description="adagrad, rmsprop, adam, adamw: keeps the divisor from 0.")
    weight_decay: NotNegative | None = Field(None, description="adamw: how fast every parameter shrinks.")
    initial_accumulator: NotNegative | None = Field(
        None, description="adagrad: the sum of squares before the first step; 0 if not said, 0.1 in Keras and optax."
    )

    @property
    def settings(self) -> dict[str, float]:
        """The settings of its rule that the file gives."""
        others = ("kind", choices.INITIAL_ACCUMULATOR)
        return {name: value for name, value in self if name not in others and value is not None}


class ScheduleFile(Record):
    """How the learning rate changes from step to step."""

    kind: Annotated[str, NameFrom(choices.schedules)] = Field(description="The schedule.")
    every: Count | None = Field(None, description="step: after so many steps.")
    decay: Annotated[float, Field(gt=0)] | None = Field(
        None, description="step, exponential: what the learning rate is multiplied by; inverse_time: how fast it falls."
    )
    total: Count | None = Field(None, description="cosine, linear: so many steps to the lowest learning rate.")
    lowest: NotNegative | None = Field(None, description="cosine, linear: the lowest learning rate.")
    warm_up: Count | None = Field(None, description="The learning rate grows over so many steps first.")

    @property
    def settings(self) -> dict[str, float]:
        """The settings the file gives."""
        return {name: value for name, value in self if name != "kind" and value is not None}


class ClipFile(Record):
    """What is done with a gradient that is too large."""

    kind: Annotated[str, NameFrom(choices.clippings)] = Field(
        description="value: every component for itself; norm: the whole gradient, whose direction stays."
    )
    limit: Positive = Field(1.0, description="The largest component, or the largest norm.")


class StopFile(Record):
    """When a long training ends: at the first of these that is met."""

    loss: NotNegative | None = Field(None, description="The loss is at most this.")
    gradient_norm: NotNegative | None = Field(None, description="The norm of the gradient is at most this.")
    epochs: Annotated[int, Field(strict=True, ge=1)] | None = Field(None, description="So many passes over the data.")


Batch: TypeAlias = Annotated[
    Annotated[str, NameFrom(choices.batches, HOW_MANY), Tag("text")] | Annotated[Count, Tag("number")], one_of("batch")
]


class TrainingFile(Record):
    """How the parameters are updated."""

    optimizer: Annotated[OptimizerFile, Short("optimizer", "text", "mapping", lambda kind: {"kind": kind})] = Field(
        default_factory=lambda: OptimizerFile.model_construct(kind="sgd"),
        description="The optimizer: a name, or {kind: NAME, ...} with its settings.",
    )
    learning_rate: Positive = Field(0.1, description="The learning rate.")
    schedule: Annotated[ScheduleFile, Short("schedule", "text", "mapping", lambda kind: {"kind": kind})] = Field(
        default_factory=lambda: ScheduleFile.model_construct(kind="constant"),
        description="How the learning rate changes: a name, or {kind: NAME, ...} with its settings.",
    )
    clip: Annotated[ClipFile, Short("clip", "text", "mapping", lambda kind: {"kind": kind})] | None = Field(
        None, description="How a gradient that is too large is clipped: {kind: norm, limit: 1}, or by value."
    )
    steps: Annotated[int, Field(strict=True, ge=1, le=MOST_STEPS)] = Field(
        1, description="Update steps that run shows."
    )
    batch: Batch = Field("full", description="full, online (one example a step), or how many examples a step.")
    shuffle: Seed | None = Field(None, description="The seed by which examples are shuffled; absent = in order.")
    like: Annotated[str, NameFrom(choices.frameworks)] | None = Field(
        None, description="Compute as this framework does where it differs (tutor frameworks): optimizers, gelu."
    )
    stop: StopFile = Field(default_factory=StopFile.model_construct, description="When train stops.")


class PresentationFile(Record):
    """The presentation of the scenario, unless the reader chooses otherwise."""

    notation: Annotated[str, NameFrom(choices.notations)] | None = Field(None, description="The notation.")
    view: Annotated[str, NameFrom(choices.views)] | None = Field(None, description="The way through the solution.")
    digits: Annotated[int, Field(strict=True, ge=FEWEST_FIGURES, le=FLOAT_FIGURES)] | None = Field(
        None, description="Significant figures."
    )
    lang: Literal["en", "zh"] | None = Field(None, description="The language.")


class StartFile(Record):
    """What is given in the middle: an activation or a derivative to start from, the optimizer's state, the step count."""

    values: dict[Name, Array] = Field(
        default_factory=dict,
        description="What the forward pass starts from, for all examples or with them last: {a1: [0.6, 0.4]}.",
    )
    grads: dict[Name, Array] = Field(
        default_factory=dict,
        description="The derivative that the backward pass starts from, in place of a loss: {a2: [0.1]}.",
    )
    step: Count = Field(1, description="The t of the first step in the optimizer's rule: 3 after two updates.")

    state: dict[Name, dict[Name, Array]] = Field(
        default_factory=dict,
        description="The optimizer's state by its name and the parameter's, such as {v: {W1: [[0.1, 0.2]]}}; the rest is 0.",
    )


_OwnInner: TypeAlias = Annotated[
    Annotated[Name, Tag("text")] | Annotated[tuple[Any, ...], Tag("list")], one_of("own_names", names_shape)
]
_OwnDeep: TypeAlias = Annotated[
    Annotated[Name, Tag("text")] | Annotated[tuple[_OwnInner | None, ...], Tag("list")],
    one_of("own_names", names_shape),
]
_OwnNested: TypeAlias = Annotated[
    Annotated[Name, Tag("text")] | Annotated[tuple[_OwnDeep | None, ...], Tag("list")],
    one_of("own_names", names_shape),
]
OwnNames: TypeAlias = Annotated[
    Annotated[Name, Tag("text")] | Annotated[tuple[_OwnNested | None, ...], Tag("list")],
    one_of("own_names", names_shape),
]
"""A name for a whole parameter, or nested lists of names in its shape."""


class ScenarioFile(Record):
    """The fields that both kinds of scenario have."""

    title: Words = Field(description="The title: a text, or {en: ..., zh: ...}.")
    description: Words | None = Field(None, description="What it is about, in prose.")
    source: Words | None = Field(None, description="Where the numbers come from.")
    topic: Annotated[str, NameFrom(choices.topics)] | None = Field(None, description="What it is about, for a list.")
    level: Annotated[int, Field(strict=True, ge=1, le=3)] | None = Field(
        None, description="From 1, for a beginner, to 3."
    )
    keep: tuple[Text, ...] = Field(
        (), description="What variants do not vary: names of inputs, targets and parameters, such as eps or W1."
    )
    names: dict[Text, OwnNames] = Field(
        {},
        description="Names of one's own for weights and biases, by parameter: {W1: [[w1, w2], [w3, w4]], b1: b1}; in a "
        "layer a name that comes again is one shared parameter.",
    )
    training: TrainingFile = Field(
        default_factory=TrainingFile.model_construct, description="How the parameters are updated."
    )
    start: StartFile = Field(
        default_factory=StartFile.model_construct, description="What the training starts from, beside the parameters."
    )
    presentation: PresentationFile = Field(
        default_factory=PresentationFile.model_construct, description="How it is shown."
    )


class NetworkScenarioFile(ScenarioFile):
    """A layered network, its loss and its examples."""

    network: NetworkFile = Field(description="The network.")
    loss: Annotated[LossFile, Short("loss", "text", "mapping", lambda function: {"function": function})] = Field(
        default_factory=lambda: LossFile.model_construct(function="half_squared_error"),
        description="The loss: a name, a formula in a and y, or {function: ...}.",
    )
    data: tuple[ExampleFile, ...] = Field(min_length=1, description="One row per example.")


class ArrayExampleFile(Record):
    """One example of a network of layers of any kind."""

    x: Array = Field(description="The input, in its shape.")
    y: Array = Field(description="The target, in the shape of the output; a number where there is one output.")


class LayersScenarioFile(ScenarioFile):
    """A network of layers of any kind, its loss and its examples."""

    network: LayersFile = Field(description="The network.")
    loss: Annotated[LossFile, Short("loss", "text", "mapping", lambda function: {"function": function})] = Field(
        default_factory=lambda: LossFile.model_construct(function="half_squared_error"),
        description="The loss: a name, a formula in a and y, or {function: ...}.",
    )
    data: tuple[ArrayExampleFile, ...] = Field(min_length=1, description="One row per example.")


class GraphScenarioFile(ScenarioFile):
    """A graph of scalar formulas."""

    graph: GraphFile = Field(description="The graph.")
    data: tuple[dict[Name, Array], ...] = Field((), description="One row per example: each input with its value.")
