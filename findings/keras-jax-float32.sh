#!/usr/bin/env bash
# keras 3.15.1 on jax 0.10.2: tanh, sin, cos, tan, sinh and arctan of a float64 array are float32.
#
# With JAX's 64 bits switched on and keras.config.set_floatx("float64"), keras.ops gives float64 for a float64 array: exp, log,
# sqrt, sigmoid, erf and most others do. tanh and the functions of angles give float32, without a warning, so that a network with
# tanh loses half of its digits in every layer. Way around: jax.numpy.tanh.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet keras==3.15.1 jax==0.10.2
KERAS_BACKEND=jax "$folder/venv/bin/python" - <<'PYTHON'
import jax
import keras
import numpy as np
from keras import ops

jax.config.update("jax_enable_x64", True)
keras.config.set_floatx("float64")
x = ops.convert_to_tensor(np.array([0.3, 0.2, 0.7]))
kinds = {name: str(getattr(ops, name)(x).dtype) for name in ("exp", "log", "sqrt", "sigmoid", "tanh", "sin", "cos", "tan", "sinh", "arctan")}
print("keras", keras.__version__, "of", x.dtype, "gives", kinds)
single = [name for name, kind in kinds.items() if kind == "float32"]
assert single == ["tanh", "sin", "cos", "tan", "sinh", "arctan"], "the behaviour has changed"
PYTHON
