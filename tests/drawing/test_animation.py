"""The film of a circuit: a picture a step, and each shows more than the one before."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from backlit import BacklitError, trace
from backlit.drawing.animation import FIRST, LAST, to_gif

PRODUCT = trace("(x + y) * z", x=-2, y=5, z=-4)


def frames(film: bytes) -> tuple[list[np.ndarray], list[int]]:
    found = Image.open(io.BytesIO(film))
    pictures, stands = [], []
    for at in range(found.n_frames):
        found.seek(at)
        pictures.append(np.asarray(found.convert("L"), float))
        stands.append(found.info["duration"])
    assert found.info["loop"] == 0
    return pictures, stands


def test_a_picture_a_step_and_each_has_more_ink() -> None:
    pictures, stands = frames(PRODUCT.to_gif(step=400))
    assert len(pictures) == 1 + 2 + 2  # the inputs; two gates forward; two gates back
    assert stands == [FIRST, 400, 400, 400, LAST]
    ink = [(picture < 200).sum() for picture in pictures]
    assert ink == sorted(set(ink))


def test_the_first_picture_has_the_whole_circuit() -> None:
    """All boxes and wires: most of the ink is there before anything is computed."""
    pictures, _ = frames(PRODUCT.to_gif())
    assert (pictures[0] < 200).sum() > 0.5 * (pictures[-1] < 200).sum()


@pytest.mark.parametrize("step", [0, 19, 100_000])
def test_a_step_that_no_browser_shows_is_refused(step: int) -> None:
    with pytest.raises(BacklitError, match=f"a step of {step} ms; take 20 to 60000"):
        PRODUCT.to_gif(step=step)


def test_what_is_too_large_is_refused() -> None:
    large = trace(" + ".join(f"x{at}" for at in range(80)), **{f"x{at}": at for at in range(80)})
    with pytest.raises(BacklitError, match="a film takes 120"):
        to_gif(large.circuit(tables=False))
