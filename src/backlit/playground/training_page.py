"""The page that trains small networks without Python: one file, its worker's script within it as text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from html import escape
from typing import Any

from backlit.declared.initializers import INITIALIZERS
from backlit.declared.optimizers import OPTIMIZERS
from backlit.drawing.component import source_of
from backlit.drawing.style import FONTS
from backlit.errors import choose
from backlit.playground.messages import TRAINING
from backlit.playground.scripts import header_style
from backlit.playground.training_scripts import network_script, network_style, training_script
from backlit.web.live.problems import TOYS, toy
from backlit.web.live.settings import ENDINGS, HIDDEN_GATES, LARGEST_SEED, MOST_BATCH, MOST_LAYERS, kind_of
from backlit.web.views.network.messages import MESSAGES as NETWORK_WORDS

FILES: Mapping[str, str] = {"en": "train.html", "ko": "train-ko.html"}
"""Language -> the name of its page."""

WIDEST_LAYER = 64
"""Neurons of a layer: a phone has to carry them."""

FASTEST = 100.0
"""The largest learning rate."""

STRONGEST = 100.0
"""The largest penalty, as on the local page."""

DECIMALS = 4
"""Of the rows' numbers after the point."""

PLANE = 560
"""Pixels of the plane's side."""


@cache
def training_page(lang: str = "en") -> str:
    """Write the page: a small network learns toy data in the browser.

    Parameters
    ----------
    lang : {"en", "ko"}

    Returns
    -------
    str
        A whole HTML document of one classic script and a worker that it makes of a text within it.

    Raises
    ------
    BacklitError
        If the language is unknown.

    Examples
    --------
    >>> training_page("ko").splitlines()[1]
    '<html lang="ko">'
    """
    words = {**choose("lang", lang, NETWORK_WORDS), **TRAINING[lang]}
    text = {name: escape(word) for name, word in words.items()}
    other = next(name for name in FILES if name != lang)
    script = f'(() => {{\n"use strict";\n{network_script("page")}\n}})();'
    worker = f'"use strict";\n{training_script()}\n{network_script("random", "worker")}'
    style = (header_style() + network_style()).replace("FONTS", FONTS)
    policy = (
        f"default-src 'none'; style-src {source_of(style)}; script-src {source_of(script)}; worker-src blob:; "
        "base-uri 'none'; form-action 'none'"
    )
    given = json.dumps({"given": _given(), "words": words}, ensure_ascii=False).replace("<", "\\u003c")
    return f"""<!doctype html>
<html lang="{lang}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>Backlit: {text["title"]}</title><style>{style}</style></head>
<body><header><div class="first"><h1><a href="index.html">Backlit</a> {text["title"]}</h1>
<p class="lead">{text["lead"]}</p><a href="{text["formulas_file"]}">{text["formulas"]}</a>
<a class="language" href="{FILES[other]}" lang="{other}">{text["other_language"]}</a></div>
<form id="form">{_fields(text)}</form>
<p id="problem" role="alert"></p><p id="notes" role="status"></p>
<noscript>{text["no_scripts"]}</noscript></header>
<main><div class="transport"><button type="button" id="play">{text["play"]}</button>
<button type="button" id="step">{text["step_batch"]}</button>
<button type="button" id="restart">{text["restart"]}</button><output id="clock"></output></div>
<figure><canvas id="plane" width="{PLANE}" height="{PLANE}" role="img" aria-label="{text["plane"]}"></canvas>
<figcaption>{text["plane"]}</figcaption></figure>
<figure><svg id="curve" viewBox="0 0 300 100" role="img" aria-label="{text["loss_curve"]}"><polyline id="line"/></svg>
<figcaption>{text["loss_curve"]} <span id="most"></span></figcaption></figure></main>
<script type="application/json" id="given">{given}</script>
<script type="text/plain" id="training">{worker}</script>
<script>{script}</script>
</body></html>
"""


FIELDS = (
    ("data", "data", "select", "></select"),
    ("hidden", "layers", "input", ' value="4, 4" autocomplete="off"'),
    ("gate", "gate", "select", "></select"),
    ("loss", "loss", "select", "></select"),
    ("optimizer", "optimizer", "select", "></select"),
    ("rate", "rate", "input", ' value="0.03" inputmode="decimal" autocomplete="off"'),
    ("batch", "batch", "input", ' value="16" inputmode="numeric" autocomplete="off"'),
    ("penalty", "penalty", "input", ' value="0" inputmode="decimal" autocomplete="off"'),
    ("init", "init", "select", "></select"),
    ("seed", "seed", "input", ' value="0" inputmode="numeric" autocomplete="off"'),
)
"""Choice, its word, and its element."""


def _fields(text: Mapping[str, str]) -> str:
    return "".join(
        f'<label><span>{text[word]}</span><{tag} id="{name}"{extra}></label>' for name, word, tag, extra in FIELDS
    )


def _given() -> dict[str, Any]:
    """What there is to choose from, and the rows of the toy data of two inputs."""
    problems = {}
    for name in TOYS:
        made = toy(name, 0)
        if made.inputs.shape[1] == 2:
            whole = bool(made.classes)
            targets = [int(value) if whole else round(value, DECIMALS) for value in made.targets[:, 0].tolist()]
            rows = made.inputs.round(DECIMALS).tolist()
            kind = kind_of(len(made.classes))
            problems[name] = {"rows": rows, "targets": targets, "kind": kind, "outputs": made.outputs}
    return {
        "problems": problems,
        "endings": {kind: {"gate": ending.gate, "losses": ending.losses} for kind, ending in ENDINGS.items()},
        "gates": HIDDEN_GATES,
        "optimizers": tuple(OPTIMIZERS),
        "inits": tuple(INITIALIZERS),
        "bounds": {
            "neurons": [1, WIDEST_LAYER],
            "layers": [0, MOST_LAYERS],
            "batch": [1, MOST_BATCH],
            "seed": [0, LARGEST_SEED],
            "rate": FASTEST,
            "penalty": STRONGEST,
        },
    }
