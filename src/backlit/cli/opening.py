"""`backlit open`: the local page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from backlit.errors import extra_imports

if TYPE_CHECKING:
    from backlit.files import ReadOptions

DEFAULT_PORT = 8642
"""The default port."""


def open_page(
    models: Sequence[Path],
    tables: Sequence[Path],
    target: str | None,
    port: int,
    browser: bool,
    lang: str,
    options: ReadOptions,
) -> None:
    """Serve the page until it is stopped."""
    with extra_imports("web", "the page needs"):
        from backlit.web.server import serve
    from backlit.web.start_options import StartOptions

    serve(StartOptions(models, tables, target, lang, options), port, browser)
