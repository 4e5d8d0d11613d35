"""Past memory: rows from files and streams, an encoder learnt in one pass, a cache of encoded rows, windows of it."""

from backlit.scale.cache import EncodedCache
from backlit.scale.opening import out_of_core
from backlit.scale.source import Source, is_source

__all__ = ["EncodedCache", "Source", "is_source", "out_of_core"]
