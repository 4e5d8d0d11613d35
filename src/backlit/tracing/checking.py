"""The witness as it is shown: every gradient beside its central difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backlit.declared.gate_kinds import Array
from backlit.errors import BacklitError, choose
from backlit.graph import Gradients, Graph
from backlit.graph.check import Disagreement, Row, compare, first_wrong_gate
from backlit.tracing.lookup import Place, elements, places
from backlit.tracing.messages import WORDS
from backlit.tracing.tables import table

SAMPLE = 300
"""So many gradients are checked unless more are asked for."""


@dataclass(frozen=True)
class Check:
    """What the witness found.

    Attributes
    ----------
    rows : tuple of Row
        Each with name, analytic, numeric, tolerance and ok.
    wrong_gate : Disagreement or None
        The first gate whose local gradients are not the slopes of its value.
    """

    rows: tuple[Row, ...]
    wrong_gate: Disagreement | None
    total: int

    @property
    def ok(self) -> bool:
        """Whether all agree."""
        return self.first_disagreement is None

    @property
    def first_disagreement(self) -> Disagreement | Row | None:
        """The gate that is at fault; else the first gradient that disagrees."""
        return self.wrong_gate or next((row for row in self.rows if not row.ok), None)

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        return self.to_text()

    def to_text(self, lang: str = "en") -> str:
        """The table, and what it comes to; `lang` is "en" or "ko"."""
        words = choose("lang", lang, WORDS)
        cells = [
            (row.name, f"{row.analytic:.9g}", f"{row.numeric:.9g}", words["ok" if row.ok else "wrong"])
            for row in self.rows
        ]
        lines = table((words["wrt"], words["analytic"], words["numeric"], ""), cells)
        found = words["agree"] if self.ok else self.wrong_gate or words["each alone"]
        counted = words["checked"].format(count=len(self.rows), total=self.total)
        return "\n".join([*lines, f"{counted}: {found}"])


def check(
    graph: Graph,
    gradients: Gradients,
    wrt: str | Sequence[str] | None,
    sample: int | None,
    upstream: Array | float = 1.0,
) -> Check:
    """Hold a sweep's gradients against central differences."""
    if sample is not None and sample < 1:
        raise BacklitError(f"check: sample={sample}; give a number of at least 1")
    if wrt is None:
        spots = [spot for wire in graph.given if gradients[wire] is not None for spot in elements(wire)]
    else:
        spots = [spot for spot in places(graph, wrt) if gradients[spot[0]] is not None]
    chosen = _sampled(spots, sample or (SAMPLE if wrt is None else len(spots)))
    rows = compare(graph, gradients, chosen, upstream)
    return Check(tuple(rows), first_wrong_gate(graph, gradients), len(spots))


def _sampled(spots: list[Place], sample: int) -> list[Place]:
    """As many places as asked for, in order, drawn by the same chance every time."""
    if len(spots) <= sample:
        return spots
    drawn = np.random.default_rng(0).choice(len(spots), sample, replace=False)
    return [spots[i] for i in np.sort(drawn)]
