"""The schema of a scenario file, and the errors of a file that does not fit it."""
