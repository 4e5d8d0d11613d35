"""The page, served on a port of its own, and a client that says what a browser would say."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from backlit.web.app import application
from backlit.web.server import _listening, _Server
from backlit.web.site import Site
from backlit.web.start_options import StartOptions

PATIENCE = 60.0  # seconds before a test gives up on an answer


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass(frozen=True)
class Client:
    """A page that is open on the server."""

    port: int
    site: Site

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """One request with no other headers than those given, and the Host that belongs to it."""
        connection = self.connect()
        try:
            connection.request(method, path, body, {name.replace("_", "-"): text for name, text in headers.items()})
            found = connection.getresponse()
            names = {name.lower(): text for name, text in found.getheaders()}
            return Answer(found.status, names, found.read())
        finally:
            connection.close()

    def get(self, path: str) -> Answer:
        return self.ask("GET", path)

    def post(self, path: str, value: Any = None) -> Answer:
        """What the page's own scripts do: JSON, or bytes as they are."""
        body = value if isinstance(value, bytes) else json.dumps(value if value is not None else {}).encode()
        return self.ask("POST", path, body, Origin=self.origin)

    @contextmanager
    def feed(self, number: str) -> Iterator[Iterator[Any]]:
        """The pictures of a training, one by one."""
        connection = self.connect()
        connection.request("GET", f"/api/sessions/{number}/feed")
        found = connection.getresponse()
        assert found.status == 200
        try:
            yield (json.loads(line[6:]) for line in iter(found.readline, b"") if line.startswith(b"data: "))
        finally:
            found.close()
            connection.close()


@contextmanager
def serving(opened: StartOptions) -> Iterator[Client]:
    """A server in a thread of its own, which ends with the block."""
    with _listening(0) as sock:
        port = sock.getsockname()[1]
        app = application(opened, port)
        sock.listen(128)
        server = _Server(uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=2))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]})
        thread.start()
        try:
            yield Client(port, app.state.site)
        finally:
            server.should_exit = True
            thread.join(PATIENCE)
            assert not thread.is_alive()


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with serving(StartOptions()) as found:
        yield found


@pytest.fixture
def opened() -> Iterator[Callable[..., Client]]:
    """Serves files that a test names."""
    entered = []

    def open_(models: Sequence[Path] = (), tables: Sequence[Path] = (), target: str | None = None) -> Client:
        entered.append(serving(StartOptions(models, tables, target)))
        return entered[-1].__enter__()

    yield open_
    for each in entered:
        each.__exit__(None, None, None)
