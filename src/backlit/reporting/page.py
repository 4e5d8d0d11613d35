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
from backlit.reporting.messages import words
from backlit.reporting.numbers import Curve, Report
from backlit.reporting.scores import expected_calibration_error

Words = Mapping[str, str]
Cells = Sequence[str]

SHADES = 10
MOST_CLASSES, MOST_COLUMNS, MOST_POINTS = 20, 20, 1500
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


def page(found: Report, lang: str) -> str:
    """The page of a report, in English or Korean."""
    table = words(lang)
    title = _text(found.title)
    about = table["about"].format(task=table[found.task], rows=dict(found.facts)["rows"])
    return "\n".join(
        [
            "<!doctype html>",
            f'<html lang="{lang}">',
            '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
            f"style-src {source_of(style())}; base-uri 'none'; form-action 'none'\">",
            f"<title>{table['report']}: {title}</title><style>{style()}</style></head>",
            f"<body><main><h1>{title}</h1><p>{about}</p>",
            '<div class="pair">',
            _scores(found, table),
            _facts(found, table),
            "</div>",
            _training(found, table),
            '<div class="pair">' if found.labels else "",
            *((_confusion(found, table), _calibration(found, table), "</div>") if found.labels else ()),
            _classes(found, table) if found.labels else _residuals(found, table),
            _importance(found, table),
            _flow(found, table),
            _settings(found, table),
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
    css = ["" if place < names else ' class="number"' for place in range(len(head))]
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


def _folded(table: Words, inner: str) -> str:
    return f"<details><summary>{table['numbers']}</summary>{inner}</details>"


def _figure(caption: str, picture: str) -> str:
    return f"<figure><figcaption>{caption}</figcaption>{picture}</figure>"


def _note(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def _scores(found: Report, table: Words) -> str:
    baseline = table["baseline_classes" if found.labels else "baseline_mean"]
    rows = [(name, _decimal(model), _decimal(other)) for name, model, other in found.scores]
    inner = _table(table["scores"], (table["measure"], table["model"], baseline), rows)
    return _section("scores", table["scores"], inner, _note(table["scores_note"]))


def _facts(found: Report, table: Words) -> str:
    rows = [(table[name], value) for name, value in found.facts]
    return _section("facts", table["facts"], _table(table["facts"], (table["name"], table["value"]), rows, names=2))


def _settings(found: Report, table: Words) -> str:
    inner = _table(table["settings"], (table["name"], table["value"]), found.settings, names=2)
    return _section("settings", table["settings"], inner)


def _training(found: Report, table: Words) -> str:
    if not found.curves:
        return _section("training", table["training"], _note(table["no_history"]))
    drawn = [
        _figure(table[what], _curve_chart(found.curves, what, table))
        for what in ("loss", "score", "rate")
        if all(getattr(curve, what) for curve in found.curves)
    ]
    head = [table["members"], table["epochs"], *(table[what] for what in ("loss", "score", "rate"))]
    rows = [_last(curve, number, table) for number, curve in enumerate(found.curves, 1)]
    parts = [
        _note(table["training_note"]),
        _legend(found.curves, table),
        f'<div class="pictures">{"".join(drawn)}</div>',
    ]
    return _section("training", table["training"], *parts, _folded(table, _table(table["training"], head, rows)))


def _last(curve: Curve, number: int, table: Words) -> Cells:
    """A member's numbers at the epoch that was kept, or at the last one."""
    at = (curve.best or len(curve.loss)) - 1
    columns = (curve.loss, curve.score, curve.rate)
    cells = [_number(column[at]) if column else NOT_COMPUTED for column in columns]
    return [table["member"].format(number=number), f"{at + 1} / {len(curve.loss)}", *cells]


def _curve_chart(found: Sequence[Curve], what: str, table: Words) -> str:
    lines, told = [], []
    for number, curve in enumerate(found, 1):
        values = getattr(curve, what)
        name = table["member"].format(number=number)
        mark = curve.best - 1 if curve.best else None
        lines.append(charts.Line(name, range(1, len(values) + 1), values, mark))
        ends = table["ends"].format(first=_number(values[0]), last=_number(values[-1]), epochs=len(values))
        told.append(f"{name}: {ends}")
    return charts.curves(table[what], lines, table["epoch"], table[what], "; ".join(told))


def _legend(found: Sequence[Curve], table: Words) -> str:
    items = "".join(
        f'<li><svg width="34" height="10" aria-hidden="true"><path class="line s{number % charts.SERIES}" d="M1 5H33"/>'
        f"</svg>{table['member'].format(number=number + 1)}</li>"
        for number in range(len(found))
    )
    return f'<ul class="legend">{items}</ul>' if len(found) > 1 else ""


def _confusion(found: Report, table: Words) -> str:
    matrix = found.confusion
    assert matrix is not None
    order = np.sort(np.argsort(-matrix.sum(axis=1), kind="stable")[:MOST_CLASSES])
    totals = np.maximum(matrix.sum(axis=1), 1)
    head = "".join(f'<th scope="col">{_text(found.labels[j])}</th>' for j in order)
    rows = "".join(
        f'<tr><th scope="row">{_text(found.labels[i])}</th>'
        + "".join(_shaded(int(matrix[i, j]), float(matrix[i, j] / totals[i]), bool(i == j)) for j in order)
        + "</tr>"
        for i in order
    )
    caption = escape(table["confusion"])
    inner = (
        f'<div class="wide" tabindex="0" role="group" aria-label="{caption}"><table class="matrix">'
        f'<caption>{caption}</caption><thead><tr><th scope="col">{escape(table["true_predicted"])}</th>{head}</tr>'
        f"</thead><tbody>{rows}</tbody></table></div>"
    )
    cut = _note(table["only_most"].format(count=len(order))) if len(order) < len(matrix) else ""
    return _section("confusion", table["confusion"], _note(table["confusion_note"]), inner, cut)


def _shaded(count: int, share: float, hit: bool) -> str:
    css = f"h{round(share * SHADES)}" + (" hit" if hit else "")
    return f'<td class="{css}">{count:,}</td>'


def _calibration(found: Report, table: Words) -> str:
    note = table["calibration_note"].format(ece=_decimal(expected_calibration_error(found.calibration)))
    picture = charts.reliability(table["calibration"], found.calibration, (table["confidence"], table["accuracy"]))
    head = (table["range"], table["rows"], table["confidence"], table["accuracy"])
    rows = [
        (f"{part.low:g} – {part.high:g}", f"{part.rows:,}", _number(part.confidence), _number(part.accuracy))
        for part in found.calibration
    ]
    inner = _folded(table, _table(table["calibration"], head, rows))
    return _section("calibration", table["calibration"], _note(note), picture, inner)


def _classes(found: Report, table: Words) -> str:
    head = [table[word] for word in ("class", "precision", "recall", "f1", "rows")]
    rows = [
        (part.label, _decimal(part.precision), _decimal(part.recall), _decimal(part.f1), f"{part.rows:,}")
        for part in found.classes
    ]
    return _section("classes", table["classes"], _table(table["classes"], head, rows))


def _residuals(found: Report, table: Words) -> str:
    assert found.truth is not None
    assert found.predictions is not None
    missed = found.truth - found.predictions
    some = slice(None, None, -(-len(missed) // MOST_POINTS))
    counts, edges = np.histogram(missed, HISTOGRAM_BINS)
    quantiles = np.quantile(missed, QUANTILES)
    told = ", ".join(f"{part:.0%}: {_number(value)}" for part, value in zip(QUANTILES, quantiles, strict=True))
    x, y = found.truth[some].tolist(), found.predictions[some].tolist()
    pictures = _figure(
        f"{table['predicted']} / {table['true']}",
        charts.cloud(table["residuals"], x, y, table["true"], table["predicted"], told),
    ) + _figure(
        table["residual"],
        charts.histogram(table["residuals"], counts.tolist(), edges.tolist(), table["residual"], table["rows"], told),
    )
    cut = _note(table["sampled"].format(shown=f"{len(x):,}", rows=f"{len(missed):,}")) if len(x) < len(missed) else ""
    rows = [(f"{part:.0%}", _number(value)) for part, value in zip(QUANTILES, quantiles, strict=True)]
    numbers = _folded(table, _table(table["residuals"], (table["quantile"], table["residual"]), rows))
    parts = (_note(table["residuals_note"]), f'<div class="pictures">{pictures}</div>', cut, numbers)
    return _section("residuals", table["residuals"], *parts)


def _importance(found: Report, table: Words) -> str:
    ranked = [charts.Whisker(*row) for row in found.importance.ranked()]
    shown = ranked[:MOST_COLUMNS]
    score = table["of_classes" if found.labels else "of_numbers"]
    told = "; ".join(f"{printable(row.name)}: {_number(row.value)}" for row in shown)
    rows = [(row.name, _number(row.value), _number(row.spread)) for row in ranked]
    numbers = _table(table["importance"], (table["column"], table["lost"], table["deviation"]), rows)
    counts = table["most_important"].format(count=len(shown), all=len(ranked))
    return _section(
        "importance",
        table["importance"],
        _note(table["importance_note"].format(score=score)),
        charts.bars(table["importance"], shown, told),
        _note(counts) if len(shown) < len(ranked) else "",
        _folded(table, numbers),
    )


def _flow(found: Report, table: Words) -> str:
    names = (table["weight_gradient"], table["delta"])
    rows = [
        (table["layer_name"].format(layer=part.layer, neurons=part.neurons, gate=part.gate),
         (part.weight_gradient, part.delta))
        for part in found.flow
    ]  # fmt: skip
    told = "; ".join(
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
        table["flow"],
        _note(table["flow_note"]),
        f'<ul class="legend">{legend}</ul>',
        charts.magnitudes(table["flow"], rows, names, told),
        _folded(table, _table(table["flow"], (table["layer"], *names), cells)),
    )
