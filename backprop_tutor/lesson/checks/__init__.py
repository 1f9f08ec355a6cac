"""Documents about independent checks: differences, exact numbers, published figures, a nudged number."""
