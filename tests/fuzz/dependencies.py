"""The oldest and the newest dependencies that `pyproject.toml` allows, each in an environment of its own.

``python tests/fuzz/dependencies.py [--record]`` makes two virtual environments in a temporary folder, installs Backlit
with the lower bounds of its dependencies in one and with the newest releases in the other, and runs `SELECTION` of the
tests in each. ``--record`` keeps versions and results in ``results/dependencies.json``.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from records import ROOT, write

SELECTION = (
    "tests/formula/test_expression.py",
    "tests/graph/test_recording.py",
    "tests/files/test_model_file.py",
    "tests/files/test_atomic.py",
    "tests/estimators/shared/test_lying_files.py",
    "tests/estimators/tabular/test_tabular.py",
    "tests/tracing/test_trace.py",
    "tests/test_witness.py",
)
"""Reading, saving, training, tracing, and the engine against the graph."""

NEEDED = ("pytest", "hypothesis", "pandas", "polars")
"""What the selection imports besides."""

BOUND = re.compile(r"^([\w.-]+)(?:\[[\w,]+\])?>=([\d.]+)")


def bounds() -> dict[str, str]:
    """Each dependency, and the oldest version that is allowed; those that only the selection needs, too."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    tests = [line for line in project["optional-dependencies"]["test"] if line.startswith(NEEDED)]
    matches = [BOUND.match(line) for line in (*project["dependencies"], *tests)]
    return {match[1]: match[2] for match in matches if match}


REQUIREMENTS = {
    "oldest": [f"{name}=={version}" for name, version in bounds().items() if not name.startswith("pytest")]
    + ["pytest"],
    "newest": [name for name in bounds() if name != "pytest-xdist"],
}


def tried(kind: str, folder: Path) -> dict[str, Any]:
    """Install one kind of dependencies, run the selection; versions and counts."""
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--upgrade", *REQUIREMENTS[kind]], check=True)
    subprocess.run([*pip, "--no-deps", "--editable", ROOT], check=True)
    listed = subprocess.run([python, "-m", "pip", "list", "--format", "json"], check=True, capture_output=True).stdout
    versions = {package["name"]: package["version"] for package in json.loads(listed)}
    report = folder / "report.xml"
    options = ["-q", "-p", "no:cacheprovider", f"--junitxml={report}"]
    done = subprocess.run([python, "-m", "pytest", *options, *SELECTION], cwd=ROOT)
    counts = ElementTree.parse(report).getroot()[0].attrib
    return {
        "tests": int(counts["tests"]),
        "failed": int(counts["failures"]) + int(counts["errors"]) + (done.returncode not in (0, 1)),
        "versions": {name: versions[name] for name in bounds() if name in versions},
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        result = {kind: tried(kind, Path(folder, kind)) for kind in REQUIREMENTS}
    print(json.dumps(result, indent=1))
    if "--record" in sys.argv:
        write("dependencies", result)
    sys.exit(any(kind["failed"] for kind in result.values()))
