"""The encoder's blocks as nodes: from the cells of all columns to the float32 inputs of the network."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from backlit.encoding import Block, Column, FrameEncoder
from backlit.encoding.columns import LABEL_BLOCKS, UNSEEN
from backlit.encoding.scaling import CLIP_BOUND, SATURATED
from backlit.interop.onnx.graph import Graph, Values, side_by_side
from backlit.interop.onnx.labels import as_int64
from backlit.interop.onnx.moments import calendar_part


@dataclass(frozen=True, slots=True)
class Family:
    """The cells of columns that are read alike, as one matrix of float64 with a column for each."""

    values: Values
    missing: Values
    position: Mapping[str, int]

    @classmethod
    def of(cls, columns: Sequence[Column], values: Values, missing: Values) -> Family:
        """The columns in the order of the matrix."""
        return cls(values, missing, {column.name: number for number, column in enumerate(columns)})


@dataclass(frozen=True, slots=True)
class Cells:
    """All cells: quantities without NaN, and codes of categories and flags; either is None where there are no such."""

    quantities: Family | None
    codes: Family | None


@dataclass(frozen=True, slots=True)
class Outputs:
    """The blocks of one kind, their columns, and the center of each of their outputs."""

    blocks: list[tuple[Column, Block]] = field(default_factory=list)
    centers: list[float] = field(default_factory=list)

    @property
    def sources(self) -> list[str]:
        """For each output the name of its column."""
        return [block.column for _, block in self.blocks for _ in range(block.width)]


def _at(family: Family | None, names: Sequence[str]) -> tuple[Values, Values]:
    """Values and flags of missing cells, of these columns."""
    assert family is not None, "a block's column is read"
    indices = [family.position[name] for name in names]
    return family.values.columns(indices), family.missing.columns(indices)


def _with_center(missing: Values, values: Values, outputs: Outputs) -> Values:
    """What is missing as the center, which is scaled to 0."""
    return missing.where(np.array(outputs.centers), values)


def _numeric(cells: Cells, outputs: Outputs) -> Values:
    values, missing = _at(cells.quantities, outputs.sources)
    return _with_center(missing, values, outputs)


def _steps(cells: Cells, outputs: Outputs) -> Values:
    values, missing = _at(cells.quantities, outputs.sources)
    low = np.concatenate([column.edges[:-1] for column, _ in outputs.blocks])
    width = np.concatenate([np.diff(column.edges) for column, _ in outputs.blocks])
    climbed = (values - low) / width
    climbed = (climbed > 1.0).where(1.0, (climbed < 0.0).where(0.0, climbed))
    return _with_center(missing, climbed, outputs)


def _calendar(cells: Cells, outputs: Outputs) -> Values:
    moments = list(dict.fromkeys(outputs.sources))
    parts = list(dict.fromkeys(block.categories[0] for _, block in outputs.blocks))
    seconds, _ = _at(cells.quantities, moments)
    every = side_by_side([calendar_part(part, seconds) for part in parts])
    at = [parts.index(block.categories[0]) * len(moments) + moments.index(block.column) for _, block in outputs.blocks]
    return _with_center(_at(cells.quantities, outputs.sources)[1], every.columns(at), outputs)


def _binary(cells: Cells, outputs: Outputs) -> Values:
    codes, _ = _at(cells.codes, outputs.sources)
    return (codes < 0.0).where(0.0, codes * 2.0 - 1.0)


def _onehot(cells: Cells, outputs: Outputs) -> Values:
    codes, _ = _at(cells.codes, outputs.sources)
    categories = [float(code) for _, block in outputs.blocks for code in range(block.width)]
    return codes.equals(np.array(categories)).float64()


def _other(cells: Cells, outputs: Outputs) -> Values:
    codes, _ = _at(cells.codes, outputs.sources)
    with_output = np.array([float(column.n_onehot) for column, _ in outputs.blocks])
    rest = codes.equals(float(UNSEEN)).where(1.0, 0.0) + (codes < with_output).where(0.0, 1.0)
    return rest  # an unseen code is below every other one


def _frequency(cells: Cells, outputs: Outputs) -> Values:
    codes, missing = _at(cells.codes, outputs.sources)
    tables = [np.array([*np.log1p(column.counts), 0.0, 0.0]) for column, _ in outputs.blocks]
    ends = np.cumsum([len(table) for table in tables]).astype(np.float64)
    starts = np.array([0.0, *ends[:-1]])
    index = (codes < 0.0).where(codes + ends, codes + starts)  # unseen and missing are the last two of a table
    graph = codes.graph
    looked_up = graph.node("Gather", [graph.constant(np.concatenate(tables)), as_int64(index)], axis=0)
    return _with_center(missing, Values(graph, looked_up), outputs)


def _missing(cells: Cells, outputs: Outputs) -> Values:
    families = [family for family in (cells.quantities, cells.codes) if family is not None]
    flags = side_by_side([family.missing.float64() for family in families])
    names = [name for family in families for name in family.position]
    return flags.columns([names.index(name) for name in outputs.sources])


BLOCKS: Mapping[str, Callable[[Cells, Outputs], Values]] = {
    "numeric": _numeric,
    "straight": _numeric,
    "steps": _steps,
    "calendar": _calendar,
    "binary": _binary,
    "onehot": _onehot,
    "other": _other,
    "frequency": _frequency,
    "missing": _missing,
}
"""Kind of block -> the raw outputs of all blocks of that kind, of shape [N, outputs]."""


def encoded(graph: Graph, encoder: FrameEncoder, cells: Cells) -> str:
    """The inputs of the network, float32 of shape [N, encoder.n_outputs]."""
    columns = {column.name: column for column in encoder.columns}
    kinds: dict[str, Outputs] = {}
    order: list[int] = []
    for kind in dict.fromkeys(block.kind for block in encoder.blocks):
        outputs = kinds[kind] = Outputs()
        for block in (block for block in encoder.blocks if block.kind == kind):
            at = range(block.start, block.start + block.width)
            outputs.blocks.append((columns[block.column], block))
            outputs.centers.extend(encoder.center[at.start : at.stop].tolist())
            order.extend(at)
    raw = side_by_side([BLOCKS[kind](cells, outputs) for kind, outputs in kinds.items()])
    if order != sorted(order):
        raw = raw.columns(np.argsort(order).tolist())
    scaled = (raw - encoder.center) * encoder.factor
    bounds = [graph.constant(np.array(bound)) for bound in (-SATURATED, SATURATED)]
    x = Values(graph, graph.node("Clip", [scaled.name, *bounds]))
    third = x / CLIP_BOUND
    clipped = x / (third * third + 1.0).unary("Sqrt")
    plain = [block.kind in LABEL_BLOCKS and not encoder.options.scale_onehot for block in encoder.blocks]
    if any(plain):
        widths = [block.width for block in encoder.blocks]
        as_they_are = Values(graph, graph.constant(np.repeat(plain, widths)))
        clipped = as_they_are.where(scaled, clipped)
    if encoder.n_straight:
        unclipped = np.arange(encoder.n_outputs) >= encoder.n_outputs - encoder.n_straight
        clipped = Values(graph, graph.constant(unclipped)).where(x, clipped)
    return graph.cast(clipped.name, np.float32)
