"""What the site's builder is asked to change: the theme's search fetches a script from elsewhere, ours is a file."""

from __future__ import annotations

from pathlib import PurePosixPath

ELSEWHERE = "https://unpkg.com/iframe-worker/shim"
HERE = "site/file-worker.js"


def on_post_page(output: str, page: object, config: object) -> str:
    """Let a page load the script that lies beside it."""
    depth = len(PurePosixPath(page.url).parts) - 1  # type: ignore[attr-defined]
    return output.replace(ELSEWHERE, "../" * max(depth, 0) + HERE)


def on_post_template(output_content: str, template_name: str, config: object) -> str:
    """The same for the pages that belong to no source, such as 404.html."""
    return output_content.replace(ELSEWHERE, f"/{HERE}")
