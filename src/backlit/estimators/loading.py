"""A saved model back from its file."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from os import PathLike
from typing import Any

from sklearn.utils._param_validation import validate_parameter_constraints

from backlit import files
from backlit.errors import BacklitError, DamagedFile
from backlit.estimators.mlp.classifier import MLPClassifier
from backlit.estimators.mlp.regressor import MLPRegressor
from backlit.estimators.shared.header_schema import check_header
from backlit.estimators.shared.saving import restore_parameters
from backlit.estimators.tabular.classifier import TabularClassifier
from backlit.estimators.tabular.regressor import TabularRegressor
from backlit.formula.declaring import declarations_undone_on_error

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
    header, arrays = files.read_model(path, check=check_header)
    kind = ESTIMATORS[header["estimator"]]
    try:
        with declarations_undone_on_error():
            parameters = restore_parameters(header["parameters"])
            model = kind(**parameters)
            _check_parameters(kind, parameters)
            model._from_state(header, arrays)
    except BacklitError as error:
        raise error.located(str(path)) from None
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError) as error:
        why = " ".join(str(error).split())
        raise DamagedFile(f"{path} does not hold together ({why:.200}); take a fresh copy", path=path) from None
    return model


def _check_parameters(kind: Any, parameters: Mapping[str, Any]) -> None:
    """Refuse, as a fit does, values that a parameter cannot have; those that are not the default's are looked at."""
    usual = _defaults(kind)
    given = {name: value for name, value in parameters.items() if value is not usual[name] and value != usual[name]}
    constraints = {name: kind._parameter_constraints[name] for name in given}
    validate_parameter_constraints(constraints, given, kind.__name__)


@cache
def _defaults(kind: Any) -> Mapping[str, Any]:
    """The default of each parameter."""
    defaults: Mapping[str, Any] = kind().get_params()
    return defaults
