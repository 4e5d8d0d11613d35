"""Runs of numbers in texts: read at once as one by one, and nothing else is taken for a number."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

import backlit
from backlit.interop.networks.apart import import_apart
from backlit.interop.networks.number_runs import LONG, numbers_in

PMML = Path(__file__).parent / "networks" / "pmml" / "nyoka_classes.pmml.gz"


@pytest.mark.parametrize("count", [3, LONG])
def test_numbers_are_those_that_float_reads(count: int) -> None:
    rng = np.random.default_rng(0)
    values, digits = rng.normal(size=count) * 10.0 ** rng.integers(-40, 40, count), rng.integers(0, 21, count)
    texts = [f"{value:.{places}e}" for value, places in zip(values, digits, strict=True)]
    expected = [float(text) for text in texts]
    for run in (" ".join(texts), "(" + ", ".join(texts) + ")", "\n".join(texts), "\t[" + " ,  ".join(texts) + "]\r\n"):
        assert numbers_in(run.encode()).tolist() == expected
    assert numbers_in(b" nan inf -inf 1. .5 -.5 " * count).tolist()[1:6] == [np.inf, -np.inf, 1.0, 0.5, -0.5]
    for bad in (b" x", b" 1e", b" 0x10", b" -"):
        with pytest.raises(ValueError, match=r"."):
            numbers_in(" ".join(texts).encode() + bad)


def test_a_pmml_is_the_same_read_at_once_and_one_by_one(tmp_path: Path) -> None:
    text = gzip.decompress(PMML.read_bytes()).decode()
    path, slow = tmp_path / "net.pmml", tmp_path / "slow.pmml"
    path.write_text(text)
    slow.write_text(text.replace("<NeuralInputs", "<!-- <Con from='0'/> --><NeuralInputs", 1))
    assert (backlit.import_network(path).theta_ == backlit.import_network(slow).theta_).all()
    hidden = text.replace("<Neuron ", '<Neuron bias="<Neuron>" ', 1)
    path.write_text(hidden)
    with pytest.raises(backlit.BacklitError, match=r"line \d+, column \d+: the XML is damaged"):
        backlit.import_network(path)


def test_a_file_on_which_another_process_ends_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "net.h5"
    path.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    with pytest.raises(backlit.BacklitError, match=r"^[^\n]*net.h5: [^\n]+$"):
        import_apart(path)
    monkeypatch.setattr("backlit.interop.networks.apart.sys.executable", "false")
    with pytest.raises(backlit.BacklitError, match="its library ended on it; save the network again"):
        import_apart(path)
    assert [file.name for file in tmp_path.iterdir()] == ["net.h5"]
