"""What follows from a change: of a rule, of a given number, or of many of them side by side."""
