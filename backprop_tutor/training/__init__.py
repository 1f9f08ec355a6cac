"""Updates: optimizers, steps, batches, and the loss over many of them."""
