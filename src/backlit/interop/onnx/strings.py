"""Text in the graph: splitting, joining and matching, of which ONNX has three operators and no more."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backlit.interop.onnx.graph import Graph, Values

ODD_SPACES = "\t\n\v\f\r\u00a0\u3000"
"""White space that is trimmed as well as the plain space, up to `MOST_ODD` times at each end."""

MOST_ODD = 3
MOST_WORDS = 24
"""A padded cell of more words is compared as it is."""

MOST_SEPARATORS = 8
"""Separators of one kind in a cell that are replaced or left out."""

_SPACE = f"[ {ODD_SPACES}]"
_WORD = f"[^ {ODD_SPACES}]+"
_PADDING = f"(?: *[{ODD_SPACES}]){{0,{MOST_ODD}}} *"
PADDED = f"(?s){_SPACE}.*|.*{_SPACE}"


@dataclass(frozen=True, slots=True)
class Texts:
    """Text of shape [N, columns] in the graph."""

    graph: Graph
    name: str

    def columns(self, indices: list[int]) -> Texts:
        """Some of the columns."""
        at = self.graph.constant(np.array(indices, np.int64))
        return Texts(self.graph, self.graph.node("Gather", [self.name, at], axis=1))

    def __add__(self, other: Texts | str) -> Texts:
        return Texts(self.graph, self.graph.node("StringConcat", [self.name, _named(self.graph, other)]))

    def matches(self, pattern: str) -> Values:
        """Where the whole text has the pattern (of RE2)."""
        return Values(self.graph, self.graph.node("RegexFullMatch", [self.name], pattern=pattern))

    def split(self, delimiter: str, count: int) -> list[Texts]:
        """The first `count` parts between delimiters; empty ones where there are fewer."""
        return self._split(delimiter, count)[0]

    def _split(self, delimiter: str, count: int) -> tuple[list[Texts], str]:
        """The parts, and how many there are beside the empty ones that were added."""
        enough = self + delimiter * max(count - 1, 1)  # as many parts as are read, whatever the text
        parts, counts = self.graph.nodes("StringSplit", [enough.name], 2, delimiter=delimiter)
        return [_part(self.graph, parts, number) for number in range(count)], counts

    def replaced(self, delimiter: str, by: str, most: int) -> Texts:
        """The text with another in the place of a delimiter; as it is where it has more than `most` of them."""
        (joined, *rest), counts = self._split(delimiter, most + 1)
        for number, part in enumerate(rest, most + 1):  # the parts that were added are the last ones
            if by:
                joined = joined + chosen(_more_than(self.graph, counts, number), by, "")
            joined = joined + part
        return chosen(_more_than(self.graph, counts, 2 * most + 1), self, joined)

    def without(self, delimiter: str, most: int) -> Texts:
        """The text without a delimiter; as it is where it has more than `most` of them."""
        return self.replaced(delimiter, "", most)

    def words(self, count: int) -> tuple[list[Texts], str]:
        """The first `count` words between spaces, empty ones where there are fewer, and how many words there are."""
        graph = self.graph
        parts, counts = graph.nodes("StringSplit", [self.name], 2)
        empty = chosen(self.matches(""), "", "")
        padding = graph.node("Unsqueeze", [empty.name, graph.constant(np.array([2], np.int64))])
        parts = graph.node("Concat", [parts, *[padding] * count], axis=2)
        return [_part(graph, parts, number) for number in range(count)], counts

    def prefixed(self, text: str) -> Texts:
        """Some text in front of each cell."""
        return Texts(self.graph, self.graph.node("StringConcat", [_named(self.graph, text), self.name]))

    def digits(self, valid: Values) -> Values:
        """Text of digits as float64, nothing as 0; 0 where the whole cell is not valid."""
        safe = chosen(valid, self, "").prefixed("0")
        return Values(self.graph, self.graph.cast(safe.name, np.float64))

    def trimmed(self, words: int) -> Texts:
        """The text without white space at its ends, where there is any; cells of more than so many words stay."""
        graph = self.graph
        padded = self.matches(PADDED)
        total = graph.node("ReduceSum", [graph.cast(padded.name, np.int64)], keepdims=0)
        any_padded = graph.node("Greater", [total, graph.constant(np.array(0, np.int64))])
        trim, keep = graph.branch(), graph.branch()
        stripped = _stripped(Texts(trim, self.name), min(words, MOST_WORDS))
        same = keep.node("Identity", [self.name])
        return Texts(graph, graph.choose(any_padded, {stripped.name: trim}, {same: keep}))


def chosen(flags: Values, text: Texts | str, other: Texts | str) -> Texts:
    """One text where flags are true, the other where they are not."""
    graph = flags.graph
    return Texts(graph, graph.node("Where", [flags.name, _named(graph, text), _named(graph, other)]))


def refused(readable: Values, message: str) -> Values:
    """Zeros; a row that is not readable stops the run, with the message as the name of the node at fault."""
    graph = readable.graph
    text = chosen(readable, "0", "")  # an empty text is no number: its conversion raises
    (zeros,) = graph.nodes("Cast", [text.name], 1, "", message, to=graph.type_of(np.float64))
    return Values(graph, zeros)


def any_of(first: Values, second: Values) -> Values:
    """Where either of two flags is true."""
    return Values(first.graph, first.graph.node("Or", [first.name, second.name]))


def both(first: Values, second: Values) -> Values:
    """Where two flags are true."""
    return Values(first.graph, first.graph.node("And", [first.name, second.name]))


def _named(graph: Graph, text: Texts | str) -> str:
    return text.name if isinstance(text, Texts) else graph.constant(np.array([text], dtype=object))


def _part(graph: Graph, parts: str, number: int) -> Texts:
    return Texts(graph, graph.node("Gather", [parts, graph.constant(np.array(number, np.int64))], axis=-1))


def _stripped(text: Texts, words: int) -> Texts:
    """Cells of words with one plain space between them, without what stands at their ends; other cells as they are."""
    graph = text.graph
    readable = text.matches(f"{_PADDING}(?:{_WORD}(?: {_WORD}){{0,{words - 1}}}{_PADDING})?")
    plain = text
    for space in ODD_SPACES:
        plain = plain.without(space, 2 * MOST_ODD)
    (joined, *rest), counts = plain.words(words)
    for number, word in enumerate(rest, 1):
        joined = joined + chosen(_more_than(graph, counts, number), " ", "") + word
    return chosen(readable, joined, text)


def _more_than(graph: Graph, counts: str, number: int) -> Values:
    """Where there are more parts than so many."""
    return Values(graph, graph.node("Greater", [counts, graph.constant(np.array(number, np.int64))]))
