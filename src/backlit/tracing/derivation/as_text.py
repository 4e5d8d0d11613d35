"""A derivation as plain text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from backlit.formula.expression import Call, Expression
from backlit.formula.precedence import BINDING
from backlit.formula.text import to_text
from backlit.tracing.derivation.chain import MAX_PATHS, SHOWN, ChainRule, Contribution, Factor, Fork, Path, product
from backlit.tracing.tables import table

FEW = 4
"""So many paths are written out even where they carry 0."""


def written(derivation: ChainRule, words: Mapping[str, str]) -> str:
    """The whole derivation."""
    of = partial(derivation.output, derivation.wrt)
    lines = [words["title"].format(of=of), ""]
    if derivation.note:
        lines += [derivation.note, ""]
    if derivation.forks:
        lines += [words["many"].format(count=MAX_PATHS), words["largest"].format(count=SHOWN), ""]
        for fork in derivation.forks:
            lines += _fork(derivation.output, fork, words)
    elif not derivation.paths:
        lines += [words["none"].format(output=derivation.output, wrt=derivation.wrt)]
    elif len(derivation.paths) == 1:
        lines += [of, *_path(derivation.paths[0]), "", *_factors(derivation.paths[0], words)]
    else:
        lines += _several(derivation, of, words)
    return "\n".join(lines).rstrip()


def partial(top: str, under: str) -> str:
    """The symbol of a derivative."""
    return f"∂{top}/∂{under}"


def number(value: float) -> str:
    """A number as a derivation shows it."""
    return f"{value + 0.0:.9g}"  # + 0.0: no minus before a zero


def _several(derivation: ChainRule, of: str, words: Mapping[str, str]) -> list[str]:
    lines = []
    shown = _shown(derivation.paths)
    for position, path in enumerate(derivation.paths, 1):
        if path in shown:
            lines += [words["path"].format(number=position), *_path(path), ""]
    if len(shown) < len(derivation.paths):
        lines += [words["zeros"].format(count=len(derivation.paths) - len(shown)), ""]
    total = joined(map(product, shown), " + ")
    lines += [
        words["sum"].format(count=len(derivation.paths)),
        f"{of} = {total} = {number(derivation.gradient)}",
        "",
    ]
    factors = dict.fromkeys(factor for path in shown for factor in path)
    return lines + _factors(factors, words)


def _shown(paths: Sequence[Path]) -> Sequence[Path]:
    """A few paths are shown whatever they carry; of many only those that carry something."""
    carrying = [path for path in paths if product(path) != 0.0]
    return paths if len(paths) <= FEW or not carrying else carrying


def _path(path: Path) -> list[str]:
    """Symbols, formulas, numbers, result."""
    if not path:
        return ["  = 1"]
    symbols = " · ".join(partial(factor.top, factor.under) for factor in path)
    formulas = " · ".join(bracketed(factor.local) for factor in path)
    numbers = joined((factor.value for factor in path), " · ")
    return [f"  = {symbols}", f"  = {formulas}", f"  = {numbers}", f"  = {number(product(path))}"]


def bracketed(tree: Expression) -> str:
    """A formula that can stand in a product."""
    text = to_text(tree)
    infix = isinstance(tree, Call) and tree.gate in BINDING
    return f"({text})" if infix or text.startswith("-") else text


def joined(values: Iterable[float], between: str) -> str:
    """Numbers with a sign between them, negative ones in brackets."""
    texts = map(number, values)
    return between.join(f"({text})" if text.startswith("-") else text for text in texts)


def _factors(factors: Iterable[Factor], words: Mapping[str, str]) -> list[str]:
    rows = [
        (partial(factor.top, factor.under), to_text(factor.local), number(factor.value), factor.gate)
        for factor in factors
    ]
    return table([words[column] for column in ("factor", "local", "value", "gate")], rows) if rows else []


def _fork(output: str, fork: Fork, words: Mapping[str, str]) -> list[str]:
    lines = [f"{partial(output, fork.wire)} = {number(fork.total)}"]
    cells = [(f"  {_symbols(output, part)}", f"= {_numbers(output, part)}") for part in fork.largest]
    if fork.rest:
        cells.append((f"  {words['rest'].format(count=fork.rest)}", f"= {number(fork.rest_sum)}"))
    return [*lines, *table(("", ""), cells)[1:], ""]


def _symbols(output: str, part: Contribution) -> str:
    factor = part.factor
    through = f"{partial(factor.top, factor.under)} = {bracketed(factor.local)}"
    return through if factor.top == output else f"{partial(output, factor.top)} · {bracketed(factor.local)}"


def _numbers(output: str, part: Contribution) -> str:
    if part.factor.top == output:
        return number(part.value)
    return f"{joined((part.upstream, part.factor.value), ' · ')} = {number(part.value)}"
