#!/usr/bin/env bash
# onnx 1.23.2: the reference evaluator ignores the attribute clip of RNN, GRU and LSTM.
#
# clip bounds what goes into an activation function: one unit of an RNN with z = 2 and clip = 0.3 gives tanh(0.3) = 0.2913, which is
# what onnxruntime 1.32.0 computes. The reference evaluator gives tanh(2) = 0.9640, without a warning. It is so for all three cells, so
# a model with clip seems to be run wrongly by every runtime that is right. Without clip both agree.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import numpy as np
import onnxruntime
from onnx.parser import parse_model
from onnx.reference import ReferenceEvaluator

found = {}
for cell, gates in (("RNN", 1), ("GRU", 3), ("LSTM", 4)):
    for clip in ("", ", clip = 0.3"):
        model = parse_model(f"""
        <ir_version: 10, opset_import: ["" : 21]>
        cell (float[1, 1, 1] x, float[1, {gates}, 1] W, float[1, {gates}, 1] U) => (float[1, 1, 1] h) {{
            all, h = {cell}<hidden_size = 1{clip}>(x, W, U)
        }}""")
        ones = np.ones((1, gates, 1), np.float32)
        given = {"x": np.ones((1, 1, 1), np.float32), "W": 2 * ones, "U": 0 * ones}
        runtime = onnxruntime.InferenceSession(model.SerializeToString())
        for name, run in (("reference", ReferenceEvaluator(model).run), ("onnxruntime", runtime.run)):
            found[name, cell + clip] = round(float(run(None, given)[0].item()), 4)
print("onnx 1.23.2, h after one step:", found)
for cell in ("RNN", "GRU", "LSTM"):
    plain = found["onnxruntime", cell]
    assert found["reference", cell] == plain != found["onnxruntime", cell + ", clip = 0.3"], "the behaviour has changed"
    assert found["reference", cell + ", clip = 0.3"] == plain, "the behaviour has changed"
assert found["onnxruntime", "RNN, clip = 0.3"] == 0.2913, "the behaviour has changed"
PYTHON
