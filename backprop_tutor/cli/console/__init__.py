"""What the commands share: options, output, progress, the quiz as a conversation."""
