"""Prints lines of formulas as JavaScript: the same straight-line program as in Python, for a browser.

No rule is written a second time: the two languages differ only in how a choice is written, and in `erfc`, which
JavaScript lacks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from backprop_tutor.fast.codegen import Backend, CodeWriter
from backprop_tutor.fast.program import Assignment
from backprop_tutor.formula.nodes import Formula, Lit
from backprop_tutor.graph.stable_forms import stable

JAVASCRIPT = Backend({}, "({condition} ? {then} : {otherwise})")

LIBRARY = """\
const {PI, abs, cos, cosh, exp, expm1, floor, log, log1p, max, min, pow, sin, sqrt, tan, tanh} = Math;
function erfc(x) {
  // the series of erf about 0; beyond 1.5 the continued fraction of erfc, from its far end
  const z = abs(x);
  let far;
  if (z < 1.5) {
    let term = z, sum = z;
    for (let n = 1; n < 80; n++) { term *= 2 * z * z / (2 * n + 1); sum += term; }
    far = 1 - 2 / sqrt(PI) * exp(-z * z) * sum;
  } else {
    let rest = 0;
    for (let k = 300; k > 0; k--) rest = k / 2 / (z + rest);
    far = exp(-z * z) / sqrt(PI) / (z + rest);
  }
  return x < 0 ? 2 - far : far;
}
const erf = x => 1 - erfc(x), inf = Infinity, nan = NaN;
"""
"""The functions that the lines may call, to be printed before them."""


def javascript(name: str, inputs: Sequence[str], lines: Iterable[Assignment], outputs: Iterable[Formula]) -> str:
    """The function of that name: from an array of the inputs to an array of the outputs, in their orders."""
    lines = tuple(Assignment(line.name, stable(line.formula)) for line in lines)
    code = CodeWriter(lines, JAVASCRIPT)
    code.assign(lines)
    returned = ",".join(code.expression(output, lazy=isinstance(output, Lit)) for output in outputs)
    written = (*code.before, *code.lines)
    declared = dict.fromkeys(line.partition(" = ")[0] for line in written)
    body = ";".join(line.replace(" = ", "=", 1) for line in written)
    names = f"let {','.join(declared)};" if declared else ""
    return f"function {name}([{','.join(inputs)}]){{{names}{body}{';' if body else ''}return [{returned}]}}\n"


def expression(written: Formula) -> str:
    """A formula of numbers and variables as one expression, every function in its stable form."""
    return CodeWriter((), JAVASCRIPT).expression(stable(written), lazy=True)
