#!/usr/bin/env bash
# MLX 0.32.4 (CPU): Adam, AdamW and Adamax leave out the bias correction unless asked for it.
#
# The published rule divides the averages by 1 - beta ** t; PyTorch, Keras, optax and tinygrad do so too, and their first step is the
# rate itself (0.1 for any gradient). By default MLX's first step of Adam is 0.1 (1 - 0.9) / sqrt(1 - 0.999) = 0.316, and that of
# Adamax, which takes the argument bias_correction too, is 0.01. With bias_correction=True Adam's is 0.1. The same rate in two
# libraries thus trains differently, three times as fast here at the start.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'mlx[cpu]==0.32.4'
"$folder/venv/bin/python" - <<'PYTHON'
import mlx.core as mx
import mlx.optimizers as optimizers

mx.set_default_device(mx.cpu)


def first_step(optimizer: optimizers.Optimizer) -> float:
    return 1 - optimizer.apply_gradients({"w": mx.array([0.5])}, {"w": mx.array([1.0])})["w"].item()


made = {"Adam": optimizers.Adam, "AdamW": lambda **options: optimizers.AdamW(weight_decay=0.0, **options), "Adamax": optimizers.Adamax}
found = {name: first_step(make(learning_rate=0.1)) for name, make in made.items()}
asked = first_step(optimizers.Adam(learning_rate=0.1, bias_correction=True))
print("mlx", mx.__version__, "first steps", found, "with bias_correction=True", asked)
assert abs(found["Adam"] - 0.1 * 0.1 / 0.001**0.5) < 1e-4 and abs(found["AdamW"] - found["Adam"]) < 1e-6, "the behaviour has changed"
assert abs(found["Adamax"] - 0.01) < 1e-6 and abs(asked - 0.1) < 1e-6, "the behaviour has changed"
PYTHON
