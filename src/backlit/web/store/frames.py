"""Circuits as documents of their own: what `to_html` wrote, served unchanged and shown in a frame of the page."""

from __future__ import annotations

import itertools
import re
import threading
from dataclasses import dataclass

from backlit.web.responses import GoneError

MOST_FRAME_BYTES = 64 * 2**20
"""What all documents may weigh; the ones that were requested longest ago go first."""

DECLARED_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">')
"""The policy that a document declares: it names the hash of its one script."""

SHOWN_IN = "frame-ancestors 'self'; base-uri 'none'; form-action 'none'"


@dataclass(frozen=True, slots=True)
class ServedDocument:
    """A document and the policy that it is served under."""

    html: str
    policy: str


class Frames:
    """A bounded number of documents, by number.

    Examples
    --------
    >>> from backlit.tracing import trace
    >>> frames = Frames()
    >>> frames.add(trace("x * x", x=3).to_html())
    '/frame/1'
    >>> "unsafe-inline" in frames.get("1").policy.partition("script-src")[2]
    False
    """

    def __init__(self, most: int = MOST_FRAME_BYTES) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._frames: dict[str, ServedDocument] = {}
        self._size = 0

    def add(self, html: str) -> str:
        """Keep a document; returns its address."""
        declared = DECLARED_POLICY.search(html)
        frame = ServedDocument(html, "; ".join([declared[1] if declared else "default-src 'none'", SHOWN_IN]))
        with self._lock:
            number = str(next(self._numbers))
            self._frames[number] = frame
            self._size += len(html)
            while self._size > self._most and len(self._frames) > 1:
                self._size -= len(self._frames.pop(next(iter(self._frames))).html)
        return f"/frame/{number}"

    def get(self, number: str) -> ServedDocument:
        """The document of that number.

        Raises
        ------
        GoneError
            If there is none, or no longer.
        """
        with self._lock:
            if number not in self._frames:
                raise GoneError("this circuit is no longer kept; draw it again")
            self._frames[number] = self._frames.pop(number)
            return self._frames[number]
