"""Documents about many steps: the loss curve, comparisons."""
