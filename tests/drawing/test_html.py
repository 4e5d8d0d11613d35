from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser

from backlit.drawing import Circuit, to_html


class Reader(HTMLParser):
    """Collects tags with their attributes, and the texts of table cells and captions."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.cells: list[str] = []
        self.captions: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.open.append(tag)
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        inside = self.open[-1] if self.open else ""
        if inside in ("td", "th"):
            self.cells[-1] += data
        elif inside == "caption":
            self.captions.append(data)


def test_picture_and_tables_hold_the_numbers(product_of_sum: Circuit) -> None:
    page = Reader(to_html(product_of_sum))
    names = [tag for tag, _ in page.tags]
    assert [names.count(tag) for tag in ("svg", "table", "h1", "main")] == [1, 2, 1, 1]
    start = page.cells.index("q1")
    assert page.cells[start : start + 5] == ["q1", "x + y", "3", "-4", "gradient distributor"]
    assert page.cells[-6:] == ["f", "z", "q1", "3", "1", "3"]
    assert page.captions == ["Wires", "Edges: local gradient × upstream = contribution"]
    assert all("scope" in attributes for tag, attributes in page.tags if tag == "th")


def test_nothing_is_loaded_or_run(hostile: Circuit) -> None:
    page = Reader(to_html(hostile))
    assert not [tag for tag, _ in page.tags if tag in ("link", "img", "iframe", "object")]
    assert [attributes for tag, attributes in page.tags if tag == "script"] == [{"type": "application/json"}, {}]
    for _, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on") or name in ("src", "href")]


def test_names_are_shown_as_they_are(hostile: Circuit) -> None:
    page = Reader(to_html(hostile))
    assert "<script>alert('a')</script>&\"]]>" in page.cells


def test_the_witness_joins_the_wires(witnessed: Callable[[bool], Circuit], product_of_sum: Circuit) -> None:
    cells = Reader(to_html(witnessed(False))).cells
    start = cells.index("z")
    assert cells[start : start + 7] == ["z", "input", "-4", "3", "", "2.5", "NO"]
    assert "finite difference" not in Reader(to_html(product_of_sum)).cells


def test_not_computed_is_said(with_constant: Callable[[float | None], Circuit]) -> None:
    assert "<p>–: not computed</p>" in to_html(with_constant(None))
    assert "<p>–: not computed</p>" not in to_html(with_constant(0.0))


def test_korean(product_of_sum: Circuit) -> None:
    page = Reader(to_html(product_of_sum, "ko"))
    assert page.tags[0] == ("html", {"lang": "ko"})
    assert "국소 기울기" in page.cells
    assert "기울기 분배기" in page.cells
