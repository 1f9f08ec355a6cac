"""Scenario files: the format, the way from a text to a scenario, and everything that can be wrong with a file."""
