"""A fit out of core: the encoder and the rows of memory, every row once an epoch, and a cache that is found again."""

from __future__ import annotations

import shutil
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import backlit
from backlit import TabularClassifier, TabularRegressor
from backlit.engine.rng import Stream
from backlit.errors import BacklitError, DamagedFile
from backlit.scale.cache import EncodedCache, Held, Layout
from backlit.scale.row_file import RowFile
from backlit.scale.windows import CachedRows
from backlit.training.plan import Plan


def raw_table(rows: int, seed: int = 0) -> pa.Table:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 2))
    colour = rng.choice(["red", "blue", "green"], rows)
    y = x[:, 0] + (colour == "red") + 0.1 * rng.normal(size=rows)
    return pa.table({
        "x": np.where(rng.random(rows) < 0.1, np.nan, x[:, 0]), "count": rng.poisson(0.2, rows), "colour": colour,
        "day": np.datetime64("2024-01-01") + rng.integers(0, 400, rows),
        "weight": rng.integers(1, 5, rows).astype(float), "label": np.where(y > 0.5, "yes", "no"), "y": y,
    })  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for part in range(2):
        pq.write_table(raw_table(600, part), tmp_path / f"{part}.parquet", row_group_size=250)
    return tmp_path


def whole(folder: Path) -> pa.Table:
    return pa.concat_tables(pq.read_table(file) for file in sorted(folder.glob("*.parquet")))


@pytest.fixture
def small_bins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bins of so few rows that there are many windows."""
    monkeypatch.setattr(Layout.__init__, "__defaults__", (4_000,))


SMALL: dict[str, Any] = {"hidden_layer_sizes": (8,), "epochs": 3, "n_members": 2, "random_state": 0}


@pytest.mark.parametrize(("kind", "target"), [(TabularClassifier, "label"), (TabularRegressor, "y")])
def test_encoder_and_encoded_rows_are_those_of_memory(folder: Path, kind: Any, target: str, small_bins: None) -> None:
    table = whole(folder)
    drop = [name for name in ("label", "y", "weight") if name != target]
    rows = table.drop_columns(drop)
    memory = kind(**SMALL).fit(rows.drop_columns([target]), rows[target])
    on_disk = kind(**SMALL).fit(iter(rows.to_batches(max_chunksize=123)), target)
    ours, theirs = on_disk.encoder_, memory.encoder_
    assert ours.feature_names_out == theirs.feature_names_out
    assert [c.kind for c in ours.columns] == [c.kind for c in theirs.columns]
    np.testing.assert_allclose(ours.center, theirs.center, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(ours.factor, theirs.factor, rtol=1e-12)
    assert [c.edges for c in ours.columns] == [c.edges for c in theirs.columns]
    assert on_disk.score(rows.drop_columns([target]), rows[target]) > 0.5


def test_a_cache_has_every_row_once_and_a_bin_is_a_sample_of_all(folder: Path, small_bins: None) -> None:
    model = TabularRegressor(**SMALL).fit(folder, "y", sample_weight="weight")
    (cache_folder,) = (folder / "_backlit_cache").iterdir()
    cache = EncodedCache.open(cache_folder)
    table = whole(folder)
    expected = model.encoder_.encode(table.drop_columns(["y", "weight"]))

    def ordered(rows: np.ndarray) -> np.ndarray:
        return rows[np.lexsort(rows.T)]

    np.testing.assert_array_equal(ordered(cache.inputs[:]), ordered(expected))
    assert cache.layout.bins > 4
    np.testing.assert_allclose(np.sort(cache.weights[:]), np.sort(table["weight"].to_numpy() / 4), rtol=1e-6)
    y = np.arange(len(table))  # files sorted by the target: each bin still has its share of every part
    bounds = cache.layout.bounds
    positions = cache.layout.positions(y)
    assert sorted(positions.tolist()) == y.tolist()
    for a, b in pairwise(bounds):
        held = np.sort(np.argsort(positions)[a:b])
        assert np.abs(held.mean() - y.mean()) < cache.layout.bins


def written(folder: Path, layout: Layout, numbers: np.ndarray) -> EncodedCache:
    """A cache in which every row is its number, twice, and its target as well."""
    arrays = {"inputs": np.stack([numbers] * layout.inputs, 1), "targets": numbers[:, None], "weights": numbers[:0]}
    for name, array in arrays.items():
        array.astype(np.float32).tofile(folder / name)
    return EncodedCache(
        folder, layout, "", {}, {}, **{name: RowFile(folder / name, shape) for name, shape in layout.shapes().items()}
    )


@pytest.mark.parametrize(("bins", "asked"), [(1, 8), (7, 8), (8, 8), (9, 8), (40, 8), (20_000, 8_192), (9_000, 8_192)])
@pytest.mark.parametrize("held", [(0, 0), (0, 2), (8, 10), (4, 6, 3)])
def test_a_sample_is_of_rows_that_are_learnt_from_wherever_the_others_lie_and_however_many_bins(
    tmp_path: Path, bins: int, asked: int, held: tuple[int, ...]
) -> None:
    layout = Layout(10 * bins, 2, 1, False, bin_bytes=80)
    assert layout.bins == bins
    cache = written(tmp_path, layout, np.arange(10 * bins))
    sampled = cache.sample(asked, Held(*held))[1][:, 0].astype(int)
    counts = np.bincount(sampled // 10, minlength=bins)
    assert min(asked, 8 * bins) // 2 <= len(sampled) <= asked
    assert len(np.unique(sampled)) == len(sampled)
    held_out = [range(10 * bin + held[0], 10 * bin + held[1]) for bin in range(0, bins, Held(*held).every)]
    assert not set(sampled.tolist()) & {row for rows in held_out for row in rows}
    if bins <= asked:
        assert counts.min() == counts.max()
    else:  # from end to end
        assert np.diff(np.flatnonzero(counts)).max() <= 2 * bins / asked + 1


class Recorder:
    """A network that records the rows that it is given."""

    def __init__(self) -> None:
        self.batches: list[np.ndarray] = []
        self.stopping = False

    def train_epoch(self, optimizer: Any, rates: Any, *given: Any, **_: Any) -> float:
        _, targets, _, order = given[:4]
        assert np.isfinite(given[0][order]).all()
        self.batches += [np.array(targets[order[i : i + 16], 0]) for i in range(0, len(order), 16)]
        assert len(rates) == -(-len(order) // 16)
        return 1.0


@pytest.mark.parametrize("rows", [16, 17, 100, 333, 1_000])
@pytest.mark.parametrize("held", [(0, 0), (0, 3), (3, 5), (3, 5, 2)])
def test_an_epoch_meets_every_learnt_row_once_in_whole_batches(
    tmp_path: Path, rows: int, held: tuple[int, ...]
) -> None:
    layout = Layout(rows, 2, 1, False, bin_bytes=160)
    numbers = np.arange(rows, dtype=np.float32)
    cache = written(tmp_path, layout, numbers)
    cached = CachedRows(cache, Held(*held), np.ones(2, np.float32), 16)
    every = Held(*held).every
    starts = [a if bin % every == 0 else rows for bin, a in enumerate(layout.bounds[:-1])]
    held_out = {n for a in starts for n in range(a + held[0], a + held[1])}
    learnt = [n for n in range(rows) if n not in held_out]
    assert len(cached) == len(learnt)
    orders = []
    for epoch in range(2):
        network = Recorder()
        order = cached.order(Plan(2, 0.1), epoch, Stream(0, "shuffle"))
        rates = np.zeros(-(-len(learnt) // 16))
        assert cached.train_epoch(network, None, rates, order, None, 0, 0.0) == 1.0  # type: ignore[arg-type]
        assert [len(batch) for batch in network.batches[:-1]] == [16] * (len(network.batches) - 1)
        met = np.concatenate(network.batches)
        assert sorted(met.tolist()) == learnt
        orders.append(met.tolist())
    assert orders[0] != orders[1]


def test_the_cache_is_used_again_until_a_file_changes(folder: Path) -> None:
    stages: list[str] = []
    source = backlit.out_of_core(folder, on_rows=lambda done: stages.append(done.stage))
    first = TabularClassifier(**SMALL).fit(source, "label")
    assert [stage.split(" (")[0] for stage in dict.fromkeys(stages)] == ["learning columns", "encoding"]
    stages.clear()
    again = TabularClassifier(**SMALL).fit(source, "label")
    assert not stages
    np.testing.assert_array_equal(first.theta_, again.theta_)
    assert first.classes_.tolist() == again.classes_.tolist()
    pq.write_table(raw_table(300), folder / "0.parquet")
    assert TabularClassifier(**SMALL).fit(backlit.out_of_core(folder), "label").provenance_["data"]["rows"] == 900


def test_equal_fits_have_equal_bits_and_a_saved_model_predicts_alike(
    folder: Path, tmp_path: Path, small_bins: None
) -> None:
    one = TabularClassifier(**SMALL).fit(folder, "label")
    shutil.rmtree(folder / "_backlit_cache")
    other = TabularClassifier(**SMALL, n_jobs=1).fit(folder, "label")
    np.testing.assert_array_equal(one.theta_, other.theta_)
    one.save(tmp_path / "m.backlit")
    table = whole(folder)
    in_memory = one.predict_proba(table)
    np.testing.assert_array_equal(backlit.load(tmp_path / "m.backlit").predict_proba(folder), in_memory)
    np.testing.assert_array_equal(one.predict_proba(iter(table.to_batches(max_chunksize=77))), in_memory)


@pytest.mark.parametrize("weight", [None, "weight"])
def test_scores_in_chunks_are_those_of_memory(
    folder: Path, monkeypatch: pytest.MonkeyPatch, weight: str | None
) -> None:
    monkeypatch.setattr("backlit.scale.source.CHUNK_ROWS", 100)
    table = whole(folder)
    weights = None if weight is None else table[weight].to_numpy()
    for kind, target in ((TabularClassifier, "label"), (TabularRegressor, "y")):
        model = kind(**SMALL).fit(folder, target, sample_weight="weight")
        expected = model.score(table.drop_columns([target]), table[target], weights)
        assert model.score(folder, target, weight) == pytest.approx(expected, rel=1e-9)
        batches = iter(table.to_batches(max_chunksize=77))
        assert model.score(batches, target, weight) == pytest.approx(expected, rel=1e-9)
    with pytest.raises(BacklitError, match="y: X is read in chunks, so it is the name of a column"):
        model.score(folder, table["y"])
    gap = table.set_column(table.column_names.index("y"), "y", pa.array([None, *table["y"].to_pylist()[1:]]))
    with pytest.raises(BacklitError, match=r"the stream: the target has 1 missing value .* in row 0"):
        model.score(iter(gap.to_batches()), "y")


def test_a_relation_of_duckdb_is_fitted_predicted_and_scored_like_its_table(folder: Path) -> None:
    table = whole(folder).drop_columns(["day", "y"])
    with duckdb.connect() as database:
        database.register("rows", table)
        relation = database.sql("SELECT * FROM rows")
        model = TabularClassifier(**SMALL).fit(relation, "label", sample_weight="weight")
        assert model.feature_names_in_.tolist() == ["x", "count", "colour"]
        expected = model.predict_proba(table)
        np.testing.assert_array_equal(model.predict_proba(database.sql("SELECT * FROM rows")), expected)
        score = model.score(database.sql("SELECT * FROM rows"), "label")
    assert score == pytest.approx(model.score(table, table["label"]))


def test_class_weights_and_validation_rows_of_the_callers_own(folder: Path) -> None:
    table = raw_table(200, 9)
    model = TabularClassifier(**SMALL, class_weight="balanced")
    model.fit(folder, "label", X_val=table.drop_columns(["label"]), y_val=table["label"])
    assert model.predict(table).tolist().count("yes") > 20


def test_a_resumed_fit_ends_in_the_same_bits(folder: Path, tmp_path: Path, small_bins: None) -> None:
    whole_fit = TabularClassifier(**SMALL).fit(folder, "label")
    kept: dict[str, Any] = {"checkpoint": tmp_path / "c.backlit", "checkpoint_seconds": 0.0, "checkpoint_epochs": 1}

    def interrupt(epoch: Any) -> None:
        if epoch.number == 2:
            raise RuntimeError("end")

    with pytest.raises(RuntimeError, match="end"):
        TabularClassifier(**SMALL, **kept).fit(folder, "label", on_epoch=interrupt)
    resumed = TabularClassifier(**SMALL, **kept).fit(folder, "label")
    np.testing.assert_array_equal(resumed.theta_, whole_fit.theta_)


@pytest.mark.parametrize("moment", ["before", "while it trains", "removed while it trains"])
def test_a_cache_that_is_cut_off_is_one_line_and_one_that_is_removed_does_no_harm(
    folder: Path, small_bins: None, moment: str
) -> None:
    TabularClassifier(**SMALL).fit(folder, "label")
    (cache,) = (folder / "_backlit_cache").iterdir()

    def spoil(epoch: Any = None) -> None:
        if moment.startswith("removed"):
            shutil.rmtree(cache, ignore_errors=True)
        else:
            with (cache / "inputs").open("r+b") as file:
                file.truncate(1_000)

    if moment == "before":
        spoil()
    if moment.startswith("removed"):
        assert len(TabularClassifier(**SMALL).fit(folder, "label", on_epoch=spoil).histories_) == 2
        return
    with pytest.raises(DamagedFile, match=r"inputs: the cache of encoded rows is not whole; remove .* and fit again"):
        TabularClassifier(**SMALL).fit(folder, "label", on_epoch=spoil)


def test_a_full_disk_is_said_before_the_work(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(folder)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=10))
    with pytest.raises(OSError, match=r"encoded rows take .* are free; free some space, or name another folder"):
        TabularClassifier(**SMALL).fit(folder, "label")
    assert list((folder / "_backlit_cache").iterdir()) == []


REFUSED: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "labels": ({}, {"y": ["a", "b"]}, "y: X is read in chunks, so y is the name of its column"),
    "no such column": ({}, {"y": "lable"}, "has no column 'lable'"),
    "groups": ({}, {"y": "label", "groups": [1]}, "groups .*not possible out of core"),
    "ordered": ({"ordered": True}, {"y": "label"}, "ordered .*not possible out of core"),
    "weights": ({}, {"y": "label", "sample_weight": [1.0]}, "sample_weight: X is read in chunks"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_possible_is_one_line(folder: Path, case: str) -> None:
    parameters, given, message = REFUSED[case]
    with pytest.raises(BacklitError, match=message):
        TabularClassifier(**SMALL, **parameters).fit(folder, given.pop("y"), **given)


def test_missing_labels_are_named_by_file_and_row(folder: Path) -> None:
    table = raw_table(600, 1)
    labels = table["label"].to_pylist()
    labels[411] = None
    pq.write_table(table.set_column(5, "label", pa.array(labels)), folder / "1.parquet")
    with pytest.raises(BacklitError, match=r"1\.parquet: the target has 1 missing value .* in row 411"):
        TabularClassifier(**SMALL).fit(folder, "label")
