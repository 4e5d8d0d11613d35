"""Colours and fonts of the SVG: Okabe and Ito's blue and vermillion, told apart by slant and place as well."""

from __future__ import annotations

from functools import cache

PREFIX = "backlit-"
"""Begins every class and custom property: a notebook's own style has an `.output`, but none of these."""

BLUE, VERMILLION = "#0072B2", "#D55E00"

FONTS = (
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', 'Noto Sans KR', "
    "'Apple SD Gothic Neo', 'Malgun Gothic', Arial, sans-serif"
)

_LIGHT = {
    "page": "fill:#ffffff",
    "wire": "stroke:#7b8591",
    "tip": "fill:#7b8591",
    "fork": "fill:#3d4651",
    "hollow": "fill:#ffffff;stroke:#3d4651",
    "gate": "fill:#f4f6f8;stroke:#3d4651",
    "result": "stroke:#12181f;stroke-width:3",
    "input": "fill:#ffffff;stroke:#3d4651",
    "parameter": "fill:#fdf3d7;stroke:#3d4651",
    "constant": "fill:#eceff2;stroke:#7b8591",
    "pictured": "fill:#ffffff",
    "chip": "fill:#ffffff;stroke:#b4bcc5",
    "heading": "fill:#12181f",
    "symbol": "fill:#12181f",
    "name": "fill:#12181f",
    "small": "fill:#5a6570",
    "meaning": "fill:#3d4651",
    "local": "fill:#3d4651",
    "value": f"fill:{BLUE}",
    "gradient": f"fill:{VERMILLION}",
    "branch": f"fill:{VERMILLION}",
}

_DARK = {
    "page": "fill:#14181d",
    "wire": "stroke:#8a95a1",
    "tip": "fill:#8a95a1",
    "fork": "fill:#d5dbe1",
    "hollow": "fill:#14181d;stroke:#d5dbe1",
    "gate": "fill:#222931;stroke:#b9c2cb",
    "result": "stroke:#ffffff",
    "input": "fill:#14181d;stroke:#b9c2cb",
    "parameter": "fill:#3a3420;stroke:#b9c2cb",
    "constant": "fill:#2a3139;stroke:#8a95a1",
    "pictured": "fill:#14181d",
    "chip": "fill:#14181d;stroke:#5a6570",
    "heading": "fill:#f2f5f8",
    "symbol": "fill:#f2f5f8",
    "name": "fill:#f2f5f8",
    "small": "fill:#a5b0bb",
    "meaning": "fill:#d5dbe1",
    "local": "fill:#d5dbe1",
    "value": "fill:#6cc3f2",
    "gradient": "fill:#ff9a52",
    "branch": "fill:#ff9a52",
}

_SHAPES = {
    "wire": "fill:none;stroke-width:1.6",
    "unknown": "stroke-dasharray:5 4",
    "hollow": "stroke-width:1.6",
    "gate": "stroke-width:1.6",
    "given": "stroke-width:1.4",
    "chip": "stroke-width:1",
    "raster": "image-rendering:pixelated",
    "heading": "font-size:16px;font-weight:600",
    "symbol": "font-size:18px;text-anchor:middle",
    "name": "font-size:14px;text-anchor:middle",
    "small": "font-size:12px;text-anchor:middle",
    "meaning": "font-size:12px",
    "local": "font-size:12px;text-anchor:middle",
    "value": "font-size:13px;font-weight:600",
    "gradient": "font-size:13px;font-weight:600;font-style:italic",
    "branch": "font-size:12px;font-style:italic",
}


@cache
def classes(names: str) -> str:
    """The attribute that gives an element these classes.

    Examples
    --------
    >>> classes("value number")
    'class="backlit-value backlit-number"'
    """
    return f'class="{" ".join(f"{PREFIX}{name}" for name in names.split())}"'


def _rules(table: dict[str, str]) -> str:
    return "".join(f"{_ROOT} .{PREFIX}{css}{{{declarations}}}" for css, declarations in table.items())


_ROOT = f".{PREFIX}circuit"


STYLE = (
    f"{_ROOT} text{{font-family:{FONTS};font-variant-numeric:tabular-nums}}"
    f"{_rules(_SHAPES)}{_rules(_LIGHT)}"
    f"@media (prefers-color-scheme:dark){{{_rules(_DARK)}}}"
)
"""Explicit colours first, for viewers that know no queries."""


def themes() -> str:
    """Rules for a picture within an element of the class ``dark`` or ``light``, whatever the system's scheme."""
    return "".join(
        rule.replace(_ROOT, f".{PREFIX}{theme} {_ROOT}", 1)
        for theme, table in (("light", _LIGHT), ("dark", _DARK))
        for rule in (_rules({css: declarations}) for css, declarations in table.items())
    )
