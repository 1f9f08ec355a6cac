"""One file a command: read the call, call the library, print."""
