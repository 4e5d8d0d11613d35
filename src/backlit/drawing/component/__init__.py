"""The interactive component: scripts and style as they are shipped, and the data that they read."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from html import escape
from importlib import resources
from xml.sax.saxutils import quoteattr

from backlit.drawing.measure import printable
from backlit.drawing.numbers import number
from backlit.drawing.parts import Circuit
from backlit.drawing.style import FONTS

SCRIPTS = ("circuit.js", "practice.js", "main.js")
"""In the order in which they are joined."""

WORDS = (
    "not_computed", "upstream", "local", "start", "before", "asking", "no_number", "verdict_right", "verdict_sign",
    "verdict_one_branch", "verdict_local_only", "verdict_upstream_only", "verdict_swapped_inputs", "verdict_value",
    "verdict_unknown",
)  # fmt: skip
"""What the scripts say."""


@cache
def _file(name: str) -> str:
    return resources.files(__name__).joinpath(name).read_text(encoding="utf-8")


def style() -> str:
    """The page's style."""
    return _file("style.css").replace("FONTS", FONTS)


def script(gates: str) -> str:
    """The scripts as one, with the gates' formulas, in a scope of its own."""
    return '(() => {\n"use strict";\n' + "\n".join([gates, *map(_file, SCRIPTS)]) + "})();"


def policy(text: str) -> str:
    """The content security policy under which this script runs, and no other; nothing may be loaded."""
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"


def data(circuit: Circuit, table: Mapping[str, str]) -> str:
    """The circuit and the words as JSON in an element that browsers do not run."""
    given = {
        "output": circuit.output,
        "boxes": [{**asdict(box), "name": printable(box.name)} for box in circuit.boxes],
        "links": [asdict(link) for link in circuit.links],
        "words": {word: table[word] for word in WORDS},
    }
    text = json.dumps(given, ensure_ascii=False, allow_nan=True).replace("<", "\\u003c")
    return f'<script type="application/json">{text}</script>'


def panel(circuit: Circuit, table: Mapping[str, str]) -> str:
    """Buttons, the sentence about the current gate, fields for the inputs, and the question; hidden without scripts."""
    buttons = "".join(
        f'<button type="button" class="{css}" aria-label={quoteattr(table[word])} title={quoteattr(table[word])}>'
        f"{sign}</button>"
        for css, word, sign in (
            ("first", "go_first", "«"), ("back", "go_back", "‹"), ("on", "go_on", "›"), ("last", "go_last", "»"),
        )
    )  # fmt: skip
    fields = "".join(
        f"<label>{escape(printable(box.name))} = "
        f'<input inputmode="decimal" data-input={quoteattr(printable(box.name))} value="{number(box.value)}"></label>'
        for box in circuit.boxes
        if box.kind in ("input", "parameter") and isinstance(box.value, float)
    )
    return (
        f'<section class="panel" aria-label={quoteattr(table["steps"])}>'
        f'<div class="bar">{buttons}<span class="place"></span>'
        f'<button type="button" class="practice">{escape(table["practice"])}</button></div>'
        '<p class="told" role="status" aria-live="polite"></p>'
        f'<div class="fields">{fields}</div>'
        f'<form class="quiz" hidden><label><span class="question"></span> '
        f'<input class="answer" inputmode="decimal" autocomplete="off"></label>'
        f'<button>{escape(table["check"])}</button><output class="verdict"></output></form></section>'
    )
