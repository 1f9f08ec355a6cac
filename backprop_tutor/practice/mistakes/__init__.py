"""The catalogue of mistakes: each a change of the rules a step runs on, with the principle it violates."""
