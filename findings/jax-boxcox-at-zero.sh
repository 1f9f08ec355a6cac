#!/usr/bin/env bash
# jax 0.10.2: the derivative of boxcox(x, λ) by λ is 0 at λ = 0, where it is log(x)²/2.
#
# boxcox is (x^λ - 1)/λ and log x for λ = 0, one smooth function of λ: log(x) + λ log(x)²/2 + ... At λ = 0 jax takes the
# derivative of log x, which does not contain λ: 0 for 1.2951 at x = 5. At 1e-4 it gives 1.2953. So a λ that is to be learned and
# starts from 0, the logarithm, which is where one starts, never moves. boxcox1p is the same. Way around: start from 0.001.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet jax==0.10.2
"$folder/venv/bin/python" - <<'PYTHON'
import jax
import jax.numpy as jnp
from jax.scipy.special import boxcox, boxcox1p

jax.config.update("jax_enable_x64", True)
h, found = 1e-4, {}
for name, function, log in (("boxcox", boxcox, jnp.log), ("boxcox1p", boxcox1p, jnp.log1p)):
    slopes = [float(jax.grad(function, 1)(5.0, at)) for at in (0.0, h)]
    differences = float(function(5.0, h) - function(5.0, -h)) / (2 * h)
    found[name] = (*slopes, differences, float(log(5.0)) ** 2 / 2)
print("jax", jax.__version__, "slopes by lambda at x = 5: at 0, at 0.0001, at 0 by differences, log(x)^2/2:", found)
for at_zero, beside, differences, right in found.values():
    assert at_zero == 0.0, "the behaviour has changed"
    assert abs(beside / right - 1) < 1e-3 and abs(differences / right - 1) < 1e-6, "the behaviour has changed"
PYTHON
