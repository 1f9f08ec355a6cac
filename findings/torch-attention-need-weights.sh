#!/usr/bin/env bash
# torch 2.13.0: MultiheadAttention gives NaN or 0 for a query that may see no key, by whether the weights are asked for.
#
# With an attention mask that hides every key from one query (a padded position, for example), the softmax of that row has nothing
# to sum. need_weights only says whether the attention weights are returned as well; with True, the default, the query's output
# is NaN, and so is every gradient; with False, another path of code gives 0. So a model whose training is NaN works as soon as
# nobody looks at its weights. Way around: let every query see one key, itself.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import torch

torch.manual_seed(0)
attention = torch.nn.MultiheadAttention(embed_dim=4, num_heads=1, bias=False, batch_first=True)
x = torch.randn(1, 3, 4)
hidden = torch.zeros(3, 3, dtype=torch.bool)
hidden[0] = True  # the first query sees no key
found = {}
for need_weights in (True, False):
    output, _ = attention(x, x, x, attn_mask=hidden, need_weights=need_weights)
    slopes = torch.autograd.grad(output.sum(), attention.in_proj_weight)[0]
    found[need_weights] = (output[0, 0].tolist(), int(slopes.isnan().sum()), slopes.numel())
print("torch", torch.__version__, "need_weights: output of the first query, gradients that are NaN, of so many:", found)
assert all(value != value for value in found[True][0]) and found[True][1] > 0, "the behaviour has changed"
assert found[False][0] == [0.0] * 4 and found[False][1] == 0, "the behaviour has changed"
PYTHON
