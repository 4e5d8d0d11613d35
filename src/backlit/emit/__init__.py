"""A gate's formula in other languages, one short file each; importing this teaches gates to compute plain numbers."""

from __future__ import annotations

from backlit.emit.numpy import local_of, value_of
from backlit.gates import GATES

__all__ = ["GATES", "local_of", "value_of"]
