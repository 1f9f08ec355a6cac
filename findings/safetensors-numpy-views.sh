#!/usr/bin/env bash
# safetensors 0.8.0: a NumPy view that is not contiguous is saved with its shape and other numbers, without a word.
#
# save_file of safetensors.numpy writes the memory behind an array in its own order. A transposed matrix, as W.T between two ways
# of holding weights, comes back with the right shape and the wrong numbers in it; a slice with a step comes back with the numbers
# beside it. The functions for PyTorch refuse such tensors. Way around: numpy.ascontiguousarray before saving; after loading, ask the
# model for an output that is known.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet safetensors==0.8.0 numpy==2.4.6
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from importlib.metadata import version

import numpy as np
from safetensors.numpy import load_file, save_file

W = np.array([[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]])
saved = {"transposed": W.T, "every second column": W[:, ::2], "copied": np.ascontiguousarray(W.T)}
save_file(saved, "weights.safetensors")
found = load_file("weights.safetensors")
print("safetensors", version("safetensors"))
for name, array in saved.items():
    print(f"{name}: saved {array.tolist()}, loaded {found[name].tolist()}")
assert all(found[name].shape == array.shape for name, array in saved.items())
wrong = [name for name, array in saved.items() if not np.array_equal(found[name], array)]
assert wrong == ["transposed", "every second column"], "the behaviour has changed"
PYTHON
