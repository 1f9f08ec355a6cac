"""Layers of every kind."""
