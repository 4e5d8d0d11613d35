"""The figures show the tables."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from backlit import BacklitError, experiments


def test_every_start_is_drawn_for_both_costs() -> None:
    figure = experiments.slow_learning_figure(starts=[(2, 2), (1, 1), (0, 0)], rate=0.3, epochs=10)
    outputs = figure.axes[:2]
    assert [len(axes.lines) for axes in outputs] == [3, 3]
    drawn = outputs[0].lines[0].get_ydata()
    np.testing.assert_array_equal(drawn, experiments.slow_learning(2, 2, 0.3, epochs=10)["output"])
    assert [len(axes.lines) for axes in figure.axes[4:]] == [12, 12]
    assert [line.get_label() for line in figure.axes[5].lines[:4]] == ["a - y", "σ'(z)", "x", "dC/dw"]


def test_a_matched_first_step_names_its_rate() -> None:
    figure = experiments.slow_learning_figure(starts=[(2, 2)], match="first_step", epochs=1)
    assert figure.axes[1].lines[0].get_label() == "w=2, b=2, rate=0.00265"


def test_bars_are_the_table() -> None:
    axes = experiments.two_models_figure().axes[0]
    columns = experiments.two_models()
    for number, bars in enumerate(axes.containers):
        heights = [bar.get_height() for bar in bars]
        assert heights == [columns[name][number] for name in ("error", "cross_entropy", "squared")]


@pytest.mark.parametrize("figure", [experiments.slow_learning_figure, experiments.two_models_figure])
def test_without_matplotlib_the_extra_is_named(figure, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match=r"pip install \"backlit\[plot\]\"") as caught:
        figure()
    assert isinstance(caught.value, BacklitError)
