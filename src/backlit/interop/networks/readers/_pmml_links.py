"""The links of PMML's neurons, many at once: there may be a million of them, and a call for each takes longest."""

from __future__ import annotations

import re
from array import array
from typing import Protocol

import numpy as np
import pyarrow as pa
from pyarrow import csv

BEGIN, MIDDLE = b'<Con from="', b'" weight="'
BETWEEN, END = re.compile(rb'"\s*/>\s*<Con from="'), re.compile(rb'"\s*/>\s*')
PART, LINK = b"\x01", b"\x02"
"""What parts two columns, and two links: no XML holds them."""

PLAIN = bytes(range(32, 127)).translate(None, b'"&<>')
"""What stands for itself in a name or a number."""

LINES = bytes.maketrans(LINK, b"\n")

TOGETHER = 2**22
"""Bytes that are read at once: more would only take memory."""


class Neuron(Protocol):
    """What links are given to."""

    sources: list[str]
    weights: array[float]


class Runs:
    """Neurons and the text of their links, as long as all are written alike: ``<Con from="..." weight="..."/>``."""

    def __init__(self) -> None:
        self._neurons: list[tuple[Neuron, int]] = []
        self._lines: list[bytes] = []
        self._size = 0
        self._between = b""
        self._names: dict[str, str] = {}
        self._sources: list[str] = []

    def add(self, neuron: Neuron, run: bytes) -> bool:
        """Take the links of a neuron; False, if one is written otherwise."""
        ending = END.fullmatch(run, run.rfind(b'"'))
        if ending is None or not run.startswith(BEGIN):
            return False
        if not self._between or self._between not in run:
            found = BETWEEN.search(run)
            self._between = found[0] if found else b'"/><Con from="'
        inner = run[len(BEGIN) : ending.start()]
        lines = inner.replace(self._between, LINK).replace(MIDDLE, PART)
        parted = lines.translate(None, PLAIN)
        count = (len(parted) + 1) // 2
        if parted != (PART + LINK) * (count - 1) + PART:
            return False
        self._lines.append(lines)
        self._neurons.append((neuron, count))
        self._size += len(lines)
        return self._size < TOGETHER or self.read()

    def read(self) -> bool:
        """Give the neurons their links; False, if a weight is no number."""
        if not self._neurons:
            return True
        text = pa.py_buffer(LINK.join(self._lines).translate(LINES))
        types = {"source": pa.dictionary(pa.int32(), pa.string()), "weight": pa.float64()}
        try:
            table = csv.read_csv(
                pa.BufferReader(text),
                csv.ReadOptions(use_threads=False, column_names=list(types), block_size=text.size + 1),
                csv.ParseOptions(delimiter=PART.decode(), quote_char=False),
                csv.ConvertOptions(column_types=types, null_values=[]),
            ).unify_dictionaries()
        except pa.ArrowInvalid:
            return False
        if table.num_rows != sum(count for _, count in self._neurons):
            return False
        source = table["source"].combine_chunks()
        names = [self._names.setdefault(name, name) for name in source.dictionary.to_pylist()]
        codes, weights = source.indices.to_numpy(), table["weight"].to_numpy()
        before, at = codes[:0], 0
        for neuron, count in self._neurons:
            own = codes[at : at + count]
            if not np.array_equal(own, before):
                before, self._sources = own, [names[code] for code in own.tolist()]
            neuron.sources = self._sources
            neuron.weights.frombytes(weights[at : at + count].tobytes())
            at += count
        self._neurons, self._lines, self._size = [], [], 0
        return True
