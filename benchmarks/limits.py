"""What ``python -m benchmarks tabular ... --check`` asks of ours, beside the best peer of each set."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.stats import t

LIMIT = 1.05
"""How many times the best peer's error ours may have."""
CONFIDENCE = 0.95
"""Of the interval of that ratio over paired splits; of one split the ratio itself is judged."""
BAG = "-bag"
"""Behind a peer's name: four of it, bagged as our members are; they stand beside, and are no limit."""
Row = dict[str, Any]


def beside_best(rows: list[Row], ours: str, what: str = "error") -> dict[str, tuple[float, float, str]]:
    """Each set's ratio to its best peer on the same splits: geometric mean, low end of its interval, and the peer.

    The best peer has the least mean over the splits that it shares with ours.
    """
    values: dict[str, dict[str, dict[int, float]]] = {}
    for row in rows:
        if row.get(what) is not None:
            values.setdefault(row["dataset"], {}).setdefault(row["model"], {})[row["split"]] = row[what]
    found = {}
    for dataset, of_model in sorted(values.items()):
        own = of_model.pop(ours, {})
        peers = {model for model in of_model if not model.startswith(ours) and not model.endswith(BAG)}
        shared = {peer: sorted(own.keys() & of_model[peer].keys()) for peer in sorted(peers)}
        splits = max(map(len, shared.values()), default=0)
        means = {
            peer: float(np.mean([of_model[peer][split] for split in both]))
            for peer, both in shared.items()
            if both and len(both) == splits
        }
        if means:
            best = min(means, key=means.__getitem__)
            pairs = [own[split] / max(of_model[best][split], 1e-9) for split in shared[best]]
            found[dataset] = (*_interval(np.log(np.maximum(pairs, 1e-9))), best)
    return found


def _interval(logs: np.ndarray) -> tuple[float, float]:
    """The geometric mean of paired ratios, and the low end of its interval."""
    center = float(np.mean(logs))
    if len(logs) == 1:
        return float(np.exp(center)), float(np.exp(center))
    reach = float(t.ppf((1.0 + CONFIDENCE) / 2.0, len(logs) - 1) * np.std(logs, ddof=1) / np.sqrt(len(logs)))
    return float(np.exp(center)), float(np.exp(center - reach))


def passed(found: dict[str, tuple[float, float, str]]) -> list[str]:
    """A line for each set on which the whole interval lies above the limit."""
    return [
        f"{dataset}: {ratio:.3f} times {peer}'s, at least {low:.3f}"
        for dataset, (ratio, low, peer) in found.items()
        if low > LIMIT
    ]
