"""What a symptom is: one file with evidence, a threshold and its reason, a mend, and its words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from backlit.diagnosis.evidence import Evidence


class Words(NamedTuple):
    """A symptom in one language: what is seen (a template of the evidence), why that is the threshold, the mend."""

    seen: str
    reason: str
    mend: str


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a network, its rows or its training: a kind of `backlit.diagnosis.mend.CHANGES` and its value."""

    kind: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What was seen: numbers and names for the words, what is at fault, and the change that mends it.

    `bars` is the evidence as a picture: names and numbers.
    """

    numbers: Mapping[str, Any]
    mend: Change | None = None
    rows: tuple[int, ...] = ()
    columns: tuple[str, ...] = ()
    layers: tuple[int, ...] = ()
    bars: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Symptom:
    """The declaration of a symptom.

    Parameters
    ----------
    name : str
        Also the file's.
    rank : int
        Causes before effects: of two that are seen, the one of lower rank comes first.
    check : callable
        Of the `Evidence`: a `Finding`, or None where nothing is wrong.
    words : mapping
        Language -> `Words`.
    needs : tuple of str
        Facts of `backlit.diagnosis.case.Training`, or "validation", without which it cannot be judged.
    same_cause : tuple of str
        Symptoms that one cause shows beside it.
    last_resort : bool
        Whether it is seen only where no other symptom is.
    picture : str
        How its evidence is drawn: a kind of `backlit.diagnosis.pictures.PICTURES`.
    """

    name: str
    rank: int
    check: Callable[[Evidence], Finding | None]
    words: Mapping[str, Words]
    needs: tuple[str, ...] = ()
    same_cause: tuple[str, ...] = ()
    last_resort: bool = False
    picture: str = "bars"
