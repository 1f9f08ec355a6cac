#!/usr/bin/env bash
# scikit-learn 1.9.1: MLPRegressor with several outputs goes down the gradient of another loss than the one it reports.
#
# loss_ is half of the squared error averaged over examples and outputs; the gradients are those of its sum over the outputs, K
# times as large for K outputs. A linear unit with two outputs, x = 1, weights 0 and the targets 1 and 1 has the loss 0.5, whose
# derivative by a weight is -0.5 by differences; one step of sgd with the rate 0.1 moves the weight by 0.1, as with one output,
# where the derivative is -1. The penalty is not multiplied, so alpha weighs half as much as in loss_, and solver="lbfgs" searches
# along a line with values and slopes that do not belong together. Way around: sgd with the rate divided by K and alpha multiplied
# by K takes the steps of loss_.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet scikit-learn==1.9.1 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
import sklearn
from sklearn.neural_network import MLPRegressor


def step(outputs, weight):
    """The loss at a first weight, and by how much a step moves it."""
    unit = MLPRegressor(
        hidden_layer_sizes=(), solver="sgd", learning_rate_init=0.1, momentum=0.0, nesterovs_momentum=False, alpha=0.0, random_state=0
    )
    x, y = np.ones((1, 1)), np.ones((1, outputs))
    y = y if outputs > 1 else y.ravel()
    unit.partial_fit(x, y)
    unit.coefs_[0][:] = 0.0
    unit.coefs_[0][0, 0] = weight
    unit.intercepts_[0][:] = 0.0
    unit.partial_fit(x, y)
    return unit.loss_, unit.coefs_[0][0, 0] - weight


h, found = 1e-4, {}
for outputs in (1, 2, 4):
    loss, moved = step(outputs, 0.0)
    differences = (step(outputs, h)[0] - step(outputs, -h)[0]) / (2 * h)
    found[outputs] = [round(float(number), 6) for number in (loss, differences, moved / -0.1)]
print("scikit-learn", sklearn.__version__, "by outputs: loss, its derivative by differences, the gradient that was used:", found)
assert found == {1: [0.5, -1.0, -1.0], 2: [0.5, -0.5, -1.0], 4: [0.5, -0.25, -1.0]}, "the behaviour has changed"
PYTHON
