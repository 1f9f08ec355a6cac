"""The same updates many times faster: straight-line code and arrays in place."""
