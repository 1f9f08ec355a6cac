#!/usr/bin/env bash
# torch 2.13.0: in float64, the derivative of hardsigmoid is 1/6 rounded to single precision.
#
# hardsigmoid(x) = clip((x + 3)/6, 0, 1). Its values of a float64 tensor are right to the last digit; backward() multiplies by
# 0.1666666716337204, which is 1/6 as a float32, a relative error of 3e-8. gradcheck passes, since its tolerance is larger, and so
# do comparisons to 7 digits; a network with this activation agrees with an exact computation to 8 digits at best. hardswish, made
# of the same pieces, is right to 1e-16. Way around: clamp((x + 3) / 6, 0, 1).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import torch
from torch.nn.functional import hardsigmoid, hardswish

x = torch.tensor([1.0], dtype=torch.float64, requires_grad=True)
functions = {
    "hardsigmoid": hardsigmoid,
    "clamp((x + 3) / 6, 0, 1)": lambda x: torch.clamp((x + 3) / 6, 0, 1),
    "hardswish": hardswish,
}
slopes = {name: torch.autograd.grad(function(x).sum(), x)[0].item() for name, function in functions.items()}
print("torch", torch.__version__, "in float64 at 1:", slopes)
assert slopes["hardsigmoid"] == torch.tensor(1 / 6, dtype=torch.float32).item() != 1 / 6, "the behaviour has changed"
assert slopes["clamp((x + 3) / 6, 0, 1)"] == 1 / 6, "the behaviour has changed"
assert abs(slopes["hardswish"] - 5 / 6) < 1e-15, "the behaviour has changed"
assert torch.autograd.gradcheck(hardsigmoid, (x,)), "the behaviour has changed"
PYTHON
