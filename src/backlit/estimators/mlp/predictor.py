"""One row in, one prediction out, in microseconds: a model without scikit-learn's checks of every kind of input."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from backlit.errors import BacklitError
from backlit.estimators.mlp.columns import preparation_of, prepare

if TYPE_CHECKING:
    from backlit.estimators.mlp.base import BaseMLP  # for its type only: base.py makes predictors


class Predictor:
    """What `model.predictor` gives: a function of plain rows; several threads may call it at once.

    Parameters
    ----------
    model : MLPClassifier or MLPRegressor
        Fitted; the predictor follows it.
    kind : {"predict", "predict_proba"}
    """

    def __init__(self, model: BaseMLP, kind: str) -> None:
        self.model = model
        self.kind = kind
        self._finish = model._output_transforms()[kind]

    def __call__(self, X: NDArray[Any]) -> Any:
        """The prediction for one row, or an array of predictions for several.

        Parameters
        ----------
        X : ndarray of float32 or float64, shape (n_features,) or (rows, n_features)

        Raises
        ------
        BacklitError
            If it is no such array, has another width, or holds NaN or infinity.
        """
        rows = X[None] if isinstance(X, np.ndarray) and X.ndim == 1 else X
        answers = self.model._from_plain(rows, self._finish)
        if answers is not None:
            return answers if rows is X else answers[0]
        if not self.model._is_plain(rows):
            rows = self._plain(rows)
        predictions = self.model._by_chunks(rows, self._finish)
        return predictions if rows is X or X.ndim == 2 else predictions[0]

    def _plain(self, rows: Any) -> NDArray[Any]:
        """The rows as a plain array, where only their layout differs; columns that are prepared first, prepared."""
        if preparation_of(self.model) is not None:
            return prepare(self.model, rows)
        width = self.model.n_features_in_
        if not isinstance(rows, np.ndarray) or rows.dtype.kind != "f" or rows.ndim != 2 or rows.shape[1] != width:
            description = f"{rows.dtype} {rows.shape}" if isinstance(rows, np.ndarray) else type(rows).__name__
            raise BacklitError(f"X: {description} is not an array of floats of shape ({width},) or (rows, {width})")
        if not np.isfinite(rows).all():
            row = int(np.flatnonzero(~np.isfinite(rows).all(axis=1))[0])
            raise BacklitError(f"X: row {row} has NaN or infinity; give finite numbers")
        return np.ascontiguousarray(rows, rows.dtype.newbyteorder("="))
