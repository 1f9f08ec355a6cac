"""What would come of a change: of a rule, of a given number, of many of them side by side."""
