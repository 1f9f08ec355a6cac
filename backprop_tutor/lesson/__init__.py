"""A run as a lesson: the same trace, walked through in one view or another."""
