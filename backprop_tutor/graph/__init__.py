"""The numbers: one tape for networks and expression graphs, and everything that runs on it."""
