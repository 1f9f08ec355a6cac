#!/usr/bin/env bash
# jax 0.10.2: the derivative of abs at 0 is 1, though that of relu is 0 and that of maximum(x, 0) is 0.5.
#
# So an L1 penalty on a weight that is exactly 0 has the gradient +1 and moves it below 0; sqrt(x * x) gives NaN there, and so does
# the norm of a zero vector. numpy's sign(0), which textbooks use as the slope, is 0, and 0 is what PyTorch and TensorFlow give for
# abs. Way around: sign(x) as the slope, by jax.custom_jvp, or a penalty that leaves out zeros.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet jax==0.10.2
"$folder/venv/bin/python" - <<'PYTHON'
import jax
import jax.numpy as jnp

functions = {
    "abs(x)": jnp.abs,
    "relu(x)": jax.nn.relu,
    "maximum(x, 0)": lambda x: jnp.maximum(x, 0.0),
    "sum of abs over a list": lambda x: jnp.abs(jnp.stack([x, 1.0])).sum(),
    "sqrt(x * x)": lambda x: jnp.sqrt(x * x),
}
slopes = {name: float(jax.grad(function)(0.0)) for name, function in functions.items()}
print("jax", jax.__version__, "at 0:", slopes, "and sign(0) is", float(jnp.sign(0.0)))
assert [slopes[name] for name in list(functions)[:4]] == [1.0, 0.0, 0.5, 1.0], "the behaviour has changed"
assert slopes["sqrt(x * x)"] != slopes["sqrt(x * x)"], "the behaviour has changed"
PYTHON
