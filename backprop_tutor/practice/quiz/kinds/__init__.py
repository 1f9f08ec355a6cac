"""The kinds of question, one file each; `table` has them by name."""
