"""All chance in a training, as data: a counter-based generator keyed by what it is for, never by who asks first."""

from __future__ import annotations

import numpy as np

PURPOSES = ("initial", "shuffle")


def epoch_seed(seed: int, epoch: int) -> int:
    """The 32 bits that key an epoch's dropout."""
    return int(np.random.SeedSequence((seed, epoch)).generate_state(1)[0])


def generator(seed: int, purpose: str, index: int = 0) -> np.random.Generator:
    """The generator for one purpose; `index` is the layer, the epoch, or the member.

    Examples
    --------
    >>> a = generator(7, "shuffle", 3).permutation(5)
    >>> b = generator(7, "shuffle", 3).permutation(5)
    >>> bool((a == b).all())
    True
    """
    return np.random.Generator(np.random.Philox(key=seed, counter=[0, 0, PURPOSES.index(purpose), index]))
