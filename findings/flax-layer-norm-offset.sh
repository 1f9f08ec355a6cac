#!/usr/bin/env bash
# flax 0.12.8: LayerNorm of numbers far from 0 is off by a factor of a thousand.
#
# Layer normalisation takes the mean away first, so that adding 10000 to every input changes nothing. flax computes the variance as
# E[x²] - E[x]² unless use_fast_variance=False is given: in float32 nothing of it is left. x = (1, 2, 3, 4) + 10000 gives ±1500 and
# ±500 for ±1.3416 and ±0.4472, and 3000 already ±1.5 and ±0.5, without a warning. torch and keras give the right values.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet flax==0.12.8 jax==0.10.2
"$folder/venv/bin/python" - <<'PYTHON'
import flax
import flax.linen as nn
import jax
import jax.numpy as jnp

x = jnp.array([[1.0, 2.0, 3.0, 4.0]])
norms = {"as given": nn.LayerNorm(), "use_fast_variance=False": nn.LayerNorm(use_fast_variance=False)}
found = {
    (name, offset): norm.apply(norm.init(jax.random.key(0), x), x + offset)[0].tolist()
    for name, norm in norms.items()
    for offset in (0, 3000, 10000)
}
for (name, offset), values in found.items():
    print("flax", flax.__version__, name, "x +", offset, values)
right = [-1.3416402, -0.4472134, 0.4472134, 1.3416402]


def near(values, wanted):
    return all(abs(value - want) < 1e-3 * abs(want) for value, want in zip(values, wanted))


assert all(near(found["use_fast_variance=False", offset], right) for offset in (0, 3000, 10000)), "the behaviour has changed"
assert near(found["as given", 0], right), "the behaviour has changed"
assert near(found["as given", 3000], [-1.5, -0.5, 0.5, 1.5]), "the behaviour has changed"
assert near(found["as given", 10000], [-1500, -500, 500, 1500]), "the behaviour has changed"
PYTHON
