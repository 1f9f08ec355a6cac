"""The forward lines of a graph's program in the functions of a framework, which differentiates them itself."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping

from backprop_tutor.frozen import frozen
from backprop_tutor.graph.array import np
from backprop_tutor.programs.execution import compiled
from backprop_tutor.programs.reference import Program

WINDOWS = '''\
def windows(x, size, stride=1, padding=0):
    """Every window of the last axes of x: (..., places, window)."""
    first = x.ndim - len(size)
    x = {pad}
    for i, n in enumerate(size):
        start = stride * {m}.arange((x.shape[first + i] - n) // stride + 1)
        x = {take}
    return x
'''
LARGEST = '''\
def largest(parts, axes):
    """The largest number of each window; of several that are equal the first."""
    flat = parts.reshape(*parts.shape[:-axes], -1)
    return {at}(flat, flat.argmax(-1)[..., None], -1)[..., 0]
'''
TAKEN = "{m}.moveaxis({m}.take(x, start[:, None] + {m}.arange(n), axis=first + i), first + i + 1, -1)"
SLOPE_ZERO = "{{0}} * {0}.sign({{0}})"
"""|x| with the derivative 0 at 0; that of JAX's own is 1."""
PADDED = "{m}.pad(x, [(0, 0)] * first + [(padding, padding)] * len(size))"


@frozen
class ArrayWords:
    """A framework's words for arrays: its module, functions and methods that are called otherwise than in NumPy."""

    module: str
    functions: Mapping[str, str]
    methods: Mapping[str, str]
    number: str = "{0}"
    pad: str = PADDED
    take: str = TAKEN
    at: str = "jax.numpy.take_along_axis"

    def helpers(self, text: str) -> Iterator[str]:
        """The functions that the lines call and the framework does not have."""
        if "windows(" in text:
            yield WINDOWS.format(
                m=self.module, pad=self.pad.format(m=self.module), take=self.take.format(m=self.module)
            )
        if "largest(" in text:
            yield LARGEST.format(at=self.at)


ARRAY_WORDS: Mapping[str, ArrayWords] = {
    "torch": ArrayWords(
        "torch",
        {"concatenate": "torch.cat", "tri": "torch.tril(torch.ones({0}, {1}))"},
        {"max": "amax", "min": "amin"},
        number="torch.tensor(float({0}))",
        pad="F.pad(x, [padding, padding] * len(size))",
        take="x.unfold(first + i, n, stride)",
        at="torch.take_along_dim",
    ),
    "jax": ArrayWords("jnp", {"erf": "jax.scipy.special.erf({0})", "abs": SLOPE_ZERO.format("jnp")}, {}),
    "keras": ArrayWords(
        "ops",
        {
            **dict.fromkeys(("inf", "pi", "sin", "cos", "tan", "tanh", "floor"), "jax.numpy.{name}"),
            "abs": SLOPE_ZERO.format("ops"),
        },
        {},
    ),
}
"""By the framework; Keras computes on JAX, whose angles it would round to single precision."""


def forward_lines(program: Program, words: ArrayWords) -> list[str]:
    """The lines that lead to the loss, in the framework's functions."""
    lines = [line for line in program.lines if line.role == "value"]
    parts = {line.name for line in lines if line.text.startswith("windows(")}
    return [f"{line.name} = {turned(line.text, words, parts)}" for line in lines]


def turned(text: str, words: ArrayWords, windows: Collection[str] = ()) -> str:
    """An expression of NumPy in the words of a framework; `windows` are the names of arrays of windows."""
    return ast.unparse(_Turned(words, windows).visit(ast.parse(text, mode="eval").body))


class _Turned(ast.NodeTransformer):
    """An expression of NumPy in the words of a framework; what is constant is worked out."""

    def __init__(self, words: ArrayWords, windows: Collection[str]) -> None:
        self.words, self.windows = words, windows

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """A function of NumPy, or a method of an array."""
        is_constant = bool(node.args) and all(isinstance(each, ast.Constant) for each in node.args)
        match node.func:
            case ast.Attribute(attr=name) if _is_numpy(node.func) and is_constant and name not in ("eye", "tri"):
                return ast.Constant(float(eval(compiled(node), {"np": np})))  # noqa: S307 - a line of ours
            case ast.Attribute(attr=name) if _is_numpy(node.func) and "{0}" in self.words.functions.get(name, ""):
                return self._written(f"({self.words.functions[name]})", node.args)
            case ast.Attribute(attr="maximum" | "minimum") if _is_numpy(node.func):
                node.args = [self._number(each) for each in node.args]
            case ast.Attribute(value=ast.Name(id=name), attr="max") if name in self.windows:
                axes = ast.literal_eval(node.keywords[0].value)
                count = len(axes) if isinstance(axes, tuple) else 1
                return ast.Call(ast.Name("largest", ast.Load()), [ast.Name(name, ast.Load()), ast.Constant(count)], [])
            case ast.Attribute(attr=name) if not _is_numpy(node.func):
                node.func.attr = self.words.methods.get(name, name)
            case ast.Name(id="erf"):
                return self._written(self.words.functions.get("erf", f"{self.words.module}.erf({{0}})"), node.args)
        found = self.generic_visit(node)
        assert isinstance(found, ast.expr)
        return found

    def _number(self, node: ast.expr) -> ast.expr:
        """An argument; a number as the framework's function takes it."""
        return self._written(self.words.number, [node]) if isinstance(node, ast.Constant) else node

    def _written(self, template: str, arguments: list[ast.expr]) -> ast.expr:
        """A call by a template of its arguments."""
        return ast.parse(template.format(*(ast.unparse(self.visit(each)) for each in arguments)), mode="eval").body

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        """A name of NumPy's module."""
        if not _is_numpy(node):
            found = self.generic_visit(node)
            assert isinstance(found, ast.expr)
            return found
        written = self.words.functions.get(node.attr, f"{self.words.module}.{node.attr}")
        return ast.parse(written.format(name=node.attr), mode="eval").body


def _is_numpy(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "np"
