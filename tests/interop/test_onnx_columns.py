"""The encoder in the graph gives the numbers that the encoder gives, also of nulls, unseen words and infinities."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from backlit.encoding import fit_encoder
from backlit.encoding.columns import BLOCKS, KINDS, PARTS
from backlit.errors import BacklitError
from backlit.interop.onnx import blocks, columns
from backlit.interop.onnx.graph import Graph, Values
from backlit.interop.onnx.moments import calendar_part

from .conftest import encoder_session, fed, session_of

ROWS = 240


def raw_frame() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    days = pd.Timestamp("1999-12-01") + pd.to_timedelta(rng.integers(0, 9_000, ROWS), unit="D")
    moments = days + pd.to_timedelta(rng.integers(0, 86_400_000, ROWS), unit="ms")
    frame = pd.DataFrame(
        {
            "size": rng.lognormal(sigma=4, size=ROWS),
            "zeros": np.where(rng.random(ROWS) < 0.8, 0.0, rng.normal(size=ROWS)),
            "whole": rng.integers(-5, 5, ROWS),
            "flag": rng.random(ROWS) < 0.4,
            "colour": rng.choice(["red", "dark blue", "grün", None], ROWS),
            "two": rng.choice(["a", "b"], ROWS),
            "code": rng.choice(["1", "2.5", "007"], ROWS),
            "many": rng.choice([f"k{number}" for number in range(60)], ROWS),
            "text flag": rng.choice(["True", "False"], ROWS),
            "number category": pd.Categorical(rng.integers(0, 4, ROWS)),
            "day": days,
            "moment": moments,
            "instant": moments.tz_localize("Asia/Seoul"),
            "clock": moments.time,
            "span": moments - days,
            "constant": 7,
            "all null": [None] * ROWS,
            "label": rng.normal(size=ROWS),  # the name of an output
        }
    )
    frame.loc[::11, ["size", "day", "instant"]] = None
    frame["flag"] = frame["flag"].astype(object).where(frame.index % 13 != 1, None)
    return frame


def damaged_frame() -> pd.DataFrame:
    frame = raw_frame()
    frame.loc[3:40:3, "size"], frame.loc[4:40:3, "size"] = np.inf, -np.inf
    frame.loc[5:60:4, "zeros"] = 1e308
    frame.loc[7, "whole"] = 2**40
    frame["flag"] = frame["flag"].where(frame.index % 9 != 2, 2.0)
    other = [
        "never seen",
        " red ",
        "   ",
        "",
        "\tdark blue\n",
        "gru\u0308n",
        "red\u00a0",
        "dark  blue",
        "Red",
        "  red  x",
    ]
    frame.loc[range(len(other)), "colour"] = other
    frame.loc[range(9), "code"] = ["1.0", "01", "2.50", "7", "007 ", "+1", "2", "1.000", "7.0"]
    frame.loc[range(6), "text flag"] = ["true", "FALSE", "1", "0", "yes", " true"]
    frame.loc[range(3), "many"] = ["k1 ", "k61", None]
    return frame


@pytest.mark.parametrize(
    "options", [{}, {"scale_onehot": False}, {"steps": 8}, {"max_onehot": 0}, {"max_onehot": 4, "onehot_budget": 10}]
)
def test_every_kind_of_column_is_encoded_as_by_the_encoder(options: dict[str, Any]) -> None:
    encoder = fit_encoder(raw_frame(), **options)
    session = encoder_session(encoder)
    assert [value.name for value in session.get_inputs()] == list(raw_frame().columns)
    assert all(value.shape == ["N", 1] for value in session.get_inputs())
    for frame in (raw_frame(), damaged_frame(), raw_frame()[:1], damaged_frame()[5:6]):
        expected = encoder.encode(frame)
        (given,) = session.run(None, fed(session, frame))
        assert given.dtype == np.float32
        wrong = np.argwhere(np.abs(given - expected) > 2e-6)
        assert [(encoder.feature_names_out[at], row) for row, at in wrong] == []


def test_every_kind_and_block_is_written() -> None:
    assert columns.INPUT_TYPES.keys() == KINDS.keys()
    assert blocks.BLOCKS.keys() == BLOCKS.keys()


@pytest.mark.parametrize("part", PARTS)
def test_every_part_of_a_moment_is_that_of_numpy(part: str) -> None:
    graph = Graph(["seconds", "part"])
    written = calendar_part(part, Values(graph, graph.input("seconds", np.float64, 1)))
    graph.output("part", written.name, np.float64, 1)
    days = np.arange(np.datetime64("1599-12-28"), np.datetime64("2101-03-03"), 13).astype(np.int64) * 86_400.0
    seconds = np.concatenate([days, days + 86_399.999, days[:999] + 1e-3, [-62_135_596_800.0, 253_402_300_799.0]])
    (given,) = session_of(graph.to_model("part", "0", {})).run(None, {"seconds": seconds[:, None]})
    assert np.allclose(given[:, 0], PARTS[part](seconds), atol=1e-9)


def test_a_frame_of_one_kind_only() -> None:
    for name in ("size", "colour", "day", "flag"):
        frame = raw_frame()[[name]]
        encoder = fit_encoder(frame)
        session = encoder_session(encoder)
        assert np.allclose(session.run(None, fed(session, frame))[0], encoder.encode(frame), atol=2e-6)


def test_what_numpy_writes_for_a_missing_moment_is_missing() -> None:
    frame = raw_frame()[["day"]]
    encoder = fit_encoder(frame)
    text = frame.to_numpy().astype("datetime64[s]").astype(str).astype(object)
    assert "NaT" in text
    assert np.allclose(encoder_session(encoder).run(None, {"day": text})[0], encoder.encode(frame), atol=2e-6)


def test_a_matrix_has_its_columns_as_inputs() -> None:
    matrix = np.random.default_rng(0).normal(size=(50, 3))
    encoder = fit_encoder(matrix)
    session = encoder_session(encoder)
    feed = {f"x[{number}]": matrix[:, [number]] for number in range(3)}
    assert np.allclose(session.run(None, feed)[0], encoder.encode(matrix), atol=2e-6)


def test_the_users_own_markers_are_missing_among_words() -> None:
    import pyarrow as pa

    frame = pa.table({"k": ["a", "b", "-", "c"] * 20}).replace_schema_metadata({b"backlit": b'{"missing": ["-"]}'})
    encoder = fit_encoder(frame)
    assert encoder.missing == ("-",)
    session = encoder_session(encoder)
    cells = np.array([["a"], ["-"], [""], [" - "], ["z"]], dtype=object)
    assert np.allclose(session.run(None, {"k": cells})[0], encoder.encode(pa.table({"k": cells[:, 0]})), atol=2e-6)


def test_a_column_without_a_name_is_refused() -> None:
    encoder = fit_encoder(pd.DataFrame({"": [1.0, 2.0, 3.0]}))
    with pytest.raises(BacklitError, match="empty name"):
        encoder_session(encoder)
