#!/usr/bin/env bash
# tensorflow 2.21.0: the gradient of cumprod is 0 where a factor is 0.
#
# The running products of (0, 2, 3) are 0, 0 2 and 0 2 3; the derivative of their sum by the first factor is 1 + 2 + 6 = 9. TensorFlow
# divides by the factor, and what is 0/0 it takes to be 0: the gradient is (0, 0, 0), without a NaN that would show it. reduce_prod
# of the same numbers is right, (6, 0, 0). Way around: products written out, or reduce_prod of each beginning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet tensorflow==2.21.0
TF_CPP_MIN_LOG_LEVEL=3 "$folder/venv/bin/python" - <<'PYTHON'
import tensorflow as tf

x = tf.constant([0.0, 2.0, 3.0], tf.float64)
functions = {
    "cumprod": lambda x: tf.reduce_sum(tf.math.cumprod(x)),
    "reduce_prod of each beginning": lambda x: sum(tf.reduce_prod(x[:end]) for end in (1, 2, 3)),
}
found = {}
for name, function in functions.items():
    with tf.GradientTape() as tape:
        tape.watch(x)
        total = function(x)
    found[name] = tape.gradient(total, x).numpy().tolist()
print("tensorflow", tf.__version__, "gradients at (0, 2, 3):", found)
assert found["cumprod"] == [0.0, 0.0, 0.0], "the behaviour has changed"
assert found["reduce_prod of each beginning"] == [9.0, 0.0, 0.0], "the behaviour has changed"
PYTHON
