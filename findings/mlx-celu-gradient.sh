#!/usr/bin/env bash
# MLX 0.32.4 (CPU): the gradient of celu is 0 at 0, where it is 1.
#
# celu(x) = max(x, 0) + min(0, alpha (exp(x / alpha) - 1)) has the slope 1 on both sides of 0, and at 0: that it is smooth there is
# what it was made for. mlx.nn.celu adds a maximum and a minimum, and MLX gives the first argument of each nothing where the two are
# equal, so that both parts send back 0. A unit whose input is exactly 0 (every unit over a bias and an input of 0) learns nothing.
# elu, written with where, gives 1. Way around: mlx.nn.elu where alpha is 1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'mlx[cpu]==0.32.4'
"$folder/venv/bin/python" - <<'PYTHON'
import mlx.core as mx
import mlx.nn as nn

mx.set_default_device(mx.cpu)
x = mx.array([-0.001, 0.0, 0.001])
functions = {"elu": nn.elu, "celu": nn.celu, "celu, alpha 2": lambda z: nn.celu(z, alpha=2.0)}
found = {name: mx.grad(lambda z: function(z).sum())(x).tolist() for name, function in functions.items()}
print("mlx", mx.__version__, found)
assert all(abs(slope - 1) < 2e-3 for slope in found.pop("elu")), "the behaviour has changed"
for below, at, above in found.values():
    assert abs(below - 1) < 2e-3 and at == 0 and above == 1, "the behaviour has changed"
PYTHON
