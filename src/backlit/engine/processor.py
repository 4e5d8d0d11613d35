"""The vectors of a processor, as data: how many numbers one instruction takes, and how large a tile registers hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import llvmlite.binding as llvm
import numba


@dataclass(frozen=True, slots=True)
class Vectors:
    """One kind of vector registers.

    Parameters
    ----------
    name : str
    needs : tuple of str
        What LLVM calls the features that a processor must have.
    width : int
        Bytes of a register; 0: matrix products are BLAS's.
    rows : int
        Rows of a product's tile: two registers each, beside two for the right matrix and one for the left.
    """

    name: str
    needs: tuple[str, ...]
    width: int
    rows: int

    def lanes(self, precision: str) -> int:
        """How many numbers of this precision a register holds.

        Examples
        --------
        >>> [kind.lanes("float32") for kind in VECTORS]
        [16, 8, 0]
        """
        return self.width * 8 // int(precision.removeprefix("float"))


VECTORS = (
    Vectors("AVX-512", ("avx512f",), 64, 14),
    Vectors("AVX2", ("avx2", "fma"), 32, 6),
    Vectors("none", (), 0, 0),
)
"""The best first. Loads and stores under a mask are needed, which NEON has not: there BLAS multiplies."""


def vectors_here() -> tuple[Vectors, ...]:
    """The kinds that Numba compiles for on this machine, the best first; the last is always there."""
    settings: Any = numba.config
    host = settings.CPU_FEATURES if settings.CPU_NAME else llvm.get_host_cpu_features().flatten()
    features = (host or "").split(",")
    return tuple(kind for kind in VECTORS if all("+" + need in features for need in kind.needs))


def processor_name() -> str:
    """What LLVM calls the processor that Numba compiles for, such as "znver4"."""
    settings: Any = numba.config
    return str(settings.CPU_NAME or llvm.get_host_cpu_name())
