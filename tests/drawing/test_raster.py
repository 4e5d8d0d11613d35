"""Rasters: a PNG that any reader decodes to the same shares, its colours those of the pictures."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from backlit.drawing import Box, Circuit, Link, Raster, to_html, to_latex, to_svg
from backlit.drawing.raster import address, png, raster_size
from backlit.errors import BacklitError

SHARES = bytes([0, 64, 127, 200, 254, 127])


def test_a_png_holds_each_cell_clear_near_zero() -> None:
    with Image.open(io.BytesIO(png(Raster(2, 3, SHARES)))) as found:
        pixels = np.asarray(found.convert("RGBA"))
    assert pixels.shape == (2, 3, 4)
    assert tuple(pixels[0, 0]) == (213, 94, 0, 255)  # vermillion: as far below 0 as any
    assert tuple(pixels[1, 1]) == (0, 114, 178, 255)  # blue
    assert pixels[0, 2, 3] == pixels[1, 2, 3] == 0
    assert 0 < pixels[0, 1, 3] < 255


def test_a_raster_has_a_byte_for_each_cell() -> None:
    with pytest.raises(BacklitError, match="6 bytes are no 2 rows of 2"):
        Raster(2, 2, SHARES)


def test_its_box_is_as_large_and_its_name_stands_above() -> None:
    matrix = Raster(2, 3, SHARES)
    boxes = Box("w", "parameter", "w", value="[2x3]", raster=matrix), Box("y", "output", "Σ", "sum(w)", 1.0, 1.0)
    circuit = Circuit("sum(w)", boxes, (Link("w", "y", 0, 1.0, 1.0, 1.0),), "y")
    picture = to_svg(circuit)
    width, height = raster_size(matrix)
    assert f'width="{width:.1f}" height="{height:.1f}" preserveAspectRatio="none" href="{address(matrix)}"' in picture
    assert picture.count(">w</text>") == 1
    assert address(matrix) in to_html(circuit)
    assert r"{w}" in to_latex(circuit)
