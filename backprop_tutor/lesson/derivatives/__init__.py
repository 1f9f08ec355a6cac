"""Derivatives beyond the gradient: Jacobians, second derivatives, tangents; and what they cost."""
