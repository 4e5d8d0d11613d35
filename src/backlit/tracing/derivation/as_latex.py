"""A derivation as LaTeX."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from backlit.formula.expression import Expression, names
from backlit.formula.latex import PRODUCT, bracketed, notation, power_of_ten, symbol, to_latex, written
from backlit.tracing.derivation.chain import ChainRule, Contribution, Factor, Fork, Path, product

DOT = r" \cdot "


def aligned(derivation: ChainRule, layers: bool = False) -> str:
    """The derivation as an ``aligned`` block; `layers` says that it is a network's."""
    symbols = notation(_names(derivation), layers)
    of = partial(derivation.output, derivation.wrt, symbols)
    if derivation.forks:
        rows = [row for fork in derivation.forks for row in _fork(derivation.output, fork, symbols)]
    elif not derivation.paths:
        rows = [f"{of} &= 0"]
    else:
        rows = _rows(of, derivation.paths, derivation.gradient, symbols)
    return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"


def partial(top: str, under: str, symbols: Mapping[str, str] | None = None) -> str:
    """The symbol of a derivative."""
    above, below = ((symbols or {}).get(name) or symbol(name) for name in (top, under))
    return rf"\frac{{\partial {above}}}{{\partial {below}}}"


def number(value: float) -> str:
    """A number, with its power of ten written out."""
    return power_of_ten(f"{value + 0.0:.6g}")


def joined(values: Iterable[float], between: str) -> str:
    """Numbers with a sign between them; in brackets where the sign would tear them apart."""
    texts = [number(value) for value in values]
    in_product = between == DOT and len(texts) > 1
    torn = (text.startswith("-") or (in_product and "^" in text) for text in texts)
    return between.join(bracketed(text) if tears else text for text, tears in zip(texts, torn, strict=True))


def _names(derivation: ChainRule) -> Iterator[str]:
    """Every name in a derivation."""
    factors = [factor for path in derivation.paths for factor in path]
    factors += [part.factor for fork in derivation.forks for part in fork.largest]
    yield from (derivation.output, derivation.wrt, *(fork.wire for fork in derivation.forks))
    for factor in factors:
        yield from (factor.top, factor.under, *names(factor.local))


def _rows(of: str, paths: tuple[Path, ...], gradient: float, symbols: Mapping[str, str]) -> list[str]:
    several = len(paths) > 1
    derivatives = (DOT.join(partial(factor.top, factor.under, symbols) for factor in path) or "1" for path in paths)
    formulas = (_product(path, symbols, several) for path in paths)
    numbers = (joined((factor.value for factor in path), DOT) or "1" for path in paths)
    rows = [f"{of} &= {' + '.join(derivatives)}", f"&= {' + '.join(formulas)}", f"&= {' + '.join(numbers)}"]
    if several:
        rows.append(f"&= {joined(map(product, paths), ' + ')}")
    return [*rows, f"&= {number(gradient)}"]


def _product(path: Path, symbols: Mapping[str, str], in_sum: bool) -> str:
    """The local gradients of a path, multiplied."""
    if len(path) == 1:
        return _term(path[0].local, symbols) if in_sum else to_latex(path[0].local, symbols)
    return DOT.join(_factor(factor, symbols) for factor in path) or "1"


def _term(tree: Expression, symbols: Mapping[str, str]) -> str:
    """A formula that can stand in a sum."""
    text, binding = written(tree, symbols)
    return bracketed(text) if binding < PRODUCT or text.startswith("-") else text


def _factor(factor: Factor, symbols: Mapping[str, str]) -> str:
    """A local gradient that can stand in a product."""
    text, binding = written(factor.local, symbols)
    return bracketed(text) if binding <= PRODUCT else text


def _fork(output: str, fork: Fork, symbols: Mapping[str, str]) -> list[str]:
    parts = [_part(output, part, symbols) for part in fork.largest]
    numbers = [_number(output, part) for part in fork.largest]
    if fork.rest:
        parts.append(r"\cdots")
        numbers.append(joined([fork.rest_sum], ""))
    return [
        f"{partial(output, fork.wire, symbols)} &= {' + '.join(parts)}",
        f"&= {' + '.join(numbers)}",
        f"&= {number(fork.total)}",
    ]


def _part(output: str, part: Contribution, symbols: Mapping[str, str]) -> str:
    if part.factor.top == output:
        return _term(part.factor.local, symbols)
    return partial(output, part.factor.top, symbols) + DOT + _factor(part.factor, symbols)


def _number(output: str, part: Contribution) -> str:
    values = (part.factor.value,) if part.factor.top == output else (part.upstream, part.factor.value)
    return joined(values, DOT)
