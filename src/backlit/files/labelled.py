"""Files of statistics programs as tables: numbers, text, times, and value labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from backlit.encoding.conversion import is_null, to_cells
from backlit.encoding.text.table import noted
from backlit.errors import DamagedFile, extra_imports
from backlit.files.display_formats import PROGRAMS
from backlit.files.format_kind import Source, check_names, one_line

Shown = Callable[[NDArray[np.float64]], tuple[pa.Array | None, str]]

SHOWN_LABELS = 3
"""How many labels a message shows."""


def reader_of(function: str) -> Callable[[Source], pa.Table]:
    """A reader by a function of pyreadstat, such as ``read_sav``."""

    def read(source: Source) -> pa.Table:
        with extra_imports("formats", "the reader of Stata, SPSS and SAS needs"):
            import pyreadstat
        try:
            columns, facts = getattr(pyreadstat, function)(
                str(source.path), output_format="dict", disable_datetime_conversion=True
            )
        except (pyreadstat.PyreadstatError, pyreadstat.ReadstatError, UnicodeError, ValueError, OSError) as error:
            message = f"{source.path} is not a whole file of its kind: {one_line(error)}; take a fresh copy"
            raise DamagedFile(message, path=source.path) from None
        shown = {name: partial(PROGRAMS[function].read, written=str(written))
                 for name, written in facts.original_variable_types.items()}  # fmt: skip
        return labelled_table(source, columns, facts.variable_value_labels, shown)

    return read


def labelled_table(
    source: Source,
    columns: Mapping[str, Any],
    labels: Mapping[str, Mapping[Any, str]],
    shown: Mapping[str, Shown] | None = None,
) -> pa.Table:
    """Columns with value labels as a table.

    Where every value has a label the column is one of categories, each named by its label (two codes of one label by
    label and code); where only some have one (a code for "refused" among ages) the numbers stay, with a sentence.

    Parameters
    ----------
    source : Source
        The file, for errors.
    columns : mapping of str to sequence
        Name -> cells.
    labels : mapping of str to mapping
        Name -> value -> label, for the columns that have labels.
    shown : mapping of str to callable, optional
        Name -> what turns a column's numbers into the days, moments or spans that its display format shows, or None
        where they are numbers, and a note (`backlit.files.display_formats.Program.read`).

    Returns
    -------
    pyarrow.Table

    Examples
    --------
    >>> from pathlib import Path
    >>> from backlit.files.delimited import ReadOptions
    >>> source = Source(Path("a.sav"), frozenset(), ReadOptions())
    >>> labels = {"sex": {1: "m", 2: "f"}, "age": {99: "?"}}
    >>> table = labelled_table(source, {"sex": [1.0, 2.0], "age": [30.0, 99.0]}, labels)
    >>> table["sex"].to_pylist(), table["age"].to_pylist()
    (['m', 'f'], [30.0, 99.0])
    """
    check_names(source.path, list(columns))
    cells: dict[str, pa.Array] = {}
    notes = []
    for name, values in columns.items():
        given = labels.get(name, {})
        known = {value for value in np.asarray(values, dtype=object).tolist() if not is_null(value) and value != ""}
        if given and known <= set(given):
            named = _names(given)
            texts = [None if is_null(value) or value == "" else named[value] for value in values]
            cells[name] = pa.array(texts, pa.large_string()).dictionary_encode()
            continue
        if given and known & set(given):
            such = ", ".join(f"{value:g} {given[value]!r}" if not isinstance(value, str) else repr(value)
                             for value in sorted(known & set(given), key=str)[:SHOWN_LABELS])  # fmt: skip
            notes.append(f"column {name!r} has labels for some values only ({such}) and is read as its numbers")
        times, note = _times(values, (shown or {}).get(name))
        notes += [f"column {name!r} {note}"] if note else []
        cells[name] = to_cells(values, f"column {name!r}") if times is None else times
    table = pa.table(cells)
    return noted(table, {"shape": notes})


def _times(values: Any, shown: Shown | None) -> tuple[pa.Array | None, str]:
    """A column of numbers as the times that it shows, None where it shows numbers or text; and a note."""
    if shown is None:
        return None, ""
    try:
        numbers = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):  # text
        return None, ""
    return shown(numbers)


def _names(labels: Mapping[Any, str]) -> dict[Any, str]:
    """A name for each value: its label, with the value where another has the same."""
    counts = {label: list(labels.values()).count(label) for label in labels.values()}
    return {value: label if counts[label] == 1 else f"{label} ({value:g})" for value, label in labels.items()}
