"""The drop-ins for ``sklearn.neural_network``."""
