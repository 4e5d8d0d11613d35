"""``python tests/fuzz/scanner.py [--record]``: model files of the newest format under the scanner modelaudit.

One of each estimator, as `tests/files/golden` keeps them, strictly. The scanner is the one on the path, or it is
installed in an environment of its own for the moment.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

from records import ROOT, write

FOLDER = sorted((ROOT / "tests" / "files" / "golden").iterdir())[-1]
QUIET = {"DO_NOT_TRACK": "1", "NO_ANALYTICS": "1", "PROMPTFOO_DISABLE_TELEMETRY": "1"}


def run(scanner: str) -> dict[str, Any]:
    """Scan; what was flagged, and by which version."""
    environment = {**os.environ, **QUIET}
    version = subprocess.run([scanner, "--version"], env=environment, text=True, capture_output=True, check=True).stdout
    files = sorted(FOLDER.glob("*.backlit"))
    command = [scanner, "scan", "--strict", "--format", "json", *files]
    done = subprocess.run(command, env=environment, text=True, capture_output=True)
    report = json.loads(done.stdout)
    checks = [check["status"] for check in report["checks"]]
    return {
        "tool": version.strip(),
        "files": len(files),
        "format": FOLDER.name,
        "checks passed": checks.count("passed"),
        "checks failed": checks.count("failed"),
        "issues": [issue["message"] for issue in report["issues"]],
    }


def main() -> dict[str, Any]:
    """With the scanner of the path, or one that is installed for it."""
    if there := shutil.which("modelaudit"):
        return run(there)
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        programs = Path(folder, "Scripts" if sys.platform == "win32" else "bin")
        subprocess.run([programs / "python", "-m", "pip", "install", "--quiet", "modelaudit"], check=True)
        return run(str(programs / "modelaudit"))


if __name__ == "__main__":
    result = main()
    print(json.dumps(result, indent=1))
    if "--record" in sys.argv:
        write("scanner", result)
    sys.exit(bool(result["issues"]))
