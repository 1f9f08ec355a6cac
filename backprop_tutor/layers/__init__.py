"""One file a layer kind: which nodes it emits and what they are called."""
