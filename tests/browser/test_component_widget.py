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
HOST = """<!doctype html><meta charset="utf-8"><title>host</title><style>%s</style><style>%s</style><h1>host</h1>
<table><tr><th>a cell of the host</th></tr></table><div id="cell"></div><script type="module">%s</script>"""


SHORT = (
    "output gate wire input parameter constant value gradient number local name small symbol heading result given chip "
    "page picture view views panel bar place told fields quiz question answer verdict levels zoom folding fold choose "
    "tables line derivation derived wrt lit live stale hidden circuit circuit-view inside backlit"
)
HOSTILE = (
    "".join(f".{css}{{display:none !important;margin-left:-99px;transform:scale(.1)}}" for css in SHORT.split())
    + ":root{--ink:red;--soft:red;--line:red;--page:red;--panel:red;--blue:red;--red:blue;--lit:red}"
    + "section{display:block}.output .wire{stroke:none}"
)
"""What a host's own style may hold; none of it is meant for the widget."""


def hosted(traced: Trace, lang: str, own: str = "") -> str:
    """A page that gives the widget its model and its element; its module is read from the text, not from a network."""
    made = traced.widget(lang)
    state = json.dumps({"markup": made.markup}).replace("<", "\\u003c")
    host = f"const state = {state}; widget.render({{model: {{get: (name) => state[name]}}, el: cell}});"
    return HOST % (own, made._css, made._esm.replace("export default", "const widget =").replace("</", "<\\/") + host)


@pytest.fixture
def notebook(opened: Callable[..., Any]) -> Callable[..., Any]:
    class Host:
        def __init__(self, traced: Trace, own: str) -> None:
            self.traced, self.own = traced, own

        def to_html(self, lang: str) -> str:
            return hosted(self.traced, lang, self.own)

    return lambda traced, lang="en", own="": opened(Host(traced, own), lang)


def test_scripts_and_style_are_the_components() -> None:
    traced = trace(FORMULA, **INPUTS)
    made = traced.widget()
    assert component.script() in made._esm
    assert component.script() in traced.to_html()
    assert made._css == component.widget_style()
    assert made._css.startswith(component.style())
    assert component.style() in traced.to_html()
    assert made.markup in traced.to_html()


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_it_runs_in_a_host(notebook: Callable[..., Any], lang: str) -> None:
    page = notebook(trace(FORMULA, **INPUTS), lang)
    page.locator(".backlit-zoom").nth(1).click()
    page.locator(".backlit-seek").press("End")
    page.fill("[data-input=b]", "2")
    assert page.locator(".backlit-view:not([hidden]) [data-gradient=b]").text_content() == "0.25"
    page.locator(".backlit-view:not([hidden]) .backlit-line").last.click()
    assert page.locator(".backlit-view:not([hidden]) g.backlit-lit").count() == 1


def test_it_leaves_its_host_alone(notebook: Callable[..., Any]) -> None:
    page = notebook(trace(FORMULA, **INPUTS))
    page.keyboard.press("Home")  # pressed in the host, not in the widget
    assert page.locator(".backlit-place").inner_text() == "12 / 12"
    page.locator(".backlit-back").click()
    page.keyboard.press("Home")
    assert page.locator(".backlit-place").inner_text() == "0 / 12"
    assert page.locator("#cell").evaluate("cell => getComputedStyle(cell).fontFamily") != page.locator(
        ".backlit-circuit-view"
    ).evaluate("view => getComputedStyle(view).fontFamily")
    assert page.evaluate("getComputedStyle(document.querySelector('th')).borderBottomWidth") == "0px"


PLACES = """() => [...document.querySelectorAll("#cell *")].map((one) => {
    const {x, y, width, height} = one.getBoundingClientRect(), {color, stroke, fill} = getComputedStyle(one);
    return [one.tagName, x, y, width, height, color, stroke, fill].join(" ");
})"""


def test_a_hosts_style_neither_hides_nor_moves_it(notebook: Callable[..., Any]) -> None:
    seen = []
    for own in ("", HOSTILE):
        page = notebook(trace(FORMULA, **INPUTS), own=own)
        page.locator(".backlit-back").click()
        page.locator(".backlit-choose").click()
        page.mouse.move(0, 0)
        assert page.locator(".backlit-view:not([hidden]) svg").is_visible()
        assert page.locator(".backlit-view[hidden]").first.is_hidden()
        page.wait_for_function("document.getAnimations().length === 0")
        seen.append(page.evaluate(PLACES))
        classes = page.evaluate("[...document.querySelectorAll('#cell *')].flatMap((one) => [...one.classList])")
        assert [css for css in classes if not css.startswith("backlit-")] == []
    assert len(seen[0]) > 300
    assert seen[0] == seen[1]


def test_nothing_leaves_the_cell(notebook: Callable[..., Any]) -> None:
    page = notebook(trace(FORMULA, **INPUTS), own="#cell{margin:3rem;overflow:hidden}")
    cell = page.locator("#cell").bounding_box()
    marks = page.locator(".backlit-view:not([hidden]) svg > g > *")
    assert marks.count() > 30
    for box in marks.evaluate_all("all => all.map((one) => one.getBoundingClientRect()).map(({x, y}) => [x, y])"):
        assert box[0] >= cell["x"]
        assert box[1] >= cell["y"]


THEMES = {
    "data-jp-theme-light": ("true", "false"),
    "data-vscode-theme-kind": ("vscode-light", "vscode-dark"),
    "class": ("light", "dark"),
}
"""What JupyterLab, VS Code and marimo write on a page's body, light and dark."""


@pytest.mark.parametrize("attribute", THEMES)
def test_it_follows_its_hosts_theme_not_the_systems(notebook: Callable[..., Any], attribute: str) -> None:
    page = notebook(trace(FORMULA, **INPUTS))
    colours = """() => [".backlit-circuit-view", ".backlit-circuit .backlit-page", ".backlit-circuit .backlit-value"]
        .map((css) => getComputedStyle(document.querySelector(css)))
        .map(({backgroundColor, fill}) => backgroundColor + fill)"""
    seen = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.evaluate("name => document.body.removeAttribute(name)", attribute)
        page.wait_for_function(
            "!document.querySelector('.backlit-circuit-view').matches('.backlit-dark, .backlit-light')"
        )
        seen[scheme] = page.evaluate(colours)
    assert seen["light"] != seen["dark"]
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for theme, value in zip(("light", "dark"), THEMES[attribute], strict=True):
            page.evaluate("([name, value]) => document.body.setAttribute(name, value)", [attribute, value])
            page.wait_for_selector(f".backlit-circuit-view.backlit-{theme}")
            assert page.evaluate(colours) == seen[theme]


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


def test_in_a_notebook_that_scrolls_bar_and_picture_are_seen_at_once(notebook: Callable[..., Any]) -> None:
    pane = 520
    page = notebook(trace(FORMULA, **INPUTS), own=f"#cell {{height: {pane}px; overflow: auto}}")
    high = page.evaluate(
        "() => document.querySelector('.backlit-view:not([hidden]) .backlit-picture').getBoundingClientRect().bottom"
        " - document.querySelector('.backlit-panel').getBoundingClientRect().top"
    )
    assert 300 < high <= pane
    page.evaluate("() => { cell.style.height = 'auto'; dispatchEvent(new Event('resize')); }")
    whole = page.locator(".backlit-view:not([hidden]) .backlit-picture").bounding_box()["height"]
    assert whole > high - 150  # where the cell does not scroll, the window decides
