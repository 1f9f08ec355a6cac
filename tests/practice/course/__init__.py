"""The course: its files, its units, a learner's way through it."""
