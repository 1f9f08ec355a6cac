#!/usr/bin/env bash
# torch 2.13.0: the gradient of ctc_loss by its argument log_probs is not the derivative of what it computes.
#
# The loss is -log of the summed probability of all alignments, so its derivative by a log-probability is minus the share of the
# alignments that pass there: each row sums to -1. backward() gives exp(log_probs) more in every element, rows that sum to 0: the
# gradient by the logits in front of a log_softmax. Behind a log_softmax the surplus cancels, and the gradient of the logits is
# right; log-probabilities that come from elsewhere (a mixture of two models, a parameter of its own) get another gradient than
# differences or the sum over alignments written out, which gives the same loss. gradcheck of ctc_loss fails. Way around:
# log_softmax as the last step before it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
from itertools import groupby, product

import torch
from torch.nn.functional import ctc_loss

torch.manual_seed(0)
given = torch.randn(4, 3, dtype=torch.float64).log_softmax(-1)
target, length, labels = torch.tensor([[1, 2]]), torch.tensor([4]), torch.tensor([2])


def by_ctc(log_probs):
    return ctc_loss(log_probs[:, None], target, length, labels, reduction="sum")


def written_out(log_probs):
    paths = [path for path in product(range(3), repeat=4) if [k for k, _ in groupby(path) if k] == [1, 2]]
    return -torch.logsumexp(torch.stack([sum(log_probs[t, k] for t, k in enumerate(path)) for path in paths]), 0)


def slopes(function):
    x = given.clone().requires_grad_()
    return torch.autograd.grad(function(x), x)[0]


def differences(function, h=1e-6):
    steps = (h * torch.eye(12, dtype=torch.float64)).reshape(12, 4, 3)
    return torch.stack([(function(given + step) - function(given - step)) / (2 * h) for step in steps]).reshape(4, 3)


found, right = slopes(by_ctc), slopes(written_out)
print("torch", torch.__version__, "losses", by_ctc(given).item(), written_out(given).item())
print("first row: backward", found[0].tolist(), "written out", right[0].tolist(), "differences", differences(by_ctc)[0].tolist())
assert abs(by_ctc(given) - written_out(given)) < 1e-12, "the behaviour has changed"
assert (differences(by_ctc) - right).abs().max() < 1e-8, "the behaviour has changed"
assert (found - right - given.exp()).abs().max() < 1e-12, "the behaviour has changed"
behind = [slopes(lambda x: function(x.log_softmax(-1))) for function in (by_ctc, written_out)]
assert (behind[0] - behind[1]).abs().max() < 1e-12, "the behaviour has changed"
PYTHON
