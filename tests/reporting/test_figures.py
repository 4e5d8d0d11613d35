from __future__ import annotations

import sys

import pytest

from backlit.errors import BacklitError

from .conftest import Case


def test_the_figure_has_the_numbers_of_the_report(wine: Case, diabetes: Case) -> None:
    loss, score, matrix, calibration, importance, flow = wine.report.to_figure().axes
    assert [tuple(line.get_ydata()) for line in loss.lines] == [curve.loss for curve in wine.report.curves]
    assert [tuple(line.get_ydata()) for line in score.lines] == [curve.score for curve in wine.report.curves]
    assert wine.report.confusion is not None
    assert [int(text.get_text()) for text in matrix.texts] == wine.report.confusion.ravel().tolist()
    assert list(calibration.lines[1].get_xdata()) == [part.confidence for part in wine.report.calibration]
    assert len(importance.patches) == len(wine.report.importance.columns)
    assert list(flow.lines[1].get_ydata()) == [part.delta for part in wine.report.flow]
    assert len(diabetes.report.to_figure().axes) == 6


def test_without_matplotlib_it_is_one_line(wine: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(BacklitError, match=r'^figures need matplotlib.*pip install "backlit\[plot\]"$') as caught:
        wine.report.to_figure()
    assert isinstance(caught.value, ImportError)
