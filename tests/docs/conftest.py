"""What pages may change, they change for themselves."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest


@pytest.fixture(autouse=True)
def how_numpy_prints() -> Iterator[None]:
    """A page that sets NumPy's print options sets them for itself only."""
    with np.printoptions():
        yield
