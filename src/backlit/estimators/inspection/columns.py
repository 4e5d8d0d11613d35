"""Columns of a fitted model: how important each is, and what each contributed to a prediction."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from backlit.errors import BacklitError
from backlit.estimators.inspection.contributions import Contributions, contributions
from backlit.estimators.inspection.importance import Importance, shuffled
from backlit.estimators.shared.arguments import class_code, seed_of
from backlit.estimators.shared.has_network import HasNetwork

Groups = Sequence[tuple[str, Sequence[int]]]
"""Columns: the name of each, and the inputs of the network that come from it."""


class HasColumns(HasNetwork):
    """A fitted network whose inputs come from columns; each estimator defines which, and how rows are read."""

    classes_: NDArray[Any]  # of classification

    @final
    def contributions(self, X: Any, *, target: Any = None, baseline: Any = None) -> Contributions:
        """How far each column moved the output for each row, from the output at a baseline.

        Parameters
        ----------
        X : as for predict, shape (n_samples, n_columns)
        target : label or int, optional
            The class whose logit is explained (the predicted one of each row unless given); of several numbers, or
            of several labels at once, the number of the output, 0 unless given.
        baseline : as X, optional
            Rows whose mean, as the network reads them, is where the path to each row begins; zeros unless given: for
            raw frames a row of medians without any category.

        Returns
        -------
        Contributions
            ``values`` (n_samples, n_columns); each row sums to ``outputs - baseline`` up to `gap`.

        Raises
        ------
        BacklitError
            If there is no such class or output, or the columns are not the model's.

        Examples
        --------
        >>> from backlit import MLPRegressor
        >>> model = MLPRegressor(hidden_layer_sizes=(), solver="lbfgs", alpha=0.0)
        >>> rows = np.array([[0.0, 1.0], [1.0, 0.0], [2.0, 1.0], [3.0, 3.0]])
        >>> line = model.fit(rows, 2 * rows[:, 0] - rows[:, 1] + 5).contributions(rows[3:])
        >>> line.values.round(3).tolist(), line.baseline.round(3).tolist()
        ([[6.0, -3.0]], [5.0])
        """
        rows = self._inputs(X)
        start = np.zeros(rows.shape[1]) if baseline is None else self._inputs(baseline).mean(axis=0, dtype=np.float64)
        shares, offset = self._explained_output(rows, target)
        scores = contributions(self.network_, self.theta_, rows, start, shares, self._column_inputs())
        return Contributions(scores.columns, scores.values, scores.baseline + offset, scores.outputs + offset)

    @final
    def importance(
        self,
        X: Any,
        y: Any = None,
        *,
        repeats: int = 5,
        scoring: Callable[[Any, Any], float] | None = None,
        random_state: Any = 0,
    ) -> Importance:
        """How much the model relies on each column.

        Parameters
        ----------
        X : as for predict, shape (n_samples, n_columns)
        y : array-like, optional
            With it: the score that is lost when a column's cells are shuffled. Without: the mean magnitude of the
            columns' `contributions`.
        repeats : int
            How often each column is shuffled.
        scoring : callable, optional
            ``(y, predictions) -> float``, larger is better; accuracy or R^2 unless given.
        random_state : int
            Of the shuffling.

        Returns
        -------
        Importance

        Raises
        ------
        BacklitError
            If there is not a target for each row, or no repeat.

        Examples
        --------
        >>> from backlit import MLPClassifier
        >>> rows = np.random.default_rng(0).normal(size=(200, 2))
        >>> labels = rows[:, 1] > 0
        >>> model = MLPClassifier((8,), solver="lbfgs", random_state=0).fit(rows, labels)
        >>> [column for column, *_ in model.importance(rows, labels).ranked()]
        ['x[1]', 'x[0]']
        """
        if y is None:
            scores = self.contributions(X)
            sizes = np.abs(scores.values)
            return Importance(scores.columns, sizes.mean(axis=0), sizes.std(axis=0))
        rows, targets = self._inputs(X), np.asarray(self._truth(y))
        if len(targets) != len(rows):
            raise BacklitError(f"y: {len(targets)} targets for {len(rows)} rows of X; they must be as many")
        if repeats < 1:
            raise BacklitError(f"repeats: {repeats} shuffles measure nothing; use 1 or more")
        measure = scoring or self._default_score()
        return shuffled(
            rows,
            self._column_inputs(),
            lambda inputs: float(measure(targets, self._predictions_of(inputs))),
            repeats,
            seed_of(random_state),
        )

    @final
    def _default_score(self) -> Callable[[Any, Any], float]:
        from sklearn.metrics import accuracy_score, r2_score

        score: Callable[[Any, Any], float] = accuracy_score if self.task == "classification" else r2_score
        return score

    @final
    def _explained_output(self, rows: NDArray[Any], target: Any) -> tuple[NDArray[np.float64], float]:
        """The output that is explained, as weights of the last pre-activations for each row, and an offset to add."""
        count = self.network_.outputs
        if self.task == "classification" and not self._is_multilabel():
            codes = self._codes(rows) if target is None else np.full(len(rows), class_code(self.classes_, target))
            if count == 1:
                return np.where(codes == 1, 1.0, -1.0)[:, None], 0.0
            common = 1.0 / count if self.network_.output_gate == "softmax" else 0.0
            return np.eye(count)[codes] - common, 0.0
        number = 0 if target is None else target
        if isinstance(number, bool) or not isinstance(number, int | np.integer) or not 0 <= number < count:
            raise BacklitError(f"target: {target!r} is no output; use a whole number from 0 to {count - 1}")
        scale, offset = self._unit(int(number))
        return np.tile(scale * np.eye(count)[number], (len(rows), 1)), offset

    @final
    def _codes(self, rows: NDArray[Any]) -> NDArray[np.int64]:
        """The predicted classes, as indices."""
        outputs = self._outputs(rows)
        return outputs.argmax(axis=1) if outputs.shape[1] > 1 else (outputs[:, 0] > 0.5).astype(np.int64)

    # -- hooks: each estimator defines them ---------------------------------------------------------------------------

    @abstractmethod
    def _truth(self, y: Any) -> Any:
        """A target as predictions are compared with it."""

    @abstractmethod
    def _inputs(self, X: Any) -> NDArray[Any]:
        """Rows as the network reads them, shape (n_samples, inputs)."""

    @abstractmethod
    def _column_inputs(self) -> Groups:
        """The columns, and the inputs of the network that come from each."""

    @abstractmethod
    def _input_names(self) -> Sequence[str]:
        """The name of each input of the network; none where the columns have none."""

    @abstractmethod
    def _predictions_of(self, rows: NDArray[Any]) -> NDArray[Any]:
        """What `predict` returns, for rows as the network reads them."""

    @abstractmethod
    def _is_multilabel(self) -> bool:
        """Whether a row may have several labels at once."""

    @abstractmethod
    def _unit(self, number: int) -> tuple[float, float]:
        """Factor and offset that bring an output's pre-activation to the target's units."""
