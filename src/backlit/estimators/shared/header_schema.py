"""The header of a model file, as one schema: what each estimator's holds, with bounds; a file is held to it both ways.

What fits together (widths, blocks, labels) is checked by those who read it: `column_from`, `FrameEncoder.from_state`,
`Blueprint`, and the estimators' `_restore_target`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from backlit.declared.layers import LAYERS
from backlit.encoding.columns import BLOCKS, KINDS, PARTS
from backlit.encoding.preparation import KINDS as ENTRY_KINDS
from backlit.encoding.scaling import LARGEST
from backlit.encoding.text.date_form import LAYOUTS, ORDERS
from backlit.encoding.text.measure_form import LAYOUTS as MEASURES
from backlit.encoding.text.number_form import GROUPED
from backlit.errors import DamagedFile
from backlit.files.schema import (
    ByType,
    Flag,
    ListOf,
    Mapped,
    Nullable,
    Number,
    Record,
    Row,
    Scalar,
    Schema,
    Tagged,
    Text,
    Whole,
    check,
)
from backlit.formula.expression import MAX_CHARACTERS

MOST_LAYERS, MOST_WIDTH = 10_000, 2**31 - 1
MOST_COLUMNS = 2**20
MOST_CATEGORIES = 1_000_000
"""Categories of one column."""

MOST_PARAMETER_ITEMS = 100_000
MOST_GATES = 100
"""Gates of the user's own in one file."""

NAME, SYMBOL, FORMULA = Text(1_000), Text(200), Text(MAX_CHARACTERS)
COUNT, POSITION, SEED = Whole(), Whole(0, MOST_WIDTH), Whole(0, 2**256)
FLAG, TEXT, NUMBER = Flag(), Text(), Number()
TEXTS = ListOf(TEXT)

# -- network ----------------------------------------------------------------------------------------------------------

LAYER = Row((Text(among=LAYERS), Whole(1, MOST_WIDTH), Whole(1, MOST_WIDTH), NAME, Whole(1, MOST_WIDTH)))
NETWORK = Record({"layers": ListOf(LAYER, MOST_LAYERS, least=1), "loss": NAME})
GATE, LOSS = Row((FORMULA, FORMULA, SYMBOL)), Row((NAME, FORMULA, FORMULA))

# -- encoder ----------------------------------------------------------------------------------------------------------

ORDER_CHOICES = {"", *(order for orders in ORDERS.values() for order in orders)}
FORM = Tagged(
    "form",
    {
        "number": Record(
            {
                "form": TEXT,
                "decimal": Text(among=GROUPED),
                "currency": SYMBOL,
                "unit": SYMBOL,
                "scales": ListOf(Row((SYMBOL, NUMBER)), 1_000),
                "more": FLAG,
            }
        ),
        "measure": Record({"form": TEXT, "layout": Text(among=MEASURES)}),
        "date": Record({"form": TEXT, "layout": Text(among=LAYOUTS), "order": Text(among=ORDER_CHOICES), "zone": FLAG}),
    },
)
BLOCK = Row((Text(among=BLOCKS), POSITION, Whole(1, MOST_WIDTH), ListOf(Text(among=PARTS), 1)))
BOUND = Number(-LARGEST, LARGEST)
COLUMN = Record(
    {
        "name": TEXT,
        "kind": Text(among=KINDS),
        "blocks": ListOf(BLOCK, len(PARTS) + len(BLOCKS)),
        "dropped": TEXT,
        "low": BOUND,
        "high": BOUND,
        "edges": ListOf(BOUND),
        "categories": TEXTS,
        "counts": ListOf(COUNT),
        "n_onehot": POSITION,
        "missing": TEXTS,
        "form": Nullable(FORM),
    }
)
READING = Record(
    {"kind": Text(among=KINDS), "form": Nullable(FORM), "missing": TEXTS, "notes": TEXTS, "different": TEXT}
)
ENCODER = Record(
    {
        "named": FLAG,
        "options": Record({"max_onehot": COUNT, "scale_onehot": FLAG, "steps": COUNT, "onehot_limit": COUNT}),
        "columns": ListOf(COLUMN, MOST_COLUMNS, least=1),
        "notes": TEXTS,
        "missing": Nullable(TEXTS),
        "target": Nullable(READING),
    },
    optional={
        "style": Nullable(Record({"encoding": Text(50), "separator": Text(1), "decimal": Text(among=GROUPED)})),
    },
)

# -- parameters, labels, facts of the fit -----------------------------------------------------------------------------

PARAMETER = Nullable(
    ByType(Scalar(), ListOf(Scalar(), MOST_PARAMETER_ITEMS), Record({"float": Text(among=("inf", "-inf", "nan"))}))
)
"""Values of parameters; which ones each parameter can have, the estimator's own constraints hold."""

LABEL_TYPES = {
    "bool": ("|b1",),
    "int": tuple(f"{order}{kind}{size}" for order in "<>|" for kind in "iu" for size in (1, 2, 4, 8)),
    "float": tuple(f"{order}f{size}" for order in "<>" for size in (2, 4, 8)),
    "str": ("O", "U"),
}
LABELS = Tagged(
    "kind",
    {
        kind: Record({"kind": TEXT, "dtype": Text(among=LABEL_TYPES[kind]), "values": ListOf(item, least=1)})
        for kind, item in {"bool": FLAG, "int": Whole(-(2**63), 2**64 - 1), "float": NUMBER, "str": TEXT}.items()
    },
)
PROVENANCE = Record(
    {"version": NAME},
    optional={
        "data": Record({"rows": COUNT, "digest": NAME}),
        "seed": SEED,
        "epochs": COUNT,
        "best_epoch": COUNT,
        "loss": NUMBER,
        "stopped": TEXT,
        "imported": Record({"tool": NAME, "version": NAME, "notes": ListOf(NAME, MOST_LAYERS)}),
    },
)
"""Where a model comes from: `estimators.shared.provenance`."""

EVERY_MODEL: Mapping[str, Schema] = {
    "estimator": NAME,
    "parameters": Mapped(PARAMETER, 1_000),
    "network": NETWORK,
    "custom_gates": Mapped(GATE, MOST_GATES),
}
OPTIONAL: Mapping[str, Schema] = {"custom_loss": LOSS, "provenance": PROVENANCE}
MLP_FITTED = Record(
    {
        "n_iter_": COUNT,
        "t_": COUNT,
        "loss_curve_": ListOf(NUMBER),
        "out_activation_": NAME,
        "_seed": SEED,
        "_epochs_trained": COUNT,
    },
    optional={"loss_": NUMBER},  # of a network that another tool trained it may not be known
)
TABULAR_FITTED = Record({"n_iter_": COUNT, "best_epoch_": COUNT})
OF_MLP: Mapping[str, Schema] = {"n_features_in": Whole(1, MOST_WIDTH), "fitted": MLP_FITTED}
OF_TABULAR: Mapping[str, Schema] = {"encoder": ENCODER, "fitted": TABULAR_FITTED}
CELL = Nullable(Scalar(10_000))
ENTRY = Row(
    (
        POSITION,
        Text(among=ENTRY_KINDS),
        CELL,
        ListOf(CELL, MOST_CATEGORIES),
        ListOf(NUMBER, MOST_CATEGORIES),
        Nullable(NUMBER),
    )
)
"""One input of a network that another tool trained on columns of a table: `encoding.preparation`."""

INPUTS = ListOf(ENTRY, MOST_COLUMNS, least=1)
MLP_OPTIONAL = {**OPTIONAL, "feature_names_in": TEXTS, "inputs": INPUTS}
TABULAR_OPTIONAL = {**OPTIONAL, "target_name": TEXT}

HEADERS: Mapping[str, Schema] = MappingProxyType(
    {
        "MLPClassifier": Record(
            {
                **EVERY_MODEL,
                **OF_MLP,
                "classes": LABELS,
                "target_type": Text(among=("binary", "multiclass", "multilabel-indicator")),
            },
            MLP_OPTIONAL,
        ),
        "MLPRegressor": Record({**EVERY_MODEL, **OF_MLP}, MLP_OPTIONAL),
        "TabularClassifier": Record(
            {**EVERY_MODEL, **OF_TABULAR, "classes": LABELS, "multilabel": FLAG}, TABULAR_OPTIONAL
        ),
        "TabularRegressor": Record(
            {**EVERY_MODEL, **OF_TABULAR, "scaler": Record({"one_dimensional": FLAG})}, TABULAR_OPTIONAL
        ),
    }
)
"""Estimator -> what its file's header may hold."""


def check_header(header: Mapping[str, object]) -> None:
    """Hold a header to its estimator's schema.

    Raises
    ------
    DamagedFile
        Naming the first thing that does not fit.

    Examples
    --------
    >>> check_header({"estimator": "MLPRegressor"})
    Traceback (most recent call last):
        ...
    backlit.errors.DamagedFile: header has no '...'
    """
    if "checkpoint" in header:
        raise DamagedFile("it is the checkpoint of a training, and no model; resume the training")
    estimator = header.get("estimator")
    if not isinstance(estimator, str) or estimator not in HEADERS:
        raise DamagedFile("it holds no estimator that is known here; it may be of a newer version")
    check(HEADERS[estimator], header, "header")
