"""What of a network is drawn as a raster: its matrices, an image, the weights that read it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backlit import MLPClassifier, trace
from backlit.drawing.parts import MIDDLE
from backlit.tracing.rasters import MOST_HEAT_CELLS, MOST_IMAGES, heat_map, image_side

CHANCE = np.random.default_rng(0)


@given(st.integers(0, 5000))
def test_an_image_is_a_square_of_64_or_more(count: int) -> None:
    side = image_side(count)
    assert side in (0, round(count**0.5))
    assert bool(side) == (count >= 64 and round(count**0.5) ** 2 == count)


def test_of_a_large_matrix_a_cell_is_the_largest_of_its_block() -> None:
    values = np.zeros((784, 512))
    values[300, 7], values[783, 511] = -4.0, 2.0
    found = heat_map(values)
    cells = np.frombuffer(found.shares, np.uint8).reshape(found.rows, found.columns).astype(int) - MIDDLE
    assert (found.rows, found.columns) == (MOST_HEAT_CELLS, MOST_HEAT_CELLS)
    assert cells[300 * 64 // 784, 0] == -MIDDLE
    assert cells[-1, -1] == round(MIDDLE / 2)
    assert np.count_nonzero(cells) == 2


def test_what_is_not_finite_is_drawn_as_nothing() -> None:
    assert heat_map(np.array([[np.nan, np.inf], [-np.inf, 1.0]])).shares == bytes([127, 127, 127, 254])


@pytest.fixture(scope="module")
def reader() -> MLPClassifier:
    """A classifier of images of 8 x 8."""
    rows, labels = CHANCE.normal(size=(60, 64)), np.arange(60) % 3
    return MLPClassifier((20,), solver="lbfgs", max_iter=2, random_state=0).fit(rows, labels)


@pytest.mark.engine
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_a_page_shows_the_image_the_matrices_and_what_the_neurons_read_it_with(reader: MLPClassifier) -> None:
    row = CHANCE.normal(size=64)
    traced = trace(reader, x=row, y=1, zoom="layer")
    circuit = traced.circuit(tables=False)
    pictured = {box.name: box.raster for box in circuit.boxes if box.raster}
    assert {name: (raster.rows, raster.columns) for name, raster in pictured.items()} == {
        "x": (8, 8),
        "w[1]": (64, 20),
        "w[2]": (20, 3),
    }
    assert pictured["x"] == heat_map(row.reshape(8, 8))
    moves = np.abs(traced.gradients["w[1]"]).sum(axis=0)
    assert [image.name for image in circuit.images] == [f"a[1][{at}]" for at in np.argsort(-moves)[:MOST_IMAGES]]
    first = int(np.argmax(moves))
    assert circuit.images[0].raster == heat_map(reader.coefs_[0][:, first].reshape(8, 8))
    assert traced.to_html().count("<img ") == MOST_IMAGES


@pytest.mark.engine
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_a_page_of_whole_layers_asks_for_no_difference_that_it_could_not_show(
    reader: MLPClassifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*given: object) -> None:
        raise AssertionError("of a large network this takes seconds")

    traced = trace(reader, x=CHANCE.normal(size=64), y=1, zoom="layer")
    monkeypatch.setattr(type(traced), "_witness", property(refused))
    monkeypatch.setattr("backlit.tracing.zooms.MOST_WIRES", 0)
    assert traced.to_html().startswith("<!doctype html>")
