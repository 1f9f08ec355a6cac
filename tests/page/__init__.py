"""Live pages, opened in a real browser."""
