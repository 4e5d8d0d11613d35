"""A diagnosis as one page that needs nothing else and runs nothing: every name is escaped, scripts are forbidden."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from functools import partial
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from backlit.diagnosis.course import course_table
from backlit.diagnosis.mend import code_of
from backlit.diagnosis.messages import messages
from backlit.diagnosis.pictures import course_figure, evidence_figure, png
from backlit.drawing.component import source_of
from backlit.errors import MissingExtra

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from backlit.diagnosis.outcome import Outcome, Seen

BAR = 260
"""Width of the longest bar, in pixels."""
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; } td, th { padding: .2rem .8rem .2rem 0; text-align: right; }
th[scope=row], th:first-child { text-align: left; font-weight: normal; } code { overflow-wrap: anywhere; }
img { max-width: 100%; } td { white-space: nowrap; } .wide { overflow-x: auto; }
section { border-top: 1px solid #888; margin-top: 1.5rem; } .reason { color: #555; } rect { fill: #0072B2; }
@media (prefers-color-scheme: dark) { body { background: #111; color: #eee; } .reason { color: #bbb; }
  rect { fill: #56B4E9; } svg text { fill: #eee; } }
"""


def page(diagnosis: Outcome, lang: str) -> str:
    """The page of a diagnosis, in English or Korean."""
    texts = messages(lang)
    scores = diagnosis.score_line(texts)
    parts = [_symptom(diagnosis, seen, texts, lang) for seen in diagnosis.symptoms]
    body = "".join(parts) if parts else f"<p>{escape(texts['healthy'])}</p>"
    lacking = "; ".join(f"{name} ({', '.join(facts)})" for name, facts in diagnosis.not_judged.items())
    return "\n".join(
        [
            "<!doctype html>",
            f'<html lang="{lang}"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
            f"style-src {source_of(STYLE)}; img-src data:; base-uri 'none'; form-action 'none'\">",
            f"<title>{texts['title']}</title><style>{STYLE}</style></head>",
            f"<body><main><h1>{texts['title']}</h1><p>{escape(scores)}</p>",
            body,
            _flow(diagnosis, texts),
            _picture(partial(course_figure, diagnosis), escape(texts["course"])) if diagnosis.course else "",
            course_table(diagnosis.course, texts),
            f"<p>{escape(texts['not_looked_at'])}: {escape(lacking)}</p>" if lacking else "",
            "</main></body></html>",
            "",
        ]
    )


def _symptom(diagnosis: Outcome, seen: Seen, texts: Mapping[str, str], lang: str) -> str:
    what, why, mend = map(escape, seen.described(lang))
    code = code_of(diagnosis.evidence.case, seen.finding.mend)
    return (
        f'<section aria-labelledby="{seen.name}"><h2 id="{seen.name}">{seen.name}</h2><p>{what}</p>'
        f"{_picture(partial(evidence_figure, diagnosis, seen), what) or bars(seen.finding.bars, what)}"
        f'<p class="reason">{escape(texts["why"])}: {why}</p><p>{escape(texts["mend"])}: {mend}</p>'
        + (f"<p><code>{escape(code)}</code></p>" if code else "")
        + "</section>"
    )


def _picture(draw: Callable[[], Figure], label: str) -> str:
    """A figure inside the page; "" where matplotlib is not installed, so that the bars, which need nothing, stay."""
    try:
        data = png(draw())
    except MissingExtra:
        return ""
    return f'<img alt="{label}" src="data:image/png;base64,{b64encode(data).decode()}">'


def bars(numbers: Mapping[str, float], label: str) -> str:
    """Numbers as horizontal bars; on a scale of decades where they differ by more than a hundredfold.

    Examples
    --------
    >>> bars({"a": 1.0, "b": 2.0}, "two numbers").count("<rect")
    2
    """
    if not numbers:
        return ""
    sizes = np.nan_to_num(np.abs(np.array(list(numbers.values()), float)), posinf=0.0)
    positive = sizes[sizes > 0]
    if len(positive) and positive.max() > 100 * positive.min():
        sizes = np.where(sizes > 0, 1 + np.log10(np.maximum(sizes, 1e-300) / positive.min()), 0.0)
    widths = sizes / sizes.max() * BAR if sizes.max() > 0 else sizes
    rows = "".join(
        f'<text x="0" y="{20 * i + 14}" font-size="13">{escape(name)}</text>'
        f'<rect x="180" y="{20 * i + 3}" width="{width:.1f}" height="14"/>'
        f'<text x="{186 + width:.1f}" y="{20 * i + 14}" font-size="13">{value:.3g}</text>'
        for i, ((name, value), width) in enumerate(zip(numbers.items(), widths, strict=True))
    )
    height = 20 * len(numbers) + 4
    return f'<svg role="img" aria-label="{label}" width="{BAR + 280}" height="{height}">{rows}</svg>'


def _flow(diagnosis: Outcome, texts: Mapping[str, str]) -> str:
    """The gradient's way back, a row for each line of the text, and |delta| of each layer as bars."""
    lines = diagnosis.flow_lines(texts)
    norms = {f"|delta[{layer.number}]|": layer.delta_norm for layer in reversed(diagnosis.layers)}
    items = "".join(f"<li>{escape(line.strip())}</li>" for line in lines[1:])
    return f"<section><h2>{escape(lines[0])}</h2>{bars(norms, escape(lines[0]))}<ul>{items}</ul></section>"
