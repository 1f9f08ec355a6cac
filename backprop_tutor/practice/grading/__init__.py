"""A whole written solution or a page of published figures, line by line: verdicts, causes, what is told of them."""
