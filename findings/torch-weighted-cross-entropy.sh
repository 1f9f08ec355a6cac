#!/usr/bin/env bash
# torch 2.13.0: with class weights, cross_entropy of class numbers is another number than of the same classes one-hot.
#
# Without weights the two ways to state a target agree. With weight=w and the default reduction, the mean over class numbers divides
# by the sum of the weights of the targets, the mean over probabilities by the number of examples. For three examples of the
# classes 0, 1, 1 with the weights 1, 2, 3, 4 that is 5 or 3: loss and every gradient differ by the factor 5/3, as if the rate
# had been changed. Way around: reduction="sum" and one's own divisor.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import torch
from torch.nn.functional import cross_entropy, one_hot

logits = torch.tensor([[1.0, 2.0, 0.0, 1.0], [0.0, 1.0, 3.0, 1.0], [2.0, 0.0, 1.0, 0.0]], dtype=torch.float64)
numbers = torch.tensor([0, 1, 1])
probabilities = one_hot(numbers, 4).double()
weight = torch.tensor([1.0, 2.0, 3.0, 4.0], dtype=torch.float64)
found = {
    case: [cross_entropy(logits, target, weight=given).item() for target in (numbers, probabilities)]
    for case, given in (("no weights", None), ("weights", weight))
}
print("torch", torch.__version__, "of class numbers, of the same one-hot:", found)
assert abs(found["no weights"][1] / found["no weights"][0] - 1) < 1e-14, "the behaviour has changed"
assert abs(found["weights"][1] / found["weights"][0] - 5 / 3) < 1e-14, "the behaviour has changed"
PYTHON
