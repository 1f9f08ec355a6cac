#!/usr/bin/env bash
# tensorflow 2.21.0: the gradient of weighted_cross_entropy_with_logits is wrong where a logit is exactly 0.
#
# For the target 1 and the weight w of positive examples the loss is w log(1 + exp(-z)), and its derivative at z = 0 is -w/2; for the
# target 0 it is 1/2. With w = 3, TensorFlow gives 0 and 1 for -1.5 and 0.5, and right values at 0.001: the loss is computed from
# |z| and relu(-z), whose slopes at 0 are taken to be 0. Logits are exactly 0 where weights start from 0, so that the first step of a
# logistic regression does not see its positive examples. sigmoid_cross_entropy_with_logits is right at 0. Way around: that one,
# times 1 + (w - 1) y, which is the same loss for targets 0 and 1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet tensorflow==2.21.0
TF_CPP_MIN_LOG_LEVEL=3 "$folder/venv/bin/python" - <<'PYTHON'
import tensorflow as tf

targets, weight = tf.constant([1.0, 0.0], tf.float64), 3.0
losses = {
    "weighted_cross_entropy_with_logits": lambda z: tf.nn.weighted_cross_entropy_with_logits(targets, z, weight),
    "sigmoid_cross_entropy_with_logits": lambda z: (
        (1 + (weight - 1) * targets) * tf.nn.sigmoid_cross_entropy_with_logits(targets, z)
    ),
}
found = {}
for name, loss in losses.items():
    for at in (0.0, 0.001):
        z = tf.constant([at, at], tf.float64)
        with tf.GradientTape() as tape:
            tape.watch(z)
            total = loss(z)
        found[name, at] = [round(float(slope), 3) for slope in tape.gradient(total, z)]
print("tensorflow", tf.__version__, "gradients for the targets 1 and 0:", found)
assert found["weighted_cross_entropy_with_logits", 0.0] == [0.0, 1.0], "the behaviour has changed"
right = [[-1.5, 0.5], [-1.499, 0.5]]
assert found["weighted_cross_entropy_with_logits", 0.001] == right[1], "the behaviour has changed"
assert [found["sigmoid_cross_entropy_with_logits", at] for at in (0.0, 0.001)] == right, "the behaviour has changed"
PYTHON
