"""Text -> tree: what is read, what is refused, and in which words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backlit.errors import BacklitError
from backlit.formula import GATES
from backlit.formula.expression import (
    MAX_CHARACTERS,
    MAX_DEPTH,
    Call,
    Expression,
    Name,
    Number,
    fold,
    names,
    parse,
    postorder,
    substitute,
)
from backlit.formula.text import to_text


def read(text: str) -> Expression:
    return parse(text, GATES)


X, Y, Z = Name("x"), Name("y"), Name("z")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("x + y * z", Call("add", (X, Call("mul", (Y, Z))))),
        ("(x + y) * z", Call("mul", (Call("add", (X, Y)), Z))),
        ("-x ** 2", Call("neg", (Call("pow", (X, Number(2.0))),))),
        ("x ** y ** z", Call("pow", (X, Call("pow", (Y, Z))))),
        ("x - y - z", Call("sub", (Call("sub", (X, Y)), Z))),
        ("-3", Number(-3.0)),
        ("+x", X),
        ("1e-3", Number(0.001)),
        ("x @ y", Call("matmul", (X, Y))),
        ("x if y > 0 else z", Call("where", (Call("greater", (Y, Number(0.0))), X, Z))),
        ("sum(x, axis=-1)", Call("sum", (X,), -1)),
        ("  x\n", X),
    ],
)
def test_formula_becomes_tree(text: str, tree: Expression) -> None:
    assert read(text) == tree


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x +", "an operand is missing at the end at column 4"),
        ("", "the formula is empty"),
        ("(x", "never closed"),
        ("x.y", "attribute access (a.b) is not allowed at column 1"),
        ("2 * x[0]", "indexing (a[i]) is not allowed at column 5"),
        ("open(x)", "'open' is not a gate at column 1"),
        ("__import__(x)", "'__import__' is not a gate"),
        ("x.exp(y)", "only a gate's plain name can be called"),
        ("(lambda: x)()", ": is no gate at column 8"),
        ("lambda: x", ": is no gate at column 7"),
        ("x and y", "and / or are not gates"),
        ("1 < x < 2", "a chained comparison is not allowed"),
        ("x // y", "// has no gate at column 3"),
        ("x == y", "== is no gate at column 3"),
        ("'a'", "quotes are not part of a formula"),
        ("True", "True is not a real number"),
        ("1e999", "too large for a float"),
        ("9" * 400, "too large for a float"),
        ("exp()", "exp() has no operand"),
        ("sum(x, axis=y)", "takes no such keyword"),
        ("sum(x, keepdims=1)", "takes no such keyword"),
        ("x\0", "U+0000 is not part of a formula at column 2"),
    ],
)
def test_what_is_no_formula_is_refused_in_one_line(text: str, says: str) -> None:
    with pytest.raises(BacklitError) as caught:
        read(text)
    assert says in str(caught.value)
    assert str(caught.value).startswith("expression: ")
    assert "\n" not in str(caught.value)
    assert ";" in str(caught.value)  # the mend follows


def test_length_and_depth_have_limits_that_are_said() -> None:
    with pytest.raises(BacklitError, match=f"limit is {MAX_CHARACTERS:,}"):
        read("x+" * MAX_CHARACTERS + "x")
    for deep in ("-" * (MAX_DEPTH + 5) + "x", "x" + "+x" * (MAX_DEPTH + 5), "(" * 5000 + "x" + ")" * 5000):
        with pytest.raises(BacklitError) as caught:
            read(deep)
        assert "\n" not in str(caught.value)
    assert len(names(read("x" + "+x" * (MAX_DEPTH - 10)))) == 1


def test_fold_is_not_bound_by_the_recursion_limit() -> None:
    tree: Expression = X
    for _ in range(50_000):
        tree = Call("neg", (tree,))

    def depth(node: Expression, operands: list[int]) -> int:
        return 1 + max(operands, default=0)

    assert fold(tree, depth) == 50_001


def test_postorder_gives_operands_first_from_left_to_right() -> None:
    assert [str(n.id) for n in postorder(read("x + y * z")) if isinstance(n, Name)] == ["x", "y", "z"]
    assert names(read("z + x * z")) == ["z", "x"]
    assert substitute(read("x + y"), {"x": Call("exp", (Z,))}) == read("exp(z) + y")


LEAVES = st.one_of(st.sampled_from([X, Y, Z]), st.floats(-1e6, 1e6, allow_nan=False).map(lambda v: Number(v + 0.0)))
UNARY, BINARY = ["neg", "exp", "sigmoid"], ["add", "sub", "mul", "div", "pow", "max", "less", "matmul"]


def grown(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    return st.one_of(
        st.builds(lambda gate, x: Call(gate, (x,)), st.sampled_from(UNARY), inner),
        st.builds(lambda gate, x, z: Call(gate, (x, z)), st.sampled_from(BINARY), inner, inner),
        st.builds(lambda c, x, z: Call("where", (c, x, z)), inner, inner, inner),
    )


@pytest.mark.slow
@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.recursive(LEAVES, grown, max_leaves=12))
def test_text_of_a_tree_reads_back_to_the_same_tree(tree: Expression) -> None:
    assert read(to_text(tree)) == tree
