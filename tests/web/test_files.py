"""Uploads and opened files: limits, broken ones, pickles, names."""

from __future__ import annotations

import gzip
import io
import pickle
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from backlit.errors import BacklitError
from backlit.files import ReadOptions
from backlit.web.store.library import MOST_UPLOAD_BYTES, MOST_UPLOADS

CSV = b"a,b,label\n" + b"".join(b"%d,%d,%s\n" % (n, n % 7, b"yes" if n % 2 else b"no") for n in range(40))


def upload(client: Any, kind: str, name: str, data: bytes) -> Any:
    return client.post(f"/api/upload/{kind}?name={quote(name)}", data)


class Runs:
    """A pickle that makes a folder when it is read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.mkdir, (self.path,)


@pytest.mark.parametrize(
    "name", ["model.pkl", "model.pickle", "model.joblib", "model.npy", "model", "model.backlit.pkl"]
)
def test_pickles_are_refused_by_their_names(client: Any, tmp_path: Path, name: str) -> None:
    found = upload(client, "models", name, pickle.dumps(Runs(tmp_path / "ran")))
    assert (found.status, "give a file that ends in .backlit" in found.json["error"]) == (422, True)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("kind", "name"), [("models", "m.backlit"), ("models", "m.safetensors"), ("tables", "t.parquet")]
)
def test_pickles_under_other_names_are_not_read(client: Any, tmp_path: Path, kind: str, name: str) -> None:
    found = upload(client, kind, name, pickle.dumps(Runs(tmp_path / "ran")))
    assert found.status == 422
    assert not (tmp_path / "ran").exists()


NETWORKS = Path(__file__).parents[1] / "interop" / "networks"


@pytest.mark.parametrize(
    "path",
    ["fann/scaled.net.gz", "brainjs/v2_relu.json", "opencv/sigmoid.yml", "nnet/classes.R", "pmml/softmax.pmml.gz",
     "weka/weka36_classes.txt", "keras/classes.keras.gz", "keras/classes.h5.gz"],
)  # fmt: skip
def test_networks_of_other_tools_are_taken_in(client: Any, path: str) -> None:
    data, name = (NETWORKS / path).read_bytes(), Path(path).name
    if name.endswith(".gz"):
        data, name = gzip.decompress(data), name.removesuffix(".gz")
    assert upload(client, "models", name, data).status == 200
    cut = upload(client, "models", name, data[: len(data) // 2])
    assert cut.status == 422
    assert "\n" not in cut.json["error"]


def parquet() -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table({"a": list(range(100)), "b": ["x", "y"] * 50}), sink)
    return sink.getvalue()


@pytest.mark.parametrize(
    ("kind", "name", "data"),
    [
        ("tables", "empty.csv", b""),
        ("tables", "ragged.csv", b"a,b\n1,2\n3\n"),
        ("tables", "cut.parquet", parquet()[:-30]),
        ("tables", "front.parquet", b"PAR1" + b"\0" * 50 + b"PAR1"),
        ("tables", "empty.parquet", b""),
        ("models", "empty.backlit", b""),
        ("models", "text.backlit", b"no model"),
        ("models", "large.safetensors", (2**63 - 1).to_bytes(8, "little") + b"{}"),
    ],
)
def test_broken_uploads_are_one_line_with_their_name(client: Any, kind: str, name: str, data: bytes) -> None:
    found = upload(client, kind, name, data)
    assert found.status == 422
    error = found.json["error"]
    assert name in error
    assert "backlit-" not in error  # the folder of uploads
    assert "upload-" not in error


def test_uploads_have_a_limit_that_is_known_before_they_are_read(client: Any) -> None:
    connection = client.connect()
    connection.putrequest("POST", "/api/upload/tables?name=a.csv")
    for name, text in (("Origin", client.origin), ("Content-Length", str(MOST_UPLOAD_BYTES + 1))):
        connection.putheader(name, text)
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()


def test_a_table_that_unpacks_to_too_much_is_refused(client: Any) -> None:
    sink = io.BytesIO()
    pq.write_table(pa.table({"a": pa.array([0] * 6_000_000, pa.int8())}), sink, compression="zstd")
    assert len(sink.getvalue()) < 100_000
    found = upload(client, "tables", "bomb.parquet", sink.getvalue())
    assert (found.status, "unpacks to" in found.json["error"]) == (413, True)


def test_texts_that_repeat_are_measured_before_they_are_written_out(client: Any) -> None:
    codes = pa.array(np.zeros(100_000, np.int32))
    long_text = pa.DictionaryArray.from_arrays(codes, pa.array(["x" * 4_000]))
    sink = io.BytesIO()
    pq.write_table(pa.table({"a": long_text}), sink, store_schema=False)
    assert len(sink.getvalue()) < 100_000
    before = pa.total_allocated_bytes()
    found = upload(client, "tables", "long.parquet", sink.getvalue())
    assert (found.status, "unpacks to more than 134 MB" in found.json["error"]) == (413, True)
    assert pa.total_allocated_bytes() <= before + 10e6


def test_text_with_more_cells_than_fit_is_refused_before_it_is_parsed(client: Any) -> None:
    found = upload(client, "tables", "wide.csv", (b"," * 3_000 + b"\n") * 2_000)
    assert (found.status, "has about 6,002,000 cells" in found.json["error"]) == (413, True)


def test_an_upload_that_breaks_off_is_forgotten(client: Any) -> None:
    before = client.get("/api/library").json
    with socket.create_connection(("127.0.0.1", client.port)) as sock:
        lines = [f"Host: 127.0.0.1:{client.port}", f"Origin: {client.origin}", "Content-Length: 100000", "", ""]
        sock.sendall("\r\n".join(["POST /api/upload/tables?name=a.csv HTTP/1.1", *lines]).encode() + CSV)
    assert client.get("/api/library").json == before


@pytest.mark.parametrize("name", ["../../outside.csv", "/etc/outside.csv", "..\\..\\outside.csv", "a/b/outside.csv"])
def test_a_name_is_no_path(client: Any, name: str) -> None:
    found = upload(client, "tables", name, CSV)
    assert [table["name"] for table in found.json["tables"]][-1] == "outside.csv"
    path = client.site.library.tables.get(found.json["number"]).path
    assert path.parent == Path(client.site.library._folder.name)


@pytest.mark.parametrize("number", ["/etc/passwd", "../1", 1, None, ["1"], {"a": 1}, "999"])
def test_tables_and_models_have_numbers_not_paths(client: Any, number: Any) -> None:
    assert client.post("/api/explain", {"model": number, "table": number, "row": 0}).status == 404
    assert client.post("/api/sessions", {"table": number}).status == 404


def test_the_oldest_uploads_go_first(opened: Callable[..., Any]) -> None:
    client = opened()
    for n in range(MOST_UPLOADS + 2):
        found = upload(client, "tables", f"{n}.csv", CSV)
    assert [table["name"] for table in found.json["tables"]] == [f"{n}.csv" for n in range(2, MOST_UPLOADS + 2)]


def test_uploads_are_removed_at_the_end(opened: Callable[..., Any]) -> None:
    client = opened()
    upload(client, "tables", "a.csv", CSV)
    folder = Path(client.site.library._folder.name)
    assert len(list(folder.iterdir())) == 1
    client.site.close()
    assert not folder.exists()


EVIL = "<script>alert(1)</script>"


def test_names_are_shown_and_never_markup(opened: Callable[..., Any], tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_bytes(CSV.replace(b"a,b,label", f"{EVIL},b,label".encode()))
    client = opened(tables=[table], target="label")
    library = client.get("/api/library")
    assert library.headers["content-type"] == "application/json"
    assert library.json["tables"][0]["columns"][0] == EVIL
    made = client.post("/api/sessions", {"table": "1", "target": "label", "hidden": [[2, "tanh"]]}).json
    assert made["columns"][0] == EVIL
    frame = client.get(client.post(f"/api/sessions/{made['number']}/row", {"row": 0}).json["frame"]).text
    assert EVIL not in frame


def test_a_files_name_is_shown_and_never_markup(client: Any) -> None:
    found = upload(client, "tables", "<img src=x onerror=1>.csv", CSV).json
    made = client.post("/api/sessions", {"table": found["number"], "target": "label", "hidden": [[2, "tanh"]]}).json
    frame = client.get(client.post(f"/api/sessions/{made['number']}/row", {"row": 0}).json["frame"]).text
    assert "<img" not in frame
    assert "&lt;img src=x" in frame


def test_a_file_that_is_not_there_ends_the_start(tmp_path: Path) -> None:
    from backlit.web.site import Site
    from backlit.web.start_options import StartOptions

    for opened in (StartOptions(tables=[tmp_path / "no.csv"]), StartOptions(models=[tmp_path / "no.backlit"])):
        with pytest.raises((BacklitError, OSError)):
            Site(opened)


def test_how_a_table_was_read_is_said(client: Any, tmp_path: Path) -> None:
    from backlit.web.site import Site
    from backlit.web.start_options import StartOptions

    written = "größe;art\n1,5;a\n2,25;b\n".encode("latin-1")
    found = upload(client, "tables", "odd.csv", written).json["tables"][-1]
    assert found["columns"] == ["größe", "art"]
    assert found["finding"].startswith("read as cp1252 (a guess: --encoding overrides), separated by ';'")
    path = tmp_path / "odd.csv"
    path.write_bytes("키,값\n1,2\n".encode("cp949"))
    site = Site(StartOptions(tables=[path], read_options=ReadOptions(encoding="cp949")))
    try:
        (table,) = (table for _, table in site.library.tables.items())
        assert table.read().column_names == ["키", "값"]
    finally:
        site.close()
