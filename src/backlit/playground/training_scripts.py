"""The script that trains a small network in the browser: declared gates, losses, steps and initializers, and passes."""

from __future__ import annotations

from functools import cache
from importlib import resources

from backlit.drawing.component import bare_script
from backlit.formula.javascript import gates_module
from backlit.playground.kernels import initializers_module, optimizers_module
from backlit.playground.losses import losses_module
from backlit.web.live.settings import ENDINGS, HIDDEN_GATES

MACHINE = ("matrices",)
"""Files of ``network/`` that a translated step calls."""

PASSES = ("dense",)
"""Files of ``network/`` that compute."""


@cache
def training_script() -> str:
    """JavaScript that defines ``DenseNetwork`` and ``Optimizing``; it needs nothing of a page."""
    outputs = [ending.gate for ending in ENDINGS.values()]
    modules = [gates_module([*HIDDEN_GATES, *outputs]), losses_module(), optimizers_module(), initializers_module()]
    return "\n".join([network_script(*MACHINE), *modules, network_script(*PASSES)])


def network_script(*names: str) -> str:
    """Files of ``network/`` as one."""
    folder = resources.files("backlit.playground").joinpath("network")
    return "\n".join(bare_script(folder.joinpath(f"{name}.js").read_text(encoding="utf-8")) for name in names)


def network_style() -> str:
    """The style of the page that trains, beside that of all pages of this room."""
    return resources.files("backlit.playground").joinpath("network/page.css").read_text(encoding="utf-8")
