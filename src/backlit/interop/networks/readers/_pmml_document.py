"""A PMML document as a small tree: no document type, and with it no entity, is opened; depth and size are bounded."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from backlit.errors import BacklitError
from backlit.interop.networks.readers._pmml_links import LINK, PART, Runs
from backlit.interop.networks.source import check_size_of_text

NEURON = re.compile(rb"<Neuron\b[^<>]*>\s*(?=<Con )")
CLOSE = b"</Neuron>"
OTHERWISE = (b"<!", b"<?", b"<Neuron>")
"""Within what begins so, behind the first line, a link is none."""

DEEPEST = 100
LONGEST_TEXT = 4096
AGAIN = "export the network again"


@dataclass(eq=False, slots=True)
class Element:
    """An element without its namespace; the ``Con`` of a neuron are two columns, as there may be millions of them."""

    tag: str
    attributes: dict[str, str]
    children: list[Element] = field(default_factory=list)
    text: str = ""
    sources: list[str] = field(default_factory=list)
    weights: array[float] = field(default_factory=lambda: array("d"))

    def every(self, *tags: str) -> Iterator[Element]:
        """The children of these tags."""
        return (child for child in self.children if child.tag in tags)

    def first(self, tag: str) -> Element | None:
        """The first child of a tag."""
        return next(self.every(tag), None)

    def number(self, name: str, default: float | None = None) -> float:
        """An attribute as a number."""
        return number_of(self.attributes.get(name), f"{name} of {self.named}", default)

    @property
    def named(self) -> str:
        """What messages call it."""
        label = self.attributes.get("id") or self.attributes.get("name") or self.attributes.get("field")
        return f"{self.tag} {label}" if label else self.tag


def number_of(text: str | None, where: str, default: float | None = None) -> float:
    """A number that was written.

    Raises
    ------
    BacklitError
        If it is none, or is missing without a default.
    """
    if text is None and default is not None:
        return default
    try:
        return float(text or "")
    except ValueError:
        what = "is missing" if text is None else f"{text[:40]!r} is no number"
        raise BacklitError(f"{where} {what}; {AGAIN}") from None


class _Builder:
    """What the parser calls; text alone where a constant has some, as calls are most of the time that it takes."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler, self.parser.EndElementHandler = self.start, self.end
        self.parser.StartDoctypeDeclHandler = self.parser.EntityDeclHandler = self.refuse
        self.root: Element | None = None
        self.stack: list[Element] = []
        self.names: dict[str, str] = {}
        self.neurons = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag.endswith("Con") and self.stack and tag.rpartition(":")[2] == "Con":
            self.link(self.stack[-1], attributes)
            return
        tag = tag.rpartition(":")[2]
        if len(self.stack) >= DEEPEST:
            raise BacklitError(f"{tag}: more than {DEEPEST} elements within each other; {AGAIN}")
        element = Element(tag, attributes)
        self.neurons += tag == "Neuron"
        if self.stack:
            self.stack[-1].children.append(element)
        elif self.root is None:
            self.root = element
        self.stack.append(element)
        self.parser.CharacterDataHandler = self.text if tag == "Constant" else None

    def link(self, neuron: Element, attributes: dict[str, str]) -> None:
        source = attributes.get("from", "")
        neuron.sources.append(self.names.setdefault(source, source))
        try:
            neuron.weights.append(float(attributes["weight"]))
        except (KeyError, ValueError):
            number_of(attributes.get("weight"), f"{neuron.named}: the weight of its Con from {source[:40]!r}")

    def end(self, tag: str) -> None:
        if self.stack and self.stack[-1].tag == tag.rpartition(":")[2]:
            self.stack.pop()
            self.parser.CharacterDataHandler = None

    def text(self, text: str) -> None:
        if self.stack and len(self.stack[-1].text) < LONGEST_TEXT:
            self.stack[-1].text += text

    def refuse(self, *_: object) -> None:
        raise BacklitError("the XML declares a document type, which PMML never does; remove its <!DOCTYPE ...>")


def document_of(path: Path) -> Element:
    """The root of a document.

    Raises
    ------
    BacklitError
        If it is too large or too deep, declares a document type, or is no XML.
    """
    check_size_of_text(path)
    data = path.read_bytes()
    quickly = data.isascii() and not any(map(data.count, (PART, LINK)))
    builder = _Builder()
    try:
        if not quickly or not _in_runs(builder, data):
            builder = _Builder()
            builder.parser.Parse(data, True)
    except expat.ExpatError as error:
        at = f"line {error.lineno}, column {error.offset + 1}"
        raise BacklitError(f"{at}: the XML is damaged or cut short; {AGAIN}") from None
    except (ValueError, LookupError) as error:
        if isinstance(error, BacklitError):
            raise
        raise BacklitError("the XML is of an encoding that is not known; write it as UTF-8") from None
    assert builder.root is not None  # a document without a root is an error of expat's
    return builder.root


def _in_runs(builder: _Builder, data: bytes) -> bool:
    """Read a document with the links of a neuron at once, which are most of it; False, if that cannot be."""
    at, neurons, runs = 0, 0, Runs()
    matches = [*NEURON.finditer(data)]
    nexts = [*(match.start() for match in matches[1:]), len(data)]
    try:
        for match, following in zip(matches, nexts, strict=False):
            end = data.rfind(CLOSE, match.end(), following)
            before = data[at : match.end()]
            if any(before.find(mark, 2) >= 0 for mark in OTHERWISE):
                return False
            neurons += before.count(b"<Neuron ")
            builder.parser.Parse(before)
            if end < 0 or not builder.stack or builder.stack[-1].tag != "Neuron" or builder.neurons != neurons:
                return False
            if not runs.add(builder.stack[-1], data[match.end() : end]):
                return False
            at = end
        if at and data.find(b"<!", at) >= 0:
            return False
        builder.parser.Parse(data[at:], True)
    except (expat.ExpatError, BacklitError):  # said again, with its place in the document
        return False
    return runs.read()
