#!/usr/bin/env bash
# jax 0.10.2: the derivatives of sinc near 0 are rounding errors: the second is -100,000 at 1e-6, where it is -3.29.
#
# sinc(x) = sin(πx)/(πx) is 1 - π²x²/6 near 0, so that its derivatives there are -π²x/3 and -π²/3 = -3.29. jax has them right at
# exactly 0. Beside it the quotient is differentiated as it stands, cos(πx)/x - sin(πx)/(πx²), and the two terms cancel: in
# float32 the slope at 1e-5 is -0.006 for -0.00003, and the second derivative 6 at 1e-4, -804 at 1e-5 and -102,944 at 1e-6. The
# values of sinc are right, and no NaN shows that anything is wrong. Way around: the series, by jnp.where, for |x| below 0.1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet jax==0.10.2
"$folder/venv/bin/python" - <<'PYTHON'
import jax
import jax.numpy as jnp

PI = 3.141592653589793
first, second = jax.grad(jnp.sinc), jax.grad(jax.grad(jnp.sinc))
series = jax.grad(jax.grad(lambda x: 1 - (PI * x) ** 2 / 6 + (PI * x) ** 4 / 120))
found = {at: (float(jnp.sinc(at)), float(first(at)), float(second(at)), float(series(at))) for at in (0.0, 1e-6, 1e-5, 1e-4, 0.05)}
for at, (value, slope, curvature, right) in found.items():
    print("jax", jax.__version__, "at", at, "value", value, "slope", slope, "where", -(PI**2) * at / 3, "second", curvature, "where", right)
assert abs(found[0.0][2] + PI**2 / 3) < 1e-5 and abs(found[0.05][2] / found[0.05][3] - 1) < 0.01, "the behaviour has changed"
assert all(abs(found[at][0] - 1) < 1e-6 for at in (1e-6, 1e-5, 1e-4)), "the behaviour has changed"
assert found[1e-5][1] < -0.001 and found[1e-4][2] > 1, "the behaviour has changed"
assert found[1e-5][2] < -100 and found[1e-6][2] < -10000, "the behaviour has changed"
PYTHON
