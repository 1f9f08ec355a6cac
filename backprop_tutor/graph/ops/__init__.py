"""The operations on arrays, in families."""
