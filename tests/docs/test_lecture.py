"""The lecture's pages in two languages: the same content, no dead links, and every picture is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

LECTURE = Path(__file__).parents[2] / "docs" / "lecture"
PAGES = sorted(path.name for path in (LECTURE / "en").glob("*.md"))
LINK = re.compile(r"\]\(([^)#:]+)\)|<iframe src=\"([^\"]+)\"")
CODE = re.compile(r"```python\n(.*?)```", re.DOTALL)


def test_both_languages_have_the_same_pages() -> None:
    assert len(PAGES) == 10
    assert sorted(path.name for path in (LECTURE / "ko").glob("*.md")) == PAGES


@pytest.mark.parametrize("name", PAGES)
def test_both_languages_run_the_same_code(name: str) -> None:
    english, korean = (CODE.findall((LECTURE / lang / name).read_text(encoding="utf-8")) for lang in ("en", "ko"))
    unmarked = [
        re.sub(r'(, )?lang="ko"', "", block).replace("-ko.svg", ".svg").replace("-ko.html", ".html") for block in korean
    ]
    assert english
    assert english == unmarked


@pytest.mark.parametrize("page", sorted(LECTURE.rglob("*.md")), ids=lambda page: str(page.relative_to(LECTURE)))
def test_links_and_pictures_are_there(page: Path) -> None:
    targets = [linked or framed for linked, framed in LINK.findall(page.read_text(encoding="utf-8"))]
    assert targets
    assert [target for target in targets if not (page.parent / target).is_file()] == []
