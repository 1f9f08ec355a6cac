"""Worksheets for a class: a scenario with fresh numbers for each learner, blanks to fill in, and a separate key."""
