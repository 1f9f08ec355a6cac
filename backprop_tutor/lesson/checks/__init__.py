"""What is said of independent checks: differences, exact numbers, published figures, a number nudged."""
