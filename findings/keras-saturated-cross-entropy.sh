#!/usr/bin/env bash
# keras 3.15.1: one model learns from a saturated output on TensorFlow, and not at all on JAX.
#
# A sigmoid unit with binary_crossentropy, the target 1 and z = -20: dL/dw = (a - y) x = -1, so that one step of SGD with the rate 1
# adds 1 to the weight. On TensorFlow it does: Keras finds the logit behind the output and takes the loss from it. On JAX the
# output is clipped to 1e-7 before the logarithm, which makes the gradient exactly 0. At z = -5 both add 0.9933. Neither warns.
# Way around: no activation in the last layer, and BinaryCrossentropy(from_logits=True).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet keras==3.15.1 jax==0.10.2 tensorflow==2.21.0
cat > "$folder/step.py" <<'PYTHON'
import keras
import numpy as np

steps = []
for z in (-5.0, -20.0):
    unit = keras.layers.Dense(1, activation="sigmoid", use_bias=False)
    model = keras.Sequential([keras.Input((1,)), unit])
    unit.set_weights([np.array([[z]])])
    model.compile(optimizer=keras.optimizers.SGD(1.0), loss="binary_crossentropy")
    model.fit(np.ones((1, 1)), np.ones((1, 1)), verbose=0)
    steps.append(round(float(unit.get_weights()[0][0, 0]) - z, 4))
print(steps)
PYTHON
for backend in tensorflow jax; do
  KERAS_BACKEND=$backend TF_CPP_MIN_LOG_LEVEL=3 "$folder/venv/bin/python" "$folder/step.py" 2> /dev/null > "$folder/$backend"
  echo "keras 3.15.1 on $backend, one step at z = -5 and -20: $(cat "$folder/$backend")"
done
grep --quiet --line-regexp --fixed-strings "[0.9933, 1.0]" "$folder/tensorflow" || { echo "the behaviour has changed"; exit 1; }
grep --quiet --line-regexp --fixed-strings "[0.9933, 0.0]" "$folder/jax" || { echo "the behaviour has changed"; exit 1; }
