from __future__ import annotations

import re
from collections.abc import Callable

from backlit.drawing import Circuit, to_latex
from backlit.drawing.latex import escaped


def nodes(latex: str, style: str) -> list[str]:
    return re.findall(rf"\\node\[{style}[^\]]*\] at \([^)]*\) {{(.*)}};", latex)


def test_values_and_gradients_are_all_there(product_of_sum: Circuit) -> None:
    latex = to_latex(product_of_sum)
    assert nodes(latex, "value") == ["$-$2", "5", "$-$4", "3", "$-$12"]
    assert nodes(latex, "gradient") == ["$-$4", "$-$4", "3", "$-$4", "1"]
    assert nodes(latex, "local") == [r"$\times$ 1", r"$\times$ 1", r"$\times$ $-$4", r"$\times$ 3"]
    assert latex.count(r"\draw[arrow]") == 5


def test_the_environment_is_closed_and_braces_match(hostile: Circuit, square: Circuit) -> None:
    for circuit in (hostile, square):
        latex = to_latex(circuit)
        assert latex.startswith(r"\begin{tikzpicture}")
        assert latex.endswith(r"\end{tikzpicture}")
        bare = re.sub(r"\\[{}]", "", latex)
        assert bare.count("{") == bare.count("}")


def test_names_are_no_commands(hostile: Circuit) -> None:
    latex = to_latex(hostile)
    assert r"\input" not in latex
    assert r"\textbackslash{}input" in latex
    assert "\x00" not in latex


def test_every_special_character_is_escaped() -> None:
    assert escaped(r"\{}_^~#$%&") == r"\textbackslash{}\{\}\_\^{}\~{}\#\$\%\&"


def test_not_computed_is_dashed_and_hollow(with_constant: Callable[[float | None], Circuit]) -> None:
    unknown, zero = to_latex(with_constant(None)), to_latex(with_constant(0.0))
    assert unknown.count(r"\draw[arrow, unknown]") == 1
    assert unknown.count("circle (2pt)") == 1
    assert "arrow, unknown" not in zero
    assert "circle (2pt)" not in zero


def test_both_parallel_edges_are_drawn(square: Circuit) -> None:
    lines = [line for line in to_latex(square).splitlines() if line.startswith(r"  \draw[arrow]")]
    assert len(set(lines)) == 3  # two edges and the output
    assert "3 + 3 = 6" in to_latex(square)


def test_names_in_korean_stay_as_they_are(with_constant: Callable[[float | None], Circuit]) -> None:
    assert escaped("가중치_1") == r"가중치\_1"
    assert to_latex(with_constant(None)).isascii()  # what is our own needs no font of its own
