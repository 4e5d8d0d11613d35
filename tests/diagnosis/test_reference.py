"""The reference: trees as scikit-learn's forest gives them, and rows that were moved beside their targets."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesClassifier

from backlit.diagnosis import Case, Rows, Training, diagnose_case
from backlit.diagnosis.alignment import SHIFTS, moved, shift_of
from backlit.diagnosis.evidence import Evidence
from backlit.diagnosis.mend import code_of
from backlit.diagnosis.reference import TREES, _forest_shares
from backlit.diagnosis.symptoms.duplicate_rows import check as copies
from backlit.network.building import mlp

from .sick import fit, net, rings, shuffled


@pytest.mark.parametrize("seed", [0, 7])
def test_the_trees_are_the_forests(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, codes = rng.normal(size=(90, 5)), rng.integers(3, size=90)
    forest = ExtraTreesClassifier(TREES, random_state=seed).fit(x[:60], codes[:60])
    np.testing.assert_allclose(
        _forest_shares(x[:60], codes[:60], x[60:], seed), forest.predict_proba(x[60:]), atol=1e-15
    )


def slid(shift: int) -> tuple[Rows, Rows]:
    """Row i of X belongs to y[i + shift]; what has no row of its own gets what is left."""
    rows, held = rings()
    return Rows(rows.inputs, np.roll(rows.targets, shift, axis=0)), held


@pytest.mark.parametrize("shift", [1, -1, 3])
def test_targets_that_were_moved_are_found_and_the_mend_helps(shift: int) -> None:
    data = slid(shift)
    assert shift_of("classification", data[0]) == shift
    case = fit(data, net(data[0]), validated=shift != 1)
    seen = diagnose_case(case)
    assert seen.symptoms[0].name == "shuffled_labels"
    assert f"y[i + {shift}]" in seen.symptoms[0].described()[2]
    trial = seen.try_mend(seconds=4)
    assert trial.helped, trial
    assert trial.after > 0.9
    pair = {1: "X[:-1], y[1:]", -1: "X[1:], y[:-1]", 3: "X[:-3], y[3:]"}[shift]
    assert code_of(case, seen.symptoms[0].finding.mend) == f"X, y = {pair}"


def test_nothing_is_found_where_rows_fit_or_nothing_does() -> None:
    assert shift_of("classification", rings()[0]) is None
    assert shift_of("classification", shuffled()[0]) is None
    assert shift_of("classification", Rows(np.ones((5, 1)), np.ones((5, 1)))) is None
    for shift in SHIFTS:
        x, y = np.arange(9.0)[:, None], np.roll(np.arange(9.0)[:, None], shift, axis=0)
        pairs = moved(Rows(x, y), shift)
        np.testing.assert_array_equal(pairs.inputs, pairs.targets)


def rows_of(values: int, columns: int, count: int = 400) -> Case:
    """Codes, and the first 40 in 100 of them once more."""
    x = np.random.default_rng(0).integers(values, size=(count, columns)).astype(float)
    x = np.vstack([x, x[: count * 2 // 5]])
    blueprint = mlp(columns, (), 1, output_gate="sigmoid", loss="binary_cross_entropy")
    rows = Rows(x, (x[:, :1] > 0) * 1.0)
    return Case(blueprint, np.zeros(blueprint.theta_size), rows, "classification", training=Training())


@pytest.mark.parametrize(("values", "columns", "seen"), [(15, 16, True), (2, 64, True), (2, 4, False), (3, 6, False)])
def test_copies_among_few_values_are_no_accident_where_chance_makes_none(values: int, columns: int, seen: bool) -> None:
    finding = copies(Evidence(rows_of(values, columns)))
    assert (finding is not None) == seen
    if finding is not None:
        assert set(finding.rows) <= set(range(400, 560))
