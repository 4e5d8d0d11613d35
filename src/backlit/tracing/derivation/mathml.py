"""LaTeX as MathML, for pages that draw formulas without a script."""

from __future__ import annotations

import re

_WORD = re.compile(r"\\mathrm\{((?:[^{}\\]|\\_)+)\}")


def converted(latex: str) -> str:
    r"""A ``<math>`` element, well-formed XML; a name of several letters is one identifier.

    Examples
    --------
    >>> "<mi>rate</mi>" in converted(r"\mathrm{rate} \cdot x")
    True
    """
    from latex2mathml.converter import convert

    # the converter spells \mathrm letter by letter, and knows `split` where amsmath has two names
    whole = _WORD.sub(lambda word: rf"\text{{{word[1].replace(chr(92) + '_', '_')}}}", latex)
    written = convert(whole.replace("{aligned}", "{split}"), display="block")
    return written.replace("<mtext>", "<mi>").replace("</mtext>", "</mi>")
