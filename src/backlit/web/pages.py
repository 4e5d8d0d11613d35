"""The pages' HTML: one frame, a template for each view, words from the table; scripts read what they need as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from html import escape
from importlib import resources
from pathlib import Path
from string import Template
from typing import Any

from backlit import __version__
from backlit.declared.initializers import INITIALIZERS
from backlit.declared.optimizers import OPTIMIZERS
from backlit.web.live.problems import TOYS
from backlit.web.live.settings import ENDINGS, HIDDEN_GATES, MOST_LAYERS, MOST_NEURONS
from backlit.web.messages import ITSELF, LANGUAGES
from backlit.web.views.circuit.endpoints import EXAMPLES
from backlit.web.views.model.endpoints import ZOOMS
from backlit.web.views.slow import endpoints as slow

STATIC = Path(str(resources.files(__package__).joinpath("static")))
TEMPLATES = resources.files(__package__).joinpath("templates")

VIEWS: Mapping[str, Mapping[str, Any]] = {
    "circuit": {"examples": [asdict(example) for example in EXAMPLES]},
    "network": {
        "toys": list(TOYS),
        "gates": HIDDEN_GATES,
        "losses": {kind: ending.losses for kind, ending in ENDINGS.items()},
        "optimizers": list(OPTIMIZERS),
        "inits": list(INITIALIZERS),
        "zooms": ZOOMS,
        "mostLayers": MOST_LAYERS,
        "mostNeurons": MOST_NEURONS,
    },
    "slow": {"starts": slow.STARTS, "rate": slow.RATE, "epochs": slow.EPOCHS, "mostEpochs": slow.MOST_EPOCHS},
    "model": {"zooms": ZOOMS},
}
"""View -> what its script is given besides the words; the first one opens."""


def language(asked: object, chosen: str) -> str:
    """The language that is asked for, if there are words in it, else the one that the page was opened in.

    Examples
    --------
    >>> language("ko", "en"), language("fr", "en"), language(None, "ko")
    ('ko', 'en', 'ko')
    """
    return asked if isinstance(asked, str) and asked in LANGUAGES else chosen


@cache
def page(view: str, lang: str) -> str:
    """A view as HTML.

    Parameters
    ----------
    view : str
        One of `VIEWS`.
    lang : {"en", "ko"}
    """
    words = LANGUAGES[lang]
    safe = {name: escape(text) for name, text in words.items()}
    given = json.dumps({"lang": lang, "words": words, **VIEWS[view]}, ensure_ascii=False).replace("<", "\\u003c")
    other = next(name for name in LANGUAGES if name != lang)
    return _template("frame").substitute(
        safe,
        lang=lang,
        other=other,
        other_itself=ITSELF[other],
        title=safe[view],
        lead=safe[f"{view}_lead"],
        view=view,
        tabs="".join(_tab(name, safe[name], lang, name == view) for name in VIEWS),
        content=_template(view).substitute(safe),
        given=given,
        version=__version__,
    )


def _tab(view: str, name: str, lang: str, here: bool) -> str:
    current = ' aria-current="page"' if here else ""
    return f'<a href="/{view}?lang={lang}"{current}>{name}</a>'


@cache
def _template(name: str) -> Template:
    return Template(TEMPLATES.joinpath(f"{name}.html").read_text(encoding="utf-8"))
