"""Kernels that were compiled when the package was built: they are taken, they compute the same, damage is noticed."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import llvmlite.binding as llvm
import numpy as np
import pytest

from backlit.engine.prepared import VARIABLE, PreparedKernels, archive_name, prepared_kernels, target_here
from backlit.engine.processor import vectors_here
from backlit.engine.program import Program, program
from backlit.engine.python_calls import callable_of

VECTORS = vectors_here()[0]


TARGET = target_here()
pytestmark = pytest.mark.skipif(TARGET is None, reason="no machine code is prepared for this processor or system")

PREPARE = """
import sys
from pathlib import Path
from backlit.cli.preparing import write_archive
write_archive(sys.argv[1], "float32", Path(sys.argv[2]), "id")
"""
"""The gate sigmoid, outputs of sigmoid and identity with their losses, and what else has these letters."""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    assert TARGET is not None
    path = tmp_path_factory.mktemp("prepared") / archive_name(TARGET.name, "float32")
    features = ",".join(f"+{name}" for name in TARGET.needs)
    environment = {**os.environ, "NUMBA_CPU_NAME": TARGET.name, "NUMBA_CPU_FEATURES": features}
    subprocess.run([sys.executable, "-c", PREPARE, TARGET.vectors, str(path)], env=environment, check=True)
    return path


def values_of(address: int, z: np.ndarray) -> np.ndarray:
    a = np.empty_like(z)
    ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 2, ctypes.c_int64)(address)(z.ctypes.data, a.ctypes.data, z.size)
    return a


def test_a_prepared_gate_is_taken_and_computes_the_same(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert TARGET is not None
    monkeypatch.delenv(VARIABLE, raising=False)
    prepared = prepared_kernels("float32", TARGET.vectors, archive.parent)
    kinds = [kind for kind in vectors_here() if kind.name == TARGET.vectors]
    ready = Program("float32", kinds[0], prepared)
    z = np.linspace(-8, 8, 1_001, dtype=np.float32)
    np.testing.assert_allclose(
        values_of(ready.gate("sigmoid")[0], z), values_of(program("float32").gate("sigmoid")[0], z), rtol=1e-6
    )
    assert not ready.compiled, "nothing was compiled"


def test_another_text_is_not_taken(archive: Path) -> None:
    assert TARGET is not None
    prepared = PreparedKernels(archive)
    ready = Program("float32", VECTORS, prepared)
    file = ready.emitted("gate_sigmoid", "# another text\n")
    assert ready.key(file, "forward") not in prepared


def test_damaged_machine_code_is_not_run(archive: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(archive) as source:
        names = [info for info in source.infolist() if "gate_sigmoid" in info.filename]
    content = bytearray(archive.read_bytes())
    for info in names:
        content[info.header_offset + 30 + len(info.filename) + info.compress_size // 2] ^= 0xFF
    damaged = tmp_path / archive.name
    damaged.write_bytes(content)
    assert [PreparedKernels(damaged).address(info.filename) for info in names] == [0, 0]
    assert all(PreparedKernels(archive).address(info.filename) for info in names)


def test_a_damaged_archive_has_no_kernels(tmp_path: Path) -> None:
    path = tmp_path / "damaged.zip"
    path.write_bytes(b"no archive")
    assert PreparedKernels(path).address("anything") == 0


SUM = """
define i32 @sum(ptr %result, ptr %exception, i64 %k, double %x, ptr %m, ptr %p, i64 %n, i64 %size, ptr %data,
                i64 %rows, i64 %columns, i64 %row_step, i64 %column_step) {
  %last = sub i64 %n, 1
  %at = getelementptr double, ptr %data, i64 %last
  %y = load double, ptr %at
  %kx = sitofp i64 %k to double
  %shape = mul i64 %rows, %columns
  %same = icmp eq i64 %shape, %n
  %wrong = select i1 %same, double 0.0, double 1.0e6
  %s1 = fadd double %kx, %x
  %s2 = fadd double %s1, %y
  %s3 = fadd double %s2, %wrong
  store double %s3, ptr %result
  ret i32 0
}
"""


def test_a_pass_takes_numbers_and_arrays_and_refuses_others() -> None:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine(jit=True)
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(SUM), machine)
    engine.finalize_object()
    address = engine.get_function_address("sum")
    add = callable_of(engine, "sum", address, ("int64", "float64", "array 2 8"), "float64")
    table = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    assert add(2, 0.5, table) == 8.5
    assert add(np.int64(2), np.float32(0.5), table) == 8.5
    for wrong in ((2, 0.5), (2, 0.5, table[0]), (2, 0.5, [1.0]), ("2", 0.5, table), (2, None, table)):
        with pytest.raises(TypeError):
            add(*wrong)
