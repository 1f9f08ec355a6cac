"""Reads YAML by its events: every value keeps its place and its author's spelling."""
