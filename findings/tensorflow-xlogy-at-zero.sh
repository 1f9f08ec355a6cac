#!/usr/bin/env bash
# tensorflow 2.21.0: the derivative of xlogy(x, y) by x is 0 at x = 0, where it is log y.
#
# x log y is linear in x, so that its derivative by x is log y at every x: -0.5108 for y = 0.6. TensorFlow gives that at 0.001 and
# 0 at 0; so do xlog1py, and xdivy, whose derivative is 1/y. (Where y is 0 as well there is no derivative.) In a cross-entropy
# written with xlogy, a learned target that is 0, as in distillation, thus gets no gradient. torch and jax give log y. Way around:
# x * tf.math.log(y) where y is not 0.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet tensorflow==2.21.0
TF_CPP_MIN_LOG_LEVEL=3 "$folder/venv/bin/python" - <<'PYTHON'
import math

import tensorflow as tf

y = tf.constant(0.6, tf.float64)
right = {"xlogy": math.log(0.6), "xlog1py": math.log(1.6), "xdivy": 1 / 0.6, "x log(y)": math.log(0.6)}
found = {}
for name in right:
    function = getattr(tf.math, name, lambda x, y: x * tf.math.log(y))
    for at in (0.0, 0.001):
        x = tf.constant(at, tf.float64)
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = function(x, y)
        found[name, at] = float(tape.gradient(value, x))
print("tensorflow", tf.__version__, "slopes by x at 0 and 0.001, y = 0.6:", found, "right", right)
assert all(abs(found[name, 0.001] - right[name]) < 1e-12 for name in right), "the behaviour has changed"
assert abs(found["x log(y)", 0.0] - right["x log(y)"]) < 1e-12, "the behaviour has changed"
assert all(found[name, 0.0] == 0.0 for name in ("xlogy", "xlog1py", "xdivy")), "the behaviour has changed"
PYTHON
