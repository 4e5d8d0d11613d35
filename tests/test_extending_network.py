"""docs/extending.md: a reader of foreign networks is one file, followed here in a copy of the package."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src" / "backlit"
HEAD = '''"""Some tool."""

import json

import numpy as np

from backlit.interop.networks.description import Activation, Description, Linear
from backlit.interop.networks.reader import Reader


'''
READER = """def read(source, hints):
    numbers = json.loads(source.path.read_text(encoding="utf-8"))
    steps = [Linear(np.array(numbers["w"]), np.array(numbers["b"]), "layer 1"), Activation("leaky_relu(0.2)")]
    return Description("Some tool", "1.0", steps, notes=("its bias is the last weight",))


READER = Reader("Some tool", lambda source: source.head.startswith(b'{"some tool"'), read, "a .json file of Some tool")
"""
WITNESS = """
import backlit
model = backlit.import_network("network.json")
assert model.predict([[1.0, 2.0], [-1.0, 0.0]]).tolist() == [5.5, -0.1], model.predict([[1.0, 2.0], [-1.0, 0.0]])
print(model.provenance_["imported"]["notes"])
"""


def test_a_reader_is_one_file(tmp_path: Path) -> None:
    shutil.copytree(SOURCE, tmp_path / "backlit", ignore=shutil.ignore_patterns("__pycache__"))
    reader = tmp_path / "backlit" / "interop" / "networks" / "readers" / "some_tool.py"
    reader.write_text(HEAD + READER, encoding="utf-8")
    (tmp_path / "network.json").write_text('{"some tool": 1, "w": [[1.0], [2.0]], "b": [0.5]}', encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-c", WITNESS]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.stdout == "['its bias is the last weight']\n", done.stderr
