"""A model file comes back as it was written, or is refused in one line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from safetensors.numpy import save

from backlit.errors import BacklitError
from backlit.files import read_model, write_model

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
ARRAYS = st.sampled_from([np.float32, np.float64, np.int64]).flatmap(
    lambda kind: hnp.arrays(kind, hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4))
)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(header=st.dictionaries(st.text(), JSON, max_size=4), arrays=st.dictionaries(NAMES, ARRAYS, max_size=4))
def test_round_trip(tmp_path: Path, header: dict[str, Any], arrays: dict[str, Any]) -> None:
    path = tmp_path / "model"
    write_model(path, header, arrays)
    found, back = read_model(path)
    assert found == header
    assert back.keys() == arrays.keys()
    for name, array in arrays.items():
        assert back[name].dtype == array.dtype
        assert back[name].shape == array.shape
        assert back[name].tobytes() == array.tobytes()


def test_equal_content_gives_equal_bytes(tmp_path: Path) -> None:
    w, b = np.arange(6.0).reshape(2, 3), np.zeros(3, np.float32)
    write_model(tmp_path / "1", {"a": 1, "b": [2]}, {"w": w, "b": b})
    write_model(tmp_path / "2", {"b": [2], "a": 1}, {"b": b.copy(), "w": np.asfortranarray(w)})
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()


@pytest.mark.slow
def test_every_truncation_and_every_flipped_byte_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model"
    write_model(path, {"loss": "squared"}, {"w": np.arange(3.0)})
    whole = path.read_bytes()
    damaged = [whole[:n] for n in range(len(whole))]
    damaged += [whole[:i] + bytes([whole[i] ^ 1]) + whole[i + 1 :] for i in range(len(whole))]
    for data in damaged:
        path.write_bytes(data)
        with pytest.raises(BacklitError) as caught:
            read_model(path)
        assert str(caught.value).startswith(f"{path} is not a whole Backlit model: ")
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "cut off"),
        (b"PK\x03\x04 something else entirely", "another kind"),
        (save({"w": np.zeros(2)}), "another program"),
        (save({"w": np.zeros(2)}, {"backlit": "{"}), "header is damaged"),
        (save({"w": np.zeros(2)}, {"backlit": "[" * 100_000}), "header is damaged"),
        (save({"w": np.zeros(2)}, {"backlit": '{"format": NaN}'}), "header is damaged"),
        (save({"w": np.zeros(2)}, {"backlit": "[]"}), "not one of Backlit's"),
        (save({"w": np.zeros(2)}, {"backlit": json.dumps({"format": 99})}), "install a newer one"),
        (
            save({"w": np.zeros(2)}, {"backlit": json.dumps({"format": 1, "header": {}})}),
            "format 1, .*; train again",
        ),
        (save({"w": np.zeros(2)}, {"backlit": json.dumps({"format": 0, "header": {}})}), "damaged"),
        (save({"w": np.zeros(2)}, {"backlit": json.dumps({"format": 2, "header": {}})}), "damaged"),
    ],
)
def test_foreign_files_are_refused(tmp_path: Path, data: bytes, why: str) -> None:
    path = tmp_path / "model"
    path.write_bytes(data)
    with pytest.raises(BacklitError, match=why):
        read_model(path)


def test_a_missing_file_and_a_folder_stay_os_errors(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="cannot read"):
        read_model(tmp_path / "none")
    with pytest.raises(OSError, match="cannot read"):
        read_model(tmp_path)


@pytest.mark.parametrize("header", [{"a": float("nan")}, {"a": float("inf")}, {"a": object()}])
def test_a_header_that_is_not_json_is_refused_and_nothing_written(tmp_path: Path, header: Any) -> None:
    with pytest.raises(BacklitError, match="not JSON"):
        write_model(tmp_path / "model", header, {})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("array", [np.array(["a"]), np.zeros(2, np.int8), np.zeros(2, complex), np.zeros(2, ">f8")])
def test_other_types_of_arrays_are_refused(tmp_path: Path, array: Any) -> None:
    with pytest.raises(BacklitError, match="array 'w' holds"):
        write_model(tmp_path / "model", {}, {"w": array})
