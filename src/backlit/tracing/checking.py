"""The witness as it is shown: every gradient beside its central difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from backlit.declared.gate_kinds import Array
from backlit.errors import BacklitError, choose
from backlit.graph import Gradients, Graph
from backlit.graph.check import Disagreement, Row, Status, compare, first_wrong_gate
from backlit.graph.tape import reached
from backlit.tracing.lookup import Entry, entries_named, entries_of
from backlit.tracing.messages import MESSAGES
from backlit.tracing.tables import table

CHECKED_NUMBERS = 300
"""So many gradients are checked unless `sample` is given."""

NEGLIGIBLE = 1e-6
"""A gradient that is certainly smaller than this share of the largest does not decide what a check comes to."""


@dataclass(frozen=True)
class Check:
    """The result of a gradient check.

    Attributes
    ----------
    rows : tuple of Row
        Each with name, analytic, numeric, tolerance, status ("ok", "wrong" or "cannot tell") and ok.
    wrong_gate : Disagreement or None
        The first gate whose local gradients are not the slopes of its value.
    """

    rows: tuple[Row, ...]
    wrong_gate: Disagreement | None
    total: int

    @property
    def status(self) -> Status:
        """What the rows come to: "ok" where all agree (but for negligible ones), "wrong" where one does not."""
        if self.first_disagreement is not None:
            return "wrong"
        return "cannot tell" if self.undecided else "ok"

    @property
    def ok(self) -> bool:
        """Whether all are seen to agree, but for negligible ones."""
        return self.status == "ok"

    @property
    def undecided(self) -> tuple[Row, ...]:
        """The rows whose numbers are no larger than what rounding may do to them, each with its reason."""
        return tuple(row for row in self._hidden_by_rounding if row not in self.negligible)

    @property
    def negligible(self) -> tuple[Row, ...]:
        """Rows that cannot tell either, but whose two numbers are both as good as 0 beside the largest that is known.

        Examples
        --------
        >>> from backlit import trace
        >>> check = trace("sigmoid(x) + tanh(50 * y)", x=1, y=1).check()
        >>> [row.name for row in check.negligible], check.ok
        (['y'], True)
        """
        largest = max((abs(row.analytic) for row in self.rows if row.status == "ok"), default=0.0)
        return tuple(
            row for row in self._hidden_by_rounding if max(abs(row.analytic), row.tolerance) <= NEGLIGIBLE * largest
        )

    @property
    def _hidden_by_rounding(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.status == "cannot tell")

    @property
    def first_disagreement(self) -> Disagreement | Row | None:
        """The gate that is at fault; else the first gradient that disagrees."""
        return self.wrong_gate or next((row for row in self.rows if row.status == "wrong"), None)

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        return self.to_text()

    def to_text(self, lang: str = "en") -> str:
        """The table, and what it comes to; `lang` is "en" or "ko"."""
        words = choose("lang", lang, MESSAGES)
        cells = [(row.name, f"{row.analytic:.9g}", f"{row.numeric:.9g}", words[row.status]) for row in self.rows]
        lines = table((words["wrt"], words["analytic"], words["numeric"], ""), cells)
        counted = words["checked"].format(count=len(self.rows), total=self.total)
        return "\n".join([*lines, f"{counted}: {self.verdict(lang)}"])

    def verdict(self, lang: str = "en") -> str:
        """What the rows come to, in one line.

        Examples
        --------
        >>> from backlit import trace
        >>> trace("(1 - cos(x)) / x**2", x=1e-8).check().verdict()
        'cannot tell x: the rounding of 1 - cos(x) (gate sub at q2) is as large as the gradient'
        """
        words = choose("lang", lang, MESSAGES)
        if self.wrong_gate is not None:
            wrong = self.wrong_gate
            return words["wrong gate"].format(
                gate=wrong.wire.gate,
                wire=wrong.wire.name,
                operand=wrong.operand or words["a constant"],
                declared=f"{wrong.declared:.6g}",
                numeric=f"{wrong.numeric:.6g}",
            )
        if self.status == "wrong":
            return words["each alone"]
        if self.status == "ok":
            count = len(self.negligible)
            return words["agree but"].format(count=count) if count else words["agree"]
        first = self.undecided[0]
        told = words["one" if len(self.rows) == 1 else "some"]
        return told.format(count=len(self.undecided), name=first.name, reason=reason(first, lang))


def reason(row: Row, lang: str) -> str:
    """Why a row cannot tell; empty where it can."""
    if row.reason is None:
        return ""
    words = choose("lang", lang, MESSAGES)
    kind = "rounding of" if row.reason.formula else row.reason.kind
    return words[kind].format(formula=row.reason.formula, gate=row.reason.gate, wire=row.reason.wire)


def check(
    graph: Graph,
    gradients: Gradients,
    wrt: str | Sequence[str] | None,
    sample: int | None,
    upstream: Array | float = 1.0,
) -> Check:
    """Hold a sweep's gradients against central differences, and each gate's local gradients against its slopes.

    A row whose way leads through a gate at fault is at fault with it, whatever its own numbers say.
    """
    entries, total = _entries(graph, gradients, wrt, sample)
    rows = compare(graph, gradients, entries, upstream)
    wrong = first_wrong_gate(graph, gradients, {wire for wire, _ in entries})
    if wrong is not None:
        behind = set(reached([wrong.wire.operands[wrong.slot]]))
        rows = [
            replace(row, fault=wrong) if wire in behind else row for row, (wire, _) in zip(rows, entries, strict=True)
        ]
    return Check(tuple(rows), wrong, total)


def compared(
    graph: Graph,
    gradients: Gradients,
    wrt: str | Sequence[str] | None = None,
    sample: int | None = None,
    upstream: Array | float = 1.0,
) -> tuple[list[Row], int]:
    """Gradients beside central differences: the rows, and how many numbers they were drawn from."""
    chosen, total = _entries(graph, gradients, wrt, sample)
    return compare(graph, gradients, chosen, upstream), total


def _entries(
    graph: Graph, gradients: Gradients, wrt: str | Sequence[str] | None, sample: int | None
) -> tuple[list[Entry], int]:
    """The numbers that are checked, and how many there are."""
    if sample is not None and sample < 1:
        raise BacklitError(f"check: sample={sample}; give a number of at least 1")
    if wrt is None:
        entries = [entry for wire in graph.given if gradients[wire] is not None for entry in entries_of(wire)]
    else:
        entries = [entry for entry in entries_named(graph, wrt) if gradients[entry[0]] is not None]
    return _sampled(entries, sample or (CHECKED_NUMBERS if wrt is None else len(entries))), len(entries)


def _sampled(entries: list[Entry], sample: int) -> list[Entry]:
    """At most `sample` entries, in order, drawn with a fixed seed."""
    if len(entries) <= sample:
        return entries
    drawn = np.random.default_rng(0).choice(len(entries), sample, replace=False)
    return [entries[i] for i in np.sort(drawn)]
