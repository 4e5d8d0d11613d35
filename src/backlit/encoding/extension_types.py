"""Extension types of Arrow whose names a file or another library has written."""

from __future__ import annotations

import pyarrow as pa

from backlit.errors import DataError


def registered(values: pa.ChunkedArray, field: pa.Field) -> pa.ChunkedArray:
    """A column whose field names an extension type, as an array of that type if it is registered by now.

    Examples
    --------
    >>> field = pa.field("x", pa.int8(), metadata={"ARROW:extension:name": "arrow.bool8"})
    >>> registered(pa.chunked_array([[1, 0]], pa.int8()), field).type.extension_name
    'arrow.bool8'
    """
    if isinstance(field.type, pa.BaseExtensionType) or not (field.metadata or {}).get(b"ARROW:extension:name"):
        return values
    (known,) = pa.ipc.read_schema(pa.schema([field]).serialize())
    if not isinstance(known.type, pa.BaseExtensionType):
        name = field.metadata[b"ARROW:extension:name"].decode()
        raise DataError(
            f"column {field.name!r} holds the extension type {name}; convert it to numbers, text or times",
            column=field.name,
        )
    return pa.chunked_array([pa.ExtensionArray.from_storage(known.type, chunk) for chunk in values.chunks], known.type)
