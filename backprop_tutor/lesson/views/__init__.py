"""Ways to walk through the same trace, one file a view."""
