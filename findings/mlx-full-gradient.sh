#!/usr/bin/env bash
# MLX 0.32.4 (CPU): the gradient through full is multiplied by the value that fills the array.
#
# The sum of three copies of s has the derivative 3, whatever s is. Through mlx.core.full((3,), s), and full_like, grad gives 3 s:
# 0 at 0, 6 at 2, so that a parameter that starts from 0 never moves. jvp of the same function, in forward mode, gives 3, and so
# does grad through broadcast_to, which makes the same array. Way around: broadcast_to.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'mlx[cpu]==0.32.4'
"$folder/venv/bin/python" - <<'PYTHON'
import mlx.core as mx

mx.set_default_device(mx.cpu)
made = {
    "full": lambda s: mx.full((3,), s).sum(),
    "full_like": lambda s: mx.full_like(mx.zeros(3), s).sum(),
    "broadcast_to": lambda s: mx.broadcast_to(s, (3,)).sum(),
}
points = (0.0, 1.0, 2.0)
backward = {name: [mx.grad(function)(mx.array(at)).item() for at in points] for name, function in made.items()}
forward = [mx.jvp(made["full"], [mx.array(at)], [mx.array(1.0)])[1][0].item() for at in points]
print("mlx", mx.__version__, "at", points, "grad", backward, "jvp of full", forward)
assert backward["full"] == backward["full_like"] == [0.0, 3.0, 6.0], "the behaviour has changed"
assert backward["broadcast_to"] == forward == [3.0, 3.0, 3.0], "the behaviour has changed"
PYTHON
