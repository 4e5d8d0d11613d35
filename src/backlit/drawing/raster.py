"""A raster as a PNG in a picture: blue above 0, vermillion below, clearer near 0, where the ground shows through."""

from __future__ import annotations

import base64
import struct
import zlib
from functools import cache

from backlit.drawing.parts import MIDDLE, Raster
from backlit.drawing.style import BLUE, VERMILLION

LONGEST, SHORTEST = 84.0, 26.0
"""Pixels of a raster's sides in a box."""

FRAME = 5.0
"""Pixels between a raster and the outline of its box."""

SIGNATURE = b"\x89PNG\r\n\x1a\n"
EIGHT_BITS, PALETTE = 8, 3


def raster_size(raster: Raster) -> tuple[float, float]:
    """Width and height of a raster in its box, in pixels: as its cells lie, neither side too short to be seen.

    Examples
    --------
    >>> raster_size(Raster(28, 28, bytes(784))), raster_size(Raster(2, 1, bytes(2)))
    ((84.0, 84.0), (42.0, 84.0))
    """
    scale = LONGEST / max(raster.rows, raster.columns)
    return max(SHORTEST, raster.columns * scale), max(SHORTEST, raster.rows * scale)


def address(raster: Raster) -> str:
    """A raster as an address that needs no network: a PNG in base64."""
    return f"data:image/png;base64,{base64.b64encode(png(raster)).decode()}"


def png(raster: Raster) -> bytes:
    r"""A raster as a PNG of one pixel a cell, its colours from a palette.

    Examples
    --------
    >>> png(Raster(1, 1, b"\x7f"))[1:4]
    b'PNG'
    """
    width = raster.columns
    lines = b"".join(b"\0" + raster.shares[at : at + width] for at in range(0, len(raster.shares), width))
    head = struct.pack(">IIBBBBB", width, raster.rows, EIGHT_BITS, PALETTE, 0, 0, 0)
    colours, opacities = _palette()
    parts = [
        (b"IHDR", head),
        (b"PLTE", colours),
        (b"tRNS", opacities),
        (b"IDAT", zlib.compress(lines, 9)),
        (b"IEND", b""),
    ]
    return SIGNATURE + b"".join(_chunk(kind, content) for kind, content in parts)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


@cache
def _palette() -> tuple[bytes, bytes]:
    """The colour and the opacity of each share."""
    below, above = (bytes.fromhex(colour[1:]) for colour in (VERMILLION, BLUE))
    shares = range(2 * MIDDLE + 1)
    colours = b"".join(below if share < MIDDLE else above for share in shares)
    return colours, bytes(round(255 * abs(share - MIDDLE) / MIDDLE) for share in shares)
