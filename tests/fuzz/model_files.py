"""`make fuzz`: damaged and lying model files. A file is refused by `load` in one line, or its model predicts.

Run as a script it tries as many files as it is given, of the seeds from the second number on (a long run in parts);
with ``--record`` it keeps the counts in ``results/model_files.json``. A failure is printed with its seed, and ends the
run with status 1.
"""

from __future__ import annotations

import copy
import json
import platform
import random
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from safetensors import safe_open

import backlit
from backlit.errors import BacklitError
from backlit.files import model_file, read_model, write_model

sys.path.insert(0, str(Path(__file__).parent))
from models import MODELS, made

HERE = Path(__file__).parent
GOLDEN = HERE.parent / "files" / "golden"
RESULT = HERE / "results" / "model_files.json"

VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2, 7, 2**31, 2**63, -(2**63), 10**30, 0.0, -0.0, 0.5, -1.5, 1e300, 1e-300, "", "x",
    "relu", "softmax", "sigmoid", "identity", "numeric", "category", "datetime", "onehot", "missing", "\0", "é",
    "O", "U", [], [0], ["x"], [[]], {}, {"form": "number"}, {"float": "nan"}, {"x": 1},
)  # fmt: skip
"""What may come in the place of a value."""

NUMBERS = (np.nan, np.inf, -np.inf, 1e30, 0.0, -1.0)


def positions(content: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where values stand."""
    inner = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    return [path] * bool(path) + [step for key, value in inner for step in positions(value, (*path, key))]


def lie(rng: random.Random, header: Any, arrays: dict[str, Any]) -> None:
    """Change one value, name or array, in place."""
    if rng.random() < 0.15:
        name = rng.choice(sorted(arrays))
        array = arrays[name] = arrays[name].copy()
        how = rng.randrange(5)
        if how == 0:
            array.reshape(-1)[rng.randrange(array.size)] = rng.choice(NUMBERS if array.dtype.kind == "f" else [-1, 0])
        elif how == 1:
            arrays[name] = array[:-1]
        elif how == 2:
            arrays[name] = array.astype(rng.choice([np.float32, np.float64, np.int64]))
        elif how == 3:
            arrays[rng.choice(["x", "low", "theta", "encoder.center"])] = arrays.pop(name)
        else:
            arrays[name] = array.reshape(1, -1)
        return
    path = rng.choice(positions(header))
    parent = header
    for key in path[:-1]:
        parent = parent[key]
    key, how = path[-1], rng.randrange(6)
    if how == 0:
        del parent[key]
    elif how == 1 and isinstance(parent, list):
        parent.insert(key, copy.deepcopy(parent[rng.randrange(len(parent))]))
    elif how == 2 and isinstance(parent, dict):
        parent[rng.choice([*parent, "x", "theta_", "__class__"])] = parent.pop(key)
    elif how == 3 and isinstance(parent[key], int | float) and not isinstance(parent[key], bool):
        parent[key] = parent[key] + rng.choice([-1, 1, 0.5, 10])
    elif how == 4:
        other = header
        for step in rng.choice(positions(header)):
            other = other[step]
        parent[key] = copy.deepcopy(other)
    else:
        parent[key] = copy.deepcopy(rng.choice(VALUES))


def damage(rng: random.Random, data: bytes) -> bytes:
    """Change bytes, cut, or repeat a part."""
    damaged, how = bytearray(data), rng.randrange(4)
    at, length = rng.randrange(len(data)), rng.choice([1, 1, 2, 8, 64])
    if how == 0:
        for _ in range(rng.choice([1, 1, 2, 5])):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
    elif how == 1:
        del damaged[at : at + length]
    elif how == 2:
        damaged[at:at] = data[at : at + length]
    else:
        del damaged[at:]
    return bytes(damaged)


@contextmanager
def unsynchronised() -> Iterator[None]:
    """Write without waiting for the disk: these files live for a moment."""
    usual = model_file.write_whole
    model_file.write_whole = lambda path, data: Path(path).write_bytes(data)
    try:
        yield
    finally:
        model_file.write_whole = usual


class Trials:
    """Mutated files, one after the other, and what became of each."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "m.backlit"
        rows = json.loads((GOLDEN / "format-2" / "expected.json").read_text(encoding="utf-8"))["rows"]
        frame, X = pd.DataFrame(rows["frame"]), np.array(rows["X"])
        self.rows: dict[Path, Any] = {}
        for path in sorted(GOLDEN.glob("*/*.backlit")):
            model = backlit.load(path)
            names = getattr(model, "feature_names_in_", None)
            self.rows[path] = (
                frame if hasattr(model, "encoder_") else X if names is None else pd.DataFrame(X, columns=list(names))
            )
        for name, (model, its_rows) in made().items():
            path = folder / f"{name}.backlit"
            model.save(path)
            self.rows[path] = its_rows
        self.files = list(self.rows)
        self.whole = {path: path.read_bytes() for path in self.files}
        self.contents = {path: read_model(path) for path in self.files}
        self.answers = {path: backlit.load(path).predict(self.rows[path]) for path in self.files}
        self.counts: Counter[str] = Counter()

    def run(self, seed: int) -> None:
        """One file; any error but Backlit's is a failure, and so is a damaged file that predicts otherwise."""
        rng = random.Random(seed)
        source = rng.choice(self.files)
        if rng.random() < 0.5:
            kind = "damaged"
            self.path.write_bytes(damage(rng, self.whole[source]))
        else:
            kind = "lying"
            header, arrays = self.contents[source]
            header, arrays = copy.deepcopy(header), dict(arrays)
            for _ in range(rng.choice([1, 1, 1, 2, 3])):
                lie(rng, header, arrays)
            try:
                with unsynchronised():
                    write_model(self.path, header, arrays)
            except BacklitError:  # it cannot even be written
                self.counts["lying, refused"] += 1
                return
        try:
            model = backlit.load(self.path)
            with safe_open(self.path, framework="numpy"):  # a second reader of the same bytes
                pass
        except BacklitError as error:
            if "\n" in str(error) or str(self.path) not in str(error):
                raise
            self.counts[f"{kind}, refused"] += 1
            return
        rows, names = self.rows[source], getattr(model, "feature_names_in_", None)
        if names is not None and not hasattr(model, "encoder_") and len(names) == rows.shape[1]:
            rows = rows.set_axis(list(names), axis=1)  # drop-ins ask for the names of the fit as scikit-learn does
        try:
            answer = model.predict(rows)
        except BacklitError:  # consistent, and of other columns than these rows
            self.counts[f"{kind}, of other columns"] += 1
            return
        if kind == "damaged" and not np.array_equal(answer, self.answers[source]):
            raise AssertionError("a damaged file was read, and predicts otherwise")
        self.counts[f"{kind}, consistent and used"] += 1


def tried(count: int, first: int = 0) -> Counter[str]:
    """Try so many files, from a seed on."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        trials = Trials(Path(folder))
        for seed in range(first, first + count):
            try:
                trials.run(seed)
            except Exception as error:
                error.add_note(f"seed {seed}")
                raise
    return trials.counts


def result_of(counts: Counter[str]) -> dict[str, Any]:
    """The counts, and where and when they were made."""
    return {
        "tried": counts.total(),
        "models": len(MODELS) + len([*GOLDEN.glob("*/*.backlit")]),
        **dict(sorted(counts.items())),
        "failures": 0,
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def run(count: int, first: int) -> Counter[str]:
    """The counts of a run; one that begins at a later seed goes on with what was recorded."""
    counts = tried(count, first)
    if first:
        kept = json.loads(RESULT.read_text(encoding="utf-8"))
        counts.update({name: kept[name] for name in kept if name.startswith(("damaged", "lying"))})
    return counts


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:] if argument.isdigit()]
    count, first = (*numbers, *(100_000, 0)[len(numbers) :])
    result = json.dumps(result_of(run(count, first)), indent=2)
    print(result)
    if "--record" in sys.argv:
        RESULT.parent.mkdir(exist_ok=True)
        RESULT.write_text(result + "\n", encoding="utf-8")
