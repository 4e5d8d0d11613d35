"""The interactive component: scripts and style as they are shipped, and the data that they read."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache
from html import escape
from importlib import resources
from xml.sax.saxutils import quoteattr

from backlit.drawing.labels import LONGEST_SUM
from backlit.drawing.latex import CENTIMETRES, HEAD, SCIENTIFIC, SPECIAL
from backlit.drawing.measure import printable
from backlit.drawing.numbers import number
from backlit.drawing.parts import Box, Circuit
from backlit.drawing.style import FONTS, PREFIX, classes, themes

SCRIPTS = (
    "format.js", "circuit.js", "view.js", "derivation.js", "lighting.js", "folding.js", "fold_picture.js",
    "practice.js", "sight.js", "snake.js", "map.js", "stage.js", "motion.js", "player.js", "state.js", "saving.js",
    "tikz.js", "paper.js", "main.js",
)  # fmt: skip
"""In the order in which they are joined."""

WORDS = (
    "yes", "no", "undecided", "not_computed", "forward", "backward", "upstream", "local", "start", "asking",
    "no_number", "path", "verdict_right", "verdict_sign", "verdict_one_branch", "verdict_local_alone",
    "verdict_forgot_local", "verdict_swapped_inputs", "verdict_stopped_before_gate", "verdict_upstream_before_gate",
    "verdict_value", "verdict_unknown", "unfold", "fold_few", "fold_arrays", "fold_several", "fold_choose", "folded",
    "refused", "copied", "name", "date", "points", "answers", "worksheet_task", "too_large", "set", "set_done",
    "hint_rule", "hint_fork", "hint_distributor", "hint_router",
    "hint_switcher",
)  # fmt: skip
"""What the scripts say."""


SAVES = {"svg": "SVG", "png": "PNG", "tikz": "TikZ", "worksheet": None, "slides": None, "print": None}
"""What the picture is saved or printed as, and how that is called; None: by a word of the language."""

COMMENT = " // "
"""Begins one at the end of a line, where it stands in no text: all quotes before it are closed."""

TEXTS = re.compile(r"(\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|`[^`]*`)")
"""The texts of a line, which stay as they are."""

REGULAR = re.compile(r"[(=,:] ?/[^/ ]")
"""Begins a regular expression, whose blanks count: such a line is left alone."""

BLANKS = re.compile(r" ?(=>|[!=]==|&&|\|\||[-+*]=|[,;{}()?:=<>]) ?| ([-+*/%]) (?=[\w(])")
CSS_BLANKS = re.compile(r"(?<=[:;,{}])\s+| (?=[{}])|;(?= })")
"""What a script or a style means the same without."""

MARK = "§"
"""Begins every class and custom property in the files; it is replaced by the prefix."""


@cache
def _file(name: str) -> str:
    text = resources.files(__name__).joinpath(name).read_text(encoding="utf-8")
    if name.endswith(".css"):
        return CSS_BLANKS.sub("", text.replace(MARK, PREFIX))
    lines = map(_terse, bare_script(text).splitlines())
    return "".join(line if line[-1] in "{;," and "//" not in line else f"{line}\n" for line in lines)


def bare_script(text: str) -> str:
    """A script with the prefix of classes and without its comments: pages stay small."""
    return "\n".join(filter(None, map(_bare, text.replace(MARK, PREFIX).splitlines())))


def _bare(line: str) -> str:
    """A line of a script without its indentation and its comment."""
    line = line.strip()
    if line.startswith("//"):
        return ""
    code, comment, _ = line.rpartition(COMMENT)
    return code if comment and all(code.count(quote) % 2 == 0 for quote in "\"'`") else line


def _terse(line: str) -> str:
    """A line of a script without the blanks that only people need."""
    if REGULAR.search(line) or line.count("`") not in (0, 2):
        return line
    return "".join(part if at % 2 else BLANKS.sub(r"\1\2", part) for at, part in enumerate(TEXTS.split(line)))


@cache
def style() -> str:
    """The component's style; it touches nothing outside the component."""
    return _file("style.css").replace("FONTS", FONTS)


@cache
def script() -> str:
    """The component's scripts as one; they expect ``GATES``, the gates' formulas."""
    return "\n".join(map(_file, SCRIPTS))


def page_style() -> str:
    """The style of a page that holds the component and nothing else."""
    return style() + _file("page.css")


def page_script(gates: str) -> str:
    """The scripts in a scope of their own, with the gates' formulas, and the line that brings the page to life."""
    return '(() => {\n"use strict";\n' + "\n".join([gates, script(), _file("page.js")]) + "})();"


def widget_style() -> str:
    """The same style for a host with a theme of its own, whatever scheme the system has."""
    return style() + _file("themes.css") + themes()


def widget_script(gates: str) -> str:
    """The same scripts as a module that a notebook's widget runs."""
    return "\n".join([gates, script(), _file("widget.js")])


def policy(text: str) -> str:
    """The content security policy under which this script runs, and no other; nothing may be loaded."""
    return f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src {source_of(text)}"


def source_of(text: str) -> str:
    """How a content security policy names this script, or style, and no other: by its hash."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def data(circuits: Sequence[Circuit], table: Mapping[str, str]) -> str:
    """The circuits and the words as JSON in an element that browsers do not run."""
    given = {
        "views": [_view(circuit) for circuit in circuits],
        "words": {word: table[word] for word in WORDS},
        "longest_sum": LONGEST_SUM,
        "tikz": {"head": HEAD, "special": SPECIAL, "scientific": SCIENTIFIC.pattern, "scale": CENTIMETRES},
    }
    text = json.dumps(given, ensure_ascii=False, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")
    return f'<script type="application/json">{text}</script>'


def _view(circuit: Circuit) -> dict[str, object]:
    """A circuit as the scripts read it; names as the picture and the tables show them."""
    return {
        "output": printable(circuit.output),
        "boxes": [_drawn(box) for box in circuit.boxes],
        "links": [
            {
                **{field: value for field, value in asdict(link).items() if field != "slot"},  # they stand in order
                "source": printable(link.source),
                "target": printable(link.target),
            }
            for link in circuit.links
        ],
    }


def _drawn(box: Box) -> dict[str, object]:
    """A box without what only the picture shows; an empty text, and that a gate is one, is left out."""
    fields = {field: getattr(box, field) for field in Box.__dataclass_fields__ if field not in ("raster", "symbol")}
    told = {field: value for field, value in fields.items() if value not in ("", "gate")}
    return {**told, "name": printable(box.name)}


def panel(circuit: Circuit, table: Mapping[str, str]) -> str:
    """Buttons, the sentence about the current gate, fields for the inputs, and the question; hidden without scripts."""

    def button(css: str, sign: str, word: str, extra: str = "") -> str:
        named = quoteattr(table[word])
        return f'<button type="button" {classes(css)} aria-label={named} title={named}{extra}>{sign}</button>'

    words = f" data-play={quoteattr(table['play'])} data-pause={quoteattr(table['pause'])}"
    steps = button("play", "▶", "play", words) + button("back", "‹", "go_back") + button("on", "›", "go_on")
    sight = "".join(
        button(css, sign, css, extra)
        for css, sign, extra in (
            ("smaller", "−", ""), ("fit", "⤢", ""), ("larger", "+", ""), ("digits", ".00", ' aria-pressed="false"'),
            ("link", "#", " hidden"), ("present", "▣", ' aria-pressed="false"'),
        )
    )  # fmt: skip
    track = (
        f'<span {classes("track")}><input type="range" {classes("seek")} min="0" max="0" value="0" '
        f'aria-label={quoteattr(table["step"])}><span aria-hidden="true">{escape(table["forward"])}</span>'
        f'<span aria-hidden="true">{escape(table["backward"])}</span></span>'
    )
    speeds = "".join(f'<option value="{s}"{" selected" if s == 1 else ""}>{s:g}×</option>' for s in (0.5, 1, 2, 8))
    speed = f"<select {classes('speed')} aria-label={quoteattr(table['speed'])}>{speeds}</select>"
    fields = "".join(
        f"<label>{escape(printable(box.name))} = "
        f'<input inputmode="decimal" data-input={quoteattr(printable(box.name))} value="{number(box.value)}"></label>'
        for box in circuit.boxes
        if box.kind in ("input", "parameter") and isinstance(box.value, float)
    )
    return (
        f"<section {classes('panel')} aria-label={quoteattr(table['steps'])}>"
        f"<div {classes('bar controls')}>{steps}{track}<span {classes('place')}></span>{speed}{sight}"
        f'<button type="button" {classes("practice")}>{escape(table["practice"])}</button></div>'
        f'<p {classes("told")} role="status" aria-live="polite"></p>'
        f"<div {classes('fields')}>{fields}</div>"
        f"<form {classes('quiz')} hidden><label><span {classes('question')}></span> "
        f'<input {classes("answer")} inputmode="decimal" autocomplete="off"></label>'
        f"<button>{escape(table['check'])}</button>"
        f'<button type="button" {classes("hint")}>{escape(table["hint"])}</button>'
        f'<button type="button" {classes("show-me")}>{escape(table["show_me"])}</button>'
        f"<span {classes('score')}></span><output {classes('verdict')}></output></form></section>"
    )


def zooms(views: Mapping[str, Circuit], shown: str, table: Mapping[str, str]) -> str:
    """Buttons for the zooms, and for folding what the reader chooses."""
    buttons = "".join(
        f'<button type="button" {classes("zoom")} aria-pressed="{str(zoom == shown).lower()}">'
        f"{escape(table[f'zoom_{zoom}'])}</button>"
        for zoom in views
        if len(views) > 1
    )
    group = (
        f'<div role="group" {classes("bar")} aria-label={quoteattr(table["zoom"])}>{buttons}</div>' if buttons else ""
    )
    saving = f'<div role="group" {classes("bar saving")} aria-label={quoteattr(table["save"])}>' + "".join(
        f'<button type="button" {classes(f"save-{kind}")}>{escape(named or table[kind])}</button>'
        for kind, named in SAVES.items()
    )
    saving += "</div>"
    return (
        f"<div {classes('bar levels')}>{group}<div {classes('bar folding')}>"
        f'<button type="button" {classes("choose")} aria-pressed="false">{escape(table["choose"])}</button>'
        f'<button type="button" {classes("fold")} disabled>{escape(table["fold"])}</button>'
        f'<span {classes("fold-said")} role="status"></span></div>{saving}</div><ul {classes("folds")}></ul>'
    )


def legend(circuit: Circuit, table: Mapping[str, str]) -> str:
    """What the marks of the picture mean, in one line; only those that it has."""
    forks = len({link.source for link in circuit.links}) < len(circuit.links)
    items = (
        ("value", "12", "value_above", True),
        ("gradient", "12", "gradient_below", True),
        ("local", "× 12", "local", bool(circuit.links)),
        ("gradient", "12", "contribution_below", forks),
        ("dashed", "", "not_computed", circuit.lacks),
    )
    shown = (
        f"<li><span {classes(f'sample {css}')}>{sample}</span> {escape(table[word])}</li>"
        for css, sample, word, used in items
        if used
    )
    return f"<ul {classes('key')}>{''.join(shown)}</ul>"


def derivation(table: Mapping[str, str]) -> str:
    """Where the scripts write the chain rule for one wire."""
    return (
        f"<section {classes('derivation')} aria-label={quoteattr(table['derivation'])} hidden><div {classes('bar')}>"
        f"<h2>{escape(table['derivation'])}</h2><label>{escape(table['with_respect_to'])} "
        f"<select {classes('wrt')}></select></label></div><div {classes('derived')}></div></section>"
    )
