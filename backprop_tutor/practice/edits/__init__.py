"""What the learner did instead: edits of the lines of a solution, computed from the learner's own figures."""
