"""A gate's formula in other languages, one short file each; importing this teaches gates to compute plain numbers."""

from __future__ import annotations

from backlit.declared.gates import GATES
from backlit.formula.numpy import local_of, value_of

__all__ = ["GATES", "local_of", "value_of"]
