"""A damaged cache of kernels mends itself: the same bits, whatever has become of its files."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from backlit.engine.seals import COMPILED, SUFFIX, sealed

FIT = """
import numpy as np, backlit
from backlit.engine.network import Network
from backlit.network.building import mlp
blueprint = mlp(2, (3,), 1, hidden_gate="tanh", output_gate="identity", loss="squared")
network = Network(blueprint, np.linspace(-1, 1, blueprint.theta_size), 4)
print(network.predict(np.arange(8.0).reshape(4, 2)).tobytes().hex())
"""


def answer(cache: Path) -> str:
    environment = {**os.environ, "BACKLIT_CACHE_DIR": str(cache), "NUMBA_OPT": "0"}  # compiled sooner
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run([sys.executable, "-c", FIT], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def flipped(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(1 + len(content) // 200):
        changed[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    return bytes(changed)


DAMAGES: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "cut off": lambda content, chance: content[: len(content) // 2],
    "emptied": lambda content, chance: b"",
    "bits flipped": flipped,
}


@pytest.mark.slow
def test_every_file_of_the_cache_may_be_damaged(tmp_path: Path) -> None:
    first, chance = answer(tmp_path), random.Random(0)
    files = sorted(path for path in tmp_path.rglob("*") if path.is_file() and path.stat().st_size)
    assert {path.suffix for path in files} == {".py", SUFFIX, *COMPILED}
    for number, path in enumerate(files):
        damage = list(DAMAGES.values())[number % len(DAMAGES)]
        path.write_bytes(damage(path.read_bytes(), chance))
    assert answer(tmp_path) == first


@pytest.fixture
def compiled(tmp_path: Path) -> Path:
    """A compiled file that is sealed."""
    path = tmp_path / "__pycache__" / "a.f-1.py311.1.nbc"
    path.parent.mkdir()
    with sealed(tmp_path / "a.py"):
        path.write_bytes(b"machine code")
    return path


def is_kept(compiled: Path) -> bool:
    with sealed(compiled.parents[1] / "a.py"):
        return compiled.exists()


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_not_as_it_was_sealed_is_removed(damage: str, compiled: Path) -> None:
    assert is_kept(compiled)
    compiled.write_bytes(DAMAGES[damage](compiled.read_bytes(), random.Random(1)))
    assert not is_kept(compiled)


@pytest.mark.parametrize("seal", [b"", b"{", b"[1]", b"\xff\xfe", b"{}"])
def test_a_seal_that_is_damaged_seals_nothing(seal: bytes, compiled: Path) -> None:
    compiled.with_name(f"a{SUFFIX}").write_bytes(seal)
    assert not is_kept(compiled)


def test_a_file_of_which_the_seal_knows_nothing_is_removed(compiled: Path) -> None:
    other = compiled.with_name("a.g-9.py311.1.nbc")
    other.write_bytes(b"half")
    assert is_kept(compiled)
    assert not other.exists()


def test_a_cache_without_seals_is_used_and_sealed(compiled: Path) -> None:
    compiled.with_name(f"a{SUFFIX}").unlink()
    assert is_kept(compiled)
    assert set(json.loads(compiled.with_name(f"a{SUFFIX}").read_bytes())) == {compiled.name}


def test_a_file_that_is_written_anew_is_sealed_anew(compiled: Path) -> None:
    with sealed(compiled.parents[1] / "a.py"):
        compiled.write_bytes(b"other code")
    assert is_kept(compiled)
    with sealed(compiled.parents[1] / "ab.py"):  # another file's, though its name begins with ours
        pass
    assert is_kept(compiled)


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    with sealed(tmp_path / "no" / "a.py"):
        pass
    assert list(tmp_path.iterdir()) == []
