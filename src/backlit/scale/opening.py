"""The source of what a caller has: paths, patterns, datasets, streams."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from backlit.files import SNIFFED, ReadOptions
from backlit.scale.file_source import FileSource, expanded
from backlit.scale.progress import OnRows
from backlit.scale.source import Source
from backlit.scale.stream_source import stream_of


def out_of_core(
    data: Any,
    *,
    cache_dir: str | os.PathLike[str] | None = None,
    on_rows: OnRows | None = None,
    options: ReadOptions = SNIFFED,
) -> Source:
    """Rows that are read in chunks, for `fit` and `predict` of the tabular estimators, and where their cache goes.

    Parameters
    ----------
    data : str, path-like, sequence of them, pyarrow dataset, RecordBatchReader, iterator of record batches, or relation
        A path names a file of Parquet or delimited text, a folder, or a pattern such as ``data/*.parquet``; an iterator
        is read once, and kept on the disk for the second pass.
    cache_dir : path-like, optional
        The folder of encoded rows; unless given ``_backlit_cache`` beside the files, and for what is no file a
        temporary folder that ends with the fit.
    on_rows : callable, optional
        Gets a `RowsDone` twice a second: what is done, how many rows, and how long it will take.
    options : ReadOptions
        How delimited text is written.

    Returns
    -------
    Source

    Raises
    ------
    DataError
        If there is no file, a file has no rows of any kind, or it is no data of these kinds.
    OSError
        If a file cannot be read.

    Examples
    --------
    >>> import backlit, pyarrow as pa
    >>> batches = pa.table({"x": [1.0, 2.0, 3.0] * 10, "y": [1.0, 3.0, 5.0] * 10}).to_batches()
    >>> model = backlit.TabularRegressor((8,), epochs=2, n_members=1, random_state=0)
    >>> model.fit(backlit.out_of_core(iter(batches)), "y").n_features_in_
    1
    """
    if isinstance(data, Source):
        source = data
    elif isinstance(data, str | os.PathLike) or (
        isinstance(data, Sequence) and data and isinstance(data[0], str | os.PathLike)
    ):
        source = FileSource(expanded(data), options)
    else:
        source = stream_of(data)
    if cache_dir is not None:
        source.cache_dir = Path(cache_dir)
    if on_rows is not None:
        source.on_rows = on_rows
    return source
