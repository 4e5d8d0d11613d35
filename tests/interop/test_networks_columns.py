"""Networks behind imputers and encoders: raw columns in, what is done to them in sight, in files and in ONNX."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pandas as pd
import pyarrow as pa
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, OrdinalEncoder, StandardScaler

import backlit
from backlit.encoding.preparation import Entry, Preparation
from backlit.errors import BacklitError, DataError

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
rng = np.random.default_rng(0)
ROWS = 60
FRAME = pd.DataFrame(
    {
        "city": rng.choice(["Paris", "Rome", "Seoul", "Oslo"], ROWS, p=[0.5, 0.3, 0.15, 0.05]),
        "age": np.where(rng.random(ROWS) < 0.2, np.nan, rng.normal(40, 12, ROWS)),
        "size": rng.choice(["S", "M", "L"], ROWS),
        "floor": rng.choice([1, 2, 5], ROWS),
        "income": rng.normal(3000, 900, ROWS),
    }
)
GAPS = FRAME.assign(city=FRAME["city"].mask(rng.random(ROWS) < 0.2), size=FRAME["size"].mask(rng.random(ROWS) < 0.2))
Y = rng.normal(size=ROWS)
SIZES = OrdinalEncoder(categories=[["S", "M", "L"]])


def network(**keywords: Any) -> Any:
    return MLPRegressor(hidden_layer_sizes=(5,), solver="lbfgs", max_iter=15, random_state=0, **keywords)


def columns(*parts: Any, **keywords: Any) -> Any:
    return ColumnTransformer([(f"part{number}", *part) for number, part in enumerate(parts)], **keywords)


def imputed(strategy: str = "most_frequent", **keywords: Any) -> SimpleImputer:
    return SimpleImputer(strategy=strategy, **keywords)


FRONTS = {
    "one hot": columns((OneHotEncoder(), ["city", "floor"]), (imputed("mean"), ["age"])),
    "dropped": columns((OneHotEncoder(drop="first", handle_unknown="ignore"), ["size", "city"]), remainder="drop"),
    "drop of two": columns((OneHotEncoder(drop="if_binary"), ["size", "floor"])),
    "rare": columns((OneHotEncoder(min_frequency=8, handle_unknown="infrequent_if_exist"), ["city", "floor"])),
    "rare, dropped": columns((OneHotEncoder(max_categories=3, drop=["Paris"], handle_unknown="warn"), ["city"])),
    "missing is a category": columns((OneHotEncoder(), ["city", "size"])),
    "filled": columns((make_pipeline(imputed(), OneHotEncoder()), ["city", "size"]), (imputed("median"), ["age"])),
    "filled with a word": columns((make_pipeline(imputed("constant", fill_value="?"), OneHotEncoder()), ["city"])),
    "ordinal": columns((make_pipeline(imputed(), SIZES), ["size"]), (StandardScaler(), ["income"])),
    "ordinal, unknown": columns(
        (
            OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-2),
            ["city", "size"],
        )
    ),
    "ordinal, rare": columns((OrdinalEncoder(min_frequency=8, encoded_missing_value=9), ["city"])),
    "ordinal, filled": columns((make_pipeline(OrdinalEncoder(), imputed("mean")), ["city", "size"])),
    "indicator": columns((imputed("mean", add_indicator=True), ["age", "income"])),
    "indicator alone": columns((MissingIndicator(), ["age"]), (MinMaxScaler(), ["income"])),
    "scaled, then filled": columns((make_pipeline(StandardScaler(), imputed("median")), ["age", "income"])),
    "rest, twice": columns((StandardScaler(), ["income"]), (imputed(), ["floor", "age"]), ("passthrough", ["income"])),
    "all scaled": make_pipeline(
        columns((OneHotEncoder(sparse_output=False), ["city"]), (imputed("mean"), ["age", "income"])), StandardScaler()
    ),
}


@pytest.mark.parametrize("front", FRONTS.values(), ids=FRONTS)
def test_raw_columns_go_in(front: Any, tmp_path: Path) -> None:
    theirs = make_pipeline(front, network()).fit(GAPS, Y)
    ours = backlit.import_network(theirs)
    expected = theirs.predict(GAPS)
    np.testing.assert_allclose(ours.predict(GAPS), expected, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(ours._inputs(GAPS).shape[1], len(ours._input_names()))
    ours.save(tmp_path / "m.backlit")
    again = backlit.load(tmp_path / "m.backlit")
    np.testing.assert_array_equal(again.predict(pa.Table.from_pandas(GAPS)), ours.predict(GAPS))
    _exported(ours, tmp_path / "m.onnx")


def _exported(model: Any, path: Path) -> None:
    """ONNX takes the raw columns, and its file is read back."""
    backlit.to_onnx(model, path)
    session, feed = onnxruntime.InferenceSession(path), dict[str, Any]()
    for part in session.get_inputs():
        cells = GAPS[part.name]
        if part.type == "tensor(string)":
            feed[part.name] = cells.fillna("").to_numpy(object)[:, None]
        else:  # a column of text that nothing reads is of numbers there
            feed[part.name] = np.reshape(Y if cells.dtype.kind not in "fi" else cells.to_numpy(float), (ROWS, 1))
    np.testing.assert_allclose(session.run(None, feed)[0], model.predict(GAPS), rtol=1e-9, atol=1e-9)
    np.testing.assert_array_equal(backlit.import_network(path).predict(GAPS), model.predict(GAPS))


@pytest.fixture(scope="module")
def house() -> tuple[Any, Any]:
    front = columns(
        (make_pipeline(imputed(), OneHotEncoder(handle_unknown="ignore")), ["city"]),
        (make_pipeline(imputed("median"), StandardScaler()), ["age", "income"]),
    )
    theirs = make_pipeline(front, MLPClassifier(hidden_layer_sizes=(4,), solver="lbfgs", max_iter=15, random_state=0))
    theirs.fit(GAPS, np.where(Y > 0, "yes", "no"))
    return theirs, backlit.import_network(theirs)


def test_a_row_is_explained_by_the_names_of_its_inputs(house: tuple[Any, Any]) -> None:
    from backlit.tracing.steepest import steepest

    _, ours = house
    row = {"city": None, "age": None, "size": "S", "floor": 1, "income": 2500.0}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        traced = backlit.trace(ours, x=row, y="yes")
    assert traced.check(sample=30).ok
    assert "x[1] city=Paris, x[2] city=Rome" in traced.to_svg()
    assert traced.derivation("w[1][0][0]").gradient == pytest.approx(traced.gradients["w[1][0][0]"])
    names = ours._input_names()
    assert names[:4] == ["city=Oslo", "city=Paris", "city=Rome", "city=Seoul"]
    assert names[4:] == ["age", "income"]
    reads = {weight.reads for weight in steepest(ours, traced) if weight.name.startswith("w[1]")}
    assert any(read.endswith("scaled city=Paris") or read.endswith("city=Paris") for read in reads)
    shares = ours.contributions(GAPS)
    assert shares.columns == ("city", "age", "size", "floor", "income")
    assert not shares.values[:, 2].any()  # a column that no input comes from
    assert {name for name, *_ in ours.importance(GAPS, np.where(Y > 0, "yes", "no")).ranked()} == set(GAPS.columns)
    assert backlit.diagnose(ours, GAPS, np.where(Y > 0, "yes", "no")).layers
    assert "fills missing cells with Paris" in " ".join(ours.provenance_["imported"]["notes"])


def test_all_forms_of_rows(house: tuple[Any, Any]) -> None:
    theirs, ours = house
    expected = theirs.predict_proba(GAPS)
    cells = GAPS.to_numpy(object)
    for rows in (GAPS, GAPS[GAPS.columns[::-1]], pa.Table.from_pandas(GAPS), cells, cells.tolist()):
        np.testing.assert_allclose(ours.predict_proba(rows), expected, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(ours.predictor("predict_proba")(cells), expected, rtol=1e-12, atol=1e-15)
    before = ours.coefs_[0].copy()
    again = backlit.import_network(theirs, solver="sgd")
    again.partial_fit(GAPS, np.where(Y > 0, "yes", "no"))
    assert (again.coefs_[0] != before).any()


def test_rows_of_numbers_may_have_nan() -> None:
    X = FRAME[["age", "income"]].to_numpy()
    theirs = make_pipeline(imputed("mean"), StandardScaler(), network()).fit(X, Y)
    ours = backlit.import_network(theirs)
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-12)
    np.testing.assert_allclose(ours.predictor()(X[1]), theirs.predict(X[1:2])[0], rtol=1e-12)
    assert backlit.trace(ours, x=[np.nan, 3000.0], y=0.5).check().ok


def test_a_row_of_a_model_with_names_is_taken_in_every_form() -> None:
    numbers = FRAME[["age", "income"]].fillna(1.0)
    for X, mapped in ((numbers, True), (numbers.to_numpy(), False)):
        ours = backlit.import_network(make_pipeline(StandardScaler(), network()).fit(X, Y))
        first = numbers.iloc[0]
        rows: list[Any] = [first.to_numpy(), first.tolist(), numbers[:1], first, pa.Table.from_pandas(numbers[:1])]
        rows += [first.to_dict(), numbers[["income", "age"]][:1]] if mapped else []
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            values = [backlit.trace(ours, x=row, y=0.5).value for row in rows]
        assert values == [values[0]] * len(rows)
        with pytest.raises(BacklitError, match=r"X has 1 features"):
            backlit.trace(ours, x=[1.0], y=0.5)


def test_bad_cells_are_named(house: tuple[Any, Any]) -> None:
    _, ours = house
    bare = columns((OneHotEncoder(), ["city"]), ("passthrough", ["income"]))
    unfilled = backlit.import_network(make_pipeline(bare, network()).fit(FRAME, Y))
    with pytest.raises(DataError, match="column 'income': row 0 is empty"):
        unfilled.predict(FRAME.assign(income=np.nan))
    with pytest.raises(DataError, match="column 'income': row 2 is infinite"):
        ours.predict(GAPS.assign(income=[1.0, 2.0, np.inf, *Y[3:]]))
    with pytest.raises(DataError, match="column 'age': row 0 holds 'old', which is no number"):
        ours.predict(GAPS.assign(age="old"))
    with pytest.raises(DataError, match="column 'city' is missing"):
        ours.predict(GAPS.drop(columns="city"))
    with pytest.raises(DataError, match="X has 2 features, but the network is expecting 5"):
        ours.predict(np.zeros((3, 2)))
    strict = backlit.import_network(make_pipeline(columns((OneHotEncoder(), ["city"])), network()).fit(FRAME, Y))
    with pytest.raises(DataError, match=r"column 'city': row 1 holds 'Bonn', which the network never saw; known are"):
        strict.predict(FRAME.assign(city=["Paris", "Bonn", *["Rome"] * (ROWS - 2)]))
    with pytest.raises(DataError, match="a cell is a list"):
        strict.predict([[[1], 1, 1, 1, 1]])


def test_what_cannot_be_shown_is_refused() -> None:
    bad = {
        "missing_values=-1 is not read": make_pipeline(SimpleImputer(missing_values=-1), network()),
        "codes what another transformer made": make_pipeline(StandardScaler(), OrdinalEncoder(), network()),
    }
    for message, theirs in bad.items():
        with pytest.raises(BacklitError, match=message):
            backlit.import_network(theirs.fit(FRAME[["floor"]], Y))


def test_a_model_file_is_held_to_bounds(house: tuple[Any, Any], tmp_path: Path) -> None:
    from backlit.encoding.preparation import preparation_from
    from backlit.errors import DamagedFile
    from backlit.estimators.shared.header_schema import check_header

    _, ours = house
    header, _ = ours._to_state()
    header = json.loads(json.dumps({"estimator": "MLPClassifier", "parameters": {}, **header}))
    check_header(header)
    good = header["inputs"][0]
    for entry in (
        [*good[:5]],
        [-1, *good[1:]],
        [0, "shell", *good[2:]],
        [*good[:4], [float("nan")], None],
        [0, "code", [], *good[3:]],
    ):
        with pytest.raises(DamagedFile):
            check_header({**header, "inputs": [entry]})
    for entry in (
        [9, "number", None, [], [], None],
        [0, "code", None, ["a"], [], None],
        [0, "number", "a", [], [], None],
    ):
        with pytest.raises(BacklitError):
            preparation_from([entry], 5)


def test_names_of_inputs() -> None:
    entries = (Entry(0), Entry(1, "code", None, ("a", None), (0.0, 1.0), 0.0), Entry(1, "code", None, ("a",), (3.0,)))
    assert Preparation(2, entries).names(["p", "q"]) == ["p", "q=missing", "q"]
