"""Parameters are declared once: signatures, constraints and docstrings are held to the tables."""

from __future__ import annotations

import inspect
import re
from typing import Any

import pytest

from backlit import MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor
from backlit.estimators.mlp import parameters as mlp
from backlit.estimators.shared.parameter_table import Table, docstring_rows
from backlit.estimators.tabular import parameters as tabular

TABLES = [
    (MLPClassifier, mlp.CLASSIFIER),
    (MLPRegressor, mlp.REGRESSOR),
    (TabularClassifier, tabular.CLASSIFIER),
    (TabularRegressor, tabular.REGRESSOR),
]


@pytest.mark.parametrize(("kind", "table"), TABLES)
def test_the_signature_has_the_tables_names_and_defaults_in_order(kind: Any, table: Table) -> None:
    signature = inspect.signature(kind.__init__).parameters
    assert {name: p.default for name, p in signature.items() if name != "self"} == {
        name: parameter.default for name, parameter in table.items()
    }
    assert [name for name in signature if name != "self"] == list(table)


@pytest.mark.parametrize(("kind", "table"), TABLES)
def test_the_constructor_keeps_every_argument_under_its_name(kind: Any, table: Table) -> None:
    assert vars(kind()) == {name: parameter.default for name, parameter in table.items()}


@pytest.mark.parametrize(("kind", "table"), TABLES)
def test_constraints_are_the_tables_and_accept_the_defaults(kind: Any, table: Table) -> None:
    assert kind._parameter_constraints == {name: parameter.constraint for name, parameter in table.items()}
    kind()._validate_params()


@pytest.mark.parametrize(("kind", "table"), TABLES)
def test_the_docstring_has_a_row_for_each_parameter(kind: Any, table: Table) -> None:
    documentation = inspect.getdoc(kind)
    assert documentation is not None
    assert docstring_rows(table) in documentation
    rows = documentation.partition("Parameters\n----------\n")[2].partition("\n\nAttributes\n")[0]
    assert re.findall(r"^(\w+) :", rows, re.MULTILINE) == list(table)
    assert all(parameter.form and parameter.text.endswith(".") for parameter in table.values())
    assert max(map(len, documentation.splitlines())) <= 120
