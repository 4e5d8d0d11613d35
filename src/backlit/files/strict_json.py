"""JSON as files hold it: one text for some content, no name twice, no NaN, and no more values than a text has."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from backlit.errors import BacklitError

FREE_MEMORY = 10_000_000
"""Bytes of memory that reading a file may take beside twice its size."""

SPARE_MEMORY = 1_000_000
"""Bytes of them that are no content: what is looked at, at one time."""

LIST, MAPPING, ITEM, NUMBER, TEXT, PAIR, NAME = 96, 184, 9, 32, 64, 130, 170
"""Bytes of memory, at most, of a list, a mapping of up to five, an item's position in a list, a number, a text beside
its characters, a pair with its share of a mapping, and a name that is met the first time."""

HEAVIEST = 60
"""Bytes of memory of a character of any text, at most: ``{},`` and the like."""

STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
PART = re.compile(r'[^"]*+(?:"(?:[^"\\]|\\.)*+"[^"]*+){0,1000}')


def to_json(content: Mapping[str, Any]) -> str:
    """The one text of some content: ASCII, sorted names, no spaces, no NaN.

    Raises
    ------
    BacklitError
        If JSON cannot hold it.

    Examples
    --------
    >>> to_json({"b": 1.5, "a": ["x"]})
    '{"a":["x"],"b":1.5}'
    """
    try:
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
        _check_surrogates(text, content)
    except (ValueError, TypeError, RecursionError) as error:
        raise BacklitError(f"the model's header is not JSON ({error}); keep text and finite numbers in it") from None
    return text


def from_json(text: str, allowed: int = FREE_MEMORY - SPARE_MEMORY) -> Any:
    """The content of a text, which may come from anyone.

    Parameters
    ----------
    text : str
        In ASCII.
    allowed : int
        Bytes of memory that the content may take.

    Raises
    ------
    ValueError
        If it is no JSON, has a name twice in one mapping, holds NaN or an infinity, half a character, or takes more
        memory. RecursionError, if it is nested too deep.

    Examples
    --------
    >>> from_json('{"a":1,"a":2}')
    Traceback (most recent call last):
        ...
    ValueError: a name stands twice in one mapping
    """
    if weight(text, allowed) > allowed:
        raise ValueError(f"its content takes more than {allowed:,} bytes of memory")
    content = DECODER.decode(text)
    _check_surrogates(text, content)
    return content


def weight(text: str, enough: int = 0) -> int:
    """Bytes of memory that the content of a text takes while and after it is parsed, at most, without parsing it.

    Parameters
    ----------
    text : str
        Of JSON, in ASCII.
    enough : int
        What is certainly below it need not be known more closely.

    Examples
    --------
    >>> weight("[" + "[]," * 1000 + "1]"), weight('["[], [], []"]')
    (147638, 182)
    """
    if HEAVIEST * len(text) <= enough:
        return HEAVIEST * len(text)
    rough = _structure(text) + 4 * len(text) + (TEXT + NAME) * text.count('"') // 2
    if rough <= enough:
        return rough
    least = most = 0
    for part in _parts(text):
        rest, strings = STRING.subn("", part)
        names = rest.count(":")
        least += _structure(rest) + (TEXT - NUMBER) * (strings - names) + len(rest) // 2
        most += NAME * names + (len(part) - len(rest)) * _bytes_of_character(part)
        if least > enough > 0:
            return least
    return least + most if least + most <= enough else least + _of_characters(text, enough - least)


def _parts(text: str) -> Iterator[str]:
    """The text in parts of some strings and what is between them, one after the other."""
    end = 0
    while end < len(text):
        match = PART.match(text, end)
        part = match[0] if match and match[0] else text[end:]
        end += len(part)
        yield part


def _of_characters(text: str, enough: int) -> int:
    """What the characters of all texts take, each name's once, and that it is a name; no more is counted than asked."""
    total, names = 0, set()
    for match in STRING.finditer(text):
        content = match[0]
        if text.startswith(":", match.end()):
            if content in names:
                continue
            names.add(content)
            total += NAME
        total += len(content) * _bytes_of_character(content)
        if total > enough > 0:
            break
    return total


def _structure(text: str) -> int:
    """What lists, mappings and their items take, were all numbers."""
    empty = text.count("{}")
    lists, mappings = text.count("[") + empty, text.count("{") - empty
    items = text.count(",") + lists + mappings  # those that are lists and mappings are no numbers
    return LIST * lists + MAPPING * mappings + ITEM * items + NUMBER * (text.count(",") + 1) + PAIR * text.count(":")


def _bytes_of_character(text: str) -> int:
    """Of each character of a text, the widest of which decides, as its escapes show."""
    return 1 if "\\u" not in text else 4 if "\\ud" in text.lower() else 2


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A mapping, unless a name stands in it twice: readers would not agree on which value counts."""
    content = dict(pairs)
    if len(content) < len(pairs):
        raise ValueError("a name stands twice in one mapping")
    return content


def _no_constant(name: str) -> NoReturn:
    """NaN and the infinities are no JSON, though Python reads them."""
    raise ValueError(name)


DECODER = json.JSONDecoder(parse_constant=_no_constant, object_pairs_hook=_unique)


def _check_surrogates(text: str, content: Any) -> None:
    """Refuse halves of characters, which no text in UTF-8 can hold; escapes of whole ones are fine."""
    if "\\ud" in text or "\\uD" in text:
        json.dumps(content, ensure_ascii=False).encode()
