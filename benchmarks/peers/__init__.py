"""One file a peer: ``prepare(case)`` returns a function that trains one epoch of Adam on float32 data."""
