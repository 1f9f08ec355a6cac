#!/usr/bin/env bash
# onnx 1.23.2: the reference evaluator's LpNormalization with p = 1 divides by the sum, not by the sum of absolute values.
#
# The 1-norm of (1, -3) is 4, so that the operator gives (0.25, -0.75), as onnxruntime 1.32.0 does. The reference evaluator divides by
# 1 - 3 = -2: (-0.5, 1.5), with both signs turned round. Numbers that are all positive, and p = 2, are right.
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


found = {
    (p, numbers): [each.ravel().tolist() for each in by_both("LpNormalization", [np.array([numbers], np.float32)], p=p)]
    for p, numbers in ((1, (1.0, -3.0)), (1, (1.0, 3.0)), (2, (3.0, -4.0)))
}
print("onnx 1.23.2 (p, numbers): by the reference evaluator, by onnxruntime:", found)
assert found[1, (1.0, -3.0)] == [[-0.5, 1.5], [0.25, -0.75]], "the behaviour has changed"
assert found[1, (1.0, 3.0)] == [[0.25, 0.75]] * 2, "the behaviour has changed"
assert np.allclose(found[2, (3.0, -4.0)], [[0.6, -0.8]] * 2, rtol=1e-6), "the behaviour has changed"
PYTHON
