"""Grading of a whole written solution or a page of published figures, line by line: verdicts, causes, feedback."""
