#!/usr/bin/env bash
# onnx 1.23.2: the reference evaluator's LpNormalization with p = 1 divides by the sum, not by the sum of absolute values.
#
# The 1-norm of (1, -3) is 4, so that the operator gives (0.25, -0.75), as onnxruntime 1.32.0 does. The reference evaluator divides by
# 1 - 3 = -2: (-0.5, 1.5), with both signs turned round. Numbers that are all positive, and p = 2, are right.
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

model = parse_model("""
<ir_version: 10, opset_import: ["" : 21]>
norms (float[2] x) => (float[2] by_one, float[2] by_two) {
    by_one = LpNormalization<p = 1>(x)
    by_two = LpNormalization<p = 2>(x)
}""")
runtime = onnxruntime.InferenceSession(model.SerializeToString())
found = {}
for numbers in ((1.0, -3.0), (1.0, 3.0)):
    for name, run in (("reference", ReferenceEvaluator(model).run), ("onnxruntime", runtime.run)):
        by_one, by_two = run(None, {"x": np.array(numbers, np.float32)})
        found[name, numbers] = (by_one.tolist(), [round(float(each), 4) for each in by_two])
print("onnx 1.23.2, by the 1-norm and the 2-norm:", found)
assert found["onnxruntime", (1.0, -3.0)] == ([0.25, -0.75], [0.3162, -0.9487]), "the behaviour has changed"
assert found["reference", (1.0, -3.0)] == ([-0.5, 1.5], [0.3162, -0.9487]), "the behaviour has changed"
assert found["reference", (1.0, 3.0)] == found["onnxruntime", (1.0, 3.0)], "the behaviour has changed"
PYTHON
