"""Who is answered: this machine's own page and nobody else; and what a page of ours may load and run."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = "127.0.0.1"
HOSTS = (LOOPBACK, "localhost")

READING = ("GET", "HEAD")

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",
        "connect-src 'self'",
        "frame-src 'self'",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Sent with every answer, unless it says otherwise of itself."""


class OnlyThisPage:
    """Refuses foreign hosts (403 would tell a rebound name what runs here, so 421) and other pages' requests (403).

    Parameters
    ----------
    app : ASGI application
    port : int
        The port of this start: a page of another port of this machine is foreign as well.
    """

    def __init__(self, app: ASGIApp, port: int) -> None:
        self._app = app
        self._hosts = {f"{host}:{port}" for host in HOSTS} | (set(HOSTS) if port == 80 else set())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # no WebSocket is served
            return
        refusal = self._refusal(scope["method"], Headers(scope=scope))
        answer = PlainTextResponse(refusal[1] + "\n", refusal[0]) if refusal else self._app

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    sent.setdefault(name, value)
            await send(message)

        await answer(scope, receive, marked)

    def _refusal(self, method: str, headers: Headers) -> tuple[int, str] | None:
        """Status and reason, where a request is not this page's."""
        if headers.get("host", "").lower() not in self._hosts or len(headers.getlist("host")) != 1:
            return 421, "This page is served to its own address only."
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        if origin is not None and origin.lower() not in {f"http://{host}" for host in self._hosts}:
            return 403, "Another page asked for this; only Backlit's own page may."
        opened = headers.get("sec-fetch-mode") == "navigate" and method in READING
        if site not in (None, "same-origin", "none") and not opened:
            return 403, "Another page asked for this; only Backlit's own page may."
        if method not in READING and origin is None and site != "same-origin":
            return 403, "A request that changes something has to come from Backlit's own page."
        return None
