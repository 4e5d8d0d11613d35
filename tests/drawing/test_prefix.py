"""What a picture brings into a page is named so that no page has it already, and stays in its box."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from backlit.drawing import Circuit, component, to_html, to_svg
from backlit.drawing.html import markup
from backlit.drawing.style import PREFIX, STYLE

WRITERS: dict[str, Callable[[Circuit], str]] = {
    "svg": to_svg,
    "svg with names": lambda circuit: to_svg(circuit, marked=True),
    "page": to_html,
    "notebook": markup,
}
STYLES = {"svg": STYLE, "component": component.style()}
PLACES = re.compile(r"[^{}]+(?=\{[^{}]*\})")


def without_scripts(text: str) -> str:
    return re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)


@pytest.mark.parametrize("writer", WRITERS)
def test_every_class_begins_with_the_prefix(
    writer: str, square: Circuit, witnessed: Callable[[bool], Circuit], with_constant: Callable[[float | None], Circuit]
) -> None:
    for circuit in (square, witnessed(False), with_constant(None)):
        text = without_scripts(WRITERS[writer](circuit))
        names = [name for found in re.findall(r'\bclass="([^"]*)"', text) for name in found.split()]
        assert len(names) > 20
        assert [name for name in names if not name.startswith(PREFIX)] == []
        assert not re.search(r'[\s"]id=', text)
        assert component.MARK not in text


@pytest.mark.parametrize("name", STYLES)
def test_a_style_is_for_the_picture_only(name: str) -> None:
    places = [place for found in PLACES.findall(STYLES[name]) for place in re.split(r",(?![^(]*\))", found)]
    assert len(places) > 20
    assert [place for place in places if f".{PREFIX}" not in place and not place.startswith(f"@page {PREFIX}")] == []
    classes = re.findall(r"\.([a-zA-Z][\w-]*)", " ".join(places))
    assert [css for css in classes if not css.startswith(PREFIX)] == []
    owned = re.findall(r"(?<![\w-])--([\w-]+)|@keyframes (\S+)", STYLES[name])
    assert [own for own in owned if not "".join(own).startswith(PREFIX)] == []


@pytest.mark.parametrize("name", STYLES)
def test_nothing_is_pushed_out_of_its_box(name: str) -> None:
    assert re.findall(r"margin[\w-]*:[^;}]*-[\d.][^;}]*", STYLES[name]) == []


def test_scripts_name_no_class_without_the_prefix() -> None:
    text = component.script()
    named = re.findall(r'class(?:Name(?: =|:) |List\.\w+\()"([\w-]+)"?', text)
    named += re.findall(r'(?:querySelector(?:All)?|one|find|inView)\("[^"]*?\.([\w-]+)', text)
    assert len(named) > 40
    assert [name for name in named if not name.startswith(PREFIX)] == []
