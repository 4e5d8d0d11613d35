"""Where results are kept: one JSON a benchmark, with date and machine."""

from __future__ import annotations

import json
import os
import platform
import time
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"


def machine() -> dict[str, str]:
    blas = {name: os.environ[name] for name in os.environ if name.startswith(("OPENBLAS", "OMP_", "MKL_"))}
    return {"kind": f"{os.cpu_count()}-core {platform.machine()} {platform.system()}", **blas}


def write(name: str, content: dict[str, Any]) -> None:
    RESULTS.mkdir(exist_ok=True)
    record = {"date": time.strftime("%Y-%m-%d"), "machine": machine(), **content}
    many = record.pop("records", {})  # hundreds, each on a line of its own
    text = json.dumps(record, indent=1)
    if many:
        lines = (f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in many.items())
        text = text.removesuffix("\n}") + ',\n "records": {\n' + ",\n".join(lines) + "\n }\n}"
    (RESULTS / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def read(name: str) -> dict[str, Any]:
    """What was last kept under a name."""
    content: dict[str, Any] = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    return content
