"""Python's own source of steps and initializers as JavaScript: each is written once, where the engine has it."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping
from importlib import resources

from backlit.declared.initializers import INITIALIZERS
from backlit.declared.optimizers import OPTIMIZERS, SETTINGS
from backlit.errors import BacklitError
from backlit.training.initial_parameters import LEAST_DEVIATION, LSUV_ROWS

OPERATORS: Mapping[type[ast.AST], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}

COMPARISONS: Mapping[type[ast.AST], str] = {ast.Lt: "<", ast.Gt: ">"}

CALLED = ("advance", "call_product", "matrix", "follow", "step_one")
"""Functions that a step may call: its own, and those of the machine."""

BY_HAND = ("matrix",)
"""Functions of a kernel that are about its machine: ``network/matrices.js`` has them for a browser."""

Constants = Mapping[str, str]
"""Name -> what stands for it in JavaScript."""


def optimizers_module() -> str:
    """JavaScript that defines ``OPTIMIZERS``, and ``REGULARIZERS``, which change a gradient or weights beside them.

    Of each optimizer: its step, that of whole matrices where it has one, how many vectors it remembers, its settings,
    and whether weights decay apart from the step.
    """
    steps = _functions("steps")
    lines = []
    for name, kind in OPTIMIZERS.items():
        settings = [SETTINGS[key] for key in kind.settings]
        parts = [f"vectors: {kind.vectors}, settings: {settings}, decoupled: {str(kind.decoupled).lower()}"]
        parts.append(f"step: {steps[kind.kernel]}")
        if kind.matrix_kernel:
            inner = "\n".join(f"  const {part} = {code};" for part, code in _functions(kind.matrix_kernel).items())
            parts.append(f"matrixStep: (() => {{\n{inner}\n  return step;\n  }})()")
        lines.append(f'  "{name}": {{{", ".join(parts)}}},')
    changes = [f"  {name}: {code}," for name, code in _functions("regularizers").items()]
    return "\n".join(["const OPTIMIZERS = {", *lines, "};", "const REGULARIZERS = {", *changes, "};"])


def initializers_module() -> str:
    """JavaScript that defines ``INITIALIZERS``: of each how one number is drawn, from ``rng`` and ``fan``.

    And ``UNIT_VARIANCE``: how many rows pre-activations are measured on, and the least deviation that is a scale.
    """
    lines = []
    for name, initializer in INITIALIZERS.items():
        (node,) = ast.parse(inspect.getsource(initializer.draw)).body
        assert isinstance(node, ast.FunctionDef)
        scaled = str(initializer.unit_variance).lower()
        lines.append(f'  "{name}": {{unitVariance: {scaled}, draw: {_function(node, {})}}},')
    measured = f"const UNIT_VARIANCE = {{rows: {LSUV_ROWS}, least: {LEAST_DEVIATION}}};"
    return "\n".join(["const INITIALIZERS = {", *lines, "};", measured])


def _functions(kernel: str) -> dict[str, str]:
    """The functions of a file of kernels, by name, in JavaScript."""
    path = resources.files("backlit.engine").joinpath(f"kernels/optimizers/{kernel}.py")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    constants = _constants(tree)
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name not in BY_HAND]
    return {node.name: _function(node, constants) for node in functions}


def _constants(tree: ast.Module) -> Constants:
    """The names of a module that stand for numbers."""
    found: dict[str, str] = {}
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Call(func=ast.Name(id="range"))):
                found |= {ast.unparse(name): str(at) for at, name in enumerate(names)}
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                found |= {ast.unparse(name): _written(each, {}) for name, each in zip(names, values, strict=True)}
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=int() | float() as number)):
                found[name] = repr(number)
    return found


def _function(node: ast.FunctionDef, constants: Constants) -> str:
    """A function of plain arithmetic and loops as a JavaScript function of the same parameters."""
    parameters = [argument.arg for argument in node.args.args]
    names = [name for name in _assigned_names(node) if name not in parameters]
    declared = [f"let {', '.join(dict.fromkeys(names))};"] if names else []
    body = "\n".join([*declared, *(line for part in node.body for line in _statement(part, constants))])
    return f"({', '.join(parameters)}) => {{\n{body}\n  }}"


def _assigned_names(function: ast.FunctionDef) -> list[str]:
    """The names that a function gives values to, loops' own aside, in their order."""
    targets = [part.targets[0] for part in ast.walk(function) if isinstance(part, ast.Assign)]
    parts = [part for target in targets for part in (target.elts if isinstance(target, ast.Tuple) else [target])]
    return [part.id for part in parts if isinstance(part, ast.Name)]


def _statement(node: ast.stmt, constants: Constants) -> list[str]:
    match node:
        case ast.Expr(value=ast.Constant()):
            return []  # the docstring
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
            pairs = [pair for pair in zip(names, values, strict=True) if ast.unparse(pair[0]) != _written(pair[1], {})]
            if not pairs:
                return []  # parameters that are only viewed as arrays stay themselves
            left, right = (", ".join(_written(each, constants) for each in side) for side in zip(*pairs, strict=True))
            return [f"[{left}] = [{right}];"]  # all at once: two names may change places
        case ast.Assign(targets=[ast.Name() | ast.Subscript() as target], value=value):
            return _assigned(target, value, constants)
        case ast.AugAssign(target=target, op=op, value=value) if type(op) in OPERATORS:
            return [f"{_written(target, constants)} {OPERATORS[type(op)]}= {_written(value, constants)};"]
        case ast.Return(value=ast.expr() as value):
            return [f"return {_written(value, constants)};"]
        case ast.For(target=ast.Name(id=name), iter=ast.Call(func=ast.Name(id="range"), args=[end]), body=body):
            inner = [line for part in body for line in _statement(part, constants)]
            return [f"for (let {name} = 0; {name} < {_written(end, constants)}; {name} += 1) {{", *inner, "}"]
        case ast.If(test=test, body=body, orelse=other):
            then = [line for part in body for line in _statement(part, constants)]
            otherwise = [line for part in other for line in _statement(part, constants)]
            return [f"if ({_written(test, constants)}) {{", *then, *(["} else {", *otherwise] if other else []), "}"]
        case ast.Expr(value=ast.Call() as call):
            return [f"{_written(call, constants)};"]
    raise _untranslated(node)


def _untranslated(node: ast.AST) -> BacklitError:
    line, *_ = ast.unparse(node).splitlines()
    return BacklitError(f"no JavaScript for {line}; add it to playground/kernels.py")


def _assigned(target: ast.expr, value: ast.expr, constants: Constants) -> list[str]:
    """An assignment; a parameter that is only viewed as an array stays itself."""
    left, right = _written(target, constants), _written(value, constants)
    return [] if left == right else [f"{left} = {right};"]


def _written(node: ast.expr, constants: Constants) -> str:
    def inner(part: ast.expr) -> str:
        return _written(part, constants)

    match node:
        case ast.Constant(value=int() | float() as value):
            return repr(value)
        case ast.Name(id=name):
            return constants.get(name, name)
        case ast.Attribute(value=value, attr=name):
            return f"{inner(value)}.{name}"
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return f"(-{inner(operand)})"
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return f"Math.pow({inner(left)}, {inner(right)})"
        case ast.BinOp(left=left, op=ast.FloorDiv(), right=right):
            return f"Math.floor({inner(left)} / {inner(right)})"
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            return f"({inner(left)} {OPERATORS[type(op)]} {inner(right)})"
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in COMPARISONS:
            return f"({inner(left)} {COMPARISONS[type(op)]} {inner(right)})"
        case ast.Tuple(elts=parts):
            return f"[{', '.join(map(inner, parts))}]"
        case ast.IfExp(test=test, body=body, orelse=other):
            return f"({inner(test)} ? {inner(body)} : {inner(other)})"
        case ast.Subscript(value=value, slice=ast.Slice(lower=None, upper=ast.expr() as upper)):
            return f"{inner(value)}.subarray(0, {inner(upper)})"
        case ast.Subscript(value=value, slice=ast.Slice(lower=ast.expr() as lower)):
            return f"{inner(value)}.subarray({inner(lower)})"
        case ast.Subscript(value=value, slice=ast.Tuple(elts=[row, column])):
            return f"{inner(value)}.numbers[{inner(row)} * {inner(value)}.stride + {inner(column)}]"
        case ast.Subscript(value=value, slice=index) if not isinstance(index, ast.Tuple):
            return f"{inner(value)}[{inner(index)}]"
        case ast.Call(func=ast.Name(id="carray" | "F"), args=[value, *_]):
            return inner(value)
        case ast.Call(func=ast.Attribute(value=ast.Name(id="math"), attr=name), args=[value]):
            return f"Math.{name}({inner(value)})"
        case ast.Call(func=ast.Name(id="min" | "max" as name), args=values):
            return f"Math.{name}({', '.join(map(inner, values))})"
        case ast.Call(func=ast.Name(id=name), args=values) if name in CALLED:
            return f"{name}({', '.join(map(inner, values))})"
        case ast.Call(func=ast.Attribute(value=ast.Name(id="rng"), attr=name), args=values, keywords=keywords):
            drawn = [*values, *(keyword.value for keyword in keywords if keyword.arg != "size")]
            return f"rng.{name}({', '.join(inner(value) for value in drawn if ast.unparse(value) != 'shape')})"
    raise _untranslated(node)
