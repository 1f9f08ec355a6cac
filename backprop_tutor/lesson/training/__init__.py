"""What is said of many steps: the loss curve, comparisons."""
