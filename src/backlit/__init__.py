"""Backlit: neural networks whose gradients you can see.

The public names and nothing else. Each is loaded from its module when it is first used, so that ``import backlit``
imports no other package. From version 0.1.0 on a public name or a parameter changes only through a deprecation;
``tests/public_names.txt`` is the list.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backlit import errors, experiments, practice
    from backlit.declared.gates import GATES
    from backlit.diagnosis import diagnose
    from backlit.errors import BacklitError, DataWarning
    from backlit.estimators.loading import load
    from backlit.estimators.mlp.classifier import MLPClassifier
    from backlit.estimators.mlp.regressor import MLPRegressor
    from backlit.estimators.tabular.classifier import TabularClassifier
    from backlit.estimators.tabular.regressor import TabularRegressor
    from backlit.formula.declaring import gate, loss
    from backlit.interop.networks import import_network
    from backlit.interop.onnx import to_onnx
    from backlit.reporting import report
    from backlit.scale.mpi import distributed
    from backlit.scale.opening import out_of_core
    from backlit.tracing.trace import trace

__version__ = "0.1.0"

__all__ = [
    "GATES",
    "BacklitError",
    "DataWarning",
    "MLPClassifier",
    "MLPRegressor",
    "TabularClassifier",
    "TabularRegressor",
    "__version__",
    "diagnose",
    "distributed",
    "errors",
    "experiments",
    "gate",
    "import_network",
    "load",
    "loss",
    "out_of_core",
    "practice",
    "report",
    "to_onnx",
    "trace",
]

_MODULES = {
    "BacklitError": "backlit.errors",
    "DataWarning": "backlit.errors",
    "GATES": "backlit.formula",
    "MLPClassifier": "backlit.estimators.mlp.classifier",
    "MLPRegressor": "backlit.estimators.mlp.regressor",
    "TabularClassifier": "backlit.estimators.tabular.classifier",
    "TabularRegressor": "backlit.estimators.tabular.regressor",
    "diagnose": "backlit.diagnosis",
    "errors": "backlit.errors",
    "experiments": "backlit.experiments",
    "practice": "backlit.practice",
    "gate": "backlit.formula.declaring",
    "import_network": "backlit.interop.networks",
    "load": "backlit.estimators.loading",
    "loss": "backlit.formula.declaring",
    "distributed": "backlit.scale.mpi",
    "out_of_core": "backlit.scale",
    "report": "backlit.reporting",
    "to_onnx": "backlit.interop.onnx",
    "trace": "backlit.tracing",
}


def __getattr__(name: str) -> object:
    """Load a public name from its module, once."""
    if name not in _MODULES:
        raise AttributeError(f"module 'backlit' has no attribute {name!r}")
    module = importlib.import_module(_MODULES[name])
    value = module if module.__name__ == f"backlit.{name}" else getattr(module, name)  # some modules are public
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted({*globals(), *__all__})
