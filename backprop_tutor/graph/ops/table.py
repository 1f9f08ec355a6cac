"""The table of every operation on arrays that a formula may call.

The parser takes its signatures from here, the builder of graphs its ops; the tests cover all of them.
"""

from __future__ import annotations

from collections.abc import Mapping

from backprop_tutor.formula.signature import Operations
from backprop_tutor.graph.ops.convolution import CONVOLUTIONS
from backprop_tutor.graph.ops.definitions import DEFINITIONS
from backprop_tutor.graph.ops.operation import Definition, Operation
from backprop_tutor.graph.ops.pooling import POOLS
from backprop_tutor.graph.ops.products import PRODUCTS
from backprop_tutor.graph.ops.reductions import REDUCTIONS
from backprop_tutor.graph.ops.shaping import SHAPING
from backprop_tutor.graph.ops.softmax import SOFTMAX
from backprop_tutor.registry import by_name

OPERATIONS: Mapping[str, Operation] = by_name(*PRODUCTS, *REDUCTIONS, *SHAPING, *CONVOLUTIONS, *POOLS, *SOFTMAX)
"""The operations that are one step."""

DEFINED: Mapping[str, Definition] = by_name(*DEFINITIONS)
"""The operations that are a formula of others."""

SIGNATURES: Operations = {
    **{name: operation.signature for name, operation in OPERATIONS.items()},
    **{name: definition.signature for name, definition in DEFINED.items()},
}
"""The signature of each of them."""
