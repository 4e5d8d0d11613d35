"""Why a network does not learn: the flow of its gradient, symptoms with evidence, and the one change that mends it."""

from __future__ import annotations

from backlit.diagnosis.case import Case, Rows, Training
from backlit.diagnosis.diagnosing import diagnose, diagnose_case
from backlit.diagnosis.report import Diagnosis

__all__ = ["Case", "Diagnosis", "Rows", "Training", "diagnose", "diagnose_case"]
