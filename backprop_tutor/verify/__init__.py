"""Independent checks of every derivative: differences, exact numbers, other libraries."""
