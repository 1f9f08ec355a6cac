"""Lessons on graphs of arrays: each array in one line with its shape, then one element of it in full."""
