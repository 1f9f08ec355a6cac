#!/usr/bin/env bash
# onnx 1.23.2: the reference evaluator's mean of NegativeLogLikelihoodLoss counts the examples that are ignored.
#
# With ignore_index an example of that class has the weight 0, in the sum and in the divisor of the mean. Of the log-probabilities
# -1 and -3 with the second example ignored the mean is 1 / 1 = 1, as onnxruntime 1.32.0 gives and the reference's own
# SoftmaxCrossEntropyLoss, which is this loss behind a log-softmax. The reference's NegativeLogLikelihoodLoss gives 1 / 2, so that
# padding makes the loss smaller. With a weight for every class it is right. Way around: weights of 1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
import onnx.parser
import onnxruntime
from onnx.reference import ReferenceEvaluator

rest = np.log(1 - np.exp(np.array([-1.0, -3.0])))
given = {
    "x": np.stack([[-1.0, -3.0], rest], axis=1).astype(np.float32),
    "t": np.array([0, -1], np.int64),
    "w": np.ones(2, np.float32),
}
CALLS = {
    "NegativeLogLikelihoodLoss": 'NegativeLogLikelihoodLoss <ignore_index = -1, reduction = "mean"> (x, t)',
    "with weights of 1": 'NegativeLogLikelihoodLoss <ignore_index = -1, reduction = "mean"> (x, t, w)',
    "SoftmaxCrossEntropyLoss": 'SoftmaxCrossEntropyLoss <ignore_index = -1, reduction = "mean"> (x, t)',
}
found = {}
for name, call in CALLS.items():
    text = f"""
    <ir_version: 8, opset_import: ["" : 13]>
    g (float[2,2] x, int64[2] t, float[2] w) => (float y) {{ y = {call} }}
    """
    model = onnx.parser.parse_model(text)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    found[name] = [round(float(run.run(None, given)[0]), 5) for run in (ReferenceEvaluator(model), session)]
print("onnx", onnx.__version__, "reference and onnxruntime:", found)
assert found["NegativeLogLikelihoodLoss"] == [0.5, 1.0], "the behaviour has changed"
assert found["with weights of 1"] == found["SoftmaxCrossEntropyLoss"] == [1.0, 1.0], "the behaviour has changed"
PYTHON
