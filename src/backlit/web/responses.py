"""What every endpoint shares: bodies within limits, work off the event loop within a time, errors as one line."""

from __future__ import annotations

import json
import math
from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from backlit.errors import BacklitError
from backlit.web.messages import ENGLISH, language
from backlit.web.refusal import RefusalError
from backlit.web.work import ANSWER_TIME_LIMIT

Endpoint = Callable[[Request], Awaitable[Response]]

MOST_BODY = 64 * 1024
"""Bytes of a request that is not an upload."""

UNPROCESSABLE, GONE, TOO_LARGE, TOO_LONG = 422, 404, 413, 503


class TooLargeError(BacklitError):
    """A table that does not fit."""


class LargeBodyError(RefusalError):
    """A body beyond its limit."""


class GoneError(BacklitError):
    """Something that is not held here, or no longer."""


STATUS: Mapping[type[BacklitError], int] = {TooLargeError: TOO_LARGE, LargeBodyError: TOO_LARGE, GoneError: GONE}


def errors_as_json(endpoint: Endpoint) -> Endpoint:
    """Turn what is at fault into one line of JSON with a status of its own."""

    @wraps(endpoint)
    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody reads it
        except BacklitError as error:
            text = error.in_language(_lang(request)) if isinstance(error, RefusalError) else str(error)
            return JSONResponse({"error": " ".join(text.split())}, STATUS.get(type(error), UNPROCESSABLE))
        except TimeoutError:
            slow = RefusalError("too_slow", seconds=f"{ANSWER_TIME_LIMIT:g}")
            return JSONResponse({"error": slow.in_language(_lang(request))}, TOO_LONG)

    return answer


def _lang(request: Request) -> str:
    """The language of the page that asks."""
    return language(request.headers.get("accept-language", ""), ENGLISH)


async def read_body(request: Request, most: int = MOST_BODY) -> bytes:
    """The whole body.

    Raises
    ------
    LargeBodyError
        As soon as it is known to be larger than `most` bytes; the rest is not read.
    """
    refusal = LargeBodyError("too_large", megabytes=f"{most / 1e6:g}")
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > most:
        raise refusal
    parts = bytearray()
    async for part in request.stream():
        parts += part
        if len(parts) > most:
            raise refusal
    return bytes(parts)


async def read_json(request: Request) -> dict[str, Any]:
    """The body as an object of JSON.

    Raises
    ------
    BacklitError
        If it is none.
    """
    try:
        value = json.loads(await read_body(request))
    except (ValueError, RecursionError) as error:
        if isinstance(error, BacklitError):
            raise
        raise BacklitError("the request is no JSON") from None
    if not isinstance(value, dict):
        raise BacklitError("the request is no JSON object")
    return value


def to_json(value: Any) -> str:
    """JSON that every browser reads: what is not finite is null.

    Examples
    --------
    >>> to_json({"loss": [0.5, math.inf]})
    '{"loss":[0.5,null]}'
    """
    try:
        return _json(value)
    except ValueError:  # rarely: to look at every number beforehand would take longer than writing them
        return _json(_finite(value))


_json = json.JSONEncoder(allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode


def json_response(value: Any) -> Response:
    """A value as an answer."""
    return Response(to_json(value), media_type="application/json")


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {name: _finite(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value
