"""What the site's builder is asked to change: the theme's search fetches a script from elsewhere, ours is a file.

It is asked for two pages more, those without Python, which no Markdown gives.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from mkdocs.structure.files import File

from backlit.playground.document import FILES, playground_page
from backlit.playground.training_page import FILES as TRAINING_FILES
from backlit.playground.training_page import training_page

ELSEWHERE = "https://unpkg.com/iframe-worker/shim"
HERE = "site/file-worker.js"

LINKS = "<!-- links to the playground -->"
"""In the text of a page; as a file it has no link, since the pages that are linked are only in the site."""


def on_files(files: Any, config: Any) -> Any:
    """Add the playground, in each language."""
    for lang, name in FILES.items():
        files.append(File.generated(config, name, content=playground_page(lang)))
        files.append(File.generated(config, TRAINING_FILES[lang], content=training_page(lang)))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """Write the links to it."""
    up = "../" * (len(PurePosixPath(page.url).parts) - 1)
    links = [
        f"[**{text}**]({up}{names['en']}) · [한국어]({up}{names['ko']})"
        for text, names in (("Type a formula", FILES), ("Train a network", TRAINING_FILES))
    ]
    return markdown.replace(LINKS, "\n\n".join(links))


def on_post_page(output: str, page: object, config: object) -> str:
    """Let a page load the script that lies beside it."""
    depth = len(PurePosixPath(page.url).parts) - 1  # type: ignore[attr-defined]
    return output.replace(ELSEWHERE, "../" * max(depth, 0) + HERE)


def on_post_template(output_content: str, template_name: str, config: object) -> str:
    """The same for the pages that belong to no source, such as 404.html."""
    return output_content.replace(ELSEWHERE, f"/{HERE}")
