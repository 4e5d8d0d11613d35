"""The page's scripts write numbers as the picture does."""

from __future__ import annotations

import json
import shutil
import subprocess
from itertools import pairwise

import pytest

from backlit.drawing import component, number
from backlit.drawing.numbers import summed

VALUES = [0.0, -0.0, 1.0, -12.0, 0.196611933, -0.534446645, 5.41341e-5, 1.23456789e-4, 1e-8, 123456.7, 999999.6, -1e21]


def written(code: str) -> list[str]:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node here to run JavaScript with")
    script = f"{component.script()}\nconst values = {json.dumps(VALUES)};\nconsole.log(JSON.stringify({code}));"
    done = subprocess.run([node, "-e", script], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_numbers_are_written_alike() -> None:
    assert written("values.map((value) => formatted(value, 6))") == [number(value) for value in VALUES]


def test_three_digits_unless_more_are_asked_for_and_whole_numbers_whole() -> None:
    shown = written("values.map((value) => formatted(value))")
    assert shown[:7] == ["0", "0", "1", "-12", "0.197", "-0.534", "5.41e-05"]
    assert shown[7:10] == ["0.000123", "1e-08", "123000"]


def test_sums_are_written_alike() -> None:
    pairs = written("(writing.digits = 6, values).slice(1).map((value, at) => `${added([values[at], value])} = 1`)")
    assert pairs == [summed([a, b], 1.0) for a, b in pairwise(VALUES)]
