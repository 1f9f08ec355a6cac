"""How a program holds its arrays: examples as rows or columns, weights from or to, biases flat or as a matrix.

The engine has examples as columns, W as (units, units below) and b as a column. A program may hold them in any other
way and be right, so a layout is never a mistake: it is recognised, said, and the reference program is written in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias

from backprop_tutor.formula.nodes import Role
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import AnyArray, Array
from backprop_tutor.registry import by_name, find
from backprop_tutor.text import T

Examples: TypeAlias = Literal["rows", "columns"]
Weights: TypeAlias = Literal["in,out", "out,in"]
Bias: TypeAlias = Literal["flat", "row", "column"]

WHAT = T("the layout", "数组的排法")
SAID = T(
    "examples as {examples}, W as ({weights}), b as {bias}",
    "样本按{examples}排列，W 的形状是（{weights}），b 是{bias}",
)
EXAMPLES = {"rows": T("rows", "行"), "columns": T("columns", "列")}
WEIGHTS = {"in,out": T("inputs, outputs", "输入, 输出"), "out,in": T("outputs, inputs", "输出, 输入")}
BIAS = {"flat": T("(n,)", "（n,）"), "row": T("(1, n)", "（1, n）"), "column": T("(n, 1)", "（n, 1）")}


@frozen(slots=True)
class Layout:
    """A way to hold the arrays of a network, with the text of each product in it."""

    name: str
    examples: Examples
    weights: Weights
    bias: Bias

    @property
    def axis(self) -> int:
        """The axis of the examples."""
        return 0 if self.examples == "rows" else 1

    @property
    def unit_axis(self) -> int:
        """The axis of the units."""
        return 1 - self.axis

    @property
    def said(self) -> T:
        """The layout in words."""
        return SAID.format(examples=EXAMPLES[self.examples], weights=WEIGHTS[self.weights], bias=BIAS[self.bias])

    def of(self, array: Array, role: Role) -> AnyArray:
        """An array of the engine as the caller holds it."""
        match role:
            case Role.WEIGHT:
                return array if self.weights == "out,in" else array.T
            case Role.BIAS:
                return {"flat": array[:, 0], "row": array.T, "column": array}[self.bias]
            case _:
                return array.T if self.examples == "rows" else array

    def affine(self, a: str, W: str, b: str | None) -> str:
        """The text of z = W a + b."""
        turned = W if (self.examples == "columns") == (self.weights == "out,in") else f"{W}.T"
        made = f"{a} @ {turned}" if self.examples == "rows" else f"{turned} @ {a}"
        return made if b is None else f"{made} + {self._spread(b)}"

    def _spread(self, b: str) -> str:
        if self.examples == "rows":
            return f"{b}.T" if self.bias == "column" else b
        return {"flat": f"{b}[:, None]", "row": f"{b}.T", "column": b}[self.bias]

    def weight_gradient(self, dz: str, a: str) -> str:
        """The text of dL/dW = δ aᵀ."""
        if self.examples == "rows":
            return f"{a}.T @ {dz}" if self.weights == "in,out" else f"{dz}.T @ {a}"
        return f"{dz} @ {a}.T" if self.weights == "out,in" else f"{a} @ {dz}.T"

    def sent_back(self, dz: str, W: str) -> str:
        """The text of dL/da = Wᵀ δ."""
        turned = f"{W}.T" if (self.examples == "columns") == (self.weights == "out,in") else W
        return f"{dz} @ {turned}" if self.examples == "rows" else f"{turned} @ {dz}"

    def bias_gradient(self, dz: str) -> str:
        """The text of dL/db = δ summed over the examples."""
        kept = {"flat": False, "row": self.axis == 0, "column": self.axis == 1}
        if self.bias == "flat" or kept[self.bias]:
            return f"{dz}.sum(axis={self.axis}{', keepdims=True' if kept[self.bias] else ''})"
        return f"{dz}.sum(axis={self.axis}, keepdims=True).T"

    def over_units(self, text: str, kind: str) -> str:
        """The text of a sum or another reduction over the units of each example."""
        return f"{text}.{kind}(axis={self.unit_axis}, keepdims=True)"

    def cut(self, name: str, part: str) -> str:
        """The text of some of the examples of an array."""
        return f"{name}[{part}]" if self.examples == "rows" else f"{name}[:, {part}]"


LAYOUTS = by_name(
    Layout("rows", "rows", "in,out", "flat"),
    Layout("columns", "columns", "out,in", "column"),
    Layout("torch", "rows", "out,in", "flat"),
    Layout("rows-row-bias", "rows", "in,out", "row"),
    Layout("columns-flat-bias", "columns", "out,in", "flat"),
    Layout("torch-row-bias", "rows", "out,in", "row"),
    Layout("rows-column-bias", "rows", "in,out", "column"),
    Layout("torch-column-bias", "rows", "out,in", "column"),
    Layout("columns-row-bias", "columns", "out,in", "row"),
    Layout("columns-inputs-outputs", "columns", "in,out", "column"),
    Layout("columns-inputs-outputs-flat-bias", "columns", "in,out", "flat"),
    Layout("columns-inputs-outputs-row-bias", "columns", "in,out", "row"),
)
"""Every way to hold the arrays, the usual ones first."""

USUAL = ("rows", "columns", "torch")


def named_layouts(name: str) -> Iterator[Layout]:
    """The layouts of a name: one, all that have the word for their examples, or all of them for ``auto``.

    Raises TutorError for a name that is not known.
    """
    if name == "auto":
        yield from LAYOUTS.values()
        return
    find(LAYOUTS, name, WHAT)
    wanted = LAYOUTS[name]
    yield from (each for each in LAYOUTS.values() if (each.examples, each.weights) == (wanted.examples, wanted.weights))
