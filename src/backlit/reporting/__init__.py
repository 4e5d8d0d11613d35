"""The report of a training: its numbers, their pictures, and one page that shows them."""

from __future__ import annotations

from backlit.reporting.measurement import report
from backlit.reporting.result import Report

__all__ = ["Report", "report"]
