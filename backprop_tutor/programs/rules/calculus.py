"""Derivatives, errors, activations, penalties: slips of the mathematics."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backprop_tutor.programs.rules.spot import (
    Made,
    Spot,
    binary,
    is_binary,
    name_node,
    number,
    numpy_call,
    text_of,
)


def value_for_gate(spot: Spot) -> Made:
    """A value for its gate, the condition that is 0 or 1."""
    node = spot.node
    if isinstance(node, ast.Compare):
        yield numpy_call("maximum", node.left, number(0)), text_of(node.left)
        yield node.left, text_of(node.left)
        yield numpy_call("sign", node.left), text_of(node.left)
        yield numpy_call("abs", node.left), text_of(node.left)


def other_slope(spot: Spot) -> Made:
    """The derivative of another function, or taken at another place; in a graph's line dz = da · f′ as well."""
    if spot.role == "adjoint" and spot.is_whole and is_binary(spot.node, ast.Mult):
        yield from _other_slope_of_graph(spot)
    if spot.role in ("slope", "output slope") and spot.is_whole and isinstance(spot.node, ast.BinOp):
        sent = name_node(f"da{spot.layer}")
        for text in _slopes(spot.layer):
            made = binary(sent, ast.Mult(), ast.parse(f"({text})", mode="eval").body)
            yield made, text


def _other_slope_of_graph(spot: Spot) -> Made:
    assert isinstance(spot.node, ast.BinOp)
    sent, z = spot.node.left, spot.name[1:]
    a = sent.id[1:] if isinstance(sent, ast.Name) else ""
    if not isinstance(sent, ast.Name) or not {a, z} <= spot.shapes.keys():
        return
    for text in (
        f"{a} * (1 - {a})",
        f"1 - {a}**2",
        f"{z} > 0",
        f"1 - {a}",
        f"{z} * (1 - {z})",
        f"1 - {z}**2",
        f"1 - np.tanh({a})**2",
    ):
        yield binary(sent, ast.Mult(), ast.parse(f"({text})", mode="eval").body), text


def _slopes(i: int) -> Iterator[str]:
    z, a, da = f"z{i}", f"a{i}", f"da{i}"
    sigmoid = f"1 / (1 + np.exp(-{z}))"
    of_a = f"1 / (1 + np.exp(-{a}))"
    yield from (f"{a} * (1 - {a})", f"1 - {a}**2", f"{z} > 0", f"{z} * (1 - {z})", f"1 - {z}**2")
    yield from (a, f"1 - {a}", f"{a}**2", z, f"1 / (1 - {a}**2)", f"1 / ({a} * (1 - {a}))", f"1 + {a}**2")
    yield from (f"{of_a} * (1 - {of_a})", f"1 - np.tanh({a})**2", f"({sigmoid}) * (1 - {sigmoid})", f"{a} > 0.5")
    yield from (f"np.where({z} > 0, 1, {slope})" for slope in ("0.01", "0.1", "0.2", "0.3", "-1"))
    yield from (f"{a} * (1 + {a})", f"{da} > 0", f"{da} * (1 - {da})", f"1 - {da}**2", f"(1 - {a})**2", f"1 - 2 * {a}")
    yield from (f"1 - np.tanh({z})**2", f"np.tanh({z})", f"1 - np.abs({a})", f"np.exp(-{z})", f"2 * {a} * (1 - {a})")
    yield from (
        f"({z} > 0) & ({da} > 0)",
        f"({z} > 0) * {z}",
        f"0.5 * (1 - {a}**2)",
        f"{z} * (1 - {a})",
        f"{a} * (1 - {z})",
    )


def penalty(spot: Spot) -> Made:
    """A penalty on what has none, or another one."""
    letter = {"weight gradient": "W", "bias gradient": "b"}.get(spot.role)
    if not spot.is_whole or letter is None:
        return
    parameter = f"{letter}{spot.layer}"
    if parameter not in spot.shapes:
        return
    for text in ("l2", "2 * l2", "l2 / m", "l2 / (2 * m)"):
        if "l2" in spot.shapes:
            factor = ast.parse(text, mode="eval").body
            yield (
                binary(spot.node, ast.Add(), binary(factor, ast.Mult(), name_node(parameter))),
                f"{text} * {parameter}",
            )
    yield binary(spot.node, ast.Add(), name_node(parameter)), parameter


def other_activation(spot: Spot) -> Made:
    """Another function of z, or none."""
    if spot.role != "activation" or not spot.is_whole or not spot.name.startswith("a"):
        return
    z, sums = f"z{spot.layer}", spot.layout.over_units
    e = f"np.exp({z})"
    for text in (
        z, f"1 / (1 + np.exp(-{z}))", f"np.tanh({z})", f"np.maximum({z}, 0)", f"np.maximum({z}, 0.01 * {z})",
        f"{z} / {sums(z, 'sum')}", f"{e} / {e}.sum()", f"{e} / {sums(e, 'sum')}", f"np.log({sums(e, 'sum')})", e,
        f"1 / (1 + np.exp({z}))", f"{z} > 0", f"np.where({z} > 0, {z}, 0.1 * {z})", f"np.log(1 + {e})",
    ):  # fmt: skip
        yield ast.parse(text, mode="eval").body, text


def other_error(spot: Spot) -> Made:
    """Another derivative of the loss, or the loss itself."""
    if spot.role not in ("output delta", "output error") or not spot.is_whole:
        return
    a, slopes = f"a{spot.layer}", list(_slopes(spot.layer))[:3]
    errors = [
        f"({a} - y)**2", f"0.5 * ({a} - y)**2", f"np.abs({a} - y)", f"np.sign({a} - y)", f"-y / {a}", f"y * ({a} - 1)",
        f"({a} - y) / ({a} * (1 - {a}))", f"-y * (1 - {a})", f"(1 - y) / (1 - {a})", f"y / {a}", f"-np.log({a})",
        f"{a} - y", f"2 * ({a} - y)", f"0.5 * ({a} - y)", f"-y * np.log({a})", f"({a} - y) * y", f"({a} - y) * {a}",
        f"-y / {a} + (1 - y)", f"y / {a} - (1 - y) / (1 - {a})", f"{a} - y.mean()", f"({a} - y)**3", f"-y / {a}**2",
        *(f"({a} - y) * ({slope})" for slope in slopes), *(f"-y / {a} * ({slope})" for slope in slopes[:2]),
    ]  # fmt: skip
    for error in errors:
        for text in (error, f"({error}) / m"):
            yield ast.parse(text, mode="eval").body, text


def slope_too_many(spot: Spot) -> Made:
    """A derivative where the loss has taken it in already, or where there is none."""
    if spot.role in ("output delta", "sent back", "slope", "output slope") and spot.is_whole:
        for text in list(_slopes(spot.layer))[:3]:
            made = binary(spot.node, ast.Mult(), ast.parse(f"({text})", mode="eval").body)
            yield made, text


def diagonal(spot: Spot) -> Made:
    """The derivative of a softmax, or of what a softmax would be, taken unit by unit."""
    if spot.role == "output slope" and spot.is_whole:
        a, da = f"a{spot.layer}", f"da{spot.layer}"
        inside = spot.layout.over_units(f"({da} * {a})", "sum")
        for text in (f"{da} * {a} * (1 - {a})", f"{a} * {da}", f"-{a} * {inside}", f"{a} * ({da} + {inside})", da):
            yield ast.parse(text, mode="eval").body, text
        for text in (f"{a} * ({da} - {inside})", f"{a} * ({da} - ({da} * {a}).sum())"):
            yield ast.parse(text, mode="eval").body, text


def from_weights(spot: Spot) -> Made:
    """The gradient of a bias made of that of the weights, of the bias itself or of the activations."""
    if spot.role != "bias gradient" or not spot.is_whole:
        return
    i, below = spot.layer, f"a{spot.layer - 1}" if spot.layer > 1 else "x"
    for name in (f"dW{i}", f"W{i}", below, f"da{i}", f"a{i}", f"z{i}", f"(dz{i} * a{i})", f"(dz{i} * b{i})"):
        for axis in (0, 1):
            for kind in ("sum", "mean"):
                text = f"{name}.{kind}(axis={axis})"
                yield ast.parse(text, mode="eval").body, text
        for text in (f"{name}[0]", f"{name}[:, 0]", f"{name}[-1]"):
            yield ast.parse(text, mode="eval").body, text
    for text in (f"dz{i}.sum(axis=0) * b{i}", f"dz{i}.sum(axis=1, keepdims=True) * b{i}", f"b{i}"):
        yield ast.parse(text, mode="eval").body, text
