"""Single edits of an expression, as data on Python's syntax tree."""
