"""The pages' HTML: one frame, a template for each view, messages by language; scripts read what they need as JSON."""

from __future__ import annotations

import json
from functools import cache
from html import escape
from importlib import resources
from pathlib import Path
from string import Template

from backlit import __version__
from backlit.web import views
from backlit.web.messages import ENDONYMS, MESSAGES
from backlit.web.view import all_views, served_files

STATIC = Path(str(resources.files(__package__).joinpath("static")))


@cache
def page(view: str, lang: str) -> str:
    """A view as HTML.

    Parameters
    ----------
    view : str
        One of `all_views`.
    lang : {"en", "ko"}
    """
    declared = all_views()
    texts = declared[view].texts(lang)
    safe = {name: escape(text) for name, text in texts.items()}
    given = {"lang": lang, "words": texts, **declared[view].settings}
    titles = {name: escape(each.texts(lang)[name]) for name, each in declared.items()}
    return _template(__package__, "frame").substitute(
        safe,
        lang=lang,
        languages="".join(_language_link(view, other) for other in MESSAGES if other != lang),
        title=safe[view],
        lead=safe[f"{view}_lead"],
        view=view,
        style=f'<link rel="stylesheet" href="/views/{view}/{view}.css">' if f"{view}.css" in served_files(view) else "",
        tabs="".join(_tab(name, title, lang, name == view) for name, title in titles.items()),
        content=_template(f"{views.__name__}.{view}", view).substitute(safe),
        given=json.dumps(given, ensure_ascii=False).replace("<", "\\u003c"),
        version=__version__,
    )


def _tab(view: str, title: str, lang: str, current: bool) -> str:
    mark = ' aria-current="page"' if current else ""
    return f'<a href="/{view}?lang={lang}"{mark}>{title}</a>'


def _language_link(view: str, lang: str) -> str:
    return (
        f'<a class="language" href="/{view}?lang={lang}" lang="{lang}" hreflang="{lang}">{escape(ENDONYMS[lang])}</a>'
    )


@cache
def _template(package: str, name: str) -> Template:
    return Template(resources.files(package).joinpath(f"{name}.html").read_text(encoding="utf-8"))
