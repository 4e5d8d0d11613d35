"""A trace as a notebook's widget: the page's component, unchanged (extra ``notebook``)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from backlit.drawing.component import widget_script, widget_style
from backlit.errors import extra_imports


def widget(markup: str, gates: str, picture: Callable[[], str]) -> Any:
    """An anywidget; its static picture goes with it, for where scripts do not run.

    Parameters
    ----------
    markup : str
        What stands inside the component's element.
    gates : str
        JavaScript that defines ``GATES``.
    picture : callable
        Gives the SVG.

    Raises
    ------
    MissingExtra
        If anywidget is not installed.
    """
    with extra_imports("notebook", "the widget (to_svg() and to_html() do without it) needs"):
        from anywidget import AnyWidget
        from traitlets import Unicode

    def bundle(self: Any, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        data, metadata = AnyWidget._repr_mimebundle_(self, **options) or ({}, {})
        return {"image/svg+xml": picture(), **data}, metadata

    members = {
        "_esm": widget_script(gates),
        "_css": widget_style(),
        "markup": Unicode().tag(sync=True),
        "_repr_mimebundle_": bundle,
    }
    # a class of its own, since anywidget takes the script from the class and each trace brings its gates
    made = type("CircuitWidget", (AnyWidget,), members)
    return made(markup=markup)
