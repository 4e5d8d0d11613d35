"""docs/reliability.md is what its records say, and no record says that a promise is broken."""

from __future__ import annotations

import runpy
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
MADE = runpy.run_path(str(DOCS / "make_reliability.py"))


def test_the_page_is_made_from_the_records() -> None:
    assert (DOCS / "reliability.md").read_text(encoding="utf-8") == MADE["page"](), "run `make proof`"


def test_no_record_has_failures() -> None:
    names = {line.record for lines in MADE["SECTIONS"].values() for line in lines}
    records = [MADE["record"](name) for name in names]
    records += [part for record in records for part in record.values() if isinstance(part, dict)]
    for record in records:
        for bad in ("failures", "failed", "ended otherwise", "disagreements", "checks failed"):
            assert not record.get(bad), record
        assert not record.get("issues")
