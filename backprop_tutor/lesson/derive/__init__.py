"""Where the derivatives come from."""
