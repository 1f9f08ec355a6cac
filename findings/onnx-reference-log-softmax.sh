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
"$folder/venv/bin/pip" install --quiet onnx==1.23.2 onnxruntime==1.32.0 numpy
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import numpy as np
import onnxruntime
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator


def by_both(operator, inputs, outputs=1, **attributes):
    """The last output of an operator by the reference evaluator and by onnxruntime."""
    types = {"float32": TensorProto.FLOAT, "int64": TensorProto.INT64}
    given = {f"input{i}": np.asarray(each) for i, each in enumerate(inputs)}
    names = [f"output{i}" for i in range(outputs)]
    infos = [helper.make_tensor_value_info(name, types[str(each.dtype)], each.shape) for name, each in given.items()]
    made = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names]
    graph = helper.make_graph([helper.make_node(operator, list(given), names, **attributes)], "one", infos, made)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return ReferenceEvaluator(model).run(None, given)[-1], session.run(None, given)[-1]


logits = np.array([[0.0, 200.0]], dtype=np.float32)
found = {
    "LogSoftmax": [each.ravel().tolist() for each in by_both("LogSoftmax", [logits], axis=1)],
    "SoftmaxCrossEntropyLoss": [each.item() for each in by_both("SoftmaxCrossEntropyLoss", [logits, np.array([0])])],
    "LogSoftmax of -103": [each.ravel().tolist()[0] for each in by_both("LogSoftmax", [logits * np.float32(0.515)], axis=1)],
}
print("onnx 1.23.2 by the reference evaluator, by onnxruntime:", found)
assert found["LogSoftmax"] == [[-np.inf, 0.0], [-200.0, 0.0]], "the behaviour has changed"
assert found["SoftmaxCrossEntropyLoss"] == [np.inf, 200.0], "the behaviour has changed"
reference, runtime = found["LogSoftmax of -103"]
assert abs(runtime + 103) < 1e-4 and abs(reference + 103.279) < 1e-3, "the behaviour has changed"
PYTHON
