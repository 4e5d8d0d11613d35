"""JSON as files hold it: one text for some content, no name twice, no NaN, and no more values than a text has."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from backlit.errors import BacklitError

FREE_VALUES, BYTES_OF_VALUE = 100_000, 5
"""Values and containers that any text may have, and bytes of text for each further one: what is denser is no content
of ours, and would take many times its length in memory."""

FREE_CONTAINERS, BYTES_OF_CONTAINER = 100_000, 16

STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


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


def from_json(text: str) -> Any:
    """The content of a text, which may come from anyone.

    Parameters
    ----------
    text : str
        In ASCII.

    Raises
    ------
    ValueError
        If it is no JSON, has a name twice in one mapping, holds NaN or an infinity, half a character, or many more
        values than texts of its length have. RecursionError, if it is nested too deep.

    Examples
    --------
    >>> from_json('{"a":1,"a":2}')
    Traceback (most recent call last):
        ...
    ValueError: a name stands twice in one mapping
    """
    if _is_dense(text, len(text)) and _is_dense(STRING.sub("", text), len(text)):
        raise ValueError("more values than its length allows")
    content = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_unique)
    _check_surrogates(text, content)
    return content


def _is_dense(text: str, length: int) -> bool:
    """Whether there may be more containers, or values, than a text of some length is allowed."""
    containers = text.count("[") + text.count("{")
    values = containers + text.count(",")
    return (
        containers > FREE_CONTAINERS + length // BYTES_OF_CONTAINER or values > FREE_VALUES + length // BYTES_OF_VALUE
    )


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A mapping, unless a name stands in it twice: readers would not agree on which value counts."""
    content = dict(pairs)
    if len(content) < len(pairs):
        raise ValueError("a name stands twice in one mapping")
    return content


def _no_constant(name: str) -> NoReturn:
    """NaN and the infinities are no JSON, though Python reads them."""
    raise ValueError(name)


def _check_surrogates(text: str, content: Any) -> None:
    """Refuse halves of characters, which no text in UTF-8 can hold; escapes of whole ones are fine."""
    if "\\ud" in text or "\\uD" in text:
        json.dumps(content, ensure_ascii=False).encode()
