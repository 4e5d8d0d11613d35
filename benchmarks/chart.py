"""Times of peers over ours, network by network, as a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle
from pathlib import Path

MARKERS = "osD^v*XP"


def draw(names: Sequence[str], peers: Mapping[str, Mapping[str, float]], what: str, path: Path) -> None:
    """Draw a line of marks for each name: each peer's ratio, on a logarithmic scale; right of 1 ours is better.

    Parameters
    ----------
    names : sequence of str
        From the top.
    peers : mapping
        By peer, then by name: its time, or error, over ours.
    what : str
        What the ratio is of.
    path : Path
        Its ending says the form.
    """
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot
    from matplotlib.ticker import LogLocator, NullFormatter

    matplotlib.rcParams["svg.fonttype"] = "none"  # letters stay letters
    matplotlib.rcParams["svg.hashsalt"] = "backlit"  # and the file the same for the same numbers
    figure, axes = pyplot.subplots(figsize=(9, 0.42 * len(names) + 1.5), layout="constrained")
    for (peer, ratios), marker in zip(peers.items(), cycle(MARKERS), strict=False):
        points = [(ratios[name], at) for at, name in enumerate(names) if name in ratios]
        if points:
            axes.plot(*zip(*points, strict=True), marker, label=peer, alpha=0.85, linestyle="")
    axes.axvline(1.0, color="black", linewidth=1)
    axes.set(xscale="log", xlabel=f"{what} / Backlit's (right of 1: Backlit is better)")
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    every = [ratio for ratios in peers.values() for ratio in ratios.values()]
    if max(every) > 10 * min(every):
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_minor_formatter(NullFormatter())
    else:
        axes.xaxis.set_minor_formatter("{x:g}")
    axes.xaxis.set_major_formatter("{x:g}")
    axes.grid(axis="x", alpha=0.3)
    axes.legend(fontsize=8)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110, metadata={"Date": None} if path.suffix == ".svg" else None)
    pyplot.close(figure)
