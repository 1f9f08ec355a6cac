"""Programs for graphs: gradients of expression graphs and of graphs of arrays, node by node."""
