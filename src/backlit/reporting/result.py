"""A report: its numbers, and how they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from backlit.reporting.figures import figure
from backlit.reporting.numbers import ReportNumbers
from backlit.reporting.page import page

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Report(ReportNumbers):
    """How a fitted model did on labelled rows, and how it was trained; made by `report`.

    Its attributes are those of `ReportNumbers`: scores, curves, confusion matrix, calibration, importance and more.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> import backlit
    >>> X, y = load_iris(return_X_y=True)
    >>> model = backlit.MLPClassifier((8,), solver="lbfgs", random_state=0).fit(X[::2], y[::2])
    >>> measured = backlit.report(model, X[1::2], y[1::2])
    >>> measured.task, measured.labels
    ('classification', ('0', '1', '2'))
    """

    def to_html(self, lang: str = "en") -> str:
        """One page that needs nothing else and runs nothing.

        Parameters
        ----------
        lang : {"en", "ko"}

        Raises
        ------
        BacklitError
            If the language is unknown.
        """
        return page(self, lang)

    def to_figure(self) -> Figure:
        """The same numbers as a matplotlib figure (extra `plot`).

        Raises
        ------
        BacklitError
            As an ImportError where matplotlib is not installed.
        """
        return figure(self)

    def _repr_html_(self) -> str:
        return f'<iframe srcdoc="{escape(self.to_html())}" width="100%" height="700" title="Report"></iframe>'
