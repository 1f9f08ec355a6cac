"""A model of PyTorch as a scenario: the list of its calls, and what functions and methods come to.

The calls are those that torch.fx finds; where the code of the model asks for the shape or the count of its examples, those
of torch.export, which are functions of PyTorch's own.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from copy import deepcopy
from typing import Any

from backprop_tutor.errors import TutorError, visible
from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import np
from backprop_tutor.programs.models.chain import (
    ACTIVATIONS,
    SKIPPED,
    Part,
    activation_keys,
    is_network,
    network_description,
)
from backprop_tutor.programs.models.formulas import (
    Shape,
    Translation,
    Value,
    numbers,
    refused,
)
from backprop_tutor.programs.models.losses import LossOf, graph_description
from backprop_tutor.programs.models.torch_functions import MAKERS, FunctionCall, is_activation, setting
from backprop_tutor.programs.models.torch_modules import MODULES, ModuleCall, torch_names
from backprop_tutor.text import T

KINDS_KNOWN = T("understood are {names}", "能识别 {names}")
TRACE = T("the model cannot be traced: {why}", "无法追踪这个模型：{why}")
NOT_SO = T("it cannot take the examples given", "它接受不了给出的样本")
OUTPUT = T("it gives several arrays; a loss is of one", "它给出多个数组；损失只能由一个算出")
CONSTANT = T(
    "one of its arrays is made by the model, infinite or not the same for every example",
    "它用到的某个数组由模型自己生成，含无穷大，或各样本不同",
)
DEPENDS = T(
    "what is computed depends on a number that is computed (if, while, .item()) near {place}; a lesson is of one computation",
    "接下来算什么取决于算出的某个数（if、while、.item()），位置在 {place} 附近；一份讲解只对应一种计算",
)


GUARDS = "_guards_fn"
"""What torch.export calls the check of its inputs, which computes nothing."""


def torch_description(
    torch: Any, model: Any, x: Any, y: Any, loss: LossOf, rate: float, title: str, masks: Mapping[str, Any]
) -> dict[str, Any]:
    """The scenario of a model on these examples: a network where it is a chain of linear layers, else a graph of arrays.

    Raises TutorError for what has no counterpart: which node, and why.
    """
    traced = _traced(torch, model, x)
    parts = list(_parts(torch, model, traced))
    chain = [part for part in parts if part is not None]
    if len(chain) == len(parts) and loss.of_networks and is_network(chain):
        return network_description(chain, x, y, loss, rate, title)
    inputs = np.asarray(x.detach().cpu() if hasattr(x, "detach") else x)
    t = Translation(torch_names(model), len(inputs))
    out = _Walk(t, model, traced, _results(torch, traced, x), masks, inputs.shape[1:]).output(title)
    return graph_description(t, out, inputs if inputs.dtype.kind != "f" else numbers(x), y, loss, rate, title)


def _traced(torch: Any, model: Any, x: Any) -> Any:
    """The model as a list of calls. Raises TutorError where it cannot be traced."""
    try:
        return torch.fx.symbolic_trace(model)
    except Exception:  # what a tracer raises is whatever the model's own code does
        model = deepcopy(model).double()
        logging.disable()  # the tracer prints what it has until then
        try:
            return torch.export.export(model, (x.double() if x.is_floating_point() else x,)).module()
        except Exception as error:
            raise TutorError(TRACE.format(why=_why(error))) from None
        finally:
            logging.disable(logging.NOTSET)


def _why(error: Exception) -> T:
    """Why a model cannot be exported: where it goes on by a computed number, or the first line of the tracer's words."""
    text = str(error)
    if "data-dependent" in text or "DataDependent" in type(error).__name__:
        place = re.findall(r'File "[^"]+", line (\d+), in \w+\n +(.+)', text)
        return DEPENDS.format(place=visible("line {}: {}".format(*place[-1])) if place else "?")
    first = text.splitlines()[0] if text else type(error).__name__
    return T(visible(first), visible(first))


def _parts(torch: Any, model: Any, traced: Any) -> Iterator[Part | None]:
    """The nodes of a chain of linear layers and activations as steps; None for a node that is none of it."""
    modules, used = dict(model.named_modules()), set[str]()
    for node in traced.graph.nodes:
        if node.op in ("placeholder", "output") or node.target == GUARDS:
            continue
        module = modules[node.target] if node.op == "call_module" else None
        kind = type(module).__name__ if module is not None else _called(node)
        plain = kind.replace("_", "").lower()
        is_again = module is not None and node.target in used
        used.add(str(node.target))
        if len(node.users) != 1 or node.op == "get_attr" or is_again:
            yield None
        elif isinstance(module, torch.nn.Linear):
            yield Part(node.target, numbers(module.weight), None if module.bias is None else numbers(module.bias))
        elif is_activation(plain):
            yield Part(node.name, keys=activation_keys(plain, setting(module, node.args, node.kwargs)))
        elif plain not in SKIPPED or (module is not None and module.training and getattr(module, "p", 0)):
            yield None


def _called(node: Any) -> str:
    """The name of a function or method: relu, conv2d; of PyTorch's own functions without their variant."""
    if isinstance(node.target, str):
        return node.target
    packet = getattr(node.target, "overloadpacket", node.target)
    return getattr(packet, "__name__", str(packet))


def _results(torch: Any, traced: Any, x: Any) -> dict[Any, Any]:
    """What every call gives for the examples, for its shape; on a copy, so that no running mean of the model moves."""
    found: dict[Any, Any] = {}

    class Shapes(torch.fx.Interpreter):  # type: ignore[misc]
        def run_node(self, node: Any) -> Any:
            result = super().run_node(node)
            found[nodes[node.name]] = result
            return result

    nodes = {node.name: node for node in traced.graph.nodes}
    with torch.no_grad(), suppress(RuntimeError):  # the step that cannot be is named by its own words
        Shapes(deepcopy(traced).double().eval()).run(x.double() if x.is_floating_point() else x)
    return found


def attribute(model: Any, path: str) -> Any:
    """An attribute of a model by its path."""
    for part in path.split("."):
        model = getattr(model, part)
    return model


@frozen(eq=False)
class _Walk:
    """The calls of a model in turn, each as a value of the translation; `results` are what they give for the examples."""

    t: Translation
    model: Any
    traced: Any
    results: Mapping[Any, Any]
    masks: Mapping[str, Any]
    shape: Shape

    def output(self, title: str) -> Value:
        """What the model gives. Raises TutorError for what has no counterpart."""
        seen: dict[Any, Any] = {}
        for node in self.traced.graph.nodes:
            match node.op:
                case "placeholder":
                    seen[node] = Value("x", self.shape)
                case "get_attr":
                    seen[node] = self._attribute(node)
                case "output":
                    out = node.args[0]
                    out = out[0] if isinstance(out, list | tuple) and len(out) == 1 else out
                    found = seen.get(out) if type(out) is type(node) else None
                case "call_module" if node.target == GUARDS:
                    continue
                case _:
                    seen[node] = self._step(node, seen)
        if not isinstance(found, Value):
            raise refused(title, "output", OUTPUT)
        return found

    def _attribute(self, node: Any) -> Any:
        """A parameter or a buffer; one that holds an infinity, as masks do, stays an array."""
        found = attribute(self.traced, node.target)
        array = numbers(found)
        if not np.isfinite(array).all():
            return array
        return Value(self.t.parameter(node.target, found, moves=found.requires_grad), array.shape)

    def _step(self, node: Any, seen: Mapping[Any, Any]) -> Any:
        """A call of a module, a function or a method."""

        def look(given: Any) -> Any:
            if isinstance(given, list | tuple):
                return type(given)(map(look, given))
            return seen[given] if type(given) is type(node) else given

        result = self.results.get(node)
        module = attribute(self.model, node.target) if node.op == "call_module" else None
        kind, at = (type(module).__name__, node.target) if module is not None else (_called(node), node.name)
        arguments, options = look(node.args), {key: look(each) for key, each in node.kwargs.items()}
        if kind in MODULES and module is not None:
            given = [each for each in arguments if isinstance(each, Value)]
            return MODULES[kind](ModuleCall(self.t, at, module, given, self.masks, self._fixed(node)))
        if result is None:
            raise refused(at, kind, NOT_SO)
        plain = kind.replace("_", "").lower()
        if plain in MAKERS:
            return numbers(result)
        arguments = [self._as_values(each, node, kind) for each in arguments]
        call = FunctionCall(self.t, at, plain, arguments, options, _own_shape(result), module)
        written = call.activated() if is_activation(plain) else call.written()
        if written is None:
            raise refused(at, kind, known_kinds())
        return written

    def _fixed(self, node: Any) -> dict[str | int, Any]:
        """The arguments after the first that are arrays, or made of arrays, as numbers; those of a bare None or flag are none."""
        found: dict[str | int, Any] = {}
        for key, each in (*enumerate(node.args[1:], 1), *node.kwargs.items()):
            parts = each if isinstance(each, list | tuple) else (each,)
            values = [self.results.get(part) for part in parts if type(part) is type(node)]
            arrays: list[Any] = [value for value in values if hasattr(value, "detach")]
            for i, value in enumerate(arrays):
                array = value.detach().cpu().numpy()
                found[key if len(arrays) == 1 else f"{key}.{i}"] = array
        return found

    def _as_values(self, given: Any, node: Any, kind: str) -> Any:
        """An argument; an array that the model makes itself, the same for every example, is a constant."""
        if isinstance(given, list | tuple):
            return type(given)(self._as_values(each, node, kind) for each in given)
        if not isinstance(given, np.ndarray):
            return given
        if given.ndim and len(given) and np.isfinite(given).all() and (given == given[0]).all():
            return Value(self.t.parameter(f"{node.name}_constant", given[0], moves=False), given.shape[1:])
        raise refused(node.name, kind, CONSTANT)


def _own_shape(result: Any) -> Shape:
    return tuple(result.shape[1:]) if hasattr(result, "shape") else ()


def known_kinds() -> T:
    """What is understood, in words."""
    return KINDS_KNOWN.format(names=", ".join(sorted({*ACTIVATIONS.values(), *MODULES})))
