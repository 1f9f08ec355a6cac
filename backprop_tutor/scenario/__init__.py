"""Scenario files: the format, the way from a text to a scenario, and every error a file can have."""
