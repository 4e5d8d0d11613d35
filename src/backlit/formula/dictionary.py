"""What people call functions, constants and signs elsewhere, and how each is read here, as data.

`FUNCTIONS` are read, and a note says how. `REFUSED`, `REFUSED_SIGNS` and `INFIX_WORDS` name a message of
`messages.FAULTS`, because they have two meanings or none here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

OPERANDS = ("c", "x", "z")
"""The order of operands in the formulas below."""

FUNCTIONS: Mapping[str, str] = {
    "ln": "log(x)",
    "log10": "log(x) / log(10)",
    "log_10": "log(x) / log(10)",
    "log2": "log(x) / log(2)",
    "log_2": "log(x) / log(2)",
    "lb": "log(x) / log(2)",
    "log/2": "log(x) / log(z)",
    "tan": "sin(x) / cos(x)",
    "tg": "sin(x) / cos(x)",
    "cot": "cos(x) / sin(x)",
    "ctg": "cos(x) / sin(x)",
    "cotg": "cos(x) / sin(x)",
    "cotan": "cos(x) / sin(x)",
    "sec": "1 / cos(x)",
    "csc": "1 / sin(x)",
    "cosec": "1 / sin(x)",
    "sinh": "(exp(x) - exp(-x)) / 2",
    "sh": "(exp(x) - exp(-x)) / 2",
    "cosh": "(exp(x) + exp(-x)) / 2",
    "ch": "(exp(x) + exp(-x)) / 2",
    "coth": "1 / tanh(x)",
    "sech": "2 / (exp(x) + exp(-x))",
    "csch": "2 / (exp(x) - exp(-x))",
    "atan": "arctan(x)",
    "arctg": "arctan(x)",
    "th": "tanh(x)",
    "tgh": "tanh(x)",
    "logistic": "sigmoid(x)",
    "expit": "sigmoid(x)",
    "σ": "sigmoid(x)",
    "logit": "log(x / (1 - x))",
    "softsign": "x / (1 + abs(x))",
    "swish": "silu(x)",
    "leakyrelu": "leaky_relu(x)",
    "lrelu": "leaky_relu(x)",
    "relu6": "min(max(x, 0), 6)",
    "sign": "(x > 0) - (x < 0)",
    "sgn": "(x > 0) - (x < 0)",
    "square": "x ** 2",
    "cube": "x ** 3",
    "erfc": "1 - erf(x)",
    "hypot": "sqrt(x ** 2 + z ** 2)",
    "radians": "x * 3.141592653589793 / 180",
    "degrees": "x * 180 / 3.141592653589793",
    "fabs": "abs(x)",
    "absolute": "abs(x)",
    "power": "x ** z",
    "maximum": "max(x, z)",
    "fmax": "max(x, z)",
    "minimum": "min(x, z)",
    "fmin": "min(x, z)",
    "add": "x + z",
    "plus": "x + z",
    "subtract": "x - z",
    "minus": "x - z",
    "multiply": "x * z",
    "times": "x * z",
    "divide": "x / z",
    "negative": "-x",
    "neg": "-x",
    "reciprocal": "1 / x",
    "dot": "x @ z",
    "average": "mean(x)",
    "avg": "mean(x)",
    "if": "where(c, x, z)",
    "iif": "where(c, x, z)",
    "iff": "where(c, x, z)",
    "ifelse": "where(c, x, z)",
}
"""Name, in small letters, with the number of operands where it matters -> its formula in gates."""

OF_ANALYSIS = frozenset(
    ("sin", "cos", "tan", "tg", "cot", "ctg", "sec", "csc", "sinh", "cosh", "tanh", "exp", "log", "ln", "log10", "sqrt")
)
"""Functions whose names stand for nothing else, so that one without an operand is a mistake."""

TOUCHING = frozenset("xyzθαβφω")
"""Letters that people write after a function without a blank, as in ``lnx``; not t: ``cost`` is a word."""

MANY: Mapping[str, tuple[str, str]] = {
    "max": ("max", ""),
    "maximum": ("max", ""),
    "min": ("min", ""),
    "minimum": ("min", ""),
    "sum": ("add", ""),
    "mean": ("add", "mean"),
    "average": ("add", "mean"),
    "avg": ("add", "mean"),
    "product": ("mul", ""),
    "prod": ("mul", ""),
}
"""Function of two and more numbers -> the gate between them, and what is done in the end."""

CONSTANTS: Mapping[str, float] = {"pi": math.pi, "π": math.pi, "e": math.e}
"""Names that are numbers, unless a variable of that name is given."""

REFUSED: Mapping[str, str] = {
    "lg": "lg",
    "sqr": "sqr",
    "cbrt": "cube_root",
    "root": "root",
    "nthroot": "root",
    "step": "step",
    "heaviside": "step",
    "and": "and",
    "or": "or",
    "not": "not",
    "xor": "xor",
    **dict.fromkeys(("diff", "derivative", "grad", "gradient", "jacobian", "derive"), "derivative"),
    **dict.fromkeys(("floor", "ceil", "ceiling", "round", "rint", "trunc", "int", "fix", "frac"), "rounding"),
    **dict.fromkeys(("mod", "fmod", "rem", "remainder", "quotient"), "remainder"),
    **dict.fromkeys(("fact", "factorial", "gamma", "comb", "combin", "binom", "ncr", "npr"), "factorial"),
    **dict.fromkeys(("asin", "acos", "atan2", "acot", "asinh", "acosh", "atanh", "arcsin"), "no_gate"),
    **dict.fromkeys(("arccos", "arcctg", "arccot", "arsinh", "arcosh", "artanh"), "no_gate"),
    **dict.fromkeys(("arcsinh", "arccosh", "arctanh", "arctan2", "rand", "random", "randbetween"), "no_gate"),
    **dict.fromkeys(("integral", "integrate", "lim", "limit", "solve", "conj", "re", "im", "arg"), "no_gate"),
}
"""Function, in small letters -> the message that answers it."""

INFIX_WORDS: Mapping[str, str] = {
    **dict.fromkeys(("plus", "더하기"), "+"),
    **dict.fromkeys(("minus", "빼기"), "-"),
    **dict.fromkeys(("times", "곱하기"), "*"),
    **dict.fromkeys(("over", "나누기"), "/"),
    **dict.fromkeys(("squared", "제곱"), "** 2"),
    **dict.fromkeys(("cubed", "세제곱"), "** 3"),
}
"""Words between two operands, or after one -> the sign that is written here."""

LOGICAL_WORDS: Mapping[str, str] = {
    **dict.fromkeys(("and", "그리고"), "and"),
    **dict.fromkeys(("or", "또는"), "or"),
    "not": "not",
    "xor": "xor",
    **dict.fromkeys(("mod", "div", "rem"), "remainder"),
    **dict.fromkeys(("then", "when"), "if_order"),
    **dict.fromkeys(("is", "equals", "eq"), "equal"),
}
"""Words that join truth values or choose -> the message that answers them."""

NOT_NUMBERS = frozenset({"true", "false", "none", "null", "inf", "infinity", "nan"})
"""Names, in small letters, of what is no real number."""

REFUSED_SIGNS: Mapping[str, str] = {
    **dict.fromkeys(("==", "=", ":="), "equal"),
    **dict.fromkeys(("!=", "<>", "≠", "=/="), "unequal"),
    **dict.fromkeys(("&&", "&", "∧"), "and"),
    **dict.fromkeys(("||", "∨"), "or"),
    **dict.fromkeys(("~", "¬"), "not"),
    "//": "floor_division",
    "?": "question",
    ":": "colon",
    **dict.fromkeys(("'", "′", "´", "’", "‘", "″"), "prime"),
    **dict.fromkeys(('"', "“", "”", "„", "`", "«", "»"), "quote"),
    **dict.fromkeys(("∂", "∇"), "derivative"),
    **dict.fromkeys(("∑", "∏"), "big_sum"),
    **dict.fromkeys(("∛", "∜"), "cube_root"),
    **dict.fromkeys(("½", "⅓", "⅔", "¼", "¾", "⅕", "⅙", "⅛", "⅜", "⅝", "⅞"), "fraction"),
    **dict.fromkeys(("±", "∓"), "two_signs"),
    "°": "degree",
    "\\": "backslash",
    "∞": "infinity",
    **dict.fromkeys(("[", "]"), "square_brackets"),
    **dict.fromkeys(("{", "}"), "curly_brackets"),
    **dict.fromkeys(("⌊", "⌋", "⌈", "⌉"), "rounding"),
    "!": "not",
    "$": "dollar",
    "…": "dots",
}
"""Sign -> the message that answers it."""

SIGNS: Mapping[str, str] = {
    **dict.fromkeys("×·⋅∙•∗✕✖⨯・\u2062", "*"),
    **dict.fromkeys("÷∕⁄", "/"),
    **dict.fromkeys("−–—‐‑‒﹣➖", "-"),
    **dict.fromkeys("＋➕", "+"),
    **dict.fromkeys("ˆ↑", "^"),
    **dict.fromkeys("、，", ","),
    **dict.fromkeys("∣│", "|"),
    "。": ".",
}
"""Signs of print and of other keyboards -> the sign of this grammar."""

COMPARISONS: Mapping[str, str] = {"<=": "greater", "≤": "greater", "≦": "greater", "⩽": "greater", "=<": "greater"} | {
    ">=": "less",
    "≥": "less",
    "≧": "less",
    "⩾": "less",
    "=>": "less",
}
"""Comparison that allows for equality -> the gate whose opposite it is."""

SUPERSCRIPTS: Mapping[str, str] = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-", strict=True))

MODULES = frozenset({"np", "numpy", "math", "Math", "torch", "jnp", "jax", "tf", "nn", "F", "cmath", "sp", "sympy"})
"""What stands before the point in other tools' names of functions."""
