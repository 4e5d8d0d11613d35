"""Where results are kept: one JSON a benchmark, with date and machine."""

from __future__ import annotations

import json
import os
import platform
import time
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
DOCS = Path(__file__).parents[1] / "docs"
END = "<!-- end -->"


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


def write_block(page: Path, command: str, text: str) -> None:
    """Put a text into a page, between the comment that names the benchmark which makes it and the next end."""
    begin = f"<!-- made by python -m benchmarks {command} --report -->"
    before, rest = page.read_text(encoding="utf-8").split(begin, 1)
    page.write_text(f"{before}{begin}\n\n{text}\n\n{END}{rest.split(END, 1)[1]}", encoding="utf-8")
