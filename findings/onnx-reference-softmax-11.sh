#!/usr/bin/env bash
# onnx 1.23.2: the reference evaluator computes Softmax, LogSoftmax and Hardmax of opsets below 13 along one axis, not over all from it on.
#
# Up to opset 12 these operators flatten their input to a matrix at axis, 1 if nothing is said, and take each row; since 13 they
# work along the one axis (Softmax of opset 11 in the operators' changelog). For four zeros of the shape 1 by 2 by 2 the row has
# four elements, 0.25 each, as onnxruntime 1.32.0 gives at opset 11. The reference gives 0.5, the softmax of the newer rule, at
# both. Models of matrices agree; those of sequences and images do not. Way around: onnx.version_converter to opset 13 first.
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

x = np.zeros((1, 2, 2), np.float32)


def values(operator, opset):
    text = f"""
    <ir_version: 7, opset_import: ["" : {opset}]>
    g (float[1,2,2] x) => (float[1,2,2] y) {{ y = {operator} <axis = 1> (x) }}
    """
    model = onnx.parser.parse_model(text)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    runs = (ReferenceEvaluator(model), session)
    return [[round(float(value), 4) for value in run.run(None, {"x": x})[0].ravel()] for run in runs]


found = {(operator, opset): values(operator, opset) for operator in ("Softmax", "LogSoftmax", "Hardmax") for opset in (11, 13)}
for (operator, opset), (reference, runtime) in found.items():
    print("onnx", onnx.__version__, operator, "opset", opset, "reference", reference, "onnxruntime", runtime)
assert found["Softmax", 11] == [[0.5] * 4, [0.25] * 4], "the behaviour has changed"
assert found["LogSoftmax", 11] == [[-0.6931] * 4, [-1.3863] * 4], "the behaviour has changed"
assert found["Hardmax", 11] == [[1, 1, 0, 0], [1, 0, 0, 0]], "the behaviour has changed"
assert all(reference == runtime for (_, opset), (reference, runtime) in found.items() if opset == 13), "the behaviour has changed"
PYTHON
