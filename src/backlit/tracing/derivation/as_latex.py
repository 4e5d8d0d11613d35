"""A derivation as LaTeX."""

from __future__ import annotations

from collections.abc import Iterable

from backlit.formula.expression import Call, Expression
from backlit.formula.latex import symbol, to_latex
from backlit.formula.precedence import BINDING
from backlit.tracing.derivation.chain import ChainRule, Contribution, Fork, Path, product

DOT = r" \cdot "


def written(derivation: ChainRule) -> str:
    """The derivation as an ``aligned`` block."""
    of = partial(derivation.output, derivation.wrt)
    if derivation.forks:
        rows = [row for fork in derivation.forks for row in _fork(derivation.output, fork)]
    elif not derivation.paths:
        rows = [f"{of} &= 0"]
    else:
        rows = _rows(of, derivation.paths, derivation.gradient)
    return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"


def partial(top: str, under: str) -> str:
    """The symbol of a derivative."""
    return rf"\frac{{\partial {symbol(top)}}}{{\partial {symbol(under)}}}"


def number(value: float) -> str:
    """A number, with its power of ten written out."""
    mantissa, _, exponent = f"{value + 0.0:.6g}".partition("e")
    return mantissa + (rf" \cdot 10^{{{int(exponent)}}}" if exponent else "")


def _rows(of: str, paths: tuple[Path, ...], gradient: float) -> list[str]:
    symbols = (DOT.join(partial(factor.top, factor.under) for factor in path) or "1" for path in paths)
    formulas = (DOT.join(_bracketed(factor.local) for factor in path) or "1" for path in paths)
    numbers = (joined((factor.value for factor in path), DOT) or "1" for path in paths)
    rows = [f"{of} &= {' + '.join(symbols)}", f"&= {' + '.join(formulas)}", f"&= {' + '.join(numbers)}"]
    if len(paths) > 1:
        rows.append(f"&= {joined(map(product, paths), ' + ')}")
    return [*rows, f"&= {number(gradient)}"]


def _bracketed(tree: Expression) -> str:
    text = to_latex(tree)
    needs = isinstance(tree, Call) and tree.gate in BINDING and tree.gate not in ("div", "pow", "where")
    return rf"\left({text}\right)" if needs or text.startswith("-") else text


def joined(values: Iterable[float], between: str) -> str:
    """Numbers with a sign between them, negative ones in brackets."""
    texts = map(number, values)
    return between.join(rf"\left({text}\right)" if text.startswith("-") else text for text in texts)


def _fork(output: str, fork: Fork) -> list[str]:
    parts = [_part(output, part) for part in fork.largest]
    numbers = [_number(output, part) for part in fork.largest]
    if fork.rest:
        parts.append(r"\cdots")
        numbers.append(joined([fork.rest_sum], ""))
    return [
        f"{partial(output, fork.wire)} &= {' + '.join(parts)}",
        f"&= {' + '.join(numbers)}",
        f"&= {number(fork.total)}",
    ]


def _part(output: str, part: Contribution) -> str:
    local = _bracketed(part.factor.local)
    return local if part.factor.top == output else partial(output, part.factor.top) + DOT + local


def _number(output: str, part: Contribution) -> str:
    values = (part.factor.value,) if part.factor.top == output else (part.upstream, part.factor.value)
    return joined(values, DOT)
