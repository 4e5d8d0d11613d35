"""Tables in every format of the list: the same rows from each, by content and by name."""

from __future__ import annotations

import json
import sqlite3
import sys
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pyreadstat
import pytest

from backlit.errors import DamagedFile, DataError, MissingExtra, ParameterError
from backlit.files import dialect_note, read_table
from backlit.files.formats import FORMATS, SUFFIXES

KINDS = ["a", "b", "a", "c"]
SIZES = [61.5, 12.0, None, 9.25]
TABLE = pa.table({"kind": KINDS, "size": SIZES})
WORKBOOKS = Path(__file__).with_name("workbooks")
"""Written by xlwt 1.3.0: no program in the tests writes an .xls."""
DAY = 45_352
"""2024-03-01 as workbooks count days."""


def text(separator: str) -> bytes:
    lines = [
        ["kind", "size"],
        *([kind, "" if size is None else str(size)] for kind, size in zip(KINDS, SIZES, strict=True)),
    ]
    return "".join(separator.join(line) + "\n" for line in lines).encode()


def write_xlsx(path: Path, sheets: dict[str, list[list[object]]]) -> None:
    """A workbook as small as one can be."""

    def cell(value: object) -> str:
        if value is None:
            return "<c/>"
        if isinstance(value, str):
            return f'<c t="inlineStr"><is><t>{value}</t></is></c>'
        return f'<c s="1"><v>{value}</v></c>' if value == DAY else f"<c><v>{value}</v></c>"

    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        names = "".join(f'<sheet name="{name}" sheetId="{i}" r:id="r{i}"/>' for i, name in enumerate(sheets, 1))
        targets = "".join(
            f'<Relationship Id="r{i}" Type="{relation}/worksheet" Target="worksheets/s{i}.xml"/>'
            for i in range(1, len(sheets) + 1)
        )
        main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        package = "http://schemas.openxmlformats.org/package/2006/relationships"
        archive.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{main}" xmlns:r="{relation}"><sheets>{names}</sheets></workbook>'
        )
        book = f'<Relationship Id="r" Type="{relation}/officeDocument" Target="xl/workbook.xml"/>'
        archive.writestr("_rels/.rels", f'<Relationships xmlns="{package}">{book}</Relationships>')
        archive.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{package}">{targets}</Relationships>')
        archive.writestr(
            "xl/styles.xml",
            f'<styleSheet xmlns="{main}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>',
        )
        for i, rows in enumerate(sheets.values(), 1):
            body = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
            archive.writestr(
                f"xl/worksheets/s{i}.xml", f'<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>'
            )


def write_ods(path: Path) -> None:
    """The same table as OpenDocument keeps it: the type before the content, and a run of empty cells as one."""
    names = {
        "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
        "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
        "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    }

    def cell(value: object) -> str:
        if value is None:
            return "<table:table-cell/>"
        if isinstance(value, str):
            return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'
        return f'<table:table-cell office:value-type="float" office:value="{value}"/>'

    rows = [["kind", "size"], *map(list, zip(KINDS, SIZES, strict=True))]
    body = "".join(
        f'<table:table-row>{"".join(map(cell, row))}<table:table-cell table:number-columns-repeated="1000"/>'
        "</table:table-row>"
        for row in rows
    )
    spaces = " ".join(f'xmlns:{name}="{space}"' for name, space in names.items())
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", kind)  # stands first, and is not packed
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
            '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
            "</manifest:manifest>",
        )
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0"?><office:document-content {spaces} office:version="1.2"><office:body>'
            f'<office:spreadsheet><table:table table:name="Sizes">{body}</table:table></office:spreadsheet>'
            "</office:body></office:document-content>",
        )


def write_sqlite(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE sizes (kind TEXT, size REAL)")
        database.executemany("INSERT INTO sizes VALUES (?, ?)", list(zip(KINDS, SIZES, strict=True)))
        database.commit()


def write_duckdb(path: Path) -> None:
    with closing(duckdb.connect(str(path))) as database:
        database.execute("CREATE TABLE sizes (kind VARCHAR, size DOUBLE)")
        database.executemany("INSERT INTO sizes VALUES (?, ?)", list(zip(KINDS, SIZES, strict=True)))


def as_objects() -> bytes:
    return "\n".join(json.dumps(row) for row in TABLE.to_pylist()).encode()


ARFF = b"""% sizes
@RELATION sizes
@attribute kind {a, b, c}
@attribute 'size' numeric
@data
a,61.5
b,12
a,?
c,9.25
"""

WRITERS: dict[str, Callable[[Path], object]] = {
    "comma_separated": lambda path: path.write_bytes(text(",")),
    "tab_separated": lambda path: path.write_bytes(text("\t")),
    "parquet": lambda path: pq.write_table(TABLE, path),
    "feather": lambda path: pyarrow.feather.write_feather(TABLE, path),
    "json_lines": lambda path: path.write_bytes(as_objects()),
    "sqlite": write_sqlite,
    "duckdb": write_duckdb,
    "excel": lambda path: write_xlsx(path, {"Sizes": [["kind", "size"], *map(list, zip(KINDS, SIZES, strict=True))]}),
    "stata": lambda path: pyreadstat.write_dta(TABLE.to_pandas(), path),
    "spss": lambda path: pyreadstat.write_sav(TABLE.to_pandas(), path),
    "spss_portable": lambda path: pyreadstat.write_por(TABLE.to_pandas(), path),
    "sas_transport": lambda path: pyreadstat.write_xport(TABLE.to_pandas(), path),
    "arff": lambda path: path.write_bytes(ARFF),
}
NOT_WRITTEN = {"sas": "no free program writes .sas7bdat"}


def test_every_format_has_a_writer_here() -> None:
    assert WRITERS.keys() | NOT_WRITTEN.keys() == FORMATS.keys()
    assert len(SUFFIXES) == sum(len(kind.suffixes) for kind in FORMATS.values())


@pytest.mark.parametrize("name", WRITERS)
def test_the_rows_are_the_same_from_every_format(tmp_path: Path, name: str) -> None:
    path = tmp_path / f"sizes{FORMATS[name].suffixes[0]}"
    WRITERS[name](path)
    table = read_table(path)
    assert [column.lower() for column in table.column_names] == ["kind", "size"]
    assert table.column(0).to_pylist() == KINDS
    sizes = table.column(1).to_pylist()
    assert [None if size is None or size != size else size for size in sizes] == SIZES


@pytest.mark.parametrize("name", [name for name, kind in FORMATS.items() if kind.signature and name in WRITERS])
def test_the_content_decides_over_the_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / f"sizes{FORMATS[name].suffixes[0]}"
    WRITERS[name](path)
    other = path.rename(tmp_path / "sizes.csv")
    assert read_table(other).column(0).to_pylist() == KINDS
    no_suffix = other.rename(tmp_path / "sizes")
    assert read_table(no_suffix).column(0).to_pylist() == KINDS


@pytest.mark.parametrize("name", [name for name, kind in FORMATS.items() if kind.signature and name in WRITERS])
def test_a_file_that_is_cut_off_is_an_error_of_ours(tmp_path: Path, name: str) -> None:
    path = tmp_path / f"sizes{FORMATS[name].suffixes[0]}"
    WRITERS[name](path)
    path.write_bytes(path.read_bytes()[: max(40, path.stat().st_size // 3)])
    with pytest.raises((DamagedFile, DataError), match="sizes"):
        read_table(path)


@pytest.mark.parametrize(
    ("name", "module"), [("excel", "python_calamine"), ("duckdb", "duckdb"), ("spss", "pyreadstat")]
)
def test_a_reader_that_is_absent_is_named_with_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, module: str
) -> None:
    path = tmp_path / f"sizes{FORMATS[name].suffixes[0]}"
    WRITERS[name](path)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtra, match=rf'{module}, which is not installed; pip install "backlit\[formats\]"'):
        read_table(path)


def test_what_neither_name_nor_content_says_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sizes.xyz"
    path.write_bytes(text(","))
    with pytest.raises(ParameterError, match=r"suffix '.xyz'; use one of .*\.csv.*\.xlsx"):
        read_table(path)


def test_sheets_titles_and_days_of_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    rows: list[list[object]] = [["kind", "day", "size"], *[["a", DAY + i, 1.5 * i] for i in range(4)]]
    write_xlsx(path, {"First": [["My table"], [], *rows, ["Total", None, 9]], "Second": [["x", "y"], [1, 2], [3, 4]]})
    table = read_table(path)
    assert table.column_names == ["kind", "day", "size"]
    assert str(table["day"][0].as_py())[:10] in ("2024-03-01", "45352.0")
    assert "sheet 'First' is read of 'First', 'Second'" in dialect_note(table)
    assert "the header is in row 3" in dialect_note(table)
    assert read_table(f"{path}#Second").to_pylist() == [{"x": 1, "y": 2}, {"x": 3, "y": 4}]
    with pytest.raises(DataError, match="has no sheet 'Third'; it has 'First', 'Second'"):
        read_table(f"{path}#Third")


@pytest.mark.parametrize("suffix", [".ods", ".xls", ".csv"])
@pytest.mark.parametrize("kind", ["ods", "xls"])
def test_workbooks_of_other_kinds(tmp_path: Path, kind: str, suffix: str) -> None:
    path = tmp_path / f"sizes{suffix}"
    if kind == "ods":
        write_ods(path)
    else:
        path.write_bytes((WORKBOOKS / "sizes.xls").read_bytes())
    assert read_table(path).to_pydict() == {"kind": KINDS, "size": SIZES}
    path.write_bytes(path.read_bytes()[:400])
    with pytest.raises(DamagedFile, match="is not a whole workbook"):
        read_table(path)


def test_spans_of_a_day_and_more_of_ods_are_spans_like_shorter_ones(tmp_path: Path) -> None:
    path = tmp_path / "t.ods"
    spans = [("PT20H00M00S", 20.0), ("PT25H30M00S", 25.5), ("", None), ("-PT48H00M00S", -48.0)]
    write_ods(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    for size, (span, _) in zip(SIZES, spans, strict=True):
        if size is not None:
            old = f'office:value-type="float" office:value="{size}"'
            parts["content.xml"] = parts["content.xml"].replace(
                old, f'office:value-type="time" office:time-value="{span}"'
            )
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    hours = [None if cell is None else cell.total_seconds() / 3600 for cell in read_table(path)["size"].to_pylist()]
    assert hours == [hours for _, hours in spans]


def test_a_database_of_several_tables_asks_for_one(tmp_path: Path) -> None:
    path = tmp_path / "two.db"
    write_sqlite(path)
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE other (x INTEGER)")
        database.execute("INSERT INTO other VALUES (5)")
        database.commit()
    before = path.read_bytes()
    with pytest.raises(DataError, match=r"has 2 tables .'other', 'sizes'.; name one, as in '.*two.db#sizes'"):
        read_table(path)
    assert read_table(f"{path}#other").to_pylist() == [{"x": 5}]
    assert path.read_bytes() == before


def test_value_labels(tmp_path: Path) -> None:
    frame = pa.table({"sex": [1.0, 2.0, 1.0], "age": [30.0, 41.0, 99.0], "both": [1.0, 2.0, 3.0]}).to_pandas()
    labels = {"sex": {1: "m", 2: "f"}, "age": {99: "refused"}, "both": {1: "yes", 2: "no", 3: "no"}}
    for path in (tmp_path / "t.sav", tmp_path / "t.dta"):
        write = pyreadstat.write_sav if path.suffix == ".sav" else pyreadstat.write_dta
        write(frame, path, variable_value_labels=labels)
        table = read_table(path)
        assert table["sex"].to_pylist() == ["m", "f", "m"]
        assert table["both"].to_pylist() == ["yes", "no (2)", "no (3)"]
        assert table["age"].to_pylist() == [30.0, 41.0, 99.0]
        assert "column 'age' has labels for some values only (99 'refused')" in dialect_note(table)


def test_arff_weights_sparse_rows_and_quotes(tmp_path: Path) -> None:
    path = tmp_path / "t.arff"
    path.write_text(
        "@relation t\n@attribute 'the name' {'it\\'s', \"a b\", c}\n@attribute n integer\n@attribute s string\n@data\n"
        "'it\\'s', 3.7, 'x, y', {5}\n{0 c, 1 2, 2 \"z\"}\n{1 4, 2 w}, {0.5}\n? , ?, ?\n"
    )
    table = read_table(path)
    assert table["the name"].to_pylist() == ["it's", "c", "it's", None]
    assert table["n"].to_pylist() == [3.7, 2.0, 4.0, None]
    assert table["s"].to_pylist() == ["x, y", "z", "w", None]
    assert table["instance weight"].to_pylist() == [5.0, 1.0, 0.5, 1.0]
    assert "the weights of the rows are column 'instance weight'" in dialect_note(table)


def test_a_table_in_the_cells_of_an_arff_is_named(tmp_path: Path) -> None:
    path = tmp_path / "t.arff"
    path.write_text(
        "@relation t\n@attribute id {a,b}\n@attribute bag relational\n  @attribute x numeric\n@end bag\n"
        "@attribute class {0,1}\n@data\na,'1\\n2',0\n"
    )
    with pytest.raises(DataError, match="attribute 'bag' is relational, a table in each cell; join its rows"):
        read_table(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": 1}\n{"a": [2]}', r"column 'a' holds \[2\] in row 1"),
        ('{"a": 1}\n5', "row 1 is 5 and not an object"),
        ('{"a": 1}\n{"a": ', "no JSON in line 2"),
    ],
)
def test_json_that_is_no_table_is_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text(text)
    with pytest.raises(DataError, match=message):
        read_table(path)


def test_a_list_of_objects_is_a_table_as_well(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text('[{"a": 1, "b": "x"}, {"a": 2.5}]')
    assert read_table(path).to_pylist() == [{"a": 1.0, "b": "x"}, {"a": 2.5, "b": None}]


def test_a_table_of_a_file_without_tables_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(text(","))
    with pytest.raises(DataError, match="is CSV, which has no tables to name"):
        read_table(f"{tmp_path}/t.csv#kind")
