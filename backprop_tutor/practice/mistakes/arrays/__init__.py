"""Mistakes of operations on arrays, found by what a graph computes, however its author named it."""
