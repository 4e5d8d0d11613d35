"""What the reader of formulas answers, in each language: what is wrong, and what is written here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

FRAME: Mapping[str, str] = {
    "en": "expression: {what} at column {column} of {shown}; {mend}",
    "ko": "식: {shown}의 {column}번째 글자: {what}; {mend}",
}
NOTE: Mapping[str, str] = {
    "en": "{spelled} at column {column} is read as {read}",
    "ko": "{column}번째 글자의 {spelled} → {read}(으)로 읽었습니다",
}
NOTE_MORE: Mapping[str, str] = {
    "en": "{spelled} at column {column} is read as {read} (and {more} more alike)",
    "ko": "{column}번째 글자의 {spelled} → {read}(으)로 읽었습니다 (같은 것이 {more}개 더 있습니다)",
}
LEFT_OUT: Mapping[str, str] = {
    "en": "{spelled} at column {column} is left out: it names the result",
    "ko": "{column}번째 글자의 {spelled}: 결과의 이름이므로 빼고 읽었습니다",
}


class Fault(NamedTuple):
    """A message: what is wrong and what to write, in English and in Korean."""

    en: tuple[str, str]
    ko: tuple[str, str]


BOTH_EN, BOTH_KO = "write {first} or {second}", "{first} 또는 {second}처럼 쓰세요"

FAULTS: Mapping[str, Fault] = {
    # -- the whole formula -------------------------------------------------------------------------
    "empty": Fault(
        ("the formula is empty", "write one like (x + y) * z"),
        ("식이 비어 있습니다", "(x + y) * z처럼 쓰세요"),
    ),
    "too_long": Fault(
        ("{count:,} characters, the limit is {limit:,}", "build a longer one as a Python function of backlit gates"),
        ("{count:,}글자이며 한도는 {limit:,}글자입니다", "더 긴 식은 backlit 게이트로 된 파이썬 함수로 만드세요"),
    ),
    "too_deep": Fault(
        (
            "the formula is nested deeper than {limit} operations",
            "build a deeper one as a Python function of backlit gates",
        ),
        ("연산이 {limit}단계보다 깊게 겹쳐 있습니다", "더 깊은 식은 backlit 게이트로 된 파이썬 함수로 만드세요"),
    ),
    "too_large": Fault(
        ("{name} makes the formula larger than {limit:,} operations", "give its operand a shorter formula"),
        ("{name} 때문에 식의 연산이 {limit:,}개를 넘습니다", "더 짧은 식에 쓰세요"),
    ),
    "equation": Fault(
        ("an equation is not a formula", "write one side of it, or the difference of the sides"),
        ("등식은 식이 아닙니다", "한쪽 변만 쓰거나 두 변의 차를 쓰세요"),
    ),
    # -- operands and brackets ---------------------------------------------------------------------
    "ends": Fault(
        ("an operand is missing at the end", "write a number, a name or brackets after {before}"),
        ("끝에 항이 없습니다", "{before} 뒤에 수나 이름이나 괄호를 쓰세요"),
    ),
    "operand": Fault(
        ("an operand is missing before {sign}", "write a number, a name or brackets there, like (x + y) * z"),
        ("{sign} 앞에 항이 없습니다", "그 자리에 수나 이름이나 괄호를 쓰세요, 예: (x + y) * z"),
    ),
    "unclosed": Fault(
        ("{bracket} was never closed", "add {closing}"),
        ("{bracket} 괄호가 닫히지 않았습니다", "{closing} 괄호를 더하세요"),
    ),
    "unopened": Fault(
        ("{bracket} closes what was never opened", "leave it out, or open it before"),
        ("{bracket} 괄호가 열린 적이 없습니다", "빼거나, 앞에서 먼저 여세요"),
    ),
    "pair": Fault(
        ("a comma between two formulas", "write one formula, with a decimal point in numbers: 0.5"),
        ("두 식 사이에 쉼표가 있습니다", "식은 하나만 쓰고, 소수점은 0.5처럼 점으로 쓰세요"),
    ),
    "semicolon": Fault(
        ("a semicolon between two formulas", "write one formula"),
        ("두 식 사이에 쌍반점(;)이 있습니다", "식을 하나만 쓰세요"),
    ),
    "square_brackets": Fault(
        (
            "square brackets are no brackets here",
            "group with ( ); no gate rounds, and a list is given as a value, as in x=[1, 2]",
        ),
        (
            "대괄호는 여기서 묶음표가 아닙니다",
            "( )로 묶으세요; 가우스 기호에 해당하는 게이트는 없고, 목록은 x=[1, 2]처럼 값으로 줍니다",
        ),
    ),
    "curly_brackets": Fault(
        ("curly brackets are no brackets here", "group with ( )"),
        ("중괄호는 여기서 묶음표가 아닙니다", "( )로 묶으세요"),
    ),
    "indexing": Fault(
        ("indexing (a[i]) is not allowed", "give each element a name of its own, such as x0 and x1"),
        ("색인(a[i])은 쓸 수 없습니다", "x0, x1처럼 원소마다 이름을 주세요"),
    ),
    # -- two readings ------------------------------------------------------------------------------
    "two_readings": Fault(
        ("{spelled} can be read in two ways", BOTH_EN),
        ("{spelled}은(는) 두 가지로 읽을 수 있습니다", BOTH_KO),
    ),
    "call_or_product": Fault(
        ("{name!r} is not a gate", "for a product write {product}; backlit.GATES lists the names{hint}"),
        ("{name!r} 게이트는 없습니다", "곱이라면 {product}처럼 쓰세요; 게이트 이름은 backlit.GATES에 있습니다{hint}"),
    ),
    "inverse": Fault(
        ("{spelled} can be read in two ways", "write {first}; for the inverse function there is no gate"),
        ("{spelled}은(는) 두 가지로 읽을 수 있습니다", "역수라면 {first}처럼 쓰세요; 역함수 게이트는 없습니다"),
    ),
    "lg": Fault(
        ("lg is the logarithm of base 10 for some and of base 2 for others", "write log10({x}) or log2({x})"),
        ("lg는 사람에 따라 밑이 10이기도 2이기도 합니다", "log10({x}) 또는 log2({x})처럼 쓰세요"),
    ),
    "log_capital": Fault(
        (
            "{name} is the logarithm of base 10 in spreadsheets, log the natural one here",
            "write log10({x}) or log({x})",
        ),
        (
            "{name}은(는) 스프레드시트에서 상용로그이고 여기의 log는 자연로그입니다",
            "log10({x}) 또는 log({x})처럼 쓰세요",
        ),
    ),
    "sqr": Fault(
        ("sqr is a square in some languages and a square root in others", "write {x} ** 2 or sqrt({x})"),
        ("sqr는 언어에 따라 제곱이기도 제곱근이기도 합니다", "{x} ** 2 또는 sqrt({x})처럼 쓰세요"),
    ),
    # -- numbers -----------------------------------------------------------------------------------
    "number": Fault(
        ("{text} is not a number of this grammar", "write it like 1000, 0.5 or 1e-3"),
        ("{text}은(는) 수로 읽을 수 없습니다", "1000, 0.5, 1e-3처럼 쓰세요"),
    ),
    "radix": Fault(
        ("{text} is not a decimal number", "write {value}"),
        ("{text}은(는) 십진수가 아닙니다", "{value}(이)라고 쓰세요"),
    ),
    "thousands": Fault(
        ("a number with separators of thousands", "write {value}"),
        ("천 단위 구분 기호가 있는 수입니다", "{value}(이)라고 쓰세요"),
    ),
    "two_numbers": Fault(
        ("two numbers side by side", "write {first}{second} for one number, {first} * {second} for a product"),
        ("수 두 개가 나란히 있습니다", "한 수라면 {first}{second}, 곱이라면 {first} * {second}처럼 쓰세요"),
    ),
    "too_big": Fault(
        ("the number is too large for a float", "stay below 1.7e308"),
        ("수가 너무 커서 실수로 나타낼 수 없습니다", "1.7e308보다 작게 쓰세요"),
    ),
    "not_number": Fault(
        ("{name} is not a real number", "write a number such as 0.5, or 1 for true and 0 for false"),
        ("{name}은(는) 실수가 아닙니다", "0.5 같은 수를 쓰세요; 참은 1, 거짓은 0입니다"),
    ),
    "fraction": Fault(
        ("{sign} is a fraction in one sign", "write it like (1 / 2)"),
        ("{sign}은(는) 한 글자로 된 분수입니다", "(1 / 2)처럼 쓰세요"),
    ),
    # -- calls -------------------------------------------------------------------------------------
    "no_operand": Fault(
        ("{name}() has no operand", "write {name}(x)"),
        ("{name}()에 피연산자가 없습니다", "{name}(x)처럼 쓰세요"),
    ),
    "arity": Fault(
        ("gate {name} takes {takes}, {count} given", "write {example}; numbers have a decimal point, as in 0.5"),
        (
            "{name} 게이트의 피연산자는 {number}개인데 {count}개를 주었습니다",
            "{example}처럼 쓰고, 소수점은 0.5처럼 점으로 쓰세요",
        ),
    ),
    "keyword": Fault(
        ("{name}() takes no such keyword", "only axis= and a whole number"),
        ("{name}()에는 그런 키워드가 없습니다", "axis=와 정수만 쓸 수 있습니다"),
    ),
    "attribute": Fault(
        ("attribute access (a.b) is not allowed", "write the name alone, such as {name}"),
        ("점으로 이은 이름(a.b)은 쓸 수 없습니다", "{name}처럼 이름만 쓰세요"),
    ),
    "plain_name": Fault(
        ("only a gate's plain name can be called", "write {name}(x); gates are used by their names alone"),
        ("게이트는 이름만으로 부릅니다", "{name}(x)처럼 쓰세요"),
    ),
    "bare_function": Fault(
        ("{name} has no brackets around its operand", "write {name}({x})"),
        ("{name}의 피연산자에 괄호가 없습니다", "{name}({x})처럼 쓰세요"),
    ),
    "no_gate": Fault(
        ("no gate here is {name}, and no formula of gates gives it", "backlit.GATES lists the gates"),
        ("{name} 게이트는 없고, 게이트로 된 식으로도 쓸 수 없습니다", "게이트 이름은 backlit.GATES에 있습니다"),
    ),
    "rounding": Fault(
        ("no gate rounds numbers", "write the number itself; rounding has no gradient"),
        ("수를 반올림하거나 버리는 게이트는 없습니다", "수를 그대로 쓰세요; 반올림에는 기울기가 없습니다"),
    ),
    "remainder": Fault(
        ("no gate gives the remainder of a division", "a quotient is x / y, a percentage x / 100"),
        ("나머지를 구하는 게이트는 없습니다", "몫은 x / y, 백분율은 x / 100처럼 쓰세요"),
    ),
    "floor_division": Fault(
        ("// has no gate", "write x / y"),
        ("//에 해당하는 게이트는 없습니다", "x / y처럼 쓰세요"),
    ),
    "factorial": Fault(
        ("no gate gives factorials", "write the number itself: 5! is 120"),
        ("계승(팩토리얼) 게이트는 없습니다", "수를 그대로 쓰세요: 5!은 120입니다"),
    ),
    "cube_root": Fault(
        ("no gate gives the cube root", "write x ** (1 / 3), for x above 0"),
        ("세제곱근 게이트는 없습니다", "x가 0보다 클 때 x ** (1 / 3)처럼 쓰세요"),
    ),
    "root": Fault(
        ("{name} is not a gate", "the n-th root of x is x ** (1 / n), for x above 0"),
        ("{name} 게이트는 없습니다", "x의 n제곱근은 x가 0보다 클 때 x ** (1 / n)입니다"),
    ),
    "step": Fault(
        ("{name} is not a gate", "a step from 0 to 1 is x > 0"),
        ("{name} 게이트는 없습니다", "0에서 1로 뛰는 계단은 x > 0입니다"),
    ),
    "derivative": Fault(
        ("a derivative is not part of a formula", "write the function alone; its gradients are the answer"),
        ("도함수는 식에 쓰지 않습니다", "함수만 쓰세요; 기울기가 답으로 나옵니다"),
    ),
    # -- comparisons and truth ---------------------------------------------------------------------
    "chain": Fault(
        ("a chained comparison is not allowed", "x < y < z is (x < y) * (y < z)"),
        ("비교를 이어 쓸 수 없습니다", "x < y < z는 (x < y) * (y < z)처럼 쓰세요"),
    ),
    "equal": Fault(
        ("{sign} is no gate", "x equal to y is 1 - (x < y) - (x > y); values are given as x=2"),
        ("{sign}에 해당하는 게이트는 없습니다", "x와 y가 같음은 1 - (x < y) - (x > y)이고, 값은 x=2처럼 줍니다"),
    ),
    "unequal": Fault(
        ("{sign} is no gate", "x unequal to y is (x < y) + (x > y)"),
        ("{sign}에 해당하는 게이트는 없습니다", "x와 y가 다름은 (x < y) + (x > y)입니다"),
    ),
    "and": Fault(
        ("and / or are not gates", "a and b is a * b where both are 0 or 1, as in (x > 0) * (y > 0)"),
        ("and와 or는 게이트가 아닙니다", "둘 다 0이나 1일 때 a and b는 a * b입니다, 예: (x > 0) * (y > 0)"),
    ),
    "or": Fault(
        ("and / or are not gates", "a or b is max(a, b) where both are 0 or 1"),
        ("and와 or는 게이트가 아닙니다", "둘 다 0이나 1일 때 a or b는 max(a, b)입니다"),
    ),
    "not": Fault(
        ("{sign} is no gate", "not a is 1 - a where a is 0 or 1"),
        ("{sign}에 해당하는 게이트는 없습니다", "a가 0이나 1일 때 not a는 1 - a입니다"),
    ),
    "xor": Fault(
        ("xor is no gate", "a xor b is abs(a - b) where both are 0 or 1; a power is a ** b"),
        ("xor 게이트는 없습니다", "둘 다 0이나 1일 때 a xor b는 abs(a - b)이고, 거듭제곱은 a ** b입니다"),
    ),
    "if_order": Fault(
        ("a choice is written otherwise here", "write a if c else b, or where(c, a, b)"),
        ("여기서는 선택을 다르게 씁니다", "a if c else b 또는 where(c, a, b)처럼 쓰세요"),
    ),
    "else": Fault(
        ("if and else belong together", "write a if c else b, or where(c, a, b)"),
        ("if와 else는 함께 써야 합니다", "a if c else b 또는 where(c, a, b)처럼 쓰세요"),
    ),
    "colon": Fault(
        (": is no gate", "a ratio is x / y"),
        (":에 해당하는 게이트는 없습니다", "비는 x / y처럼 쓰세요"),
    ),
    "question": Fault(
        ("? is no gate", "c ? a : b is a if c else b, or where(c, a, b)"),
        ("?에 해당하는 게이트는 없습니다", "c ? a : b는 a if c else b 또는 where(c, a, b)입니다"),
    ),
    # -- signs -------------------------------------------------------------------------------------
    "character": Fault(
        ("{sign} is not part of a formula", "use names, numbers, + - * / ** @ < > and calls of gates"),
        ("{sign}은(는) 식에 쓰는 글자가 아닙니다", "이름, 수, + - * / ** @ < >와 게이트를 쓰세요"),
    ),
    "word": Fault(
        ("{name} stands where a sign belongs", "write {sign}"),
        ("부호 자리에 {name}이(가) 있습니다", "{sign}(이)라고 쓰세요"),
    ),
    "bar": Fault(
        ("| opens or closes nothing here", "the absolute value is abs(x), a product has *"),
        ("|가 여는 것도 닫는 것도 아닙니다", "절댓값은 abs(x), 곱은 *로 쓰세요"),
    ),
    "prime": Fault(
        ("{sign} is not part of a formula", "a derivative is what the trace gives; write the function alone"),
        ("{sign}은(는) 식에 쓰는 글자가 아닙니다", "도함수는 결과로 나오니 함수만 쓰세요"),
    ),
    "quote": Fault(
        ("quotes are not part of a formula", "write the name or the number without them"),
        ("따옴표는 식에 쓰지 않습니다", "이름이나 수를 따옴표 없이 쓰세요"),
    ),
    "big_sum": Fault(
        ("{sign} is not part of a formula", "write x + y + z, or sum(x) of a list x"),
        ("{sign}은(는) 식에 쓰는 글자가 아닙니다", "x + y + z, 또는 목록 x의 sum(x)처럼 쓰세요"),
    ),
    "superscript": Fault(
        ("{sign} is not a whole exponent", "write it like x ** n"),
        ("{sign}은(는) 정수 지수가 아닙니다", "x ** n처럼 쓰세요"),
    ),
    "two_signs": Fault(
        ("{sign} makes two formulas of one", "write + or -"),
        ("{sign}은(는) 식을 두 개로 만듭니다", "+나 - 가운데 하나를 쓰세요"),
    ),
    "degree": Fault(
        ("{sign} is not part of a formula", "angles are in radians: 30 degrees are 30 * pi / 180"),
        ("{sign}은(는) 식에 쓰는 글자가 아닙니다", "각은 라디안입니다: 30도는 30 * pi / 180입니다"),
    ),
    "backslash": Fault(
        ("LaTeX is not read", r"write sqrt(x), x ** 2, (a) / (b) for \sqrt{{x}}, x^{{2}}, \frac{{a}}{{b}}"),
        ("LaTeX는 읽지 않습니다", r"\sqrt{{x}}, x^{{2}}, \frac{{a}}{{b}}는 sqrt(x), x ** 2, (a) / (b)처럼 쓰세요"),
    ),
    "infinity": Fault(
        ("infinity is not a real number", "write a large number such as 1e9"),
        ("무한대는 실수가 아닙니다", "1e9 같은 큰 수를 쓰세요"),
    ),
    "dollar": Fault(
        ("$ is not part of a formula", "write A1 for $A$1"),
        ("$는 식에 쓰는 글자가 아닙니다", "$A$1은 A1처럼 쓰세요"),
    ),
    "dots": Fault(
        ("{sign} leaves something out", "write every operand"),
        ("{sign}은(는) 무엇인가를 줄인 것입니다", "모든 항을 쓰세요"),
    ),
}
"""Message -> what is wrong and what to write, in English and Korean; its fields are filled in by the reader."""
