"""The bar of a training counts epochs, and is full at its end, with the reason."""

from __future__ import annotations

import pytest

from backlit.cli.console import EpochBar
from backlit.training.history import Epoch
from backlit.training.messages import RAN_OUT, no_progress


@pytest.mark.parametrize(("networks", "reason"), [(1, RAN_OUT), (4, no_progress(0.0, 12.0))])
def test_it_ends_at_its_end(networks: int, reason: str, capsys: pytest.CaptureFixture[str]) -> None:
    with EpochBar(networks) as bar:
        for number in range(1, 4):
            bar(Epoch(number, 0.5, -1.25, 0.01, 200))
        bar.end(reason)
    lines = capsys.readouterr().err.strip().splitlines()
    assert lines[0] == f"training {'a network' if networks == 1 else '4 networks'}, of at most 200 epochs each"
    assert "3/3 epochs; loss 0.5, score -1.25" in lines[-2]
    assert lines[-1] == f"ended: {reason}"
    assert max(map(len, lines[:-1])) <= 80


def test_until_then_it_counts_up_to_the_most(capsys: pytest.CaptureFixture[str]) -> None:
    with EpochBar(4) as bar:
        bar(Epoch(1, 0.5, -1.25, 0.01, 200))
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert "1/800 epochs; loss 0.5, score -1.25" in last


def test_nothing_is_shown_before_the_first_epoch(capsys: pytest.CaptureFixture[str]) -> None:
    with EpochBar(2) as bar:
        bar.end(RAN_OUT)
    assert not capsys.readouterr().err
