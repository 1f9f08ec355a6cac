"""Inputs that nobody thought of: `python -m tests.fuzz --seconds N`."""
