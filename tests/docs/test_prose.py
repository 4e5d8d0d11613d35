"""Pages are pleasant to read as files: lines of at most 120 characters, decisions on one screen, links that lead on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
DECISIONS = sorted((DOCS / "decisions").glob("0*.md"))
FRONT = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
PAGES = [*FRONT, *sorted(DOCS.rglob("*.md"))]
MOST_CHARACTERS, MOST_LINES = 120, 45
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)|(?:src|href)=\"([^\"#]+)[^\"]*\"")
FENCE = re.compile(r"^( *)(`{3,}).*?^\1\2`* *$\n?", re.MULTILINE | re.DOTALL)


def without_fences(page: str) -> str:
    """A page with each fenced block replaced by as many empty lines."""
    return FENCE.sub(lambda block: "\n" * block[0].count("\n"), page)


def long_lines(page: str) -> Iterator[int]:
    """The numbers of prose lines that are too long; tables, pictures and HTML cannot be wrapped, nor can an address."""
    for number, line in enumerate(without_fences(page).splitlines(), start=1):
        longest_word = max(map(len, line.split()), default=0)
        if len(line) > MOST_CHARACTERS > longest_word and not line.startswith(("|", "![", "[![", "<")):
            yield number


def dead_links(page: str, folder: Path) -> list[str]:
    """Relative links and sources of a page that lead to no file."""
    targets = [link or source for link, source in LINK.findall(without_fences(page))]
    return [target for target in targets if ":" not in target and not (folder / target).exists()]


@pytest.mark.parametrize("path", PAGES, ids=[str(path.relative_to(ROOT)) for path in PAGES])
def test_prose_is_wrapped(path: Path) -> None:
    assert [f"{path.name}:{number}" for number in long_lines(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("path", PAGES, ids=[str(path.relative_to(ROOT)) for path in PAGES])
def test_relative_links_lead_to_a_file(path: Path) -> None:
    assert dead_links(path.read_text(encoding="utf-8"), path.parent) == []


@pytest.mark.parametrize("path", DECISIONS, ids=[path.stem for path in DECISIONS])
def test_a_decision_is_on_one_screen(path: Path) -> None:
    page = path.read_text(encoding="utf-8")
    number = int(path.name[:4])
    assert page.startswith(f"# {number}. ")
    assert page.count("\n") <= MOST_LINES
    positions = [page.index(f"\n**{part}.**") for part in ("Context", "Choice", "Rejected")]
    assert positions == sorted(positions)


def test_decisions_are_listed_under_their_titles() -> None:
    index = (DOCS / "decisions" / "index.md").read_text(encoding="utf-8")
    titles = [path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ") for path in DECISIONS]
    rows = [
        f"| {number} | [{title}]({path.name}) |"
        for path, (number, title) in zip(DECISIONS, (title.split(". ", 1) for title in titles), strict=True)
    ]
    assert [row for row in index.splitlines() if row.startswith("| ") and "](" in row] == rows


def test_measured_figures_belong_to_a_decision() -> None:
    measured = sorted((DOCS / "decisions" / "measured").glob("*.md"))
    assert measured
    for path in measured:
        decision = path.parents[1] / path.name
        assert f"](measured/{path.name})" in decision.read_text(encoding="utf-8")
        assert f"](../{path.name})" in path.read_text(encoding="utf-8")


def test_the_checks_fail_where_they_should() -> None:
    page = f"short\n\n```text\n{'a ' * 90}\n```\n{'b ' * 70}\n| {'c ' * 80} |\n[gone](gone.md) [here](README.md)\n"
    assert [*long_lines(page)] == [6]
    assert dead_links(page, ROOT) == ["gone.md"]
