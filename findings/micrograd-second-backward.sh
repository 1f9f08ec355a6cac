#!/usr/bin/env bash
# micrograd 0.1.0: a second backward() adds not the same gradient again, but a multiple that grows with the depth.
#
# d = 2 a 5 + 1 has the derivative 10. Gradients add up until they are cleared, so that two calls should leave 20 in a.grad, as they do
# in PyTorch. Here the nodes between are not cleared either: each still holds its gradient of the first call, adds the second to it
# and sends the sum on. The leaf ends at 40, behind one operation more at 50. Clearing the parameters alone, as its
# zero_grad() does, leaves 30. Way around: build the expression anew for every backward().
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet micrograd==0.1.0
"$folder/venv/bin/python" - <<'PYTHON'
from micrograd.engine import Value


def after_two(further, cleared):
    a = Value(3.0)
    d = a * 2 * 5 + 1
    for _ in range(further):
        d = d + 1
    d.backward()
    assert a.grad == 10, "the behaviour has changed"
    if cleared:
        a.grad = 0
    d.backward()
    return a.grad


found = {"twice": after_two(0, False), "one operation more": after_two(1, False), "leaf cleared": after_two(0, True)}
print("micrograd 0.1.0:", found, "where 20, 20 and 10 are right")
assert found == {"twice": 40, "one operation more": 50, "leaf cleared": 30}, "the behaviour has changed"
PYTHON
