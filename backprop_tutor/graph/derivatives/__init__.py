"""Derivatives beyond the gradient of the loss, and what they cost: Jacobians, second derivatives, work and memory."""
