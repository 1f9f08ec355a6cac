#!/usr/bin/env bash
# tensorflow 2.21.0: the derivative of bessel_i1 at 0 is 1, where it is 1/2.
#
# I1(x) = x/2 + x³/16 + ..., so that its slope at 0 is 1/2; it is I0(x) - I1(x)/x, and I1(x)/x tends to 1/2. TensorFlow has a
# value of its own for x = 0 there, 1, and is right everywhere else: 0.5 at 0.001. I0' = I1, so that the second derivative of
# bessel_i0 at 0 is 1 as well, for 1/2. The scaled bessel_i1e has the right slope. Way around: exp(x) times bessel_i1e(x) for x >=
# 0.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet tensorflow==2.21.0
TF_CPP_MIN_LOG_LEVEL=3 "$folder/venv/bin/python" - <<'PYTHON'
import tensorflow as tf


def derivatives(function, at):
    x = tf.constant(at, tf.float64)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            value = function(x)
        first = inner.gradient(value, x)
    return round(float(first), 4), round(float(outer.gradient(first, x)), 4)


i0, i1 = tf.math.bessel_i0, tf.math.bessel_i1
found = {
    "slope of i1": [derivatives(i1, at)[0] for at in (0.0, 0.001)],
    "slope of i1e": [derivatives(tf.math.bessel_i1e, at)[0] for at in (0.0, 0.001)],
    "second derivative of i0": [derivatives(i0, at)[1] for at in (0.0, 0.001)],
}
h = tf.constant(1e-3, tf.float64)
first = float((i1(h) - i1(-h)) / (2 * h))
second = float((i0(h) - 2 * i0(0 * h) + i0(-h)) / h**2)
print("tensorflow", tf.__version__, "at 0 and at 0.001:", found, "at 0 by differences:", first, second)
assert abs(first - 0.5) < 1e-6 and abs(second - 0.5) < 1e-6, "the behaviour has changed"
assert found["slope of i1"] == found["second derivative of i0"] == [1.0, 0.5], "the behaviour has changed"
assert abs(found["slope of i1e"][0] - 0.5) < 1e-9, "the behaviour has changed"
PYTHON
