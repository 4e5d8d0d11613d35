"""Networks of other tools: a file or an object is read into one neutral description, of which one estimator is made."""

from backlit.interop.networks.importing import import_network

__all__ = ["import_network"]
