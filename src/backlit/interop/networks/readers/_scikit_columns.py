"""What stands in front of an MLP of scikit-learn's: imputers, encoders, scalers, and what sends columns to them.

Each number that leaves a transformer is followed from its column on: an `Entry`, and the scalings behind it. At the end
the scalings are layers, and the entries, where they are more than the columns themselves, the preparation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from backlit.encoding.conversion import is_null
from backlit.encoding.preparation import CODE, NUMBER, Cell, Entry, Preparation
from backlit.errors import BacklitError
from backlit.interop.networks.description import Clipping, Linear, Scaling, Step
from backlit.interop.networks.readers._scikit_scalers import SCALERS, check_fitted, scaler


@dataclass(frozen=True, slots=True)
class Feature:
    """One number: how it comes from a column, and then is scaled and clipped.

    `ops` are (center, scale, offset, where) of a scaling, (low, high, where) of a clipping.
    """

    entry: Entry
    ops: tuple[tuple[Any, ...], ...] = ()

    @property
    def is_plain(self) -> bool:
        """Whether it is the column itself."""
        return self.entry == Entry(self.entry.column)


Features = list[Feature]


def transformed(transformer: Any, features: Features, where: str, notes: list[str]) -> Features:
    """The numbers that leave a transformer; what a user may want to know of it is added to the notes.

    Raises
    ------
    BacklitError
        If it is not known, or does what no network here can show.
    """
    if transformer is None or isinstance(transformer, str):  # "passthrough"
        return [] if transformer == "drop" else features
    kind = type(transformer).__name__
    if kind == "FunctionTransformer" and transformer.func is None:  # what a ColumnTransformer makes of "passthrough"
        return features
    if not type(transformer).__module__.startswith("sklearn."):
        kind = f"{kind} of {type(transformer).__module__}"
    if kind in SCALERS:
        return _scaled(transformer, features, where)
    if kind not in TRANSFORMERS:
        known = ", ".join((*SCALERS, *TRANSFORMERS))
        raise BacklitError(f"{where}: a {kind} is not read; known are {known}; transform the rows before")
    check_fitted(transformer, "n_features_in_")
    if int(transformer.n_features_in_) != len(features):
        raise BacklitError(f"{where}: takes {transformer.n_features_in_} columns of {len(features)}; fit it again")
    return TRANSFORMERS[kind](transformer, features, where, notes)


def front_of(features: Features, width: int, steps: Sequence[Step]) -> tuple[list[Step], Preparation | None]:
    """The steps with the scalings in front of them, and the preparation, where the columns are not the inputs.

    Raises
    ------
    BacklitError
        If the scalings cannot stand in layers.
    """
    columns = [feature.entry.column for feature in features]
    if all(feature.is_plain for feature in features) and len({*columns}) == len(columns):
        layers = _layers(features)  # the columns stay in the order of the table, and the first weights are put into it
        return _in_order([*layers, *steps], columns, width), None
    for feature in features:
        if feature.entry.kind == NUMBER and isinstance(feature.entry.fill, str):
            raise BacklitError(f"column {feature.entry.column} is filled with text and not coded; leave it out")
    return [*_layers(features), *steps], Preparation(width, tuple(feature.entry for feature in features))


def _layers(features: Features) -> list[Step]:
    """The scalings and clippings of all, one layer after the other: those of a column that has none leave it alone."""
    clippings = {sum(len(op) == 3 for op in feature.ops) for feature in features}
    if len(clippings) > 1:
        where = next(op[-1] for feature in features for op in feature.ops if len(op) == 3)
        raise BacklitError(f"{where}: clip=True is not read of single columns; fit it without")
    rows = [_alternating(feature.ops) for feature in features]
    layers: list[Step] = []
    for number in range(max(map(len, rows), default=0)):
        ops = [row[number] for row in rows]
        where = " and ".join(dict.fromkeys(op[-1] for op in ops if op[-1]))
        arrays = [np.array([op[part] for op in ops], np.float64) for part in range(len(ops[0]) - 1)]
        if len(arrays) == 2:
            layers.append(Clipping(arrays[0], arrays[1], where))
        elif where:
            layers.append(Scaling(arrays[0], arrays[1], arrays[2], where))
    return layers


def _alternating(ops: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Scaling, clipping, scaling, ...: two scalings that meet are one, and one that is absent changes nothing."""
    row: list[tuple[Any, ...]] = [(0.0, 1.0, 0.0, "")]
    for op in ops:
        if len(op) == 3:
            row += [op, (0.0, 1.0, 0.0, "")]
            continue
        center, scale, offset, where = row[-1]
        words = where if op[3] in where else f"{where} and {op[3]}" if where else op[3]
        row[-1] = op if not where else (center, scale * op[1], (offset - op[0]) * op[1] + op[2], words)
    return row


def _in_order(steps: Sequence[Step], order: Sequence[int], width: int) -> list[Step]:
    """Steps that take columns in some order as steps that take all, in the order of the table, up to the weights."""
    if list(order) == list(range(width)):
        return list(steps)
    at, ordered = list(order), list[Step]()
    for number, step in enumerate(steps):
        if isinstance(step, Linear):
            weights = np.zeros((width, step.weights.shape[1]), step.weights.dtype)
            weights[at] = step.weights
            return [*ordered, replace(step, weights=weights), *steps[number + 1 :]]
        if isinstance(step, Scaling):
            center, scale, offset = np.zeros(width), np.ones(width), np.zeros(width)
            center[at], scale[at], offset[at] = step.center, step.scale, step.offset
            ordered.append(Scaling(center, scale, offset, step.where))
        elif isinstance(step, Clipping):
            low, high = np.full(width, -1.0), np.full(width, 1.0)
            low[at], high[at] = step.low, step.high
            ordered.append(Clipping(low, high, step.where))
        else:
            raise BacklitError(f"{step.where}: behind a ColumnTransformer only scalers are read; leave it out")
    return ordered


# -- what sends columns ----------------------------------------------------------------------------------------------


def _pipeline(transformer: Any, features: Features, where: str, notes: list[str]) -> Features:
    for name, part in transformer.steps:
        features = transformed(part, features, f"{where}, step {name!r}", notes)
    return features


def _columns(transformer: Any, features: Features, where: str, notes: list[str]) -> Features:
    check_fitted(transformer, "transformers_")
    names = [str(name) for name in getattr(transformer, "feature_names_in_", ())]
    made: Features = []
    for name, part, columns in transformer.transformers_:
        chosen = [features[number] for number in _indices(columns, names, len(features))]
        if chosen:
            made += transformed(part, chosen, f"{where}, {name!r}", notes)
    return made


def _indices(columns: Any, names: Sequence[str], width: int) -> list[int]:
    """The numbers of columns that are given by number, name, slice or flags."""
    if isinstance(columns, slice):
        if isinstance(columns.start, str) or isinstance(columns.stop, str):  # by name, the last one included
            first = 0 if columns.start is None else names.index(columns.start)
            return list(range(first, width if columns.stop is None else names.index(columns.stop) + 1))
        return list(range(width))[columns]
    listed = [columns] if isinstance(columns, str | int) else list(columns)
    if listed and all(isinstance(column, bool | np.bool_) for column in listed):
        return [number for number, chosen in enumerate(listed) if chosen]
    return [names.index(column) if isinstance(column, str) else int(column) % width for column in listed]


# -- missing cells ---------------------------------------------------------------------------------------------------


def _imputed(transformer: Any, features: Features, where: str, notes: list[str]) -> Features:
    check_fitted(transformer, "statistics_")
    if not is_null(transformer.missing_values):
        raise BacklitError(f"{where}: missing_values={transformer.missing_values!r} is not read; use NaN for them")
    made: Features = []
    for feature, statistic in zip(features, transformer.statistics_.tolist(), strict=True):
        if is_null(statistic):  # an empty column, which it leaves out
            continue
        made.append(_with_fill(feature, statistic, where))
    if transformer.add_indicator and transformer.indicator_ is not None:
        made += _indicated(transformer.indicator_, features, where, notes)
    words = ", ".join(
        f"{value:g}" if isinstance(value, float) else f"{value}" for value in transformer.statistics_[:10]
    )
    notes.append(f"{where} fills missing cells with {words}"[:900])
    return made


def _with_fill(feature: Feature, value: Cell, where: str) -> Feature:
    """A number whose missing cells count as a value; behind a scaling as the cell that is scaled to it."""
    entry = feature.entry
    if entry.kind == CODE:
        codes = tuple(float(value) if np.isnan(code) else code for code in entry.codes)
        unknown = float(value) if entry.unknown is not None and np.isnan(entry.unknown) else entry.unknown
        if feature.ops and (codes, unknown) != (entry.codes, entry.unknown):
            raise BacklitError(f"{where}: fills codes behind a scaler; put it in front of the scaler")
        return replace(feature, entry=replace(entry, codes=codes, unknown=unknown))
    if entry.fill is not None:
        return feature
    for op in reversed(feature.ops):
        if len(op) == 3 or not op[1]:
            raise BacklitError(f"{where}: fills cells behind a scaler that clips; put it in front of the scaler")
        value = (float(value) - op[2]) / op[1] + op[0]
    return replace(feature, entry=replace(entry, fill=value))


def _indicated(transformer: Any, features: Features, where: str, notes: list[str]) -> Features:
    """Numbers that are 1 where a cell is missing."""
    check_fitted(transformer, "features_")
    if not is_null(transformer.missing_values):
        raise BacklitError(f"{where}: missing_values={transformer.missing_values!r} is not read; use NaN for them")
    chosen = [features[int(number)] for number in transformer.features_]
    if any(feature.entry.kind != NUMBER or feature.entry.fill is not None for feature in chosen):
        raise BacklitError(f"{where}: looks for missing cells behind another transformer; put it first")
    return [Feature(Entry(feature.entry.column, CODE, None, (None,), (1.0,), 0.0)) for feature in chosen]


# -- categories ------------------------------------------------------------------------------------------------------


def _raw(feature: Feature, where: str) -> Entry:
    """The entry of a column that an encoder reads."""
    if feature.entry.kind != NUMBER or feature.ops:
        raise BacklitError(f"{where}: codes what another transformer made; put it first")
    return feature.entry


def _cells(categories: Any, where: str) -> list[Cell | None]:
    """Categories as cells; a missing one is None."""
    cells = [None if is_null(cell) else cell for cell in np.asarray(categories).tolist()]
    if any(cell is not None and not isinstance(cell, str | int | float | bool) for cell in cells):
        raise BacklitError(f"{where}: a category is neither text, number nor flag; transform the rows before")
    if len({*cells}) != len(cells):
        raise BacklitError(f"{where}: two categories mean a missing cell; train it with one of them")
    return cells


def _infrequent(transformer: Any, number: int) -> frozenset[Any]:
    """The categories of a column that it treats as one."""
    if transformer.min_frequency is None and transformer.max_categories is None:
        return frozenset()
    found = transformer.infrequent_categories_[number]
    return frozenset(None if is_null(cell) else cell for cell in (() if found is None else found.tolist()))


def _one_hot(transformer: Any, features: Features, where: str, notes: list[str]) -> Features:
    check_fitted(transformer, "categories_")
    made: Features = []
    for number, feature in enumerate(features):
        entry, cells = _raw(feature, where), _cells(transformer.categories_[number], where)
        rare = _infrequent(transformer, number)
        groups: list[frozenset[Any]] = [frozenset({cell}) for cell in cells if cell not in rare]
        groups += [rare] if rare else []
        to_rare = bool(rare) and transformer.handle_unknown in ("infrequent_if_exist", "warn")
        known = transformer.handle_unknown == "error"
        dropped = None if transformer.drop_idx_ is None else transformer.drop_idx_[number]
        if dropped is not None:
            gone = cells[int(dropped)]
            groups = [group for group in groups if gone not in group]
        for group in groups:
            unknown = None if known else float(to_rare and group == rare)
            codes = tuple(float(cell in group) for cell in cells)
            made.append(Feature(replace(entry, kind=CODE, cells=tuple(cells), codes=codes, unknown=unknown)))
    return made


def _ordinal(transformer: Any, features: Features, where: str, notes: list[str]) -> Features:
    check_fitted(transformer, "categories_")
    unknown = float(transformer.unknown_value) if transformer.handle_unknown == "use_encoded_value" else None
    made: Features = []
    for number, feature in enumerate(features):
        entry, cells = _raw(feature, where), _cells(transformer.categories_[number], where)
        rare = _infrequent(transformer, number)
        frequent = [cell for cell in cells if cell not in rare and cell is not None]
        codes = tuple(
            float(transformer.encoded_missing_value) if cell is None
            else float(frequent.index(cell) if cell not in rare else len(frequent))
            for cell in cells
        )  # fmt: skip
        made.append(Feature(replace(entry, kind=CODE, cells=tuple(cells), codes=codes, unknown=unknown)))
    return made


TRANSFORMERS: Mapping[str, Callable[[Any, Features, str, list[str]], Features]] = {
    "SimpleImputer": _imputed,
    "MissingIndicator": _indicated,
    "OneHotEncoder": _one_hot,
    "OrdinalEncoder": _ordinal,
    "ColumnTransformer": _columns,
    "Pipeline": _pipeline,
}
"""Transformer -> the numbers that leave it, of those that enter."""

# -- scalers ---------------------------------------------------------------------------------------------------------


def _scaled(transformer: Any, features: Features, where: str) -> Features:
    scaling, *clipping = scaler(transformer, where)
    assert isinstance(scaling, Scaling)
    widths = {len(array) for array in (scaling.center, scaling.scale, scaling.offset)}
    if widths != {len(features)}:
        raise BacklitError(f"{where}: takes {max(widths)} columns of {len(features)}; fit it again")
    ops = zip(scaling.center.tolist(), scaling.scale.tolist(), scaling.offset.tolist(), strict=True)
    made = [replace(feature, ops=(*feature.ops, (*op, where))) for feature, op in zip(features, ops, strict=True)]
    for step in clipping:
        assert isinstance(step, Clipping)
        bounds = zip(step.low.tolist(), step.high.tolist(), strict=True)
        made = [
            replace(feature, ops=(*feature.ops, (*pair, where))) for feature, pair in zip(made, bounds, strict=True)
        ]
    return made
