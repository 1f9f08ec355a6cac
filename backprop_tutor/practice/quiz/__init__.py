"""Practice that teaches: questions made from the trace, graded, with hints; sessions, records, a schedule."""
