#!/usr/bin/env bash
# jax 0.10.2: the second derivative of hypot(x, y) is 0 where |x| = |y|.
#
# hypot(x, y) = √(x² + y²), and d²/dx² is y²/(x² + y²)^(3/2): 0.3536 at (1, 1). jax gives 0 there, 0.3536 at (1.001, 1) and right
# first derivatives everywhere: inside, the larger of the two is taken out of the root, and at a tie each of the two branches gets
# half of the first derivative, which is right by chance. sqrt(x * x + y * y) has the right Hessian.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet jax==0.10.2
"$folder/venv/bin/python" - <<'PYTHON'
import jax
import jax.numpy as jnp

functions = {"hypot": jnp.hypot, "sqrt": lambda x, y: jnp.sqrt(x * x + y * y)}
found = {
    (name, x): [round(float(derivative(x, 1.0)), 3) for derivative in (jax.grad(function), jax.grad(jax.grad(function)))]
    for name, function in functions.items()
    for x in (1.0, 1.001)
}
print("jax", jax.__version__, "first and second derivative by x at (x, 1):", found)
assert found["hypot", 1.0] == [0.707, 0.0], "the behaviour has changed"
assert found["sqrt", 1.0] == [0.707, 0.354], "the behaviour has changed"
assert found["hypot", 1.001] == found["sqrt", 1.001] and found["hypot", 1.001][1] > 0.35, "the behaviour has changed"
PYTHON
