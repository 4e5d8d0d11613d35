"""Lessons as the page reads them, and their circuits as pictures that move by themselves."""

from __future__ import annotations

from functools import cache
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from backlit.drawing import to_living_svg
from backlit.errors import choose
from backlit.practice.lessons import LECTURE, LESSONS
from backlit.web.messages import language
from backlit.web.site import Site
from backlit.web.work import run_in_thread

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""Of a picture: its style, which moves it, stands in it."""


def described() -> list[dict[str, Any]]:
    """The lessons as data: words by language, what is asked, where it goes on."""
    return [
        {
            "name": lesson.name,
            "lecture": lesson in LECTURE,
            "formula": lesson.formula,
            "values": dict(lesson.values),
            "network": dict(lesson.network),
            "texts": {
                lang: {
                    "title": texts.title,
                    "about": texts.about,
                    "question": texts.question,
                    "answers": lesson.shown(lang),
                    "reveal": texts.reveal,
                }
                for lang, texts in lesson.texts.items()
            },
        }
        for lesson in LESSONS
    ]


async def picture(site: Site, request: Request) -> Response:
    """A lesson's circuit, moving."""
    lang = language(request.query_params.get("lang"), site.options.lang)
    drawn = await run_in_thread(living, request.query_params.get("name", ""), lang)
    return Response(drawn, media_type="image/svg+xml", headers={"Content-Security-Policy": POLICY})


@cache
def living(name: str, lang: str) -> str:
    """A lesson's circuit as an SVG.

    Raises
    ------
    BacklitError
        If there is no such lesson.
    """
    lesson = choose("lesson", name, {lesson.name: lesson for lesson in LESSONS})
    return to_living_svg(lesson.traced().circuit(tables=False), lang)
