"""The form of a scenario file, and what to say of a file that does not have it."""
