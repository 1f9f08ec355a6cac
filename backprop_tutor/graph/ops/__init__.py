"""The operations of a graph, one file a family."""
