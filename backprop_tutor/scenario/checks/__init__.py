"""What the form alone does not say: shapes, names, values that make no sense together."""
