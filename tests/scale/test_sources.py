"""Rows of files and streams: all of them, in order, in bounded chunks; what is wrong is one line with its place."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.dataset
import pyarrow.parquet as pq
import pytest

from backlit.errors import BacklitError
from backlit.scale import out_of_core
from backlit.scale.reading_ahead import read_ahead
from backlit.scale.source import CHUNK_ROWS, FULL_COLUMNS
from backlit.scale.text_pieces import PIECE

Write = Callable[[pa.Table, Path], None]


def table_of(rows: int, first: int = 0) -> pa.Table:
    numbers = np.arange(first, first + rows)
    return pa.table({"n": numbers * 0.5, "s": [f"word, {n % 7}" for n in numbers], "y": numbers % 2})


@pytest.fixture
def parquet(tmp_path: Path) -> Path:
    for part in range(3):
        pq.write_table(table_of(1_000, 1_000 * part), tmp_path / f"part{part}.parquet", row_group_size=300)
    return tmp_path


def test_a_folder_a_pattern_and_a_list_are_the_same_rows_in_order(parquet: Path) -> None:
    (parquet / "_notes.csv").write_text("no,table\n")
    for data in (parquet, str(parquet / "*.parquet"), sorted(parquet.glob("*.parquet"))):
        source = out_of_core(data)
        assert source.rows == 3_000
        assert pa.concat_tables(chunk.table for chunk in source.chunks()).equals(table_of(3_000))


def test_delimited_text_is_the_same_in_pieces_and_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backlit.scale.text_pieces.PIECE", 1_000)
    table = table_of(2_000)
    rows = [
        f'{n:.1f};"word;\n {k}"'.replace(".", ",")
        for n, k in zip(table["n"].to_pylist(), table["s"].to_pylist(), strict=True)
    ]
    (tmp_path / "a.csv").write_text("n;s\n" + "\n".join(rows), encoding="utf-8")
    whole = pa.concat_tables(chunk.table for chunk in out_of_core(tmp_path / "a.csv").chunks())
    assert whole["n"].to_pylist() == table["n"].to_pylist()
    assert whole["s"].to_pylist() == [f"word;\n {text}" for text in table["s"].to_pylist()]
    assert PIECE > 1_000


def test_streams_and_datasets_can_be_read_twice(parquet: Path) -> None:
    batches = table_of(500).to_batches(max_chunksize=70)
    for data in (
        iter(batches),
        pa.RecordBatchReader.from_batches(batches[0].schema, batches),
        pa.dataset.dataset(table_of(500)),
    ):
        source = out_of_core(data)
        for _ in range(2):
            assert pa.concat_tables(chunk.table for chunk in source.chunks()).equals(table_of(500))
    assert out_of_core(pa.dataset.dataset(parquet)).fingerprint is not None


@pytest.mark.skipif(sys.platform == "win32", reason="there are no limits of a file's size there")
def test_a_stream_that_finds_no_space_for_its_second_pass_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    source = out_of_core(iter(table_of(50_000).to_batches(max_chunksize=1_000)))
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(OSError, match=r"cannot keep the stream .*: file too large; raise the limit"):
            list(source.chunks())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_wide_table_comes_in_chunks_of_as_many_cells(tmp_path: Path) -> None:
    columns, rows = 700, 4_000
    wide = pa.table({f"c{j}": np.arange(rows, dtype=float) + j for j in range(columns)})
    pq.write_table(wide, tmp_path / "wide.parquet")
    sources = (
        out_of_core(tmp_path / "wide.parquet"),
        out_of_core(iter([wide])),
        out_of_core(pyarrow.dataset.dataset([wide])),
    )
    for source in sources:
        tables = [chunk.table for chunk in source.chunks()]
        assert max(table.num_rows for table in tables) * columns <= CHUNK_ROWS * FULL_COLUMNS
        assert pa.concat_tables(tables).equals(wide)


def test_small_batches_become_chunks_of_one_size() -> None:
    batches = table_of(2 * CHUNK_ROWS + 10).to_batches(max_chunksize=9_999)
    assert [chunk.table.num_rows for chunk in out_of_core(iter(batches)).chunks()] == [CHUNK_ROWS, CHUNK_ROWS, 10]


def damaged(path: Path) -> None:
    """Overwrite the middle of the second row group."""
    group = pq.ParquetFile(path).metadata.row_group(1).column(0)
    data = bytearray(path.read_bytes())
    begin = group.dictionary_page_offset or group.data_page_offset
    data[begin : begin + 200] = b"\xff" * 200
    path.write_bytes(data)


def one_bit_otherwise(path: Path) -> None:
    """Write a file with checksums of its pages, and change one bit of a number."""
    pq.write_table(table_of(2_000), path, row_group_size=500, write_page_checksum=True, use_dictionary=False)
    group = pq.ParquetFile(path).metadata.row_group(2).column(0)
    data = bytearray(path.read_bytes())
    data[group.data_page_offset + group.total_compressed_size // 2] ^= 1
    path.write_bytes(data)


FAULTS: dict[str, tuple[Callable[[Path], object], str]] = {
    "corrupt row group": (lambda folder: damaged(folder / "part1.parquet"), r"part1\.parquet: row group 1 of 4"),
    "a bit of a page with a checksum": (
        lambda folder: one_bit_otherwise(folder / "part1.parquet"),
        r"part1\.parquet: row group 2 of 4 cannot be read: .*",
    ),
    "cut off": (
        lambda folder: (folder / "part1.parquet").write_bytes((folder / "part1.parquet").read_bytes()[:-40]),
        r"part1\.parquet is not a whole Parquet file.*take a fresh copy",
    ),
    "0 bytes": (lambda folder: (folder / "part1.parquet").write_bytes(b""), r"part1\.parquet is empty"),
    "missing column": (
        lambda folder: pq.write_table(table_of(9).drop_columns(["s"]), folder / "part1.parquet"),
        r"part1\.parquet: column 's' is missing, which the first file",
    ),
    "another kind": (
        lambda folder: pq.write_table(
            table_of(9).set_column(0, "n", pa.array(np.full(9, np.datetime64("2024-01-01")))), folder / "part1.parquet"
        ),
        r"part1\.parquet: column 'n' holds date32.* and double in the first file",
    ),
    "another format": (lambda folder: (folder / "part3.json").write_text("{}"), r"part3\.json"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_wrong_with_one_of_the_files_is_one_line(parquet: Path, fault: str) -> None:
    break_it, message = FAULTS[fault]
    break_it(parquet)
    with pytest.raises(BacklitError, match=message) as caught:
        list(out_of_core(sorted(parquet.iterdir())).chunks())
    assert "\n" not in str(caught.value)


def test_a_file_without_rows_is_left_out_with_a_note_and_more_columns_are_ignored(parquet: Path) -> None:
    pq.write_table(table_of(0), parquet / "part0.parquet")
    pq.write_table(table_of(5).append_column("more", pa.array(range(5))), parquet / "part2.parquet")
    source = out_of_core(parquet)
    assert source.rows == 1_005
    assert [note.endswith("has no rows and is left out") for note in source.notes] == [True]
    assert {tuple(chunk.table.column_names) for chunk in source.chunks()} == {("n", "s", "y")}


@pytest.mark.parametrize("data", ["nothing/*.parquet", "no.parquet", 3, iter(()), iter([3])])
def test_no_data_is_one_line(data: object) -> None:
    with pytest.raises((BacklitError, OSError), match=r"\w+; |cannot read"):
        out_of_core(data)


def test_a_csv_cell_that_is_no_number_is_named_by_its_row_in_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from backlit import TabularRegressor

    monkeypatch.setattr("backlit.scale.text_pieces.PIECE", 500)
    table = table_of(400)
    pacsv.write_csv(table, tmp_path / "a.csv")
    text = (tmp_path / "a.csv").read_text().replace("\n151.5,", "\noops,")
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(BacklitError, match=r"a\.csv: column 'n': 'oops' in row 303 is not a number"):
        TabularRegressor().fit(tmp_path / "a.csv", "y")


def test_reading_ahead_is_bounded_and_hands_errors_on() -> None:
    made: list[int] = []

    def numbers() -> object:
        for n in range(100):
            made.append(n)
            yield n
        raise KeyError("end")

    things = read_ahead(numbers(), waiting=2)  # type: ignore[arg-type]
    assert next(things) == 0
    assert len(made) <= 5
    with pytest.raises(KeyError, match="end"):
        list(things)
    assert len(made) == 100
