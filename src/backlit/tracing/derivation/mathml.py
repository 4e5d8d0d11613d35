"""LaTeX as MathML, for pages that draw formulas without a script."""

from __future__ import annotations

import re

_WORD = re.compile(r"\\(?:mathrm|operatorname)\{((?:[^{}\\]|\\_)+)\}")
_NAME_OF_GATE = re.compile(r"\\operatorname\{(\\text\{[^{}]+\})\}")
_SIGN = re.compile(r'(<mo[^>]*form="prefix"[^>]*>[^<]*</mo>|<mo>&#x0003D;</mo>)<mo>&#x02212;</mo>')
"""A minus sign that belongs to what follows, not between two: without a space behind it."""


def converted(latex: str) -> str:
    r"""A ``<math>`` element, well-formed XML; a name of several letters is one identifier.

    Examples
    --------
    >>> "<mi>rate</mi>" in converted(r"\mathrm{rate} \cdot x")
    True
    """
    from latex2mathml.converter import convert

    # the converter spells \mathrm letter by letter, and knows `split` where amsmath has two names
    latex = _NAME_OF_GATE.sub(r"\1", latex)
    whole = _WORD.sub(lambda word: rf"\text{{{word[1].replace(chr(92) + '_', '_')}}}", latex)
    written = convert(whole.replace("{aligned}", "{split}"), display="block")
    signed = _SIGN.sub(r'\1<mo form="prefix">&#x02212;</mo>', written)
    return signed.replace("<mtext>", "<mi>").replace("</mtext>", "</mi>")
