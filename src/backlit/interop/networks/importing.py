"""`backlit.import_network`: a network that another tool trained, as an estimator of ours."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from typing import Any

from backlit.errors import BacklitError
from backlit.estimators.shared.has_network import HasNetwork
from backlit.interop.networks.building import Wishes, estimator_of
from backlit.interop.networks.reader import all_readers
from backlit.interop.networks.source import OF_PICKLES, pickled, source_of


def import_network(
    source: Any | str | PathLike[str],
    classes: Sequence[Any] | None = None,
    *,
    output: str | None = None,
    loss: str | None = None,
    feature_names: Sequence[str] | None = None,
    **parameters: Any,
) -> Any:
    """Read a network that another tool trained into an estimator of ours, with its scalers in sight.

    Parameters
    ----------
    source : object or path
        A fitted network of another library, or a file; docs/interop.md lists them. No code of a file is run.
    classes : sequence of labels, optional
        The labels of a network that classifies, in the order of its outputs (of one output: those for 0 and 1), where
        the source does not hold them; 0, 1, ... unless given.
    output : str, optional
        The gate that follows the last layer where the network ends in logits: ``"softmax"``, ``"sigmoid"``, or another
        one of ``backlit.GATES``. With `classes` a network without a last gate gets softmax (sigmoid for one output).
    loss : str, optional
        The loss of traces, and of a training that goes on; unless given the one that fits the last gate.
    feature_names : sequence of str, optional
        Names of the columns, where the source does not hold them.
    **parameters
        Of the estimator, such as ``solver="sgd"`` and ``learning_rate_init=0.1``, for `partial_fit`.

    Returns
    -------
    MLPClassifier or MLPRegressor
        Fitted, of the network's float type. What the network does to columns before its first layer and to outputs
        after its last is part of ``network_``; ``partial_fit`` trains on from its weights, while scalers and batch
        norms stay; ``fit`` begins anew. ``provenance_["imported"]`` has the tool, its version and notes.

    Raises
    ------
    BacklitError
        In one line that names the layer and the mend: if the source is no chain of layers that is known here, or what
        it holds does not fit together.
    MissingExtra
        If a reader needs a library that is not installed.
    OSError
        If a file cannot be read.

    Examples
    --------
    >>> from sklearn.neural_network import MLPRegressor
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> X, y = [[100.0], [200.0], [300.0]], [1.0, 2.0, 3.0]
    >>> network = MLPRegressor(hidden_layer_sizes=(4,), solver="lbfgs", random_state=0)
    >>> theirs = make_pipeline(StandardScaler(), network).fit(X, y)
    >>> ours = import_network(theirs)
    >>> [layer.kind for layer in ours.network_.layers], bool(abs(ours.predict(X) - theirs.predict(X)).max() < 1e-12)
    (['scaling', 'dense', 'dense'], True)
    """
    return _read(source, Wishes(classes, output, loss, feature_names, parameters))


def _read(source: Any, wishes: Wishes) -> Any:
    """The estimator that the first reader who knows the source makes of it."""
    given = source_of(source)
    if isinstance(source, HasNetwork):
        raise BacklitError(f"import_network: this {type(source).__name__} is one of ours already; use it as it is")
    for reader in all_readers():
        if reader.recognises(given):
            try:
                return estimator_of(reader.read(given, wishes.parameters), wishes)
            except BacklitError as error:
                raise error.located(str(given.path) if given.path else f"import_network ({reader.tool})") from None
    if given.path is not None and given.path.suffix.lower() in OF_PICKLES:
        raise pickled(given.path)
    what = str(given.path) if given.path else type(source).__name__
    known = "; ".join(reader.takes for reader in all_readers())
    raise BacklitError(f"import_network: {what} is no network that is known here; give one of: {known}")
