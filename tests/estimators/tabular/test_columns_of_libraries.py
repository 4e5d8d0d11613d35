"""Fit, predict, score and file of Tabular*: columns, targets, groups and weights as the world's libraries give them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import backlit
from backlit.errors import BacklitError, DataWarning

SIZES = np.random.default_rng(0).permutation(np.linspace(1.0, 99.0, 120))
FRAME = pd.DataFrame({"s": SIZES})
LABELS = np.where(SIZES > 50, "L", "S")


def classifier(**options: Any) -> backlit.TabularClassifier:
    return backlit.TabularClassifier((16,), **{"epochs": 16, "n_members": 2, "random_state": 0, **options})


def regressor(**options: Any) -> backlit.TabularRegressor:
    return backlit.TabularRegressor((8,), **{"epochs": 2, "n_members": 1, "random_state": 0, **options})


@pytest.fixture(scope="module")
def reference() -> backlit.TabularClassifier:
    return classifier().fit(FRAME, LABELS)


@pytest.mark.parametrize(
    "labels",
    [
        pd.Series(LABELS).values,
        pd.Series(LABELS, dtype="category").values,
        pd.Index(LABELS),
        pd.Series(LABELS, dtype="string").array,
        pl.Series(LABELS),
        pa.array(LABELS),
        LABELS.astype("S"),
        LABELS.astype(">U1"),
    ],
)
def test_labels_of_every_container_train_the_same_model(labels: Any, reference: backlit.TabularClassifier) -> None:
    model = classifier().fit(FRAME, labels)
    np.testing.assert_array_equal(model.theta_, reference.theta_)
    assert model.score(FRAME, labels) == model.score(FRAME, LABELS) == reference.score(FRAME, LABELS) > 0.9


@pytest.mark.parametrize("kind", [">f8", ">f4", np.longdouble, ">i4", object])
def test_numbers_of_any_width_and_byte_order_train_as_plain_ones(kind: Any) -> None:
    plain = np.round(SIZES) if kind == ">i4" else SIZES.astype(np.float32) if kind == ">f4" else SIZES
    first, second = (classifier(epochs=2).fit(table, LABELS) for table in (
        pd.DataFrame({"s": plain}), pd.DataFrame({"s": plain.astype(kind)})))  # fmt: skip
    np.testing.assert_array_equal(first.theta_, second.theta_)


def test_records_train_as_their_frame(reference: backlit.TabularClassifier) -> None:
    records = FRAME.to_records(index=False)
    np.testing.assert_array_equal(classifier().fit(records, LABELS).theta_, reference.theta_)
    np.testing.assert_array_equal(reference.predict(records), reference.predict(FRAME))


def test_intervals_are_categories_from_the_fit_to_the_file_and_back(tmp_path: Path) -> None:
    cut = pd.cut(SIZES, 4)
    frame = pd.DataFrame({"s": cut})
    model = classifier().fit(frame, LABELS)
    assert model.score(frame, LABELS) > 0.95
    model.save(tmp_path / "model")
    for cells in (cut.astype(object), np.array([str(interval) for interval in cut]), pd.IntervalIndex(list(cut))):
        again = backlit.load(tmp_path / "model").predict(pd.DataFrame({"s": cells}))
        np.testing.assert_array_equal(again, model.predict(frame))
    target = classifier().fit(FRAME, pd.cut(SIZES, 2))
    assert target.score(FRAME, pd.cut(SIZES, 2)) > 0.9


def test_periods_are_times_as_a_column_and_text_as_classes(tmp_path: Path) -> None:
    months = pd.period_range("2010-01", periods=120, freq="M")
    halves = np.where(np.arange(120) % 12 < 6, "a", "b")
    model = classifier(epochs=32).fit(pd.DataFrame({"p": months}), halves)
    assert model.encoder_.columns[0].kind == "datetime"
    stamps = pd.DataFrame({"p": months.to_timestamp()})
    assert model.score(stamps, halves) == model.score(pd.DataFrame({"p": months}), halves) > 0.9
    classes = pd.Series(pd.PeriodIndex(np.where(SIZES > 50, "2020-01", "2021-01"), freq="M"))
    model = classifier().fit(FRAME, classes)
    assert model.classes_.tolist() == ["2020-01", "2021-01"]
    assert model.score(FRAME, classes) > 0.9
    model.save(tmp_path / "model")
    assert backlit.load(tmp_path / "model").score(FRAME, classes.array) > 0.9


def test_flags_in_the_spelling_of_the_fit_or_another() -> None:
    model = classifier().fit(pd.DataFrame({"k": np.where(SIZES > 50, "True", "False")}), LABELS)
    for later in ([True, False], ["true", "false"], [1, 0], np.array([True, False], object)):
        assert model.predict(pd.DataFrame({"k": later})).tolist() == ["L", "S"]
    with pytest.warns(DataWarning, match="column 'k': no cell .* 'yes' in row 0; seen were 'False', 'True'"):
        model.predict(pd.DataFrame({"k": ["yes", "no"]}))


def test_labels_are_scored_in_any_spelling() -> None:
    model = classifier().fit(FRAME, SIZES > 50)
    expected = model.score(FRAME, SIZES > 50)
    assert expected > 0.9
    for labels in (
        np.where(SIZES > 50, "True", "False"),
        (SIZES > 50).astype(int),
        pd.array(SIZES > 50, dtype="boolean"),
    ):
        assert model.score(FRAME, labels) == expected
    assert model.score(FRAME, np.full(120, 7)) == 0.0


@pytest.mark.parametrize("weights", [pd.array(SIZES, dtype="Float64"), [Decimal(str(size)) for size in SIZES],
                                     pa.array(SIZES), pl.Series(SIZES), SIZES.astype(">f8")])  # fmt: skip
def test_weights_of_every_container(weights: Any) -> None:
    first, second = (regressor().fit(FRAME, SIZES, sample_weight=given) for given in (SIZES, weights))
    np.testing.assert_array_equal(first.theta_, second.theta_)


def test_a_bad_weight_is_named_with_its_row() -> None:
    for bad in (None, -1.0, np.inf):
        with pytest.raises(BacklitError, match=r"sample_weight: .* in row 3 it is"):
            regressor().fit(FRAME, SIZES, sample_weight=[1.0, 1.0, 1.0, bad, *[1.0] * 116])
    with pytest.raises(BacklitError, match="sample_weight: 'x' in row 0 is not a number"):
        regressor().fit(FRAME, SIZES, sample_weight=["x"] * 120)


GROUPS = ["g", "h", None, "i"] * 30


@pytest.mark.parametrize(
    "groups",
    [
        GROUPS,
        pd.Series(GROUPS),
        pd.Categorical(GROUPS),
        pa.array(GROUPS),
        np.array(GROUPS, object),
        [1.0, 2.0, np.nan, 3.0] * 30,
        pd.array([1, 2, None, 3] * 30, dtype="Int64"),
        pd.PeriodIndex(["2020", "2021", None, "2022"] * 30, freq="Y"),
    ],
)
def test_rows_without_a_group_are_groups_of_their_own(groups: Any) -> None:
    first, second = (classifier(epochs=2).fit(FRAME, LABELS, groups=given) for given in (groups, GROUPS))
    np.testing.assert_array_equal(first.theta_, second.theta_)


def test_groups_that_cannot_be_are_refused_by_name() -> None:
    for groups, said in ((["a"] * 7, "groups: 7 for 120 rows"), (np.zeros((120, 2)), "groups: 120x2 values"),
                         (object(), "groups is a builtins.object"), ([[1]] * 120, "groups: ")):  # fmt: skip
        with pytest.raises(BacklitError, match=said):
            classifier().fit(FRAME, LABELS, groups=groups)


@pytest.mark.parametrize("values", [[Decimal(str(v)) for v in SIZES], SIZES.astype(object), SIZES.astype(">f8"),
                                    pl.Series(SIZES), pd.array(SIZES, dtype="Float64"), pd.Index(SIZES)])  # fmt: skip
def test_targets_of_numbers_of_every_container(values: Any) -> None:
    first, second = (regressor().fit(FRAME, target) for target in (SIZES, values))
    np.testing.assert_array_equal(first.theta_, second.theta_)


def test_answers_beyond_the_targets(tmp_path: Path) -> None:
    time = pd.DataFrame({"t": np.arange(120.0)})
    later = pd.DataFrame({"t": [150.0, 3000.0]})
    end = 238.0 + 10 * 238.0  # a straight line is kept, which may leave the range by ten times its width
    clipped = regressor(epochs=32).fit(time, 2 * time["t"])
    free = regressor(epochs=32, clip=False).fit(time, 2 * time["t"])
    assert clipped.predict(later).max() <= end * 1.001
    assert free.predict(later).max() > end * 1.001
    free.save(tmp_path / "model")
    again = backlit.load(tmp_path / "model")
    assert again.clip is False
    np.testing.assert_array_equal(again.predict(later), free.predict(later))
    assert (free.set_params(clip=True).predict(later) <= end * 1.001).all()
    with pytest.raises(BacklitError, match="clip"):
        regressor(clip="no").fit(time, time["t"])


def test_importance_and_score_take_what_the_fit_takes() -> None:
    for labels in (pd.cut(SIZES, 2), pd.PeriodIndex(np.where(SIZES > 50, "2020-01", "2021-01"), freq="M")):
        ((column, lost, _),) = classifier().fit(FRAME, labels).importance(FRAME, labels).ranked()
        assert (column, lost > 0.2) == ("s", True)
    wide = pl.Series(np.round(SIZES).astype(int).tolist(), dtype=pl.Int128)
    assert regressor().fit(FRAME, wide).score(FRAME, wide) == regressor().fit(FRAME, wide).score(FRAME, np.round(SIZES))


@pytest.mark.filterwarnings("ignore:the matrix subclass")
def test_one_row_and_a_matrix_of_numpy() -> None:
    months = pd.DataFrame({"p": pd.period_range("2020-01", periods=120, freq="M")})
    model = classifier(epochs=2).fit(months, LABELS)
    row = model.as_network_row({"p": months["p"][3]}, "L")[0]
    np.testing.assert_array_equal(row, model.encoder_.encode(months)[3])
    first, second = (classifier(epochs=2).fit(rows, LABELS) for rows in (np.matrix(SIZES).T, SIZES[:, None]))
    np.testing.assert_array_equal(first.theta_, second.theta_)
