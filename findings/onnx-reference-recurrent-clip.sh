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


one = np.ones((1, 1, 1), np.float32)
found = {}
for operator, gates in (("RNN", 1), ("GRU", 3), ("LSTM", 4)):
    weights, recurrent = np.full((1, gates, 1), 2, np.float32), np.zeros((1, gates, 1), np.float32)
    for clip in (None, 0.3):
        more = {} if clip is None else {"clip": clip}
        values = by_both(operator, [one, weights, recurrent], 2, hidden_size=1, **more)
        found[operator, clip] = [round(each.item(), 4) for each in values]
print("onnx 1.23.2 (operator, clip): h by the reference evaluator, by onnxruntime:", found)
for operator in ("RNN", "GRU", "LSTM"):
    assert found[operator, None][0] == found[operator, None][1], "the behaviour has changed"
    assert found[operator, 0.3][0] == found[operator, None][0] != found[operator, 0.3][1], "the behaviour has changed"
assert found["RNN", 0.3] == [0.964, 0.2913], "the behaviour has changed"
PYTHON
