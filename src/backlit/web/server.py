"""Serving the page: on this machine only, until it is stopped."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import threading
import warnings
import webbrowser
from functools import partial
from types import FrameType

import uvicorn

from backlit.errors import BacklitError
from backlit.training.rules.finiteness import Divergence
from backlit.web.app import application
from backlit.web.security import LOOPBACK
from backlit.web.start_options import StartOptions
from backlit.web.view import all_views
from backlit.web.work import Work

GRACE = 3
"""Seconds that answers under way have when the server ends."""

LAST_GRACE = 8.0
"""Seconds after which the process ends, whatever a thread of it is doing."""


class _Server(uvicorn.Server):
    """Ends the streams first, since they would never end by themselves."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.config.app.state.site.close()  # type: ignore[union-attr]  # always ours
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End as usual, or, where a library's call holds that up, at once."""
        end = threading.Timer(LAST_GRACE, os._exit, (0,))
        end.daemon = True
        end.start()
        super().handle_exit(sig, frame)


def serve(options: StartOptions, port: int, browser: bool) -> None:
    """Open the page and serve it until SIGTERM or Ctrl-C; its address is printed once it answers.

    Parameters
    ----------
    options : StartOptions
    port : int
        0 for any that is free.
    browser : bool
        Whether a browser is opened on it.

    Raises
    ------
    BacklitError
        If the port is in use, or a file that was named cannot be read.
    """
    with _listening(port) as sock:
        number = sock.getsockname()[1]
        app = application(options, number)
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE,
        )
        sock.listen(config.backlog)
        for view in all_views().values():
            if view.ahead:
                Work(partial(view.ahead, app.state.site))  # what goes wrong there is told to who asks for it
        address = f"http://{LOOPBACK}:{number}/"
        print(f"Backlit is open at {address} (Ctrl-C ends it)", flush=True)
        if browser:
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        before = signal.signal(signal.SIGTERM, lambda *_: None)  # raised once more when the server has ended
        try:
            with contextlib.suppress(KeyboardInterrupt), warnings.catch_warnings():  # Ctrl-C is how one ends this
                warnings.simplefilter("ignore", Divergence)  # the page shows it
                _Server(config).run(sockets=[sock])
        finally:
            signal.signal(signal.SIGTERM, before)


def _listening(port: int) -> socket.socket:
    """A socket of this machine's own at that port."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if sys.platform != "win32":  # there it would let two programs have one port
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((LOOPBACK, port))
    except OSError as error:
        sock.close()
        raise BacklitError(
            f"port {port} cannot be used: {(error.strerror or str(error)).lower()}; choose another --port, 0 for any"
        ) from None
    return sock
