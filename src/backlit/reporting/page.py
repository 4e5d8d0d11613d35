"""A report as one page that needs nothing else and runs nothing: every name is escaped, scripts are forbidden."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from html import escape
from importlib import resources

import numpy as np

from backlit.drawing.component import source_of
from backlit.drawing.measure import printable
from backlit.drawing.numbers import NOT_COMPUTED
from backlit.drawing.style import FONTS
from backlit.reporting import charts
from backlit.reporting.messages import messages
from backlit.reporting.numbers import Curve, ReportNumbers
from backlit.reporting.scores import expected_calibration_error

Texts = Mapping[str, str]
Cells = Sequence[str]

SHADES = 10
PAGE_CLASSES, PAGE_COLUMNS, PAGE_POINTS = 20, 20, 1500
HISTOGRAM_BINS = 30
QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)


@cache
def style() -> str:
    """The page's style sheet."""
    shades = "\n".join(
        f".h{k} {{ background: color-mix(in srgb, var(--shade) {k * 6}%, transparent); }}" for k in range(SHADES + 1)
    )
    text = resources.files(__package__).joinpath("style.css").read_text(encoding="utf-8")
    return text.replace("FONTS", FONTS).replace("SHADES", shades)


def page(report: ReportNumbers, lang: str) -> str:
    """The page of a report, in English or Korean."""
    texts = messages(lang)
    title = _text(report.title)
    about = texts["about"].format(task=texts[report.task], rows=dict(report.facts)["rows"])
    return "\n".join(
        [
            "<!doctype html>",
            f'<html lang="{lang}">',
            '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
            f"style-src {source_of(style())}; base-uri 'none'; form-action 'none'\">",
            f"<title>{texts['report']}: {title}</title><style>{style()}</style></head>",
            f"<body><main><h1>{title}</h1><p>{about}</p>",
            '<div class="pair">',
            _scores(report, texts),
            _facts(report, texts),
            "</div>",
            _training(report, texts),
            '<div class="pair">' if report.labels else "",
            *((_confusion(report, texts), _calibration(report, texts), "</div>") if report.labels else ()),
            _classes(report, texts) if report.labels else _residuals(report, texts),
            _importance(report, texts),
            _flow(report, texts),
            _settings(report, texts),
            "</main></body></html>",
            "",
        ]
    )


def _text(name: str) -> str:
    return escape(printable(name))


def _number(value: float) -> str:
    return f"{value:.4g}" if math.isfinite(value) else NOT_COMPUTED


def _decimal(value: float) -> str:
    return f"{value:.4f}" if math.isfinite(value) else NOT_COMPUTED


def _section(name: str, heading: str, *parts: str) -> str:
    return f'<section aria-labelledby="{name}"><h2 id="{name}">{heading}</h2>{"".join(parts)}</section>'


def _table(caption: str, head: Cells, rows: Iterable[Cells], names: int = 1) -> str:
    """A table whose first column heads its rows; the columns after the first `names` are numbers."""
    css = ["" if column < names else ' class="number"' for column in range(len(head))]
    top = "".join(f'<th scope="col"{kind}>{escape(word)}</th>' for word, kind in zip(head, css, strict=True))
    body = "".join(
        f'<tr><th scope="row">{_text(first)}</th>'
        + "".join(f"<td{kind}>{_text(cell)}</td>" for cell, kind in zip(rest, css[1:], strict=True))
        + "</tr>"
        for first, *rest in rows
    )
    return (
        f'<div class="wide" tabindex="0" role="group" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _folded(texts: Texts, inner: str) -> str:
    return f"<details><summary>{texts['numbers']}</summary>{inner}</details>"


def _figure(caption: str, picture: str) -> str:
    return f"<figure><figcaption>{caption}</figcaption>{picture}</figure>"


def _note(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def _scores(report: ReportNumbers, texts: Texts) -> str:
    baseline = texts["baseline_classes" if report.labels else "baseline_mean"]
    rows = [(name, _decimal(model), _decimal(other)) for name, model, other in report.scores]
    inner = _table(texts["scores"], (texts["measure"], texts["model"], baseline), rows)
    return _section("scores", texts["scores"], inner, _note(texts["scores_note"]))


def _facts(report: ReportNumbers, texts: Texts) -> str:
    rows = [(texts[name], value) for name, value in report.facts]
    return _section("facts", texts["facts"], _table(texts["facts"], (texts["name"], texts["value"]), rows, names=2))


def _settings(report: ReportNumbers, texts: Texts) -> str:
    inner = _table(texts["settings"], (texts["name"], texts["value"]), report.settings, names=2)
    return _section("settings", texts["settings"], inner)


def _training(report: ReportNumbers, texts: Texts) -> str:
    if not report.curves:
        return _section("training", texts["training"], _note(texts["no_history"]))
    drawn = [
        _figure(texts[what], _curve_chart(report.curves, what, texts))
        for what in ("loss", "score", "rate")
        if all(getattr(curve, what) for curve in report.curves)
    ]
    head = [texts["members"], texts["epochs"], *(texts[what] for what in ("loss", "score", "rate"))]
    rows = [_last(curve, number, texts) for number, curve in enumerate(report.curves, 1)]
    parts = [
        _note(texts["training_note"]),
        _legend(report.curves, texts),
        f'<div class="pictures">{"".join(drawn)}</div>',
    ]
    return _section("training", texts["training"], *parts, _folded(texts, _table(texts["training"], head, rows)))


def _last(curve: Curve, number: int, texts: Texts) -> Cells:
    """A member's numbers at the epoch that was kept, or at the last one."""
    at = (curve.best or len(curve.loss)) - 1
    columns = (curve.loss, curve.score, curve.rate)
    cells = [_number(column[at]) if column else NOT_COMPUTED for column in columns]
    return [texts["member"].format(number=number), f"{at + 1} / {len(curve.loss)}", *cells]


def _curve_chart(members: Sequence[Curve], what: str, texts: Texts) -> str:
    lines, described = [], []
    for number, curve in enumerate(members, 1):
        values = getattr(curve, what)
        name = texts["member"].format(number=number)
        mark = curve.best - 1 if curve.best else None
        lines.append(charts.Line(name, range(1, len(values) + 1), values, mark))
        ends = texts["ends"].format(first=_number(values[0]), last=_number(values[-1]), epochs=len(values))
        described.append(f"{name}: {ends}")
    return charts.curves(texts[what], lines, texts["epoch"], texts[what], "; ".join(described))


def _legend(members: Sequence[Curve], texts: Texts) -> str:
    items = "".join(
        f'<li><svg width="34" height="10" aria-hidden="true"><path class="line s{number % charts.SERIES}" d="M1 5H33"/>'
        f"</svg>{texts['member'].format(number=number + 1)}</li>"
        for number in range(len(members))
    )
    return f'<ul class="legend">{items}</ul>' if len(members) > 1 else ""


def _confusion(report: ReportNumbers, texts: Texts) -> str:
    matrix = report.confusion
    assert matrix is not None
    order = np.sort(np.argsort(-matrix.sum(axis=1), kind="stable")[:PAGE_CLASSES])
    totals = np.maximum(matrix.sum(axis=1), 1)
    head = "".join(f'<th scope="col">{_text(report.labels[j])}</th>' for j in order)
    rows = "".join(
        f'<tr><th scope="row">{_text(report.labels[i])}</th>'
        + "".join(_shaded(int(matrix[i, j]), float(matrix[i, j] / totals[i]), bool(i == j)) for j in order)
        + "</tr>"
        for i in order
    )
    caption = escape(texts["confusion"])
    inner = (
        f'<div class="wide" tabindex="0" role="group" aria-label="{caption}"><table class="matrix">'
        f'<caption>{caption}</caption><thead><tr><th scope="col">{escape(texts["true_predicted"])}</th>{head}</tr>'
        f"</thead><tbody>{rows}</tbody></table></div>"
    )
    cut = _note(texts["only_most"].format(count=len(order))) if len(order) < len(matrix) else ""
    return _section("confusion", texts["confusion"], _note(texts["confusion_note"]), inner, cut)


def _shaded(count: int, share: float, hit: bool) -> str:
    css = f"h{round(share * SHADES)}" + (" hit" if hit else "")
    return f'<td class="{css}">{count:,}</td>'


def _calibration(report: ReportNumbers, texts: Texts) -> str:
    note = texts["calibration_note"].format(ece=_decimal(expected_calibration_error(report.calibration)))
    picture = charts.reliability(texts["calibration"], report.calibration, (texts["confidence"], texts["accuracy"]))
    head = (texts["range"], texts["rows"], texts["confidence"], texts["accuracy"])
    rows = [
        (f"{part.low:g} – {part.high:g}", f"{part.rows:,}", _number(part.confidence), _number(part.accuracy))
        for part in report.calibration
    ]
    inner = _folded(texts, _table(texts["calibration"], head, rows))
    return _section("calibration", texts["calibration"], _note(note), picture, inner)


def _classes(report: ReportNumbers, texts: Texts) -> str:
    head = [texts[word] for word in ("class", "precision", "recall", "f1", "rows")]
    rows = [
        (part.label, _decimal(part.precision), _decimal(part.recall), _decimal(part.f1), f"{part.rows:,}")
        for part in report.classes
    ]
    return _section("classes", texts["classes"], _table(texts["classes"], head, rows))


def _residuals(report: ReportNumbers, texts: Texts) -> str:
    assert report.truth is not None
    assert report.predictions is not None
    residuals = report.truth - report.predictions
    drawn = slice(None, None, -(-len(residuals) // PAGE_POINTS))
    counts, edges = np.histogram(residuals, HISTOGRAM_BINS)
    quantiles = np.quantile(residuals, QUANTILES)
    described = ", ".join(f"{part:.0%}: {_number(value)}" for part, value in zip(QUANTILES, quantiles, strict=True))
    x, y = report.truth[drawn].tolist(), report.predictions[drawn].tolist()
    pictures = _figure(
        f"{texts['predicted']} / {texts['true']}",
        charts.cloud(texts["residuals"], x, y, texts["true"], texts["predicted"], described),
    ) + _figure(
        texts["residual"],
        charts.histogram(
            texts["residuals"], counts.tolist(), edges.tolist(), texts["residual"], texts["rows"], described
        ),
    )
    cut = (
        _note(texts["sampled"].format(shown=f"{len(x):,}", rows=f"{len(residuals):,}"))
        if len(x) < len(residuals)
        else ""
    )
    rows = [(f"{part:.0%}", _number(value)) for part, value in zip(QUANTILES, quantiles, strict=True)]
    numbers = _folded(texts, _table(texts["residuals"], (texts["quantile"], texts["residual"]), rows))
    parts = (_note(texts["residuals_note"]), f'<div class="pictures">{pictures}</div>', cut, numbers)
    return _section("residuals", texts["residuals"], *parts)


def _importance(report: ReportNumbers, texts: Texts) -> str:
    ranked = [charts.Whisker(*row) for row in report.importance.ranked()]
    shown = ranked[:PAGE_COLUMNS]
    score = texts["of_classes" if report.labels else "of_numbers"]
    described = "; ".join(f"{printable(row.name)}: {_number(row.value)}" for row in shown)
    rows = [(row.name, _number(row.value), _number(row.spread)) for row in ranked]
    numbers = _table(texts["importance"], (texts["column"], texts["lost"], texts["deviation"]), rows)
    counts = texts["most_important"].format(count=len(shown), all=len(ranked))
    return _section(
        "importance",
        texts["importance"],
        _note(texts["importance_note"].format(score=score)),
        charts.bars(texts["importance"], shown, described),
        _note(counts) if len(shown) < len(ranked) else "",
        _folded(texts, numbers),
    )


def _flow(report: ReportNumbers, texts: Texts) -> str:
    names = (texts["weight_gradient"], texts["delta"])
    rows = [
        (texts["layer_name"].format(layer=part.layer, neurons=part.neurons, gate=part.gate),
         (part.weight_gradient, part.delta))
        for part in report.flow
    ]  # fmt: skip
    described = "; ".join(
        f"{name}: " + ", ".join(f"{what} {_number(value)}" for what, value in zip(names, values, strict=True))
        for name, values in rows
    )
    shapes = (
        '<circle class="mark s0" cx="6" cy="6" r="5"/>',
        '<rect class="mark s1" x="1" y="1" width="9" height="9"/>',
    )
    legend = "".join(
        f'<li><svg width="12" height="12" aria-hidden="true">{shape}</svg>{name}</li>'
        for shape, name in zip(shapes, names, strict=True)
    )
    cells = [(name, *map(_number, values)) for name, values in rows]
    return _section(
        "flow",
        texts["flow"],
        _note(texts["flow_note"]),
        f'<ul class="legend">{legend}</ul>',
        charts.magnitudes(texts["flow"], rows, names, described),
        _folded(texts, _table(texts["flow"], (texts["layer"], *names), cells)),
    )
