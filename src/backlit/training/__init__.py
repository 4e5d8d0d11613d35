"""A blueprint as compiled passes over buffers and one flat parameter vector; it knows nothing of the graph."""
