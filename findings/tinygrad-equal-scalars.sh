#!/usr/bin/env bash
# tinygrad 0.14.0: two scalars with the same value are one variable to gradient().
#
# f(a, b) = a a b has the derivatives 2 a b and a a: 8 and 4 at (2, 2). tinygrad gives 12 and 12, their sum, for both, and 12 and
# 4, which is right, at (2, 3): a tensor without axes made from a number is kept as that constant, and equal constants are one
# node of the graph. So a weight and a bias that start from the same number share a gradient, and abs, which multiplies by -1
# below 0, has the slope -2 at -1. Tensors with an axis, even of one element, are right. Way around: Tensor([2.0]).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet tinygrad==0.14.0 numpy==2.4.6
DEV=PYTHON "$folder/venv/bin/python" - <<'PYTHON'
from tinygrad import Tensor, dtypes


def scalar(value):
    return Tensor(value, dtype=dtypes.float32, device="PYTHON")


def slopes(function, *values, made=scalar):
    inputs = [made(value) for value in values]
    found = function(*inputs).sum().gradient(*inputs)
    return [(slope.reshape(1) + Tensor([0.0])).tolist()[0] for slope in found]


product = lambda a, b: a * a * b
found = {
    "a a b at (2, 2)": slopes(product, 2.0, 2.0),
    "at (2, 3)": slopes(product, 2.0, 3.0),
    "at ([2], [2])": slopes(product, 2.0, 2.0, made=lambda value: Tensor([value])),
    "3 w + b at (0.5, 0.5)": slopes(lambda w, b: 3 * w + b, 0.5, 0.5),
    "abs at -1": slopes(lambda x: x.abs(), -1.0),
    "abs at -1.5": slopes(lambda x: x.abs(), -1.5),
}
print("tinygrad 0.14.0:", found)
assert found["at (2, 3)"] == [12.0, 4.0] and found["at ([2], [2])"] == [8.0, 4.0], "the behaviour has changed"
assert found["a a b at (2, 2)"] == [12.0, 12.0], "the behaviour has changed"
assert found["3 w + b at (0.5, 0.5)"] == [4.0, 4.0], "the behaviour has changed"
assert found["abs at -1"] == [-2.0] and found["abs at -1.5"] == [-1.0], "the behaviour has changed"
PYTHON
