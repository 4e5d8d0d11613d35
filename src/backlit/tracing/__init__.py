"""The public face of seeing: traces of formulas, functions and fitted models."""

from __future__ import annotations

from backlit.tracing.trace import Trace, trace

__all__ = ["Trace", "trace"]
