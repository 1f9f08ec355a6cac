"""How a quantity is written: the same number in the letters, indices and signs of one book or another."""
