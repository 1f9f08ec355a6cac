"""Graphs of arrays: the operations, and how the formulas of a file become a list of them."""
