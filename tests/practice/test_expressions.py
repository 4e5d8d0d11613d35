from __future__ import annotations

import pytest

from backlit import BacklitError
from backlit.practice.expressions import LEVELS, expression


@pytest.mark.slow
@pytest.mark.parametrize("level", LEVELS)
def test_numbers_are_short_and_inputs_are_whole(level: int) -> None:
    for number in range(100):
        t = expression(5, level, number)
        assert all(wire.value == int(wire.value) != 0 for wire in t.graph.given)
        for wire in t.wires:
            for shown in (wire.value, wire.gradient):
                assert shown is None or len(f"{abs(shown) + 0.0:.9g}".replace("0.", ".")) <= 6, t.title


def test_forks_begin_at_level_two() -> None:
    def forks(level: int, number: int) -> bool:
        t = expression(1, level, number)
        reads = [operand for wire in t.graph.gates for operand in wire.operands]
        return len(reads) > len(set(reads))

    assert not any(forks(1, number) for number in range(50))
    assert all(forks(2, number) for number in range(50))


@pytest.mark.slow
def test_level_three_has_curves() -> None:
    gates = {wire.gate for number in range(50) for wire in expression(0, 3, number).wires}
    assert {"div", "pow", "sigmoid", "exp"} <= gates


def test_the_same_seed_gives_the_same_and_another_another() -> None:
    titles = [[expression(seed, 2, number).title for number in range(10)] for seed in (0, 0, 1)]
    assert titles[0] == titles[1] != titles[2]


def test_there_is_no_tie() -> None:
    for number in range(60):
        for wire in expression(2, 2, number).graph.gates:
            if wire.gate in ("max", "min"):
                assert wire.operands[0].value != wire.operands[1].value


def test_unknown_level_is_refused() -> None:
    with pytest.raises(BacklitError, match="level 4 is unknown; choose one of 1, 2, 3"):
        expression(0, 4)
