"""The witness as it is shown: every gradient beside its central difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backlit.declared.gate_kinds import Array
from backlit.errors import BacklitError, choose
from backlit.graph import Gradients, Graph
from backlit.graph.check import Disagreement, Row, compare, first_wrong_gate
from backlit.tracing.lookup import Entry, entries_named, entries_of
from backlit.tracing.messages import MESSAGES
from backlit.tracing.tables import table

CHECKED_NUMBERS = 300
"""So many gradients are checked unless `sample` is given."""


@dataclass(frozen=True)
class Check:
    """The result of a gradient check.

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
        words = choose("lang", lang, MESSAGES)
        cells = [
            (row.name, f"{row.analytic:.9g}", f"{row.numeric:.9g}", words["ok" if row.ok else "wrong"])
            for row in self.rows
        ]
        lines = table((words["wrt"], words["analytic"], words["numeric"], ""), cells)
        verdict = words["agree"] if self.ok else self.wrong_gate or words["each alone"]
        counted = words["checked"].format(count=len(self.rows), total=self.total)
        return "\n".join([*lines, f"{counted}: {verdict}"])


def check(
    graph: Graph,
    gradients: Gradients,
    wrt: str | Sequence[str] | None,
    sample: int | None,
    upstream: Array | float = 1.0,
) -> Check:
    """Hold a sweep's gradients against central differences, and each gate's local gradients against its slopes."""
    rows, total = compared(graph, gradients, wrt, sample, upstream)
    return Check(tuple(rows), first_wrong_gate(graph, gradients), total)


def compared(
    graph: Graph,
    gradients: Gradients,
    wrt: str | Sequence[str] | None = None,
    sample: int | None = None,
    upstream: Array | float = 1.0,
) -> tuple[list[Row], int]:
    """Gradients beside central differences: the rows, and how many numbers they were drawn from."""
    if sample is not None and sample < 1:
        raise BacklitError(f"check: sample={sample}; give a number of at least 1")
    if wrt is None:
        entries = [entry for wire in graph.given if gradients[wire] is not None for entry in entries_of(wire)]
    else:
        entries = [entry for entry in entries_named(graph, wrt) if gradients[entry[0]] is not None]
    chosen = _sampled(entries, sample or (CHECKED_NUMBERS if wrt is None else len(entries)))
    return compare(graph, gradients, chosen, upstream), len(entries)


def _sampled(entries: list[Entry], sample: int) -> list[Entry]:
    """At most `sample` entries, in order, drawn with a fixed seed."""
    if len(entries) <= sample:
        return entries
    drawn = np.random.default_rng(0).choice(len(entries), sample, replace=False)
    return [entries[i] for i in np.sort(drawn)]
