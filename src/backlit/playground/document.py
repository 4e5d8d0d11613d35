"""The page without Python: one file with a field for a formula and the component that shows its circuit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from html import escape

from backlit.drawing import component
from backlit.drawing.html import markup
from backlit.drawing.messages import words
from backlit.drawing.parts import Box, Circuit, Link, WitnessRow
from backlit.drawing.style import FONTS, STYLE, classes
from backlit.playground.messages import MESSAGES
from backlit.playground.scripts import page_script, page_style

FILES: Mapping[str, str] = {"en": "play.html", "ko": "play-ko.html"}
"""Language -> the name of its page; each links to the other."""

EXAMPLES = (
    ("sigmoid", "1 / (1 + exp(-(w0*x0 + w1*x1 + w2)))", {"w0": 2, "x0": -1, "w1": -3, "x1": -2, "w2": -3}),
    ("product", "(x + y) * z", {"x": -2, "y": 5, "z": -4}),
    ("patterns", "2 * (x * y + max(z, w))", {"x": 3, "y": -4, "z": 2, "w": -1}),
    ("fork", "x * y + exp(x)", {"x": 0, "y": 4}),
    ("layer", "sum(tanh(W @ x + b))", {"W": [[1, -2], [0.5, 1]], "x": [0.5, -1], "b": [0.1, 0.2]}),
    ("softmax", "sum(-y * log(softmax(z)))", {"z": [1, 2, 4], "y": [0, 0, 1]}),
    ("gelu", "0.5 * x * (1 + erf(x / sqrt(2)))", {"x": 0.8}),
)
"""Name (a message is called ``example_NAME``), formula and numbers; the first is what an empty address shows."""


@cache
def playground_page(lang: str = "en") -> str:
    """Write the page: any formula typed there is read, drawn, played, derived and witnessed in the browser.

    Parameters
    ----------
    lang : {"en", "ko"}

    Returns
    -------
    str
        A whole HTML document of one classic script. It asks nothing of anywhere, which its policy holds it to.

    Raises
    ------
    BacklitError
        If the language is unknown.

    Examples
    --------
    >>> playground_page("ko").splitlines()[1]
    '<html lang="ko">'
    """
    table, message = words(lang), {name: escape(text) for name, text in MESSAGES[lang].items()}
    other = next(name for name in FILES if name != lang)
    script, style = page_script(), page_style().replace("FONTS", FONTS)
    examples = [{"name": name, "formula": formula, "values": values} for name, formula, values in EXAMPLES]
    given = json.dumps({"lang": lang, "words": dict(table), "examples": examples}, ensure_ascii=False)
    allowed = f"style-src {component.source_of(style)} {component.source_of(STYLE)}"
    policy = f"default-src 'none'; img-src data:; {allowed}; script-src {component.source_of(script)}"
    views = markup(dict.fromkeys(ZOOMS, _PLACEHOLDER), lang)
    escaped = given.replace("<", "\\u003c")
    return f"""<!doctype html>
<html lang="{lang}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}; base-uri 'none'; form-action 'none'">
<title>Backlit: {message["title"]}</title><style>{style}</style></head>
<body><header><div class="first"><h1><a href="index.html">Backlit</a> {message["title"]}</h1>
<p class="lead">{message["lead"]}</p>
<a href="{message["network_file"]}">{message["network"]}</a>
<a class="language" href="{FILES[other]}" lang="{other}">{message["other_language"]}</a>
<button type="button" id="copy">{message["copy"]}</button></div>
<form id="form"><label><span>{message["formula"]}</span><input id="formula" type="text" autocomplete="off"
autocapitalize="off" spellcheck="false" aria-describedby="problem notes"></label>
<div id="examples" role="group" aria-label="{message["examples"]}"></div></form>
<div id="inputs" role="group" aria-label="{message["inputs"]}" hidden></div>
<p id="problem" role="alert"></p><p id="notes" role="status"></p>
<noscript>{message["no_scripts"]}</noscript></header>
<main></main>
<template id="template"><main {classes("circuit-view")}>{views}</main></template>
<script type="application/json" id="given">{escaped}</script>
<script>{script}</script>
</body></html>
"""


ZOOMS = ("arrays", "gates")
"""Of a formula over arrays: arrays whole, and every element with a wire of its own; one of numbers has one view."""

_PLACEHOLDER = Circuit(
    "x * x",
    (Box("x", "input", "x", value=1.0), Box("y", "output", "×", "x * x", value=1.0)),
    (Link("x", "y", 0), Link("x", "y", 1)),
    "y",
    (WitnessRow("x", 1.0, 1.0, agrees=True),),
)
"""Whose markup the script takes for every circuit: it has a fork, a central difference and what is not computed."""
