"""How far confidence is from accuracy, one number a model."""

from __future__ import annotations

import numpy as np

BINS = 15
"""Of the expected calibration error: equally wide bins of the confidence."""


def calibration_error(shares: np.ndarray, hits: np.ndarray) -> float:
    """The expected calibration error of the most likely class (Guo et al. 2017): confidence less accuracy, by bins."""
    confidence = shares.max(axis=1)
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    sums = np.bincount(bins, confidence - hits, BINS)
    return float(np.abs(sums).sum() / len(hits))
