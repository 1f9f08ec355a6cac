"""Checks that the schema cannot express: shapes, names, values that contradict each other."""
