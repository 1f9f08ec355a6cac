#!/usr/bin/env bash
# jax 0.10.2: the derivatives of the Bessel functions i0 and i1 are wrong at 0, and two functions called i0 have different ones.
#
# I0 is even, I0' = I1 and I0'' = I0 - I1/x: at 0 the derivatives are 0 and 1/2; those of I1 are 1/2 and 0. jax.scipy.special.i0
# gives 1 and 1.5, and i1 gives 0.5 and 1; jax.numpy.i0 gives 0 and 0. Both are exp(|x|) times a scaled function, whose own slope
# at 0 is taken as 0 while that of |x| is 1 (or 0). At 0.001 all agree with the formulas. Way around: exp(x) times i0e(x), with
# the series 1 + x²/4 where x is small.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet jax==0.10.2
"$folder/venv/bin/python" - <<'PYTHON'
import jax
import jax.numpy as jnp
from jax.scipy import special

jax.config.update("jax_enable_x64", True)
functions = {"jax.scipy.special.i0": special.i0, "jax.numpy.i0": jnp.i0, "jax.scipy.special.i1": special.i1}
found = {
    name: [[round(float(derivative(at)), 3) for derivative in (jax.grad(f), jax.grad(jax.grad(f)))] for at in (0.0, 0.001)]
    for name, f in functions.items()
}
h = 1e-3
first = float(special.i0(h) - special.i0(-h)) / (2 * h)
second = float(special.i0(h) - 2 * special.i0(0.0) + special.i0(-h)) / h**2
print("jax", jax.__version__, "first and second derivative at 0 and at 0.001:", found)
print("of i0 at 0, by differences", first, second)
assert abs(first) < 1e-9 and abs(second - 0.5) < 1e-5, "the behaviour has changed"
assert found["jax.scipy.special.i0"] == [[1.0, 1.5], [0.001, 0.5]], "the behaviour has changed"
assert found["jax.numpy.i0"] == [[0.0, 0.0], [0.001, 0.5]], "the behaviour has changed"
assert found["jax.scipy.special.i1"] == [[0.5, 1.0], [0.5, 0.0]], "the behaviour has changed"
PYTHON
