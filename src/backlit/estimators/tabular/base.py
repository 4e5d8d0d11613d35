"""What classifier and regressor of raw frames share: calls of the fit, encoding of rows, files."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any, Self, final

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from backlit.encoding import FrameEncoder
from backlit.encoding.column_threads import columns_by
from backlit.encoding.text import TextReading
from backlit.errors import BacklitError
from backlit.estimators.inspection.columns import Groups, HasColumns
from backlit.estimators.shared.saving import State, fits, network_state, restore_network
from backlit.estimators.shared.table_input import frames_of, one_row
from backlit.estimators.tabular.metrics import FitTask
from backlit.estimators.tabular.recipe import Recipe
from backlit.scale import is_source

if TYPE_CHECKING:
    from backlit.engine.optimizer import Optimizer  # loads numba, which waits for the first fit
    from backlit.training.history import History
    from backlit.training.snapshots import Snapshots

SAVED = ("n_iter_", "best_epoch_")
"""Fitted attributes that a model file keeps, beside network, encoder and targets."""

ENCODER = "encoder."
"""Before the names of the encoder's arrays in a model file."""


class BaseTabular(HasColumns, BaseEstimator):
    """Networks of raw frames; classifier and regressor define targets and predictions.

    The fit itself is in `backlit.estimators.tabular.fit`.
    """

    hidden_layer_sizes: int | Sequence[int] | None
    epochs: int | None
    batch_size: int | None
    learning_rate: float | None
    validation_fraction: float | None
    n_members: int | None
    metric: str | Callable[..., float] | None
    ordered: bool
    time_limit: float | None
    missing: str | Sequence[str] | None
    day_first: bool | None
    warm_start: bool
    random_state: Any
    verbose: bool
    checkpoint: str | PathLike[str] | None
    checkpoint_seconds: float
    checkpoint_epochs: int | None
    diagnose: bool | Sequence[int]

    encoder_: FrameEncoder
    n_features_in_: int
    feature_names_in_: NDArray[Any]
    n_layers_: int
    n_outputs_: int
    n_iter_: int
    best_epoch_: int
    histories_: tuple[History, ...]
    interrupted_: bool
    target_name_: str
    snapshots_: Snapshots
    _members: list[NDArray[np.float32]]
    _optimizer: Optimizer

    # -- hooks: classifier and regressor define them ------------------------------------------------------------------

    @abstractmethod
    def _learn_target(self, y: Any, classes: Any = None) -> NDArray[np.float32]:
        """Learn how targets are encoded, and encode them: class codes (n, 1), indicators or scores (n, outputs)."""

    @abstractmethod
    def _target_text(self) -> TextReading | None:
        """How a target of text was read as numbers."""

    @abstractmethod
    def _encode_target(self, y: Any) -> NDArray[np.float32]:
        """Encode further targets in the same way."""

    @abstractmethod
    def _observe_targets(self, targets: NDArray[np.float32]) -> None:
        """Keep what predictions need to know of the targets that are learnt from."""

    @abstractmethod
    def _fit_task(self, recipe: Recipe, targets: NDArray[np.float32]) -> FitTask:
        """Loss, outputs, metrics and strata of a fit to such targets."""

    @abstractmethod
    def _takes_line(self) -> bool:
        """Whether targets are numbers that a straight line beside the network can be taken from."""

    @abstractmethod
    def _widen_range(self, margin: float) -> None:
        """Let predictions leave the range of the targets at each end, by so many times its width."""

    @abstractmethod
    def _class_weights(self, targets: NDArray[np.float32]) -> NDArray[np.float64] | None:
        """A weight for each row by its class, shape (n,), or None."""

    @abstractmethod
    def _calibrate(self, outputs: NDArray[Any], targets: NDArray[Any], weights: NDArray[Any], copies: int) -> None:
        """Correct the scale of the outputs, by rows that their member had not seen."""

    @abstractmethod
    def _target_row(self, y: Any) -> NDArray[np.float64]:
        """One sample's target as the loss takes it, shape (outputs,)."""

    @abstractmethod
    def _target_state(self) -> State:
        """What was learnt of the targets, as JSON and arrays."""

    @abstractmethod
    def _take_target(self, header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
        """Take over what `_target_state` gave, of a fit of this process or of a cache."""

    @abstractmethod
    def _restore_target(self, header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
        """Read `_target_state` of a file back, and check it."""

    # -- fitting ------------------------------------------------------------------------------------------------------

    @final
    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
        groups: Any = None,
        classes: Any = None,
        on_epoch: Callable[[Any], bool | None] | None = None,
    ) -> Self:
        """Encode the frame, hold a part out, train, and keep the epoch that did best on that part.

        Parameters
        ----------
        X : data frame (pandas, polars, pyarrow, ...) or array, shape (n_samples, n_columns)
            Numbers, text, categories, booleans, dates; nulls and infinities are fine. What need not fit in memory is a
            path, a folder or a pattern of files, a dataset or a stream of Arrow (`backlit.out_of_core`).
        y : array-like, shape (n_samples,), or (n_samples, n_outputs) for regression
            Out of core the name of a column, as is `sample_weight`. Of a classifier, several columns of 0 and 1 are
            labels that a row has or has not; floats that sum to 1 in each row, of which any lies between, are the
            probability of each class.
        sample_weight : array-like, shape (n_samples,), optional
        X_val, y_val : as X and y, optional
            Rows that select the best epoch; then all rows of X are learnt from.
        groups : array-like, shape (n_samples,), optional
            Rows of one group are never both learnt from and validated on. Where the group is missing (None, NaN), the
            row is a group of its own.
        classes : array-like, optional
            For a classifier: all labels that may occur; of probabilities each one's label (a frame's names).
        on_epoch : callable, optional
            Called after each epoch (number, loss, score, rate); returning True stops the training.

        Returns
        -------
        self

        Raises
        ------
        BacklitError
            If a column or the target cannot be used, naming it, the training has no finite parameters to keep, or the
            metric is never finite.

        Examples
        --------
        >>> from backlit import TabularRegressor
        >>> seen = []
        >>> model = TabularRegressor((8,), epochs=4, n_members=1, random_state=0)
        >>> model = model.fit([[0.0], [1.0]] * 20, [0.0, 1.0] * 20, on_epoch=lambda epoch: seen.append(epoch.number))
        >>> seen
        [1, 2, 3, 4]
        """
        from backlit.estimators.tabular.fit import FitInput, fit  # loads numba, which waits for the first fit
        from backlit.estimators.tabular.fit_out_of_core import fit_out_of_core

        self._check_parameters()
        given = FitInput(X, y, sample_weight, X_val, y_val, groups, classes, on_epoch)
        (fit_out_of_core if is_source(X) else fit)(self, given)
        return self

    @final
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None, *, classes: Any = None) -> Self:
        """Train one epoch on these rows, from the parameters as they are.

        How columns become numbers is learnt by the first call, or by `fit`, and stays: give it rows of every kind.
        Nothing is held out, so that no epoch is selected and probabilities are not calibrated anew.

        Parameters
        ----------
        X, y, sample_weight
            As in `fit`.
        classes : array-like, optional
            For a classifier at the first call, all labels that will ever occur, unless these rows have them all.

        Returns
        -------
        self

        Raises
        ------
        BacklitError
            If a column or the target cannot be used, a label is new, or the training has no finite parameters to keep.

        Examples
        --------
        >>> from backlit import TabularClassifier
        >>> model = TabularClassifier((8,), n_members=1, random_state=0)
        >>> model.partial_fit([["a"], ["b"]], ["no", "yes"]).partial_fit([["a"], ["b"]], ["no", "yes"]).n_iter_
        2
        """
        from backlit.estimators.tabular.fit import FitInput  # loads numba, which waits for the first fit
        from backlit.estimators.tabular.partial_fit import partial_fit

        self._check_parameters()
        partial_fit(self, FitInput(X, y, sample_weight, classes=classes))
        return self

    @final
    def _check_parameters(self) -> None:
        """Refuse what a parameter cannot be, in one line of ours."""
        try:
            self._validate_params()
        except ValueError as error:
            raise BacklitError(" ".join(str(error).split())) from None

    # -- rows ---------------------------------------------------------------------------------------------------------

    @final
    def _set_encoder(self, encoder: FrameEncoder) -> None:
        self.encoder_ = encoder
        self.n_features_in_ = len(encoder.feature_names_in)
        self.feature_names_in_ = np.array(encoder.feature_names_in, dtype=object)

    @final
    def _inputs(self, X: Any) -> NDArray[np.float32]:
        check_is_fitted(self, "theta_")
        with columns_by(self.n_jobs):
            return self.encoder_.encode(X)

    @final
    def _by_parts(self, X: Any, finish: Callable[[NDArray[np.float32]], NDArray[Any]]) -> NDArray[Any]:
        """Apply `finish` to the encoded rows, so many at a time that memory does not grow with them."""
        check_is_fitted(self, "theta_")
        with columns_by(self.n_jobs):
            return np.concatenate([finish(part) for frame in frames_of(X) for part in self.encoder_.parts(frame)])

    @final
    def _column_inputs(self) -> Groups:
        return [
            (column.name, [i for block in column.blocks for i in range(block.start, block.start + block.width)])
            for column in self.encoder_.columns
        ]

    @final
    def _input_names(self) -> Sequence[str]:
        return self.encoder_.feature_names_out

    @final
    def as_network_row(self, x: Any, y: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """One row as the network reads it, for `backlit.trace`.

        Parameters
        ----------
        x : frame of one row, mapping of column to cell, or sequence of cells in the order of the columns
        y : a label, or a number or numbers

        Returns
        -------
        inputs : ndarray of float64, shape (inputs,)
        targets : ndarray of float64, shape (outputs,)

        Raises
        ------
        BacklitError
            If a column is missing, a cell cannot be read, or the label is not among `classes_`.
        """
        return self._inputs(one_row(x, self.encoder_.feature_names_in))[0].astype(np.float64), self._target_row(y)

    def __sklearn_tags__(self) -> Any:
        """What is taken beside plain numbers: text, categories, nulls, sparse matrices."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = tags.input_tags.string = True
        tags.input_tags.categorical = tags.input_tags.sparse = True
        tags.target_tags.required = True
        return tags

    # -- files --------------------------------------------------------------------------------------------------------

    @final
    def _to_state(self) -> State:
        header, arrays = network_state(self)
        encoder, encoder_arrays = self.encoder_.to_state()
        header |= {"encoder": encoder, "fitted": {name: vars(self)[name] for name in SAVED}}
        if "target_name_" in vars(self):
            header["target_name"] = str(self.target_name_)
        target, target_arrays = self._target_state()
        arrays |= {f"{ENCODER}{name}": array for name, array in encoder_arrays.items()}
        return header | target, arrays | target_arrays

    @final
    def _from_state(self, header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
        restore_network(self, header, arrays)
        encoder = {name.removeprefix(ENCODER): array for name, array in arrays.items() if name.startswith(ENCODER)}
        self._set_encoder(FrameEncoder.from_state(header["encoder"], encoder))
        fits(self.encoder_.n_outputs == self.network_.inputs, "its network has another number of inputs")
        if "target_name" in header:
            self.target_name_ = header["target_name"]
        for name in SAVED:
            setattr(self, name, header["fitted"][name])
        self._restore_target(header, arrays)
        expected = {"theta", *(f"{ENCODER}{name}" for name in ("center", "factor")), *self._target_state()[1]}
        fits(arrays.keys() == expected, "it holds other arrays")
