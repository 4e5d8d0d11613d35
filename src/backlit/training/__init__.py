"""A blueprint as compiled passes over buffers and one theta parameter vector; it knows nothing of the graph."""
