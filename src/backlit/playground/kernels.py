"""Python's own source of steps and initializers as JavaScript: each is written once, where the engine has it."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping
from importlib import resources

from backlit.declared.initializers import INITIALIZERS
from backlit.declared.optimizers import OPTIMIZERS, SETTINGS
from backlit.errors import BacklitError

OPERATORS: Mapping[type[ast.AST], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}

Constants = Mapping[str, int]


def optimizers_module() -> str:
    """JavaScript that defines ``OPTIMIZERS``: of each its step, how many vectors it remembers, and its settings.

    Those that step whole matrices are left out: their products are the engine's.
    """
    path = resources.files("backlit.engine").joinpath("kernels/optimizers/steps.py")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    constants = _constants(tree)
    steps = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    lines = []
    for name, kind in OPTIMIZERS.items():
        if kind.matrix_kernel:
            continue
        settings = [SETTINGS[key] for key in kind.settings]
        step = _function(steps[kind.kernel], constants)
        lines.append(f'  "{name}": {{vectors: {kind.vectors}, settings: {settings}, step: {step}}},')
    return "\n".join(["const OPTIMIZERS = {", *lines, "};"])


def initializers_module() -> str:
    """JavaScript that defines ``INITIALIZERS``: of each how one number is drawn, from ``rng`` and ``fan``."""
    lines = []
    for name, initializer in INITIALIZERS.items():
        if not initializer.unit_variance:
            (node,) = ast.parse(inspect.getsource(initializer.draw)).body
            assert isinstance(node, ast.FunctionDef)
            lines.append(f'  "{name}": {_function(node, {})},')
    return "\n".join(["const INITIALIZERS = {", *lines, "};"])


def _constants(tree: ast.Module) -> Constants:
    """The names of a module that stand for 0, 1, 2, ..."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple):
            return {name.id: at for at, name in enumerate(node.targets[0].elts) if isinstance(name, ast.Name)}
    return {}


def _function(node: ast.FunctionDef, constants: Constants) -> str:
    """A function of plain arithmetic and loops as a JavaScript function of the same parameters."""
    parameters = ", ".join(argument.arg for argument in node.args.args)
    body = "\n".join(line for part in node.body for line in _statement(part, constants))
    return f"({parameters}) => {{\n{body}\n  }}"


def _statement(node: ast.stmt, constants: Constants) -> list[str]:
    match node:
        case ast.Expr(value=ast.Constant()):
            return []  # the docstring
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
            pairs = zip(names, values, strict=True)
            return [line for name, value in pairs for line in _assigned(name, value, constants)]
        case ast.Assign(targets=[target], value=value):
            return _assigned(target, value, constants)
        case ast.AugAssign(target=target, op=op, value=value) if type(op) in OPERATORS:
            return [f"{_written(target, constants)} {OPERATORS[type(op)]}= {_written(value, constants)};"]
        case ast.Return(value=ast.expr() as value):
            return [f"return {_written(value, constants)};"]
        case ast.For(target=ast.Name(id=name), iter=ast.Call(func=ast.Name(id="range"), args=[end]), body=body):
            inner = [line for part in body for line in _statement(part, constants)]
            return [f"for (let {name} = 0; {name} < {_written(end, constants)}; {name} += 1) {{", *inner, "}"]
    raise _untranslated(node)


def _untranslated(node: ast.AST) -> BacklitError:
    line, *_ = ast.unparse(node).splitlines()
    return BacklitError(f"no JavaScript for {line}; add it to playground/kernels.py")


def _assigned(target: ast.expr, value: ast.expr, constants: Constants) -> list[str]:
    """An assignment; a parameter that is only viewed as an array stays itself."""
    left, right = _written(target, constants), _written(value, constants)
    if left == right:
        return []
    return [f"{'const ' if isinstance(target, ast.Name) else ''}{left} = {right};"]


def _written(node: ast.expr, constants: Constants) -> str:
    def inner(part: ast.expr) -> str:
        return _written(part, constants)

    match node:
        case ast.Constant(value=int() | float() as value):
            return repr(value)
        case ast.Name(id=name):
            return str(constants.get(name, name))
        case ast.Attribute(value=value, attr=name):
            return f"{inner(value)}.{name}"
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return f"(-{inner(operand)})"
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return f"Math.pow({inner(left)}, {inner(right)})"
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            return f"({inner(left)} {OPERATORS[type(op)]} {inner(right)})"
        case ast.IfExp(test=test, body=body, orelse=other):
            return f"({inner(test)} ? {inner(body)} : {inner(other)})"
        case ast.Subscript(value=value, slice=ast.Slice(lower=None, upper=ast.expr() as upper)):
            return f"{inner(value)}.subarray(0, {inner(upper)})"
        case ast.Subscript(value=value, slice=ast.Slice(lower=ast.expr() as lower)):
            return f"{inner(value)}.subarray({inner(lower)})"
        case ast.Subscript(value=value, slice=index):
            return f"{inner(value)}[{inner(index)}]"
        case ast.Call(func=ast.Name(id="carray" | "F"), args=[value, *_]):
            return inner(value)
        case ast.Call(func=ast.Attribute(value=ast.Name(id="math"), attr=name), args=[value]):
            return f"Math.{name}({inner(value)})"
        case ast.Call(func=ast.Attribute(value=ast.Name(id="rng"), attr=name), args=values, keywords=keywords):
            drawn = [*values, *(keyword.value for keyword in keywords if keyword.arg != "size")]
            return f"rng.{name}({', '.join(inner(value) for value in drawn if ast.unparse(value) != 'shape')})"
    raise _untranslated(node)
