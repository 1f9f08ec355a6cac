"""A lesson as a Python script that prints the same figures, with the standard library alone."""
