"""A saved model back from its file."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from typing import Any

from backlit import files
from backlit.errors import DamagedFile
from backlit.estimators.mlp.classifier import MLPClassifier
from backlit.estimators.mlp.regressor import MLPRegressor
from backlit.estimators.shared.saving import restore_parameters
from backlit.estimators.tabular.classifier import TabularClassifier
from backlit.estimators.tabular.regressor import TabularRegressor

ESTIMATORS: Mapping[str, Any] = {
    kind.__name__: kind for kind in (MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor)
}


def load(path: str | PathLike[str]) -> Any:
    """Read a model that `save` wrote.

    Parameters
    ----------
    path : str or path-like

    Returns
    -------
    MLPClassifier, MLPRegressor, TabularClassifier or TabularRegressor

    Raises
    ------
    DamagedFile
        If the file is not a model of Backlit's, or damaged.
    OSError
        If it cannot be read.

    Examples
    --------
    >>> import tempfile, pathlib, backlit
    >>> model = backlit.MLPClassifier((8,), solver="lbfgs", random_state=0).fit([[0.0], [1.0]] * 20, ["no", "yes"] * 20)
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "model.safetensors"
    >>> model.save(path)
    >>> backlit.load(path).predict([[0.0], [1.0]]).tolist()
    ['no', 'yes']
    """
    header, arrays = files.read_model(path)
    if "checkpoint" in header:
        raise DamagedFile(f"{path} is the checkpoint of a training, and no model; resume the training", path=path)
    kind = ESTIMATORS.get(str(header.get("estimator")))
    if kind is None:
        raise DamagedFile(f"{path}: holds no estimator that is known here; it may be of a newer version", path=path)
    try:
        known = kind().get_params()
        given = restore_parameters(header["parameters"])
        model = kind(**{name: value for name, value in given.items() if name in known})
        model._from_state(header, arrays)
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        message = f"{path}: {type(error).__name__} while reading the model; the file is damaged"
        raise DamagedFile(message, path=path) from None
    return model
