#!/usr/bin/env bash
# onnx 1.23.2: the reference evaluator ignores the activations of GRU and LSTM, input_forget and the lengths of sequences.
#
# One LSTM unit with the gates at sigmoid(0) = 1/2 and the cell's weight 2 has, for x = 1 and activations Sigmoid, Relu, Relu, the
# cell relu(2)/2 = 1 and the output 1/2; the reference gives tanh(tanh(2)/2)/2 = 0.224. With input_forget the forget gate is 1
# minus the input gate; it is not. An RNN over (1, 5), backwards, of which sequence_lens says that one step counts, has tanh(1) =
# 0.7616 and 0; the reference starts from the step that does not count: 0.964 and 0.9999. onnxruntime 1.32.0 gives the right
# values. Nothing warns.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import math

import numpy as np
import onnx.parser
import onnxruntime
from onnx.reference import ReferenceEvaluator


def both(operator, attributes, steps, weights, recurrent, length):
    text = f"""
    <ir_version: 8, opset_import: ["" : 14]>
    g (float[{len(steps)},1,1] x, float[1,{len(weights)},1] w, float[1,{len(weights)},1] r, int32[1] n) => (float[{len(steps)},1,1,1] y)
    {{ y = {operator} <hidden_size = 1{attributes}> (x, w, r, , n) }}
    """
    model = onnx.parser.parse_model(text)
    given = {
        "x": np.array(steps, np.float32).reshape(-1, 1, 1),
        "w": np.array(weights, np.float32).reshape(1, -1, 1),
        "r": np.full((1, len(weights), 1), recurrent, np.float32),
        "n": np.array([length], np.int32),
    }
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return [[round(float(value), 3) for value in run.run(None, given)[0].ravel()] for run in (ReferenceEvaluator(model), session)]


relu = ', activations = ["Sigmoid", "Relu", "Relu"]'
half = math.tanh(2) / 2
coupled = [half, half / 2 + half]  # the cell after two steps: forget 1 - 1/2; the gates do not depend on the state
found = {
    "LSTM, relu": both("LSTM", relu, [1], [0, 0, 0, 2], 0, 1),
    "LSTM": both("LSTM", "", [1], [0, 0, 0, 2], 0, 1),
    "GRU, relu": both("GRU", ', activations = ["Sigmoid", "Relu"]', [1], [0, 0, 2], 0, 1),
    "LSTM, input_forget": both("LSTM", ", input_forget = 1", [1, 1], [0, 0, 5, 2], 0, 2),
    "RNN backwards, one step of two": both("RNN", ', direction = "reverse"', [1, 5], [1], 1, 1),
    "both steps": both("RNN", ', direction = "reverse"', [1, 5], [1], 1, 2),
}
print("onnx", onnx.__version__, "reference and onnxruntime:", found)
assert found["LSTM, relu"] == [[0.224], [0.5]] and found["GRU, relu"] == [[0.482], [1.0]], "the behaviour has changed"
assert found["LSTM, input_forget"][1] == [round(math.tanh(cell) / 2, 3) for cell in coupled], "the behaviour has changed"
assert found["LSTM, input_forget"][0][1] - found["LSTM, input_forget"][1][1] > 0.03, "the behaviour has changed"
assert found["RNN backwards, one step of two"] == [[0.964, 1.0], [0.762, 0.0]], "the behaviour has changed"
assert all(found[name][0] == found[name][1] for name in ("LSTM", "both steps")), "the behaviour has changed"
PYTHON
