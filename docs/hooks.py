"""What the site's builder is asked to change: the theme's search fetches a script from elsewhere, ours is a file.

It is asked for two pages more, those without Python, which no Markdown gives.
"""

from __future__ import annotations

import json
from html import escape
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlencode

from mkdocs.structure.files import File

from backlit.drawing import to_living_svg
from backlit.playground.document import FILES, playground_page
from backlit.playground.training_page import FILES as TRAINING_FILES
from backlit.playground.training_page import training_page
from backlit.practice.lessons import LESSONS, Lesson

ELSEWHERE = "https://unpkg.com/iframe-worker/shim"
HERE = "site/file-worker.js"

LESSONS_HERE = "<!-- lessons: {lang} -->"
"""In the text of a page: where the lessons' cards stand."""

WORDS = {"en": ("Reveal", "The lecture", "Its circuit"), "ko": ("정답과 까닭 보기", "강의", "이 회로")}

LINKS = "<!-- links to the playground -->"
"""In the text of a page; as a file it has no link, since the pages that are linked are only in the site."""


def on_files(files: Any, config: Any) -> Any:
    """Add the playground, in each language."""
    for lang, name in FILES.items():
        files.append(File.generated(config, name, content=playground_page(lang)))
        files.append(File.generated(config, TRAINING_FILES[lang], content=training_page(lang)))
    for lesson in LESSONS:
        drawn = lesson.traced().circuit(tables=False)
        for lang in WORDS:
            files.append(
                File.generated(config, f"lessons/{lesson.name}-{lang}.svg", content=to_living_svg(drawn, lang))
            )
    return files


def lesson_card(lesson: Lesson, lang: str) -> str:
    """A lesson with its moving picture, its question, and what is revealed."""
    texts, (reveal, lecture, circuit) = lesson.texts[lang], WORDS[lang]
    answers = "".join(f"<li>{escape(answer)}</li>" for answer, _ in lesson.shown(lang))
    links = [f'<a href="lecture/{lang}/{lesson.page}.html">{lecture}</a>'] if lesson.page else []
    if not any(isinstance(value, list) for value in lesson.values.values()):  # the playground's inputs are numbers
        fragment = urlencode({"formula": lesson.formula, "values": json.dumps(dict(lesson.values))})
        links.append(f'<a href="{FILES[lang]}#{escape(fragment)}">{circuit}</a>')
    return (
        f'<article><img src="lessons/{lesson.name}-{lang}.svg" alt="" loading="lazy"><h3>{escape(texts.title)}</h3>'
        f'<p>{escape(texts.about)}</p><p class="asked">{escape(texts.question)}</p><ul>{answers}</ul>'
        f"<details><summary>{reveal}</summary><p><b>{escape(texts.answers[0])}</b>. {escape(texts.reveal)}</p>"
        "</details>"
        f"<p>{' · '.join(links)}</p></article>"
    )


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """Write the links to it, and the lessons' cards."""
    up = "../" * (len(PurePosixPath(page.url).parts) - 1)
    links = [
        f"[**{text}**]({up}{names['en']}) · [한국어]({up}{names['ko']})"
        for text, names in (("Type a formula", FILES), ("Train a network", TRAINING_FILES))
    ]
    for lang in WORDS:
        cards = "".join(lesson_card(lesson, lang) for lesson in LESSONS)
        markdown = markdown.replace(LESSONS_HERE.format(lang=lang), f'<div class="lesson-cards">{cards}</div>')
    return markdown.replace(LINKS, "\n\n".join(links))


def on_post_page(output: str, page: object, config: object) -> str:
    """Let a page load the script that lies beside it."""
    depth = len(PurePosixPath(page.url).parts) - 1  # type: ignore[attr-defined]
    return output.replace(ELSEWHERE, "../" * max(depth, 0) + HERE)


def on_post_template(output_content: str, template_name: str, config: object) -> str:
    """The same for the pages that belong to no source, such as 404.html."""
    return output_content.replace(ELSEWHERE, f"/{HERE}")
