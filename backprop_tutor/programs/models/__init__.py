"""Models of other libraries written as graphs of arrays."""
