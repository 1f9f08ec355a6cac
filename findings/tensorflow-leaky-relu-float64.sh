#!/usr/bin/env bash
# tensorflow 2.21.0: leaky_relu of a float64 tensor multiplies by alpha rounded to single precision.
#
# tf.nn.leaky_relu(-1.0, alpha=0.01) in float64 is -0.009999999776482582, and its derivative 0.009999999776482582: alpha travels as
# a float32 whatever the tensor is, a relative error of 2e-8 in every value and gradient below 0, without a warning. alpha=0.25, a
# sum of powers of two, is exact. Way around: tf.maximum(alpha * x, x).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet tensorflow==2.21.0
TF_CPP_MIN_LOG_LEVEL=3 "$folder/venv/bin/python" - <<'PYTHON'
import tensorflow as tf

x = tf.constant(-1.0, tf.float64)
found = {}
for alpha in (0.01, 0.25):
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        leaky, by_hand = tf.nn.leaky_relu(x, alpha=alpha), tf.maximum(alpha * x, x)
    found[alpha] = [float(each) for each in (leaky, tape.gradient(leaky, x), by_hand, tape.gradient(by_hand, x))]
print("tensorflow", tf.__version__, "alpha: value and slope at -1, the same of maximum(alpha x, x):", found)
single = float(tf.constant(0.01, tf.float32))
assert found[0.01] == [-single, single, -0.01, 0.01] and single != 0.01, "the behaviour has changed"
assert found[0.25] == [-0.25, 0.25, -0.25, 0.25], "the behaviour has changed"
PYTHON
