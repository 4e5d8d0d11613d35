"""A class of the estimators is abstract or final: no concrete method is overridden by a concrete one."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import pytest

from backlit import MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor
from backlit.estimators.mlp.base import BaseMLP
from backlit.estimators.tabular.base import BaseTabular

ESTIMATORS = (MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor)

HOOKS = {
    "__sklearn_tags__": "scikit-learn asks each class to extend the tags of its bases",
    "score": "scikit-learn compares labels by type, and a fit takes them in any spelling",
}
"""Concrete methods that are overridden all the same -> why."""


def is_method(value: Any) -> bool:
    return callable(value) or isinstance(value, property | classmethod | staticmethod)


def is_abstract(value: Any) -> bool:
    return bool(getattr(value, "__isabstractmethod__", False))


def overrides(kind: type) -> Iterator[str]:
    """The concrete methods of a class's bases that are overridden by a concrete one of ours."""
    chain = [base for base in kind.__mro__ if base is not object]
    for number, base in enumerate(chain):
        if not base.__module__.startswith("backlit"):
            continue
        for name, value in vars(base).items():
            if name.startswith("__") and name.endswith("__") and name not in HOOKS:
                continue  # what Python gives every class: __init__, __doc__, ...
            concrete = is_method(value) and not is_abstract(value) and name not in HOOKS
            for above in chain[number + 1 :]:
                other = vars(above).get(name)
                if concrete and other is not None and is_method(other) and not is_abstract(other):
                    yield f"{base.__name__}.{name} overrides {above.__name__}.{name}"


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_nothing_concrete_is_overridden(kind: type) -> None:
    assert list(overrides(kind)) == []


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_no_abstract_hook_is_left(kind: type) -> None:
    assert not inspect.isabstract(kind)


@pytest.mark.parametrize("base", [BaseMLP, BaseTabular])
def test_bases_are_abstract(base: type) -> None:
    with pytest.raises(TypeError, match="abstract"):
        base()


def test_the_walk_finds_an_override() -> None:
    class Wrong(MLPRegressor):
        def predict(self, X: Any) -> Any:
            return X

    Wrong.__module__ = "backlit.wrong"
    assert list(overrides(Wrong)) == ["Wrong.predict overrides MLPRegressor.predict"]


@pytest.mark.parametrize(("kind", "task"), list(zip(ESTIMATORS, ["classification", "regression"] * 2, strict=True)))
def test_each_knows_its_task(kind: Any, task: str) -> None:
    assert kind().task == task
