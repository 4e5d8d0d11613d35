"""What a user decides about cells, and how a target and a file were read, is kept with the model."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import backlit
from backlit import DataWarning, TabularClassifier, TabularRegressor
from backlit.errors import DataError
from backlit.estimators.shared.table_input import options_for
from backlit.files import ReadOptions, read_table

NUMBERS = np.array([round(1 + 97.3 * (i * 0.618 % 1), 3) for i in range(60)])
LABELS = np.where(NUMBERS > 50, "L", "S")
SMALL: dict[str, Any] = {"hidden_layer_sizes": (8,), "epochs": 4, "n_members": 1, "random_state": 0}


def quietly(model: Any, *data: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        return model.fit(*data)


@pytest.mark.parametrize("write", ["${:,.3f}", "{:.3f}", "{:.3f} EUR", " {:.3f} "])
def test_a_target_of_text_is_read_as_numbers(tmp_path: Path, write: str) -> None:
    frame = pd.DataFrame({"s": NUMBERS})
    price = pd.Series([write.format(3 * x) for x in NUMBERS], name="price")
    plain = TabularRegressor(**SMALL).fit(frame, (3 * NUMBERS).round(3))
    model = quietly(TabularRegressor(**SMALL), frame, price)
    np.testing.assert_array_equal(model.predict(frame), plain.predict(frame))
    assert model.score(frame, price) == plain.score(frame, (3 * NUMBERS).round(3))
    model.save(tmp_path / "m.backlit")
    again = backlit.load(tmp_path / "m.backlit")
    assert again.score(frame, price) == model.score(frame, price)
    assert again.importance(frame, price).mean.shape == (1,)


def test_a_target_in_disguise_is_named() -> None:
    with pytest.warns(DataWarning, match=r"column 'price' is read as numbers in \$: '\$1' is 1"):
        TabularRegressor(**SMALL).fit(
            pd.DataFrame({"s": NUMBERS}), pd.Series([f"${i}" for i in range(1, 61)], name="price")
        )


def test_missing_is_one_list_for_columns_and_target() -> None:
    region = np.where(np.arange(60) % 3 == 0, "NA", np.where(np.arange(60) % 3 == 1, "EU", "AS"))
    model = quietly(TabularClassifier(**SMALL), pd.DataFrame({"s": NUMBERS}), region)
    assert model.classes_.tolist() == ["AS", "EU", "NA"]
    with pytest.raises(DataError, match=r"the target has 20 missing values \('NA'\), the first in row 0"):
        TabularClassifier(**SMALL, missing="NA").fit(pd.DataFrame({"s": NUMBERS}), region)
    frame = pd.DataFrame({"s": np.where(np.arange(60) % 9 == 0, -999.0, NUMBERS)})
    absent = pd.DataFrame({"s": np.where(np.arange(60) % 9 == 0, np.nan, NUMBERS)})
    model = TabularClassifier(**SMALL, missing=-999).fit(frame, LABELS)
    np.testing.assert_array_equal(
        model.predict_proba(frame), TabularClassifier(**SMALL).fit(absent, LABELS).predict_proba(absent)
    )


def test_day_first_is_kept(tmp_path: Path) -> None:
    days = [f"{1 + i % 12:02d}/{1 + i % 11:02d}/2021" for i in range(60)]
    frame = pd.DataFrame({"day": days, "s": NUMBERS})
    first, second = (quietly(TabularClassifier(**SMALL, day_first=choice), frame, LABELS) for choice in (True, False))
    assert [model.encoder_.columns[0].form.order for model in (first, second)] == ["dmy", "mdy"]
    second.save(tmp_path / "m.backlit")
    again = backlit.load(tmp_path / "m.backlit")
    assert again.get_params()["day_first"] is False
    np.testing.assert_array_equal(again.predict_proba(frame), second.predict_proba(frame))


def test_a_later_file_is_read_as_the_first_one_was(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("s;t\n" + "".join(f"{x:.3f};{x / 7:.2f}\n".replace(".", ",") for x in NUMBERS))
    model = TabularClassifier(**SMALL).fit(read_table(path), LABELS)
    model.save(tmp_path / "m.backlit")
    path.write_text("s;t\n1,234;2\n8,125;3\n")
    again = backlit.load(tmp_path / "m.backlit")
    table = read_table(path, options=options_for(again, ReadOptions()))
    assert table["s"].to_pylist() == [1.234, 8.125]


def test_one_warning_names_all_columns_of_which_nothing_was_seen() -> None:
    frame = pd.DataFrame({"k": ["a", "b"] * 30, "m": ["x", "y", "z"] * 20, "s": NUMBERS})
    model = TabularClassifier(**SMALL).fit(frame, LABELS)
    other = frame.assign(k="c", m="w")
    with pytest.warns(DataWarning) as caught:
        model.predict(other)
    assert [len(warning.message.notes) for warning in caught] == [2]  # type: ignore[union-attr]
    assert caught[0].filename == __file__
