"""What a value of JSON may be, as data: kinds of values with their bounds, checked before anything is made of them."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Container, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from operator import itemgetter
from typing import Any

from backlit.errors import DamagedFile

MOST_TEXT = 2**24
"""Characters of a text, where a schema does not give fewer."""

MOST_ITEMS = 2**24
"""The same for items of a list."""

LARGEST_FLOAT = sys.float_info.max
MOST_AT_ONCE = 10_000
"""Values whose parts are checked together: of more the lists of parts would take memory."""

MOST_QUOTED = 40
"""Characters of a wrong value that an error quotes."""


class Mismatch(ValueError):  # noqa: N818 -- raised and caught in this module
    """A value that its schema does not allow: what is wrong, and where, outermost last."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.where: list[str] = []

    def inside(self, where: str | int) -> Mismatch:
        """The same within a mapping, by name, or a list, by index."""
        self.where.append(f"[{where}]" if isinstance(where, int) else f".{where:.{MOST_QUOTED}}")
        return self


def check(schema: Schema, value: Any, where: str) -> None:
    """Hold a value to a schema.

    Parameters
    ----------
    schema : Schema
    value : object
        As `json.loads` gives it.
    where : str
        What the value is called.

    Raises
    ------
    DamagedFile
        Naming the first place that does not fit, and what belongs there.

    Examples
    --------
    >>> check(Record({"x": ListOf(Number())}), {"x": [1, "2"]}, "point")
    Traceback (most recent call last):
        ...
    backlit.errors.DamagedFile: point.x[1] is '2' where a number from -1.79769e+308 to 1.79769e+308 belongs
    """
    try:
        schema.check(value)
    except Mismatch as mismatch:
        raise DamagedFile(f"{where}{''.join(reversed(mismatch.where))} {mismatch}") from None


class Schema(ABC):
    """What a value may be; `check` raises `Mismatch` where it is something else."""

    @abstractmethod
    def check(self, value: Any) -> None:
        """Refuse a value that is something else."""

    def check_parts(self, values: Sequence[Any]) -> bool:
        """Check some values of a kind that has parts, each part of all of them at once; False where that cannot be."""
        return False

    def check_all(self, values: Sequence[Any]) -> None:
        """Check all items of a list: their parts at once, which is faster; else, or to name the first, one by one."""
        if 1 < len(values) <= MOST_AT_ONCE:
            with suppress(Mismatch):
                if self.check_parts(values):
                    return
        number = -1
        check = self.check
        try:
            for number, value in enumerate(values):  # noqa: B007 -- the handler reads it
                check(value)
        except Mismatch as mismatch:
            raise mismatch.inside(number) from None


def mismatch_of(value: Any, expected: str) -> Mismatch:
    """A value beside what belongs in its position.

    Examples
    --------
    >>> print(mismatch_of(3, "text"))
    is 3 where text belongs
    """
    shown = repr(value) if isinstance(value, str | int | float | bool | None) else type(value).__name__
    shown = shown if len(shown) <= MOST_QUOTED else shown[: MOST_QUOTED - 3] + "..."
    return Mismatch(f"is {shown} where {expected} belongs")


@dataclass(frozen=True, slots=True)
class Text(Schema):
    """Text of bounded length; with `among`, one of some words.

    Examples
    --------
    >>> Text(among=("yes", "no")).check("yes")
    """

    most: int = MOST_TEXT
    among: Container[str] | None = None

    def check(self, value: Any) -> None:
        """Refuse another type, longer text, or a word that is not known."""
        if not isinstance(value, str):
            raise mismatch_of(value, "text")
        if len(value) > self.most:
            raise mismatch_of(value, f"text of at most {self.most:,} characters")
        if self.among is not None and value not in self.among:
            raise mismatch_of(value, "a name that is known here")

    def check_all(self, values: Sequence[Any]) -> None:
        """All at once, one by one only where something is wrong."""
        if not values:
            return
        fit = set(map(type, values)) == {str} and max(map(len, values)) <= self.most
        if not fit or (self.among is not None and not all(map(self.among.__contains__, set(values)))):
            Schema.check_all(self, values)


@dataclass(frozen=True, slots=True)
class Whole(Schema):
    """A whole number within bounds, which are included."""

    least: int = 0
    most: int = 2**63 - 1

    def check(self, value: Any) -> None:
        """Refuse another type, or a number out of bounds."""
        if isinstance(value, bool) or not isinstance(value, int) or not self.least <= value <= self.most:
            raise mismatch_of(value, f"a whole number from {self.least:,} to {self.most:,}")

    def check_all(self, values: Sequence[Any]) -> None:
        """All at once, one by one only where something is wrong."""
        if values and (set(map(type, values)) != {int} or min(values) < self.least or max(values) > self.most):
            Schema.check_all(self, values)


@dataclass(frozen=True, slots=True)
class Number(Schema):
    """A finite number within bounds, which are included; one without a point fits 64 bits, as arrays of NumPy need."""

    least: float = -LARGEST_FLOAT
    most: float = LARGEST_FLOAT

    def check(self, value: Any) -> None:
        """Refuse another type, or a number out of bounds."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not self.least <= value <= self.most:
            raise mismatch_of(value, f"a number from {self.least:g} to {self.most:g}")
        if isinstance(value, int) and not -(2**63) <= value < 2**63:
            raise mismatch_of(value, "a number with a point, or of at most 64 bits")

    def check_all(self, values: Sequence[Any]) -> None:
        """All at once, one by one only where something is wrong."""
        kinds = set(map(type, values)) - {float}
        if values and (kinds or not (self.least <= min(values) and max(values) <= self.most)):
            Schema.check_all(self, values)


@dataclass(frozen=True, slots=True)
class Flag(Schema):
    """True or false."""

    def check(self, value: Any) -> None:
        """Refuse anything else."""
        if not isinstance(value, bool):
            raise mismatch_of(value, "true or false")

    def check_all(self, values: Sequence[Any]) -> None:
        """All at once, one by one only where something is wrong."""
        if values and set(map(type, values)) != {bool}:
            Schema.check_all(self, values)


@dataclass(frozen=True, slots=True)
class Scalar(Schema):
    """True, false, a finite number, or text of bounded length."""

    most: int = MOST_TEXT

    def check(self, value: Any) -> None:
        """Refuse anything else."""
        kind = type(value)
        if kind is str:
            Text(self.most).check(value)
        elif kind is float:
            Number().check(value)
        elif kind is not bool and kind is not int:
            raise mismatch_of(value, "a flag, a number or text")


@dataclass(frozen=True, slots=True)
class Nullable(Schema):
    """Null, or what another schema allows."""

    item: Schema

    def check(self, value: Any) -> None:
        """Refuse what is neither."""
        if value is not None:
            self.item.check(value)

    def check_parts(self, values: Sequence[Any]) -> bool:
        """All that are not null at once."""
        self.item.check_all([value for value in values if value is not None])
        return True


@dataclass(frozen=True, slots=True)
class ByType(Schema):
    """What the schema of its type of JSON allows: for a list, for a mapping, and for all else."""

    scalar: Schema
    array: Schema
    mapping: Schema

    def check(self, value: Any) -> None:
        """Refuse what that schema refuses."""
        kind = type(value)
        schema = self.array if kind is list else self.mapping if kind is dict else self.scalar
        schema.check(value)


@dataclass(frozen=True, slots=True)
class ListOf(Schema):
    """Any number of items of one kind, within bounds."""

    item: Schema
    most: int = MOST_ITEMS
    least: int = 0

    def check(self, value: Any) -> None:
        """Refuse what is no list, is too short or too long, or holds a wrong item."""
        if not isinstance(value, list) or not self.least <= len(value) <= self.most:
            raise mismatch_of(value, f"a list of {self.least:,} to {self.most:,}")
        if value:
            self.item.check_all(value)

    def check_parts(self, values: Sequence[Any]) -> bool:
        """The items of all lists at once."""
        if set(map(type, values)) != {list}:
            return False
        lengths = [*map(len, values)]
        if min(lengths) < self.least or max(lengths) > self.most or sum(lengths) > MOST_AT_ONCE:
            return False
        self.item.check_all([*chain.from_iterable(values)])
        return True


@dataclass(frozen=True, slots=True)
class Row(Schema):
    """A list of a fixed number of items, each of its own kind."""

    items: tuple[Schema, ...]

    def check(self, value: Any) -> None:
        """Refuse what is no list, has another length, or holds a wrong item."""
        if not isinstance(value, list) or len(value) != len(self.items):
            raise mismatch_of(value, f"a list of {len(self.items)}")
        number = 0
        try:
            for schema in self.items:
                schema.check(value[number])
                number += 1
        except Mismatch as mismatch:
            raise mismatch.inside(number) from None

    def check_parts(self, values: Sequence[Any]) -> bool:
        """Position by position."""
        if set(map(type, values)) != {list} or set(map(len, values)) != {len(self.items)}:
            return False
        for schema, items in zip(self.items, zip(*values, strict=True), strict=True):
            schema.check_all(items)
        return True


@dataclass(frozen=True, slots=True)
class Mapped(Schema):
    """A mapping from any names, of bounded length and number, to values of one kind."""

    item: Schema
    most: int
    names: Text = field(default=Text(1_000))

    def check(self, value: Any) -> None:
        """Refuse what is no mapping, is too large, or holds a wrong name or item."""
        if not isinstance(value, dict) or len(value) > self.most:
            raise mismatch_of(value, f"a mapping of at most {self.most:,}")
        name = ""
        try:
            for name, item in value.items():  # noqa: B007 -- the handler reads it
                self.item.check(item)
        except Mismatch as mismatch:
            raise mismatch.inside(name) from None
        self.names.check_all(list(value))


@dataclass(frozen=True, slots=True)
class Record(Schema):
    """A mapping of known names, each to its own kind; those of `optional` may be left out, and no others are allowed.

    Examples
    --------
    >>> point = Record({"x": Number(), "y": Number()}, optional={"name": Text(10)})
    >>> check(point, {"x": 1, "y": 2.5}, "point")
    >>> check(point, {"x": 1, "y": 2.5, "z": 0}, "point")
    Traceback (most recent call last):
        ...
    backlit.errors.DamagedFile: point has 'z', which is not known here
    """

    fields: Mapping[str, Schema]
    optional: Mapping[str, Schema] = field(default_factory=dict)
    _items: Callable[[Mapping[str, Any]], tuple[Any, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_items", itemgetter(*self.fields))

    def check(self, value: Any) -> None:
        """Refuse what is no mapping, lacks a name, has one more, or holds a wrong value."""
        if not isinstance(value, dict):
            raise mismatch_of(value, "a mapping")
        fields = self.fields
        if value.keys() != fields.keys():
            fields = self._fields_of(value)
        name = ""
        try:
            for name, schema in fields.items():
                schema.check(value[name])
        except Mismatch as mismatch:
            raise mismatch.inside(name) from None

    def check_parts(self, values: Sequence[Any]) -> bool:
        """Field by field."""
        if set(map(type, values)) != {dict} or set(map(len, values)) != {len(self.fields)} or len(self.fields) < 2:
            return False  # an itemgetter of one name gives no tuple
        try:
            rows = [*map(self._items, values)]
        except KeyError:
            return False
        for schema, items in zip(self.fields.values(), zip(*rows, strict=True), strict=True):
            schema.check_all(items)
        return True

    def _fields_of(self, value: Mapping[str, Any]) -> Mapping[str, Schema]:
        """The schemas of a mapping's names."""
        known = {**self.fields, **self.optional}
        for name in value.keys() - known.keys():
            raise Mismatch(f"has {name[:MOST_QUOTED]!r}, which is not known here")
        for name in self.fields.keys() - value.keys():
            raise Mismatch(f"has no {name!r}")
        return {name: known[name] for name in value}


@dataclass(frozen=True, slots=True)
class Tagged(Schema):
    """A record of one of several kinds, whose name stands in one of its fields."""

    tag: str
    records: Mapping[str, Schema]

    def check(self, value: Any) -> None:
        """Refuse an unknown kind, and what the kind's own schema refuses."""
        kind = value.get(self.tag) if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in self.records:
            raise mismatch_of(kind, f"one of {', '.join(self.records)}").inside(self.tag)
        self.records[kind].check(value)
