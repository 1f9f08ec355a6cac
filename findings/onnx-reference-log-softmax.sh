#!/usr/bin/env bash
# onnx 1.23.2: the reference evaluator takes the logarithm of a softmax after the softmax, so that far logits give infinity.
#
# LogSoftmax of (0, 200) is (-200, 0), and SoftmaxCrossEntropyLoss of these logits for class 0 is 200; onnxruntime 1.32.0 gives both. The
# reference evaluator gives -inf and inf: exp(-200) is 0 in float32. From differences of 88 on digits are lost: for -103 it gives
# -103.279. Whoever checks a runtime, or an exported model, against the reference takes the right one for wrong. Way
# around: the logits in float64.
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
logits (float[1, 2] z, int64[1] target) => (float[1, 2] logarithms, float loss) {
    logarithms = LogSoftmax<axis = 1>(z)
    loss = SoftmaxCrossEntropyLoss(z, target)
}""")
runtime = onnxruntime.InferenceSession(model.SerializeToString())
found = {}
for z in (200.0, 103.0):
    given = {"z": np.array([[0, z]], np.float32), "target": np.array([0])}
    for name, run in (("reference", ReferenceEvaluator(model).run), ("onnxruntime", runtime.run)):
        logarithms, loss = run(None, given)
        found[name, z] = (round(float(logarithms[0, 0]), 3), round(float(loss), 3))
print("onnx 1.23.2, log-softmax and loss of class 0 for the logits (0, z):", found)
assert found["onnxruntime", 200.0] == (-200.0, 200.0) and found["reference", 200.0] == (-np.inf, np.inf), "the behaviour has changed"
assert found["onnxruntime", 103.0] == (-103.0, 103.0) and found["reference", 103.0][0] == -103.279, "the behaviour has changed"
PYTHON
