"""Practice: mistakes and their diagnosis, checking of whole solutions, the quiz, worksheets."""
