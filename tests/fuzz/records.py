"""Where figures are kept: one JSON a script, with date, kind of machine and Python."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
RESULTS = Path(__file__).parent / "results"


def here() -> dict[str, str]:
    """Today, this kind of machine, this Python."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def write(name: str, figures: Mapping[str, Any]) -> None:
    """Keep figures under a name."""
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps({**figures, **here()}, indent=1, ensure_ascii=False)
    (RESULTS / f"{name}.json").write_text(text + "\n", encoding="utf-8")
