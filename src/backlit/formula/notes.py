"""Notes on what was read otherwise than it is spelled: one of each kind, with how many more there are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from backlit.formula.messages import LEFT_OUT, NOTE, NOTE_MORE

LONGEST_NOTED = 32
"""Characters of a part of a formula that a note shows; of a longer one only its sign."""


@dataclass(frozen=True, slots=True)
class Note:
    """How one kind of spelling was read.

    Attributes
    ----------
    column : int
        Of its first occurrence, from 1.
    spelled, read : str
        The part of the formula as it stands there, and as this grammar spells it; nothing where it is left out.
    more : int
        How many more of the kind there are.
    """

    column: int
    spelled: str
    read: str
    more: int = 0

    def text(self, lang: str = "en") -> str:
        """One line, in English or Korean."""
        template = (NOTE_MORE if self.more else NOTE) if self.read else LEFT_OUT
        return template[lang].format(column=self.column, spelled=self.spelled, read=self.read, more=self.more)


class Notes:
    """The notes of one formula."""

    def __init__(self) -> None:
        self._first: dict[str, Note] = {}

    def add(self, kind: str, start: int, spelled: str, read: str) -> None:
        """Note a spelling at a position from 0; `kind` says of which kind it is, such as its sign."""
        if kind in self._first:
            self._first[kind] = replace(self._first[kind], more=self._first[kind].more + 1)
        else:
            self._first[kind] = Note(start + 1, spelled, read)

    def all(self) -> Iterator[Note]:
        """In the order of their columns."""
        return iter(sorted(self._first.values(), key=lambda note: note.column))
