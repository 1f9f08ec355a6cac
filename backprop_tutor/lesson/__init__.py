"""A run told as a lesson: the same trace, walked through in one view or another."""
