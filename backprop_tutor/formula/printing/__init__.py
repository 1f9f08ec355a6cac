"""One printer per output, over the same tree of a formula."""
