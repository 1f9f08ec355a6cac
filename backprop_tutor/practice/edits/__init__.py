"""What somebody did instead: edits of the lines of a solution, computed from their own figures."""
