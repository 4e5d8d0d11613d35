"""What a training came to: its numbers, their pictures, and one page that shows them."""

from __future__ import annotations

from backlit.reporting.gathering import report
from backlit.reporting.numbers import Report

__all__ = ["Report", "report"]
