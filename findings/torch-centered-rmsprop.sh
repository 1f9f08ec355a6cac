#!/usr/bin/env bash
# torch 2.13.0: RMSprop(centered=True) ends in NaN where a gradient stays the same.
#
# The centred rule divides by the root of the averaged squared gradient less the square of the averaged gradient. With a gradient
# that is constant, as that of an absolute error far from its target, the two tend to the same number, and rounding makes their
# difference negative: the root is NaN, and the parameter stays NaN for ever. In float32 with alpha 0.9 that is so at step 138 for
# the gradient 0.37. Keras and optax add epsilon inside the root; torch adds it outside, to the NaN. Gradients and losses before
# that are finite, and without centered=True nothing happens. Way around: centered=False.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import math

import torch


def first_nan(kind, gradient, **options):
    weight = torch.tensor([1.0], dtype=kind, requires_grad=True)
    rule = torch.optim.RMSprop([weight], lr=0.001, **options)
    for step in range(1, 5001):
        weight.grad = torch.tensor([gradient], dtype=kind)
        rule.step()
        if math.isnan(weight.item()):
            return step
    return None


cases = [(torch.float32, 0.37, 0.9, True), (torch.float64, 0.1, 0.9, True), (torch.float64, 0.1, 0.99, True), (torch.float32, 0.37, 0.9, False)]
found = {case: first_nan(case[0], case[1], alpha=case[2], centered=case[3]) for case in cases}
print("torch", torch.__version__, "(type, gradient, alpha, centered): first step that is NaN:", found)
assert all((step is not None) == case[3] for case, step in found.items()), "the behaviour has changed"
PYTHON
