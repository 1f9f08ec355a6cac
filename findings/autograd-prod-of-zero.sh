#!/usr/bin/env bash
# autograd 1.9.1: the gradient of numpy.prod is NaN and 0 where one factor is 0.
#
# The derivative of x1 x2 x3 by x1 is x2 x3: at (0, 2, 3) the gradient is (6, 0, 0). autograd divides the product by each factor, which
# is 0/0 for the one that is 0: (nan, 0, 0), and the 6, the only derivative that is not 0, is lost. A warning of NumPy's
# about an invalid value is all that is seen. Written as x[0] * x[1] * x[2] the gradient is right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet autograd==1.9.1 numpy==2.4.6
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import autograd.numpy as np
from autograd import grad

x = np.array([0.0, 2.0, 3.0])
by_prod = grad(np.prod)(x).tolist()
by_hand = grad(lambda x: x[0] * x[1] * x[2])(x).tolist()
print("autograd 1.9.1: of prod", by_prod, "of the product written out", by_hand)
assert by_prod[0] != by_prod[0] and by_prod[1:] == [0.0, 0.0], "the behaviour has changed"
assert by_hand == [6.0, 0.0, 0.0], "the behaviour has changed"
PYTHON
