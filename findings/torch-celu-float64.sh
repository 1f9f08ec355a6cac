#!/usr/bin/env bash
# torch 2.13.0: in float64, the derivative of celu with an alpha other than 1 is right to single precision only.
#
# celu(x, alpha) = alpha (e^(x/alpha) - 1) for x <= 0, with the derivative e^(x/alpha). Its values of a float64 tensor are right to
# the last digit; backward() takes 1/alpha rounded to a float32, a relative error of 5e-8 at alpha = 0.3, x = -0.7, which grows with
# |x|/alpha. gradcheck passes, since its tolerance is larger. elu with an alpha is right. Way around: alpha * elu(x / alpha).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import math

import torch
from torch.nn.functional import celu, elu

alpha, at = 0.3, -0.7
x = torch.tensor([at], dtype=torch.float64, requires_grad=True)
functions = {"celu": lambda x: celu(x, alpha), "alpha * elu(x / alpha)": lambda x: alpha * elu(x / alpha)}
right = math.exp(at / alpha)
wrong = {name: torch.autograd.grad(f(x).sum(), x)[0].item() / right - 1 for name, f in functions.items()}
print("torch", torch.__version__, "relative errors of the derivative in float64:", wrong)
assert celu(x, alpha).item() == alpha * math.expm1(at / alpha), "the behaviour has changed"
assert 1e-8 < abs(wrong["celu"]) < 1e-6, "the behaviour has changed"
assert abs(wrong["alpha * elu(x / alpha)"]) < 1e-15, "the behaviour has changed"
assert torch.autograd.gradcheck(functions["celu"], (x,)), "the behaviour has changed"
PYTHON
