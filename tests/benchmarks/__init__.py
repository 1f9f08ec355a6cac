"""How fast the engine is beside hand-written NumPy: run by hand, ``python -m tests.benchmarks``."""

import backprop_tutor.graph.array  # noqa: F401 - before anyone else loads NumPy: one thread for all
