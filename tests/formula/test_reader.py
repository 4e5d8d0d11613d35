"""What people write elsewhere: read as they mean it and noted, or answered with what to write; English and Korean."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import backlit
from backlit.errors import FormulaError
from backlit.formula import GATES
from backlit.formula.dictionary import FUNCTIONS, INFIX_WORDS, LOGICAL_WORDS, REFUSED, REFUSED_SIGNS
from backlit.formula.expression import Expression, names, parse, read_formula
from backlit.formula.messages import FAULTS
from backlit.formula.text import to_text

READ = {
    # powers and products
    "x^2": ("x ** 2", "x^2 at column 1 is read as x**2"),
    "2x": ("2 * x", "2x at column 1 is read as 2*x"),
    "2 x": ("2 * x", "2 x at column 1 is read as 2*x"),
    "3(x+1)": ("3 * (x + 1)", "3(x+1) at column 1 is read as 3*(x+1)"),
    "(x+1)(x-1)": ("(x + 1) * (x - 1)", "(x+1)(x-1) at column 1 is read as (x+1)*(x-1)"),
    "(x+1)y": ("(x + 1) * y", "(x+1)y at column 1 is read as (x+1)*y"),
    "x^0,5": ("x ** 0.5", "0,5 at column 3 is read as 0.5"),
    "x y": ("x * y", "x y at column 1 is read as x*y"),
    "2x^2": ("2 * x ** 2", "x^2 at column 2 is read as x**2"),
    "2sin(x)": ("2 * sin(x)", "2sin(x) at column 1 is read as 2*sin(x)"),
    "sin(x)cos(x)": ("sin(x) * cos(x)", "sin(x)cos(x) at column 1 is read as sin(x)*cos(x)"),
    "-2x": ("-2 * x", "-2x at column 1 is read as -2*x"),
    "-x^2": ("-x ** 2", "-x^2 at column 1 is read as -(x**2)"),
    "2^-3": ("2 ** (-3)", "2^-3 at column 1 is read as 2**-3"),
    "x² + y³": ("x ** 2 + y ** 3", "x² at column 1 is read as x**2 (and 1 more alike)"),
    "x⁻¹": ("x ** (-1)", "x⁻¹ at column 1 is read as x**-1"),
    "x²y": ("x ** 2 * y", "x²y at column 1 is read as x²*y"),
    # functions
    "ln(x)": ("log(x)", "ln(x) at column 1 is read as log(x)"),
    "log10(x)": ("log(x) / log(10)", "log10(x) at column 1 is read as log(x) / log(10)"),
    "log(x, 2)": ("log(x) / log(2)", "log(x, 2) at column 1 is read as log(x) / log(2)"),
    "tg(x)": ("sin(x) / cos(x)", "tg(x) at column 1 is read as sin(x) / cos(x)"),
    "EXP(x)": ("exp(x)", "EXP(x) at column 1 is read as exp(x)"),
    "ReLU(x)": ("relu(x)", "ReLU(x) at column 1 is read as relu(x)"),
    "POWER(x, 2)": ("x ** 2", "POWER(x, 2) at column 1 is read as x ** 2"),
    "IF(x > 0, x, -x)": ("x if x > 0 else -x", "IF(x > 0, x, -x) at column 1 is read as where(x > 0, x, -x)"),
    "MAX(x,y,z)": ("max(max(x, y), z)", "MAX(x,y,z) at column 1 is read as max(max(x, y), z)"),
    "AVERAGE(x, y)": ("(x + y) / 2", "AVERAGE(x, y) at column 1 is read as (x + y) / 2"),
    "max(x; y)": ("max(x, y)", "max(x; y) at column 1 is read as max(x, y)"),
    "sin x": ("sin(x)", "sin x at column 1 is read as sin(x)"),
    "ln x + 1": ("log(x) + 1", "ln x at column 1 is read as log(x)"),
    "sin^2(x)": ("sin(x) ** 2", "sin^2(x) at column 1 is read as sin(x)**2"),
    "sin² x": ("sin(x) ** 2", "sin² x at column 1 is read as sin(x)**2"),
    "√x": ("sqrt(x)", "√x at column 1 is read as sqrt(x)"),
    "√(x+1)": ("sqrt(x + 1)", "√ at column 1 is read as sqrt"),
    "|x|": ("abs(x)", "|x| at column 1 is read as abs(x)"),
    "||x|-1|": ("abs(abs(x) - 1)", "|x| at column 2 is read as abs(x) (and 1 more alike)"),
    "2|x||y|": ("2 * abs(x) * abs(y)", "|x| at column 2 is read as abs(x) (and 1 more alike)"),
    # constants
    "e^x": ("exp(x)", "e^x at column 1 is read as exp(x)"),
    "e^(-x^2)": ("exp(-x ** 2)", "e^(-x^2) at column 1 is read as exp(-x^2)"),
    "2πx": ("2 * pi * x", "π at column 2 is read as 3.141592653589793"),
    "PI()": ("pi", "PI() at column 1 is read as 3.141592653589793"),
    # numbers
    "0,5": ("0.5", "0,5 at column 1 is read as 0.5"),
    "3,14x": ("3.14 * x", "3,14 at column 1 is read as 3.14"),
    "max(0,5; 1,25)": ("max(0.5, 1.25)", "0,5 at column 5 is read as 0.5 (and 1 more alike)"),
    "50%": ("50 / 100", "50% at column 1 is read as 50/100"),
    # comparisons
    "x <= 1": ("1 - (x > 1)", "x <= 1 at column 1 is read as 1 - (x > 1)"),
    "x ≥ 1": ("1 - (x < 1)", "x ≥ 1 at column 1 is read as 1 - (x < 1)"),
    # signs of print and of other keyboards
    "x × y": ("x * y", "× at column 3 is read as *"),
    "x·y": ("x * y", "· at column 2 is read as *"),
    "x ÷ y": ("x / y", "÷ at column 3 is read as /"),
    "x − y": ("x - y", "− at column 3 is read as -"),
    "（x＋1）＊2－ｙ／3": ("(x + 1) * 2 - y / 3", "（ at column 1 is read as ( (and 6 more alike)"),
    "x₁": ("x1", "x₁ at column 1 is read as x1"),
    # what stands around a formula
    "y = x^2": ("x ** 2", "y = at column 1 is left out: it names the result"),
    "f(x) = x + 1": ("x + 1", "f(x) = at column 1 is left out: it names the result"),
    "=A1+B2": ("A1 + B2", "= at column 1 is left out: it names the result"),
}

WITHOUT_A_NOTE = {
    "1e3": "1000",
    ".5": "0.5",
    "5.": "5",
    "1_000": "1000",
    "007": "7",
    "a/b/c": "a / b / c",
    "x**y**z": "x ** y ** z",
    "-x**2": "-x ** 2",
    "2**-3": "2 ** (-3)",
    "x ++ y": "x + y",
    "가격 * 수량": "가격 * 수량",
    "(x if a > 0 else y) if b else z": "(x if a > 0 else y) if b else z",
    "lambda * 2": "lambda * 2",
    "cost + max": "cost + max",
    "\u3000x\u00a0+\u200b1": "x + 1",
}

REFUSED_WITH = {
    # two meanings: both are named
    "1/2x": ("1/2x can be read in two ways at column 1", "write 1/(2*x) or 1/2*x"),
    "1/2(x+1)": ("1/2(x+1) can be read in two ways", "write 1/(2*(x+1)) or 1/2*(x+1)"),
    "x^2y": ("x^2y can be read in two ways", "write x**(2*y) or x**2*y"),
    "e^2x": ("e^2x can be read in two ways", "write e**(2*x) or e**2*x"),
    "x^y^z": ("x^y^z can be read in two ways", "write x**(y**z) or (x**y)**z"),
    "sin 2x": ("sin 2x can be read in two ways", "write sin(2*x) or sin(2)*x"),
    "√2x": ("√2x can be read in two ways", "write sqrt(2*x) or sqrt(2)*x"),
    "sin x^2": ("sin x^ can be read in two ways", "write sin(x^...) or sin(x)^..."),
    "sin x * y": ("sin x * can be read in two ways", "write sin(x*...) or sin(x)*..."),
    "sin^-1(x)": ("sin^-1 can be read in two ways", "write 1/sin(x); for the inverse function there is no gate"),
    "x 2": ("x 2 can be read in two ways", "write x*2 or x**2"),
    "(x+1)2": ("(x+1)2 can be read in two ways", "write (x+1)*2 or (x+1)**2"),
    "1,234": ("1,234 can be read in two ways", "write 1234 or 1.234"),
    "lg(x)": ("lg is the logarithm of base 10 for some", "write log10(x) or log2(x)"),
    "LOG(x)": ("LOG is the logarithm of base 10 in spreadsheets", "write log10(x) or log(x)"),
    "x(y+1)": ("'x' is not a gate at column 1", "for a product write x*(y+1)"),
    # one meaning, which is written otherwise here, or which has no gate
    "1,234.5": ("a number with separators of thousands", "write 1234.5"),
    "1.234,5": ("a number with separators of thousands", "write 1234.5"),
    "1 000": ("two numbers side by side", "write 1000 for one number"),
    "0x10": ("0x10 is not a decimal number", "write 16"),
    "1__0": ("1__0 is not a number", "write it like 1000"),
    "exp(0,5)": ("gate exp takes 1 operand, 2 given", "numbers have a decimal point, as in 0.5"),
    "max(x, 0,5)": ("gate max takes 2 operands, 3 given", "numbers have a decimal point"),
    "x == 1": ("== is no gate at column 3", "x equal to y is 1 - (x < y) - (x > y)"),
    "x ≠ 1": ("≠ is no gate", "(x < y) + (x > y)"),
    "2x = 4": ("an equation is not a formula at column 4", "the difference of the sides"),
    "x = x + 1": ("an equation is not a formula", "one side"),
    "1 < x < 2": ("a chained comparison is not allowed", "(x < y) * (y < z)"),
    "arcsin(x)": ("no gate here is arcsin", "backlit.GATES"),
    "round(x)": ("no gate rounds numbers", "rounding has no gradient"),
    "5!": ("no gate gives factorials at column 2", "5! is 120"),
    "x % 3": ("no gate gives the remainder", "a percentage x / 100"),
    "x // y": ("// has no gate", "write x / y"),
    "[x]": ("square brackets are no brackets here", "group with ( )"),
    "{x+1}*2": ("curly brackets are no brackets here", "group with ( )"),
    "lnx + 1": ("ln has no brackets around its operand", "write ln(x)"),
    "ln|x|": ("ln has no brackets around its operand", "write ln(x)"),
    "sin -x": ("sin has no brackets around its operand", "write sin(x)"),
    "6:2": (": is no gate at column 2", "a ratio is x / y"),
    "x[0]": ("indexing (a[i]) is not allowed", "x0 and x1"),
    "if x > 0 then x else y": ("a choice is written otherwise", "write a if c else b"),
    "c ? a : b": ("? is no gate", "c ? a : b is a if c else b"),
    "x if y": ("if and else belong together", "write a if c else b"),
    "x'": ("' is not part of a formula", "the function alone"),
    "dy/dx": ("a derivative is not part of a formula", "its gradients are the answer"),
    "∂f/∂x": ("a derivative is not part of a formula", "its gradients are the answer"),
    "(x": ("( was never closed at column 1", "add )"),
    "x)": (") closes what was never opened at column 2", "leave it out"),
    "|x": ("| was never closed", "add |"),
    '"x"': ("quotes are not part of a formula", "without them"),
    "'x'": ("quotes are not part of a formula", "without them"),
    "a AND b": ("and / or are not gates", "a and b is a * b where both are 0 or 1"),
    "a && b": ("and / or are not gates", "a and b is a * b"),
    "a || b": ("and / or are not gates", "a or b is max(a, b)"),
    "!x": ("! is no gate", "not a is 1 - a"),
    "x plus y": ("plus stands where a sign belongs at column 3", "write +"),
    "가격 곱하기 수량": ("곱하기 stands where a sign belongs at column 4", "write *"),
    "np.exp(x)": ("only a gate's plain name can be called", "write exp(x)"),
    r"\frac{x}{y}": ("LaTeX is not read", "(a) / (b)"),
    "½x": ("½ is a fraction in one sign", "(1 / 2)"),
    "xⁿ": ("ⁿ is not a whole exponent at column 2", "write it like x ** n"),
    "30°": ("° is not part of a formula", "angles are in radians"),
    "∞": ("infinity is not a real number", "1e9"),
    "x, y": ("a comma between two formulas", "decimal point"),
    "x; y": ("a semicolon between two formulas", "write one formula"),
    "* x": ("an operand is missing before * at column 1", "like (x + y) * z"),
    "max(x,)": ("an operand is missing before )", "like (x + y) * z"),
    "x +": ("an operand is missing at the end at column 4", "after +"),
    "x → y": ("→ is not part of a formula", "use names"),
}

PYTHON = {name for name in vars(ast) if name[0].isupper()} | {
    *("invalid", "syntax", "literal", "unterminated", "unexpected", "EOF", "SyntaxError", "token", "parenthes", "null"),
    *("lambda", "Perhaps", "expected", "unmatched", "imaginary", "f-string", "identifier", "statement", "keyword arg"),
}
"""Words of another language's syntax tree, and of its lexer's sentences."""


@pytest.mark.parametrize("text", READ)
def test_is_read_as_it_is_meant_and_said_so(text: str) -> None:
    tree, note = READ[text]
    formula = read_formula(text, GATES)
    assert to_text(formula.tree) == tree
    assert note in [one.text() for one in formula.notes]
    assert parse(tree, GATES) == formula.tree
    assert all(one.text("ko") != one.text() and "읽었습니다" in one.text("ko") for one in formula.notes)


@pytest.mark.parametrize("text", WITHOUT_A_NOTE)
def test_needs_no_note(text: str) -> None:
    formula = read_formula(text, GATES)
    assert (to_text(formula.tree), formula.notes) == (WITHOUT_A_NOTE[text], ())


@pytest.mark.parametrize("text", REFUSED_WITH)
def test_is_answered_with_what_to_write(text: str) -> None:
    what, mend = REFUSED_WITH[text]
    with pytest.raises(FormulaError) as caught:
        read_formula(text, GATES)
    assert_clear(caught.value)
    assert what in str(caught.value)
    assert mend in str(caught.value)


def assert_clear(error: FormulaError) -> None:
    """One line with a column and what to write, in English and in Korean, without words of a compiler."""
    assert error.column is not None
    assert error.column >= 1
    for lang, begins in (("en", "expression: "), ("ko", "식: ")):
        text = error.texts[lang]
        assert text.startswith(begins)
        assert "\n" not in text
        assert "; " in text
        assert str(error.column) in text
        assert str(error.translated(lang)) == text
    said = str(error).split(" at column ")[0]
    assert not [word for word in PYTHON if f" {word} " in f" {said} " and word not in (error.formula or "")]


def test_a_constant_is_a_variable_where_it_has_a_value() -> None:
    assert backlit.trace("e * x", e=3, x=2).value == 6
    assert backlit.trace("e ** x", e=3, x=2).value == 9
    assert backlit.trace("pi + 1", pi=2).value == 3
    assert backlit.trace("e ** x", x=1).value == pytest.approx(2.718281828459045)


def test_notes_are_on_the_trace_and_in_its_text() -> None:
    traced = backlit.trace("2x^2", x=3)
    assert traced.value == 18
    assert traced.notes == ("2x^2 at column 1 is read as 2*x^2", "x^2 at column 2 is read as x**2")
    assert str(traced).startswith(traced.notes[0])
    assert backlit.trace("2 * x ** 2", x=3).notes == ()


def test_gates_and_losses_of_ones_own_keep_the_plain_spelling() -> None:
    assert backlit.gate("bowl", "2x^2 + ln(1 + |x|)").value == "2 * x ** 2 + log(1 + abs(x))"
    assert backlit.loss("bent", "(a − y)²").term == "(a - y) ** 2"


def test_missing_values_are_answered_in_both_languages() -> None:
    for text, hint in (("xy", "for the product write x*y"), ("sum + x + y", "the gate sum is written sum(...)")):
        with pytest.raises(FormulaError, match="no value for") as caught:
            backlit.trace(text, x=1, y=2)
        assert hint in str(caught.value)
        assert "값이 없습니다" in caught.value.texts["ko"]
    with pytest.raises(FormulaError, match="'y' is given but not used") as caught:
        backlit.trace("x", x=1, y=2)
    assert "쓰이지 않습니다" in caught.value.texts["ko"]


def test_every_entry_of_the_dictionary_is_read_or_answered() -> None:
    for name, formula in FUNCTIONS.items():
        plain, _, count = name.partition("/")
        if not plain.isidentifier() or plain in GATES:
            continue
        operands = [one for one in ("c", "x", "z") if one in names(parse(formula, GATES))]
        assert len(operands) == int(count or len(operands))
        spelled = f"{plain}({', '.join(operands)})"
        assert read_formula(spelled, GATES).tree == parse(formula, GATES), spelled
    for word in (*REFUSED, *LOGICAL_WORDS, *INFIX_WORDS):
        for text in (f"{word}(x)", f"x {word} y"):
            assert_read_or_clear(text)
    for sign in REFUSED_SIGNS:
        for text in (sign, f"x {sign} y", f"x{sign}", f"{sign}x", f"sin x{sign}", f"2{sign}"):
            assert_read_or_clear(text)


def assert_read_or_clear(text: str) -> Expression | None:
    """Anything is a formula, or a clear answer; a formula's text is read back to the same tree."""
    try:
        formula = read_formula(text, GATES)
    except FormulaError as error:
        assert_clear(error)
        return None
    for note in formula.notes:
        assert "\n" not in note.text() + note.text("ko")
    return formula.tree


def test_every_message_has_both_languages_and_the_same_fields() -> None:
    for key, fault in FAULTS.items():
        assert fault.en != fault.ko, key
        assert any("가" <= char <= "힣" for char in "".join(fault.ko)), key
        assert fields(" ".join(fault.ko)) <= fields(" ".join(fault.en)) | {"sign", "name", "number"}, key


def fields(text: str) -> set[str]:
    return {part.split("}")[0].split("!")[0].split(":")[0] for part in text.replace("{{", "").split("{")[1:]}


PIECES = [
    *("x", "y", "가격", "e", "pi", "π", "sin", "ln", "log", "max", "sum", "if", "else", "axis", "and", "not"),
    *("0", "2", "5", "10", "0,5", "1,234", ".5", "5.", "1e3", "1_000", "0x1f", "1e999", "²", "³", "⁻¹", "ⁿ", "½"),
    *("+", "-", "*", "/", "^", "**", "@", "<", ">", "<=", "≥", "=", "==", "!=", "≠", "%", "!", "|", "||", "&&"),
    *("(", ")", "[", "]", "{", "}", ",", ";", ".", ":", "'", '"', "\\", "#", "$", "√", "×", "÷", "−", "（", "）", "＋"),
    *(" ", " ", "\n", "\t", "\x00", "\u200b", "∂", "∑", "∞", "°", "±", "→", "한", "ａ", "１", "é", "IF", "MAX"),
    *("dy", "dx", "d", "~", "?", "LOG", "np", "mod", "곱하기"),
]


@pytest.mark.slow
@settings(max_examples=1200, derandomize=True, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_whatever_is_put_together_is_read_or_answered(text: str) -> None:
    tree = assert_read_or_clear(text)
    if tree is not None:
        assert parse(to_text(tree), GATES) == tree


@pytest.mark.slow
@settings(max_examples=800, derandomize=True, deadline=None)
@given(st.text(max_size=40))
def test_whatever_is_typed_is_read_or_answered(text: str) -> None:
    assert_read_or_clear(text)
