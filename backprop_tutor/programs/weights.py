"""Weights from a file of another program into a scenario: under any usual names, in either orientation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from backprop_tutor.errors import TutorError, visible
from backprop_tutor.graph.array import Array, np
from backprop_tutor.graph.scenario import Scenario
from backprop_tutor.programs.diagnosis import NO_NETWORK
from backprop_tutor.programs.layout import LAYOUTS, WHAT, Layout
from backprop_tutor.programs.received import Received, arrays_of, received, sizes
from backprop_tutor.registry import find
from backprop_tutor.scenario.array_files import read_arrays
from backprop_tutor.text import T

NO_PARAMETER = T(
    "'{name}' is no parameter of this network; it has {allowed}",
    "'{name}' 不是这个网络的参数；它有 {allowed}",
)
SHAPE = T(
    "'{name}' has the shape {given}; {parameter} is {units} by {inputs} here, one row a unit",
    "'{name}' 的形状是 {given}；这里 {parameter} 是 {units}×{inputs}，每个单元一行",
)
SQUARE = T(
    "every matrix is square, so the file does not tell whether its rows are units or inputs: say --layout torch (outputs by "
    "inputs) or --layout rows (inputs by outputs)",
    "所有矩阵都是方阵，看不出每行是单元还是输入：请写明 --layout torch（输出×输入）或 --layout rows（输入×输出）",
)
NOT_FINITE = T("'{name}' has numbers that are not finite", "'{name}' 中有非有限的数")


def weights_into(scenario: Scenario, file: str | Path, layout: str = "auto") -> dict[str, Array]:
    """The parameters of a scenario with those of the file in their place, in the engine's shapes.

    Raises TutorError for names and shapes that do not fit, and where nothing tells the orientation of the matrices.
    """
    network = scenario.graph.dense  # the lines are those of z = W a + b
    if network is None:
        raise TutorError(NO_NETWORK)
    arrays = read_arrays(file)
    given = received(network, arrays_of(arrays), are_values=True)
    found = dict(scenario.parameters)
    units = sizes(network)
    for each in given:
        if each.name.removeprefix("d") not in found:
            allowed = ", ".join(scenario.graph.parameters)
            raise TutorError(NO_PARAMETER.format(name=visible(each.called), allowed=allowed))
    chosen = _layout(given, units, layout, arrays)
    for each in given:
        name = each.name.removeprefix("d")
        found[name] = _fitted(each, name, chosen, units)
    return found


def _layout(given: Sequence[Received], units: Sequence[int], asked: str, names: Mapping[str, object]) -> Layout:
    """The orientation asked for, that which the shapes allow, or that of whoever names arrays so."""
    if asked != "auto":
        return find(LAYOUTS, asked, WHAT)
    for each in given:
        if each.name.removeprefix("d").startswith("W"):
            i = int(each.name.removeprefix("d")[1:])
            shape, wanted = each.array.shape, (units[i], units[i - 1])
            if wanted[0] != wanted[1]:
                return LAYOUTS["torch" if shape == wanted else "rows"]
    called = " ".join(names).lower()
    if "kernel" in called:
        return LAYOUTS["rows"]
    if "weight" in called or "theta" in called:
        return LAYOUTS["torch"]
    raise TutorError(SQUARE)


def _fitted(each: Received, name: str, layout: Layout, units: Sequence[int]) -> Array:
    i = int(name[1:])
    array = np.asarray(each.array, dtype=float)
    if not np.isfinite(array).all():
        raise TutorError(NOT_FINITE.format(name=visible(each.called)))
    wanted = (units[i], units[i - 1]) if name[0] == "W" else (units[i], 1)
    if name[0] == "b" and array.size == units[i]:
        return array.reshape(wanted)
    if name[0] == "W":
        turned = array if layout.weights == "out,in" else array.T
        if turned.shape == wanted:
            return turned
    shape = {"name": visible(each.called), "given": each.array.shape, "parameter": name}
    raise TutorError(SHAPE.format(**shape, units=wanted[0], inputs=wanted[1]))
