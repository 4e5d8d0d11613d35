"""Which language lacks a spelling of which primitive gate: what a new primitive still needs."""

from __future__ import annotations

from collections.abc import Container, Mapping

from backlit.declared.gate_kinds import Gate
from backlit.declared.gates import GATES
from backlit.formula import javascript, numba, numpy, onnx
from backlit.formula.derivative import is_primitive

SPELLINGS: Mapping[str, Container[str]] = {
    "numpy.py": numpy.SPELLINGS,
    "numba.py": numba.SPELLINGS,
    "javascript.py": javascript.SPELLINGS,
    "onnx.py": onnx.SPELLINGS,
}
"""File of a language -> the primitives that it spells. LaTeX is the gate's own template; text is a call of its name."""


def missing_spellings() -> list[str]:
    """One line for each spelling that a primitive gate lacks, naming the gate and the file.

    Examples
    --------
    >>> missing_spellings()
    []
    """
    primitives = [gate for gate in GATES.values() if isinstance(gate, Gate) and is_primitive(gate)]
    missing = [
        f"gate {gate.name}: add its spelling to SPELLINGS in formula/{language}"
        for gate in primitives
        for language, spelled in SPELLINGS.items()
        if gate.name not in spelled
    ]
    return missing + [f"gate {gate.name}: give it latex=" for gate in primitives if not gate.latex]
