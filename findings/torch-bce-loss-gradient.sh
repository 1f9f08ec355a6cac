#!/usr/bin/env bash
# torch 2.13.0: binary_cross_entropy of a sigmoid has the right loss and, far from the target, a gradient that is a tenth of it.
#
# For the target 1 and the logit z = -30, in float64, the loss is 30.0 (its logarithm ends only at 100), and dL/dz = sigmoid(z) - 1
# is -1. What backward() gives is -0.09: the denominator a(1 - a) of dL/da is never below 1e-12, so that it no longer cancels with
# the slope of the sigmoid. At -20 the gradient is right, at -40 it is -4e-6 while the loss is 40: the unit that is most wrong
# hardly learns, and the loss shows nothing of it. Way around: binary_cross_entropy_with_logits.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import torch
from torch.nn.functional import binary_cross_entropy, binary_cross_entropy_with_logits

z = torch.tensor([-20.0, -30.0, -40.0], dtype=torch.float64, requires_grad=True)
target = torch.ones_like(z)
losses = binary_cross_entropy(torch.sigmoid(z), target, reduction="none")
by_output = torch.autograd.grad(losses.sum(), z)[0].tolist()
by_logit = torch.autograd.grad(binary_cross_entropy_with_logits(z, target, reduction="sum"), z)[0].tolist()
print("torch", torch.__version__, "losses", losses.tolist(), "gradients", by_output, "from the logit", by_logit)
assert all(abs(loss + logit) < 1e-6 for loss, logit in zip(losses.tolist(), z.tolist())), "the behaviour has changed"
assert all(abs(slope + 1) < 1e-8 for slope in by_logit), "the behaviour has changed"
assert abs(by_output[0] + 1) < 1e-8, "the behaviour has changed"
assert abs(by_output[1] + 0.0936) < 1e-3 and abs(by_output[2]) < 1e-5, "the behaviour has changed"
PYTHON
