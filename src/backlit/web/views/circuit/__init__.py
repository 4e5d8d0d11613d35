"""The view of a formula as a circuit."""
