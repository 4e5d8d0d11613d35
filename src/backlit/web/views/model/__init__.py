"""The view of a saved model: one row, one weight."""
