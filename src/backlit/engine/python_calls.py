"""A compiled pass as a function of Python, without Numba's dispatcher: arguments become numbers and addresses.

What Numba makes for the same purpose takes it as long to compile as the pass itself, and is made for one version of
Python. This is a page of LLVM instructions that is made when a pass is first called.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from typing import Any

import llvmlite.binding as llvm
import numpy as np

KINDS = ("int64", "float64", "array")
"""Of arguments; an array's has its dimensions and the bytes of a number behind it: ``array 2 4``."""
RESULTS = {
    "void": ("ptr", "  %made = call ptr (ptr, ...) @Py_BuildValue(ptr @nothing)"),
    "float64": ("double", "  %value = load double, ptr %result\n  %made = call ptr @PyFloat_FromDouble(double %value)"),
    "boolean": (
        "i8",
        "  %value = load i8, ptr %result\n  %wide = zext i8 %value to i64\n"
        "  %made = call ptr @PyBool_FromLong(i64 %wide)",
    ),
}
"""A result's kind -> how LLVM keeps it in memory, and what makes it an object of Python's."""
_FASTCALL = 0x80
_USED = (
    "PyLong_AsLongLong", "PyFloat_AsDouble", "PyErr_Occurred", "PyErr_SetString", "PyEval_SaveThread",
    "PyEval_RestoreThread", "PyFloat_FromDouble", "PyBool_FromLong", "Py_BuildValue", "PyType_IsSubtype",
)  # fmt: skip
_DECLARED = """
declare i64 @PyLong_AsLongLong(ptr)
declare double @PyFloat_AsDouble(ptr)
declare ptr @PyErr_Occurred()
declare void @PyErr_SetString(ptr, ptr)
declare ptr @PyEval_SaveThread()
declare void @PyEval_RestoreThread(ptr)
declare ptr @PyFloat_FromDouble(double)
declare ptr @PyBool_FromLong(i64)
declare ptr @Py_BuildValue(ptr, ...)
declare i32 @PyType_IsSubtype(ptr, ptr)
"""
_TEXTS = {"nothing": "", "wrong": "a compiled pass takes other values", "failed": "a compiled pass has failed"}
_DATA, _DIMENSIONS_COUNT, _SHAPE, _STRIDES = 16, 24, 32, 40
"""Where an array's fields lie in it, in bytes: NumPy's interface to C, which does not change."""


class _MethodDefinition(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("function", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("doc", ctypes.c_char_p),
    )


_HELD: list[Any] = []


def callable_of(engine: Any, symbol: str, address: int, arguments: Sequence[str], result: str) -> Callable[..., Any]:
    """A function of Python that calls a pass at an address, other threads running meanwhile.

    Parameters
    ----------
    engine : llvmlite.binding.ExecutionEngine
    symbol : str
        The pass's name.
    address : int
    arguments : sequence of str
        Each one's kind.
    result : str
        One of `RESULTS`.
    """
    for name in _USED:
        llvm.add_symbol(name, ctypes.cast(getattr(ctypes.pythonapi, name), ctypes.c_void_p).value)
    name = f"call.{symbol}"
    module = llvm.parse_assembly(source(name, address, arguments, result))
    engine.add_module(module)
    engine.finalize_object()
    definition = _MethodDefinition(b"compiled_pass", engine.get_function_address(name), _FASTCALL, b"")
    _HELD.append(definition)  # Python keeps its address
    make = ctypes.pythonapi.PyCFunction_NewEx
    make.argtypes, make.restype = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p], ctypes.py_object
    function: Callable[..., Any] = make(ctypes.byref(definition), None, None)
    return function


def source(name: str, address: int, arguments: Sequence[str], result: str) -> str:
    """The function in LLVM's language."""
    lines, values = [], ["ptr %result", "ptr %exception"]
    for number, kind in enumerate(arguments):
        what, *details = kind.split()
        some, some_values = _MAKERS[what](f"a{number}", *map(int, details))
        lines += [
            f"  %p{number} = getelementptr ptr, ptr %arguments, i64 {number}",
            f"  %a{number} = load ptr, ptr %p{number}",
        ]
        lines += some
        values += some_values
    kind, give = RESULTS[result]
    type_error, runtime_error = (
        f"  %{label} = load ptr, ptr inttoptr (i64 {_address_of(error)} to ptr)"
        for label, error in (("type", "PyExc_TypeError"), ("runtime", "PyExc_RuntimeError"))
    )
    body = "\n".join(lines)
    texts = "\n".join(
        f'@{label} = private constant [{len(text) + 1} x i8] c"{text}\\00"' for label, text in _TEXTS.items()
    )
    return f"""{_DECLARED}{texts}
define ptr @"{name}"(ptr %self, ptr %arguments, i64 %count) {{
  %result = alloca {kind}
  %exception = alloca ptr
  store ptr null, ptr %exception
  %enough = icmp eq i64 %count, {len(arguments)}
  br i1 %enough, label %begin, label %refuse
begin:
{body}
  %error = call ptr @PyErr_Occurred()
  %good = icmp eq ptr %error, null
  br i1 %good, label %run, label %give_up
run:
  %state = call ptr @PyEval_SaveThread()
  %status = call i32 inttoptr (i64 {address} to ptr)({", ".join(values)})
  call void @PyEval_RestoreThread(ptr %state)
  %ended = icmp eq i32 %status, 0
  %ended_with_nothing = icmp eq i32 %status, -2
  %fine = or i1 %ended, %ended_with_nothing
  br i1 %fine, label %give, label %fail
give:
{give}
  ret ptr %made
fail:
{runtime_error}
  call void @PyErr_SetString(ptr %runtime, ptr @failed)
  ret ptr null
refuse:
{type_error}
  call void @PyErr_SetString(ptr %type, ptr @wrong)
  ret ptr null
give_up:
  ret ptr null
}}
"""


def _address_of(name: str) -> int:
    """Where a variable of Python's interface to C lies."""
    return ctypes.addressof(ctypes.c_void_p.in_dll(ctypes.pythonapi, name))


def _whole(name: str) -> tuple[list[str], list[str]]:
    return [f"  %{name}v = call i64 @PyLong_AsLongLong(ptr %{name})"], [f"i64 %{name}v"]


def _real(name: str) -> tuple[list[str], list[str]]:
    return [f"  %{name}v = call double @PyFloat_AsDouble(ptr %{name})"], [f"double %{name}v"]


def _array(name: str, dimensions: int, size: int) -> tuple[list[str], list[str]]:
    """An array as Numba's calling convention has it: nobody's memory, its length, and where it lies."""

    def field(label: str, offset: int, kind: str) -> list[str]:
        return [
            f"  %{name}{label}p = getelementptr i8, ptr %{name}, i64 {offset}",
            f"  %{name}{label} = load {kind}, ptr %{name}{label}p",
        ]

    lines = [
        *field("type", 8, "ptr"),
        f"  %{name}is = call i32 @PyType_IsSubtype(ptr %{name}type, ptr inttoptr (i64 {id(np.ndarray)} to ptr))",
        f"  %{name}array = icmp ne i32 %{name}is, 0",
        f"  br i1 %{name}array, label %{name}look, label %refuse",
        f"{name}look:",
        *field("nd", _DIMENSIONS_COUNT, "i32"),
        f"  %{name}fits = icmp eq i32 %{name}nd, {dimensions}",
        f"  br i1 %{name}fits, label %{name}take, label %refuse",
        f"{name}take:",
        *field("data", _DATA, "ptr"),
        *field("shape", _SHAPE, "ptr"),
        *field("strides", _STRIDES, "ptr"),
    ]
    total = "1"
    sizes: list[str] = []
    steps: list[str] = []
    for axis in range(dimensions):
        for label, into in (("shape", sizes), ("strides", steps)):
            value = f"%{name}{label}{axis}"
            lines += [
                f"  {value}p = getelementptr i64, ptr %{name}{label}, i64 {axis}",
                f"  {value} = load i64, ptr {value}p",
            ]
            into.append(value)
        lines.append(f"  %{name}total{axis} = mul i64 {total}, {sizes[-1]}")
        total = f"%{name}total{axis}"
    values = ["ptr null", "ptr null", f"i64 {total}", f"i64 {size}", f"ptr %{name}data"]
    return lines, values + [f"i64 {value}" for value in (*sizes, *steps)]


_MAKERS: dict[str, Callable[..., tuple[list[str], list[str]]]] = {"int64": _whole, "float64": _real, "array": _array}
