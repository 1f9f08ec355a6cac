"""Independent looks at every derivative: differences, exact numbers, other libraries."""
