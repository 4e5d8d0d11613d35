"""The notebook's widget: the component's own scripts and style, alive in a page that hosts it as notebooks do."""

from __future__ import annotations

import builtins
import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from backlit import BacklitError, trace
from backlit.drawing import component
from backlit.tracing import Trace

FORMULA = "1 / (1 + exp(-(w * x + b)))"
INPUTS = {"w": 2, "x": -1, "b": 3}
HOST = """<!doctype html><meta charset="utf-8"><title>host</title><style>%s</style><h1>host</h1>
<table><tr><th>a cell of the host</th></tr></table><div id="cell"></div><script type="module">%s</script>"""


def hosted(traced: Trace, lang: str) -> str:
    """A page that gives the widget its model and its element; its module is read from the text, not from a network."""
    made = traced.widget(lang)
    state = json.dumps({"markup": made.markup}).replace("<", "\\u003c")
    host = f"const state = {state}; widget.render({{model: {{get: (name) => state[name]}}, el: cell}});"
    return HOST % (made._css, made._esm.replace("export default", "const widget =").replace("</", "<\\/") + host)


@pytest.fixture
def notebook(opened: Callable[..., Any]) -> Callable[..., Any]:
    class Host:
        def __init__(self, traced: Trace) -> None:
            self.traced = traced

        def to_html(self, lang: str) -> str:
            return hosted(self.traced, lang)

    return lambda traced, lang="en": opened(Host(traced), lang)


def test_scripts_and_style_are_the_components() -> None:
    traced = trace(FORMULA, **INPUTS)
    made = traced.widget()
    assert component.script() in made._esm
    assert component.script() in traced.to_html()
    assert made._css == component.style()
    assert component.style() in traced.to_html()
    assert made.markup in traced.to_html()


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_it_runs_in_a_host(notebook: Callable[..., Any], lang: str) -> None:
    page = notebook(trace(FORMULA, **INPUTS), lang)
    page.locator(".zoom").nth(1).click()
    page.fill("[data-input=b]", "2")
    assert page.locator(".view:not([hidden]) [data-gradient=b]").text_content() == "0.25"
    page.locator(".view:not([hidden]) .line").last.click()
    assert page.locator(".view:not([hidden]) g.lit").count() == 1


def test_it_leaves_its_host_alone(notebook: Callable[..., Any]) -> None:
    page = notebook(trace(FORMULA, **INPUTS))
    page.keyboard.press("Home")  # pressed in the host, not in the widget
    assert page.locator(".place").inner_text() == "12 / 12"
    page.locator(".back").click()
    page.keyboard.press("Home")
    assert page.locator(".place").inner_text() == "0 / 12"
    assert page.locator("#cell").evaluate("cell => getComputedStyle(cell).fontFamily") != page.locator(
        ".circuit-view"
    ).evaluate("view => getComputedStyle(view).fontFamily")
    assert page.evaluate("getComputedStyle(document.querySelector('th')).borderBottomWidth") == "0px"


def test_where_scripts_do_not_run_there_is_the_picture() -> None:
    traced = trace(FORMULA, **INPUTS)
    data, _ = traced._repr_mimebundle_()
    assert data["image/svg+xml"] == traced.to_svg()
    assert "application/vnd.jupyter.widget-view+json" in data


def test_without_anywidget_one_line_says_how(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name == "anywidget":
            raise ModuleNotFoundError(name, name=name)
        return whole(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(BacklitError, match=r'pip install "backlit\[notebook\]"$') as raised:
        trace(FORMULA, **INPUTS).widget()
    assert "\n" not in str(raised.value)


def test_importing_backlit_does_not_load_it() -> None:
    code = "import backlit, sys; backlit.trace('x * x', x=1); print('anywidget' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
