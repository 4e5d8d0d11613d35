"""Python that computes with arrays as JavaScript: operators become calls of a small NumPy (``graph/numpy.js``)."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Mapping

from backlit.errors import BacklitError

OPERATORS: Mapping[type[ast.AST], str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "div",
    ast.FloorDiv: "floordiv",
}
COMPARISONS: Mapping[type[ast.AST], str] = {
    ast.Eq: "===",
    ast.Is: "===",
    ast.IsNot: "!==",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
CALLS: Mapping[str, str] = {
    "len": "lengthOf",
    "list": "listOf",
    "max": "largest",
    "zip": "zipped",
    "range": "rangeOf",
    "slice": "sliceOf",
    "float": "Number",
    "int": "Number",
}
"""Python's function -> the machine's."""

METHODS: Mapping[str, str] = {"append": "push"}
TABLE = "GATES"
"""Looked up in Python; in JavaScript a gate is its name."""

MODULE = "rules"
"""A module whose functions stand in the same scope here."""

Function = ast.FunctionDef | ast.Lambda


def translated(function: Function) -> str:
    """A function as a JavaScript arrow function of the same parameters, in their order.

    Raises
    ------
    BacklitError
        Naming what has no translation.

    Examples
    --------
    >>> lambda_ = ast.parse("lambda x, axis=None: np.sum(x, axis=axis)").body[0].value
    >>> translated(lambda_)
    '(x, axis = null) => np.sum(x, {axis: axis})'
    """
    arguments = function.args.args
    defaults = [None] * (len(arguments) - len(function.args.defaults)) + list(function.args.defaults)
    parameters = ", ".join(
        each.arg if default is None else f"{each.arg} = {written(default)}"
        for each, default in zip(arguments, defaults, strict=True)
    )
    if isinstance(function, ast.Lambda):
        return f"({parameters}) => {written(function.body)}"
    own = {each.arg for each in arguments}
    names = [name for name in dict.fromkeys(_names(function.body)) if name not in own]
    lines = [f"let {', '.join(names)};"] if names else []
    return "\n".join([f"({parameters}) => {{", *lines, *_block(function.body), "}"])


def _names(body: Iterable[ast.stmt]) -> Iterable[str]:
    """The names that statements give values to, those of loops and of functions within aside."""
    for node in body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        if isinstance(node, ast.AnnAssign):
            targets = [node.target]
        for target in targets:
            parts = target.elts if isinstance(target, ast.Tuple) else [target]
            yield from (part.id for part in parts if isinstance(part, ast.Name))
        if isinstance(node, ast.If | ast.For):
            yield from _names([*node.body, *node.orelse])


def _block(body: Iterable[ast.stmt]) -> list[str]:
    return [line for node in body for line in _statement(node)]


def _statement(node: ast.stmt) -> list[str]:
    match node:
        case ast.Expr(value=ast.Constant()) | ast.Assert():
            return []  # a docstring; what a test holds
        case ast.Expr(value=value):
            return [f"{written(value)};"]
        case ast.Return(value=ast.expr() as value):
            return [f"return {written(value)};"]
        case ast.Raise():
            return ["throw new ShapeFault();"]
        case ast.Assign(targets=[target], value=value) | ast.AnnAssign(target=target, value=ast.expr() as value):
            return [_assigned(target, written(value))]
        case ast.AugAssign(target=ast.Name(id=name), op=op, value=value) if type(op) in OPERATORS:
            return [f"{name} = {OPERATORS[type(op)]}({name}, {written(value)});"]
        case ast.If(test=test, body=body, orelse=other):
            otherwise = ["} else {", *_block(other)] if other else []
            return [f"if ({_test(test)}) {{", *_block(body), *otherwise, "}"]
        case ast.For(target=target, iter=values, body=body):
            begin, named = _looped(target)
            return [f"for (const {begin} of {written(values)}) {{", *named, *_block(body), "}"]
        case ast.FunctionDef(name=name):
            return [f"const {name} = {translated(node)};"]
    raise _untranslated(node)


def _assigned(target: ast.expr, value: str) -> str:
    match target:
        case ast.Name(id=name):
            return f"{name} = {value};"
        case ast.Tuple(elts=parts):
            return f"[{', '.join(map(written, parts))}] = unpacked({value}, {len(parts)});"
        case ast.Subscript(value=array, slice=key):
            return f"assign({written(array)}, {written(key)}, {value});"
    raise _untranslated(target)


def _looped(target: ast.expr) -> tuple[str, list[str]]:
    """What a loop is at, and what it then names of it; the first of several names may take all that is left."""
    match target:
        case ast.Tuple(elts=[ast.Starred(value=ast.Name(id=rest)), *parts]):
            names = ", ".join(map(written, parts))
            return "each", [f"const {rest} = each.slice(0, -{len(parts)}), [{names}] = each.slice(-{len(parts)});"]
        case ast.Name() | ast.Tuple():
            return written(target), []
    raise _untranslated(target)


def _test(node: ast.expr) -> str:
    return written(node) if isinstance(node, ast.Compare | ast.BoolOp) else f"isTrue({written(node)})"


def written(node: ast.expr) -> str:
    """An expression of Python as one of JavaScript."""
    match node:
        case ast.Constant(value=value):
            return "ELLIPSIS" if value is ... else json.dumps(value)
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=ast.Name(id=module), attr=name) if module == MODULE:
            return name
        case ast.Attribute(value=value, attr=name):
            return f"{written(value)}.{METHODS.get(name, name)}"
        case ast.Starred(value=value):
            return f"...{written(value)}"
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return f"[{', '.join(map(written, parts))}]"
        case ast.Dict(keys=keys, values=values):
            pairs = zip(keys, values, strict=True)
            parts_ = [f"{written(key)}: {written(value)}" if key else f"...{written(value)}" for key, value in pairs]
            return f"{{{', '.join(parts_)}}}"
        case ast.Lambda():
            return translated(node)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return f"-{written(operand)}" if isinstance(operand, ast.Constant) else f"sub(0, {written(operand)})"
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            return f"{OPERATORS[type(op)]}({written(left)}, {written(right)})"
        case ast.BoolOp(op=op, values=values):
            return f"({(' && ' if isinstance(op, ast.And) else ' || ').join(map(_test, values))})"
        case ast.Compare(left=left, ops=[ast.In()], comparators=[right]):
            return f"isIn({written(left)}, {written(right)})"
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in COMPARISONS:
            return f"({written(left)} {COMPARISONS[type(op)]} {written(right)})"
        case ast.IfExp(test=test, body=body, orelse=other):
            return f"({_test(test)} ? {written(body)} : {written(other)})"
        case ast.Slice(lower=lower, upper=upper, step=None):
            return f"sliceOf({', '.join(written(each) if each else 'null' for each in (lower, upper))})"
        case ast.Subscript(value=ast.Name(id=name), slice=key) if name == TABLE:
            return written(key)
        case ast.Subscript(value=value, slice=key):
            return f"itemOf({written(value)}, {written(key)})"
        case ast.ListComp(elt=element, generators=loops) | ast.GeneratorExp(elt=element, generators=loops):
            return _comprehension(element, loops)
        case ast.Call(func=function, args=arguments, keywords=keywords):
            name = CALLS.get(function.id, function.id) if isinstance(function, ast.Name) else written(function)
            named = [f"{each.arg}: {written(each.value)}" for each in keywords if each.arg != "strict"]
            options = [f"{{{', '.join(named)}}}"] if named else []
            return f"{name}({', '.join([*map(written, arguments), *options])})"
    raise _untranslated(node)


def _comprehension(element: ast.expr, loops: list[ast.comprehension]) -> str:
    loop, *inner = loops
    if loop.ifs:
        raise _untranslated(loop.ifs[0])
    way, body = ("flatMap", _comprehension(element, inner)) if inner else ("map", written(element))
    return f"listOf({written(loop.iter)}).{way}(({written(loop.target)}) => {body})"


def _untranslated(node: ast.AST) -> BacklitError:
    line, *_ = ast.unparse(node).splitlines()
    return BacklitError(f"no JavaScript for {line}; add it to playground/translating.py")
