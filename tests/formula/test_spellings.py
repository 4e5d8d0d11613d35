"""Every primitive gate is spelled in every language."""

from __future__ import annotations

import pytest

from backlit.declared.gate_kinds import Gate
from backlit.formula import GATES, numba
from backlit.formula.spellings import missing_spellings


def test_no_primitive_lacks_a_spelling() -> None:
    assert missing_spellings() == []


@pytest.mark.parametrize(
    "gate", [gate for gate in GATES.values() if isinstance(gate, Gate)], ids=lambda gate: gate.name
)
def test_every_gate_is_compiled_from_primitives(gate: Gate) -> None:
    if len(gate.operands) == 1:
        compile(numba.gate_file(gate), gate.name, "exec")
